#pragma once

#include <atomic>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/join_emitter.h"
#include "executor/operator.h"

namespace tidemark {

/// Join by any condition: every left row against every right row, which are kept in memory.
class NestedLoopJoinOperator final : public Operator {
 public:
  NestedLoopJoinOperator(const PhysicalNestedLoopJoin& plan, ExecutionState& state);
  void start() override;
  [[nodiscard]] size_t stream_count() const override { return left_->stream_count(); }

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;
  [[nodiscard]] bool keeps_right() const { return plan_.type == JoinType::kRight || plan_.type == JoinType::kFull; }

  const PhysicalNestedLoopJoin& plan_;
  OperatorPtr left_, right_;
  PreparedExpression condition_;
  RowCollection rows_;            ///< the right side
  std::vector<uint8_t> matched_;  ///< RIGHT and FULL: one a right row
  std::atomic<size_t> running_streams_{0};
  MemoryReservation reservation_;
};

}  // namespace tidemark
