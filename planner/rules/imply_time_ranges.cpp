// `time_bucket('1 hour', time) >= x` says of the time itself that it is not before x. Such ranges are added beside the
// comparison, which stays: storage prunes by them.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/evaluator.h"
#include "functions/function.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/rules/rules.h"
#include "types/calendar.h"

namespace tidemark {

namespace {

/// A call that rounds a time down to a multiple of `width`.
struct Bucket {
  const Expression* time = nullptr;
  ExpressionPtr width;  ///< an interval
};

ExpressionPtr interval_of_unit(const Value& unit, PlannerContext& context) {
  static constexpr std::string_view kUnits[] = {"microseconds", "milliseconds", "second", "minute", "hour",
                                                "day",          "week",         "month",  "year"};
  if (unit.is_null() || std::ranges::find(kUnits, unit.as_bytes()) == std::end(kUnits)) return nullptr;
  auto text = std::make_unique<ConstantExpression>(Value::text("1 " + unit.as_bytes()).with_type(TypeId::kUnknown));
  const ExpressionPtr read = coerce(std::move(text), TypeId::kInterval, CastContext::kExplicit);
  return std::make_unique<ConstantExpression>(Evaluator(context.query).evaluate_constant(*read));
}

Bucket match_bucket(const Expression& expression, PlannerContext& context) {
  if (expression.kind != ExpressionKind::kFunction || expression.children.size() < 2) return {};
  const std::string_view name = expression.as<FunctionExpression>().function->name;
  const Expression& first = *expression.children[0];
  const Expression& time = *expression.children[1];
  if (first.kind != ExpressionKind::kConstant || time.kind != ExpressionKind::kColumn ||
      !is_timestamp_type(time.type.id) || !expression.type.same_base(time.type)) {
    return {};
  }
  const Value& value = first.as<ConstantExpression>().value;
  if (name == "date_trunc") return {&time, interval_of_unit(value, context)};
  if ((name != "time_bucket" && name != "date_bin") || first.type.id != TypeId::kInterval || value.is_null()) return {};
  // With a zone, days are as long as the zone makes them.
  for (size_t i = 2; i < expression.children.size(); ++i) {
    if (expression.children[i]->type.id == TypeId::kText) return {};
  }
  // These count days of 24 hours, where adding an interval may meet one of 23; months are counted in UTC, where adding
  // counts in the session's zone.
  Interval width = value.as_interval();
  if (__builtin_add_overflow(width.microseconds, width.days * kMicrosecondsPerDay, &width.microseconds)) return {};
  width.days = width.months != 0 ? 1 : 0;
  return {&time, std::make_unique<ConstantExpression>(Value::interval(width))};
}

void add_ranges(const Expression& conjunct, std::vector<ExpressionPtr>& added, PlannerContext& context) {
  const FunctionExpression* call = match_comparison(conjunct);
  if (!call) return;
  std::string_view name = call->function->name;
  const Expression* left = call->children[0].get();
  const Expression* right = call->children[1].get();
  if (is_constant_at_start(*left)) {
    std::swap(left, right);
    name = mirrored_comparison(name);
  }
  if (!is_constant_at_start(*right) || name == "<>") return;
  const Bucket bucket = match_bucket(*left, context);
  if (!bucket.width || !right->type.same_base(bucket.time->type)) return;
  // bucket(t) <= t < bucket(t) + width.
  try {
    if (name == "=" || name == ">=" || name == ">") {
      added.push_back(make_comparison(name == ">" ? ">" : ">=", bucket.time->clone(), right->clone()));
    }
    if (name == "=" || name == "<=" || name == "<") {
      ExpressionPtr end = make_comparison("+", right->clone(), bucket.width->clone());
      if (!end->type.same_base(bucket.time->type)) return;
      if (right->kind == ExpressionKind::kConstant) {
        Value value = Evaluator(context.query).evaluate_constant(*end);
        end = std::make_unique<ConstantExpression>(value.with_type(end->type));
      }
      added.push_back(make_comparison("<", bucket.time->clone(), std::move(end)));
    }
  } catch (const Error&) {
    // The end lies beyond what the type holds: no range then.
  }
}

void imply(LogicalNode& plan, PlannerContext& context) {
  if (plan.kind == LogicalKind::kFilter || plan.kind == LogicalKind::kScan) {
    auto& conjuncts =
        plan.kind == LogicalKind::kFilter ? plan.as<LogicalFilter>().conjuncts : plan.as<LogicalScan>().filters;
    std::vector<ExpressionPtr> added;
    for (const ExpressionPtr& conjunct : conjuncts) add_ranges(*conjunct, added, context);
    std::ranges::move(added, std::back_inserter(conjuncts));
  }
  for (LogicalPtr& child : plan.children) imply(*child, context);
}

}  // namespace

LogicalPtr imply_time_ranges(LogicalPtr plan, PlannerContext& context) {
  imply(*plan, context);
  return plan;
}

}  // namespace tidemark
