// Order: sorts and top-N, what a scan gives in order by itself, DISTINCT ON, windows, gap filling, set operations.

#include <algorithm>

#include "planner/physical_planner.h"
#include "planner/plan_builder.h"
#include "planner/predicate_forms.h"

namespace tidemark {

/// The scan below `node`, if only filters and projections stand between.
const LogicalScan* PhysicalPlanner::scan_below(const LogicalNode& node) {
  const LogicalNode* at = &node;
  while (at->kind == LogicalKind::kFilter || at->kind == LogicalKind::kProject) at = at->children[0].get();
  return at->kind == LogicalKind::kScan ? &at->as<LogicalScan>() : nullptr;
}

/// The scan's column that `expression` is, seen from above `node`; kNoColumn if it is computed.
ColumnId PhysicalPlanner::stored_column(const Expression& expression, const LogicalNode& node) {
  if (expression.kind != ExpressionKind::kColumn) return kNoColumn;
  PlanColumn column = expression.as<ColumnExpression>().column;
  const LogicalNode* at = &node;
  while (at->kind == LogicalKind::kFilter || at->kind == LogicalKind::kProject) {
    if (at->kind == LogicalKind::kProject) {
      const auto& project = at->as<LogicalProject>();
      const auto found = std::ranges::find(project.outputs, column, &PlanOutput::column);
      if (found == project.outputs.end()) return kNoColumn;
      const Expression& source = *project.expressions[static_cast<size_t>(found - project.outputs.begin())];
      if (source.kind != ExpressionKind::kColumn) return kNoColumn;
      column = source.as<ColumnExpression>().column;
    }
    at = at->children[0].get();
  }
  const auto found = std::ranges::find(at->outputs, column, &PlanOutput::column);
  return found == at->outputs.end() ? kNoColumn : found->table_column;
}

namespace {

/// Columns that a filter holds to one value.
std::vector<ColumnId> fixed_columns(const LogicalScan& scan) {
  std::vector<ColumnId> fixed;
  for (const ExpressionPtr& conjunct : scan.filters) {
    const FunctionExpression* equal = match_equality(*conjunct);
    if (!equal) continue;
    for (size_t side = 0; side < 2; ++side) {
      const Expression& column = *equal->children[side];
      if (column.kind != ExpressionKind::kColumn || !columns_of(*equal->children[1 - side]).empty()) continue;
      for (const auto* outputs : {&scan.outputs, &scan.filter_columns}) {
        const auto found = std::ranges::find(*outputs, column.as<ColumnExpression>().column, &PlanOutput::column);
        if (found != outputs->end()) fixed.push_back(found->table_column);
      }
    }
  }
  return fixed;
}

}  // namespace

/// Whether the scan's own order, (key without time, time), is the wanted one.
bool PhysicalPlanner::is_key_order(const std::vector<SortKey>& keys, const LogicalNode& child) const {
  const LogicalScan* scan = scan_below(child);
  const TableEntry* table = scan ? context_.catalog.table(scan->table) : nullptr;
  if (!table || !table->key || keys.empty()) return false;
  std::vector<ColumnId> order = table->series_columns();
  if (table->kind == TableKind::kSeries) order.push_back(table->time_column);
  const std::vector<ColumnId> fixed = fixed_columns(*scan);
  const auto is_fixed = [&](ColumnId column) { return std::ranges::find(fixed, column) != fixed.end(); };
  size_t next = 0;
  for (const SortKey& key : keys) {
    const ColumnId column = stored_column(*key.expression, child);
    if (column == kNoColumn) return false;
    if (is_fixed(column)) continue;
    while (next < order.size() && order[next] != column && is_fixed(order[next])) ++next;
    if (next == order.size() || order[next] != column || key.descending || key.nulls_first) return false;
    ++next;
  }
  return true;
}

/// ORDER BY time DESC …: windows are read newest first, so that a top-N may stop early.
bool PhysicalPlanner::is_newest_first(const std::vector<SortKey>& keys, const LogicalNode& child) const {
  const LogicalScan* scan = scan_below(child);
  const TableEntry* table = scan ? context_.catalog.table(scan->table) : nullptr;
  if (!table || table->time_column == kNoColumn || keys.empty() || !keys[0].descending) return false;
  return stored_column(*keys[0].expression, child) == table->time_column;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_sort(const LogicalSort& sort, const LogicalLimit* limit) {
  const LogicalNode& below = *sort.children[0];
  const LogicalScan* scan = scan_below(below);
  const bool with_ties = limit && limit->with_ties;
  if (scan && !with_ties && is_key_order(sort.keys, below)) {
    scan_orders_[scan].order = WantedOrder::kKey;
    auto node = std::make_unique<PhysicalLimit>();
    if (limit) {
      node->limit = translate(limit->limit, {});
      node->offset = translate(limit->offset, {});
    }
    node->children.push_back(plan(below));
    node->outputs = node->children[0]->outputs;
    return node;
  }
  if (scan && limit && limit->limit && is_newest_first(sort.keys, below)) {
    scan_orders_[scan].order = WantedOrder::kNewestFirst;
  }
  if (limit) wish_first_groups(sort, *limit);
  auto node = std::make_unique<PhysicalSort>();
  node->children.push_back(plan(below));
  node->outputs = node->children[0]->outputs;
  node->keys = translate(sort.keys, layout_of(node->outputs));
  if (limit) {
    node->limit = translate(limit->limit, {});
    node->offset = translate(limit->offset, {});
    node->with_ties = with_ties;
  }
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_limit(const LogicalLimit& limit) {
  const LogicalNode& below = *limit.children[0];
  if (below.kind == LogicalKind::kSort) return plan_sort(below.as<LogicalSort>(), &limit);
  auto node = std::make_unique<PhysicalLimit>();
  node->limit = translate(limit.limit, {});
  node->offset = translate(limit.offset, {});
  node->children.push_back(plan(below));
  node->outputs = node->children[0]->outputs;
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_distinct_on(const LogicalDistinctOn& distinct) {
  const LogicalNode& below = *distinct.children[0];
  const LogicalScan* scan = scan_below(below);
  // The order begins with the keys where DISTINCT ON and ORDER BY go together; what follows decides.
  std::vector<SortKey> deciding;
  for (const SortKey& key : distinct.order) {
    const bool is_key = std::ranges::any_of(
        distinct.keys, [&](const ExpressionPtr& own) { return same_expression(*own, *key.expression); });
    if (!is_key) deciding.push_back(key.clone());
  }
  if (scan && is_newest_first(deciding, below)) scan_orders_[scan].order = WantedOrder::kNewestFirst;
  wish_newest(distinct);
  auto node = std::make_unique<PhysicalDistinctOn>();
  node->children.push_back(plan(below));
  node->outputs = node->children[0]->outputs;
  const Layout layout = layout_of(node->outputs);
  node->keys = translate(distinct.keys, layout);
  node->order = translate(distinct.order, layout);
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_window(const LogicalWindow& window) {
  auto node = std::make_unique<PhysicalWindow>();
  node->children.push_back(plan(*window.children[0]));
  node->outputs = node->children[0]->outputs;
  node->calls = translate(window.calls, layout_of(node->outputs));
  node->outputs.insert(node->outputs.end(), window.outputs.end() - static_cast<std::ptrdiff_t>(window.calls.size()),
                       window.outputs.end());
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_gap_fill(const LogicalGapFill& fill) {
  auto node = std::make_unique<PhysicalGapFill>();
  node->children.push_back(plan(*fill.children[0]));
  node->outputs = node->children[0]->outputs;
  const Layout layout = layout_of(node->outputs);
  node->bucket = layout.at(fill.bucket);
  for (const PlanColumn group : fill.groups) node->groups.push_back(layout.at(group));
  node->width = translate(fill.width, {});
  node->from = translate(fill.from, {});
  node->to = translate(fill.to, {});
  for (const LogicalGapFill::Fill& one : fill.fills) {
    node->fills.push_back({layout.at(one.column), one.kind, translate(one.value, {})});
  }
  return node;
}

namespace {

/// UNION ALL of UNION ALLs is one list.
void flatten_union(const LogicalNode& node, std::vector<const LogicalNode*>& branches) {
  for (const LogicalPtr& child : node.children) {
    const bool same = child->kind == LogicalKind::kSetOperation &&
                      child->as<LogicalSetOperation>().type == SetOperationType::kUnion &&
                      child->as<LogicalSetOperation>().all;
    if (same) {
      flatten_union(*child, branches);
    } else {
      branches.push_back(child.get());
    }
  }
}

}  // namespace

PhysicalPlanner::NodePtr PhysicalPlanner::plan_set_operation(const LogicalSetOperation& operation) {
  if (operation.type != SetOperationType::kUnion) {
    auto node = std::make_unique<PhysicalSetOperation>();
    node->type = operation.type;
    node->all = operation.all;
    node->outputs = operation.outputs;
    for (const LogicalPtr& child : operation.children) node->children.push_back(plan_root(*child));
    return node;
  }
  auto all = std::make_unique<PhysicalUnionAll>();
  all->outputs = operation.outputs;
  std::vector<const LogicalNode*> branches;
  flatten_union(operation, branches);
  for (const LogicalNode* branch : branches) {
    all->children.push_back(plan_root(*branch));
    all->estimated_rows += branch->estimated_rows;
  }
  if (operation.all) return all;
  auto distinct = std::make_unique<PhysicalAggregate>();
  distinct->outputs = operation.outputs;
  for (uint32_t i = 0; i < operation.outputs.size(); ++i) {
    distinct->groups.push_back(std::make_unique<InputExpression>(i, operation.outputs[i].type));
  }
  distinct->children.push_back(std::move(all));
  if (!distinct->groups.empty()) return distinct;
  // Rows without columns are all equal.
  auto one = std::make_unique<PhysicalLimit>();
  one->limit = std::make_unique<ConstantExpression>(Value::int64(1));
  one->children = std::move(distinct->children);
  return one;
}

}  // namespace tidemark
