#include "executor/operators/project.h"

#include <algorithm>

#include "functions/evaluator.h"
#include "planner/plan_walk.h"

namespace tidemark {

class ProjectOperator::Stream final : public RowStream {
 public:
  Stream(const ProjectOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner), evaluator_(owner.query()), source_(std::move(source)) {}
  bool next(DataChunk& chunk) override {
    chunk.reset();
    if (!source_->next(input_)) {
      return false;
    }
    chunk.columns.reserve(owner_.expressions_.size());
    for (const PreparedExpression& expression : owner_.expressions_) {
      chunk.columns.push_back(evaluator_.evaluate(*expression, input_));
    }
    chunk.size = input_.size;
    return true;
  }

 private:
  const ProjectOperator& owner_;
  Evaluator evaluator_;
  std::unique_ptr<RowStream> source_;
  DataChunk input_;
};

ProjectOperator::ProjectOperator(const PhysicalProject& plan, ExecutionState& state)
    : Operator(plan, state),
      child_(make_operator(*plan.children[0], state)),
      expressions_(prepare_all(plan.expressions, state)) {}

ScanColumn ProjectOperator::scan_column(uint32_t output) {
  const Expression& expression = *expressions_[output];
  const auto calls_volatile = [](const PreparedExpression& each) { return is_volatile(*each); };
  if (expression.kind != ExpressionKind::kInput || std::ranges::any_of(expressions_, calls_volatile)) {
    return {};
  }
  return child_->scan_column(expression.as<InputExpression>().index);
}

std::unique_ptr<RowStream> ProjectOperator::make_stream() { return std::make_unique<Stream>(*this, child_->open()); }

}  // namespace tidemark
