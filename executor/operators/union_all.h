#pragma once

#include <vector>

#include "executor/operator.h"

namespace tidemark {

/// The children's rows, one child after the other.
class UnionAllOperator final : public Operator {
 public:
  UnionAllOperator(const PhysicalUnionAll& plan, ExecutionState& state);
  void start() override;
  /// As many as the child that can use most.
  [[nodiscard]] size_t stream_count() const override;

 private:
  std::unique_ptr<RowStream> make_stream() override;

  std::vector<OperatorPtr> children_;
  size_t opened_ = 0;
};

}  // namespace tidemark
