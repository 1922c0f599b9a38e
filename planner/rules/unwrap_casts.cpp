// Comparisons that storage cannot evaluate because the two sides have different types, rewritten to the column's own
// type where that says exactly the same: `int4_column = 5::bigint`, `time > now() - '1 hour'` for a nanosecond column,
// `time::date = '2024-05-01'`.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/evaluator.h"
#include "functions/function.h"
#include "planner/derived_parameters.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

/// Whether every value of `from` is one of `to`, and compares there as it does here.
bool is_lossless(LogicalType from, LogicalType to) {
  const auto rank = [](LogicalType type) {
    switch (type.id) {
      case TypeId::kInt16:
        return 1;
      case TypeId::kInt32:
        return 2;
      case TypeId::kInt64:
        return 3;
      case TypeId::kNumeric:
        return type.modifier < 0 ? 4 : 0;
      default:
        return 0;
    }
  };
  if (rank(from) > 0 && rank(from) < 4 && rank(to) > rank(from)) return true;
  if (to.id == TypeId::kFloat64) {
    return from.id == TypeId::kInt16 || from.id == TypeId::kInt32 || from.id == TypeId::kFloat32;
  }
  return false;
}

/// The column below a lossless widening, or below none.
const Expression* widened_column(const Expression& expression) {
  if (expression.kind == ExpressionKind::kColumn) return &expression;
  if (expression.kind != ExpressionKind::kFunction || expression.as<FunctionExpression>().function->name != "cast") {
    return nullptr;
  }
  const Expression& inner = *expression.children[0];
  return inner.kind == ExpressionKind::kColumn && is_lossless(inner.type, expression.type) ? &inner : nullptr;
}

bool is_column_date(const Expression& expression) {
  return expression.kind == ExpressionKind::kFunction && expression.as<FunctionExpression>().function->name == "cast" &&
         expression.type.id == TypeId::kDate && expression.children[0]->kind == ExpressionKind::kColumn &&
         is_timestamp_type(expression.children[0]->type.id);
}

/// now() and its kin, plus or minus short intervals: no year that nanoseconds cannot hold.
bool is_near_now(const Expression& expression) {
  if (expression.kind != ExpressionKind::kFunction) return false;
  const std::string_view name = expression.as<FunctionExpression>().function->name;
  if (name == "now" || name == "transaction_timestamp" || name == "statement_timestamp") return true;
  if ((name != "+" && name != "-") || expression.children.size() != 2) return false;
  const Expression& offset = *expression.children[1];
  if (offset.kind != ExpressionKind::kConstant || offset.type.id != TypeId::kInterval) return false;
  const Value& value = offset.as<ConstantExpression>().value;
  if (value.is_null()) return false;
  constexpr int32_t kMonthsMax = 1200;
  constexpr int32_t kDaysMax = 36'500;
  constexpr int64_t kMicrosecondsMax = int64_t{kDaysMax} * 86'400'000'000;
  const Interval& parts = value.as_interval();
  const bool small = parts.months >= -kMonthsMax && parts.months <= kMonthsMax && parts.days >= -kDaysMax &&
                     parts.days <= kDaysMax && parts.microseconds >= -kMicrosecondsMax &&
                     parts.microseconds <= kMicrosecondsMax;
  return small && is_near_now(*expression.children[0]);
}

class Unwrapping {
 public:
  explicit Unwrapping(PlannerContext& context) : context_(context) {}

  void rewrite(ExpressionPtr& expression) {
    for (ExpressionPtr& child : expression->children) rewrite(child);
    if (!match_comparison(*expression)) return;
    auto& call = expression->as<FunctionExpression>();
    if (is_constant_at_start(*call.children[0]) && !is_constant_at_start(*call.children[1])) {
      expression = make_comparison(mirrored_comparison(call.function->name), std::move(call.children[1]),
                                   std::move(call.children[0]));
    }
    auto& comparison = expression->as<FunctionExpression>();
    const Expression& value = *comparison.children[1];
    if (!is_constant_at_start(value)) return;
    if (is_column_date(*comparison.children[0]) && value.type.id == TypeId::kDate) return rewrite_date(expression);
    const Expression* column = widened_column(*comparison.children[0]);
    if (!column || column->type.same_base(value.type)) return;
    ExpressionPtr converted = convert(value, column->type);
    if (converted) {
      const int position = expression->position;
      expression = make_comparison(comparison.function->name, column->clone(), std::move(converted));
      expression->position = position;
    }
  }

 private:
  /// The constant, or the parameter, as exactly the same value of the column's type; null if there is none.
  ExpressionPtr convert(const Expression& value, LogicalType type) {
    type.modifier = -1;
    if (value.kind == ExpressionKind::kConstant) {
      const auto& constant = value.as<ConstantExpression>().value;
      const std::optional<Value> exact = convert_exactly(constant, value.type, type, context_.query);
      return exact ? std::make_unique<ConstantExpression>(*exact) : nullptr;
    }
    if (value.kind == ExpressionKind::kParameter && context_.derives_parameters &&
        may_convert_exactly(value.type, type)) {
      auto& derived = context_.derived_parameters;
      const DerivedParameter wanted{value.as<ParameterExpression>().number, type};
      auto place = std::ranges::find(derived, wanted);
      if (place == derived.end()) place = derived.insert(place, wanted);
      const size_t number = context_.parameter_types.size() + static_cast<size_t>(place - derived.begin()) + 1;
      return std::make_unique<ParameterExpression>(static_cast<uint32_t>(number), type);
    }
    const bool to_nanoseconds = type.id == TypeId::kTimestampTzNs && value.type.id == TypeId::kTimestampTz;
    if (to_nanoseconds && is_near_now(value)) return coerce(value.clone(), type, CastContext::kExplicit);
    return nullptr;
  }

  /// `time::date op d` as bounds of the time: d at midnight, and the day after. The zone is that of the session at the
  /// start of the run.
  void rewrite_date(ExpressionPtr& expression) {
    auto& comparison = expression->as<FunctionExpression>();
    const std::string_view name = comparison.function->name;
    ExpressionPtr column = std::move(comparison.children[0]->children[0]);
    const ExpressionPtr day = std::move(comparison.children[1]);
    LogicalType type = column->type;
    // Nanoseconds hold only some years; the microseconds of a date are compared with them by clamping.
    if (type.id == TypeId::kTimestampTzNs) type = TypeId::kTimestampTz;
    const auto midnight = [&](int32_t days_later) {
      ExpressionPtr date = day->clone();
      if (days_later != 0) {
        date = make_comparison("+", std::move(date), std::make_unique<ConstantExpression>(Value::int32(days_later)));
      }
      ExpressionPtr time = coerce(std::move(date), type, CastContext::kExplicit);
      fold(time);
      if (column->type.id != type.id) {
        if (ExpressionPtr exact = convert(*time, column->type)) return exact;
      }
      return time;
    };
    const auto bound = [&](const char* symbol, int32_t days_later) {
      return make_comparison(symbol, column->clone(), midnight(days_later));
    };
    std::vector<ExpressionPtr> parts;
    ExpressionKind kind = ExpressionKind::kAnd;
    if (name == "=") {
      parts.push_back(bound(">=", 0));
      parts.push_back(bound("<", 1));
    } else if (name == "<>") {
      kind = ExpressionKind::kOr;
      parts.push_back(bound("<", 0));
      parts.push_back(bound(">=", 1));
    } else if (name == "<" || name == ">=") {
      expression = bound(name == "<" ? "<" : ">=", 0);
      return;
    } else {
      expression = bound(name == "<=" ? "<" : ">=", 1);
      return;
    }
    expression = std::make_unique<ControlExpression>(kind, LogicalType(TypeId::kBoolean), std::move(parts));
  }

  void fold(ExpressionPtr& expression) const {
    if (!is_immutable(*expression)) return;
    bool constant = true;
    for_each_part(*expression, [&](const Expression& part) { constant &= part.kind != ExpressionKind::kParameter; });
    if (!constant) return;
    try {
      const LogicalType type = expression->type;
      Value value = Evaluator(context_.query).evaluate_constant(*expression);
      expression = std::make_unique<ConstantExpression>(value.is_null() ? Value::null(type) : value.with_type(type));
    } catch (const Error&) {
      return;  // Left for the run to complain about, if it comes to that.
    }
  }

  PlannerContext& context_;
};

void rewrite_list(std::vector<ExpressionPtr>& conjuncts, Unwrapping& unwrapping) {
  std::vector<ExpressionPtr> flat;
  for (ExpressionPtr& conjunct : conjuncts) {
    unwrapping.rewrite(conjunct);
    split_conjuncts(std::move(conjunct), flat);
  }
  conjuncts = std::move(flat);
}

void rewrite_plan(LogicalNode& plan, Unwrapping& unwrapping) {
  if (plan.kind == LogicalKind::kFilter) rewrite_list(plan.as<LogicalFilter>().conjuncts, unwrapping);
  if (plan.kind == LogicalKind::kScan) rewrite_list(plan.as<LogicalScan>().filters, unwrapping);
  if (plan.kind == LogicalKind::kJoin && !plan.as<LogicalJoin>().asof) {
    rewrite_list(plan.as<LogicalJoin>().conditions, unwrapping);
  }
  for (LogicalPtr& child : plan.children) rewrite_plan(*child, unwrapping);
}

}  // namespace

LogicalPtr unwrap_casts(LogicalPtr plan, PlannerContext& context) {
  Unwrapping unwrapping(context);
  rewrite_plan(*plan, unwrapping);
  return plan;
}

}  // namespace tidemark
