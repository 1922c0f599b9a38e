#include "planner/optimizer.h"

#include <algorithm>

#include "planner/planner.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

constexpr Rule kRules[] = {
    {"fold_constants", fold_constants},
    {"simplify_predicates", simplify_predicates},
    {"unnest_subqueries", unnest_subqueries},
    {"push_down_filters", push_down_filters},
    {"unwrap_casts", unwrap_casts},
    {"imply_time_ranges", imply_time_ranges},
    {"order_joins", order_joins},
    {"split_distinct_aggregates", split_distinct_aggregates},
    {"push_down_limits", push_down_limits},
    {"prune_columns", prune_columns},
    {"estimate_rows", estimate_rows, true},
};

}  // namespace

std::span<const Rule> all_rules() { return kRules; }

LogicalPtr optimize(LogicalPtr plan, PlannerContext& context) {
  for (const Rule& rule : all_rules()) {
    const bool disabled = std::ranges::find(context.disabled_rules, rule.name) != context.disabled_rules.end();
    if (disabled && !rule.required) continue;
    context.query.check_cancelled();
    plan = rule.apply(std::move(plan), context);
  }
  return plan;
}

}  // namespace tidemark
