#include "engine/influxql_syntax.h"

#include <charconv>

#include "types/type_io.h"
#include "types/value.h"

namespace tidemark::influxql {
namespace {

ast::ExpressionPtr make_literal(ast::LiteralKind kind, std::string text) {
  auto literal = std::make_unique<ast::Literal>();
  literal->literal_kind = kind;
  literal->text = std::move(text);
  return literal;
}

}  // namespace

ast::ExpressionPtr make_column(std::string name) {
  auto column = std::make_unique<ast::ColumnReference>();
  column->parts.push_back(std::move(name));
  return column;
}

ast::ExpressionPtr make_text(std::string value) { return make_literal(ast::LiteralKind::String, std::move(value)); }
ast::ExpressionPtr make_null() { return make_literal(ast::LiteralKind::Null, ""); }
ast::ExpressionPtr make_boolean(bool value) {
  return make_literal(ast::LiteralKind::Boolean, value ? "true" : "false");
}
ast::ExpressionPtr make_integer(int64_t value) { return make_cast(make_text(std::to_string(value)), "int8"); }

ast::ExpressionPtr make_number(double value) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  return make_cast(make_text(std::string(digits, end)), "float8");
}

ast::ExpressionPtr make_time(int64_t nanoseconds, LogicalType type, bool up) {
  if (type.id != TypeId::kTimestampTzNs) {
    int64_t microseconds = nanoseconds / 1000;
    const int64_t rest = nanoseconds % 1000;
    if (rest > 0 && up) ++microseconds;
    if (rest < 0 && !up) --microseconds;
    nanoseconds = microseconds * 1000;
  }
  // The text of a timestamptz(9) in UTC reads back under any session's settings; a plain timestamp ignores the zone.
  std::string text = to_text(Value::integer(TypeId::kTimestampTzNs, nanoseconds), {.dates = {.timestamp_digits = 9}});
  if (type.id == TypeId::kTimestamp) return make_cast(make_text(std::move(text)), "timestamp");
  return make_cast(make_text(std::move(text)), "timestamptz", type.id == TypeId::kTimestampTzNs ? 9 : -1);
}

ast::ExpressionPtr make_cast(ast::ExpressionPtr operand, std::string_view type, int modifier) {
  auto cast = std::make_unique<ast::CastExpression>();
  cast->operand = std::move(operand);
  cast->type.name.parts = {"pg_catalog", std::string(type)};
  if (modifier >= 0) {
    cast->type.modifiers.push_back(make_literal(ast::LiteralKind::Integer, std::to_string(modifier)));
  }
  return cast;
}

ast::ExpressionPtr make_operator(std::string symbol, ast::ExpressionPtr left, ast::ExpressionPtr right) {
  auto operation = std::make_unique<ast::OperatorExpression>();
  operation->name.symbol = std::move(symbol);
  operation->left = std::move(left);
  operation->right = std::move(right);
  return operation;
}

ast::ExpressionPtr make_is_null(ast::ExpressionPtr operand, bool negated) {
  auto test = std::make_unique<ast::TestExpression>();
  test->operand = std::move(operand);
  test->negated = negated;
  return test;
}

ast::ExpressionPtr make_distinct_from(ast::ExpressionPtr left, ast::ExpressionPtr right) {
  auto test = std::make_unique<ast::DistinctFromExpression>();
  test->left = std::move(left);
  test->right = std::move(right);
  return test;
}

ast::ExpressionPtr make_not(ast::ExpressionPtr operand) {
  auto negation = std::make_unique<ast::NotExpression>();
  negation->operand = std::move(operand);
  return negation;
}

ast::ExpressionPtr make_logical(bool is_and, ast::ExpressionList operands) {
  std::erase(operands, nullptr);
  if (operands.empty()) return nullptr;
  if (operands.size() == 1) return std::move(operands.front());
  auto logical = std::make_unique<ast::LogicalExpression>();
  logical->is_and = is_and;
  logical->operands = std::move(operands);
  return logical;
}

ast::ExpressionPtr make_call(std::string name, ast::ExpressionList arguments) {
  auto call = std::make_unique<ast::FunctionCall>();
  call->name.parts.push_back(std::move(name));
  for (ast::ExpressionPtr& argument : arguments) call->arguments.push_back({"", std::move(argument)});
  return call;
}

}  // namespace tidemark::influxql
