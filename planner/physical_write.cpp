// INSERT, UPDATE, DELETE: the rows in the shape that the one table writer takes (D33).

#include <algorithm>

#include "planner/physical_planner.h"
#include "planner/plan_builder.h"

namespace tidemark {

namespace {

/// Columns of the table row, at positions 0 … n-1.
std::unordered_map<PlanColumn, uint32_t> row_layout(const std::vector<PlanColumn>& columns, uint32_t first = 0) {
  std::unordered_map<PlanColumn, uint32_t> layout;
  for (uint32_t i = 0; i < columns.size(); ++i) layout[columns[i]] = first + i;
  return layout;
}

}  // namespace

/// RETURNING reads the row first, then the child's columns, which begin at `child_offset`: after the row id, where the
/// row has one.
PhysicalWriteTarget PhysicalPlanner::plan_target(const WriteTarget& target, const PhysicalNode& child,
                                                 uint32_t child_offset) const {
  PhysicalWriteTarget result;
  result.table = target.table;
  Layout row = row_layout(target.row_columns);
  for (const WriteTarget::Generated& generated : target.generated) {
    result.generated.push_back({generated.column, translate(*generated.expression, row)});
  }
  for (const WriteTarget::Check& check : target.checks) {
    result.checks.push_back({check.name, translate(*check.expression, row), check.of_view});
  }
  for (const WriteTarget::UniqueKey& key : target.unique_keys) {
    result.unique_keys.push_back({key.constraint, translate(key.expressions, row), translate(key.predicate, row)});
  }
  for (uint32_t i = 0; i < child.outputs.size(); ++i) row.try_emplace(child.outputs[i].column, child_offset + i);
  result.returning = translate(target.returning, row);
  return result;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_insert(const LogicalInsert& insert) {
  const TableEntry& table = *context_.catalog.table(insert.target.table);
  auto node = std::make_unique<PhysicalInsert>();
  PhysicalPtr child = plan_root(*insert.children[0]);
  const auto width = static_cast<uint32_t>(table.columns.size());
  node->target = plan_target(insert.target, *child, width);
  node->row.resize(width);
  for (uint32_t i = 0; i < insert.columns.size(); ++i) {
    node->row[insert.columns[i]] = std::make_unique<InputExpression>(i, child->outputs[i].type);
  }
  for (const ColumnAssignment& assignment : insert.defaults) {
    node->row[assignment.column] = translate(*assignment.value, {});
  }
  for (uint32_t i = 0; i < width; ++i) {
    const ColumnEntry& column = table.columns[i];
    if (!node->row[i] && column.generated_sql.empty()) {
      node->row[i] = std::make_unique<ConstantExpression>(Value::null(column.type));
    }
  }
  node->named_columns = insert.columns;
  // A default of a key column is a part of the key, and so named.
  for (const ColumnAssignment& assignment : insert.defaults) {
    if (table.is_key_column(table.columns[assignment.column].id)) node->named_columns.push_back(assignment.column);
  }
  node->conflict = insert.conflict;
  node->conflict_constraints = insert.conflict_constraints;
  Layout update_source = row_layout(insert.target.row_columns);
  update_source.merge(row_layout(insert.excluded_columns, width));
  node->children.push_back(std::move(child));
  if (insert.children.size() > 1) {
    std::vector<PlanColumn>& definition = definitions_[insert.conflict_cte];
    definition = insert.target.row_columns;
    definition.insert(definition.end(), insert.excluded_columns.begin(), insert.excluded_columns.end());
    definition.push_back(insert.conflict_number);
    node->conflict_cte = insert.conflict_cte;
    node->children.push_back(plan_root(*insert.children[1]));
    update_source = layout_of(node->children[1]->outputs);
    node->conflict_number = update_source.at(insert.conflict_number);
  }
  for (const ColumnAssignment& assignment : insert.update) {
    node->update.push_back({assignment.column, translate(*assignment.value, update_source)});
  }
  node->update_where = translate(insert.update_where, update_source);
  node->outputs = insert.outputs;
  node->relation_name = table.name;
  return node;
}

/// The child's outputs with the table row first, then the row id, then the rest.
std::vector<PlanOutput> PhysicalPlanner::row_first(const LogicalNode& child, const WriteTarget& target,
                                                   std::optional<PlanColumn> row_id) {
  std::vector<PlanColumn> order = target.row_columns;
  if (row_id) order.push_back(*row_id);
  std::vector<PlanOutput> outputs;
  for (const PlanColumn column : order) {
    outputs.push_back(*std::ranges::find(child.outputs, column, &PlanOutput::column));
  }
  for (const PlanOutput& output : child.outputs) {
    if (std::ranges::find(order, output.column) == order.end()) outputs.push_back(output);
  }
  return outputs;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_update(const LogicalUpdate& update) {
  auto node = std::make_unique<PhysicalUpdate>();
  const LogicalNode& rows = *update.children[0];
  PhysicalPtr child = plan_aligned(rows, row_first(rows, update.target, update.row_id));
  const size_t width = update.target.row_columns.size() + (update.row_id ? 1 : 0);
  node->target = plan_target(update.target, *child, static_cast<uint32_t>(width));
  const Layout layout = layout_of(child->outputs);
  for (const ColumnAssignment& assignment : update.assignments) {
    node->assignments.push_back({assignment.column, translate(*assignment.value, layout)});
  }
  node->outputs = update.outputs;
  node->relation_name = context_.catalog.table(update.target.table)->name;
  node->children.push_back(std::move(child));
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_merge(const LogicalMerge& merge) {
  auto node = std::make_unique<PhysicalMerge>();
  const LogicalNode& rows = *merge.children[0];
  PhysicalPtr child = plan_aligned(rows, row_first(rows, merge.target, merge.row_id));
  node->target = plan_target(merge.target, *child, static_cast<uint32_t>(merge.target.row_columns.size()));
  const Layout layout = layout_of(child->outputs);
  node->is_matched = layout.at(merge.is_matched);
  for (const LogicalMerge::Action& action : merge.actions) {
    PhysicalMerge::Action& planned = node->actions.emplace_back();
    planned.kind = action.kind;
    planned.matched = action.matched;
    planned.condition = translate(action.condition, layout);
    for (const ColumnAssignment& value : action.values) {
      planned.values.push_back({value.column, translate(*value.value, layout)});
    }
  }
  node->outputs = merge.outputs;
  node->relation_name = context_.catalog.table(merge.target.table)->name;
  node->children.push_back(std::move(child));
  return node;
}

namespace {

using Comparison = PushedPredicate::Comparison;

/// Whether the scan reads a prefix of the key held to one value each and a range of time, and nothing else filters.
bool is_rectangle(const PhysicalNode& child, const TableEntry& table) {
  if (child.kind != PhysicalKind::kScan || !table.key) return false;
  const auto& scan = child.as<PhysicalScan>();
  if (scan.residual) return false;
  const std::vector<ColumnId> series = table.series_columns();
  std::vector<bool> held(series.size());
  for (const PushedPredicate& predicate : scan.pushed) {
    if (predicate.column == table.time_column && table.kind == TableKind::kSeries) {
      const bool range =
          predicate.comparison != Comparison::kNotEqual && predicate.comparison <= Comparison::kGreaterEqual;
      if (!range) return false;
      continue;
    }
    const auto found = std::ranges::find(series, predicate.column);
    if (found == series.end() || predicate.comparison != Comparison::kEqual) return false;
    held[static_cast<size_t>(found - series.begin())] = true;
  }
  // A prefix: after the first column that is free, none is held.
  return std::ranges::is_sorted(held, std::ranges::greater{});
}

}  // namespace

PhysicalPlanner::NodePtr PhysicalPlanner::plan_delete(const LogicalDelete& statement) {
  auto node = std::make_unique<PhysicalDelete>();
  const LogicalNode& rows = *statement.children[0];
  PhysicalPtr child = plan_aligned(rows, row_first(rows, statement.target, statement.row_id));
  const size_t width = statement.target.row_columns.size() + (statement.row_id ? 1 : 0);
  node->target = plan_target(statement.target, *child, static_cast<uint32_t>(width));
  const TableEntry& table = *context_.catalog.table(statement.target.table);
  node->rectangle = statement.target.returning.empty() && table.uniques.empty() && table.referenced_by.empty() &&
                    is_rectangle(*child, table);
  node->outputs = statement.outputs;
  node->relation_name = table.name;
  node->children.push_back(std::move(child));
  return node;
}

}  // namespace tidemark
