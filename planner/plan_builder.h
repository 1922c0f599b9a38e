#pragma once

#include <string>
#include <vector>

#include "planner/logical_plan.h"
#include "planner/planner.h"

namespace tidemark {

/// How nodes of a logical plan are made, so that their outputs are right. Used by the binder of SQL, by that of
/// InfluxQL and by the rules.

/// A column number that nothing in the statement bears yet.
[[nodiscard]] PlanColumn new_column(PlannerContext& context);
/// A fresh output of that name and type.
[[nodiscard]] PlanOutput new_output(PlannerContext& context, std::string name, LogicalType type);
/// An expression that reads `output`.
[[nodiscard]] ExpressionPtr column_reference(const PlanOutput& output, int position = 0);

/// Conjuncts of AND become single; an empty list adds no node.
[[nodiscard]] LogicalPtr make_filter(LogicalPtr child, std::vector<ExpressionPtr> conjuncts);
[[nodiscard]] LogicalPtr make_filter(LogicalPtr child, ExpressionPtr predicate);
/// `outputs[i]` names `expressions[i]`.
[[nodiscard]] LogicalPtr make_project(LogicalPtr child, std::vector<ExpressionPtr> expressions,
                                      std::vector<PlanOutput> outputs);
/// Only some of the child's outputs, unchanged.
[[nodiscard]] LogicalPtr make_narrowing(LogicalPtr child, const std::vector<PlanOutput>& outputs);
/// `mark` is the output of a kMark join.
[[nodiscard]] LogicalPtr make_join(JoinType type, LogicalPtr left, LogicalPtr right,
                                   std::vector<ExpressionPtr> conditions, const PlanOutput* mark = nullptr);
/// A Join if the right side reads nothing of the left, else an Apply.
[[nodiscard]] LogicalPtr make_apply(JoinType type, LogicalPtr left, LogicalPtr right,
                                    std::vector<ExpressionPtr> conditions, const PlanOutput* mark = nullptr);
[[nodiscard]] LogicalPtr make_sort(LogicalPtr child, std::vector<SortKey> keys);
[[nodiscard]] LogicalPtr make_limit(LogicalPtr child, ExpressionPtr limit, ExpressionPtr offset, bool with_ties);
/// One row without columns: what a SELECT without FROM reads.
[[nodiscard]] LogicalPtr make_single_row();
/// DISTINCT: an Aggregate that groups by all outputs of the child. Its outputs bear new numbers.
[[nodiscard]] LogicalPtr make_distinct(LogicalPtr child, PlannerContext& context);

/// Recomputes the outputs of nodes that hand up what their children give (filters, sorts, joins …). Rules call it after
/// a child's outputs changed.
void derive_outputs(LogicalNode& node);

/// Splits `a AND b AND c` into its conjuncts, constants TRUE left out.
void split_conjuncts(ExpressionPtr predicate, std::vector<ExpressionPtr>& conjuncts);
/// The AND of all; null if there are none.
[[nodiscard]] ExpressionPtr join_conjuncts(std::vector<ExpressionPtr> conjuncts);

}  // namespace tidemark
