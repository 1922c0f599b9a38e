#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "executor/prepared_expression.h"
#include "functions/evaluator.h"
#include "functions/function.h"

namespace tidemark {

/// The aggregates of one aggregation, ready to run, and how their states lie side by side for one group. Immutable,
/// shared by the threads of a pipeline.
class AggregateList {
 public:
  static constexpr size_t kStateAlignment = 16;

  struct Item {
    const AggregateFunction* function = nullptr;
    std::vector<PreparedExpression> arguments;
    std::vector<LogicalType> argument_types;
    LogicalType result;
    PreparedExpression filter;  ///< FILTER (WHERE …); unset: none
    size_t offset = 0;          ///< of the state within a group's
    /// DISTINCT or ORDER BY: rows are gathered first, and fed in order (duplicates dropped) when all are there.
    bool deferred = false;
    bool distinct = false;
    std::vector<PreparedExpression> order;
    std::vector<SortKey> order_keys;  ///< over the gathered rows: group, arguments, order
    std::vector<LogicalType> gathered_types;
  };

  /// What the rows of one chunk bring to one aggregate.
  struct Input {
    std::vector<Vector> arguments;          ///< flat or constant
    std::vector<Vector> order;              ///< deferred ones only
    std::optional<SelectionVector> chosen;  ///< rows that pass the filter; the vectors have one row for each of them
    size_t size = 0;
  };

  AggregateList(const std::vector<ExpressionPtr>& aggregates, ExecutionState& state);

  [[nodiscard]] const std::vector<Item>& items() const { return items_; }
  /// Bytes of all states of a group.
  [[nodiscard]] size_t stride() const { return stride_; }
  /// Groups grow with their rows.
  [[nodiscard]] bool keeps_rows() const { return keeps_rows_; }
  /// Some result depends on the order in which rows come: no parallel pipelines.
  [[nodiscard]] bool needs_order() const { return needs_order_; }

  [[nodiscard]] std::vector<Input> evaluate(const DataChunk& chunk, Evaluator& evaluator) const;

 private:
  void add_deferral(Item& item, const AggregateExpression& aggregate, ExecutionState& state);

  std::vector<Item> items_;
  size_t stride_ = 0;
  bool keeps_rows_ = false;
  bool needs_order_ = false;
};

}  // namespace tidemark
