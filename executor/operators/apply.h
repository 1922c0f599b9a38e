#pragma once

#include <utility>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/join_emitter.h"
#include "executor/key_table.h"
#include "executor/operator.h"

namespace tidemark {

/// LATERAL and correlated subqueries that could not become joins: the right side is run once for each distinct
/// combination of the left values that it reads, and its rows are kept for the next left row with the same.
class ApplyOperator final : public Operator {
 public:
  ApplyOperator(const PhysicalApply& plan, ExecutionState& state);
  void start() override { left_->start(); }

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;
  /// Runs the right side for row `row` of the bindings, adding its rows to `rows_`.
  void run_right(const std::vector<Vector>& bindings, size_t row);

  const PhysicalApply& plan_;
  OperatorPtr left_;
  std::vector<PreparedExpression> bindings_;
  PreparedExpression condition_;
  RowCollection rows_;                                 ///< right rows of all bindings met
  std::vector<std::pair<uint32_t, uint32_t>> ranges_;  ///< [first, last) of rows_ for each binding
  KeyTable known_;
  KeyTable::Scratch scratch_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
