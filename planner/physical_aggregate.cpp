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

constexpr int64_t kNanosecondsPerMicrosecond = 1'000;

bool is_cast(const Expression& expression) {
  return expression.kind == ExpressionKind::kFunction && expression.children.size() == 1 &&
         expression.as<FunctionExpression>().function->name == "cast";
}

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
  if (!first) return std::nullopt;
  const Expression& argument = *call.children[1];
  // A nanosecond column meets functions of microseconds through a cast, which floors: buckets of whole microseconds
  // stay what they are.
  const bool floored = is_cast(argument) && argument.type.id == TypeId::kTimestampTz &&
                       argument.children[0]->type.id == TypeId::kTimestampTzNs;
  const Expression& column = floored ? *argument.children[0] : argument;
  if (column.kind != ExpressionKind::kColumn) return std::nullopt;
  int64_t width = 0;
  if (name == "date_bin" || name == "time_bucket") {
    for (size_t i = 2; i < call.children.size(); ++i) {
      // A zone makes days of different lengths.
      if (!constant_value(*call.children[i]) || call.children[i]->type.id == TypeId::kText) return std::nullopt;
    }
    width = fixed_width(*first);
  } else if (name == "date_trunc" && call.children.size() == 2) {
    // In a zone with daylight saving only what divides all offsets is equally long.
    const bool zoned = argument.type.id != TypeId::kTimestamp;
    width = unit_width(*first);
    if (zoned && width > kMicrosecondsPerSecond && !has_fixed_zone()) return std::nullopt;
  }
  if (width <= 0 || !group.type.same_base(argument.type)) return std::nullopt;
  if (!is_timestamp_type(group.type.id)) return std::nullopt;
  const bool nanoseconds = column.type.id == TypeId::kTimestampTzNs;
  BucketSpec spec;
  spec.units = floored ? kNanosecondsPerMicrosecond : 1;
  spec.shift = floored ? kEpochShiftMicroseconds : 0;
  if (__builtin_mul_overflow(width, nanoseconds ? kNanosecondsPerMicrosecond : 1, &spec.width)) return std::nullopt;
  time = column.as<ColumnExpression>().column;
  ExpressionPtr probe = group.clone();
  probe->children[1] = std::make_unique<ConstantExpression>(Value::integer(group.type, 0));
  try {
    const int64_t origin = Evaluator(context_.query).evaluate_constant(*probe).as_int64();
    int64_t shifted = 0;
    if (__builtin_add_overflow(origin, spec.shift, &shifted) ||
        __builtin_mul_overflow(shifted, spec.units, &spec.origin)) {
      return std::nullopt;
    }
  } catch (const Error&) {
    return std::nullopt;  // A width of zero, an origin out of range: the call itself will say so.
  }
  return spec;
}

bool PhysicalPlanner::has_fixed_zone() const {
  const TypeIoOptions* options = context_.query.io;
  return !options || !options->dates.time_zone || options->dates.time_zone->is_fixed();
}

/// The bucket that a group is of the time by which the table below is stored.
std::optional<BucketSpec> PhysicalPlanner::time_bucket_of(const LogicalAggregate& aggregate, uint32_t group,
                                                          const Layout& layout) const {
  const LogicalNode& below = *aggregate.children[0];
  const LogicalScan* scan = scan_below(below);
  const TableEntry* table = scan ? context_.catalog.table(scan->table) : nullptr;
  PlanColumn time = 0;
  std::optional<BucketSpec> bucket = table ? bucket_of(*aggregate.groups[group], time) : std::nullopt;
  if (!bucket || !layout.contains(time)) return std::nullopt;
  const ColumnExpression time_column(time, aggregate.groups[group]->type, {});
  if (stored_column(time_column, below) != table->time_column) return std::nullopt;
  bucket->group = group;
  bucket->time_input = layout.at(time);
  return bucket;
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
    const ColumnId column = stored_column(*aggregate.groups[i], below);
    if (column != kNoColumn && table->is_key_column(column)) continue;
    if (bucket) return;
    bucket = time_bucket_of(aggregate, i, layout);
    if (!bucket) return;
  }
  node.run_aware = true;
  node.bucket = bucket;
}

/// ORDER BY bucket … LIMIT n above an aggregate: it may stop when it has n groups of whole buckets.
void PhysicalPlanner::wish_first_groups(const LogicalSort& sort, const LogicalLimit& limit) {
  if (!limit.limit || sort.keys.empty() || sort.keys[0].expression->kind != ExpressionKind::kColumn ||
      is_disabled("first_groups")) {
    return;
  }
  PlanColumn column = sort.keys[0].expression->as<ColumnExpression>().column;
  const LogicalNode* at = sort.children[0].get();
  for (; at->kind == LogicalKind::kProject; at = at->children[0].get()) {
    const auto& project = at->as<LogicalProject>();
    const auto found = std::ranges::find(project.outputs, column, &PlanOutput::column);
    if (found == project.outputs.end()) return;
    const Expression& source = *project.expressions[static_cast<size_t>(found - project.outputs.begin())];
    if (source.kind != ExpressionKind::kColumn) return;
    column = source.as<ColumnExpression>().column;
  }
  if (at->kind != LogicalKind::kAggregate) return;
  const auto& aggregate = at->as<LogicalAggregate>();
  const auto found = std::ranges::find(aggregate.outputs, column, &PlanOutput::column);
  const auto group = static_cast<size_t>(found - aggregate.outputs.begin());
  if (group >= aggregate.groups.size() || !aggregate.grouping_sets.empty()) return;
  first_groups_[&aggregate] = {static_cast<uint32_t>(group), sort.keys[0].descending, &limit};
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_aggregate(const LogicalAggregate& aggregate) {
  wish_newest(aggregate);
  auto node = std::make_unique<PhysicalAggregate>();
  node->children.push_back(plan(*aggregate.children[0]));
  const Layout layout = layout_of(node->children[0]->outputs);
  node->groups = translate(aggregate.groups, layout);
  node->aggregates = translate(aggregate.aggregates, layout);
  node->grouping_sets = aggregate.grouping_sets;
  node->grouping_calls = aggregate.grouping_calls;
  node->outputs = aggregate.outputs;
  make_run_aware(aggregate, layout, *node);
  node->zone_answers = !is_disabled("zone_answers");
  const auto wish = first_groups_.find(&aggregate);
  if (wish != first_groups_.end() && node->children[0]->kind == PhysicalKind::kScan) {
    const TableEntry* table = context_.catalog.table(node->children[0]->as<PhysicalScan>().table);
    const std::optional<BucketSpec> bucket = time_bucket_of(aggregate, wish->second.group, layout);
    if (bucket && table && table->kind == TableKind::kSeries) {
      node->first_groups = {*bucket, wish->second.descending, translate(wish->second.limit->limit, {}),
                            translate(wish->second.limit->offset, {})};
    }
  }
  return node;
}

}  // namespace tidemark
