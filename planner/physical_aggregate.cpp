// Aggregates, and when the input's order lets them find groups by runs instead of by hashing (DESIGN §5).

#include <algorithm>

#include "base/error.h"
#include "functions/evaluator.h"
#include "functions/function.h"
#include "planner/physical_planner.h"
#include "types/calendar.h"
#include "types/time_zone.h"
#include "types/type_io.h"

namespace tidemark {

namespace {

const Value* constant_value(const Expression& expression) {
  return expression.kind == ExpressionKind::kConstant ? &expression.as<ConstantExpression>().value : nullptr;
}

/// In microseconds; 0 where the length varies or is not known.
int64_t fixed_width(const Value& interval) {
  if (interval.is_null() || interval.type().id != TypeId::kInterval) return 0;
  const Interval& parts = interval.as_interval();
  return parts.months != 0 ? 0 : parts.microseconds + parts.days * kMicrosecondsPerDay;
}

/// date_trunc's units that are equally long everywhere.
int64_t unit_width(const Value& unit) {
  if (unit.is_null()) return 0;
  const std::string& name = unit.as_bytes();
  if (name == "microseconds" || name == "microsecond") return 1;
  if (name == "milliseconds" || name == "millisecond") return 1000;
  if (name == "second" || name == "seconds") return kMicrosecondsPerSecond;
  if (name == "minute" || name == "minutes") return 60 * kMicrosecondsPerSecond;
  if (name == "hour" || name == "hours") return 3600 * kMicrosecondsPerSecond;
  if (name == "day" || name == "days") return kMicrosecondsPerDay;
  if (name == "week" || name == "weeks") return 7 * kMicrosecondsPerDay;
  return 0;
}

}  // namespace

/// The bucket that `group` is, if it is one of fixed width over `time`: its origin is where the function puts some
/// moment, so no function's own origin need be known here.
std::optional<BucketSpec> PhysicalPlanner::bucket_of(const Expression& group, PlanColumn& time) const {
  if (group.kind != ExpressionKind::kFunction || group.children.size() < 2) return std::nullopt;
  const auto& call = group.as<FunctionExpression>();
  const std::string_view name = call.function->name;
  const Value* first = constant_value(*call.children[0]);
  if (!first || call.children[1]->kind != ExpressionKind::kColumn) return std::nullopt;
  int64_t width = 0;
  if (name == "date_bin" || name == "time_bucket") {
    for (size_t i = 2; i < call.children.size(); ++i) {
      // A zone makes days of different lengths.
      if (!constant_value(*call.children[i]) || call.children[i]->type.id == TypeId::kText) return std::nullopt;
    }
    width = fixed_width(*first);
  } else if (name == "date_trunc" && call.children.size() == 2) {
    // In a zone with daylight saving only what divides all offsets is equally long.
    const bool zoned = call.children[1]->type.id != TypeId::kTimestamp;
    width = unit_width(*first);
    if (zoned && width > kMicrosecondsPerSecond && !has_fixed_zone()) return std::nullopt;
  }
  if (width <= 0 || !group.type.same_base(call.children[1]->type)) return std::nullopt;
  if (!is_timestamp_type(group.type.id)) return std::nullopt;
  const bool nanoseconds = group.type.id == TypeId::kTimestampTzNs;
  BucketSpec spec;
  if (__builtin_mul_overflow(width, nanoseconds ? 1000 : 1, &spec.width)) return std::nullopt;
  time = call.children[1]->as<ColumnExpression>().column;
  ExpressionPtr probe = group.clone();
  probe->children[1] = std::make_unique<ConstantExpression>(Value::integer(group.type, 0));
  try {
    spec.origin = Evaluator(context_.query).evaluate_constant(*probe).as_int64();
  } catch (const Error&) {
    return std::nullopt;  // A width of zero, an origin out of range: the call itself will say so.
  }
  return spec;
}

bool PhysicalPlanner::has_fixed_zone() const {
  const TypeIoOptions* options = context_.query.io;
  return !options || !options->dates.time_zone || options->dates.time_zone->is_fixed();
}

/// Groups are key columns, and perhaps one bucket of the time column, of a table that is stored in that order.
void PhysicalPlanner::make_run_aware(const LogicalAggregate& aggregate, const Layout& layout,
                                     PhysicalAggregate& node) const {
  const LogicalNode& below = *aggregate.children[0];
  const LogicalScan* scan = scan_below(below);
  const TableEntry* table = scan ? context_.catalog.table(scan->table) : nullptr;
  if (!table || !table->key || !aggregate.grouping_sets.empty()) return;
  std::optional<BucketSpec> bucket;
  for (uint32_t i = 0; i < aggregate.groups.size(); ++i) {
    const Expression& group = *aggregate.groups[i];
    const ColumnId column = stored_column(group, below);
    if (column != kNoColumn && table->is_key_column(column)) continue;
    PlanColumn time = 0;
    std::optional<BucketSpec> found = bucket ? std::nullopt : bucket_of(group, time);
    if (!found) return;
    const ColumnExpression time_column(time, group.type, {});
    if (stored_column(time_column, below) != table->time_column || !layout.contains(time)) return;
    found->group = i;
    found->time_input = layout.at(time);
    bucket = found;
  }
  node.run_aware = true;
  node.bucket = bucket;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_aggregate(const LogicalAggregate& aggregate) {
  auto node = std::make_unique<PhysicalAggregate>();
  node->children.push_back(plan(*aggregate.children[0]));
  const Layout layout = layout_of(node->children[0]->outputs);
  node->groups = translate(aggregate.groups, layout);
  node->aggregates = translate(aggregate.aggregates, layout);
  node->grouping_sets = aggregate.grouping_sets;
  node->grouping_calls = aggregate.grouping_calls;
  node->outputs = aggregate.outputs;
  make_run_aware(aggregate, layout, *node);
  return node;
}

}  // namespace tidemark
