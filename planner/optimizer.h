#pragma once

#include <span>
#include <string_view>

#include "planner/logical_plan.h"
#include "planner/planner.h"

namespace tidemark {

/// One pass over a plan that gives the same rows faster. Lives in planner/rules, one file a rule.
struct Rule {
  std::string_view name;  ///< as in `SET disabled_rules = 'name'`
  LogicalPtr (*apply)(LogicalPtr plan, PlannerContext& context);
  /// Without it there is no right plan, so it cannot be disabled.
  bool required = false;
};

/// The table of rules, in the order in which they run.
[[nodiscard]] std::span<const Rule> all_rules();

}  // namespace tidemark
