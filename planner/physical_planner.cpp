#include "planner/physical_planner.h"

#include <algorithm>

#include "base/error.h"
#include "planner/plan_builder.h"

namespace tidemark {

namespace {

/// What a node that hands its child's rows up gives: their columns.
void take_outputs_of_child(PhysicalNode& node) { node.outputs = node.children[0]->outputs; }

}  // namespace

// ------------------------------------------------------------------------------------------------------------
// positions

PhysicalPlanner::Layout PhysicalPlanner::layout_of(const std::vector<PlanOutput>& outputs) {
  Layout layout;
  for (uint32_t i = 0; i < outputs.size(); ++i) layout.try_emplace(outputs[i].column, i);
  return layout;
}

PhysicalPlanner::Layout PhysicalPlanner::layout_of_both(const PhysicalNode& left, const PhysicalNode& right) {
  Layout layout = layout_of(left.outputs);
  const auto width = static_cast<uint32_t>(left.outputs.size());
  for (uint32_t i = 0; i < right.outputs.size(); ++i) layout.try_emplace(right.outputs[i].column, width + i);
  return layout;
}

bool PhysicalPlanner::is_disabled(std::string_view rule) const {
  return std::ranges::find(context_.disabled_rules, rule) != context_.disabled_rules.end();
}

ExpressionPtr PhysicalPlanner::translate(const Expression& expression, const Layout& layout) const {
  ExpressionPtr result = expression.clone();
  for_each_part(result, [&](ExpressionPtr& part) {
    if (part->kind != ExpressionKind::kColumn) return true;
    const auto& column = part->as<ColumnExpression>();
    ExpressionPtr read;
    if (const auto found = layout.find(column.column); found != layout.end()) {
      read = std::make_unique<InputExpression>(found->second, column.type);
    } else if (const auto outer = outer_parameters_.find(column.column); outer != outer_parameters_.end()) {
      read = std::make_unique<ParameterExpression>(kApplyParameterBase + outer->second, column.type);
    } else {
      throw Error(sqlstate::kInternalError, "column \"" + column.name + "\" is not in the input of its plan node");
    }
    read->position = part->position;
    part = std::move(read);
    return false;
  });
  return result;
}

ExpressionPtr PhysicalPlanner::translate(const ExpressionPtr& expression, const Layout& layout) const {
  return expression ? translate(*expression, layout) : nullptr;
}

std::vector<ExpressionPtr> PhysicalPlanner::translate(const std::vector<ExpressionPtr>& expressions,
                                                      const Layout& layout) const {
  std::vector<ExpressionPtr> result;
  result.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) result.push_back(translate(*expression, layout));
  return result;
}

std::vector<SortKey> PhysicalPlanner::translate(const std::vector<SortKey>& keys, const Layout& layout) const {
  std::vector<SortKey> result;
  for (const SortKey& key : keys)
    result.push_back({translate(*key.expression, layout), key.descending, key.nulls_first});
  return result;
}

ExpressionPtr PhysicalPlanner::translate_conjunction(const std::vector<const Expression*>& conjuncts,
                                                     const Layout& layout) const {
  std::vector<ExpressionPtr> parts;
  for (const Expression* conjunct : conjuncts) parts.push_back(translate(*conjunct, layout));
  return join_conjuncts(std::move(parts));
}

// ----------------------------------------------------------------------------------------------------------------
// nodes

PhysicalPtr PhysicalPlanner::plan(const LogicalNode& node) {
  NodePtr result = plan_by_kind(node);
  result->estimated_rows = node.estimated_rows;
  return result;
}

PhysicalPtr PhysicalPlanner::plan_aligned(const LogicalNode& node, const std::vector<PlanOutput>& wanted) {
  PhysicalPtr child = plan(node);
  const bool aligned = std::ranges::equal(child->outputs, wanted, [](const PlanOutput& a, const PlanOutput& b) {
    return a.column == b.column && a.name == b.name && a.type == b.type;
  });
  if (aligned) return child;
  const Layout layout = layout_of(child->outputs);
  auto project = std::make_unique<PhysicalProject>();
  for (const PlanOutput& output : wanted) {
    const uint32_t position = layout.at(output.column);
    project->expressions.push_back(std::make_unique<InputExpression>(position, child->outputs[position].type));
  }
  project->outputs = wanted;
  project->estimated_rows = child->estimated_rows;
  project->children.push_back(std::move(child));
  return project;
}

PhysicalPtr PhysicalPlanner::plan_root(const LogicalNode& node) { return plan_aligned(node, node.outputs); }

namespace {

std::unique_ptr<PhysicalVirtualScan> plan_virtual_scan(const LogicalVirtualScan& scan) {
  auto node = std::make_unique<PhysicalVirtualScan>();
  node->table = scan.table;
  node->alias = scan.alias;
  node->outputs = scan.outputs;
  for (const PlanOutput& output : scan.outputs) {
    const std::vector<ColumnEntry>& columns = scan.table->columns();
    const auto found = std::ranges::find(columns, output.table_column, &ColumnEntry::id);
    node->columns.push_back(static_cast<uint32_t>(found - columns.begin()));
  }
  return node;
}

}  // namespace

PhysicalPlanner::NodePtr PhysicalPlanner::plan_by_kind(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kScan:
      return plan_scan(node.as<LogicalScan>());
    case LogicalKind::kVirtualScan:
      return plan_virtual_scan(node.as<LogicalVirtualScan>());
    case LogicalKind::kValues: {
      const auto& values = node.as<LogicalValues>();
      auto result = std::make_unique<PhysicalValues>();
      for (const auto& row : values.rows) result->rows.push_back(translate(row, {}));
      result->literals = values.literals;
      result->literal_row_count = values.literal_row_count;
      result->outputs = values.outputs;
      return result;
    }
    case LogicalKind::kTableFunction: {
      const auto& function = node.as<LogicalTableFunction>();
      auto result = std::make_unique<PhysicalTableFunction>();
      Layout layout;
      size_t own_count = function.ordinality ? 1 : 0;
      for (const auto& call : function.calls) own_count += call.output_count;
      if (!function.children.empty()) {
        result->children.push_back(plan(*function.children[0]));
        take_outputs_of_child(*result);
        layout = layout_of(result->outputs);
      }
      result->outputs.insert(result->outputs.end(), function.outputs.end() - static_cast<std::ptrdiff_t>(own_count),
                             function.outputs.end());
      for (const auto& call : function.calls) {
        result->calls.push_back({call.function, translate(call.arguments, layout), call.output_count});
      }
      result->ordinality = function.ordinality;
      return result;
    }
    case LogicalKind::kCteScan: {
      const auto& scan = node.as<LogicalCteScan>();
      auto result = std::make_unique<PhysicalCteScan>();
      result->cte = scan.cte;
      result->name = scan.name;
      result->outputs = scan.outputs;
      const std::vector<PlanColumn>& definition = definitions_.at(scan.cte);
      for (const PlanColumn column : scan.definition_columns) {
        result->columns.push_back(static_cast<uint32_t>(std::ranges::find(definition, column) - definition.begin()));
      }
      return result;
    }
    case LogicalKind::kFilter:
      return plan_filter(node.as<LogicalFilter>());
    case LogicalKind::kProject: {
      const auto& project = node.as<LogicalProject>();
      auto result = std::make_unique<PhysicalProject>();
      result->children.push_back(plan(*project.children[0]));
      result->expressions = translate(project.expressions, layout_of(result->children[0]->outputs));
      result->outputs = project.outputs;
      return result;
    }
    case LogicalKind::kAggregate:
      return plan_aggregate(node.as<LogicalAggregate>());
    case LogicalKind::kWindow:
      return plan_window(node.as<LogicalWindow>());
    case LogicalKind::kSort:
      return plan_sort(node.as<LogicalSort>(), nullptr);
    case LogicalKind::kLimit:
      return plan_limit(node.as<LogicalLimit>());
    case LogicalKind::kDistinctOn:
      return plan_distinct_on(node.as<LogicalDistinctOn>());
    case LogicalKind::kGapFill:
      return plan_gap_fill(node.as<LogicalGapFill>());
    case LogicalKind::kJoin:
      return node.as<LogicalJoin>().asof ? plan_asof(node.as<LogicalJoin>()) : plan_join(node.as<LogicalJoin>());
    case LogicalKind::kApply:
      return plan_apply(node.as<LogicalApply>());
    case LogicalKind::kSetOperation:
      return plan_set_operation(node.as<LogicalSetOperation>());
    case LogicalKind::kRecursive: {
      const auto& recursive = node.as<LogicalRecursive>();
      auto result = std::make_unique<PhysicalRecursive>();
      result->cte = recursive.cte;
      result->all = recursive.all;
      result->outputs = recursive.outputs;
      std::vector<PlanColumn>& definition = definitions_[recursive.cte];
      for (const PlanOutput& output : recursive.outputs) definition.push_back(output.column);
      for (const LogicalPtr& child : recursive.children) result->children.push_back(plan_root(*child));
      return result;
    }
    case LogicalKind::kWith: {
      const auto& with = node.as<LogicalWith>();
      auto result = std::make_unique<PhysicalWith>();
      result->ctes = with.ctes;
      for (size_t i = 0; i < with.ctes.size(); ++i) {
        result->children.push_back(plan_root(*with.children[i]));
        std::vector<PlanColumn>& definition = definitions_[with.ctes[i]];
        for (const PlanOutput& output : with.children[i]->outputs) definition.push_back(output.column);
      }
      result->children.push_back(plan(*with.children.back()));
      result->outputs = result->children.back()->outputs;
      return result;
    }
    case LogicalKind::kInsert:
      return plan_insert(node.as<LogicalInsert>());
    case LogicalKind::kUpdate:
      return plan_update(node.as<LogicalUpdate>());
    case LogicalKind::kDelete:
      return plan_delete(node.as<LogicalDelete>());
    case LogicalKind::kLockRows: {
      const auto& lock = node.as<LogicalLockRows>();
      auto result = std::make_unique<PhysicalLockRows>();
      result->children.push_back(plan(*lock.children[0]));
      take_outputs_of_child(*result);
      const Layout layout = layout_of(result->outputs);
      result->table = lock.table;
      for (const PlanColumn column : lock.key_columns) result->key_columns.push_back(layout.at(column));
      result->skip_locked = lock.skip_locked;
      result->no_wait = lock.no_wait;
      return result;
    }
    case LogicalKind::kMerge:
      return plan_merge(node.as<LogicalMerge>());
  }
  throw Error(sqlstate::kInternalError, "this statement cannot be planned");
}

PhysicalPtr plan_physical(const LogicalNode& plan, PlannerContext& context) {
  return PhysicalPlanner(context).plan_root(plan);
}

}  // namespace tidemark
