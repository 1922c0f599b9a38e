#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "storage/scan_filter.h"
#include "storage/table_scan.h"

namespace tidemark {

/// What one morsel reads.
struct Morsel {
  /// Consecutive row groups of one extent, or parts of one memory run: one sorted stretch of one source.
  struct Stretch {
    const TableSources::Run* run = nullptr;        ///< or
    const TableSources::Memory* memory = nullptr;  ///< this
    uint32_t first = 0;                            ///< row group in the file, or part
    uint32_t count = 0;
    size_t source = 0;  ///< stretches of one source ascend in key; windows of one file are different sources
    [[nodiscard]] uint64_t rank() const { return run != nullptr ? run->rank : memory->rank; }
  };
  enum class Kind : uint8_t {
    kRowGroup,  ///< one row group that nothing else touches
    kArrival,   ///< rows of a memory run as they arrived
    kMerge,     ///< stretches in key order, versions resolved
  };
  Kind kind = Kind::kRowGroup;
  std::vector<Stretch> stretches;  ///< kRowGroup, kArrival: one; kNewestOfSeries: row groups, one a stretch
  uint64_t arrival_first = 0, arrival_last = 0;
  KeyRange range;     ///< rows outside are other morsels'
  uint64_t rows = 0;  ///< upper bound
  bool free =
      false;  ///< kMerge: its one stretch overlaps nothing and holds no deletes: its versions are rows as they are
  int64_t newest = INT64_MIN;  ///< kNewestOfSeries: no row has a greater order
  /// kNewestFirst over append tables: only rows whose time lies in the window.
  struct TimeWindow {
    int64_t from = INT64_MIN;
    int64_t to = INT64_MAX;
    bool nulls = false;  ///< only the rows without a time
  };
  std::optional<TimeWindow> window;
};

struct ScanPlan {
  std::vector<Morsel> morsels;  ///< in the order asked for
  ScanCounters counters;        ///< totals and what planning pruned
  uint64_t row_count_max = 0;
  std::optional<uint64_t> exact_row_count;
  std::optional<TableScan::OrderBounds> order_bounds;
};

/// Prunes by key, time and window; finds overlapping sources; cuts morsels. `filter` holds the predicates and, for
/// series tables, the retention cut.
[[nodiscard]] ScanPlan plan_scan(const TableSources& sources, const ScanFilter& filter, bool has_predicates,
                                 ScanOrder order);

}  // namespace tidemark
