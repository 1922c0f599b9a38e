#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/ast_expression.h"
#include "types/logical_type.h"

/// Makes the SQL syntax that InfluxQL is translated to. Names are exact: they need no quotes here.
namespace tidemark::influxql {

[[nodiscard]] ast::ExpressionPtr make_column(std::string name);
[[nodiscard]] ast::ExpressionPtr make_text(std::string value);
[[nodiscard]] ast::ExpressionPtr make_boolean(bool value);
[[nodiscard]] ast::ExpressionPtr make_null();
[[nodiscard]] ast::ExpressionPtr make_integer(int64_t value);
[[nodiscard]] ast::ExpressionPtr make_number(double value);
/// A time in nanoseconds since 1970 as a constant of `type`, one of the time column's types. What that type cannot hold
/// is rounded towards `up` (a lower bound) or down.
[[nodiscard]] ast::ExpressionPtr make_time(int64_t nanoseconds, LogicalType type, bool up);
[[nodiscard]] ast::ExpressionPtr make_cast(ast::ExpressionPtr operand, std::string_view type, int modifier = -1);
[[nodiscard]] ast::ExpressionPtr make_operator(std::string symbol, ast::ExpressionPtr left, ast::ExpressionPtr right);
[[nodiscard]] ast::ExpressionPtr make_is_null(ast::ExpressionPtr operand, bool negated);
[[nodiscard]] ast::ExpressionPtr make_distinct_from(ast::ExpressionPtr left, ast::ExpressionPtr right);
[[nodiscard]] ast::ExpressionPtr make_not(ast::ExpressionPtr operand);
/// AND or OR of all that are not null pointers; null if all are.
[[nodiscard]] ast::ExpressionPtr make_logical(bool is_and, ast::ExpressionList operands);
[[nodiscard]] ast::ExpressionPtr make_call(std::string name, ast::ExpressionList arguments);

template <class... Expressions>
[[nodiscard]] ast::ExpressionList make_list(Expressions... expressions) {
  ast::ExpressionList list;
  (list.push_back(std::move(expressions)), ...);
  return list;
}

}  // namespace tidemark::influxql
