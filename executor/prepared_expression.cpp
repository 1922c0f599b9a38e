#include "executor/prepared_expression.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "functions/evaluator.h"
#include "functions/function.h"

namespace tidemark {
namespace {

bool is_constant(const ExpressionPtr& expression) { return expression->kind == ExpressionKind::kConstant; }

bool is_foldable(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kFunction:
      return expression.as<FunctionExpression>().function->volatility != Volatility::kVolatile;
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
    case ExpressionKind::kCase:
    case ExpressionKind::kCoalesce:
      return true;
    default:
      return false;
  }
}

bool may_change(const Expression& expression) {
  if (expression.kind == ExpressionKind::kParameter) {
    return true;
  }
  if (std::ranges::any_of(expression.children, [](const ExpressionPtr& child) { return may_change(*child); })) {
    return true;
  }
  return is_foldable(expression) && std::ranges::all_of(expression.children, is_constant);
}

Value parameter_value(const ParameterExpression& parameter, const ExecutionState& state) {
  if (parameter.number >= kApplyParameterBase) {
    const auto bound = state.apply_parameters.find(parameter.number);
    TIDEMARK_CHECK(bound != state.apply_parameters.end());
    return bound->second;
  }
  if (parameter.number == 0 || parameter.number > state.context.parameters.size()) {
    throw Error(sqlstate::kUndefinedParameter, "there is no parameter $" + std::to_string(parameter.number));
  }
  return state.context.parameters[parameter.number - 1];
}

void fold(ExpressionPtr& expression, ExecutionState& state, Evaluator& evaluator) {
  if (expression->kind == ExpressionKind::kParameter) {
    Value value = parameter_value(expression->as<ParameterExpression>(), state);
    value = value.is_null() ? Value::null(expression->type) : value.with_type(expression->type);
    expression = std::make_unique<ConstantExpression>(std::move(value));
    return;
  }
  for (ExpressionPtr& child : expression->children) {
    fold(child, state, evaluator);
  }
  if (!is_foldable(*expression) || !std::ranges::all_of(expression->children, is_constant)) {
    return;
  }
  try {
    Value value = evaluator.evaluate_constant(*expression);
    value = value.is_null() ? Value::null(expression->type) : value.with_type(expression->type);
    expression = std::make_unique<ConstantExpression>(std::move(value));
  } catch (const Error&) {
    // The expression may stand in a branch that no row takes; if one does, it will complain there.
  }
}

}  // namespace

PreparedExpression::PreparedExpression(const Expression* expression, ExecutionState& state) : expression_(expression) {
  if (expression == nullptr || !may_change(*expression)) {
    return;
  }
  ExpressionPtr copy = expression->clone();
  Evaluator evaluator(state.query());
  fold(copy, state, evaluator);
  owned_ = std::move(copy);
  expression_ = owned_.get();
}

PreparedExpression PreparedExpression::owning(const Expression& expression) {
  PreparedExpression prepared;
  prepared.owned_ = expression.clone();
  prepared.expression_ = prepared.owned_.get();
  return prepared;
}

const Value* PreparedExpression::constant() const {
  if (expression_ == nullptr || expression_->kind != ExpressionKind::kConstant) {
    return nullptr;
  }
  return &expression_->as<ConstantExpression>().value;
}

std::vector<PreparedExpression> prepare_all(const std::vector<ExpressionPtr>& expressions, ExecutionState& state) {
  std::vector<PreparedExpression> prepared;
  prepared.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) {
    prepared.emplace_back(expression.get(), state);
  }
  return prepared;
}

Value evaluate_once(const Expression& expression, ExecutionState& state) {
  const PreparedExpression prepared(&expression, state);
  if (const Value* value = prepared.constant()) {
    return *value;
  }
  Evaluator evaluator(state.query());
  return evaluator.evaluate_constant(*prepared);
}

}  // namespace tidemark
