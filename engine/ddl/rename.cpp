#include <algorithm>
#include <variant>

#include "engine/ddl/definitions.h"
#include "engine/ddl/index_definition.h"
#include "engine/ddl/stored_text.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"

namespace tidemark {
namespace {

/// The expressions over the table's columns follow; as long as it bears its old name, in `table`.
void rename_in_expressions(TableEntry& table, ColumnId column, const std::string& new_name, const DdlContext& context) {
  const TableEntry before = table;
  const auto rename = [&](std::string& sql) {
    if (!sql.empty()) {
      sql = with_renamed_column(sql, before, column, new_name, context);
    }
  };
  for (ColumnEntry& other : table.columns) {
    rename(other.generated_sql);
  }
  for (CheckConstraint& check : table.checks) {
    rename(check.sql);
  }
}

/// The indexes of a table, as they are.
std::vector<IndexEntry> indexes_of(const TableEntry& table, const DdlContext& context) {
  std::vector<IndexEntry> found;
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kIndex)) {
    if (std::get<IndexEntry>(*entry).table == table.id) {
      found.push_back(std::get<IndexEntry>(*entry));
    }
  }
  return found;
}

void rename_in_indexes(const TableEntry& table, const ColumnEntry& column, const std::string& new_name,
                       DdlContext& context) {
  for (IndexEntry& index : indexes_of(table, context)) {
    index.definition_sql = index_with_renamed_column(index.definition_sql, table, column, new_name, context);
    context.put(std::move(index));
  }
}

/// After a table, its schema or an index of it got another name.
void restate_indexes(ObjectId table_id, DdlContext& context) {
  TableEntry table = *context.catalog().table(table_id);
  const std::string schema = std::get<SchemaEntry>(*context.catalog().object(table.schema)).name;
  for (IndexEntry& index : indexes_of(table, context)) {
    index.definition_sql = index_with_names(index.definition_sql, index.name, schema, table.name);
    context.put(std::move(index));
  }
  for (UniqueConstraint& unique : table.uniques) {
    if (!unique.index_sql.empty()) {
      unique.index_sql = index_with_names(unique.index_sql, unique.name, schema, table.name);
    }
  }
  context.put(std::move(table));
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
  const ColumnEntry before = *column;
  ViewRenaming views(CatalogEntry(table), before.id, before.name, statement.new_name, context);
  rename_in_indexes(table, before, statement.new_name, context);
  for (UniqueConstraint& unique : table.uniques) {
    if (!unique.index_sql.empty()) {
      unique.index_sql = index_with_renamed_column(unique.index_sql, table, before, statement.new_name, context);
    }
  }
  rename_in_expressions(table, before.id, statement.new_name, context);
  column->name = statement.new_name;
  for (UniqueConstraint& unique : table.uniques) {
    if (!unique.index_sql.empty()) {
      read_index_keys(unique, table);
    }
  }
  context.put(std::move(table));
  views.finish(context);
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
  ViewRenaming views(CatalogEntry(view), column->id, column->name, statement.new_name, context);
  column->name = statement.new_name;
  context.put(std::move(view));
  views.finish(context);
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
    if (is_it && !unique.index_sql.empty()) {
      const auto& schema = std::get<SchemaEntry>(*context.catalog().object(table.schema));
      unique.index_sql = index_with_names(unique.index_sql, unique.name, schema.name, table.name);
    }
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

/// Gives one relation another schema and name, and nothing else.
void put_moved(CatalogEntry relation, ObjectId schema, const std::string& name, DdlContext& context) {
  std::visit(
      [&](auto& entry) {
        if constexpr (requires { entry.schema; }) {
          entry.schema = schema;
          entry.name = name;
        }
      },
      relation);
  context.put(std::move(relation));
}

/// What goes with a table to another schema: its indexes, the sequences of its columns, the keys of its constraints.
std::vector<CatalogEntry> belongings(const TableEntry& table, const DdlContext& context) {
  std::vector<CatalogEntry> found;
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kIndex)) {
    if (std::get<IndexEntry>(*entry).table == table.id) {
      found.push_back(*entry);
    }
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSequence)) {
    if (std::get<SequenceEntry>(*entry).owned_by_table == table.id) {
      found.push_back(*entry);
    }
  }
  for (const UniqueConstraint& unique : table.uniques) {
    if (const CatalogEntry* keys = context.catalog().object(unique.hidden_table)) {
      found.push_back(*keys);
    }
  }
  return found;
}

void move_sequence(const CatalogEntry& sequence, ObjectId schema, const std::string& name, DdlContext& context) {
  const std::string before = next_value_sql(context, id_of(sequence));
  put_moved(sequence, schema, name, context);
  rename_in_defaults(before, next_value_sql(context, id_of(sequence)), context);
}

/// A relation under another name, or in another schema; all that names it follows.
void move_relation(const CatalogEntry& relation, const SchemaEntry& schema, const std::string& name,
                   DdlContext& context) {
  ViewRenaming views(relation, schema.name, name, context);
  if (kind_of(relation) == ObjectKind::kSequence) {
    move_sequence(relation, schema.id, name, context);
  } else {
    put_moved(relation, schema.id, name, context);
  }
  if (const auto* table = std::get_if<TableEntry>(&relation)) {
    if (table->schema != schema.id) {
      for (const CatalogEntry& owned : belongings(*table, context)) {
        if (kind_of(owned) == ObjectKind::kSequence) {
          move_sequence(owned, schema.id, name_of(owned), context);
        } else {
          put_moved(owned, schema.id, name_of(owned), context);
        }
      }
    }
    restate_indexes(table->id, context);
  } else if (const auto* index = std::get_if<IndexEntry>(&relation)) {
    restate_indexes(index->table, context);
  }
  views.finish(context);
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
      ViewRenaming views(schema, statement.new_name, context);
      std::vector<std::pair<ObjectId, std::string>> sequences;
      std::vector<ObjectId> tables;
      for (const CatalogEntry* entry : context.catalog().in_schema(schema.id)) {
        if (kind_of(*entry) == ObjectKind::kSequence) {
          sequences.emplace_back(id_of(*entry), next_value_sql(context, id_of(*entry)));
        } else if (kind_of(*entry) == ObjectKind::kTable) {
          tables.push_back(id_of(*entry));
        }
      }
      schema.name = statement.new_name;
      context.put(std::move(schema));
      views.finish(context);
      for (const auto& [id, before] : sequences) {
        rename_in_defaults(before, next_value_sql(context, id), context);
      }
      for (const ObjectId table : tables) {
        restate_indexes(table, context);
      }
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

  if (statement.object == ast::ObjectKind::Type || statement.object == ast::ObjectKind::Domain) {
    rename_type(statement, context);
    return;
  }
  if (statement.object == ast::ObjectKind::DomainConstraint) {
    rename_domain_constraint(statement, context);
    return;
  }
  if (statement.object == ast::ObjectKind::Attribute) {
    throw Error(sqlstate::kFeatureNotSupported, "renaming attributes of types is not supported");
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
  const CatalogEntry before = *found;
  const auto& schema = std::get<SchemaEntry>(*context.catalog().object(schema_of_relation(before)));
  if (context.catalog().relation(schema.id, statement.new_name) != nullptr) {
    throw Error(sqlstate::kDuplicateTable, "relation \"" + statement.new_name + "\" already exists");
  }
  move_relation(before, schema, statement.new_name, context);
}

void set_schema(const ast::SetSchemaStatement& statement, DdlContext& context) {
  if (statement.object == ast::ObjectKind::Type || statement.object == ast::ObjectKind::Domain) {
    set_type_schema(statement, context);
    return;
  }
  const CatalogEntry* found = context.find_relation(statement.name);
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(statement.name) + "\" does not exist");
  }
  const CatalogEntry before = *found;
  const SchemaEntry target = context.schema(statement.schema);
  const auto* table = std::get_if<TableEntry>(&before);
  if ((table != nullptr && table->temporary_session != kNoObject) || target.name.starts_with("pg_temp_")) {
    throw Error(sqlstate::kFeatureNotSupported, "cannot move objects into or out of temporary schemas");
  }
  if (schema_of_relation(before) == target.id) {
    return;
  }
  if (context.catalog().relation(target.id, name_of(before)) != nullptr) {
    throw Error(sqlstate::kDuplicateTable,
                "relation \"" + name_of(before) + "\" already exists in schema \"" + statement.schema + "\"");
  }
  move_relation(before, target, name_of(before), context);
}

}  // namespace tidemark
