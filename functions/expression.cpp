#include "functions/expression.h"

#include <algorithm>

#include "functions/function.h"
#include "functions/window_function.h"

namespace tidemark {

Expression::Expression(const Expression& other) : kind(other.kind), type(other.type), position(other.position) {
  children.reserve(other.children.size());
  for (const ExpressionPtr& child : other.children) children.push_back(child->clone());
}

FunctionExpression::FunctionExpression(const ScalarFunction& scalar_function, LogicalType result_type,
                                       std::vector<ExpressionPtr> arguments)
    : Expression(ExpressionKind::kFunction, result_type), function(&scalar_function) {
  children = std::move(arguments);
}

ControlExpression::ControlExpression(ExpressionKind control_kind, LogicalType result_type,
                                     std::vector<ExpressionPtr> parts)
    : Expression(control_kind, result_type) {
  children = std::move(parts);
}

AggregateExpression::AggregateExpression(const AggregateFunction& aggregate, LogicalType result_type,
                                         std::vector<ExpressionPtr> arguments)
    : Expression(ExpressionKind::kAggregate, result_type), function(&aggregate) {
  children = std::move(arguments);
}

namespace {

ExpressionPtr clone_or_null(const ExpressionPtr& expression) { return expression ? expression->clone() : nullptr; }

std::vector<SortKey> clone_keys(const std::vector<SortKey>& keys) {
  std::vector<SortKey> copies;
  copies.reserve(keys.size());
  for (const SortKey& key : keys) copies.push_back(key.clone());
  return copies;
}

}  // namespace

AggregateExpression::AggregateExpression(const AggregateExpression& other)
    : Expression(other),
      function(other.function),
      distinct(other.distinct),
      filter(clone_or_null(other.filter)),
      order_by(clone_keys(other.order_by)) {}

WindowExpression::WindowExpression(const WindowExpression& other)
    : Expression(other),
      function(other.function),
      aggregate(other.aggregate),
      filter(clone_or_null(other.filter)),
      order_by(clone_keys(other.order_by)) {
  for (const ExpressionPtr& key : other.partition_by) partition_by.push_back(key->clone());
  frame.unit = other.frame.unit;
  frame.start = other.frame.start;
  frame.end = other.frame.end;
  frame.start_offset = clone_or_null(other.frame.start_offset);
  frame.end_offset = clone_or_null(other.frame.end_offset);
  frame.exclusion = other.frame.exclusion;
}

namespace {

bool same_or_both_null(const ExpressionPtr& left, const ExpressionPtr& right) {
  if (!left || !right) return !left && !right;
  return same_expression(*left, *right);
}

bool same_lists(const std::vector<ExpressionPtr>& left, const std::vector<ExpressionPtr>& right) {
  return std::ranges::equal(left, right,
                            [](const ExpressionPtr& a, const ExpressionPtr& b) { return same_expression(*a, *b); });
}

bool same_keys(const std::vector<SortKey>& left, const std::vector<SortKey>& right) {
  return std::ranges::equal(left, right, [](const SortKey& a, const SortKey& b) {
    return a.descending == b.descending && a.nulls_first == b.nulls_first &&
           same_expression(*a.expression, *b.expression);
  });
}

bool same_aggregate(const AggregateExpression& left, const AggregateExpression& right) {
  return left.function == right.function && left.distinct == right.distinct &&
         same_or_both_null(left.filter, right.filter) && same_keys(left.order_by, right.order_by);
}

bool same_window(const WindowExpression& left, const WindowExpression& right) {
  return left.function == right.function && left.aggregate == right.aggregate &&
         same_or_both_null(left.filter, right.filter) && same_lists(left.partition_by, right.partition_by) &&
         same_keys(left.order_by, right.order_by) && left.frame.unit == right.frame.unit &&
         left.frame.start == right.frame.start && left.frame.end == right.frame.end &&
         left.frame.exclusion == right.frame.exclusion &&
         same_or_both_null(left.frame.start_offset, right.frame.start_offset) &&
         same_or_both_null(left.frame.end_offset, right.frame.end_offset);
}

}  // namespace

bool same_expression(const Expression& left, const Expression& right) {
  if (&left == &right) return true;
  if (left.kind != right.kind || left.type != right.type || !same_lists(left.children, right.children)) return false;
  switch (left.kind) {
    case ExpressionKind::kConstant:
      return left.as<ConstantExpression>().value == right.as<ConstantExpression>().value;
    case ExpressionKind::kColumn:
      return left.as<ColumnExpression>().column == right.as<ColumnExpression>().column;
    case ExpressionKind::kInput:
      return left.as<InputExpression>().index == right.as<InputExpression>().index;
    case ExpressionKind::kParameter:
      return left.as<ParameterExpression>().number == right.as<ParameterExpression>().number;
    case ExpressionKind::kFunction:
      return left.as<FunctionExpression>().function == right.as<FunctionExpression>().function;
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
    case ExpressionKind::kCase:
    case ExpressionKind::kCoalesce:
      return true;
    case ExpressionKind::kAggregate:
      return same_aggregate(left.as<AggregateExpression>(), right.as<AggregateExpression>());
    case ExpressionKind::kWindow:
      return same_window(left.as<WindowExpression>(), right.as<WindowExpression>());
    case ExpressionKind::kSubquery:
      return false;
  }
  return false;
}

}  // namespace tidemark
