#pragma once

#include "executor/operator.h"
#include "executor/prepared_expression.h"

namespace tidemark {

/// Keeps the rows for which the predicate is true.
class FilterOperator final : public Operator {
 public:
  FilterOperator(const PhysicalFilter& plan, ExecutionState& state);
  void start() override;
  [[nodiscard]] size_t stream_count() const override { return passes_nothing_ ? 1 : child_->stream_count(); }
  [[nodiscard]] ScanColumn scan_column(uint32_t output) override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  OperatorPtr child_;
  PreparedExpression predicate_;
  bool passes_nothing_ = false;
};

}  // namespace tidemark
