#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/prepared_statement.h"
#include "tidemark/result.h"
#include "types/value.h"

namespace tidemark {

namespace ast {
struct ExecuteStatement;
}
class Session;

/// Runs any statement that has no plan of its own: DDL, transaction control, settings, cursors, COPY, EXPLAIN,
/// maintenance. Throws 0A000 for those that are understood and not supported.
std::unique_ptr<Result> run_utility(Session& session, PreparedStatement& statement, std::span<const Value> parameters);

/// Fills in columns and parameter types without running it (SHOW, EXPLAIN, FETCH and EXECUTE return rows).
void describe_utility(Session& session, PreparedStatement& statement, std::span<const LogicalType> types);

// One file each:
std::unique_ptr<Result> run_set(Session& session,
                                const ast::Statement& statement);  // settings.cpp: SET, RESET, SHOW, DISCARD
std::unique_ptr<Result> run_explain(Session& session, const ast::Statement& statement,
                                    std::span<const Value> parameters);
std::unique_ptr<Result> run_copy(Session& session, PreparedStatement& statement);
std::unique_ptr<Result> run_create_table_as(Session& session, const ast::Statement& statement);
std::unique_ptr<Result> run_refresh(Session& session, const ast::Statement& statement);
std::unique_ptr<Result> run_alter_table(Session& session, const ast::Statement& statement);
std::unique_ptr<Result> run_cursor_statement(Session& session, const PreparedStatement& prepared);
/// What EXECUTE names, planned, and the values that it gives the parameters. Throws 26000.
std::shared_ptr<PreparedStatement> find_prepared(Session& session, const ast::ExecuteStatement& syntax,
                                                 std::vector<Value>& values);
std::unique_ptr<Result> run_prepare(Session& session,
                                    const PreparedStatement& statement);  // PREPARE, EXECUTE, DEALLOCATE

}  // namespace tidemark
