#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/object_id.h"
#include "storage/page_summary.h"
#include "types/data_chunk.h"
#include "types/value.h"

namespace tidemark {

class MovingBound;

/// One conjunct of a scan's filter. Exact: rows for which it is not true do not come out. NULL never passes but for
/// kIsNull and `or_null`.
struct ScanPredicate {
  enum class Comparison : uint8_t {
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kIn,
    kIsNull,
    kIsNotNull,
    kCallback
  };
  ColumnId column = kNoColumn;
  Comparison comparison = Comparison::kEqual;
  /// One, or for kIn several, none NULL, of the column's own type (timestamps in the column's own unit).
  std::vector<Value> constants;
  /// kCallback: sets pass[i] to 1 if entry i passes, else 0; called once for the entries of a dictionary or the values
  /// of a page. Must be free of side effects and callable from several threads at once.
  std::function<void(const Vector& entries, std::span<uint8_t> pass)> callback;
  bool or_null = false;     ///< orders (kLess …): NULL passes as well; only on columns stored beside the key
  std::string description;  ///< for EXPLAIN
  /// kEqual and kIn: an index names the column, so that filters of its pages (`page_filters.h`) are worth making.
  bool indexed = false;
};

enum class ScanOrder : uint8_t {
  kAny,  ///< morsels may be read in any order, by several threads; within a chunk rows of one series are in time order
  kKey,  ///< one morsel after the other gives the rows by (series, order) ascending
  kNewestFirst,  ///< one morsel after the other gives windows from newest to oldest; within a window any order
  /// Series tables: of each series the newest row that passes comes out, and as few others as is easy; no order, one
  /// stream. For a caller that keeps the newest row of each series, or of several series together.
  kNewestOfSeries,
};

struct ScanRequest {
  std::vector<ColumnId>
      columns;  ///< what comes out, in this order; may be empty (rows are counted) and may hold kRowIdColumn
  std::vector<ScanPredicate> predicates;
  ScanOrder order = ScanOrder::kAny;
  /// kNewestOfSeries: if not empty, it is for each of these columns that the newest row is wanted which passes and
  /// holds a value there. Fewer than 64; for the key's own columns the newest row will do.
  std::vector<ColumnId> newest_values = {};
  /// kAny: what must be known of a page to take it in place of its rows; null: rows are wanted.
  std::shared_ptr<const SummaryWish> summaries = nullptr;
  /// Rows whose `column` lies beyond the bound may be left out, and are as far as that is easy.
  struct Bound {
    ColumnId column = kNoColumn;
    std::shared_ptr<const MovingBound> bound;
  };
  std::optional<Bound> bound = std::nullopt;
};

/// What each level of a scan dropped; printed by EXPLAIN ANALYZE, asserted by tests. Summed over threads at the end.
struct ScanCounters {
  uint64_t partitions_total = 0, partitions_pruned = 0;
  uint64_t segments_total = 0, segments_pruned = 0;
  uint64_t row_groups_total = 0, row_groups_pruned = 0;
  uint64_t pages_total = 0, pages_pruned = 0;
  uint64_t pages_beyond_bound = 0;  ///< of ScanRequest::bound: by their zone maps, or after its column alone was read
  uint64_t pages_summarized = 0;    ///< answered from their zone maps, unread
  uint64_t pages_decoded = 0;       ///< column pages
  uint64_t sources_merged = 0;      ///< row groups and memtable parts that had to be merged with others
  uint64_t rows_scanned = 0;        ///< rows looked at after pruning
  uint64_t rows_out = 0;

  ScanCounters& operator+=(const ScanCounters& other);
};

/// Reads one morsel. Used by one thread. Chunks have 1 … kVectorSize rows; key columns come as constant or run vectors,
/// text as dictionaries where it is stored so.
class MorselReader {
 public:
  virtual ~MorselReader() = default;
  /// False at the end; `chunk` is then empty.
  virtual bool next(DataChunk& chunk) = 0;
};

/// A scan after pruning, cut into morsels of about 64 Ki rows that different threads may read. Pins its snapshot.
class TableScan {
 public:
  virtual ~TableScan() = default;
  [[nodiscard]] virtual size_t morsel_count() const = 0;
  /// `receiver` (optional, outlives the reader) gets the pages that fulfil ScanRequest::summaries; their rows then do
  /// not come out.
  [[nodiscard]] virtual std::unique_ptr<MorselReader> open(size_t morsel, SummaryReceiver* receiver) = 0;
  [[nodiscard]] std::unique_ptr<MorselReader> open(size_t morsel) { return open(morsel, nullptr); }
  /// An upper bound from zone maps, for choosing the degree of parallelism.
  [[nodiscard]] virtual uint64_t row_count_max() const = 0;
  /// Between which values of the order column (time, for series tables) the rows lie, at most; none if there are no
  /// rows.
  struct OrderBounds {
    int64_t min = 0;
    int64_t max = 0;  ///< included
  };
  [[nodiscard]] virtual std::optional<OrderBounds> order_bounds() const = 0;
  /// Exact number of rows if it is known without reading any (no predicate, nothing to merge, no retention cut); used
  /// for count(*).
  [[nodiscard]] virtual std::optional<uint64_t> exact_row_count() const = 0;
  /// Complete when all morsels were read to their end.
  [[nodiscard]] virtual ScanCounters counters() const = 0;
};

}  // namespace tidemark
