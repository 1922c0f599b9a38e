#include "executor/operators/window.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "executor/pipeline.h"
#include "executor/window_call.h"

namespace tidemark {

WindowOperator::WindowOperator(const PhysicalWindow& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      child_(make_operator(*plan.children[0], state)),
      child_width_(plan.children[0]->outputs.size()),
      gathered_types_(output_types(*plan.children[0])),
      reservation_(state.query().memory) {
  TIDEMARK_CHECK(!plan.calls.empty());
  const auto add_column = [&](const Expression& expression) {
    extra_.emplace_back(&expression, state);
    gathered_types_.push_back(expression.type);
    return static_cast<uint32_t>(gathered_types_.size() - 1);
  };
  for (const ExpressionPtr& expression : plan.calls) {
    Prepared& call = calls_.emplace_back();
    call.expression = &expression->as<WindowExpression>();
    call.first_column = static_cast<uint32_t>(gathered_types_.size());
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
    results_.emplace_back(call.expression->type);
  }
  const WindowExpression& window = *calls_[0].expression;
  order_ = std::make_unique<RowOrder>(window.partition_by, window.order_by, gathered_types_, state);
  rows_ = std::make_unique<RowCollection>(order_->row_types());
}

void WindowOperator::start() {
  child_->start();
  Evaluator evaluator(query());
  const auto keep = [&](DataChunk& chunk) {
    std::vector<Vector> extra;
    for (const PreparedExpression& expression : extra_) {
      extra.push_back(evaluator.evaluate(*expression, chunk));
    }
    std::ranges::move(extra, std::back_inserter(chunk.columns));
    order_->add_keys(chunk, evaluator);
    rows_->append(chunk);
    reservation_.resize(static_cast<int64_t>(rows_->memory_bytes() + rows_->size() * sizeof(uint32_t)));
  };
  run_pipeline(state(), *child_, keep, node());
  if (plan_.input_sorted) {
    sorted_.resize(rows_->size());
    std::iota(sorted_.begin(), sorted_.end(), 0U);
  } else {
    sorted_ = order_->sorted(*rows_);
  }
  compute();
}

void WindowOperator::compute() {
  std::vector<FrameFinder> frames;
  for (const Prepared& call : calls_) {
    frames.emplace_back(call.expression->frame, call.expression->order_by, state());
  }
  const size_t partition_keys = order_->group_key_count();
  const auto differ = [&](size_t left, size_t right, size_t keys_to) {
    return order_->compare(*rows_, sorted_[left], *rows_, sorted_[right], 0, keys_to) != 0;
  };
  for (size_t first = 0, last = 0; first < sorted_.size(); first = last) {
    query().check_cancelled();
    WindowPartition partition;
    partition.group_begin.push_back(0);
    partition.peer_group.push_back(0);
    for (last = first + 1; last < sorted_.size() && !differ(last - 1, last, partition_keys); ++last) {
      if (differ(last - 1, last, order_->key_count())) {
        partition.group_begin.push_back(static_cast<uint32_t>(last - first));
      }
      partition.peer_group.push_back(static_cast<uint32_t>(partition.group_begin.size() - 1));
    }
    partition.size = last - first;
    partition.group_begin.push_back(static_cast<uint32_t>(partition.size));
    const std::span<const uint32_t> rows = std::span(sorted_).subspan(first, partition.size);
    for (size_t index = 0; index < calls_.size(); ++index) {
      const Prepared& call = calls_[index];
      WindowInput input{partition, {}, nullptr};
      const size_t arguments = call.expression->children.size();
      for (size_t argument = 0; argument < arguments; ++argument) {
        input.arguments.push_back(rows_->column(call.first_column + argument).gather(rows));
      }
      Vector filter;
      if (call.expression->filter != nullptr) {
        filter = rows_->column(call.first_column + arguments).gather(rows);
        input.filter = &filter;
      }
      Vector order_values;
      if (call.order_column != UINT32_MAX) {
        order_values = rows_->column(call.order_column).gather(rows);
      }
      frames[index].begin(partition, call.order_column != UINT32_MAX ? &order_values : nullptr);
      results_[index].append(call.expression->function != nullptr
                                 ? compute_window_function(*call.expression, input, frames[index])
                                 : compute_window_aggregate(*call.expression, input, frames[index], query()));
    }
  }
}

class WindowOperator::Stream final : public RowStream {
 public:
  explicit Stream(const WindowOperator& owner) : owner_(owner) {}
  bool next(DataChunk& chunk) override {
    chunk.reset();
    const size_t count = std::min(kVectorSize, owner_.sorted_.size() - position_);
    if (count == 0) {
      return false;
    }
    owner_.rows_->gather_into(chunk, std::span(owner_.sorted_).subspan(position_, count), 0, owner_.child_width_);
    for (const GrowingColumn& result : owner_.results_) {
      chunk.columns.push_back(result.view(position_, count));
    }
    position_ += count;
    return true;
  }

 private:
  const WindowOperator& owner_;
  size_t position_ = 0;
};

std::unique_ptr<RowStream> WindowOperator::make_stream() { return std::make_unique<Stream>(*this); }

}  // namespace tidemark
