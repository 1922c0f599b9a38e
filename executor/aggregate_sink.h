#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/aggregate_table.h"
#include "executor/pipeline.h"
#include "executor/row_partitions.h"
#include "executor/summary_groups.h"

namespace tidemark {

/// What the sinks of one aggregation have in common.
struct AggregateShape {
  const PhysicalAggregate& plan;
  const AggregateList& list;
  const std::vector<PreparedExpression>& groups;
  const std::vector<std::vector<uint32_t>>& sets;          ///< indexes into groups
  const std::vector<std::vector<LogicalType>>& set_types;  ///< of the groups in each set
  const std::vector<LogicalType>& input_types;             ///< of the rows that are aggregated
  bool by_runs = false;
  const SummaryShape* summaries = nullptr;  ///< null: rows are needed
};

/// Groups the rows of one thread. Rows of groups that it does not hold are set aside in partitions when its tables are
/// past their memory, and also where a table has outgrown the cache without bringing rows together: then it is cheaper
/// to cut the rows first and to group each partition in a small table.
class AggregateSink final : public Sink {
 public:
  /// `only_set`: rows count for that grouping set alone (rows read back from disk); else SIZE_MAX. `memory_bytes`: how
  /// much the tables may take before rows go to disk.
  AggregateSink(const AggregateShape& shape, ExecutionState& state, size_t only_set, size_t depth,
                int64_t memory_bytes);

  void consume(DataChunk& chunk) override;
  void finish() override;
  /// What takes pages in place of rows, for the scan that feeds this sink; null if there is no such thing.
  [[nodiscard]] SummaryReceiver* summary_receiver() { return summary_groups_.get(); }

  /// Reserves what the tables hold, and goes to disk where that is too much; `consume` does it by itself.
  void account();
  [[nodiscard]] AggregateTable& table(size_t set) { return *sets_[set].table; }
  /// Rows that were set aside; null if there are none.
  [[nodiscard]] RowPartitions* aside(size_t set) { return sets_[set].aside.get(); }
  /// Where rows are on disk, partitions are best taken one by one.
  [[nodiscard]] bool on_disk(size_t set) const { return sets_[set].aside != nullptr && sets_[set].aside->on_disk(); }
  [[nodiscard]] size_t depth() const { return depth_; }
  /// Cuts the groups of a table by partition. Call once after the last row, before `groups_of`.
  void cut_groups(size_t set);
  [[nodiscard]] const std::vector<uint32_t>& groups_of(size_t set, size_t partition) const {
    return sets_[set].groups_of[partition];
  }

 private:
  struct GroupingSet {
    std::unique_ptr<AggregateTable> table;
    std::unique_ptr<RowPartitions> aside;  ///< made with the first row that is set aside
    std::vector<std::vector<uint32_t>> groups_of;
    bool closed = false;     ///< takes no new groups
    bool looks_up = true;    ///< once closed: rows are looked up before they are set aside
    uint64_t rows = 0;       ///< that were grouped while open, or looked up since
    uint64_t strangers = 0;  ///< of those looked up
  };

  bool consume_runs(const DataChunk& chunk, std::span<const AggregateList::Input> inputs);
  void consume_rows(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                    std::span<const AggregateList::Input> inputs);
  void consume_closed(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                      std::span<const AggregateList::Input> inputs);
  void set_aside(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                 std::optional<std::span<const uint32_t>> rows);
  [[nodiscard]] bool can_close(size_t set) const;
  /// From now on the set's table takes no new groups.
  void close(size_t set);

  const AggregateShape& shape_;
  ExecutionState& state_;
  Evaluator evaluator_;
  size_t only_set_;
  size_t depth_;
  int64_t memory_bytes_;
  MemoryReservation reservation_;
  bool full_ = false;  ///< past memory_bytes_: what is set aside goes to disk
  std::vector<GroupingSet> sets_;
  std::unique_ptr<SummaryGroups> summary_groups_;
  std::vector<uint32_t> ids_;  ///< scratch
};

}  // namespace tidemark
