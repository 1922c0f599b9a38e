#include <algorithm>
#include <functional>

#include "engine/ddl/definitions.h"
#include "engine/internal_sql.h"
#include "engine/session.h"
#include "functions/coercion.h"
#include "parser/ast_expression.h"
#include "parser/ast_to_sql.h"

namespace tidemark {
namespace {

std::string free_check_name(const TypeEntry& domain) {
  std::string name = domain.name + "_check";
  const auto taken = [&](const CheckConstraint& check) { return check.name == name; };
  for (int number = 1; std::ranges::any_of(domain.checks, taken); ++number) {
    name = domain.name + "_check" + std::to_string(number);
  }
  return name;
}

void add_check(TypeEntry& domain, const ast::Constraint& constraint, DdlContext& context) {
  PlannerContext planner = context.planner();
  check_domain_expression(*constraint.expression, domain.base, planner);
  CheckConstraint check;
  check.id = context.allocate_id();
  check.name = constraint.name.empty() ? free_check_name(domain) : constraint.name;
  if (std::ranges::find(domain.checks, check.name, &CheckConstraint::name) != domain.checks.end()) {
    throw Error(sqlstate::kDuplicateObject,
                "constraint \"" + check.name + "\" for domain \"" + domain.name + "\" already exists");
  }
  check.sql = to_sql(*constraint.expression);
  domain.checks.push_back(std::move(check));
}

void set_default(TypeEntry& domain, const ast::Expression& expression, DdlContext& context) {
  PlannerContext planner = context.planner();
  static_cast<void>(bind_table_expression(expression, nullptr, domain.base, planner));
  domain.default_sql = to_sql(expression);
}

void apply_constraint(TypeEntry& domain, const ast::Constraint& constraint, DdlContext& context) {
  switch (constraint.kind) {
    case ast::ConstraintKind::NotNull:
      domain.not_null = true;
      return;
    case ast::ConstraintKind::Null:
      if (domain.not_null) {
        throw Error(sqlstate::kSyntaxError, "conflicting NULL/NOT NULL constraints");
      }
      return;
    case ast::ConstraintKind::Default:
      if (!domain.default_sql.empty()) {
        throw Error(sqlstate::kSyntaxError, "multiple default expressions");
      }
      set_default(domain, *constraint.expression, context);
      return;
    case ast::ConstraintKind::Check:
      if (constraint.no_inherit) {
        throw Error("42P17", "check constraints for domains cannot be marked NO INHERIT");
      }
      add_check(domain, constraint, context);
      return;
    case ast::ConstraintKind::Unique:
      throw Error(sqlstate::kSyntaxError, "unique constraints not possible for domains");
    case ast::ConstraintKind::PrimaryKey:
      throw Error(sqlstate::kSyntaxError, "primary key constraints not possible for domains");
    case ast::ConstraintKind::Exclusion:
      throw Error(sqlstate::kSyntaxError, "exclusion constraints not possible for domains");
    case ast::ConstraintKind::ForeignKey:
      throw Error(sqlstate::kSyntaxError, "foreign key constraints not possible for domains");
    case ast::ConstraintKind::Generated:
    case ast::ConstraintKind::Identity:
      throw Error(sqlstate::kFeatureNotSupported, "specifying GENERATED is not supported for domains");
  }
}

TypeEntry domain_by_name(const ast::QualifiedName& name, const DdlContext& context) {
  TypeEntry found = type_by_name(name, context);
  if (found.kind != TypeKind::kDomain) {
    throw Error(sqlstate::kWrongObjectType, found.name + " is not a domain");
  }
  return found;
}

bool is_over(const Catalog& catalog, ObjectId domain, ObjectId base) {
  for (ObjectId id = domain; id != kNoObject;) {
    if (id == base) {
      return true;
    }
    const auto* entry = std::get_if<TypeEntry>(catalog.object(id));
    id = entry == nullptr ? kNoObject : entry->base_domain;
  }
  return false;
}

void for_each_column(const Catalog& catalog, ObjectId domain,
                     const std::function<void(const TableEntry&, const ColumnEntry&)>& visit) {
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    for (const ColumnEntry& column : table.columns) {
      if (column.domain != kNoObject && is_over(catalog, column.domain, domain)) {
        visit(table, column);
      }
    }
  }
}

/// Whether rows of `type`, or rows within them, have a field of the domain.
bool has_field_over(const Catalog& catalog, LogicalType type, ObjectId domain) {
  const CatalogEntry* entry = type.user_type == 0 ? nullptr : catalog.object(type.user_type);
  const auto is_field = [&](const auto& field) {
    return (field.domain != kNoObject && is_over(catalog, field.domain, domain)) ||
           has_field_over(catalog, field.type, domain);
  };
  if (const auto* composite = entry == nullptr ? nullptr : std::get_if<TypeEntry>(entry)) {
    return std::ranges::any_of(composite->attributes, is_field);
  }
  const auto* table = entry == nullptr ? nullptr : std::get_if<TableEntry>(entry);
  return table != nullptr && std::ranges::any_of(table->columns, is_field);
}

/// Values that are there must satisfy what is new in the domain. Those within stored rows are not looked at.
void check_columns(Session& session, const TypeEntry& changed, const std::string& new_check_sql) {
  const auto catalog = session.current_catalog();
  const ObjectId domain = changed.id;
  for (const CatalogEntry* entry : catalog->all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    for (const ColumnEntry& column : table.columns) {
      if (has_field_over(*catalog, column.type, domain)) {
        throw Error(sqlstate::kFeatureNotSupported, "cannot alter type \"" + changed.name + "\" because column \"" +
                                                        table.name + "." + column.name + "\" uses it");
      }
    }
  }
  for_each_column(*catalog, domain, [&](const TableEntry& table, const ColumnEntry& column) {
    const std::string name = quote_identifier(column.name);
    const std::string from =
        "SELECT 1 FROM (SELECT " + name + " AS value FROM " + qualified_name(table, *catalog) + ") AS t WHERE ";
    if (new_check_sql.empty()) {
      if (any_row(session, from + "value IS NULL LIMIT 1")) {
        throw Error(sqlstate::kNotNullViolation,
                    "column \"" + column.name + "\" of table \"" + table.name + "\" contains null values");
      }
    } else if (any_row(session, from + "NOT (" + new_check_sql + ") LIMIT 1")) {
      throw Error(sqlstate::kCheckViolation, "column \"" + column.name + "\" of table \"" + table.name +
                                                 "\" contains values that violate the new constraint");
    }
  });
}

}  // namespace

void create_domain(const ast::CreateDomainStatement& statement, DdlContext& context) {
  const SchemaEntry& schema = context.schema_for_creation(statement.domain);
  TypeEntry domain;
  domain.schema = schema.id;
  domain.name = statement.domain.last();
  domain.owner = context.environment().role;
  if (context.catalog().type(schema.id, domain.name) != nullptr ||
      context.catalog().relation(schema.id, domain.name) != nullptr) {
    throw Error(sqlstate::kDuplicateObject, "type \"" + domain.name + "\" already exists");
  }
  PlannerContext planner = context.planner();
  domain.base = resolve_type(statement.type, planner);
  if (type_category(domain.base) == 'P' || domain.base.id == TypeId::kUnknown) {
    throw Error(sqlstate::kDatatypeMismatch,
                "\"" + domain.base.to_string() + "\" is not a valid base type for a domain");
  }
  if (const TypeEntry* below = find_domain(statement.type, planner)) {
    domain.base_domain = below->id;
  }
  domain.id = context.allocate_id();
  for (const ast::Constraint& constraint : statement.constraints) {
    apply_constraint(domain, constraint, context);
  }
  context.put(std::move(domain));
}

void rename_domain_constraint(const ast::RenameStatement& statement, DdlContext& context) {
  TypeEntry domain = domain_by_name(statement.name, context);
  context.require_owner(domain.owner, "type", domain.name);
  const auto check = std::ranges::find(domain.checks, statement.part, &CheckConstraint::name);
  if (check == domain.checks.end()) {
    throw Error(sqlstate::kUndefinedObject,
                "constraint \"" + statement.part + "\" for domain " + domain.name + " does not exist");
  }
  if (std::ranges::count(domain.checks, statement.new_name, &CheckConstraint::name) != 0) {
    throw Error(sqlstate::kDuplicateObject,
                "constraint \"" + statement.new_name + "\" for domain " + domain.name + " already exists");
  }
  check->name = statement.new_name;
  context.put(std::move(domain));
}

void alter_domain(Session& session, const ast::AlterDomainStatement& statement) {
  using Action = ast::AlterDomainStatement::Action;
  TypeEntry changed;
  bool validates = false;
  std::string new_check;
  session.run_ddl([&](DdlContext& context) {
    changed = domain_by_name(statement.domain, context);
    context.require_owner(changed.owner, "type", changed.name);
    switch (statement.action) {
      case Action::SetDefault:
        set_default(changed, *statement.expression, context);
        break;
      case Action::DropDefault:
        changed.default_sql.clear();
        break;
      case Action::SetNotNull:
        validates = !changed.not_null;
        changed.not_null = true;
        break;
      case Action::DropNotNull:
        changed.not_null = false;
        break;
      case Action::AddConstraint:
        if (statement.constraint->kind != ast::ConstraintKind::Check) {
          apply_constraint(changed, *statement.constraint, context);
          break;
        }
        add_check(changed, *statement.constraint, context);
        validates = !statement.constraint->not_valid;
        new_check = changed.checks.back().sql;
        break;
      case Action::DropConstraint: {
        const size_t dropped = std::erase_if(
            changed.checks, [&](const CheckConstraint& check) { return check.name == statement.constraint_name; });
        if (dropped == 0) {
          Error missing(sqlstate::kUndefinedObject, "constraint \"" + statement.constraint_name + "\" of domain \"" +
                                                        changed.name + "\" does not exist" +
                                                        (statement.if_exists ? ", skipping" : ""));
          if (!statement.if_exists) {
            throw missing;
          }
          context.notice("NOTICE", missing);
        }
        break;
      }
      case Action::ValidateConstraint: {
        const auto check = std::ranges::find(changed.checks, statement.constraint_name, &CheckConstraint::name);
        if (check == changed.checks.end()) {
          throw Error(sqlstate::kUndefinedObject, "constraint \"" + statement.constraint_name + "\" of domain \"" +
                                                      changed.name + "\" does not exist");
        }
        validates = true;
        new_check = check->sql;
        break;
      }
    }
    context.put(changed);
  });
  if (validates) {
    check_columns(session, changed, new_check);
  }
}

}  // namespace tidemark
