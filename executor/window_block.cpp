#include "executor/window_block.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "executor/operator.h"
#include "executor/prepared_expression.h"

namespace tidemark {
namespace {

bool reads_input(const Expression& expression) {
  return expression.kind == ExpressionKind::kInput ||
         std::ranges::any_of(expression.children, [](const ExpressionPtr& child) { return reads_input(*child); });
}

}  // namespace

WindowPlan::WindowPlan(const PhysicalWindow& plan, ExecutionState& state)
    : state_(state), child_width_(plan.children[0]->outputs.size()) {
  TIDEMARK_CHECK(!plan.calls.empty());
  std::vector<LogicalType> types = output_types(*plan.children[0]);
  const auto add_column = [&](const Expression& expression) {
    extra_.emplace_back(&expression, state);
    types.push_back(expression.type);
    return static_cast<uint32_t>(types.size() - 1);
  };
  for (const ExpressionPtr& expression : plan.calls) {
    Call& call = calls_.emplace_back();
    call.expression = &expression->as<WindowExpression>();
    call.first_column = static_cast<uint32_t>(types.size());
    for (const ExpressionPtr& argument : call.expression->children) {
      add_column(*argument);
    }
    if (call.expression->filter != nullptr) {
      add_column(*call.expression->filter);
    }
    const WindowFrame& frame = call.expression->frame;
    if (frame.unit == FrameUnit::kRange && (frame.start_offset != nullptr || frame.end_offset != nullptr)) {
      call.order_column = add_column(*call.expression->order_by[0].expression);
    }
    if (frame.start_offset != nullptr && reads_input(*frame.start_offset)) {
      call.start_column = add_column(*frame.start_offset);
    }
    if (frame.end_offset != nullptr && reads_input(*frame.end_offset)) {
      call.end_column = add_column(*frame.end_offset);
    }
  }
  const WindowExpression& window = *calls_[0].expression;
  order_ = std::make_unique<RowOrder>(window.partition_by, window.order_by, types, state);
}

void WindowPlan::add_columns(DataChunk& chunk, Evaluator& evaluator) const {
  std::vector<Vector> extra;
  for (const PreparedExpression& expression : extra_) {
    extra.push_back(evaluator.evaluate(*expression, chunk));
  }
  std::ranges::move(extra, std::back_inserter(chunk.columns));
  order_->add_keys(chunk, evaluator);
}

std::vector<Vector> WindowPlan::partition_keys(const DataChunk& chunk) const {
  std::vector<Vector> keys;
  for (size_t key = 0; key < order_->group_key_count(); ++key) {
    keys.push_back(chunk.columns[order_->key_column(key)]);
  }
  return keys;
}

bool WindowPlan::goes_by_input_order() const {
  return order_->key_count() == order_->group_key_count() &&
         std::ranges::any_of(calls_, [](const Call& call) { return call.expression->function != nullptr; });
}

WindowBlock::WindowBlock(const WindowPlan& plan, RowCollection rows, bool sorted)
    : plan_(plan), rows_(std::move(rows)) {
  if (sorted) {
    sorted_.resize(rows_.size());
    std::iota(sorted_.begin(), sorted_.end(), 0U);
  } else {
    sorted_ = plan_.order_->sorted(rows_);
  }
  find_edges();
  for (const WindowPlan::Call& call : plan_.calls_) {
    plan_.state_.query().check_cancelled();
    results_.push_back(compute(call));
  }
}

void WindowBlock::find_edges() {
  const RowOrder& order = *plan_.order_;
  const size_t partition_keys = order.group_key_count();
  for (size_t row = 0; row < sorted_.size(); ++row) {
    const auto differ = [&](size_t keys_from, size_t keys_to) {
      return order.compare(rows_, sorted_[row - 1], rows_, sorted_[row], keys_from, keys_to) != 0;
    };
    if (row == 0 || differ(0, partition_keys)) {
      edges_.partition_begin.push_back(static_cast<uint32_t>(row));
      edges_.partition_group.push_back(static_cast<uint32_t>(edges_.group_begin.size()));
      edges_.group_begin.push_back(static_cast<uint32_t>(row));
    } else if (differ(partition_keys, order.key_count())) {
      edges_.group_begin.push_back(static_cast<uint32_t>(row));
    }
  }
  edges_.partition_begin.push_back(static_cast<uint32_t>(sorted_.size()));
  edges_.partition_group.push_back(static_cast<uint32_t>(edges_.group_begin.size()));
  edges_.group_begin.push_back(static_cast<uint32_t>(sorted_.size()));
}

std::optional<Value> WindowBlock::offset_value(const ExpressionPtr& offset, uint32_t column) const {
  if (offset == nullptr) {
    return std::nullopt;
  }
  if (column == UINT32_MAX) {
    return evaluate_once(*offset, plan_.state_);
  }
  if (sorted_.empty()) {
    return std::nullopt;
  }
  return rows_.column(column).gather(std::span(sorted_).first(1)).value(0);
}

Vector WindowBlock::compute(const WindowPlan::Call& call) {
  const WindowExpression& expression = *call.expression;
  WindowArguments arguments;
  for (size_t argument = 0; argument < expression.children.size(); ++argument) {
    arguments.values.push_back(rows_.column(call.first_column + argument).gather(sorted_));
  }
  if (expression.filter != nullptr) {
    arguments.filter = rows_.column(call.first_column + expression.children.size()).gather(sorted_);
  }
  const WindowFrame& frame = expression.frame;
  const FrameOffsets offsets{offset_value(frame.start_offset, call.start_column),
                             offset_value(frame.end_offset, call.end_column)};
  FrameFinder frames(frame, expression.order_by, offsets, plan_.state_);
  if (std::optional<Vector> result = compute_whole_block(expression, edges_, arguments, plan_.state_.query())) {
    return std::move(*result);
  }
  Vector order_values;
  if (call.order_column != UINT32_MAX) {
    order_values = rows_.column(call.order_column).gather(sorted_);
  }
  // Partition by partition.
  GrowingColumn results(expression.type);
  WindowPartition partition;
  for (size_t index = 0; index + 1 < edges_.partition_begin.size(); ++index) {
    if (index % kVectorSize == 0) {
      plan_.state_.query().check_cancelled();
    }
    const size_t first = edges_.partition_begin[index];
    edges_.fill(index, partition);
    WindowInput input{partition, {}, nullptr};
    for (const Vector& values : arguments.values) {
      input.arguments.push_back(values.slice(first, partition.size));
    }
    Vector filter;
    if (arguments.filter) {
      filter = arguments.filter->slice(first, partition.size);
      input.filter = &filter;
    }
    Vector order_part;
    if (call.order_column != UINT32_MAX) {
      order_part = order_values.slice(first, partition.size);
    }
    frames.begin(partition, call.order_column != UINT32_MAX ? &order_part : nullptr);
    results.append(expression.function != nullptr
                       ? compute_window_function(expression, input, frames)
                       : compute_window_aggregate(expression, input, frames, plan_.state_.query()));
  }
  return results.view(0, results.size());
}

DataChunk WindowBlock::chunk(size_t first, size_t count) const {
  DataChunk chunk;
  rows_.gather_into(chunk, std::span(sorted_).subspan(first, count), 0, plan_.child_width_);
  for (const Vector& result : results_) {
    chunk.columns.push_back(result.slice(first, count));
  }
  return chunk;
}

size_t WindowBlock::memory_bytes() const {
  size_t bytes = rows_.memory_bytes() + sorted_.size() * sizeof(uint32_t);
  for (const Vector& result : results_) {
    bytes += result.size() * physical_width(result.type().physical());
  }
  return bytes;
}

}  // namespace tidemark
