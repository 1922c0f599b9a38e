// Subqueries in expressions: scalar, EXISTS, IN, ANY, ALL, ARRAY, at any depth of correlation.

#include <algorithm>

#include "base/error.h"
#include "functions/overload_resolution.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/subquery_expression.h"
#include "types/array.h"

namespace tidemark {

LogicalPtr Binder::bind_inner_query(const ast::Query& query) { return bind_query(query); }

namespace {

ExpressionPtr result_of(const std::shared_ptr<SubqueryExpression::Shared>& shared, const PlanOutput& output,
                        int position) {
  auto result = std::make_unique<SubqueryExpression>(output.type, shared, output.column);
  result->position = position;
  return result;
}

}  // namespace

ExpressionPtr Binder::bind_subquery(const ast::SubqueryExpression& expression) {
  LogicalPtr plan = bind_inner_query(*expression.query);
  const int position = expression.position;
  auto shared = std::make_shared<SubqueryExpression::Shared>();
  if (expression.subquery_kind == ast::SubqueryKind::Exists) {
    shared->type = JoinType::kMark;
    shared->mark = new_output(context_, "exists", TypeId::kBoolean);
    shared->plan = std::move(plan);
    return result_of(shared, shared->mark, position);
  }
  if (plan->outputs.size() != 1) {
    throw Error(sqlstate::kSyntaxError, "subquery must return only one column").at(position);
  }
  if (expression.subquery_kind == ast::SubqueryKind::Array) return bind_array_subquery(std::move(plan), position);
  const PlanOutput output = plan->outputs[0];
  shared->plan = std::move(plan);
  return result_of(shared, output, position);
}

/// ARRAY(SELECT …) is array_agg over it, and the empty array where there are no rows.
ExpressionPtr Binder::bind_array_subquery(LogicalPtr plan, int position) {
  const LogicalType element = plan->outputs[0].type;
  const LogicalType types[] = {element};
  const ResolvedAggregate resolved = resolve_aggregate("array_agg", types);
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(column_reference(plan->outputs[0]));
  const LogicalType type = resolved.result;
  auto aggregate = std::make_unique<LogicalAggregate>();
  aggregate->outputs.push_back(new_output(context_, "array", type));
  aggregate->aggregates.push_back(
      std::make_unique<AggregateExpression>(*resolved.function, type, std::move(arguments)));
  aggregate->children.push_back(std::move(plan));
  const PlanOutput output = aggregate->outputs[0];
  auto shared = std::make_shared<SubqueryExpression::Shared>();
  shared->plan = std::move(aggregate);
  std::vector<ExpressionPtr> parts;
  parts.push_back(result_of(shared, output, position));
  parts.push_back(std::make_unique<ConstantExpression>(Value::bytes(type, ArrayBuilder(type.element_type()).finish())));
  return std::make_unique<ControlExpression>(ExpressionKind::kCoalesce, type, std::move(parts));
}

ExpressionPtr Binder::compare_row_with_query(const std::string& symbol, const ast::RowExpression& row,
                                             const ast::SubqueryExpression& subquery, int position) {
  LogicalPtr plan = bind_inner_query(*subquery.query);
  if (plan->outputs.size() != row.fields.size()) {
    const char* words =
        plan->outputs.size() > row.fields.size() ? "subquery has too many columns" : "subquery has too few columns";
    throw Error(sqlstate::kSyntaxError, words).at(position);
  }
  auto shared = std::make_shared<SubqueryExpression::Shared>();
  std::vector<ExpressionPtr> left;
  std::vector<ExpressionPtr> right;
  for (size_t i = 0; i < row.fields.size(); ++i) {
    left.push_back(bind(*row.fields[i]));
    right.push_back(result_of(shared, plan->outputs[i], position));
  }
  shared->plan = std::move(plan);
  return compare_lists(symbol, std::move(left), std::move(right), position);
}

/// `operand symbol ANY (query)`, or ALL. `x op ALL (q)` is NOT (x negated-op ANY (q)).
ExpressionPtr Binder::bind_in_query(const ast::Expression& operand, const std::string& symbol, const ast::Query& query,
                                    int position, bool all) {
  std::vector<ExpressionPtr> left;
  if (const ast::RowExpression* row = as_row(operand)) {
    for (const ast::ExpressionPtr& field : row->fields) left.push_back(bind(*field));
  } else {
    left.push_back(bind(operand));
  }
  LogicalPtr plan = bind_inner_query(query);
  if (plan->outputs.size() != left.size()) {
    const char* words =
        plan->outputs.size() > left.size() ? "subquery has too many columns" : "subquery has too few columns";
    throw Error(sqlstate::kSyntaxError, words).at(position);
  }
  std::vector<ExpressionPtr> right;
  for (const PlanOutput& output : plan->outputs) right.push_back(column_reference(output, position));
  ExpressionPtr condition;
  const std::string_view negated = negated_comparison(symbol);
  if (!all) {
    condition = compare_lists_or_call(symbol, std::move(left), std::move(right), position);
  } else if (!negated.empty()) {
    condition = compare_lists_or_call(std::string(negated), std::move(left), std::move(right), position);
  } else {
    condition = call_operator("NOT", nullptr,
                              compare_lists_or_call(symbol, std::move(left), std::move(right), position), position);
  }
  condition = coerce_boolean(std::move(condition), "ANY/ALL");
  auto shared = std::make_shared<SubqueryExpression::Shared>();
  shared->type = JoinType::kMark;
  shared->mark = new_output(context_, "in", TypeId::kBoolean);
  split_conjuncts(std::move(condition), shared->conditions);
  // A comparison that is true for all rows still asks whether there are any.
  shared->plan = std::move(plan);
  ExpressionPtr result = result_of(shared, shared->mark, position);
  return all ? call_operator("NOT", nullptr, std::move(result), position) : std::move(result);
}

ExpressionPtr Binder::compare_lists_or_call(const std::string& symbol, std::vector<ExpressionPtr> left,
                                            std::vector<ExpressionPtr> right, int position) {
  if (left.size() == 1) return call_operator(symbol, std::move(left[0]), std::move(right[0]), position);
  return compare_lists(symbol, std::move(left), std::move(right), position);
}

// ------------------------------------------------------------------------------------------------------------ planning

void Binder::plan_subqueries(ExpressionPtr& expression, LogicalPtr& plan) {
  for_each_part(expression, [&](ExpressionPtr& part) {
    if (part->kind != ExpressionKind::kSubquery) return true;
    const auto& subquery = part->as<SubqueryExpression>();
    SubqueryExpression::Shared& shared = *subquery.shared;
    if (shared.plan) {
      for (ExpressionPtr& condition : shared.conditions) plan_subqueries(condition, plan);
      const PlanOutput* mark = shared.type == JoinType::kMark ? &shared.mark : nullptr;
      plan = make_apply(shared.type, std::move(plan), std::move(shared.plan), std::move(shared.conditions), mark);
    }
    auto column = std::make_unique<ColumnExpression>(subquery.column, part->type,
                                                     shared.mark.name.empty() ? "subquery" : shared.mark.name);
    column->position = part->position;
    part = std::move(column);
    return false;
  });
}

void Binder::plan_subqueries(std::vector<ExpressionPtr>& expressions, LogicalPtr& plan) {
  for (ExpressionPtr& expression : expressions) plan_subqueries(expression, plan);
}

LogicalPtr Binder::filter_with_subqueries(LogicalPtr plan, ExpressionPtr predicate) {
  std::vector<ExpressionPtr> conjuncts;
  split_conjuncts(std::move(predicate), conjuncts);
  // Plain conjuncts go first: they make the input of the subqueries smaller.
  const auto middle =
      std::ranges::stable_partition(conjuncts, [](const ExpressionPtr& conjunct) { return !has_subquery(*conjunct); });
  std::vector<ExpressionPtr> with_subquery(std::make_move_iterator(middle.begin()),
                                           std::make_move_iterator(middle.end()));
  conjuncts.erase(middle.begin(), middle.end());
  plan = make_filter(std::move(plan), std::move(conjuncts));
  for (ExpressionPtr& conjunct : with_subquery) {
    plan_subqueries(conjunct, plan);
    plan = make_filter(std::move(plan), std::move(conjunct));
  }
  return plan;
}

}  // namespace tidemark
