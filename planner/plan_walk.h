#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <unordered_map>
#include <vector>

#include "planner/logical_plan.h"

namespace tidemark {

/// Walking and rewriting of plans and expressions, for the binder and the rules.

using PlanColumnSet = std::set<PlanColumn>;

/// Calls `visit` on each expression slot that the node itself owns (not those of its children nodes), whole trees, not
/// their parts. A slot that is null is left out. The visitor may replace the expression.
void for_each_expression(LogicalNode& node, const std::function<void(ExpressionPtr&)>& visit);
void for_each_expression(const LogicalNode& node, const std::function<void(const Expression&)>& visit);

/// Calls `visit` on the slot of every part of the tree, parents first; also on what hangs beside `children` (filters
/// and orders of aggregates and windows). When `visit` answers false, the parts below are left out.
void for_each_part(ExpressionPtr& expression, const std::function<bool(ExpressionPtr&)>& visit);
void for_each_part(const Expression& expression, const std::function<void(const Expression&)>& visit);

/// Adds the columns that `expression` reads, subquery expressions included.
void add_columns(const Expression& expression, PlanColumnSet& columns);
[[nodiscard]] PlanColumnSet columns_of(const Expression& expression);
/// The columns that a node brings into being or hands up.
[[nodiscard]] PlanColumnSet output_columns(const LogicalNode& node);
/// Columns that the tree reads but nothing inside it makes: those of an outer query.
[[nodiscard]] PlanColumnSet free_columns(const LogicalNode& plan);
[[nodiscard]] bool is_subset(const PlanColumnSet& part, const PlanColumnSet& whole);
[[nodiscard]] bool intersects(const PlanColumnSet& left, const PlanColumnSet& right);

/// Puts `replacements[c]` in the place of each column c that it names.
using ColumnReplacements = std::unordered_map<PlanColumn, const Expression*>;
void replace_columns(ExpressionPtr& expression, const ColumnReplacements& replacements);
/// The same in every expression of a plan.
void replace_columns(LogicalNode& plan, const ColumnReplacements& replacements);

/// Whether any part calls a volatile function, or one that is not immutable.
[[nodiscard]] bool is_volatile(const Expression& expression);
[[nodiscard]] bool is_immutable(const Expression& expression);
/// No column, no input, no aggregate, no subquery: the value is known at execution start (parameters allowed).
[[nodiscard]] bool is_constant_at_start(const Expression& expression);
/// Holds a subquery that has not been planned yet.
[[nodiscard]] bool has_subquery(const Expression& expression);
/// Whether it names a column of its own query or an outer one; subqueries are not looked into.
[[nodiscard]] bool reads_column(const Expression& expression);
/// Whether a plan writes, or calls volatile functions.
[[nodiscard]] bool is_volatile(const LogicalNode& plan);

}  // namespace tidemark
