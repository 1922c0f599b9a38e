#pragma once

#include <vector>

#include "base/memory_tracker.h"
#include "executor/key_table.h"
#include "executor/operator.h"

namespace tidemark {

/// INTERSECT and EXCEPT. The right side's rows are counted; left rows then pass or do not, as they come.
class SetOperationOperator final : public Operator {
 public:
  SetOperationOperator(const PhysicalSetOperation& plan, ExecutionState& state);
  void start() override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalSetOperation& plan_;
  OperatorPtr left_, right_;
  KeyTable right_rows_;
  std::vector<uint64_t> counts_;  ///< how often each right row came
  MemoryReservation reservation_;
};

}  // namespace tidemark
