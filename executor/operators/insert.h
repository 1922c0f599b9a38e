#pragma once

#include "executor/operator.h"
#include "executor/operators/returned_rows.h"
#include "executor/table_writer.h"

namespace tidemark {

/// INSERT and UPSERT: makes whole table rows of the child's, and hands them to the TableWriter.
class InsertOperator final : public Operator {
 public:
  InsertOperator(const PhysicalInsert& plan, ExecutionState& state);
  void start() override;

 private:
  std::unique_ptr<RowStream> make_stream() override { return returned_.stream(); }
  /// The second child's rows for rows in conflict (see ConflictUpdate::source).
  [[nodiscard]] DataChunk conflict_rows(const DataChunk& both, SelectionVector& numbers) const;
  [[nodiscard]] DataChunk table_rows(const DataChunk& input, Evaluator& evaluator) const;

  const PhysicalInsert& plan_;
  OperatorPtr child_;
  std::vector<PreparedExpression> row_;  ///< unset for generated columns
  ConflictUpdate update_;
  ReturnedRows returned_;
};

}  // namespace tidemark
