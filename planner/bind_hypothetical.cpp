// rank(value) WITHIN GROUP (ORDER BY key) and its like: which place a row would have among those of the group. They are
// counts of the rows that sort before it, so they become plain aggregates with a filter.

#include <utility>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/predicate_forms.h"

namespace tidemark {
namespace {

ExpressionPtr logical(ExpressionKind kind, ExpressionPtr left, ExpressionPtr right) {
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(left));
  parts.push_back(std::move(right));
  return std::make_unique<ControlExpression>(kind, LogicalType(TypeId::kBoolean), std::move(parts));
}

ExpressionPtr of_value(Value value) { return std::make_unique<ConstantExpression>(std::move(value)); }

ExpressionPtr both_null(const Expression& left, const Expression& right) {
  return logical(ExpressionKind::kAnd, make_test("IS NULL", left.clone()), make_test("IS NULL", right.clone()));
}

}  // namespace

bool Binder::is_hypothetical(const std::string& name) {
  return name == "rank" || name == "dense_rank" || name == "percent_rank" || name == "cume_dist";
}

/// The hypothetical row's values, of the types of the keys that they are compared with.
std::vector<ExpressionPtr> Binder::hypothetical_row(const ast::FunctionCall& call, const std::string& name,
                                                    std::vector<SortKey>& keys) {
  std::vector<ExpressionPtr> row = bind_arguments(call);
  if (row.size() != keys.size()) {
    std::vector<LogicalType> types;
    for (const ExpressionPtr& value : row) types.push_back(value->type);
    for (const SortKey& key : keys) types.push_back(key.expression->type);
    throw Error(sqlstate::kUndefinedFunction, "function " + call_signature(name, types) + " does not exist")
        .with_hint("To use the hypothetical-set aggregate " + name +
                   ", the number of hypothetical direct arguments (here " + std::to_string(row.size()) +
                   ") must match the number of ordering columns (here " + std::to_string(keys.size()) + ").")
        .at(call.position);
  }
  for (size_t i = 0; i < row.size(); ++i) {
    const LogicalType types[] = {keys[i].expression->type, row[i]->type};
    LogicalType common;
    try {
      common = select_common_type(types, "WITHIN GROUP");
    } catch (Error& error) {
      throw error.at(keys[i].expression->position);
    }
    common.modifier = -1;
    row[i] = coerce(std::move(row[i]), common, CastContext::kImplicit);
    keys[i].expression = coerce(std::move(keys[i].expression), common, CastContext::kImplicit);
  }
  return row;
}

/// Whether the keys sort before the row; or beside it, too.
ExpressionPtr Binder::sorts_before(const std::vector<SortKey>& keys, const std::vector<ExpressionPtr>& row, bool peers,
                                   int position) {
  ExpressionPtr before;
  for (size_t i = keys.size(); i-- > 0;) {
    const Expression& key = *keys[i].expression;
    const Expression& value = *row[i];
    ExpressionPtr first = call_operator(keys[i].descending ? ">" : "<", key.clone(), value.clone(), position);
    ExpressionPtr null_first =
        keys[i].nulls_first
            ? logical(ExpressionKind::kAnd, make_test("IS NULL", key.clone()), make_test("IS NOT NULL", value.clone()))
            : logical(ExpressionKind::kAnd, make_test("IS NULL", value.clone()), make_test("IS NOT NULL", key.clone()));
    first = logical(ExpressionKind::kOr, std::move(first), std::move(null_first));
    if (before != nullptr || peers) {
      ExpressionPtr equal =
          logical(ExpressionKind::kOr, call_operator("=", key.clone(), value.clone(), position), both_null(key, value));
      if (before != nullptr) equal = logical(ExpressionKind::kAnd, std::move(equal), std::move(before));
      first = logical(ExpressionKind::kOr, std::move(first), std::move(equal));
    }
    before = std::move(first);
  }
  return before;
}

ExpressionPtr Binder::bind_hypothetical_call(const ast::FunctionCall& call, const std::string& name) {
  std::vector<SortKey> keys;
  std::vector<ExpressionPtr> row;
  ExpressionPtr filter;
  const bool nested_before = std::exchange(level_->inside_aggregate, true);
  try {
    keys = bind_sort_keys(call.order_by);
    row = hypothetical_row(call, name, keys);
    if (call.filter) filter = bind_predicate(*call.filter, ExpressionPlace::kFilter);
  } catch (...) {
    level_->inside_aggregate = nested_before;
    throw;
  }
  level_->inside_aggregate = nested_before;

  /// How many rows of the group are such; all, if `which` is null.
  const auto count = [&](ExpressionPtr which, bool distinct) {
    std::vector<ExpressionPtr> arguments;
    std::vector<LogicalType> types;
    if (distinct) {
      std::vector<ExpressionPtr> fields;
      for (const SortKey& key : keys) fields.push_back(key.expression->clone());
      arguments.push_back(call_constructor("ROW", std::move(fields), TypeId::kRecord, call.position));
      types.emplace_back(TypeId::kRecord);
    }
    const ResolvedAggregate resolved = resolve_aggregate("count", types, context_.flavour);
    auto aggregate = std::make_unique<AggregateExpression>(*resolved.function, resolved.result, std::move(arguments));
    aggregate->distinct = distinct;
    aggregate->position = call.position;
    aggregate->filter = std::move(which);
    if (filter != nullptr) {
      aggregate->filter = aggregate->filter == nullptr
                              ? filter->clone()
                              : logical(ExpressionKind::kAnd, filter->clone(), std::move(aggregate->filter));
    }
    return collect_aggregate(std::move(aggregate), name, call.position);
  };
  const auto one = [] { return of_value(Value::int64(1)); };
  const auto as_float = [&](ExpressionPtr count_of_rows) {
    return coerce(std::move(count_of_rows), TypeId::kFloat64, CastContext::kImplicit);
  };
  if (name == "percent_rank") {
    ExpressionPtr rows = count(nullptr, false);
    std::vector<ExpressionPtr> parts;
    parts.push_back(call_operator("=", rows->clone(), of_value(Value::int64(0)), call.position));
    parts.push_back(of_value(Value::float64(0)));
    parts.push_back(call_operator("/", as_float(count(sorts_before(keys, row, false, call.position), false)),
                                  as_float(std::move(rows)), call.position));
    return std::make_unique<ControlExpression>(ExpressionKind::kCase, LogicalType(TypeId::kFloat64), std::move(parts));
  }
  ExpressionPtr before = count(sorts_before(keys, row, name == "cume_dist", call.position), name == "dense_rank");
  ExpressionPtr rank = call_operator("+", std::move(before), one(), call.position);
  if (name != "cume_dist") return rank;
  ExpressionPtr rows = call_operator("+", count(nullptr, false), one(), call.position);
  return call_operator("/", as_float(std::move(rank)), as_float(std::move(rows)), call.position);
}

}  // namespace tidemark
