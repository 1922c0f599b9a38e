#pragma once

#include <optional>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/key_table.h"
#include "executor/operator.h"
#include "executor/row_order.h"
#include "executor/value_shift.h"

namespace tidemark {

/// ASOF JOIN: to each left row the right row of equal keys whose order value lies nearest, on the side that the
/// comparison says. The right side is kept, sorted by (key, order); the left side searches.
class AsofJoinOperator final : public Operator {
 public:
  AsofJoinOperator(const PhysicalAsofJoin& plan, ExecutionState& state);
  void start() override;
  [[nodiscard]] size_t stream_count() const override { return left_->stream_count(); }

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalAsofJoin& plan_;
  OperatorPtr left_, right_;
  std::vector<PreparedExpression> left_keys_, right_keys_;
  PreparedExpression left_order_, right_order_, residual_;
  std::optional<ValueShift> tolerance_;
  RowOrder order_;            ///< over one column: the order value
  RowCollection rows_;        ///< the right side
  RowCollection order_rows_;  ///< its order values
  KeyTable keys_;
  std::vector<uint32_t> sorted_;           ///< right rows by (key, order), those without order left out
  std::vector<uint64_t> sorted_prefixes_;  ///< of their order values, where those decide
  std::vector<uint32_t> key_begin_;        ///< where in sorted_ a key's rows begin; one more at the end
  MemoryReservation reservation_;
};

}  // namespace tidemark
