#pragma once

#include <vector>

#include "executor/operator.h"
#include "executor/prepared_expression.h"
#include "executor/row_collection.h"

namespace tidemark {

/// Set-returning functions: in FROM (no child: one call each, side by side), or in a select list (a child: the calls
/// of each of its rows, beside its columns). Shorter results are filled up with NULLs.
class TableFunctionOperator final : public Operator {
 public:
  TableFunctionOperator(const PhysicalTableFunction& plan, ExecutionState& state);
  void start() override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;
  [[nodiscard]] std::vector<LogicalType> call_types(size_t call) const;

  const PhysicalTableFunction& plan_;
  OperatorPtr child_;
  size_t child_width_ = 0;
  std::vector<std::vector<PreparedExpression>> arguments_;  ///< of each call
};

}  // namespace tidemark
