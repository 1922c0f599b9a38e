#pragma once

#include "planner/logical_plan.h"
#include "planner/planner.h"

namespace tidemark {

/// How many rows the node will give, from the tables' statistics and rules of thumb; sets `estimated_rows` of the whole
/// tree.
double estimate(LogicalNode& node, const PlannerContext& context);

/// The part of pairs of rows (or of rows) that a predicate lets pass, in (0, 1]. `plan` is where its columns come from.
double selectivity(const Expression& predicate, const LogicalNode& plan, const PlannerContext& context);

/// Distinct values of a column that some scan below `plan` gives; nothing if it is not known.
std::optional<double> distinct_values(PlanColumn column, const LogicalNode& plan, const PlannerContext& context);

}  // namespace tidemark
