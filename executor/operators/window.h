#pragma once

#include <memory>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/operator.h"
#include "executor/row_order.h"
#include "executor/window_frame.h"

namespace tidemark {

/// Window functions: all rows are gathered and put in the order of partition and ORDER BY; then each partition is
/// computed call by call, and the rows come out in that order with one column a call behind theirs.
class WindowOperator final : public Operator {
 public:
  WindowOperator(const PhysicalWindow& plan, ExecutionState& state);
  void start() override;

 private:
  class Stream;
  /// A call made ready. Its arguments, and its filter behind them, are columns of the gathered rows.
  struct Prepared {
    const WindowExpression* expression = nullptr;
    uint32_t first_column = 0;
    uint32_t order_column = UINT32_MAX;  ///< the first ORDER BY value, for RANGE frames with an offset
  };

  std::unique_ptr<RowStream> make_stream() override;
  void compute();

  const PhysicalWindow& plan_;
  OperatorPtr child_;
  size_t child_width_;
  std::vector<Prepared> calls_;
  std::vector<PreparedExpression> extra_;  ///< arguments, filters and order values, in column order
  std::vector<LogicalType> gathered_types_;
  std::unique_ptr<RowOrder> order_;  ///< partition, then ORDER BY
  std::unique_ptr<RowCollection> rows_;
  std::vector<uint32_t> sorted_;
  std::vector<GrowingColumn> results_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
