// The last value of each series: when a scan need give no more than the newest rows of each series (DESIGN §5), because
// what stands above keeps the newest row of each, or of several together.

#include <algorithm>

#include "functions/function.h"
#include "planner/physical_planner.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

constexpr std::string_view kRule = "newest_of_series";
/// What a scan can keep apart.
constexpr size_t kNewestValuesMax = 63;

}  // namespace

/// The scan below `node`, of a series table, if projections alone stand between and storage evaluates the whole filter:
/// what is filtered later might be the newest.
const LogicalScan* PhysicalPlanner::series_scan_below(const LogicalNode& node) const {
  const LogicalNode* at = &node;
  while (at->kind == LogicalKind::kProject) at = at->children[0].get();
  if (at->kind != LogicalKind::kScan) return nullptr;
  const auto& scan = at->as<LogicalScan>();
  const TableEntry* table = context_.catalog.table(scan.table);
  if (!table || table->kind != TableKind::kSeries) return nullptr;
  std::vector<PushedPredicate> pushed;
  const bool exact =
      std::ranges::all_of(scan.filters, [&](const ExpressionPtr& conjunct) { return push(*conjunct, scan, pushed); });
  return exact ? &scan : nullptr;
}

/// Whether all rows of a series give the same value: only its key columns are read.
bool PhysicalPlanner::is_of_series(const Expression& expression, const LogicalNode& below,
                                   const TableEntry& table) const {
  if (is_volatile(expression) || has_subquery(expression)) return false;
  const std::vector<ColumnId> series = table.series_columns();
  return std::ranges::all_of(columns_of(expression), [&](PlanColumn column) {
    const ColumnId stored = stored_column(ColumnExpression(column, expression.type, {}), below);
    return outer_parameters_.contains(column) || std::ranges::find(series, stored) != series.end();
  });
}

/// DISTINCT ON (tags) … ORDER BY tags, time DESC.
void PhysicalPlanner::wish_newest(const LogicalDistinctOn& distinct) {
  const LogicalNode& below = *distinct.children[0];
  const LogicalScan* scan = is_disabled(kRule) ? nullptr : series_scan_below(below);
  if (!scan) return;
  const TableEntry& table = *context_.catalog.table(scan->table);
  const auto of_series = [&](const Expression& expression) { return is_of_series(expression, below, table); };
  if (!std::ranges::all_of(distinct.keys, [&](const ExpressionPtr& key) { return of_series(*key); })) return;
  // What is the same throughout a series does not decide between its rows.
  const auto deciding =
      std::ranges::find_if(distinct.order, [&](const SortKey& key) { return !of_series(*key.expression); });
  if (deciding == distinct.order.end() || !deciding->descending ||
      stored_column(*deciding->expression, below) != table.time_column) {
    return;
  }
  scan_orders_[scan] = {.order = WantedOrder::kNewestOfSeries, .newest_values = {}};
}

/// last(value, time) and max(time) by tags.
void PhysicalPlanner::wish_newest(const LogicalAggregate& aggregate) {
  const LogicalNode& below = *aggregate.children[0];
  const LogicalScan* scan = is_disabled(kRule) || aggregate.aggregates.empty() ? nullptr : series_scan_below(below);
  if (!scan) return;
  const TableEntry& table = *context_.catalog.table(scan->table);
  if (!std::ranges::all_of(aggregate.groups,
                           [&](const ExpressionPtr& group) { return is_of_series(*group, below, table); })) {
    return;
  }
  std::vector<ColumnId> values;
  for (const ExpressionPtr& expression : aggregate.aggregates) {
    const auto& call = expression->as<AggregateExpression>();
    if (call.filter || call.distinct || !call.order_by.empty() || call.children.empty()) return;
    const bool is_last = call.function->summary == PageSummary::kLast && call.children.size() == 2;
    const bool is_max = call.function->summary == PageSummary::kMax && call.children.size() == 1;
    if ((!is_last && !is_max) || stored_column(*call.children.back(), below) != table.time_column) return;
    const ColumnId value = stored_column(*call.children.front(), below);
    if (value == kNoColumn || value == kRowIdColumn) return;
    if (std::ranges::find(values, value) == values.end()) values.push_back(value);
  }
  // A series whose values are all NULL is of a group, too: its newest row tells of it.
  if (std::ranges::find(values, table.time_column) == values.end()) values.push_back(table.time_column);
  if (values.size() > kNewestValuesMax) return;
  scan_orders_[scan] = {.order = WantedOrder::kNewestOfSeries, .newest_values = std::move(values)};
}

}  // namespace tidemark
