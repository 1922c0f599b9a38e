#include "planner/plan_builder.h"

#include <utility>

#include "planner/plan_walk.h"

namespace tidemark {

PlanColumn new_column(PlannerContext& context) { return context.next_column++; }

PlanOutput new_output(PlannerContext& context, std::string name, LogicalType type) {
  PlanOutput output;
  output.column = new_column(context);
  output.name = std::move(name);
  output.type = type;
  return output;
}

ExpressionPtr column_reference(const PlanOutput& output, int position) {
  auto column = std::make_unique<ColumnExpression>(output.column, output.type, output.name);
  column->position = position;
  return column;
}

LogicalPtr make_filter(LogicalPtr child, std::vector<ExpressionPtr> conjuncts) {
  std::vector<ExpressionPtr> flat;
  for (ExpressionPtr& conjunct : conjuncts) split_conjuncts(std::move(conjunct), flat);
  if (flat.empty()) return child;
  auto filter = std::make_unique<LogicalFilter>();
  filter->outputs = child->outputs;
  filter->conjuncts = std::move(flat);
  filter->children.push_back(std::move(child));
  return filter;
}

LogicalPtr make_filter(LogicalPtr child, ExpressionPtr predicate) {
  std::vector<ExpressionPtr> conjuncts;
  conjuncts.push_back(std::move(predicate));
  return make_filter(std::move(child), std::move(conjuncts));
}

LogicalPtr make_project(LogicalPtr child, std::vector<ExpressionPtr> expressions, std::vector<PlanOutput> outputs) {
  auto project = std::make_unique<LogicalProject>();
  project->expressions = std::move(expressions);
  project->outputs = std::move(outputs);
  project->children.push_back(std::move(child));
  return project;
}

LogicalPtr make_narrowing(LogicalPtr child, const std::vector<PlanOutput>& outputs) {
  std::vector<ExpressionPtr> expressions;
  expressions.reserve(outputs.size());
  for (const PlanOutput& output : outputs) expressions.push_back(column_reference(output));
  return make_project(std::move(child), std::move(expressions), outputs);
}

LogicalPtr make_join(JoinType type, LogicalPtr left, LogicalPtr right, std::vector<ExpressionPtr> conditions,
                     const PlanOutput* mark) {
  auto join = std::make_unique<LogicalJoin>();
  join->type = type;
  for (ExpressionPtr& condition : conditions) split_conjuncts(std::move(condition), join->conditions);
  join->children.push_back(std::move(left));
  join->children.push_back(std::move(right));
  if (mark) {
    join->mark = mark->column;
    join->outputs = {*mark};
  }
  derive_outputs(*join);
  return join;
}

LogicalPtr make_apply(JoinType type, LogicalPtr left, LogicalPtr right, std::vector<ExpressionPtr> conditions,
                      const PlanOutput* mark) {
  if (!intersects(free_columns(*right), output_columns(*left))) {
    return make_join(type, std::move(left), std::move(right), std::move(conditions), mark);
  }
  auto apply = std::make_unique<LogicalApply>();
  apply->type = type;
  for (ExpressionPtr& condition : conditions) split_conjuncts(std::move(condition), apply->conditions);
  apply->children.push_back(std::move(left));
  apply->children.push_back(std::move(right));
  if (mark) {
    apply->mark = mark->column;
    apply->outputs = {*mark};
  }
  derive_outputs(*apply);
  return apply;
}

LogicalPtr make_sort(LogicalPtr child, std::vector<SortKey> keys) {
  if (keys.empty()) return child;
  auto sort = std::make_unique<LogicalSort>();
  sort->outputs = child->outputs;
  sort->keys = std::move(keys);
  sort->children.push_back(std::move(child));
  return sort;
}

LogicalPtr make_limit(LogicalPtr child, ExpressionPtr limit, ExpressionPtr offset, bool with_ties) {
  if (!limit && !offset) return child;
  auto node = std::make_unique<LogicalLimit>();
  node->outputs = child->outputs;
  node->limit = std::move(limit);
  node->offset = std::move(offset);
  node->with_ties = with_ties;
  node->children.push_back(std::move(child));
  return node;
}

LogicalPtr make_single_row() {
  auto values = std::make_unique<LogicalValues>();
  values->rows.emplace_back();
  return values;
}

LogicalPtr make_distinct(LogicalPtr child, PlannerContext& context) {
  auto aggregate = std::make_unique<LogicalAggregate>();
  for (const PlanOutput& output : child->outputs) {
    aggregate->groups.push_back(column_reference(output));
    PlanOutput group = output;
    group.column = new_column(context);
    aggregate->outputs.push_back(std::move(group));
  }
  if (aggregate->groups.empty()) {
    // All rows are equal: one is left, if there is any.
    auto one = std::make_unique<ConstantExpression>(Value::int64(1));
    return make_limit(std::move(child), std::move(one), nullptr, false);
  }
  aggregate->children.push_back(std::move(child));
  return aggregate;
}

namespace {

void derive_join_outputs(LogicalNode& node, JoinType type, PlanColumn mark) {
  const PlanOutput* found = nullptr;
  for (const PlanOutput& output : node.outputs) {
    if (type == JoinType::kMark && output.column == mark) found = &output;
  }
  std::vector<PlanOutput> outputs = node.children[0]->outputs;
  if (found) {
    outputs.push_back(*found);
  } else if (type != JoinType::kSemi && type != JoinType::kAnti) {
    const std::vector<PlanOutput>& right = node.children[1]->outputs;
    outputs.insert(outputs.end(), right.begin(), right.end());
  }
  node.outputs = std::move(outputs);
}

/// The child's outputs, then the last `own_count` of what the node had.
void derive_with_own(LogicalNode& node, size_t own_count) {
  std::vector<PlanOutput> outputs = node.children[0]->outputs;
  outputs.insert(outputs.end(), node.outputs.end() - static_cast<std::ptrdiff_t>(own_count), node.outputs.end());
  node.outputs = std::move(outputs);
}

}  // namespace

void derive_outputs(LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kFilter:
    case LogicalKind::kSort:
    case LogicalKind::kLimit:
    case LogicalKind::kDistinctOn:
    case LogicalKind::kGapFill:
    case LogicalKind::kLockRows:
      node.outputs = node.children[0]->outputs;
      return;
    case LogicalKind::kWith:
      node.outputs = node.children.back()->outputs;
      return;
    case LogicalKind::kWindow:
      return derive_with_own(node, node.as<LogicalWindow>().calls.size());
    case LogicalKind::kTableFunction: {
      if (node.children.empty()) return;
      const auto& function = node.as<LogicalTableFunction>();
      size_t own_count = function.ordinality ? 1 : 0;
      for (const auto& call : function.calls) own_count += call.output_count;
      return derive_with_own(node, own_count);
    }
    case LogicalKind::kJoin:
      return derive_join_outputs(node, node.as<LogicalJoin>().type, node.as<LogicalJoin>().mark);
    case LogicalKind::kApply:
      return derive_join_outputs(node, node.as<LogicalApply>().type, node.as<LogicalApply>().mark);
    default:
      return;
  }
}

void split_conjuncts(ExpressionPtr predicate, std::vector<ExpressionPtr>& conjuncts) {
  if (!predicate) return;
  if (predicate->kind == ExpressionKind::kAnd) {
    for (ExpressionPtr& child : predicate->children) split_conjuncts(std::move(child), conjuncts);
    return;
  }
  if (predicate->kind == ExpressionKind::kConstant) {
    const Value& value = predicate->as<ConstantExpression>().value;
    if (!value.is_null() && value.type().id == TypeId::kBoolean && value.as_bool()) return;
  }
  conjuncts.push_back(std::move(predicate));
}

ExpressionPtr join_conjuncts(std::vector<ExpressionPtr> conjuncts) {
  if (conjuncts.empty()) return nullptr;
  if (conjuncts.size() == 1) return std::move(conjuncts[0]);
  return std::make_unique<ControlExpression>(ExpressionKind::kAnd, LogicalType(TypeId::kBoolean), std::move(conjuncts));
}

}  // namespace tidemark
