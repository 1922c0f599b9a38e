#include "engine/database_implementation.h"
#include "engine/line_protocol_writer.h"
#include "engine/session.h"
#include "engine/table_appender.h"
#include "parser/sql_parser.h"

namespace tidemark {

std::unique_ptr<Appender> Session::appender(std::string_view table) {
  ast::QualifiedName name;
  size_t first = 0;
  for (size_t dot = table.find('.'); dot != std::string_view::npos; dot = table.find('.', first)) {
    name.parts.emplace_back(table.substr(first, dot - first));
    first = dot + 1;
  }
  name.parts.emplace_back(table.substr(first));
  TableEntry entry;
  run_ddl([&](DdlContext& context) { entry = context.table(name); });
  sync();
  return std::make_unique<TableAppender>(*this, std::move(entry));
}

Connection::LineProtocolOutcome Session::write(std::span<ColumnBatch> batches, std::string_view schema,
                                               bool wait_for_sync) {
  if (explicit_transaction_) {
    throw Error(sqlstate::kActiveSqlTransaction, "line protocol cannot be written inside a transaction block");
  }
  try {
    LineProtocolWriter writer(*this, schema);
    for (ColumnBatch& batch : batches) {
      writer.write(batch);
    }
    wait_for_sync_ = wait_for_sync;
    sync();
    wait_for_sync_ = true;
    return writer.take_outcome();
  } catch (...) {
    wait_for_sync_ = true;
    mark_failed();
    sync();
    throw;
  }
}

}  // namespace tidemark
