#include <string>
#include <vector>

#include "engine/ddl/definitions.h"

namespace tidemark {
namespace {

std::string_view word_for(ast::ObjectKind kind) {
  switch (kind) {
    case ast::ObjectKind::Table:
      return "table";
    case ast::ObjectKind::View:
      return "view";
    case ast::ObjectKind::MaterializedView:
      return "materialized view";
    case ast::ObjectKind::Index:
      return "index";
    case ast::ObjectKind::Sequence:
      return "sequence";
    case ast::ObjectKind::Schema:
      return "schema";
    case ast::ObjectKind::Database:
      return "database";
    case ast::ObjectKind::Role:
      return "role";
    case ast::ObjectKind::Type:
      return "type";
    case ast::ObjectKind::Domain:
      return "domain";
    default:
      return "object";
  }
}

std::string_view word_for(const CatalogEntry& entry) {
  switch (kind_of(entry)) {
    case ObjectKind::kTable:
      return "table";
    case ObjectKind::kView:
      return std::get<ViewEntry>(entry).materialized_table == kNoObject ? "view" : "materialized view";
    case ObjectKind::kIndex:
      return "index";
    case ObjectKind::kSequence:
      return "sequence";
    default:
      return "object";
  }
}

/// Views whose text reads `id`.
std::vector<const ViewEntry*> dependents(const Catalog& catalog, ObjectId id) {
  std::vector<const ViewEntry*> found;
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    for (ObjectId needed : view.depends_on) {
      if (needed == id) {
        found.push_back(&view);
        break;
      }
    }
  }
  return found;
}

void drop_relation(const CatalogEntry& entry, bool cascade, DdlContext& context);

void drop_dependents(const CatalogEntry& entry, bool cascade, DdlContext& context) {
  const ObjectId id = id_of(entry);
  const std::string described = std::string(word_for(entry)) + " " + name_of(entry);
  if (!cascade) {
    std::string detail;
    for (const ViewEntry* view : dependents(context.catalog(), id)) {
      detail += (detail.empty() ? "" : "\n") + std::string("view ") + view->name + " depends on " + described;
    }
    if (!detail.empty()) {
      throw Error(sqlstate::kDependentObjectsStillExist,
                  "cannot drop " + described + " because other objects depend on it")
          .with_detail(detail)
          .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
    }
    return;
  }
  for (;;) {
    const auto rest = dependents(context.catalog(), id);
    if (rest.empty()) {
      return;
    }
    context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion, "drop cascades to view " + rest.front()->name));
    drop_relation(*context.catalog().object(rest.front()->id), true, context);
  }
}

void drop_relation(const CatalogEntry& entry, bool cascade, DdlContext& context) {
  const CatalogEntry copy = entry;  // the catalog that holds `entry` changes below
  drop_dependents(copy, cascade, context);
  switch (kind_of(copy)) {
    case ObjectKind::kTable:
      drop_table(std::get<TableEntry>(copy), context);
      return;
    case ObjectKind::kView: {
      const auto& view = std::get<ViewEntry>(copy);
      if (view.materialized_table != kNoObject) {
        context.drop(ObjectKind::kTable, view.materialized_table);
      }
      context.drop(ObjectKind::kView, view.id);
      return;
    }
    default:
      context.drop(kind_of(copy), id_of(copy));
  }
}

void drop_schema(const std::string& name, const ast::DropStatement& statement, DdlContext& context) {
  const SchemaEntry schema = context.schema(name);
  context.require_owner(schema.owner, "schema", name);
  if (name == "public") {
    throw Error(sqlstate::kDependentObjectsStillExist,
                "cannot drop schema public because it is required by the database");
  }
  std::vector<const CatalogEntry*> inside = context.catalog().in_schema(schema.id);
  if (!inside.empty() && !statement.cascade) {
    std::string detail;
    for (const CatalogEntry* entry : inside) {
      detail += (detail.empty() ? "" : "\n") + std::string(word_for(*entry)) + " " + name + "." + name_of(*entry) +
                " depends on schema " + name;
    }
    throw Error(sqlstate::kDependentObjectsStillExist,
                "cannot drop schema " + name + " because other objects depend on it")
        .with_detail(detail)
        .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
  }
  while (!inside.empty()) {
    drop_relation(*inside.front(), true, context);
    inside = context.catalog().in_schema(schema.id);
  }
  context.drop(ObjectKind::kSchema, schema.id);
}

void drop_database(const std::string& name, DdlContext& context) {
  const DatabaseEntry* database = context.catalog().database(name);
  if (database == nullptr) {
    throw Error(sqlstate::kInvalidCatalogName, "database \"" + name + "\" does not exist");
  }
  if (database->id == context.environment().database) {
    throw Error(sqlstate::kObjectInUse, "cannot drop the currently open database");
  }
  context.require_owner(database->owner, "database", name);
  const ObjectId id = database->id;
  std::vector<ObjectId> schemas;
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSchema)) {
    if (std::get<SchemaEntry>(*entry).database == id) {
      schemas.push_back(id_of(*entry));
    }
  }
  for (ObjectId schema : schemas) {
    for (auto inside = context.catalog().in_schema(schema); !inside.empty();
         inside = context.catalog().in_schema(schema)) {
      drop_relation(*inside.front(), true, context);
    }
    context.drop(ObjectKind::kSchema, schema);
  }
  context.drop(ObjectKind::kDatabase, id);
}

void drop_role(const std::string& name, DdlContext& context) {
  const RoleEntry* role = context.catalog().role(name);
  if (role == nullptr) {
    throw Error(sqlstate::kUndefinedObject, "role \"" + name + "\" does not exist");
  }
  if (!context.environment().superuser) {
    throw Error(sqlstate::kInsufficientPrivilege, "permission denied to drop role");
  }
  if (role->id == context.environment().role) {
    throw Error(sqlstate::kObjectInUse, "current user cannot be dropped");
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    if (table.owner == role->id && !table.hidden) {
      throw Error(sqlstate::kDependentObjectsStillExist,
                  "role \"" + name + "\" cannot be dropped because some objects depend on it")
          .with_detail("owner of table " + table.name);
    }
  }
  context.drop(ObjectKind::kRole, role->id);
}

void drop_one_relation(const ast::QualifiedName& name, const ast::DropStatement& statement, DdlContext& context) {
  const CatalogEntry* found = context.find_relation(name);
  const std::string word(word_for(statement.object));
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedTable, word + " \"" + display_name(name) + "\" does not exist");
  }
  if (word_for(*found) != word) {
    const std::string article = statement.object == ast::ObjectKind::Index ? "an " : "a ";
    throw Error(sqlstate::kWrongObjectType, "\"" + name.last() + "\" is not " + article + word)
        .with_hint("Use DROP " +
                   [&] {
                     std::string upper(word_for(*found));
                     for (char& letter : upper) {
                       letter = static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
                     }
                     return upper;
                   }() +
                   " to remove " + (kind_of(*found) == ObjectKind::kIndex ? "an " : "a ") +
                   std::string(word_for(*found)) + ".");
  }
  if (const auto* table = std::get_if<TableEntry>(found)) {
    context.require_owner(table->owner, "table", table->name);
  }
  drop_relation(*found, statement.cascade, context);
}

}  // namespace

void drop_table(const TableEntry& table, DdlContext& context) {
  for (const UniqueConstraint& unique : table.uniques) {
    if (unique.hidden_table != kNoObject) {
      context.drop(ObjectKind::kTable, unique.hidden_table);
    }
  }
  std::vector<std::pair<ObjectKind, ObjectId>> owned;
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kIndex)) {
    if (std::get<IndexEntry>(*entry).table == table.id) {
      owned.emplace_back(ObjectKind::kIndex, id_of(*entry));
    }
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSequence)) {
    if (std::get<SequenceEntry>(*entry).owned_by_table == table.id) {
      owned.emplace_back(ObjectKind::kSequence, id_of(*entry));
    }
  }
  for (const auto& [kind, id] : owned) {
    context.drop(kind, id);
  }
  context.drop(ObjectKind::kTable, table.id);
}

void drop_objects(const ast::DropStatement& statement, DdlContext& context) {
  for (const ast::ObjectName& object : statement.names) {
    try {
      switch (statement.object) {
        case ast::ObjectKind::Table:
        case ast::ObjectKind::View:
        case ast::ObjectKind::MaterializedView:
        case ast::ObjectKind::Index:
        case ast::ObjectKind::Sequence:
          drop_one_relation(object.name, statement, context);
          break;
        case ast::ObjectKind::Schema:
          drop_schema(object.name.last(), statement, context);
          break;
        case ast::ObjectKind::Database:
          drop_database(object.name.last(), context);
          break;
        case ast::ObjectKind::Role:
          drop_role(object.name.last(), context);
          break;
        default:
          throw Error(sqlstate::kUndefinedObject, std::string(word_for(statement.object)) + " \"" +
                                                      display_name(object.name) + "\" does not exist");
      }
    } catch (const Error& error) {
      const bool missing =
          error.sqlstate() == sqlstate::kUndefinedTable || error.sqlstate() == sqlstate::kUndefinedObject ||
          error.sqlstate() == sqlstate::kInvalidSchemaName || error.sqlstate() == sqlstate::kInvalidCatalogName;
      if (!missing || !statement.if_exists) {
        throw;
      }
      context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion, error.message() + ", skipping"));
    }
  }
}

void truncate_tables(const ast::TruncateStatement& statement, DdlContext& context) {
  for (const ast::QualifiedName& name : statement.tables) {
    const TableEntry table = context.table(name);
    context.require_owner(table.owner, "table", table.name);
    context.truncate(table.id);
    for (const UniqueConstraint& unique : table.uniques) {
      if (unique.hidden_table != kNoObject) {
        context.truncate(unique.hidden_table);
      }
    }
    if (!statement.restart_identity) {
      continue;
    }
    for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSequence)) {
      SequenceEntry sequence = std::get<SequenceEntry>(*entry);
      if (sequence.owned_by_table == table.id) {
        sequence.last_value = sequence.start;
        sequence.is_called = false;
        context.put(std::move(sequence));
      }
    }
  }
}

}  // namespace tidemark
