#pragma once

#include <vector>

#include "base/memory_tracker.h"
#include "executor/operator.h"
#include "executor/prepared_expression.h"
#include "executor/row_collection.h"
#include "functions/evaluator.h"

namespace tidemark {

/// What RETURNING gives: gathered while the statement writes, put out when all is written.
class ReturnedRows {
 public:
  ReturnedRows(const PhysicalWriteTarget& target, const PhysicalNode& node, ExecutionState& state);

  [[nodiscard]] bool wanted() const { return !expressions_.empty(); }
  /// `table_row`: one column for each column of the table (and in UPDATE and DELETE of append tables the row id);
  /// `child_row`: the child's columns, of the same rows.
  void add(const DataChunk& table_row, const DataChunk& child_row);
  /// A stream over what was gathered; this must outlive it.
  [[nodiscard]] std::unique_ptr<RowStream> stream() const;

 private:
  std::vector<PreparedExpression> expressions_;
  Evaluator evaluator_;
  RowCollection rows_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
