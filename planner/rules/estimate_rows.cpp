#include "planner/estimates.h"
#include "planner/rules/rules.h"

namespace tidemark {

LogicalPtr estimate_rows(LogicalPtr plan, PlannerContext& context) {
  estimate(*plan, context);
  return plan;
}

}  // namespace tidemark
