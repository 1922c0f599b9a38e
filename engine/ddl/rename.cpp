#include <algorithm>
#include <variant>

#include "engine/ddl/definitions.h"

namespace tidemark {
namespace {

/// Views keep their text; until their names are rewritten with what they read, renaming under them is refused rather
/// than breaking them.
void refuse_dependents(ObjectId id, const std::string& name, const DdlContext& context) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (std::find(view.depends_on.begin(), view.depends_on.end(), id) != view.depends_on.end()) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "cannot rename \"" + name + "\" because view \"" + view.name + "\" depends on it")
          .with_hint("Drop the view, rename, and create the view again.");
    }
  }
}

/// Expressions over the table's columns keep their text, too.
void refuse_in_expressions(const TableEntry& table, const std::string& column) {
  const auto mentions = [&column](const std::string& sql) { return sql.find(column) != std::string::npos; };
  for (const ColumnEntry& other : table.columns) {
    if (mentions(other.generated_sql)) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "cannot rename column \"" + column + "\" because generated column \"" + other.name + "\" may use it");
    }
  }
  for (const CheckConstraint& check : table.checks) {
    if (mentions(check.sql)) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "cannot rename column \"" + column + "\" because constraint \"" + check.name + "\" may use it");
    }
  }
}

void rename_column(TableEntry table, const ast::RenameStatement& statement, DdlContext& context) {
  context.require_owner(table.owner, "table", table.name);
  const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                   [&](const ColumnEntry& candidate) { return candidate.name == statement.part; });
  if (column == table.columns.end()) {
    throw Error(sqlstate::kUndefinedColumn, "column \"" + statement.part + "\" does not exist");
  }
  if (table.find_column(statement.new_name) != nullptr) {
    throw Error(sqlstate::kDuplicateColumn,
                "column \"" + statement.new_name + "\" of relation \"" + table.name + "\" already exists");
  }
  refuse_dependents(table.id, table.name, context);
  refuse_in_expressions(table, statement.part);
  column->name = statement.new_name;
  context.put(std::move(table));
}

void rename_view_column(ViewEntry view, const ast::RenameStatement& statement, DdlContext& context) {
  context.require_owner(view.owner, "view", view.name);
  const auto named = [](const std::string& name) {
    return [&name](const ColumnEntry& column) { return column.name == name; };
  };
  const auto column = std::find_if(view.columns.begin(), view.columns.end(), named(statement.part));
  if (column == view.columns.end()) {
    throw Error(sqlstate::kUndefinedColumn, "column \"" + statement.part + "\" does not exist");
  }
  if (std::any_of(view.columns.begin(), view.columns.end(), named(statement.new_name))) {
    throw Error(sqlstate::kDuplicateColumn,
                "column \"" + statement.new_name + "\" of relation \"" + view.name + "\" already exists");
  }
  refuse_dependents(view.id, view.name, context);
  column->name = statement.new_name;
  context.put(std::move(view));
}

/// A unique index is renamed as a constraint is.
void rename_constraint(TableEntry table, const std::string& old_name, const std::string& new_name,
                       DdlContext& context) {
  context.require_owner(table.owner, "table", table.name);
  bool found = false;
  const auto rename = [&](auto& constraint) {
    if (constraint.name == old_name) {
      constraint.name = new_name;
      found = true;
    }
  };
  if (table.key) {
    rename(*table.key);
  }
  std::for_each(table.checks.begin(), table.checks.end(), rename);
  std::for_each(table.foreign_keys.begin(), table.foreign_keys.end(), rename);
  for (UniqueConstraint& unique : table.uniques) {
    const bool is_it = unique.name == old_name;
    rename(unique);
    const TableEntry* keys = is_it ? context.catalog().table(unique.hidden_table) : nullptr;
    if (keys != nullptr) {
      TableEntry renamed = *keys;
      renamed.name = new_name;
      context.put(std::move(renamed));
    }
  }
  if (!found) {
    throw Error(sqlstate::kUndefinedObject,
                "constraint \"" + old_name + "\" for table \"" + table.name + "\" does not exist");
  }
  context.put(std::move(table));
}

}  // namespace

void rename_object(const ast::RenameStatement& statement, DdlContext& context) {
  switch (statement.object) {
    case ast::ObjectKind::Schema: {
      SchemaEntry schema = context.schema(statement.name.last());
      context.require_owner(schema.owner, "schema", schema.name);
      if (context.catalog().schema(schema.database, statement.new_name) != nullptr) {
        throw Error(sqlstate::kDuplicateSchema, "schema \"" + statement.new_name + "\" already exists");
      }
      schema.name = statement.new_name;
      context.put(std::move(schema));
      return;
    }
    case ast::ObjectKind::Database: {
      const DatabaseEntry* database = context.catalog().database(statement.name.last());
      if (database == nullptr) {
        throw Error(sqlstate::kInvalidCatalogName, "database \"" + statement.name.last() + "\" does not exist");
      }
      DatabaseEntry changed = *database;
      if (changed.id == context.environment().database) {
        throw Error(sqlstate::kFeatureNotSupported, "current database cannot be renamed");
      }
      changed.name = statement.new_name;
      context.put(std::move(changed));
      return;
    }
    case ast::ObjectKind::Role: {
      const RoleEntry* role = context.catalog().role(statement.name.last());
      if (role == nullptr) {
        throw Error(sqlstate::kUndefinedObject, "role \"" + statement.name.last() + "\" does not exist");
      }
      RoleEntry changed = *role;
      changed.name = statement.new_name;
      context.put(std::move(changed));
      return;
    }
    default:
      break;
  }

  const CatalogEntry* found = context.find_relation(statement.name);
  const UniqueConstraint* unique = nullptr;
  const TableEntry* indexed = found == nullptr && statement.object == ast::ObjectKind::Index
                                  ? context.find_unique_index(statement.name, &unique)
                                  : nullptr;
  if (indexed != nullptr) {
    const std::string old_name = unique->name;  // the catalog that holds it changes
    rename_constraint(*indexed, old_name, statement.new_name, context);
    return;
  }
  if (found == nullptr) {
    Error missing(sqlstate::kUndefinedTable, "relation \"" + display_name(statement.name) + "\" does not exist" +
                                                 (statement.if_exists ? ", skipping" : ""));
    if (!statement.if_exists) {
      throw missing;
    }
    context.notice("NOTICE", missing);
    return;
  }
  if (statement.object == ast::ObjectKind::Column && kind_of(*found) == ObjectKind::kView) {
    rename_view_column(std::get<ViewEntry>(*found), statement, context);
    return;
  }
  if (statement.object == ast::ObjectKind::Column) {
    rename_column(context.table(statement.name), statement, context);
    return;
  }
  if (statement.object == ast::ObjectKind::Constraint) {
    rename_constraint(context.table(statement.name), statement.part, statement.new_name, context);
    return;
  }
  CatalogEntry changed = *found;
  std::visit(
      [&](auto& entry) {
        if constexpr (requires { entry.schema; }) {
          if (context.catalog().relation(entry.schema, statement.new_name) != nullptr) {
            throw Error(sqlstate::kDuplicateTable, "relation \"" + statement.new_name + "\" already exists");
          }
          refuse_dependents(entry.id, entry.name, context);
          entry.name = statement.new_name;
        }
      },
      changed);
  context.put(std::move(changed));
}

void set_schema(const ast::SetSchemaStatement& statement, DdlContext& context) {
  const CatalogEntry* found = context.find_relation(statement.name);
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(statement.name) + "\" does not exist");
  }
  const SchemaEntry& target = context.schema(statement.schema);
  CatalogEntry changed = *found;
  std::visit(
      [&](auto& entry) {
        if constexpr (requires { entry.schema; }) {
          if (context.catalog().relation(target.id, entry.name) != nullptr) {
            throw Error(sqlstate::kDuplicateTable,
                        "relation \"" + entry.name + "\" already exists in schema \"" + statement.schema + "\"");
          }
          refuse_dependents(entry.id, entry.name, context);
          entry.schema = target.id;
        }
      },
      changed);
  context.put(std::move(changed));
}

}  // namespace tidemark
