#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "executor/row_collection.h"
#include "executor/row_order.h"
#include "executor/window_call.h"
#include "planner/physical_plan.h"

namespace tidemark {

/// The calls of a window node made ready: which columns they read of the rows that are gathered, and the order in which
/// the rows must be. Immutable.
class WindowPlan {
 public:
  WindowPlan(const PhysicalWindow& plan, ExecutionState& state);

  /// Adds arguments, filters, order values and sort keys behind the input's columns.
  void add_columns(DataChunk& chunk, Evaluator& evaluator) const;
  [[nodiscard]] const std::vector<LogicalType>& row_types() const { return order_->row_types(); }
  /// PARTITION BY's columns of a chunk that `add_columns` has completed.
  [[nodiscard]] std::vector<Vector> partition_keys(const DataChunk& chunk) const;
  /// Without ORDER BY, row_number, lag and their like go by the order in which rows come.
  [[nodiscard]] bool goes_by_input_order() const;
  [[nodiscard]] bool has_partitions() const { return order_->group_key_count() > 0; }

  struct Call {
    const WindowExpression* expression = nullptr;
    uint32_t first_column = 0;           ///< of its arguments, and behind them its filter
    uint32_t order_column = UINT32_MAX;  ///< the first ORDER BY value, for RANGE frames with an offset
    uint32_t start_column = UINT32_MAX;  ///< of the frame's offset, if it is a subquery's result: alike in all rows
    uint32_t end_column = UINT32_MAX;
  };

 private:
  friend class WindowBlock;
  ExecutionState& state_;
  size_t child_width_;
  std::vector<Call> calls_;
  std::vector<PreparedExpression> extra_;  ///< arguments, filters and order values, in column order
  std::unique_ptr<RowOrder> order_;        ///< partition, then ORDER BY
};

/// Some whole partitions of a window: their rows, put in order, and what the calls give for each.
class WindowBlock {
 public:
  /// `sorted`: the rows are in order already.
  WindowBlock(const WindowPlan& plan, RowCollection rows, bool sorted);

  [[nodiscard]] size_t size() const { return sorted_.size(); }
  /// Rows [first, first + count) in order: the input's columns, then one a call.
  [[nodiscard]] DataChunk chunk(size_t first, size_t count) const;
  [[nodiscard]] size_t memory_bytes() const;

 private:
  void find_edges();
  [[nodiscard]] std::optional<Value> offset_value(const ExpressionPtr& offset, uint32_t column) const;
  [[nodiscard]] Vector compute(const WindowPlan::Call& call);

  const WindowPlan& plan_;
  RowCollection rows_;
  std::vector<uint32_t> sorted_;
  WindowEdges edges_;
  std::vector<Vector> results_;
};

}  // namespace tidemark
