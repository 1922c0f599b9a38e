#include "engine/utility/utility.h"

#include <algorithm>

#include "engine/cursor.h"
#include "engine/database_implementation.h"
#include "engine/ddl/create_table.h"
#include "engine/ddl/definitions.h"
#include "engine/session.h"
#include "engine/setting_values.h"
#include "engine/statement_result.h"
#include "engine/utility/unique_keys.h"
#include "parser/ast_query.h"
#include "parser/ast_statement.h"
#include "parser/ast_to_sql.h"

namespace tidemark {
namespace {

using Kind = ast::StatementKind;

void check_chain(const Session& session, const ast::TransactionStatement& statement, const std::string& words) {
  if (statement.chain && !session.in_explicit_transaction()) {
    throw Error(sqlstate::kNoActiveSqlTransaction, words + " can only be used in transaction blocks");
  }
}

std::unique_ptr<Result> run_transaction_control(Session& session, const ast::TransactionStatement& statement) {
  switch (statement.transaction_kind) {
    case ast::TransactionKind::Begin:
      session.begin_transaction(statement.modes);
      return BufferedResult::command(statement.start ? "START TRANSACTION" : "BEGIN");
    case ast::TransactionKind::Commit: {
      check_chain(session, statement, "COMMIT AND CHAIN");
      const ast::TransactionModes modes = session.transaction_modes();
      std::string tag = session.commit_transaction();
      if (statement.chain) {
        session.begin_transaction(modes);
      }
      return BufferedResult::command(std::move(tag));
    }
    case ast::TransactionKind::Rollback: {
      check_chain(session, statement, "ROLLBACK AND CHAIN");
      const ast::TransactionModes modes = session.transaction_modes();
      if (!session.in_explicit_transaction()) {
        session.notify("WARNING", Error(sqlstate::kNoActiveSqlTransaction, "there is no transaction in progress"));
      }
      if (session.in_explicit_transaction() || session.in_implicit_transaction()) {
        session.rollback_transaction();
      }
      if (statement.chain) {
        session.begin_transaction(modes);
      }
      return BufferedResult::command("ROLLBACK");
    }
    case ast::TransactionKind::Savepoint:
      session.set_savepoint(statement.name);
      return BufferedResult::command("SAVEPOINT");
    case ast::TransactionKind::ReleaseSavepoint:
      session.release_savepoint(statement.name);
      return BufferedResult::command("RELEASE");
    case ast::TransactionKind::RollbackToSavepoint:
      session.rollback_to_savepoint(statement.name);
      return BufferedResult::command("ROLLBACK");
    case ast::TransactionKind::PrepareTransaction:
    case ast::TransactionKind::CommitPrepared:
    case ast::TransactionKind::RollbackPrepared:
      break;
  }
  throw Error(sqlstate::kFeatureNotSupported, "prepared transactions are not supported");
}

/// `TEXT SEARCH PARSER`: the kind of object as a command tag names it.
std::string tag_word(ast::ObjectKind object) {
  if (object == ast::ObjectKind::Statistics) {
    return "STATISTICS";
  }
  std::string word(object_word(object));
  for (char& letter : word) {
    letter = letter == '-' ? ' ' : letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return word;
}

/// Flushes or compacts one table or all; outside the transaction, like CHECKPOINT.
std::unique_ptr<Result> maintain(Session& session, const ast::QualifiedName& name, void (Store::*work)(ObjectId),
                                 std::string tag) {
  ObjectId table = kNoObject;
  if (!name.empty()) {
    session.read_catalog([&](const DdlContext& context) { table = context.table(name).id; });
  }
  (session.owner().store().*work)(table);
  return BufferedResult::command(std::move(tag));
}

std::unique_ptr<Result> run_set_transaction(Session& session, const ast::SetTransactionStatement& statement) {
  if (!statement.snapshot.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "SET TRANSACTION SNAPSHOT is not supported");
  }
  if (statement.session) {
    using Level = ast::IsolationLevel;
    const auto& modes = statement.modes;
    if (modes.isolation != Level::Default) {
      const char* name = modes.isolation == Level::Serializable     ? "serializable"
                         : modes.isolation == Level::RepeatableRead ? "repeatable read"
                         : modes.isolation == Level::ReadCommitted  ? "read committed"
                                                                    : "read uncommitted";
      session.settings().set("default_transaction_isolation", name, false);
    }
    if (modes.read_only.has_value()) {
      session.settings().set("default_transaction_read_only", *modes.read_only ? "on" : "off", false);
    }
    if (modes.deferrable.has_value()) {
      session.settings().set("default_transaction_deferrable", *modes.deferrable ? "on" : "off", false);
    }
  } else {
    if (!session.in_explicit_transaction()) {
      session.notify("WARNING", Error(sqlstate::kNoActiveSqlTransaction,
                                      "SET TRANSACTION can only be used in transaction blocks"));
    }
    session.ensure_transaction();
    session.change_transaction_modes(statement.modes);
  }
  return BufferedResult::command("SET");
}

const CatalogEntry& relation_by_name(const ast::QualifiedName& name, const DdlContext& context) {
  if (const CatalogEntry* found = context.find_relation(name)) {
    return *found;
  }
  throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(name) + "\" does not exist");
}

/// Tables and columns of ANALYZE and VACUUM.
void check_targets(Session& session, const std::vector<ast::MaintenanceTarget>& targets) {
  session.read_catalog([&](const DdlContext& context) {
    for (const ast::MaintenanceTarget& target : targets) {
      const auto* table = std::get_if<TableEntry>(&relation_by_name(target.table, context));
      for (const ast::Name& column : target.columns) {
        if (table != nullptr && table->find_column(column.text) == nullptr) {
          throw Error(sqlstate::kUndefinedColumn,
                      "column \"" + column.text + "\" of relation \"" + table->name + "\" does not exist");
        }
      }
    }
  });
}

/// Rows lie in the order of their key already: only the names are looked at.
void check_cluster(Session& session, const ast::ClusterStatement& statement) {
  if (statement.table.empty()) {
    return;
  }
  session.read_catalog([&](const DdlContext& context) {
    const TableEntry table = context.indexed_table(statement.table);
    if (statement.index.empty()) {
      throw Error(sqlstate::kUndefinedObject,
                  "there is no previously clustered index for table \"" + table.name + "\"");
    }
    check_index_of(table, statement.index, context);
  });
}

void check_reindexed(Session& session, const ast::ReindexStatement& statement) {
  session.read_catalog([&](const DdlContext& context) {
    const UniqueConstraint* unique = nullptr;
    if (statement.object == ast::ObjectKind::Schema) {
      static_cast<void>(context.schema(statement.name.last()));
    } else if (statement.object == ast::ObjectKind::Table) {
      const CatalogEntry& found = relation_by_name(statement.name, context);
      if (kind_of(found) == ObjectKind::kIndex || kind_of(found) == ObjectKind::kSequence) {
        throw Error(sqlstate::kWrongObjectType,
                    "\"" + statement.name.last() + "\" is not a table or materialized view");
      }
    } else if (statement.object == ast::ObjectKind::Index &&
               context.find_unique_index(statement.name, &unique) == nullptr) {
      if (kind_of(relation_by_name(statement.name, context)) != ObjectKind::kIndex) {
        throw Error(sqlstate::kWrongObjectType, "\"" + statement.name.last() + "\" is not an index");
      }
    }
  });
}

/// The foreign key of this name that the search path finds first.
const ForeignKey& foreign_key_by_name(const ast::QualifiedName& name, const DdlContext& context) {
  std::vector<std::string> schemas = context.environment().search_path;
  if (name.parts.size() > 1) {
    schemas = {name.parts[name.parts.size() - 2]};
  }
  for (const std::string& schema_name : schemas) {
    const SchemaEntry* schema = context.catalog().schema(context.environment().database, schema_name);
    if (schema == nullptr) {
      continue;
    }
    for (const CatalogEntry* entry : context.catalog().in_schema(schema->id)) {
      const auto* table = std::get_if<TableEntry>(entry);
      if (table == nullptr) {
        continue;
      }
      for (const ForeignKey& key : table->foreign_keys) {
        if (key.name == name.last()) {
          if (!key.deferrable) {
            throw Error(sqlstate::kWrongObjectType, "constraint \"" + key.name + "\" is not deferrable");
          }
          return key;
        }
      }
    }
  }
  throw Error(sqlstate::kUndefinedObject, "constraint \"" + display_name(name) + "\" does not exist");
}

std::unique_ptr<Result> run_set_constraints(Session& session, const ast::SetConstraintsStatement& statement) {
  if (!session.in_explicit_transaction()) {
    session.notify("WARNING",
                   Error(sqlstate::kNoActiveSqlTransaction, "SET CONSTRAINTS can only be used in transaction blocks"));
  }
  std::vector<ObjectId> keys;
  session.read_catalog([&](const DdlContext& context) {
    for (const ast::QualifiedName& name : statement.names) {
      keys.push_back(foreign_key_by_name(name, context).id);
    }
  });
  if (statement.names.empty()) {
    keys.push_back(kNoObject);
  }
  for (const ObjectId key : keys) {
    session.set_constraint_mode(key, statement.deferred);
  }
  return BufferedResult::command("SET CONSTRAINTS");
}

/// Writers of single rows are kept out by the table's lock; readers never wait here, whatever the mode.
std::unique_ptr<Result> run_lock_table(Session& session, const ast::LockTableStatement& statement) {
  using Mode = ast::LockTableStatement::Mode;
  if (!session.in_explicit_transaction()) {
    throw Error(sqlstate::kNoActiveSqlTransaction, "LOCK TABLE can only be used in transaction blocks");
  }
  std::vector<ObjectId> tables;
  session.read_catalog([&](const DdlContext& context) {
    for (const ast::QualifiedName& name : statement.tables) {
      const CatalogEntry* found = context.find_relation(name);
      if (found == nullptr) {
        throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(name) + "\" does not exist");
      }
      if (kind_of(*found) == ObjectKind::kTable) {
        tables.push_back(id_of(*found));
      } else if (kind_of(*found) != ObjectKind::kView) {
        throw Error(sqlstate::kWrongObjectType, "\"" + name.last() + "\" is not a table or view");
      }
    }
  });
  // What conflicts with ROW EXCLUSIVE, which every writer takes.
  const bool excludes_writers = statement.mode == Mode::Share || statement.mode == Mode::ShareRowExclusive ||
                                statement.mode == Mode::Exclusive || statement.mode == Mode::AccessExclusive;
  if (excludes_writers) {
    const auto running = session.start_statement();
    TransactionState& transaction = *session.transaction();
    for (size_t i = 0; i < tables.size(); ++i) {
      try {
        transaction.locks().lock_table(transaction.id(), tables[i], statement.no_wait ? 1 : transaction.lock_timeout_ms,
                                       [&] { running->context.check_cancelled(); });
      } catch (const Error& error) {
        if (!statement.no_wait || error.sqlstate() != sqlstate::kLockNotAvailable) {
          throw;
        }
        throw Error(sqlstate::kLockNotAvailable,
                    "could not obtain lock on relation \"" + statement.tables[i].last() + "\"");
      }
    }
    session.end_statement(*running);
  }
  return BufferedResult::command("LOCK TABLE");
}

template <class Syntax>
std::unique_ptr<Result> run_definition(Session& session, const ast::Statement& statement,
                                       void (*define)(const Syntax&, DdlContext&)) {
  session.run_ddl([&](DdlContext& context) { define(statement.as<Syntax>(), context); });
  return BufferedResult::command(command_words(statement));
}

/// The elements are made with the new schema in front of the search path.
std::unique_ptr<Result> run_create_schema(Session& session, const ast::Statement& statement) {
  const auto& syntax = statement.as<ast::CreateSchemaStatement>();
  session.run_ddl([&](DdlContext& context) { create_schema(syntax, context); });
  if (!syntax.elements.empty()) {
    const std::string& name = syntax.name.empty() ? syntax.authorization : syntax.name;
    const std::string path = session.settings().current().show("search_path");
    session.settings().set("search_path", quote_identifier(name) + ", " + path, true);
    for (const ast::StatementPtr& element : syntax.elements) {
      PreparedStatement prepared("", std::shared_ptr<const ast::Statement>(std::shared_ptr<void>(), element.get()));
      run_utility(session, prepared, {});
    }
    session.settings().set("search_path", path, true);
  }
  return BufferedResult::command("CREATE SCHEMA");
}

std::unique_ptr<Result> run_create_index(Session& session, const ast::Statement& statement) {
  const auto& syntax = statement.as<ast::CreateIndexStatement>();
  TableEntry table;
  std::optional<UniqueConstraint> unique;
  session.run_ddl([&](DdlContext& context) {
    unique = create_index(syntax, context);
    if (unique) {
      table = context.indexed_table(syntax.table);
    }
  });
  if (unique) {
    enter_existing_rows(session, table, *unique);
  }
  return BufferedResult::command(command_words(statement));
}

}  // namespace

bool is_planned(ast::StatementKind kind) {
  return kind == Kind::Query || kind == Kind::Insert || kind == Kind::Update || kind == Kind::Delete ||
         kind == Kind::Merge;
}

std::string command_words(const ast::Statement& statement) {
  switch (statement.kind) {
    case Kind::Query:
      return "SELECT";
    case Kind::Insert:
      return "INSERT";
    case Kind::Update:
      return "UPDATE";
    case Kind::Delete:
      return "DELETE";
    case Kind::Merge:
      return "MERGE";
    case Kind::CreateTable:
      return "CREATE TABLE";
    case Kind::CreateTableAs:
      return statement.as<ast::CreateTableAsStatement>().materialized_view ? "CREATE MATERIALIZED VIEW"
                                                                           : "CREATE TABLE AS";
    case Kind::RefreshMaterializedView:
      return "REFRESH MATERIALIZED VIEW";
    case Kind::Do:
      return "DO";
    case Kind::Call:
      return "CALL";
    case Kind::Listen:
      return "LISTEN";
    case Kind::Notify:
      return "NOTIFY";
    case Kind::Cluster:
      return "CLUSTER";
    case Kind::CreateEnum:
    case Kind::CreateCompositeType:
      return "CREATE TYPE";
    case Kind::AlterEnum:
      return "ALTER TYPE";
    case Kind::CreateView:
      return "CREATE VIEW";
    case Kind::CreateIndex:
      return "CREATE INDEX";
    case Kind::CreateSequence:
      return "CREATE SEQUENCE";
    case Kind::AlterSequence:
      return "ALTER SEQUENCE";
    case Kind::CreateDomain:
      return "CREATE DOMAIN";
    case Kind::AlterDomain:
      return "ALTER DOMAIN";
    case Kind::CreateSchema:
      return "CREATE SCHEMA";
    case Kind::CreateDatabase:
      return "CREATE DATABASE";
    case Kind::CreateRole:
      return "CREATE ROLE";
    case Kind::AlterRole:
      return "ALTER ROLE";
    case Kind::Truncate:
      return "TRUNCATE TABLE";
    case Kind::Comment:
      return "COMMENT";
    case Kind::Drop:
      return "DROP " + tag_word(statement.as<ast::DropStatement>().object);
    case Kind::AlterTable:
      return "ALTER " + tag_word(statement.as<ast::AlterTableStatement>().object);
    case Kind::Rename:
      return "ALTER " + tag_word(statement.as<ast::RenameStatement>().relation_kind);
    case Kind::SetSchema:
      return "ALTER " + tag_word(statement.as<ast::SetSchemaStatement>().object);
    case Kind::SetOwner:
      return "ALTER " + tag_word(statement.as<ast::SetOwnerStatement>().object);
    case Kind::AlterDatabase:
      return "ALTER DATABASE";
    case Kind::AlterRoleSet:
      return "ALTER ROLE";
    case Kind::GrantRole:
      return statement.as<ast::GrantRoleStatement>().grant ? "GRANT ROLE" : "REVOKE ROLE";
    case Kind::GrantPrivileges:
      return statement.as<ast::GrantPrivilegesStatement>().grant ? "GRANT" : "REVOKE";
    case Kind::Unsupported:
      return statement.as<ast::UnsupportedStatement>().words;
    default:
      return "COMMAND";
  }
}

namespace {

bool is_definition(Kind kind) {
  switch (kind) {
    case Kind::CreateTable:
    case Kind::CreateTableAs:
    case Kind::RefreshMaterializedView:
    case Kind::AlterTable:
    case Kind::CreateView:
    case Kind::CreateIndex:
    case Kind::CreateSequence:
    case Kind::AlterSequence:
    case Kind::CreateSchema:
    case Kind::CreateDatabase:
    case Kind::CreateDomain:
    case Kind::AlterDomain:
    case Kind::CreateEnum:
    case Kind::CreateCompositeType:
    case Kind::AlterEnum:
    case Kind::CreateRole:
    case Kind::AlterRole:
    case Kind::Rename:
    case Kind::SetSchema:
    case Kind::SetOwner:
    case Kind::Comment:
    case Kind::Drop:
    case Kind::Truncate:
      return true;
    default:
      return false;
  }
}

/// 25001 and 25006, for statements that a transaction block, or a read-only transaction, does not take.
void check_place(Session& session, const PreparedStatement& prepared) {
  const ast::Statement& statement = prepared.syntax();
  const bool alone =
      statement.kind == Kind::Vacuum || statement.kind == Kind::CreateDatabase ||
      (statement.kind == Kind::Drop && statement.as<ast::DropStatement>().object == ast::ObjectKind::Database);
  if (alone && (session.in_explicit_transaction() || session.in_implicit_transaction() || prepared.among_others)) {
    const std::string words = statement.kind == Kind::Vacuum ? "VACUUM" : command_words(statement);
    throw Error(sqlstate::kActiveSqlTransaction, words + " cannot run inside a transaction block");
  }
  if (is_definition(statement.kind)) {
    session.ensure_transaction();
    if (session.is_read_only()) {
      throw Error(sqlstate::kReadOnlySqlTransaction,
                  "cannot execute " + command_words(statement) + " in a read-only transaction");
    }
  }
}

}  // namespace

std::unique_ptr<Result> run_utility(Session& session, PreparedStatement& prepared, std::span<const Value> parameters) {
  const ast::Statement& statement = prepared.syntax();
  check_place(session, prepared);
  switch (statement.kind) {
    case Kind::Transaction:
      return run_transaction_control(session, statement.as<ast::TransactionStatement>());
    case Kind::SetTransaction:
      return run_set_transaction(session, statement.as<ast::SetTransactionStatement>());
    case Kind::SetConstraints:
      return run_set_constraints(session, statement.as<ast::SetConstraintsStatement>());
    case Kind::LockTable:
      return run_lock_table(session, statement.as<ast::LockTableStatement>());
    case Kind::Set:
    case Kind::Show:
    case Kind::Reset:
    case Kind::Discard:
      return run_set(session, statement);
    case Kind::Explain:
      return run_explain(session, statement, parameters);
    case Kind::Copy:
      return run_copy(session, prepared);
    case Kind::Prepare:
    case Kind::Execute:
    case Kind::Deallocate:
      return run_prepare(session, prepared);
    case Kind::DeclareCursor:
    case Kind::Fetch:
    case Kind::CloseCursor:
      return run_cursor_statement(session, prepared);

    case Kind::CreateTable:
      return run_definition(session, statement, create_table);
    case Kind::CreateTableAs:
      return run_create_table_as(session, statement);
    case Kind::RefreshMaterializedView:
      return run_refresh(session, statement);
    case Kind::AlterTable:
      return run_alter_table(session, statement);
    case Kind::CreateView:
      return run_definition(session, statement, create_view);
    case Kind::CreateIndex:
      return run_create_index(session, statement);
    case Kind::CreateSequence:
      return run_definition(session, statement, create_sequence);
    case Kind::AlterSequence:
      return run_definition(session, statement, alter_sequence);
    case Kind::CreateEnum:
      return run_definition(session, statement, create_enum);
    case Kind::CreateCompositeType:
      return run_definition(session, statement, create_composite_type);
    case Kind::AlterEnum:
      return run_definition(session, statement, alter_enum);
    case Kind::CreateDomain:
      return run_definition(session, statement, create_domain);
    case Kind::AlterDomain:
      alter_domain(session, statement.as<ast::AlterDomainStatement>());
      return BufferedResult::command(command_words(statement));
    case Kind::CreateSchema:
      return run_create_schema(session, statement);
    case Kind::CreateDatabase:
      return run_definition(session, statement, create_database);
    case Kind::CreateRole:
      return run_definition(session, statement, create_role);
    case Kind::AlterRole:
      return run_definition(session, statement, alter_role);
    case Kind::Rename:
      return run_definition(session, statement, rename_object);
    case Kind::SetSchema:
      return run_definition(session, statement, set_schema);
    case Kind::SetOwner:
      return run_definition(session, statement, set_owner);
    case Kind::Comment:
      return run_definition(session, statement, comment_on);
    case Kind::Drop:
      return run_definition(session, statement, drop_objects);
    case Kind::Truncate:
      return run_definition(session, statement, truncate_tables);

    case Kind::Checkpoint:
      return maintain(session, {}, &Store::flush, "CHECKPOINT");
    case Kind::Flush:
      return maintain(session, statement.as<ast::FlushStatement>().table, &Store::flush, "FLUSH");
    case Kind::Compact:
      return maintain(session, statement.as<ast::CompactStatement>().table, &Store::compact, "COMPACT");
    // Statistics come from the segments themselves, and space is reclaimed by compaction: nothing to do, as
    // PostgreSQL's clients expect.
    case Kind::Analyze:
      check_targets(session, statement.as<ast::AnalyzeStatement>().targets);
      return BufferedResult::command("ANALYZE");
    case Kind::Vacuum:
      check_targets(session, statement.as<ast::VacuumStatement>().targets);
      return BufferedResult::command("VACUUM");
    case Kind::Cluster:
      check_cluster(session, statement.as<ast::ClusterStatement>());
      return BufferedResult::command("CLUSTER");
    case Kind::Reindex:
      check_reindexed(session, statement.as<ast::ReindexStatement>());
      return BufferedResult::command("REINDEX");
    case Kind::Use:
      if (session.in_explicit_transaction()) {
        throw Error(sqlstate::kActiveSqlTransaction, "USE cannot run inside a transaction block");
      }
      session.use_database(statement.as<ast::UseStatement>().database);
      return BufferedResult::command("USE");
    // There is no second process to hear from: a session may listen, nothing comes.
    case Kind::Unlisten:
      return BufferedResult::command("UNLISTEN");
    default:
      throw Error(sqlstate::kFeatureNotSupported, command_words(statement) + " is not supported")
          .at(statement.position);
  }
}

void describe_utility(Session& session, PreparedStatement& prepared, std::span<const LogicalType> types) {
  const ast::Statement& statement = prepared.syntax();
  const auto text_column = [&](std::string name) {
    prepared.columns_ = {{std::move(name), TypeId::kText, kNoObject, 0}};
    prepared.returns_rows_ = true;
  };
  switch (statement.kind) {
    case Kind::Explain: {
      text_column("QUERY PLAN");
      const auto& options = statement.as<ast::ExplainStatement>().options;
      const auto format = std::ranges::find(options, "format", &ast::Option::name);
      if (format != options.end() && format->value == "json") {
        prepared.columns_[0].type = TypeId::kJson;
      }
      break;
    }
    case Kind::Show: {
      const std::string& name = statement.as<ast::ShowStatement>().name;
      if (name == "all") {
        prepared.columns_ = {{"name", TypeId::kText, kNoObject, 0},
                             {"setting", TypeId::kText, kNoObject, 0},
                             {"description", TypeId::kText, kNoObject, 0}};
        prepared.returns_rows_ = true;
      } else {
        text_column(session.settings().current().exists(name) ? canonical_setting_name(name) : name);
      }
      break;
    }
    case Kind::Fetch: {
      const auto& fetch = statement.as<ast::FetchStatement>();
      const auto cursor = session.cursors().find(fetch.cursor);
      if (!fetch.move && cursor != session.cursors().end()) {
        prepared.columns_ = cursor->second->columns;
        prepared.returns_rows_ = true;
      }
      break;
    }
    case Kind::Execute: {
      const auto found = session.prepared_statements().find(statement.as<ast::ExecuteStatement>().name);
      if (found != session.prepared_statements().end()) {
        prepared.columns_ = found->second->columns();
        prepared.returns_rows_ = found->second->returns_rows();
      }
      break;
    }
    default:
      break;
  }
  static_cast<void>(types);
}

}  // namespace tidemark
