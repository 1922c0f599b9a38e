// The text of a logical plan, for plan tests: one node a line, children indented by two.

#include <functional>

#include "functions/table_function.h"
#include "planner/logical_plan.h"
#include "planner/subquery_expression.h"

namespace tidemark {

namespace {

std::string join_name(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "inner";
    case JoinType::kLeft:
      return "left";
    case JoinType::kRight:
      return "right";
    case JoinType::kFull:
      return "full";
    case JoinType::kSemi:
      return "semi";
    case JoinType::kAnti:
      return "anti";
    case JoinType::kMark:
      return "mark";
    case JoinType::kSingle:
      return "single";
  }
  return {};
}

std::string list(const std::vector<ExpressionPtr>& expressions) {
  std::string text;
  for (const ExpressionPtr& expression : expressions) text += (text.empty() ? "" : ", ") + to_string(*expression);
  return text;
}

std::string keys_text(const std::vector<SortKey>& keys) {
  std::string text;
  for (const SortKey& key : keys) {
    text += (text.empty() ? "" : ", ") + to_string(*key.expression);
    if (key.descending) text += " desc";
    if (key.nulls_first != key.descending) text += key.nulls_first ? " nulls first" : " nulls last";
  }
  return text;
}

std::string names(const std::vector<PlanOutput>& outputs) {
  std::string text;
  for (const PlanOutput& output : outputs) text += (text.empty() ? "" : ", ") + output.name;
  return text;
}

std::string aggregate_text(const LogicalAggregate& node) {
  std::string text = "Aggregate [" + list(node.groups) + "] [" + list(node.aggregates) + "]";
  if (node.grouping_sets.empty()) return text;
  text += " sets";
  for (const auto& set : node.grouping_sets) {
    text += " (";
    for (size_t i = 0; i < set.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(set[i]);
    text += ")";
  }
  return text;
}

std::string table_function_text(const LogicalTableFunction& node) {
  std::string text = "TableFunction";
  for (const auto& call : node.calls) text += " " + std::string(call.function->name) + "(" + list(call.arguments) + ")";
  return text + (node.ordinality ? " with ordinality" : "");
}

std::string values_text(const LogicalValues& node) {
  if (!node.literals.empty()) return "Values (" + std::to_string(node.literal_row_count) + " rows of literals)";
  constexpr size_t kRowsShown = 4;
  std::string text = "Values";
  for (size_t i = 0; i < node.rows.size() && i < kRowsShown; ++i) text += " (" + list(node.rows[i]) + ")";
  if (node.rows.size() > kRowsShown) text += " … " + std::to_string(node.rows.size()) + " rows";
  return text;
}

std::string limit_text(const LogicalLimit& node) {
  std::string text = "Limit";
  if (node.limit) text += " " + to_string(*node.limit);
  if (node.offset) text += " offset " + to_string(*node.offset);
  return text + (node.with_ties ? " with ties" : "");
}

std::string set_operation_text(const LogicalSetOperation& node) {
  const char* type = node.type == SetOperationType::kUnion       ? "Union"
                     : node.type == SetOperationType::kIntersect ? "Intersect"
                                                                 : "Except";
  return std::string(type) + (node.all ? " all" : "");
}

std::string assignments_text(const std::vector<ColumnAssignment>& assignments) {
  std::string text;
  for (const ColumnAssignment& assignment : assignments) {
    text += (text.empty() ? "" : ", ") + std::to_string(assignment.column) + " = " + to_string(*assignment.value);
  }
  return text;
}

std::string insert_text(const LogicalInsert& node) {
  static constexpr const char* kActions[] = {"error", "ignore", "update", "merge", "replace", "keep"};
  std::string text = std::string("Insert on conflict ") + kActions[static_cast<size_t>(node.conflict)] + " (";
  for (size_t i = 0; i < node.columns.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(node.columns[i]);
  text += ")";
  if (!node.defaults.empty()) text += " defaults [" + assignments_text(node.defaults) + "]";
  if (!node.update.empty()) text += " set [" + assignments_text(node.update) + "]";
  return text;
}

std::string gap_fill_text(const LogicalGapFill& node) {
  std::string text = "GapFill width " + to_string(*node.width);
  if (node.from) text += " from " + to_string(*node.from);
  if (node.to) text += " to " + to_string(*node.to);
  return text;
}

std::string node_text(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kScan: {
      const auto& scan = node.as<LogicalScan>();
      std::string text = "Scan " + scan.alias + " (" + names(scan.outputs) + ")";
      if (!scan.filters.empty()) text += " where [" + list(scan.filters) + "]";
      return text;
    }
    case LogicalKind::kVirtualScan:
      return "VirtualScan " + node.as<LogicalVirtualScan>().alias + " (" + names(node.outputs) + ")";
    case LogicalKind::kValues:
      return values_text(node.as<LogicalValues>());
    case LogicalKind::kTableFunction:
      return table_function_text(node.as<LogicalTableFunction>());
    case LogicalKind::kCteScan:
      return "CteScan " + node.as<LogicalCteScan>().name;
    case LogicalKind::kFilter:
      return "Filter [" + list(node.as<LogicalFilter>().conjuncts) + "]";
    case LogicalKind::kProject:
      return "Project [" + list(node.as<LogicalProject>().expressions) + "]";
    case LogicalKind::kAggregate:
      return aggregate_text(node.as<LogicalAggregate>());
    case LogicalKind::kWindow:
      return "Window [" + list(node.as<LogicalWindow>().calls) + "]";
    case LogicalKind::kSort:
      return "Sort [" + keys_text(node.as<LogicalSort>().keys) + "]";
    case LogicalKind::kLimit:
      return limit_text(node.as<LogicalLimit>());
    case LogicalKind::kDistinctOn:
      return "DistinctOn [" + list(node.as<LogicalDistinctOn>().keys) + "] order [" +
             keys_text(node.as<LogicalDistinctOn>().order) + "]";
    case LogicalKind::kGapFill:
      return gap_fill_text(node.as<LogicalGapFill>());
    case LogicalKind::kJoin: {
      const auto& join = node.as<LogicalJoin>();
      return std::string(join.asof ? "AsofJoin " : "Join ") + join_name(join.type) + " [" + list(join.conditions) + "]";
    }
    case LogicalKind::kApply:
      return "Apply " + join_name(node.as<LogicalApply>().type) + " [" + list(node.as<LogicalApply>().conditions) + "]";
    case LogicalKind::kSetOperation:
      return set_operation_text(node.as<LogicalSetOperation>());
    case LogicalKind::kRecursive:
      return std::string("Recursive") + (node.as<LogicalRecursive>().all ? " all" : "");
    case LogicalKind::kWith:
      return "With";
    case LogicalKind::kInsert:
      return insert_text(node.as<LogicalInsert>());
    case LogicalKind::kUpdate:
      return "Update [" + assignments_text(node.as<LogicalUpdate>().assignments) + "]";
    case LogicalKind::kDelete:
      return "Delete";
    case LogicalKind::kMerge:
      return "Merge";
    case LogicalKind::kLockRows:
      return "LockRows";
  }
  return {};
}

void append_node(std::string& text, const LogicalNode& node, size_t depth) {
  text.append(depth * 2, ' ');
  text += node_text(node) + "\n";
  for (const LogicalPtr& child : node.children) append_node(text, *child, depth + 1);
}

}  // namespace

std::string to_string(const LogicalNode& plan) {
  std::string text;
  append_node(text, plan, 0);
  return text;
}

}  // namespace tidemark
