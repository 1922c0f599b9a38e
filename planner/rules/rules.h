#pragma once

#include "planner/logical_plan.h"
#include "planner/planner.h"

/// The rules, one file each; the table that runs them is in planner/optimizer.cpp. Each takes a plan and gives one with
/// the same rows.
namespace tidemark {

/// Immutable calls of constants become constants; AND, OR, CASE and COALESCE lose the parts that decide nothing.
LogicalPtr fold_constants(LogicalPtr plan, PlannerContext& context);
/// NOT moves inwards, repeated conjuncts go, what all branches of an OR share comes out.
LogicalPtr simplify_predicates(LogicalPtr plan, PlannerContext& context);
/// Apply becomes Join where the correlation can be pulled up; IN and EXISTS in WHERE become semi and anti joins.
LogicalPtr unnest_subqueries(LogicalPtr plan, PlannerContext& context);
/// `column::wider = constant` becomes `column = constant` of the column's own type, so that storage can evaluate it.
LogicalPtr unwrap_casts(LogicalPtr plan, PlannerContext& context);
/// Comparisons of time buckets imply ranges of the time itself.
LogicalPtr imply_time_ranges(LogicalPtr plan, PlannerContext& context);
/// Filters move towards the scans; outer joins whose missing rows no filter lets pass become inner ones.
LogicalPtr push_down_filters(LogicalPtr plan, PlannerContext& context);
/// LIMIT moves below projections and into the branches of UNION ALL.
LogicalPtr push_down_limits(LogicalPtr plan, PlannerContext& context);
/// Inner joins in the order of the smallest intermediate results.
LogicalPtr order_joins(LogicalPtr plan, PlannerContext& context);
/// Aggregates of one DISTINCT argument become plain ones over a grouping by it.
LogicalPtr split_distinct_aggregates(LogicalPtr plan, PlannerContext& context);
/// Nobody computes or reads a column that nobody wants.
LogicalPtr prune_columns(LogicalPtr plan, PlannerContext& context);
/// Fills in `estimated_rows`.
LogicalPtr estimate_rows(LogicalPtr plan, PlannerContext& context);

}  // namespace tidemark
