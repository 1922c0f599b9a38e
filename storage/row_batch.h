#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "types/vector.h"

namespace tidemark {

/// What a row version does to the row of its key (D25).
enum class RowOperation : uint8_t {
  kPut = 1,     ///< is the whole row; columns not in the batch are NULL
  kMerge = 2,   ///< replaces the columns it sets, leaves the others; makes the row if there is none
  kDelete = 3,  ///< ends the row; bears no columns
};

/// Identifies a row within its table, and sorts: by series bytes (unsigned), then order.
///
/// - series table: the canonical key bytes (types/canonical_key.h) of the key columns without time, as declared; and
/// the time in the
///   column's own unit
/// - keyed table: the canonical bytes of the whole key; and 0
/// - append table: no bytes; and the row id
struct RowKey {
  std::string_view series;
  int64_t order = 0;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

/// Row versions of one table in columns, in the order in which they count (a later row of one key wins). The unit of
/// the WAL and of the memtable. Series that several rows share are named once.
struct RowBatch {
  struct Column {
    ColumnId id = kNoColumn;
    Vector values;  ///< any form, one a row
    Validity set;   ///< kMerge only: rows that set this column (to a value or to NULL); all if absent
  };

  ObjectId table = kNoObject;
  RowOperation operation = RowOperation::kPut;
  /// INSERT: the commit must fail with 23505 if a row of such a key has appeared since the writer's snapshot (D28).
  bool expect_absent = false;
  std::vector<std::string> series;   ///< distinct series keys; one empty string for append tables
  std::vector<uint32_t> row_series;  ///< index into `series`, one a row
  std::vector<int64_t> order;        ///< one a row; append tables: filled in by the commit for kPut
  /// Every column of the table that cannot be read back from the key (key_keeps_original) and has something to say.
  /// The time column of an append table is an ordinary column; in a series table it is `order`.
  std::vector<Column> columns;

  [[nodiscard]] size_t size() const { return row_series.size(); }
  [[nodiscard]] RowKey key(size_t row) const { return {series[row_series[row]], order[row]}; }
};

/// Deletes, at its commit, all rows of `table` whose series bytes begin with `series_prefix` and whose order lies in
/// [from, to], both included (D13). An empty prefix and the full range is TRUNCATE.
struct RangeTombstone {
  ObjectId table = kNoObject;
  std::string series_prefix;
  int64_t from = INT64_MIN;
  int64_t to = INT64_MAX;
};

/// Everything that one transaction wants to happen at once: durable whole or not at all (invariant 3).
struct WriteSet {
  std::vector<CatalogDelta> catalog;  ///< applied first
  /// Data changes in statement order.
  struct Change {
    RowBatch batch;
    RangeTombstone tombstone;
    bool is_tombstone = false;
  };
  std::vector<Change> changes;

  [[nodiscard]] bool empty() const { return catalog.empty() && changes.empty(); }
};

}  // namespace tidemark
