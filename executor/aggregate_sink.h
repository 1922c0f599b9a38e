#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/aggregate_table.h"
#include "executor/pipeline.h"
#include "executor/spill_file.h"
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

/// How the groups of a table fall apart into partitions: by bits of the hash of the key's values.
inline constexpr size_t kAggregatePartitions = 16;

/// The partition of each row of these keys. `depth` counts how often a partition was cut again.
void find_partitions(std::span<const Vector> keys, size_t size, size_t depth, std::span<uint32_t> partitions);

/// Groups the rows of one thread.
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

  [[nodiscard]] AggregateTable& table(size_t set) { return *sets_[set].table; }
  [[nodiscard]] std::unique_ptr<AggregateTable> take_table(size_t set) { return std::move(sets_[set].table); }
  [[nodiscard]] bool spilled(size_t set) const { return !sets_[set].partitions.empty(); }
  /// Rows of one partition that were set aside, or null.
  [[nodiscard]] SpillFile* partition(size_t set, size_t index) {
    return spilled(set) ? sets_[set].partitions[index].file.get() : nullptr;
  }
  [[nodiscard]] size_t depth() const { return depth_; }
  /// Cuts the groups of a table by partition. Call once after `finish`, before `groups_of`.
  void cut_groups(size_t set);
  [[nodiscard]] const std::vector<uint32_t>& groups_of(size_t set, size_t partition) const {
    return sets_[set].groups_of[partition];
  }

 private:
  struct Partition {
    std::unique_ptr<SpillFile> file;
    std::unique_ptr<RowCollection> waiting;
  };
  struct GroupingSet {
    std::unique_ptr<AggregateTable> table;
    std::vector<Partition> partitions;  ///< empty until the first row is set aside
    std::vector<std::vector<uint32_t>> groups_of;
  };

  bool consume_runs(const DataChunk& chunk, std::span<const AggregateList::Input> inputs);
  void consume_rows(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                    std::span<const AggregateList::Input> inputs);
  void set_aside(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                 std::span<const uint32_t> rows);
  void account();

  const AggregateShape& shape_;
  ExecutionState& state_;
  Evaluator evaluator_;
  size_t only_set_;
  size_t depth_;
  int64_t memory_bytes_;
  MemoryReservation reservation_;
  bool full_ = false;  ///< past memory_bytes_: no new groups
  std::vector<GroupingSet> sets_;
  std::unique_ptr<SummaryGroups> summary_groups_;
  std::vector<uint32_t> ids_;  ///< scratch
};

}  // namespace tidemark
