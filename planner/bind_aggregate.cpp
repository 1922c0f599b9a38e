// Aggregate calls. A call belongs to the innermost query whose columns it reads; there it is collected, once for equal
// calls, and the expression keeps the column of its result.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

/// Without columns it belongs to the query in which it stands.
QueryLevel& Binder::level_of_aggregate(const Expression& call) {
  uint32_t depth = 0;
  for (const PlanColumn column : columns_of(call)) {
    const auto found = depth_of_column_.find(column);
    if (found != depth_of_column_.end()) depth = std::max(depth, found->second);
    for (const QueryLevel* level = level_; level; level = level->outer) {
      const auto is_result = [&](const CollectedCall& before) { return before.output.column == column; };
      if (std::ranges::any_of(level->aggregates, is_result)) depth = std::max(depth, level->depth);
    }
  }
  if (depth == 0) return *level_;
  for (QueryLevel* level = level_; level; level = level->outer) {
    if (level->depth == depth) return *level;
  }
  return *level_;
}

std::vector<SortKey> Binder::bind_sort_keys(const std::vector<ast::OrderItem>& items) {
  std::vector<SortKey> keys;
  for (const ast::OrderItem& item : items) {
    SortKey key;
    key.expression = to_text_if_unknown(bind(*item.expression));
    check_sortable(*key.expression, item.expression->position);
    sort_directions(item, key.descending, key.nulls_first);
    keys.push_back(std::move(key));
  }
  return keys;
}

void Binder::check_aggregate_allowed(const QueryLevel& level, int position) {
  switch (level.place) {
    case ExpressionPlace::kSelect:
    case ExpressionPlace::kDistinctOn:
    case ExpressionPlace::kOrderBy:
    case ExpressionPlace::kHaving:
    case ExpressionPlace::kWindow:
      return;
    default:
      break;
  }
  throw Error(sqlstate::kGroupingError, "aggregate functions are not allowed in " + std::string(words_for(level.place)))
      .at(position);
}

ExpressionPtr Binder::bind_aggregate_call(const ast::FunctionCall& call, const std::string& name) {
  const bool nested_before = level_->inside_aggregate;
  level_->inside_aggregate = true;
  std::unique_ptr<AggregateExpression> aggregate;
  try {
    aggregate = resolve_aggregate_call(call, name);
  } catch (...) {
    level_->inside_aggregate = nested_before;
    throw;
  }
  level_->inside_aggregate = nested_before;
  return collect_aggregate(std::move(aggregate), name, call.position);
}

/// Gives a call to the query that it belongs to; the column of its result.
ExpressionPtr Binder::collect_aggregate(std::unique_ptr<AggregateExpression> aggregate, const std::string& name,
                                        int position) {
  aggregate->position = position;
  QueryLevel& owner = level_of_aggregate(*aggregate);
  if (owner.inside_aggregate && owner.place != ExpressionPlace::kFilter) {
    throw Error(sqlstate::kGroupingError, "aggregate function calls cannot be nested").at(position);
  }
  check_aggregate_allowed(owner, position);
  // In a subquery's call, what is aggregated may be a result of this query's own.
  const PlanColumnSet read = columns_of(*aggregate);
  for (const CollectedCall& before : owner.aggregates) {
    if (read.contains(before.output.column)) {
      throw Error(sqlstate::kGroupingError, "aggregate function calls cannot be nested").at(position);
    }
  }
  for (const CollectedCall& before : owner.aggregates) {
    if (same_expression(*before.expression, *aggregate) && !is_volatile(*aggregate)) {
      return column_reference(before.output, position);
    }
  }
  PlanOutput output = new_output(context_, name, aggregate->type);
  owner.aggregates.push_back({output, std::move(aggregate)});
  return column_reference(output, position);
}

/// The call with its arguments bound and coerced, not yet collected. Window calls of aggregates come through here, too.
std::unique_ptr<AggregateExpression> Binder::resolve_aggregate_call(const ast::FunctionCall& call,
                                                                    const std::string& name) {
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  std::vector<SortKey> order = bind_sort_keys(call.order_by);
  const size_t direct_count = arguments.size();
  if (call.within_group) {
    for (const SortKey& key : order) arguments.push_back(key.expression->clone());
  }
  std::vector<LogicalType> types;
  for (const ExpressionPtr& argument : arguments) types.push_back(argument->type);
  ResolvedAggregate resolved;
  try {
    resolved = resolve_aggregate(name, types, context_.flavour);
  } catch (Error& error) {
    if (error.position() == 0) error.at(call.position);
    throw;
  }
  if (resolved.function->ordered_set != call.within_group) {
    const std::string words = resolved.function->ordered_set
                                  ? "WITHIN GROUP is required for ordered-set aggregate " + name
                                  : name + " is not an ordered-set aggregate, so it cannot have WITHIN GROUP";
    throw Error(sqlstate::kWrongObjectType, words).at(call.position);
  }
  std::vector<ExpressionPtr> written;  // as they stand, before they are made to fit
  for (size_t i = 0; call.distinct && i < arguments.size(); ++i) written.push_back(arguments[i]->clone());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const LogicalType target = resolved.arguments[i];
    if (is_pseudo_type(target.id)) {
      arguments[i] = to_text_if_unknown(std::move(arguments[i]));
    } else if (!arguments[i]->type.same_base(target)) {
      arguments[i] = coerce(std::move(arguments[i]), target, CastContext::kImplicit);
    }
  }
  if (call.within_group) {
    for (size_t i = 0; i < order.size(); ++i) order[i].expression = arguments[direct_count + i]->clone();
  }
  if (call.distinct) {
    for (const ExpressionPtr& argument : arguments) check_sortable(*argument, argument->position);
    for (SortKey& key : order) {
      const auto found = std::ranges::find_if(
          written, [&](const ExpressionPtr& argument) { return same_expression(*argument, *key.expression); });
      if (found != written.end()) {
        key.expression = arguments[static_cast<size_t>(found - written.begin())]->clone();
      } else {
        throw Error(sqlstate::kInvalidColumnReference,
                    "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
            .at(key.expression->position);
      }
    }
  }
  auto aggregate = std::make_unique<AggregateExpression>(*resolved.function, resolved.result, std::move(arguments));
  aggregate->distinct = call.distinct;
  aggregate->order_by = std::move(order);
  if (call.filter) aggregate->filter = bind_predicate(*call.filter, ExpressionPlace::kFilter);
  return aggregate;
}

}  // namespace tidemark
