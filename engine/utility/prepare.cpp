#include "engine/session.h"
#include "engine/statement_result.h"
#include "engine/utility/utility.h"
#include "functions/evaluator.h"
#include "parser/ast_statement.h"

namespace tidemark {
namespace {

std::unique_ptr<Result> prepare(Session& session, const PreparedStatement& statement) {
  const auto& syntax = statement.syntax().as<ast::PrepareStatement>();
  auto& prepared = session.prepared_statements();
  if (prepared.contains(syntax.name)) {
    throw Error(sqlstate::kDuplicatePreparedStatement, "prepared statement \"" + syntax.name + "\" already exists");
  }
  const auto running = session.start_statement();
  std::vector<LogicalType> types;
  const auto catalog = session.current_catalog();
  PlannerContext planner = session.planner_context(*catalog, running->context);
  for (const ast::TypeName& type : syntax.types) {
    types.push_back(resolve_type(type, planner));
  }
  session.end_statement(*running);
  // The inner syntax tree lives in the outer one, which is shared.
  auto inner = std::make_shared<PreparedStatement>(
      statement.text(), std::shared_ptr<const ast::Statement>(statement.shared_syntax(), syntax.statement.get()));
  session.ensure_planned(*inner, types);
  inner->made_at_us = session.wall_time_us();
  prepared.emplace(syntax.name, std::move(inner));
  return BufferedResult::command("PREPARE");
}

}  // namespace

std::shared_ptr<PreparedStatement> find_prepared(Session& session, const ast::ExecuteStatement& syntax,
                                                 std::vector<Value>& values) {
  const auto found = session.prepared_statements().find(syntax.name);
  if (found == session.prepared_statements().end()) {
    throw Error(sqlstate::kInvalidSqlStatementName, "prepared statement \"" + syntax.name + "\" does not exist");
  }
  const auto statement = found->second;
  session.ensure_planned(*statement, {});
  const auto& types = statement->parameter_types();
  if (syntax.arguments.size() != types.size()) {
    throw Error(sqlstate::kSyntaxError, "wrong number of parameters for prepared statement \"" + syntax.name + "\"")
        .with_detail("Expected " + std::to_string(types.size()) + " parameters but got " +
                     std::to_string(syntax.arguments.size()) + ".");
  }
  {
    const auto running = session.start_statement();
    const auto catalog = session.current_catalog();
    PlannerContext planner = session.planner_context(*catalog, running->context);
    Evaluator evaluator(running->context);
    for (size_t i = 0; i < types.size(); ++i) {
      values.push_back(
          evaluator.evaluate_constant(*bind_table_expression(*syntax.arguments[i], nullptr, types[i], planner)));
    }
    session.end_statement(*running);
  }
  ++statement->executions;
  return statement;
}

std::unique_ptr<Result> run_prepare(Session& session, const PreparedStatement& statement) {
  switch (statement.syntax().kind) {
    case ast::StatementKind::Prepare:
      return prepare(session, statement);
    case ast::StatementKind::Execute: {
      std::vector<Value> values;
      const auto prepared = find_prepared(session, statement.syntax().as<ast::ExecuteStatement>(), values);
      return session.execute(prepared, values);
    }
    default: {
      const std::string& name = statement.syntax().as<ast::DeallocateStatement>().name;
      if (name.empty()) {
        session.prepared_statements().clear();
        return BufferedResult::command("DEALLOCATE ALL");
      }
      if (session.prepared_statements().erase(name) == 0) {
        throw Error(sqlstate::kInvalidSqlStatementName, "prepared statement \"" + name + "\" does not exist");
      }
      return BufferedResult::command("DEALLOCATE");
    }
  }
}

}  // namespace tidemark
