#include "engine/ddl/create_table.h"
#include "engine/ddl/definitions.h"
#include "engine/ddl/stored_text.h"
#include "engine/planned_result.h"
#include "engine/session.h"
#include "engine/statement_result.h"
#include "engine/table_write.h"
#include "engine/utility/utility.h"
#include "parser/ast_query.h"
#include "parser/ast_statement.h"
#include "parser/sql_parser.h"

namespace tidemark {
namespace {

/// A query that is planned, and the values of its parameters.
struct PlannedQuery {
  std::shared_ptr<PreparedStatement> statement;
  std::vector<Value> parameters;
};

PlannedQuery plan_query(Session& session, const ast::Statement& query) {
  if (query.kind == ast::StatementKind::Execute) {
    PlannedQuery planned;
    planned.statement = find_prepared(session, query.as<ast::ExecuteStatement>(), planned.parameters);
    if (planned.statement->syntax().kind != ast::StatementKind::Query) {
      throw Error(sqlstate::kWrongObjectType, "prepared statement is not a SELECT");
    }
    // Made anew, because a new temporary schema takes the plans of the session's prepared statements away.
    const PreparedStatement& found = *planned.statement;
    auto own = std::make_shared<PreparedStatement>(found.text(), found.shared_syntax());
    own->planned = found.planned;
    own->parameter_types_ = found.parameter_types_;
    own->columns_ = found.columns_;
    own->returns_rows_ = found.returns_rows_;
    own->described = true;
    own->constants = found.constants;
    planned.statement = std::move(own);
    return planned;
  }
  auto prepared =
      std::make_shared<PreparedStatement>("", std::shared_ptr<const ast::Statement>(std::shared_ptr<void>(), &query));
  session.ensure_planned(*prepared, {});
  return {std::move(prepared), {}};
}

/// Reads the query to its end into the table.
uint64_t fill(Session& session, const TableEntry& table, const PlannedQuery& query) {
  const auto rows = BufferedResult::drain(*session.start_planned(query.statement, query.parameters));
  TableWriteOptions options;
  options.conflict = conflict_rule(table, ConflictAction::kError);
  TableWrite write(session, table, std::move(options));
  DataChunk chunk;
  uint64_t count = 0;
  while (rows->next(chunk)) {
    count += chunk.size;
    for (size_t c = 0; c < chunk.columns.size(); ++c) {
      if (!(chunk.columns[c].type() == table.columns[c].type)) {
        chunk.columns[c] = chunk.columns[c].reinterpret(table.columns[c].type);
      }
    }
    write.writer().append(std::move(chunk));
  }
  write.finish();
  return count;
}

}  // namespace

std::unique_ptr<Result> run_create_table_as(Session& session, const ast::Statement& statement) {
  const auto& syntax = statement.as<ast::CreateTableAsStatement>();
  // A relation that is there ends the statement before the query is looked at.
  bool exists = false;
  session.read_catalog([&](const DdlContext& context) {
    const CatalogEntry* found = context.find_relation(syntax.table);
    exists = found != nullptr && syntax.if_not_exists;
  });
  if (exists) {
    session.notify("NOTICE", Error(sqlstate::kDuplicateTable,
                                   "relation \"" + syntax.table.last() + "\" already exists, skipping"));
    return BufferedResult::command(command_words(statement));
  }
  const PlannedQuery query = plan_query(session, *syntax.query);
  TableEntry table;
  bool made = false;
  session.run_ddl([&](DdlContext& context) {
    const TableEntry* created = create_table_as(syntax, query.statement->planned->outputs, context);
    if (created == nullptr) {
      return;
    }
    made = true;
    table = *created;
    if (!syntax.materialized_view) {
      return;
    }
    // The rows live in a hidden table of another name; the view bears the name.
    ViewEntry view;
    view.id = context.allocate_id();
    view.schema = table.schema;
    view.name = table.name;
    view.owner = table.owner;
    view.sql = stored_query(*syntax.query, context);
    view.search_path = context.environment().search_path;
    view.columns = table.columns;
    view.materialized_table = table.id;
    view.populated = syntax.with_data;
    view.depends_on = query.statement->planned->named;
    table.name = "mv_" + std::to_string(table.id);
    table.hidden = true;
    context.put(table);
    context.put(std::move(view));
  });
  uint64_t rows = 0;
  if (made && syntax.with_data) {
    rows = fill(session, table, query);
  }
  if (syntax.materialized_view) {
    return BufferedResult::command(
        made && syntax.with_data ? "SELECT " + std::to_string(rows) : "CREATE MATERIALIZED VIEW", rows);
  }
  return BufferedResult::command(made && syntax.with_data ? "SELECT " + std::to_string(rows) : "CREATE TABLE AS", rows);
}

std::unique_ptr<Result> run_refresh(Session& session, const ast::Statement& statement) {
  const auto& syntax = statement.as<ast::RefreshMaterializedViewStatement>();
  TableEntry table;
  std::string sql;
  session.run_ddl([&](DdlContext& context) {
    const CatalogEntry* found = context.find_relation(syntax.view);
    if (found == nullptr) {
      throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(syntax.view) + "\" does not exist");
    }
    const auto* view = std::get_if<ViewEntry>(found);
    if (view == nullptr || view->materialized_table == kNoObject) {
      throw Error(sqlstate::kFeatureNotSupported, "\"" + syntax.view.last() + "\" is not a materialized view");
    }
    context.require_owner(view->owner, "materialized view", view->name);
    table = *context.catalog().table(view->materialized_table);
    sql = with_schemas(*view, context);
    truncate_table(table, context);
    ViewEntry changed = *view;
    changed.populated = syntax.with_data;
    context.put(std::move(changed));
  });
  if (syntax.with_data) {
    const auto parsed = parse_sql(sql);
    fill(session, table, plan_query(session, *parsed.front()));
  }
  return BufferedResult::command("REFRESH MATERIALIZED VIEW");
}

}  // namespace tidemark
