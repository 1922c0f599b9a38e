#include <algorithm>

#include "base/error.h"
#include "functions/evaluator.h"
#include "functions/function.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

bool is_constant(const ExpressionPtr& expression) { return expression->kind == ExpressionKind::kConstant; }

bool is_null_constant(const ExpressionPtr& expression) {
  return is_constant(expression) && expression->as<ConstantExpression>().value.is_null();
}

/// Whether folding has left a call of constants in it, which is one that fails.
bool has_failing_call(const ExpressionPtr& expression) {
  if (expression->kind != ExpressionKind::kFunction) return false;
  if (expression->as<FunctionExpression>().function->volatility == Volatility::kImmutable &&
      std::ranges::all_of(expression->children, is_constant)) {
    return true;
  }
  return std::ranges::any_of(expression->children, has_failing_call);
}

class Folding {
 public:
  explicit Folding(PlannerContext& context) : evaluator_(context.query) {}

  void fold(ExpressionPtr& expression) {
    for (ExpressionPtr& child : expression->children) fold(child);
    if (expression->kind == ExpressionKind::kAggregate) {
      auto& aggregate = expression->as<AggregateExpression>();
      if (aggregate.filter) fold(aggregate.filter);
      return;
    }
    switch (expression->kind) {
      case ExpressionKind::kFunction:
        return fold_call(expression);
      case ExpressionKind::kAnd:
      case ExpressionKind::kOr:
        return fold_logical(expression);
      case ExpressionKind::kCase:
        return fold_case(expression);
      case ExpressionKind::kCoalesce:
        return fold_coalesce(expression);
      default:
        return;
    }
  }

 private:
  static void replace(ExpressionPtr& expression, Value value) {
    const int position = expression->position;
    const LogicalType type = expression->type;
    value = value.is_null() ? Value::null(type) : value.with_type(type);
    expression = std::make_unique<ConstantExpression>(std::move(value));
    expression->position = position;
  }

  void fold_call(ExpressionPtr& expression) {
    const ScalarFunction& function = *expression->as<FunctionExpression>().function;
    if (function.volatility != Volatility::kImmutable) return;
    // NULL hides what the other arguments depend on a row for, but not what is wrong with the statement itself.
    if (function.null_rule == NullRule::kStrict && std::ranges::any_of(expression->children, is_null_constant) &&
        std::ranges::none_of(expression->children, has_failing_call)) {
      return replace(expression, Value::null(expression->type));
    }
    if (!std::ranges::all_of(expression->children, is_constant)) return;
    try {
      replace(expression, evaluator_.evaluate_constant(*expression));
    } catch (const Error&) {
      // Perhaps no row ever comes here; if one does, it will complain then.
    }
  }

  /// TRUE AND x is x; FALSE AND x is FALSE. Parts that stand before a deciding constant may complain, so they stay.
  static void fold_logical(ExpressionPtr& expression) {
    const bool is_and = expression->kind == ExpressionKind::kAnd;
    std::vector<ExpressionPtr>& parts = expression->children;
    const auto is_value = [](const ExpressionPtr& part, bool wanted) {
      if (!is_constant(part)) return false;
      const Value& value = part->as<ConstantExpression>().value;
      return !value.is_null() && value.as_bool() == wanted;
    };
    std::erase_if(parts, [&](const ExpressionPtr& part) { return is_value(part, is_and); });
    const auto deciding =
        std::ranges::find_if(parts, [&](const ExpressionPtr& part) { return is_value(part, !is_and); });
    if (deciding != parts.end()) return replace(expression, Value::boolean(!is_and));
    if (parts.empty()) return replace(expression, Value::boolean(is_and));
    if (parts.size() == 1) {
      ExpressionPtr only = std::move(parts[0]);
      expression = std::move(only);
    }
  }

  static void fold_case(ExpressionPtr& expression) {
    std::vector<ExpressionPtr>& parts = expression->children;
    std::vector<ExpressionPtr> kept;
    for (size_t i = 0; i + 1 < parts.size(); i += 2) {
      if (is_false_or_null_constant(*parts[i])) continue;
      if (is_true_constant(*parts[i])) {
        parts.back() = std::move(parts[i + 1]);
        break;
      }
      kept.push_back(std::move(parts[i]));
      kept.push_back(std::move(parts[i + 1]));
    }
    ExpressionPtr otherwise = std::move(parts.back());
    if (kept.empty()) {
      expression = std::move(otherwise);
      return;
    }
    kept.push_back(std::move(otherwise));
    parts = std::move(kept);
  }

  static void fold_coalesce(ExpressionPtr& expression) {
    std::vector<ExpressionPtr>& parts = expression->children;
    std::erase_if(parts, is_null_constant);
    if (parts.empty()) return replace(expression, Value::null(expression->type));
    const auto first_constant = std::ranges::find_if(parts, is_constant);
    if (first_constant != parts.end()) parts.erase(first_constant + 1, parts.end());
    if (parts.size() == 1) {
      ExpressionPtr only = std::move(parts[0]);
      expression = std::move(only);
    }
  }

  Evaluator evaluator_;
};

void fold_plan(LogicalNode& plan, Folding& folding) {
  for_each_expression(plan, [&](ExpressionPtr& expression) { folding.fold(expression); });
  for (LogicalPtr& child : plan.children) fold_plan(*child, folding);
}

}  // namespace

LogicalPtr fold_constants(LogicalPtr plan, PlannerContext& context) {
  Folding folding(context);
  fold_plan(*plan, folding);
  return plan;
}

}  // namespace tidemark
