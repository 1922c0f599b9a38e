#include "engine/ddl/ddl_context.h"

namespace tidemark {

std::string display_name(const ast::QualifiedName& name) {
  std::string text;
  for (const std::string& part : name.parts) {
    if (!text.empty()) {
      text += '.';
    }
    text += part;
  }
  return text;
}

std::string option_text(const ast::Option& option) {
  return option.value_kind == ast::Option::ValueKind::None ? "on" : option.value;
}

void DdlContext::add(CatalogDelta delta) {
  catalog_ = catalog_->with({&delta, 1});
  deltas_.push_back(std::move(delta));
}

void DdlContext::put(CatalogEntry entry) {
  require_storable(entry);
  add(CatalogDelta::put(std::move(entry)));
}

/// Rows of a table as values would have to change with the table.
void DdlContext::require_storable(const CatalogEntry& entry) const {
  const auto check = [&](const std::string& holder, LogicalType type) {
    const CatalogEntry* object = type.user_type == 0 ? nullptr : catalog_->object(type.user_type);
    if (object != nullptr && kind_of(*object) != ObjectKind::kType) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "\"" + holder + "\" cannot be of the row type of relation \"" + name_of(*object) + "\"");
    }
  };
  if (const auto* table = std::get_if<TableEntry>(&entry)) {
    for (const ColumnEntry& column : table->columns) {
      check(column.name, column.type);
    }
  } else if (const auto* type = std::get_if<TypeEntry>(&entry)) {
    check(type->name, type->base);
    for (const TypeAttribute& attribute : type->attributes) {
      check(attribute.name, attribute.type);
    }
  }
}

void DdlContext::drop(ObjectKind kind, ObjectId id) { add(CatalogDelta::drop(kind, id)); }

const SchemaEntry& DdlContext::schema(std::string_view name) const {
  const SchemaEntry* found = catalog_->schema(environment_.database, name);
  if (found == nullptr) {
    throw Error(sqlstate::kInvalidSchemaName, "schema \"" + std::string(name) + "\" does not exist");
  }
  return *found;
}

const SchemaEntry* DdlContext::schema_of(const ast::QualifiedName& name) const {
  if (name.parts.size() == 2) {
    const std::string& schema = name.parts[0] == "pg_temp" ? environment_.temporary_schema : name.parts[0];
    return catalog_->schema(environment_.database, schema);
  }
  const DatabaseEntry* database = catalog_->database(name.parts[0]);
  return database == nullptr ? nullptr : catalog_->schema(database->id, name.parts[1]);
}

const SchemaEntry& DdlContext::temporary_schema() {
  if (const SchemaEntry* found = catalog_->schema(environment_.database, environment_.temporary_schema)) {
    return *found;
  }
  SchemaEntry schema;
  schema.id = allocate_id();
  schema.database = environment_.database;
  schema.name = environment_.temporary_schema;
  schema.owner = environment_.role;
  put(std::move(schema));
  return *catalog_->schema(environment_.database, environment_.temporary_schema);
}

const SchemaEntry& DdlContext::schema_for_creation(const ast::QualifiedName& name, bool temporary) {
  const bool names_temporary =
      name.parts.size() == 2 && (name.parts[0] == "pg_temp" || name.parts[0] == environment_.temporary_schema);
  if (names_temporary || (temporary && name.parts.size() == 1)) {
    return temporary_schema();
  }
  if (temporary) {
    throw Error(sqlstate::kInvalidTableDefinition, "cannot create temporary relation in non-temporary schema")
        .at(name.position);
  }
  if (name.parts.size() > 3) {
    throw Error(sqlstate::kSyntaxError, "improper qualified name (too many dotted names): " + display_name(name))
        .at(name.position);
  }
  if (name.parts.size() >= 2) {
    const std::string& schema_name = name.parts[name.parts.size() - 2];
    if (schema_name == "pg_catalog" || schema_name == "information_schema") {
      throw Error(sqlstate::kInsufficientPrivilege, "permission denied to create \"" + display_name(name) + "\"")
          .with_detail("System catalog modifications are currently disallowed.");
    }
    const SchemaEntry* found = schema_of(name);
    if (found == nullptr) {
      throw Error(sqlstate::kInvalidSchemaName, "schema \"" + schema_name + "\" does not exist").at(name.position);
    }
    return *found;
  }
  for (const std::string& candidate : environment_.search_path) {
    const SchemaEntry* found = catalog_->schema(environment_.database, candidate);
    if (found != nullptr && !is_temporary(*found)) {
      return *found;
    }
  }
  throw Error(sqlstate::kInvalidSchemaName, "no schema has been selected to create in").at(name.position);
}

const CatalogEntry* DdlContext::find_relation(const ast::QualifiedName& name) const {
  const CatalogEntry* entry = find_any_relation(name);
  const auto* table = entry == nullptr ? nullptr : std::get_if<TableEntry>(entry);
  return table != nullptr && table->hidden ? nullptr : entry;
}

const TableEntry* DdlContext::find_unique_index(const ast::QualifiedName& name, const UniqueConstraint** unique) const {
  const CatalogEntry* entry = find_any_relation(name);
  const auto* keys = entry == nullptr ? nullptr : std::get_if<TableEntry>(entry);
  const TableEntry* table =
      keys == nullptr || keys->enforces_for == kNoObject ? nullptr : catalog_->table(keys->enforces_for);
  if (table == nullptr) {
    return nullptr;
  }
  for (const UniqueConstraint& candidate : table->uniques) {
    if (candidate.hidden_table == keys->id) {
      *unique = &candidate;
      return table;
    }
  }
  return nullptr;
}

const CatalogEntry* DdlContext::find_any_relation(const ast::QualifiedName& name) const {
  if (name.parts.size() >= 2) {
    const SchemaEntry* in = schema_of(name);
    return in == nullptr ? nullptr : catalog_->relation(in->id, name.last());
  }
  for (const std::string& candidate : environment_.search_path) {
    if (const SchemaEntry* in = catalog_->schema(environment_.database, candidate)) {
      if (const CatalogEntry* found = catalog_->relation(in->id, name.last())) {
        return found;
      }
    }
  }
  return nullptr;
}

TableEntry DdlContext::table(const ast::QualifiedName& name) const {
  const CatalogEntry* found = find_relation(name);
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(name) + "\" does not exist");
  }
  const auto* entry = std::get_if<TableEntry>(found);
  if (entry == nullptr) {
    throw Error(sqlstate::kWrongObjectType, "\"" + name.last() + "\" is not a table");
  }
  return *entry;
}

TableEntry DdlContext::indexed_table(const ast::QualifiedName& name) const {
  const CatalogEntry* found = find_relation(name);
  const auto* view = found == nullptr ? nullptr : std::get_if<ViewEntry>(found);
  if (view == nullptr) {
    return table(name);
  }
  if (view->materialized_table == kNoObject) {
    throw Error(sqlstate::kWrongObjectType, "cannot create index on relation \"" + view->name + "\"")
        .with_detail("This operation is not supported for views.");
  }
  return *catalog_->table(view->materialized_table);
}

const RoleEntry& DdlContext::role(const std::string& name) const {
  const bool current = name == "current_user" || name == "current_role" || name == "session_user";
  const CatalogEntry* own = current ? catalog_->object(environment_.role) : nullptr;
  const RoleEntry* found = own == nullptr ? catalog_->role(name) : std::get_if<RoleEntry>(own);
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedObject, "role \"" + name + "\" does not exist");
  }
  return *found;
}

void DdlContext::require_owner(ObjectId owner, std::string_view kind, std::string_view name) const {
  if (environment_.superuser || owner == environment_.role) {
    return;
  }
  throw Error(sqlstate::kInsufficientPrivilege, "must be owner of " + std::string(kind) + " " + std::string(name));
}

}  // namespace tidemark
