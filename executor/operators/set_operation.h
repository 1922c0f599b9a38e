#pragma once

#include <memory>

#include "executor/operator.h"

namespace tidemark {

/// INTERSECT and EXCEPT. The right side's rows are counted; left rows then pass or do not, as they come. Past work_mem,
/// right rows that are not among those counted, and the left rows that may depend on them, are set aside on disk in
/// partitions by their hash, and each partition is a set operation of its own.
class SetOperationOperator final : public Operator {
 public:
  SetOperationOperator(const PhysicalSetOperation& plan, ExecutionState& state);
  void start() override;

 private:
  class Level;
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalSetOperation& plan_;
  OperatorPtr left_, right_;
  std::shared_ptr<Level> first_level_;
};

}  // namespace tidemark
