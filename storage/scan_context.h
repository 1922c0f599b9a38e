#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "storage/key_filter.h"
#include "storage/moving_bound.h"
#include "storage/run_source.h"
#include "storage/scan.h"
#include "storage/scan_filter.h"
#include "storage/scan_plan.h"
#include "storage/table_scan.h"

namespace tidemark {

/// Where an output column comes from.
struct OutputColumn {
  enum class Source : uint8_t { kOrder, kKey, kStored };
  Source source = Source::kStored;
  ColumnId id = kNoColumn;
  LogicalType type;
  size_t key_index = 0;     ///< kKey: into layout.series
  size_t stored_index = 0;  ///< kStored: into the stored columns that are read
};

/// Finds column `id` of the layout; one that is stored beside the key joins `stored_columns` if it is not there yet.
/// Throws XX000 for a column that the layout does not know.
[[nodiscard]] OutputColumn find_output_column(const TableLayout& layout, ColumnId id,
                                              std::vector<ColumnId>& stored_columns);

/// The value of one key column of a series.
[[nodiscard]] Value key_value(const TableLayout& layout, std::string_view series, size_t column);

/// What all readers of a scan share.
struct ScanContext {
  std::shared_ptr<const TableSources> sources;
  std::vector<ScanPredicate> predicates;  ///< the filter points into them
  std::optional<ScanFilter> filter;
  std::vector<OutputColumn> output;
  std::vector<ColumnId> stored_columns;  ///< read by merges and arrivals: those of the output, then of predicates
  std::function<bool(std::string_view)> series_test;
  /// Append tables: the time column, if rows must be cut by it (retention); NULL times stay.
  ColumnId cut_column = kNoColumn;
  std::vector<ColumnId> newest_values;           ///< ScanRequest::newest_values, those that are stored beside the key
  std::shared_ptr<const SummaryWish> summaries;  ///< ScanRequest::summaries
  std::optional<ScanRequest::Bound> bound;       ///< ScanRequest::bound, if its column is stored beside the key
  bool newest_row = true;                        ///< kNewestOfSeries: the newest row is wanted as well

  mutable std::mutex mutex;
  mutable ScanCounters counters;  ///< guarded by `mutex`

  [[nodiscard]] const TableLayout& layout() const { return *sources->layout; }
  /// Index of a column into `stored_columns`.
  [[nodiscard]] size_t stored_index(ColumnId id) const;
  /// For BoundWatch.
  [[nodiscard]] const ScanRequest::Bound* bound_or_null() const { return bound ? &*bound : nullptr; }
  /// Makes sure that a stored column is read.
  void need_stored(ColumnId id);
  /// Adds what one reader counted.
  void add_counters(const ScanCounters& part) const;
};

/// Rows of a chunk that are still in.
class RowMask {
 public:
  void reset(size_t rows);
  void keep_only(std::span<const KeyFilter::Stretch> stretches);
  void apply(const ScanPredicate& predicate, const Vector& values);
  void apply(const ScanPredicate& predicate, const Vector& values, DictionaryAnswers& answers);
  /// Only rows of the window (or without a time, if that is what it asks for).
  void apply(const Morsel::TimeWindow& window, const Vector& times);
  void apply_retention(int64_t from, const Vector& times);
  [[nodiscard]] std::span<uint8_t> bits() {
    touched_ = true;
    return pass_;
  }
  [[nodiscard]] bool passes(size_t row) const { return !touched_ || pass_[row] != 0; }
  /// The rows that pass; sets `all` instead if each does.
  [[nodiscard]] std::vector<uint32_t> rows(bool& all) const;
  [[nodiscard]] bool none() const;

 private:
  std::vector<uint8_t> pass_;
  bool touched_ = false;
};

/// The output of chunks that come with all stored columns: filters them and puts the key columns beside.
class ChunkAssembler {
 public:
  ChunkAssembler(const ScanContext& context, const std::optional<Morsel::TimeWindow>& window)
      : context_(context), window_(window), bound_(context.bound_or_null()) {}

  /// Takes rows out of `mask` that fail anything but the key range and series tests.
  void filter(const Vector& order, const std::vector<Vector>& columns, RowMask& mask);

  /// The named rows (all, if `all` is set). `key_column(i)` gives key column i of the unfiltered chunk.
  template <class KeyColumn>
  void put_out(const Vector& order, const std::vector<Vector>& columns, std::span<const uint32_t> rows, bool all,
               const KeyColumn& key_column, DataChunk& chunk) const {
    chunk.size = all ? order.size() : rows.size();
    for (const OutputColumn& column : context_.output) {
      Vector values = column.source == OutputColumn::Source::kOrder ? order.reinterpret(column.type)
                      : column.source == OutputColumn::Source::kKey ? key_column(column.key_index)
                                                                    : columns[column.stored_index];
      chunk.columns.push_back(all ? std::move(values) : values.select(rows));
    }
  }

  /// Both in one: false if no row is left. `mask` may have rows out already.
  template <class KeyColumn>
  bool assemble(const Vector& order, const std::vector<Vector>& columns, RowMask& mask, const KeyColumn& key_column,
                DataChunk& chunk) {
    filter(order, columns, mask);
    bool all = true;
    const std::vector<uint32_t> rows = mask.rows(all);
    if (!all && rows.empty()) {
      return false;
    }
    put_out(order, columns, rows, all, key_column, chunk);
    return true;
  }

 private:
  const ScanContext& context_;
  std::optional<Morsel::TimeWindow> window_;
  BoundWatch bound_;
  std::vector<DictionaryAnswers> answers_;  ///< one a column predicate
};

/// A key column of a chunk of versions: constant or runs.
[[nodiscard]] Vector key_column_of(const TableLayout& layout, const VersionChunk& versions, size_t column);

/// Reads the stretches of a kMerge morsel within `range` (which lies in the morsel's own), versions resolved.
/// `series_filter`, `newest_only`: as in RunRequest; the latter only for a lone stretch (Morsel::free). Keeps what it
/// needs of the context alive.
[[nodiscard]] std::unique_ptr<RunSource> open_merge(std::shared_ptr<const ScanContext> context, const Morsel& morsel,
                                                    const KeyRange& range,
                                                    const std::function<bool(std::string_view)>& series_filter,
                                                    bool newest_only);

}  // namespace tidemark
