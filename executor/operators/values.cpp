#include "executor/operators/values.h"

#include <algorithm>

#include "executor/prepared_expression.h"
#include "executor/value_column.h"
#include "functions/evaluator.h"

namespace tidemark {

class ValuesOperator::Stream final : public RowStream {
 public:
  explicit Stream(const ValuesOperator& owner) : plan_(owner.plan_), state_(owner.state()) {}
  bool next(DataChunk& chunk) override {
    chunk.reset();
    return plan_.literals.empty() ? next_rows(chunk) : next_literals(chunk);
  }

 private:
  bool next_literals(DataChunk& chunk) {
    const size_t count = std::min(kVectorSize, plan_.literal_row_count - position_);
    for (const Vector& column : plan_.literals) {
      chunk.columns.push_back(column.slice(position_, count));
    }
    chunk.size = count;
    position_ += count;
    return count > 0;
  }

  bool next_rows(DataChunk& chunk) {
    const size_t count = std::min(kVectorSize, plan_.rows.size() - position_);
    Evaluator evaluator(state_.query());
    std::vector<ValueColumn> columns;
    for (const PlanOutput& output : plan_.outputs) {
      columns.emplace_back(output.type);
    }
    for (size_t row = position_; row < position_ + count; ++row) {
      for (size_t column = 0; column < columns.size(); ++column) {
        const PreparedExpression expression(plan_.rows[row][column].get(), state_);
        const Value* constant = expression.constant();
        columns[column].append(constant != nullptr ? *constant : evaluator.evaluate_constant(*expression));
      }
    }
    for (ValueColumn& column : columns) {
      chunk.columns.push_back(column.take());
    }
    chunk.size = count;
    position_ += count;
    return count > 0;
  }

  const PhysicalValues& plan_;
  ExecutionState& state_;
  size_t position_ = 0;
};

ValuesOperator::ValuesOperator(const PhysicalValues& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan) {}

std::unique_ptr<RowStream> ValuesOperator::make_stream() { return std::make_unique<Stream>(*this); }

}  // namespace tidemark
