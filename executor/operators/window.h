#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/operator.h"
#include "executor/row_partitions.h"
#include "executor/window_block.h"

namespace tidemark {

/// Window functions: all rows are gathered and put in the order of partition and ORDER BY; then the calls are computed,
/// and the rows come out in that order with one column a call behind theirs.
///
/// Many rows are cut by the hash of their partition keys first, so that threads work side by side, each on whole
/// partitions; past work_mem they wait on disk, and the cuts are worked off one by one. A single partition must fit
/// into query_memory_limit.
class WindowOperator final : public Operator {
 public:
  WindowOperator(const PhysicalWindow& plan, ExecutionState& state);
  void start() override;
  [[nodiscard]] size_t stream_count() const override;

 private:
  class Gatherer;
  class Stream;
  using Partitions = std::vector<std::shared_ptr<RowPartitions>>;
  /// Rows that are computed together: a finished block, or a cut that waits for its turn.
  struct Part {
    size_t partition = 0;
    std::shared_ptr<Partitions> rows;
    std::shared_ptr<WindowBlock> block;
    MemoryReservation reservation;
  };

  std::unique_ptr<RowStream> make_stream() override;
  void add_parts(const std::shared_ptr<Partitions>& rows);
  /// Computes a part. Where its rows do not fit into memory, they are cut further, and the cuts added to the parts:
  /// false.
  bool compute(Part& part);
  /// The next finished block; null at the end. Safe for many threads.
  std::optional<Part> next_part();

  const PhysicalWindow& plan_;
  OperatorPtr child_;
  WindowPlan window_;
  std::mutex parts_mutex_;
  std::vector<Part> parts_;  ///< guarded by parts_mutex_
};

}  // namespace tidemark
