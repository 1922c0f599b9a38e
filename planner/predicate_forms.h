#pragma once

#include <span>
#include <string_view>

#include "functions/expression.h"

namespace tidemark {

/// Shapes of predicates that the binder makes and that rules and the physical planner look for.

/// `left = right` (a call) as IS NOT DISTINCT FROM: coalesce(left = right, left IS NULL AND right IS NULL).
[[nodiscard]] ExpressionPtr make_null_safe(ExpressionPtr equal);
/// The call of `=` inside such a form; null if `expression` is none.
[[nodiscard]] const FunctionExpression* match_null_safe(const Expression& expression);

/// The operator's symbol if `expression` calls a binary operator of that name; null otherwise.
[[nodiscard]] const FunctionExpression* match_comparison(const Expression& expression);
[[nodiscard]] const FunctionExpression* match_equality(const Expression& expression);
/// `a < b` and `b > a`: the name that says the same with the sides exchanged.
[[nodiscard]] std::string_view mirrored_comparison(std::string_view name);
/// `NOT (a < b)` is `a >= b`; empty if the operator has no negator.
[[nodiscard]] std::string_view negated_comparison(std::string_view name);

/// A call of the registry's operator for `operand`, found by its name and type, for rules: "IS NOT NULL", "NOT".
[[nodiscard]] ExpressionPtr make_test(std::string_view name, ExpressionPtr operand);
/// A comparison of two expressions of exactly fitting types; throws 42883 if there is none.
[[nodiscard]] ExpressionPtr make_comparison(std::string_view name, ExpressionPtr left, ExpressionPtr right);
/// The operand if `expression` calls that prefix operator; null otherwise.
[[nodiscard]] const Expression* match_test(const Expression& expression, std::string_view name);

/// Where the expression's text begins: PostgreSQL's place for errors about its type (an operator's own position is that
/// of its symbol).
[[nodiscard]] int start_position(const Expression& expression);

[[nodiscard]] bool is_true_constant(const Expression& expression);
[[nodiscard]] bool is_false_constant(const Expression& expression);
/// FALSE or NULL: as a filter's conjunct it lets nothing pass.
[[nodiscard]] bool is_false_or_null_constant(const Expression& expression);

/// Whether `conclusion` is true wherever all of `premises` are; false also where that cannot be told. Looks through AND
/// and OR, compares comparisons of one expression with constants, and knows that what is compared is not NULL.
[[nodiscard]] bool is_implied(const Expression& conclusion, std::span<const ExpressionPtr> premises);

}  // namespace tidemark
