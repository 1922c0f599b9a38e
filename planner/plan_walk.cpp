#include "planner/plan_walk.h"

#include <algorithm>

#include "functions/function.h"
#include "functions/table_function.h"
#include "planner/subquery_expression.h"

namespace tidemark {

namespace {

using Visit = std::function<void(ExpressionPtr&)>;

void visit_one(ExpressionPtr& expression, const Visit& visit) {
  if (expression) visit(expression);
}

void visit_list(std::vector<ExpressionPtr>& list, const Visit& visit) {
  for (ExpressionPtr& expression : list) visit_one(expression, visit);
}

void visit_keys(std::vector<SortKey>& keys, const Visit& visit) {
  for (SortKey& key : keys) visit_one(key.expression, visit);
}

void visit_target(WriteTarget& target, const Visit& visit) {
  for (WriteTarget::Generated& generated : target.generated) visit_one(generated.expression, visit);
  for (WriteTarget::Check& check : target.checks) visit_one(check.expression, visit);
  for (WriteTarget::UniqueKey& key : target.unique_keys) {
    visit_list(key.expressions, visit);
    visit_one(key.predicate, visit);
  }
  visit_list(target.returning, visit);
}

void visit_assignments(std::vector<ColumnAssignment>& assignments, const Visit& visit) {
  for (ColumnAssignment& assignment : assignments) visit_one(assignment.value, visit);
}

void visit_insert(LogicalInsert& insert, const Visit& visit) {
  visit_target(insert.target, visit);
  visit_assignments(insert.defaults, visit);
  visit_assignments(insert.update, visit);
  visit_one(insert.update_where, visit);
}

void visit_gap_fill(LogicalGapFill& fill, const Visit& visit) {
  visit_one(fill.width, visit);
  visit_one(fill.from, visit);
  visit_one(fill.to, visit);
  for (LogicalGapFill::Fill& one : fill.fills) visit_one(one.value, visit);
}

}  // namespace

void for_each_expression(LogicalNode& node, const Visit& visit) {
  switch (node.kind) {
    case LogicalKind::kScan:
      return visit_list(node.as<LogicalScan>().filters, visit);
    case LogicalKind::kValues:
      for (auto& row : node.as<LogicalValues>().rows) visit_list(row, visit);
      return;
    case LogicalKind::kTableFunction:
      for (auto& call : node.as<LogicalTableFunction>().calls) visit_list(call.arguments, visit);
      return;
    case LogicalKind::kFilter:
      return visit_list(node.as<LogicalFilter>().conjuncts, visit);
    case LogicalKind::kProject:
      return visit_list(node.as<LogicalProject>().expressions, visit);
    case LogicalKind::kAggregate:
      visit_list(node.as<LogicalAggregate>().groups, visit);
      return visit_list(node.as<LogicalAggregate>().aggregates, visit);
    case LogicalKind::kWindow:
      return visit_list(node.as<LogicalWindow>().calls, visit);
    case LogicalKind::kSort:
      return visit_keys(node.as<LogicalSort>().keys, visit);
    case LogicalKind::kLimit:
      visit_one(node.as<LogicalLimit>().limit, visit);
      return visit_one(node.as<LogicalLimit>().offset, visit);
    case LogicalKind::kDistinctOn:
      visit_list(node.as<LogicalDistinctOn>().keys, visit);
      return visit_keys(node.as<LogicalDistinctOn>().order, visit);
    case LogicalKind::kGapFill:
      return visit_gap_fill(node.as<LogicalGapFill>(), visit);
    case LogicalKind::kJoin:
      visit_list(node.as<LogicalJoin>().conditions, visit);
      return visit_one(node.as<LogicalJoin>().tolerance, visit);
    case LogicalKind::kApply:
      return visit_list(node.as<LogicalApply>().conditions, visit);
    case LogicalKind::kInsert:
      return visit_insert(node.as<LogicalInsert>(), visit);
    case LogicalKind::kUpdate:
      visit_target(node.as<LogicalUpdate>().target, visit);
      return visit_assignments(node.as<LogicalUpdate>().assignments, visit);
    case LogicalKind::kDelete:
      return visit_target(node.as<LogicalDelete>().target, visit);
    case LogicalKind::kMerge:
      visit_target(node.as<LogicalMerge>().target, visit);
      for (auto& action : node.as<LogicalMerge>().actions) {
        visit_one(action.condition, visit);
        visit_assignments(action.values, visit);
      }
      return;
    case LogicalKind::kVirtualScan:
    case LogicalKind::kCteScan:
    case LogicalKind::kSetOperation:
    case LogicalKind::kRecursive:
    case LogicalKind::kWith:
    case LogicalKind::kLockRows:
      return;
  }
}

void for_each_expression(const LogicalNode& node, const std::function<void(const Expression&)>& visit) {
  // The visitor sees the expressions as constant, so nothing is changed through this cast.
  for_each_expression(const_cast<LogicalNode&>(node), [&](ExpressionPtr& expression) { visit(*expression); });
}

void for_each_part(ExpressionPtr& expression, const std::function<bool(ExpressionPtr&)>& visit) {
  if (!expression || !visit(expression)) return;
  for (ExpressionPtr& child : expression->children) for_each_part(child, visit);
  if (expression->kind == ExpressionKind::kAggregate) {
    auto& aggregate = expression->as<AggregateExpression>();
    for_each_part(aggregate.filter, visit);
    for (SortKey& key : aggregate.order_by) for_each_part(key.expression, visit);
  } else if (expression->kind == ExpressionKind::kWindow) {
    auto& window = expression->as<WindowExpression>();
    for_each_part(window.filter, visit);
    for (ExpressionPtr& key : window.partition_by) for_each_part(key, visit);
    for (SortKey& key : window.order_by) for_each_part(key.expression, visit);
    for_each_part(window.frame.start_offset, visit);
    for_each_part(window.frame.end_offset, visit);
  }
}

void for_each_part(const Expression& expression, const std::function<void(const Expression&)>& visit) {
  visit(expression);
  for (const ExpressionPtr& child : expression.children) for_each_part(*child, visit);
  const auto visit_optional = [&](const ExpressionPtr& part) {
    if (part) for_each_part(*part, visit);
  };
  if (expression.kind == ExpressionKind::kAggregate) {
    const auto& aggregate = expression.as<AggregateExpression>();
    visit_optional(aggregate.filter);
    for (const SortKey& key : aggregate.order_by) visit_optional(key.expression);
  } else if (expression.kind == ExpressionKind::kWindow) {
    const auto& window = expression.as<WindowExpression>();
    visit_optional(window.filter);
    for (const ExpressionPtr& key : window.partition_by) visit_optional(key);
    for (const SortKey& key : window.order_by) visit_optional(key.expression);
    visit_optional(window.frame.start_offset);
    visit_optional(window.frame.end_offset);
  }
}

namespace {

void add_made_and_read(const LogicalNode& plan, PlanColumnSet& made, PlanColumnSet& read) {
  for (const PlanOutput& output : plan.outputs) made.insert(output.column);
  if (plan.kind == LogicalKind::kInsert) {
    const auto& insert = plan.as<LogicalInsert>();
    made.insert(insert.target.row_columns.begin(), insert.target.row_columns.end());
    made.insert(insert.excluded_columns.begin(), insert.excluded_columns.end());
  }
  for_each_expression(plan, [&](const Expression& expression) { add_columns(expression, read); });
  for (const LogicalPtr& child : plan.children) add_made_and_read(*child, made, read);
}

}  // namespace

void add_columns(const Expression& expression, PlanColumnSet& columns) {
  for_each_part(expression, [&](const Expression& part) {
    if (part.kind == ExpressionKind::kColumn) {
      columns.insert(part.as<ColumnExpression>().column);
    } else if (part.kind == ExpressionKind::kSubquery) {
      const auto& subquery = part.as<SubqueryExpression>();
      const SubqueryExpression::Shared& shared = *subquery.shared;
      if (!shared.plan) {  // planned by a copy of this expression: only its result is read
        columns.insert(subquery.column);
        return;
      }
      PlanColumnSet made;
      PlanColumnSet read;
      add_made_and_read(*shared.plan, made, read);
      for (const ExpressionPtr& condition : shared.conditions) add_columns(*condition, read);
      std::ranges::set_difference(read, made, std::inserter(columns, columns.end()));
    }
  });
}

PlanColumnSet columns_of(const Expression& expression) {
  PlanColumnSet columns;
  add_columns(expression, columns);
  return columns;
}

PlanColumnSet output_columns(const LogicalNode& node) {
  PlanColumnSet columns;
  for (const PlanOutput& output : node.outputs) columns.insert(output.column);
  return columns;
}

PlanColumnSet free_columns(const LogicalNode& plan) {
  PlanColumnSet made;
  PlanColumnSet read;
  add_made_and_read(plan, made, read);
  PlanColumnSet free;
  std::ranges::set_difference(read, made, std::inserter(free, free.end()));
  return free;
}

bool is_subset(const PlanColumnSet& part, const PlanColumnSet& whole) { return std::ranges::includes(whole, part); }

bool intersects(const PlanColumnSet& left, const PlanColumnSet& right) {
  return std::ranges::any_of(left, [&](PlanColumn column) { return right.contains(column); });
}

void replace_columns(ExpressionPtr& expression, const ColumnReplacements& replacements) {
  for_each_part(expression, [&](ExpressionPtr& part) {
    if (part->kind == ExpressionKind::kSubquery) {
      SubqueryExpression::Shared& shared = *part->as<SubqueryExpression>().shared;
      for (ExpressionPtr& condition : shared.conditions) replace_columns(condition, replacements);
      if (shared.plan) replace_columns(*shared.plan, replacements);
      return true;
    }
    if (part->kind != ExpressionKind::kColumn) return true;
    const auto found = replacements.find(part->as<ColumnExpression>().column);
    if (found != replacements.end()) {
      const int position = part->position;
      part = found->second->clone();
      if (part->position == 0) part->position = position;
    }
    return false;
  });
}

void replace_columns(LogicalNode& plan, const ColumnReplacements& replacements) {
  for_each_expression(plan, [&](ExpressionPtr& expression) { replace_columns(expression, replacements); });
  for (LogicalPtr& child : plan.children) replace_columns(*child, replacements);
}

namespace {

bool any_part(const Expression& expression, const std::function<bool(const Expression&)>& test) {
  bool found = false;
  for_each_part(expression, [&](const Expression& part) { found = found || test(part); });
  return found;
}

}  // namespace

bool is_volatile(const Expression& expression) {
  return any_part(expression, [](const Expression& part) {
    return part.kind == ExpressionKind::kFunction &&
           part.as<FunctionExpression>().function->volatility == Volatility::kVolatile;
  });
}

bool is_immutable(const Expression& expression) {
  return !any_part(expression, [](const Expression& part) {
    return part.kind == ExpressionKind::kFunction &&
           part.as<FunctionExpression>().function->volatility != Volatility::kImmutable;
  });
}

bool is_constant_at_start(const Expression& expression) {
  return !any_part(expression, [](const Expression& part) {
    switch (part.kind) {
      case ExpressionKind::kColumn:
      case ExpressionKind::kInput:
      case ExpressionKind::kAggregate:
      case ExpressionKind::kWindow:
      case ExpressionKind::kSubquery:
        return true;
      case ExpressionKind::kFunction:
        return part.as<FunctionExpression>().function->volatility == Volatility::kVolatile;
      default:
        return false;
    }
  });
}

bool has_subquery(const Expression& expression) {
  return any_part(expression, [](const Expression& part) { return part.kind == ExpressionKind::kSubquery; });
}

bool reads_column(const Expression& expression) {
  return any_part(expression, [](const Expression& part) { return part.kind == ExpressionKind::kColumn; });
}

bool is_volatile(const LogicalNode& plan) {
  switch (plan.kind) {
    case LogicalKind::kInsert:
    case LogicalKind::kUpdate:
    case LogicalKind::kDelete:
    case LogicalKind::kMerge:
    case LogicalKind::kLockRows:
      return true;
    case LogicalKind::kTableFunction:
      for (const auto& call : plan.as<LogicalTableFunction>().calls) {
        if (call.function->volatility == Volatility::kVolatile) return true;
      }
      break;
    default:
      break;
  }
  bool found = false;
  for_each_expression(plan, [&](const Expression& expression) { found = found || is_volatile(expression); });
  return found || std::ranges::any_of(plan.children, [](const LogicalPtr& child) { return is_volatile(*child); });
}

}  // namespace tidemark
