#pragma once

#include <vector>

#include "executor/operator.h"
#include "executor/prepared_expression.h"

namespace tidemark {

/// Computes the select list.
class ProjectOperator final : public Operator {
 public:
  ProjectOperator(const PhysicalProject& plan, ExecutionState& state);
  void start() override { child_->start(); }
  [[nodiscard]] size_t stream_count() const override { return child_->stream_count(); }
  [[nodiscard]] ScanColumn scan_column(uint32_t output) override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  OperatorPtr child_;
  std::vector<PreparedExpression> expressions_;
};

}  // namespace tidemark
