// Domains: a value of a domain is one of the type below, after its rules have been checked.

#include "base/error.h"
#include "parser/sql_parser.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "types/type_naming.h"

namespace tidemark {

/// The check with `value` in the place of VALUE.
ExpressionPtr Binder::bind_domain_check(const ast::Expression& check, const Expression& value) {
  QueryLevel* const outer = std::exchange(level_, nullptr);
  ExpressionPtr bound;
  const PlanOutput placeholder = new_output(context_, "value", value.type);
  try {
    LevelScope scope(*this);
    PlaceScope here(*this, ExpressionPlace::kCheck);
    ScopeItem item;
    item.columns.push_back({"value", placeholder});
    register_columns(item);
    level_->items.push_back(std::move(item));
    bound = coerce_boolean(bind(check), "CHECK");
    if (has_subquery(*bound)) {
      throw Error(sqlstate::kFeatureNotSupported, "cannot use subquery in check constraint").at(check.position);
    }
  } catch (...) {
    level_ = outer;
    throw;
  }
  level_ = outer;
  for_each_part(bound, [&](ExpressionPtr& part) {
    if (part->kind != ExpressionKind::kColumn || part->as<ColumnExpression>().column != placeholder.column) return true;
    part = value.clone();
    return false;
  });
  return bound;
}

/// `named`: the domain that errors name, the outermost.
ExpressionPtr Binder::check_domain(ExpressionPtr value, ObjectId id, const std::string& named) {
  const CatalogEntry* entry = context_.catalog.object(id);
  const auto* domain = entry ? std::get_if<TypeEntry>(entry) : nullptr;
  if (!domain) return value;
  depend_on(id);
  const ForeignSyntax foreign(context_);
  const HomeSchema home(context_, domain->schema);
  const ObjectNames* names = TypeNaming::current();
  const std::string own_name = names ? names->type_name(id) : domain->name;
  const std::string& name = named.empty() ? own_name : named;
  if (domain->base_domain != kNoObject) value = check_domain(std::move(value), domain->base_domain, name);
  const auto demand = [&](ExpressionPtr holds, std::string_view state, const std::string& message) {
    const LogicalType type = value->type;
    std::vector<ExpressionPtr> parts;
    parts.push_back(std::move(value));
    parts.push_back(std::move(holds));
    parts.push_back(std::make_unique<ConstantExpression>(Value::text(std::string(state))));
    parts.push_back(std::make_unique<ConstantExpression>(Value::text(message)));
    value = call_constructor("DOMAIN", std::move(parts), type, 0);
  };
  if (domain->not_null) {
    demand(bind_domain_check(*parse_expression("value IS NOT NULL"), *value), sqlstate::kNotNullViolation,
           "domain " + name + " does not allow null values");
  }
  for (const CheckConstraint& check : domain->checks) {
    demand(bind_domain_check(*parse_expression(check.sql), *value), sqlstate::kCheckViolation,
           "value for domain " + name + " violates check constraint \"" + check.name + "\"");
  }
  return value;
}

void Binder::check_domain_expression(const ast::Expression& expression, LogicalType base) {
  static_cast<void>(bind_domain_check(expression, ConstantExpression(Value::null(base))));
}

void check_domain_expression(const ast::Expression& expression, LogicalType base, PlannerContext& context) {
  Binder(context).check_domain_expression(expression, base);
}

ExpressionPtr checked_domain_value(const TableEntry& table, uint32_t column, PlannerContext& context) {
  const ColumnEntry& entry = table.columns[column];
  Binder binder(context);
  return binder.checked_row(binder.check_domain(std::make_unique<InputExpression>(column, entry.type), entry.domain));
}

bool has_domain_fields(LogicalType type, PlannerContext& context) { return Binder(context).has_domain_fields(type); }

}  // namespace tidemark
