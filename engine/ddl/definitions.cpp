#include "engine/ddl/definitions.h"

#include <algorithm>

#include "engine/ddl/create_table.h"
#include "engine/ddl/stored_text.h"
#include "parser/ast_expression.h"
#include "parser/ast_query.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"

namespace tidemark {

ObjectId schema_of_relation(const CatalogEntry& relation) {
  return std::visit(
      [](const auto& entry) {
        if constexpr (requires { entry.schema; }) {
          return entry.schema;
        } else {
          return kNoObject;
        }
      },
      relation);
}

namespace {

/// `relation "x" already exists`, thrown or, with IF NOT EXISTS, told. Returns whether the statement is to be skipped.
bool skip_existing(bool exists, bool if_not_exists, std::string_view state, const std::string& what,
                   DdlContext& context) {
  if (!exists) {
    return false;
  }
  if (!if_not_exists) {
    throw Error(state, what + " already exists");
  }
  context.notice("NOTICE", Error(state, what + " already exists, skipping"));
  return true;
}

bool in_temporary_schema(const CatalogEntry& relation, const DdlContext& context) {
  const ObjectId schema = schema_of_relation(relation);
  const auto* entry = std::get_if<SchemaEntry>(context.catalog().object(schema));
  return entry != nullptr && context.is_temporary(*entry);
}

}  // namespace

void create_schema(const ast::CreateSchemaStatement& statement, DdlContext& context) {
  const std::string& name = statement.name.empty() ? statement.authorization : statement.name;
  if (name.starts_with("pg_")) {
    throw Error(sqlstate::kReservedName, "unacceptable schema name \"" + name + "\"")
        .with_detail("The prefix \"pg_\" is reserved for system schemas.");
  }
  const bool exists = context.catalog().schema(context.environment().database, name) != nullptr;
  if (skip_existing(exists, statement.if_not_exists, sqlstate::kDuplicateSchema, "schema \"" + name + "\"", context)) {
    return;
  }
  SchemaEntry schema;
  schema.id = context.allocate_id();
  schema.database = context.environment().database;
  schema.name = name;
  schema.owner = context.environment().role;
  if (!statement.authorization.empty()) {
    schema.owner = context.role(statement.authorization).id;
  }
  context.put(std::move(schema));
}

void create_database(const ast::CreateDatabaseStatement& statement, DdlContext& context) {
  const bool exists = context.catalog().database(statement.name) != nullptr;
  if (skip_existing(exists, statement.if_not_exists, sqlstate::kDuplicateDatabase,
                    "database \"" + statement.name + "\"", context)) {
    return;
  }
  DatabaseEntry database;
  database.id = context.allocate_id();
  database.name = statement.name;
  database.owner = context.environment().role;
  SchemaEntry schema;
  schema.id = context.allocate_id();
  schema.database = database.id;
  schema.name = "public";
  schema.owner = database.owner;
  context.put(std::move(database));
  context.put(std::move(schema));
}

void create_view(const ast::CreateViewStatement& statement, DdlContext& context) {
  using Check = ast::CreateViewStatement::CheckOption;
  ViewEntry view;
  view.name = statement.view.last();
  view.owner = context.environment().role;
  view.check_option = statement.check_option == Check::None    ? CheckOption::kNone
                      : statement.check_option == Check::Local ? CheckOption::kLocal
                                                               : CheckOption::kCascaded;
  std::string names;
  for (const ast::Name& name : statement.columns) {
    names += (names.empty() ? "" : ", ") + quote_identifier(name.text);
  }
  ast::StatementPtr recursive;
  if (statement.recursive) {
    const std::string name = quote_identifier(view.name);
    recursive = std::move(parse_sql("WITH RECURSIVE " + name + " (" + names + ") AS (" + to_sql(*statement.query) +
                                    ") SELECT " + names + " FROM " + name)
                              .front());
  }
  const ast::Statement& query = statement.recursive ? *recursive : *statement.query;
  view.search_path = context.environment().search_path;

  PlannerContext planner = context.planner();
  const auto planned = plan_statement(query, planner);
  if (!planned->parameter_types.empty()) {
    throw Error(sqlstate::kUndefinedParameter, "there is no parameter $1");
  }
  view.sql = stored_query(query, context);
  if (statement.columns.size() > planned->outputs.size()) {
    throw Error(sqlstate::kSyntaxError, "CREATE VIEW specifies more column names than columns");
  }
  for (size_t i = 0; i < planned->outputs.size(); ++i) {
    ColumnEntry column;
    column.id = static_cast<ColumnId>(i + 1);
    column.name = i < statement.columns.size() ? statement.columns[i].text : planned->outputs[i].name;
    column.type =
        planned->outputs[i].type.id == TypeId::kUnknown ? LogicalType(TypeId::kText) : planned->outputs[i].type;
    for (const ColumnEntry& other : view.columns) {
      if (other.name == column.name) {
        throw Error(sqlstate::kDuplicateColumn, "column \"" + column.name + "\" specified more than once");
      }
    }
    view.columns.push_back(std::move(column));
  }
  bool temporary = statement.persistence == ast::Persistence::Temporary;
  for (const ObjectId id : planned->named) {
    const CatalogEntry* object = context.catalog().object(id);
    if (object != nullptr && (kind_of(*object) == ObjectKind::kTable || kind_of(*object) == ObjectKind::kView ||
                              kind_of(*object) == ObjectKind::kSequence || kind_of(*object) == ObjectKind::kType)) {
      view.depends_on.push_back(id);
      if (!temporary && in_temporary_schema(*object, context)) {
        temporary = true;
        context.notice("NOTICE",
                       Error(sqlstate::kSuccessfulCompletion, "view \"" + view.name + "\" will be a temporary view"));
      }
    }
  }
  view.schema = context.schema_for_creation(statement.view, temporary).id;

  if (const CatalogEntry* existing = context.catalog().relation(view.schema, view.name)) {
    const auto* old = std::get_if<ViewEntry>(existing);
    if (!statement.or_replace) {
      throw Error(sqlstate::kDuplicateTable, "relation \"" + view.name + "\" already exists");
    }
    if (old == nullptr || old->materialized_table != kNoObject) {
      throw Error(sqlstate::kWrongObjectType, "\"" + view.name + "\" is not a view");
    }
    for (size_t i = 0; i < old->columns.size(); ++i) {
      if (i >= view.columns.size()) {
        throw Error(sqlstate::kInvalidTableDefinition, "cannot drop columns from view");
      }
      if (old->columns[i].name != view.columns[i].name) {
        throw Error(sqlstate::kInvalidTableDefinition, "cannot change name of view column \"" + old->columns[i].name +
                                                           "\" to \"" + view.columns[i].name + "\"")
            .with_hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.");
      }
      if (!(old->columns[i].type == view.columns[i].type)) {
        throw Error(sqlstate::kInvalidTableDefinition,
                    "cannot change data type of view column \"" + old->columns[i].name + "\" from " +
                        old->columns[i].type.to_string() + " to " + view.columns[i].type.to_string());
      }
    }
    view.id = old->id;
    std::erase(view.depends_on, view.id);  // it may name itself: its use is then an error, dropping it is none
  } else {
    view.id = context.allocate_id();
  }
  context.put(std::move(view));
}

void check_index_of(const TableEntry& table, const std::string& index, const DdlContext& context) {
  const auto named = [&](const UniqueConstraint& unique) { return unique.name == index; };
  if ((table.key && named(*table.key)) || std::ranges::any_of(table.uniques, named)) {
    return;
  }
  const CatalogEntry* found = context.catalog().relation(table.schema, index);
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedObject, "index \"" + index + "\" for table \"" + table.name + "\" does not exist");
  }
  const auto* entry = std::get_if<IndexEntry>(found);
  if (entry == nullptr || entry->table != table.id) {
    throw Error(sqlstate::kWrongObjectType, "\"" + index + "\" is not an index for table \"" + table.name + "\"");
  }
}

void set_owner(const ast::SetOwnerStatement& statement, DdlContext& context) {
  const ObjectId owner = context.role(statement.owner).id;
  const std::string& name = statement.name.last();
  if (statement.object == ast::ObjectKind::Schema) {
    SchemaEntry schema = context.schema(name);
    context.require_owner(schema.owner, "schema", name);
    schema.owner = owner;
    context.put(std::move(schema));
  } else if (statement.object == ast::ObjectKind::Database) {
    const DatabaseEntry* found = context.catalog().database(name);
    if (found == nullptr) {
      throw Error(sqlstate::kInvalidCatalogName, "database \"" + name + "\" does not exist");
    }
    DatabaseEntry database = *found;
    context.require_owner(database.owner, "database", name);
    database.owner = owner;
    context.put(std::move(database));
  } else {
    TypeEntry type = type_by_name(statement.name, context);
    context.require_owner(type.owner, "type", name);
    type.owner = owner;
    context.put(std::move(type));
  }
}

namespace {

void comment_on_relation(CatalogEntry& entry, ast::ObjectKind object, const ast::QualifiedName& name,
                         const std::string& text) {
  if (auto* view = std::get_if<ViewEntry>(&entry)) {
    const bool materialized = view->materialized_table != kNoObject;
    if (object == (materialized ? ast::ObjectKind::MaterializedView : ast::ObjectKind::View)) {
      view->comment = text;
      return;
    }
  } else if (auto* index = std::get_if<IndexEntry>(&entry); index != nullptr && object == ast::ObjectKind::Index) {
    index->comment = text;
    return;
  } else if (auto* sequence = std::get_if<SequenceEntry>(&entry);
             sequence != nullptr && object == ast::ObjectKind::Sequence) {
    sequence->comment = text;
    return;
  }
  const char* const wanted = object == ast::ObjectKind::View               ? "a view"
                             : object == ast::ObjectKind::MaterializedView ? "a materialized view"
                             : object == ast::ObjectKind::Index            ? "an index"
                                                                           : "a sequence";
  throw Error(sqlstate::kWrongObjectType, "\"" + name.last() + "\" is not " + wanted);
}

/// Kinds whose comments have no place, or of which there are none.
[[noreturn]] void refuse_comment(const ast::CommentStatement& statement, DdlContext& context) {
  if (!statement.on_table.empty() && statement.object != ast::ObjectKind::DomainConstraint &&
      context.find_relation(statement.on_table) == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(statement.on_table) + "\" does not exist");
  }
  const bool none_here =
      statement.object == ast::ObjectKind::Trigger || statement.object == ast::ObjectKind::Rule ||
      statement.object == ast::ObjectKind::Policy || statement.object == ast::ObjectKind::Extension ||
      statement.object == ast::ObjectKind::Conversion || statement.object == ast::ObjectKind::Statistics ||
      statement.object == ast::ObjectKind::Publication || statement.object == ast::ObjectKind::Server;
  if (none_here) {
    throw_no_such_object(statement.object, statement.name, statement.on_table, context);
  }
  throw Error(sqlstate::kFeatureNotSupported,
              "COMMENT ON " + std::string(object_word(statement.object)) + " is not supported");
}

}  // namespace

void comment_on(const ast::CommentStatement& statement, DdlContext& context) {
  const std::string text = statement.has_text ? statement.text : "";
  ast::QualifiedName name = statement.name.name;
  switch (statement.object) {
    case ast::ObjectKind::Table: {
      TableEntry table = context.table(name);
      context.require_owner(table.owner, "table", table.name);
      table.comment = text;
      context.put(std::move(table));
      return;
    }
    case ast::ObjectKind::Column: {
      const std::string column_name = name.parts.back();
      name.parts.pop_back();
      TableEntry table = context.table(name);
      context.require_owner(table.owner, "table", table.name);
      const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                       [&](const ColumnEntry& candidate) { return candidate.name == column_name; });
      if (column == table.columns.end()) {
        throw Error(sqlstate::kUndefinedColumn,
                    "column \"" + column_name + "\" of relation \"" + table.name + "\" does not exist");
      }
      column->comment = text;
      context.put(std::move(table));
      return;
    }
    case ast::ObjectKind::Schema: {
      SchemaEntry schema = context.schema(name.last());
      schema.comment = text;
      context.put(std::move(schema));
      return;
    }
    case ast::ObjectKind::View:
    case ast::ObjectKind::MaterializedView:
    case ast::ObjectKind::Index:
    case ast::ObjectKind::Sequence: {
      const CatalogEntry* found = context.find_relation(name);
      const UniqueConstraint* unique = nullptr;
      const TableEntry* indexed = found == nullptr && statement.object == ast::ObjectKind::Index
                                      ? context.find_unique_index(name, &unique)
                                      : nullptr;
      if (indexed != nullptr) {
        context.require_owner(indexed->owner, "index", unique->name);
        TableEntry keys = *context.catalog().table(unique->hidden_table);
        keys.comment = text;
        context.put(std::move(keys));
        return;
      }
      if (found == nullptr) {
        throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(name) + "\" does not exist");
      }
      CatalogEntry changed = *found;
      comment_on_relation(changed, statement.object, name, text);
      context.put(std::move(changed));
      return;
    }
    case ast::ObjectKind::Type:
    case ast::ObjectKind::Domain: {
      TypeEntry type = type_by_name(name, context);
      context.require_owner(type.owner, "type", type.name);
      type.comment = text;
      context.put(std::move(type));
      return;
    }
    case ast::ObjectKind::Database: {
      const DatabaseEntry* found = context.catalog().database(name.last());
      if (found == nullptr) {
        context.notice("WARNING",
                       Error(sqlstate::kInvalidCatalogName, "database \"" + name.last() + "\" does not exist"));
        return;
      }
      DatabaseEntry database = *found;
      context.require_owner(database.owner, "database", database.name);
      database.comment = text;
      context.put(std::move(database));
      return;
    }
    default:
      refuse_comment(statement, context);
  }
}

}  // namespace tidemark
