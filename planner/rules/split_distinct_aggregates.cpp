// `count(DISTINCT x) … GROUP BY g` counts the groups of an inner `GROUP BY g, x`: what brings rows together there is
// the ordinary hash aggregation, in parallel, by dictionary codes, on disk, instead of a set of values in each group.

#include <algorithm>

#include "functions/function.h"
#include "planner/plan_builder.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

/// min and max do not mind equal values.
bool ignores_repetition(const AggregateExpression& aggregate) {
  return aggregate.function->summary == PageSummary::kMin || aggregate.function->summary == PageSummary::kMax;
}

/// Whether all aggregates are of one DISTINCT argument, and of nothing else.
bool can_be_split(const LogicalAggregate& node) {
  if (node.aggregates.empty() || !node.grouping_sets.empty() || !node.grouping_calls.empty()) return false;
  const Expression* argument = nullptr;
  bool distinct = false;
  for (const ExpressionPtr& expression : node.aggregates) {
    const auto& aggregate = expression->as<AggregateExpression>();
    distinct = distinct || aggregate.distinct;
    if (aggregate.children.size() != 1 || aggregate.filter || !aggregate.order_by.empty() ||
        aggregate.function->order_sensitive || aggregate.function->ordered_set ||
        !(aggregate.distinct || ignores_repetition(aggregate))) {
      return false;
    }
    if (argument != nullptr && !same_expression(*argument, *aggregate.children[0])) return false;
    argument = aggregate.children[0].get();
  }
  return distinct;
}

void split_distinct(LogicalAggregate& node, PlannerContext& context) {
  auto inner = std::make_unique<LogicalAggregate>();
  for (ExpressionPtr& group : node.groups) {
    inner->outputs.push_back(new_output(context, node.outputs[inner->groups.size()].name, group->type));
    inner->groups.push_back(std::move(group));
    node.groups[inner->groups.size() - 1] = column_reference(inner->outputs.back());
  }
  for (ExpressionPtr& expression : node.aggregates) {
    auto& aggregate = expression->as<AggregateExpression>();
    if (inner->groups.size() == node.groups.size()) {
      inner->outputs.push_back(new_output(context, "value", aggregate.children[0]->type));
      inner->groups.push_back(std::move(aggregate.children[0]));
    }
    aggregate.children[0] = column_reference(inner->outputs.back());
    aggregate.distinct = false;
  }
  inner->children.push_back(std::move(node.children[0]));
  node.children[0] = std::move(inner);
}

}  // namespace

LogicalPtr split_distinct_aggregates(LogicalPtr plan, PlannerContext& context) {
  for (LogicalPtr& child : plan->children) child = split_distinct_aggregates(std::move(child), context);
  if (plan->kind == LogicalKind::kAggregate && can_be_split(plan->as<LogicalAggregate>())) {
    split_distinct(plan->as<LogicalAggregate>(), context);
  }
  return plan;
}

}  // namespace tidemark
