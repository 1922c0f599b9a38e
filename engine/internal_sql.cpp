#include "engine/internal_sql.h"

#include "engine/planned_result.h"
#include "engine/session.h"
#include "engine/statement_result.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"

namespace tidemark {
namespace {

std::unique_ptr<Result> start(Session& session, const std::string& sql) {
  auto prepared =
      std::make_shared<PreparedStatement>("", std::shared_ptr<const ast::Statement>(std::move(parse_sql(sql).front())));
  session.ensure_planned(*prepared, {});
  return session.start_planned(prepared, {});
}

}  // namespace

std::unique_ptr<Result> read_sql(Session& session, const std::string& sql) {
  return BufferedResult::drain(*start(session, sql));
}

bool any_row(Session& session, const std::string& sql) {
  DataChunk chunk;
  return start(session, sql)->next(chunk);
}

uint64_t run_sql(Session& session, const std::string& sql) {
  return session.run_internal(std::shared_ptr<const ast::Statement>(std::move(parse_sql(sql).front())));
}

std::string qualified_name(const TableEntry& table, const Catalog& catalog) {
  const auto& schema = std::get<SchemaEntry>(*catalog.object(table.schema));
  return quote_identifier(schema.name) + "." + quote_identifier(table.name);
}

}  // namespace tidemark
