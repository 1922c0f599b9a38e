#include "engine/utility/utility.h"

#include "engine/cursor.h"
#include "engine/database_implementation.h"
#include "engine/ddl/create_table.h"
#include "engine/ddl/definitions.h"
#include "engine/session.h"
#include "engine/setting_values.h"
#include "engine/statement_result.h"
#include "parser/ast_query.h"
#include "parser/ast_statement.h"

namespace tidemark {
namespace {

using Kind = ast::StatementKind;

std::unique_ptr<Result> run_transaction_control(Session& session, const ast::TransactionStatement& statement) {
  switch (statement.transaction_kind) {
    case ast::TransactionKind::Begin:
      session.begin_transaction(statement.modes);
      return BufferedResult::command("BEGIN");
    case ast::TransactionKind::Commit: {
      std::string tag = session.commit_transaction();
      if (statement.chain) {
        session.begin_transaction({});
      }
      return BufferedResult::command(std::move(tag));
    }
    case ast::TransactionKind::Rollback:
      if (!session.in_explicit_transaction()) {
        session.notify("WARNING", Error(sqlstate::kNoActiveSqlTransaction, "there is no transaction in progress"));
      } else {
        session.rollback_transaction();
      }
      if (statement.chain) {
        session.begin_transaction({});
      }
      return BufferedResult::command("ROLLBACK");
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

std::string_view tag_word(ast::ObjectKind object) {
  switch (object) {
    case ast::ObjectKind::View:
      return "VIEW";
    case ast::ObjectKind::MaterializedView:
      return "MATERIALIZED VIEW";
    case ast::ObjectKind::Index:
      return "INDEX";
    case ast::ObjectKind::Sequence:
      return "SEQUENCE";
    case ast::ObjectKind::Schema:
      return "SCHEMA";
    case ast::ObjectKind::Database:
      return "DATABASE";
    case ast::ObjectKind::Role:
      return "ROLE";
    case ast::ObjectKind::Type:
      return "TYPE";
    case ast::ObjectKind::Domain:
      return "DOMAIN";
    default:
      return "TABLE";
  }
}

/// Flushes or compacts one table or all; outside the transaction, like CHECKPOINT.
std::unique_ptr<Result> maintain(Session& session, const ast::QualifiedName& name, void (Store::*work)(ObjectId),
                                 std::string tag) {
  ObjectId table = kNoObject;
  if (!name.empty()) {
    session.run_ddl([&](DdlContext& context) { table = context.table(name).id; });
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
  } else if (!session.in_explicit_transaction()) {
    session.notify("WARNING",
                   Error(sqlstate::kNoActiveSqlTransaction, "SET TRANSACTION can only be used in transaction blocks"));
  } else {
    session.change_transaction_modes(statement.modes);
  }
  return BufferedResult::command("SET");
}

template <class Syntax>
std::unique_ptr<Result> run_definition(Session& session, const ast::Statement& statement,
                                       void (*define)(const Syntax&, DdlContext&)) {
  session.run_ddl([&](DdlContext& context) { define(statement.as<Syntax>(), context); });
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
    case Kind::CreateView:
      return "CREATE VIEW";
    case Kind::CreateIndex:
      return "CREATE INDEX";
    case Kind::CreateSequence:
      return "CREATE SEQUENCE";
    case Kind::AlterSequence:
      return "ALTER SEQUENCE";
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
      return "DROP " + std::string(tag_word(statement.as<ast::DropStatement>().object));
    case Kind::AlterTable:
      return "ALTER " + std::string(tag_word(statement.as<ast::AlterTableStatement>().object));
    case Kind::Rename:
      return "ALTER " + std::string(tag_word(statement.as<ast::RenameStatement>().relation_kind));
    case Kind::SetSchema:
      return "ALTER " + std::string(tag_word(statement.as<ast::SetSchemaStatement>().object));
    case Kind::Unsupported:
      return statement.as<ast::UnsupportedStatement>().words;
    default:
      return "COMMAND";
  }
}

std::unique_ptr<Result> run_utility(Session& session, PreparedStatement& prepared, std::span<const Value> parameters) {
  const ast::Statement& statement = prepared.syntax();
  switch (statement.kind) {
    case Kind::Transaction:
      return run_transaction_control(session, statement.as<ast::TransactionStatement>());
    case Kind::SetTransaction:
      return run_set_transaction(session, statement.as<ast::SetTransactionStatement>());
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
      return run_cursor_statement(session, statement);

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
      return run_definition(session, statement, create_index);
    case Kind::CreateSequence:
      return run_definition(session, statement, create_sequence);
    case Kind::AlterSequence:
      return run_definition(session, statement, alter_sequence);
    case Kind::CreateSchema:
      return run_definition(session, statement, create_schema);
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
      return BufferedResult::command("ANALYZE");
    case Kind::Vacuum:
      return BufferedResult::command("VACUUM");
    case Kind::Reindex:
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
    case Kind::Explain:
      text_column("QUERY PLAN");
      break;
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
