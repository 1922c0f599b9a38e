#include "executor/operators/limit.h"

#include <algorithm>

#include "base/error.h"
#include "executor/prepared_expression.h"

namespace tidemark {

RowWindow::RowWindow(const Expression* limit_expression, const Expression* offset_expression, ExecutionState& state) {
  if (limit_expression != nullptr) {
    const Value value = evaluate_once(*limit_expression, state);
    if (!value.is_null() && value.as_int64() < 0) {
      throw Error(sqlstate::kInvalidRowCountInLimit, "LIMIT must not be negative");
    }
    if (!value.is_null()) {
      limit = static_cast<uint64_t>(value.as_int64());
    }
  }
  if (offset_expression != nullptr) {
    const Value value = evaluate_once(*offset_expression, state);
    if (!value.is_null() && value.as_int64() < 0) {
      throw Error(sqlstate::kInvalidRowCountInOffset, "OFFSET must not be negative");
    }
    offset = value.is_null() ? 0 : static_cast<uint64_t>(value.as_int64());
  }
}

uint64_t RowWindow::end() const { return *limit > UINT64_MAX - offset ? UINT64_MAX : offset + *limit; }

class LimitOperator::Stream final : public RowStream {
 public:
  Stream(const RowWindow& window, std::unique_ptr<RowStream> source)
      : to_skip_(window.offset), left_(window.limit.value_or(UINT64_MAX)), source_(std::move(source)) {}
  bool next(DataChunk& chunk) override {
    while (left_ > 0 && source_->next(chunk)) {
      if (to_skip_ >= chunk.size) {
        to_skip_ -= chunk.size;
        continue;
      }
      const auto skipped = static_cast<size_t>(to_skip_);
      const auto count = static_cast<size_t>(std::min<uint64_t>(chunk.size - skipped, left_));
      if (count < chunk.size) {
        chunk = chunk.slice(skipped, count);
      }
      to_skip_ = 0;
      left_ -= count;
      return true;
    }
    chunk.reset();
    return false;
  }

 private:
  uint64_t to_skip_;
  uint64_t left_;
  std::unique_ptr<RowStream> source_;
};

LimitOperator::LimitOperator(const PhysicalLimit& plan, ExecutionState& state)
    : Operator(plan, state),
      child_(make_operator(*plan.children[0], state)),
      window_(plan.limit.get(), plan.offset.get(), state) {}

void LimitOperator::start() {
  if (window_.limit != 0) {
    child_->start();
  }
}

std::unique_ptr<RowStream> LimitOperator::make_stream() {
  return std::make_unique<Stream>(window_, window_.limit == 0 ? nullptr : child_->open());
}

}  // namespace tidemark
