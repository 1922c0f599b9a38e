#include <algorithm>

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

class Folding {
 public:
  explicit Folding(PlannerContext& context) : evaluator_(context.query) {}

  /// As PostgreSQL simplifies: arguments first, and a call of constants that fails ends the statement, unless a
  /// constant before it in AND, OR, CASE or COALESCE says that it is never needed.
  void fold(ExpressionPtr& expression) {
    switch (expression->kind) {
      case ExpressionKind::kAnd:
      case ExpressionKind::kOr:
        return fold_logical(expression);
      case ExpressionKind::kCase:
        return fold_case(expression);
      case ExpressionKind::kCoalesce:
        return fold_coalesce(expression);
      default:
        break;
    }
    for (ExpressionPtr& child : expression->children) fold(child);
    if (expression->kind == ExpressionKind::kFunction) return fold_call(expression);
    if (expression->kind == ExpressionKind::kAggregate) {
      auto& aggregate = expression->as<AggregateExpression>();
      if (aggregate.filter) fold(aggregate.filter);
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
    // Whatever else the function looks at: it is not called at all.
    if (function.null_rule == NullRule::kStrict && std::ranges::any_of(expression->children, is_null_constant)) {
      return replace(expression, Value::null(expression->type));
    }
    if (function.volatility == Volatility::kImmutable && std::ranges::all_of(expression->children, is_constant)) {
      replace(expression, evaluator_.evaluate_constant(*expression));
    }
  }

  /// TRUE AND x is x; x AND FALSE is FALSE.
  void fold_logical(ExpressionPtr& expression) {
    const bool is_and = expression->kind == ExpressionKind::kAnd;
    std::vector<ExpressionPtr> kept;
    for (ExpressionPtr& part : expression->children) {
      fold(part);
      if (is_and ? is_true_constant(*part) : is_false_constant(*part)) continue;
      if (is_and ? is_false_constant(*part) : is_true_constant(*part)) {
        return replace(expression, Value::boolean(!is_and));
      }
      kept.push_back(std::move(part));
    }
    if (kept.empty()) return replace(expression, Value::boolean(is_and));
    if (kept.size() == 1) {
      expression = std::move(kept[0]);
      return;
    }
    expression->children = std::move(kept);
  }

  void fold_case(ExpressionPtr& expression) {
    std::vector<ExpressionPtr>& parts = expression->children;
    std::vector<ExpressionPtr> kept;
    size_t otherwise = parts.size() - 1;
    for (size_t i = 0; i + 1 < parts.size(); i += 2) {
      fold(parts[i]);
      if (is_false_or_null_constant(*parts[i])) continue;
      if (is_true_constant(*parts[i])) {
        otherwise = i + 1;
        break;
      }
      fold(parts[i + 1]);
      kept.push_back(std::move(parts[i]));
      kept.push_back(std::move(parts[i + 1]));
    }
    fold(parts[otherwise]);
    kept.push_back(std::move(parts[otherwise]));
    if (kept.size() == 1) {
      expression = std::move(kept[0]);
      return;
    }
    parts = std::move(kept);
  }

  void fold_coalesce(ExpressionPtr& expression) {
    std::vector<ExpressionPtr> kept;
    for (ExpressionPtr& part : expression->children) {
      fold(part);
      if (is_null_constant(part)) continue;
      kept.push_back(std::move(part));
      if (is_constant(kept.back())) break;
    }
    if (kept.empty()) return replace(expression, Value::null(expression->type));
    if (kept.size() == 1) {
      expression = std::move(kept[0]);
      return;
    }
    expression->children = std::move(kept);
  }

  Evaluator evaluator_;
};

/// Conjuncts are the parts of one AND: behind a FALSE, none is needed.
void fold_conjuncts(std::vector<ExpressionPtr>& conjuncts, Folding& folding) {
  for (size_t i = 0; i < conjuncts.size(); ++i) {
    folding.fold(conjuncts[i]);
    if (is_false_constant(*conjuncts[i]))
      conjuncts.erase(conjuncts.begin() + static_cast<ptrdiff_t>(i) + 1, conjuncts.end());
  }
}

void fold_plan(LogicalNode& plan, Folding& folding) {
  if (plan.kind == LogicalKind::kFilter) {
    fold_conjuncts(plan.as<LogicalFilter>().conjuncts, folding);
  } else {
    for_each_expression(plan, [&](ExpressionPtr& expression) { folding.fold(expression); });
  }
  for (LogicalPtr& child : plan.children) fold_plan(*child, folding);
}

}  // namespace

LogicalPtr fold_constants(LogicalPtr plan, PlannerContext& context) {
  Folding folding(context);
  fold_plan(*plan, folding);
  return plan;
}

}  // namespace tidemark
