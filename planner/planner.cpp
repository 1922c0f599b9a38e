#include "planner/planner.h"

namespace tidemark {

std::shared_ptr<const PlannedStatement> plan_statement(const ast::Statement& statement, PlannerContext& context) {
  auto planned = std::make_shared<PlannedStatement>();
  LogicalPtr logical = bind_statement(statement, context);
  planned->outputs = logical->outputs;
  logical = optimize(std::move(logical), context);
  planned->plan = plan_physical(*logical, context);
  planned->parameter_types = context.parameter_types;
  planned->derived_parameters = context.derived_parameters;
  planned->depends_on = context.depends_on;
  planned->named = context.named;
  planned->writes = context.writes;
  planned->writes_permanent = context.writes_permanent;
  planned->tables_read = context.tables_read;
  return planned;
}

}  // namespace tidemark
