#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ddl/definitions.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/stored_text.h"

namespace tidemark {

std::string_view object_word(ast::ObjectKind kind) {
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
    case ast::ObjectKind::Function:
      return "function";
    case ast::ObjectKind::Procedure:
      return "procedure";
    case ast::ObjectKind::Routine:
      return "routine";
    case ast::ObjectKind::Aggregate:
      return "aggregate";
    case ast::ObjectKind::Language:
      return "language";
    case ast::ObjectKind::Extension:
      return "extension";
    case ast::ObjectKind::Collation:
      return "collation";
    case ast::ObjectKind::Conversion:
      return "conversion";
    case ast::ObjectKind::Publication:
      return "publication";
    case ast::ObjectKind::Subscription:
      return "subscription";
    case ast::ObjectKind::Server:
      return "server";
    case ast::ObjectKind::Statistics:
      return "statistics object";
    case ast::ObjectKind::AccessMethod:
      return "access method";
    case ast::ObjectKind::EventTrigger:
      return "event trigger";
    case ast::ObjectKind::ForeignDataWrapper:
      return "foreign-data wrapper";
    case ast::ObjectKind::ForeignTable:
      return "foreign table";
    case ast::ObjectKind::Tablespace:
      return "tablespace";
    case ast::ObjectKind::TextSearchConfiguration:
      return "text search configuration";
    case ast::ObjectKind::TextSearchDictionary:
      return "text search dictionary";
    case ast::ObjectKind::TextSearchParser:
      return "text search parser";
    case ast::ObjectKind::TextSearchTemplate:
      return "text search template";
    case ast::ObjectKind::Trigger:
      return "trigger";
    case ast::ObjectKind::Rule:
      return "rule";
    case ast::ObjectKind::Policy:
      return "policy";
    default:
      return "object";
  }
}

namespace {

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
    case ObjectKind::kType:
      return "type";
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

/// What is being dropped: it hinders nothing else from going, and, as views may depend on each other in a circle, is
/// not dropped again.
using Underway = std::set<ObjectId>;

void drop_relation(const CatalogEntry& entry, bool cascade, Underway& underway, DdlContext& context);

/// Those of `dependents` that do not go anyway.
std::vector<const ViewEntry*> staying_dependents(const Catalog& catalog, ObjectId id, const Underway& underway) {
  std::vector<const ViewEntry*> found = dependents(catalog, id);
  std::erase_if(found, [&underway](const ViewEntry* view) { return underway.contains(view->id); });
  return found;
}

/// Drops the views that read the relation, or only those that read the column: 2BP01 without CASCADE.
void drop_dependents(const CatalogEntry& entry, ColumnId column, const std::string& dropped, bool cascade,
                     Underway& underway, DdlContext& context) {
  const ObjectId id = id_of(entry);
  const auto staying = [&] {
    std::vector<const ViewEntry*> views = staying_dependents(context.catalog(), id, underway);
    if (column != kNoColumn) {
      std::erase_if(views, [&](const ViewEntry* view) { return !view_reads(*view, id, column, context); });
    }
    return views;
  };
  const std::string needed = std::string(word_for(entry)) + " " + name_of(entry);
  if (!cascade) {
    std::string detail;
    for (const ViewEntry* view : staying()) {
      detail += (detail.empty() ? "" : "\n") + std::string("view ") + view->name + " depends on " + needed;
    }
    if (!detail.empty()) {
      throw Error(sqlstate::kDependentObjectsStillExist,
                  "cannot drop " + dropped + " because other objects depend on it")
          .with_detail(detail)
          .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
    }
    return;
  }
  for (;;) {
    const auto rest = staying();
    if (rest.empty()) {
      return;
    }
    context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion, "drop cascades to view " + rest.front()->name));
    drop_relation(*context.catalog().object(rest.front()->id), true, underway, context);
  }
}

void drop_relation(const CatalogEntry& entry, bool cascade, Underway& underway, DdlContext& context) {
  const CatalogEntry copy = entry;  // the catalog that holds `entry` changes below
  underway.insert(id_of(copy));
  drop_dependents(copy, kNoColumn, std::string(word_for(copy)) + " " + name_of(copy), cascade, underway, context);
  switch (kind_of(copy)) {
    case ObjectKind::kTable:
      drop_foreign_keys(std::get<TableEntry>(copy), cascade, underway, context);
      // Read again: its own foreign keys have gone from it.
      drop_table(*context.catalog().table(id_of(copy)), context);
      return;
    case ObjectKind::kView: {
      const auto& view = std::get<ViewEntry>(copy);
      if (view.materialized_table != kNoObject) {
        drop_table(*context.catalog().table(view.materialized_table), context);
      }
      context.drop(ObjectKind::kView, view.id);
      return;
    }
    case ObjectKind::kType:
      drop_type(std::get<TypeEntry>(copy), cascade, context);
      return;
    default:
      context.drop(kind_of(copy), id_of(copy));
  }
}

void drop_schema(const std::string& name, const ast::DropStatement& statement, DdlContext& context) {
  const SchemaEntry schema = context.schema(name);
  context.require_owner(schema.owner, "schema", name);
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
  drop_contents(schema, context);
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
    drop_contents(SchemaEntry(std::get<SchemaEntry>(*context.catalog().object(schema))), context);
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

/// Columns whose values come from a sequence: 2BP01, or with CASCADE they lose their default.
void free_from_defaults(const SequenceEntry& sequence, bool cascade, DdlContext& context) {
  const std::string next_value = next_value_sql(context, sequence.id);
  for (const ObjectId id : tables_with_default(next_value, context.catalog())) {
    TableEntry table = *context.catalog().table(id);
    for (ColumnEntry& column : table.columns) {
      if (column.default_sql != next_value) {
        continue;
      }
      if (column.identity != Identity::kNone) {
        throw Error(sqlstate::kDependentObjectsStillExist, "cannot drop sequence " + sequence.name +
                                                               " because column " + column.name + " of table " +
                                                               table.name + " requires it")
            .with_hint("You can drop column " + column.name + " of table " + table.name + " instead.");
      }
      const std::string what = "default value for column " + column.name + " of table " + table.name;
      if (!cascade) {
        throw Error(sqlstate::kDependentObjectsStillExist,
                    "cannot drop sequence " + sequence.name + " because other objects depend on it")
            .with_detail(what + " depends on sequence " + sequence.name)
            .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
      }
      context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion, "drop cascades to " + what));
      column.owned_sequence = kNoObject;
      column.default_sql.clear();
    }
    context.put(std::move(table));
  }
}

/// A unique index is a part of its table. False if there is none of this name.
bool drop_unique_index(const ast::QualifiedName& name, bool cascade, DdlContext& context) {
  const UniqueConstraint* unique = nullptr;
  const TableEntry* found = context.find_unique_index(name, &unique);
  if (found == nullptr) {
    return false;
  }
  context.require_owner(found->owner, "index", unique->name);
  if (unique->index_sql.empty()) {
    throw Error(sqlstate::kDependentObjectsStillExist, "cannot drop index " + unique->name + " because constraint " +
                                                           unique->name + " on table " + found->name + " requires it")
        .with_hint("You can drop constraint " + unique->name + " on table " + found->name + " instead.");
  }
  TableEntry table = *found;
  const UniqueConstraint dropped = *unique;
  drop_references(table, dropped.columns, false, "index " + dropped.name, cascade, context);
  const ObjectId keys = dropped.hidden_table;
  std::erase_if(table.uniques, [keys](const UniqueConstraint& other) { return other.hidden_table == keys; });
  context.drop(ObjectKind::kTable, keys);
  context.put(std::move(table));
  return true;
}

/// 42P01, 42704, 3F000 or 42809 unless there is a relation of this name and kind.
void require_relation(const ast::QualifiedName& name, const ast::DropStatement& statement, const DdlContext& context) {
  const UniqueConstraint* unique = nullptr;
  if (statement.object == ast::ObjectKind::Index && context.find_unique_index(name, &unique) != nullptr) {
    return;
  }
  const CatalogEntry* found = context.find_relation(name);
  const std::string word(object_word(statement.object));
  if (found == nullptr) {
    if (name.parts.size() == 2 && name.parts[0] != "pg_temp" &&
        context.catalog().schema(context.environment().database, name.parts[0]) == nullptr) {
      throw Error(sqlstate::kInvalidSchemaName, "schema \"" + name.parts[0] + "\" does not exist");
    }
    throw Error(statement.object == ast::ObjectKind::Index ? sqlstate::kUndefinedObject : sqlstate::kUndefinedTable,
                word + " \"" + display_name(name) + "\" does not exist");
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
}

void drop_one_relation(const ast::QualifiedName& name, const ast::DropStatement& statement, Underway& underway,
                       DdlContext& context) {
  if (statement.object == ast::ObjectKind::Index && drop_unique_index(name, statement.cascade, context)) {
    return;
  }
  const CatalogEntry* found = context.find_relation(name);
  if (found == nullptr) {
    return;  // gone with another of the list
  }
  if (const auto* table = std::get_if<TableEntry>(found)) {
    context.require_owner(table->owner, "table", table->name);
  } else if (const auto* sequence = std::get_if<SequenceEntry>(found)) {
    free_from_defaults(*sequence, statement.cascade, context);
  }
  drop_relation(*found, statement.cascade, underway, context);
}

}  // namespace

void throw_no_such_object(ast::ObjectKind kind, const ast::ObjectName& object, const ast::QualifiedName& on_table,
                          DdlContext& context) {
  const std::string word(object_word(kind));
  const std::string name = display_name(object.name);
  switch (kind) {
    case ast::ObjectKind::Function:
    case ast::ObjectKind::Procedure:
    case ast::ObjectKind::Routine:
    case ast::ObjectKind::Aggregate: {
      if (!object.has_arguments) {
        throw Error(sqlstate::kUndefinedFunction, "could not find a " + word + " named \"" + name + "\"");
      }
      PlannerContext planner = context.planner();
      std::string arguments;
      for (const ast::TypeName& type : object.arguments) {
        arguments += (arguments.empty() ? "" : ", ") + resolve_type(type, planner).to_string();
      }
      throw Error(sqlstate::kUndefinedFunction, word + " " + name + "(" + arguments + ") does not exist");
    }
    case ast::ObjectKind::Trigger:
    case ast::ObjectKind::Rule:
    case ast::ObjectKind::Policy: {
      if (context.find_relation(on_table) == nullptr) {
        throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(on_table) + "\" does not exist");
      }
      const std::string preposition = kind == ast::ObjectKind::Rule ? "relation" : "table";
      throw Error(sqlstate::kUndefinedObject,
                  word + " \"" + name + "\" for " + preposition + " \"" + on_table.last() + "\" does not exist");
    }
    case ast::ObjectKind::Collation:
      throw Error(sqlstate::kUndefinedObject, "collation \"" + name + "\" for encoding \"UTF8\" does not exist");
    default:
      throw Error(sqlstate::kUndefinedObject, word + " \"" + name + "\" does not exist");
  }
}

void drop_dependent_views(const TableEntry& table, ColumnId column, const std::string& dropped, bool cascade,
                          DdlContext& context) {
  Underway underway;
  drop_dependents(CatalogEntry(table), column, dropped, cascade, underway, context);
}

void drop_contents(const SchemaEntry& schema, DdlContext& context) {
  Underway underway;
  std::vector<ObjectId> left;
  // Types last: the columns that are of them go with their tables.
  for (const bool types : {false, true}) {
    for (const CatalogEntry* entry : context.catalog().in_schema(schema.id)) {
      if ((kind_of(*entry) == ObjectKind::kType) == types) {
        left.push_back(id_of(*entry));
      }
    }
  }
  for (const ObjectId id : left) {
    // Much of it goes along with what was dropped before, and hidden tables go with what they belong to.
    const CatalogEntry* entry = context.catalog().object(id);
    const auto* table = entry == nullptr ? nullptr : std::get_if<TableEntry>(entry);
    if (entry != nullptr && (table == nullptr || !table->hidden)) {
      drop_relation(*entry, true, underway, context);
    }
  }
}

void drop_view_and_dependents(ObjectId view, DdlContext& context) {
  const CatalogEntry entry = *context.catalog().object(view);
  context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion,
                                 "drop cascades to " + std::string(word_for(entry)) + " " + name_of(entry)));
  Underway underway;
  drop_relation(entry, true, underway, context);
}

void drop_table(const TableEntry& dropped, DdlContext& context) {
  const TableEntry table = dropped;  // the catalog that holds it changes below
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

namespace {

bool is_relation(ast::ObjectKind kind) {
  return kind == ast::ObjectKind::Table || kind == ast::ObjectKind::View || kind == ast::ObjectKind::MaterializedView ||
         kind == ast::ObjectKind::Index || kind == ast::ObjectKind::Sequence;
}

/// Whatever its order, a list is dropped as one: what depends on others of the list goes before them.
void drop_listed_relations(std::vector<ast::QualifiedName> names, const ast::DropStatement& statement,
                           DdlContext& context) {
  Underway seen;
  std::erase_if(names, [&](const ast::QualifiedName& name) {
    const CatalogEntry* found = context.find_relation(name);
    return found != nullptr && !seen.insert(id_of(*found)).second;
  });
  while (!names.empty()) {
    std::vector<ast::QualifiedName> waiting;
    std::optional<Error> first;
    for (const ast::QualifiedName& name : names) {
      try {
        drop_one_relation(name, statement, seen, context);
      } catch (const Error& error) {
        if (error.sqlstate() != sqlstate::kDependentObjectsStillExist) {
          throw;
        }
        if (!first) {
          first = error;
        }
        waiting.push_back(name);
      }
    }
    if (waiting.size() == names.size()) {
      throw Error(*first);
    }
    names = std::move(waiting);
  }
}

}  // namespace

void drop_objects(const ast::DropStatement& statement, DdlContext& context) {
  std::vector<ast::QualifiedName> relations;
  for (const ast::ObjectName& object : statement.names) {
    try {
      if (is_relation(statement.object)) {
        require_relation(object.name, statement, context);
        relations.push_back(object.name);
        continue;
      }
      switch (statement.object) {
        case ast::ObjectKind::Type:
        case ast::ObjectKind::Domain:
          drop_type(object.name, statement.object == ast::ObjectKind::Domain, statement.cascade, context);
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
          throw_no_such_object(statement.object, object, statement.on_table, context);
      }
    } catch (const Error& error) {
      const bool missing =
          error.sqlstate() == sqlstate::kUndefinedTable || error.sqlstate() == sqlstate::kUndefinedFunction ||
          error.sqlstate() == sqlstate::kUndefinedObject || error.sqlstate() == sqlstate::kInvalidSchemaName ||
          error.sqlstate() == sqlstate::kInvalidCatalogName;
      if (!missing || !statement.if_exists) {
        throw;
      }
      context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion, error.message() + ", skipping"));
    }
  }
  drop_listed_relations(std::move(relations), statement, context);
}

void truncate_table(const TableEntry& table, DdlContext& context) {
  context.truncate(table.id);
  for (const UniqueConstraint& unique : table.uniques) {
    if (unique.hidden_table != kNoObject) {
      context.truncate(unique.hidden_table);
    }
  }
}

namespace {

/// The tables of TRUNCATE: with CASCADE also those that refer to them; else 0A000 if such a one is not named.
std::vector<TableEntry> tables_to_truncate(const ast::TruncateStatement& statement, DdlContext& context) {
  std::vector<TableEntry> tables;
  const auto is_listed = [&tables](ObjectId id) {
    return std::ranges::find(tables, id, &TableEntry::id) != tables.end();
  };
  for (const ast::QualifiedName& name : statement.tables) {
    TableEntry table = context.table(name);
    context.require_owner(table.owner, "table", table.name);
    if (!is_listed(table.id)) {
      tables.push_back(std::move(table));
    }
  }
  for (size_t i = 0; i < tables.size(); ++i) {
    for (const ObjectId id : std::vector<ObjectId>(tables[i].referenced_by)) {
      const TableEntry* referrer = context.catalog().table(id);
      if (referrer == nullptr || is_listed(id)) {
        continue;
      }
      if (!statement.cascade) {
        throw Error(sqlstate::kFeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint")
            .with_detail("Table \"" + referrer->name + "\" references \"" + tables[i].name + "\".")
            .with_hint("Truncate table \"" + referrer->name + "\" at the same time, or use TRUNCATE ... CASCADE.");
      }
      context.notice("NOTICE",
                     Error(sqlstate::kSuccessfulCompletion, "truncate cascades to table \"" + referrer->name + "\""));
      tables.push_back(*referrer);
    }
  }
  return tables;
}

}  // namespace

void truncate_tables(const ast::TruncateStatement& statement, DdlContext& context) {
  for (const TableEntry& table : tables_to_truncate(statement, context)) {
    truncate_table(table, context);
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
