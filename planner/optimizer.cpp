#include "planner/optimizer.h"

#include <algorithm>

#include "planner/planner.h"

namespace tidemark {

std::span<const Rule> all_rules() { return {}; }

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
