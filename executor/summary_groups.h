#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "executor/aggregate_table.h"
#include "planner/physical_plan.h"
#include "storage/page_summary.h"
#include "types/int128.h"

namespace tidemark {

struct AggregateShape;

/// How an aggregation over a scan can take whole pages as their zone maps: what it must know of a page, and what it
/// makes of that.
struct SummaryShape {
  struct Item {
    PageSummary kind = PageSummary::kNone;
    std::optional<size_t> column;  ///< index into wish.columns; none: the time column, or count(*)
    LogicalType type;              ///< of the argument
  };
  std::shared_ptr<const SummaryWish> wish;
  std::vector<Item> items;                    ///< one an aggregate
  std::vector<std::optional<size_t>> key_of;  ///< one a group: index into wish.keys; none: the bucket
  LogicalType time_type;                      ///< of the scan's order column, if an aggregate or the bucket uses it
};

/// Null if rows are needed: some group is more than key columns and one bucket, some aggregate more than a zone map
/// tells.
[[nodiscard]] std::unique_ptr<const SummaryShape> shape_summaries(const AggregateShape& shape,
                                                                  const ExecutionState& state);

/// Adds summarized pages to the groups of one thread. Neighbours of one group are added up first.
class SummaryGroups final : public SummaryReceiver {
 public:
  /// All outlive it.
  SummaryGroups(const SummaryShape& shape, const PhysicalAggregate& plan, AggregateTable& table)
      : shape_(shape), plan_(plan), table_(table), totals_(shape.items.size()) {}

  bool take(const SummarizedPage& page) override;
  /// Brings what was added up into the groups' states. After the last page, on the same thread.
  void flush();
  /// From now on pages are refused: the table takes no new groups.
  void close() { closed_ = true; }

 private:
  /// Of the pages since the last flush, for one aggregate.
  struct Total {
    uint64_t count = 0;  ///< values
    Int128 sum = 0;
    int64_t least = 0, greatest = 0;  ///< integers, ordered as zone maps order them
    double real_least = 0, real_greatest = 0;
    int64_t bits = 0;  ///< kFirst, kLast: the value so far, as in ZoneMap
    int64_t time = 0;  ///< and its time
  };
  void find_group(const SummarizedPage& page, int64_t bucket);
  static void add(const SummaryShape::Item& item, const SummarizedPage& page, Total& total);
  void feed(size_t item, const Total& total);

  const SummaryShape& shape_;
  const PhysicalAggregate& plan_;
  AggregateTable& table_;
  bool closed_ = false;
  uint64_t rows_ = 0;  ///< since the last flush; 0: no group is open
  uint32_t group_ = 0;
  int64_t bucket_ = 0;
  std::vector<Total> totals_;  ///< one an aggregate
};

}  // namespace tidemark
