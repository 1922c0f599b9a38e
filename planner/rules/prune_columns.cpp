#include <algorithm>
#include <unordered_map>

#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

LogicalPtr prune(LogicalPtr node, const PlanColumnSet& required);

void add_all(PlanColumnSet& columns, const std::vector<PlanOutput>& outputs) {
  for (const PlanOutput& output : outputs) columns.insert(output.column);
}

/// What the node's own expressions read.
PlanColumnSet read_by(const LogicalNode& node) {
  PlanColumnSet columns;
  for_each_expression(node, [&](const Expression& expression) { add_columns(expression, columns); });
  return columns;
}

void prune_child(LogicalNode& node, size_t child, const PlanColumnSet& required) {
  node.children[child] = prune(std::move(node.children[child]), required);
}

/// All outputs of the child, in their order: where somebody reads them by position.
void keep_child(LogicalNode& node, size_t child) {
  const std::vector<PlanOutput> outputs = node.children[child]->outputs;
  PlanColumnSet required;
  add_all(required, outputs);
  prune_child(node, child, required);
  const bool same =
      std::ranges::equal(node.children[child]->outputs, outputs, {}, &PlanOutput::column, &PlanOutput::column);
  if (!same) node.children[child] = make_narrowing(std::move(node.children[child]), outputs);
}

void erase_outputs(std::vector<PlanOutput>& outputs, const PlanColumnSet& required) {
  std::erase_if(outputs, [&](const PlanOutput& output) { return !required.contains(output.column); });
}

LogicalPtr prune_scan(LogicalPtr node, const PlanColumnSet& required) {
  auto& scan = node->as<LogicalScan>();
  const PlanColumnSet filtered = read_by(scan);
  for (const PlanOutput& output : scan.outputs) {
    if (!required.contains(output.column) && filtered.contains(output.column)) scan.filter_columns.push_back(output);
  }
  erase_outputs(scan.outputs, required);
  return node;
}

/// A projection over a projection is one, if nothing is computed twice by it.
void merge_with_child(LogicalProject& project) {
  while (project.children[0]->kind == LogicalKind::kProject) {
    auto& below = project.children[0]->as<LogicalProject>();
    std::unordered_map<PlanColumn, size_t> uses;
    for (const ExpressionPtr& expression : project.expressions) {
      for_each_part(*expression, [&](const Expression& part) {
        if (part.kind == ExpressionKind::kColumn) ++uses[part.as<ColumnExpression>().column];
      });
    }
    ColumnReplacements replacements;
    for (size_t i = 0; i < below.outputs.size(); ++i) {
      const Expression& source = *below.expressions[i];
      const bool cheap = source.kind == ExpressionKind::kColumn || source.kind == ExpressionKind::kConstant ||
                         source.kind == ExpressionKind::kParameter;
      if (is_volatile(source) || (!cheap && uses[below.outputs[i].column] > 1)) return;
      replacements[below.outputs[i].column] = &source;
    }
    for (ExpressionPtr& expression : project.expressions) replace_columns(expression, replacements);
    LogicalPtr rest = std::move(below.children[0]);
    project.children[0] = std::move(rest);
  }
}

LogicalPtr prune_project(LogicalPtr node, const PlanColumnSet& required) {
  auto& project = node->as<LogicalProject>();
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs;
  for (size_t i = 0; i < project.outputs.size(); ++i) {
    if (!required.contains(project.outputs[i].column)) continue;
    expressions.push_back(std::move(project.expressions[i]));
    outputs.push_back(std::move(project.outputs[i]));
  }
  project.expressions = std::move(expressions);
  project.outputs = std::move(outputs);
  merge_with_child(project);
  prune_child(project, 0, read_by(project));
  // A projection of columns that its child hands up as they are computes nothing.
  const bool narrows_only = std::ranges::equal(project.expressions, project.outputs,
                                               [](const ExpressionPtr& expression, const PlanOutput& output) {
                                                 return expression->kind == ExpressionKind::kColumn &&
                                                        expression->as<ColumnExpression>().column == output.column;
                                               });
  if (!narrows_only) return node;
  LogicalPtr child = std::move(project.children[0]);
  return child;
}

LogicalPtr prune_aggregate(LogicalPtr node, const PlanColumnSet& required) {
  auto& aggregate = node->as<LogicalAggregate>();
  const size_t group_count = aggregate.groups.size();
  std::vector<PlanOutput> outputs(aggregate.outputs.begin(),
                                  aggregate.outputs.begin() + static_cast<std::ptrdiff_t>(group_count));
  std::vector<ExpressionPtr> kept;
  for (size_t i = 0; i < aggregate.aggregates.size(); ++i) {
    PlanOutput& output = aggregate.outputs[group_count + i];
    if (!required.contains(output.column)) continue;
    kept.push_back(std::move(aggregate.aggregates[i]));
    outputs.push_back(std::move(output));
  }
  const size_t calls_at = group_count + aggregate.aggregates.size();
  for (size_t i = calls_at; i < aggregate.outputs.size(); ++i) outputs.push_back(std::move(aggregate.outputs[i]));
  aggregate.aggregates = std::move(kept);
  aggregate.outputs = std::move(outputs);
  prune_child(aggregate, 0, read_by(aggregate));
  return node;
}

LogicalPtr prune_window(LogicalPtr node, const PlanColumnSet& required) {
  auto& window = node->as<LogicalWindow>();
  const size_t first = window.outputs.size() - window.calls.size();
  std::vector<ExpressionPtr> calls;
  std::vector<PlanOutput> own;
  for (size_t i = 0; i < window.calls.size(); ++i) {
    if (!required.contains(window.outputs[first + i].column)) continue;
    calls.push_back(std::move(window.calls[i]));
    own.push_back(window.outputs[first + i]);
  }
  if (calls.empty()) return prune(std::move(window.children[0]), required);
  window.calls = std::move(calls);
  window.outputs = std::move(own);
  PlanColumnSet below = read_by(window);
  below.insert(required.begin(), required.end());
  prune_child(window, 0, below);
  derive_outputs(window);
  return node;
}

LogicalPtr prune_join(LogicalPtr node, const PlanColumnSet& required) {
  PlanColumnSet below = read_by(*node);
  below.insert(required.begin(), required.end());
  if (node->kind == LogicalKind::kApply) {
    const PlanColumnSet outer = free_columns(*node->children[1]);
    below.insert(outer.begin(), outer.end());
  }
  prune_child(*node, 0, below);
  prune_child(*node, 1, below);
  derive_outputs(*node);
  return node;
}

LogicalPtr prune_set_operation(LogicalPtr node, const PlanColumnSet& required) {
  auto& operation = node->as<LogicalSetOperation>();
  if (operation.type == SetOperationType::kUnion && operation.all) {
    std::vector<bool> wanted;
    for (const PlanOutput& output : operation.outputs) wanted.push_back(required.contains(output.column));
    for (LogicalPtr& child : operation.children) {
      std::vector<PlanOutput> outputs;
      for (size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i]) outputs.push_back(child->outputs[i]);
      }
      child = make_narrowing(std::move(child), outputs);
    }
    erase_outputs(operation.outputs, required);
  }
  keep_child(operation, 0);
  keep_child(operation, 1);
  return node;
}

LogicalPtr prune_values(LogicalPtr node, const PlanColumnSet& required) {
  auto& values = node->as<LogicalValues>();
  if (!values.literals.empty()) return node;
  for (auto& row : values.rows) {
    std::vector<ExpressionPtr> kept;
    for (size_t i = 0; i < row.size(); ++i) {
      if (required.contains(values.outputs[i].column)) kept.push_back(std::move(row[i]));
    }
    row = std::move(kept);
  }
  erase_outputs(values.outputs, required);
  return node;
}

LogicalPtr prune_cte_scan(LogicalPtr node, const PlanColumnSet& required) {
  auto& scan = node->as<LogicalCteScan>();
  std::vector<PlanColumn> columns;
  for (size_t i = 0; i < scan.outputs.size(); ++i) {
    if (required.contains(scan.outputs[i].column)) columns.push_back(scan.definition_columns[i]);
  }
  scan.definition_columns = std::move(columns);
  erase_outputs(scan.outputs, required);
  return node;
}

void require_target(const WriteTarget& target, const std::optional<PlanColumn>& row_id, PlanColumnSet& required) {
  required.insert(target.row_columns.begin(), target.row_columns.end());
  if (row_id) required.insert(*row_id);
}

LogicalPtr prune(LogicalPtr node, const PlanColumnSet& required) {
  switch (node->kind) {
    case LogicalKind::kScan:
      return prune_scan(std::move(node), required);
    case LogicalKind::kVirtualScan:
      erase_outputs(node->outputs, required);
      return node;
    case LogicalKind::kValues:
      return prune_values(std::move(node), required);
    case LogicalKind::kCteScan:
      return prune_cte_scan(std::move(node), required);
    case LogicalKind::kProject:
      return prune_project(std::move(node), required);
    case LogicalKind::kAggregate:
      return prune_aggregate(std::move(node), required);
    case LogicalKind::kWindow:
      return prune_window(std::move(node), required);
    case LogicalKind::kJoin:
    case LogicalKind::kApply:
      return prune_join(std::move(node), required);
    case LogicalKind::kSetOperation:
      return prune_set_operation(std::move(node), required);
    case LogicalKind::kUpdate: {
      PlanColumnSet below = read_by(*node);
      require_target(node->as<LogicalUpdate>().target, node->as<LogicalUpdate>().row_id, below);
      prune_child(*node, 0, below);
      return node;
    }
    case LogicalKind::kDelete: {
      PlanColumnSet below = read_by(*node);
      require_target(node->as<LogicalDelete>().target, node->as<LogicalDelete>().row_id, below);
      prune_child(*node, 0, below);
      return node;
    }
    case LogicalKind::kMerge: {
      PlanColumnSet below = read_by(*node);
      const auto& merge = node->as<LogicalMerge>();
      require_target(merge.target, merge.row_id, below);
      below.insert(merge.is_matched);
      prune_child(*node, 0, below);
      return node;
    }
    case LogicalKind::kInsert:
    case LogicalKind::kRecursive:
      for (size_t i = 0; i < node->children.size(); ++i) keep_child(*node, i);
      return node;
    case LogicalKind::kGapFill:
      keep_child(*node, 0);
      return node;
    case LogicalKind::kWith:
      for (size_t i = 0; i + 1 < node->children.size(); ++i) keep_child(*node, i);
      prune_child(*node, node->children.size() - 1, required);
      derive_outputs(*node);
      return node;
    case LogicalKind::kLockRows: {
      PlanColumnSet below = required;
      const auto& keys = node->as<LogicalLockRows>().key_columns;
      below.insert(keys.begin(), keys.end());
      prune_child(*node, 0, below);
      derive_outputs(*node);
      return node;
    }
    case LogicalKind::kTableFunction:
    case LogicalKind::kFilter:
    case LogicalKind::kSort:
    case LogicalKind::kLimit:
    case LogicalKind::kDistinctOn:
      break;
  }
  PlanColumnSet below = read_by(*node);
  below.insert(required.begin(), required.end());
  for (size_t i = 0; i < node->children.size(); ++i) prune_child(*node, i, below);
  derive_outputs(*node);
  return node;
}

}  // namespace

LogicalPtr prune_columns(LogicalPtr plan, PlannerContext& /*context*/) {
  const std::vector<PlanOutput> outputs = plan->outputs;
  PlanColumnSet required;
  add_all(required, outputs);
  plan = prune(std::move(plan), required);
  const bool writes = plan->kind == LogicalKind::kInsert || plan->kind == LogicalKind::kUpdate ||
                      plan->kind == LogicalKind::kDelete || plan->kind == LogicalKind::kMerge;
  const bool same = std::ranges::equal(plan->outputs, outputs, [](const PlanOutput& a, const PlanOutput& b) {
    return a.column == b.column && a.name == b.name;
  });
  // The result's columns keep their order and their names.
  return same || writes ? std::move(plan) : make_narrowing(std::move(plan), outputs);
}

}  // namespace tidemark
