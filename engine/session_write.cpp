#include "engine/database_implementation.h"
#include "engine/line_protocol_writer.h"
#include "engine/session.h"
#include "engine/table_appender.h"
#include "parser/line_protocol.h"

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

Connection::LineProtocolOutcome Session::write(std::string_view lines, const LineProtocolOptions& options) {
  if (explicit_transaction_) {
    throw Error(sqlstate::kActiveSqlTransaction, "line protocol cannot be written inside a transaction block");
  }
  const auto unit_ns = line_protocol_precision(options.precision);
  if (!unit_ns) {
    throw Error(sqlstate::kInvalidParameterValue,
                "invalid precision \"" + std::string(options.precision) + "\" (use n, u, ms, s, m or h)");
  }
  LineProtocolResult parsed = parse_line_protocol(lines, *unit_ns, database_.clock().wall_ns());
  try {
    LineProtocolWriter writer(*this, options.schema);
    for (ColumnBatch& batch : parsed.batches) {
      writer.write(batch);
    }
    wait_for_sync_ = options.wait_for_sync;
    sync();
    wait_for_sync_ = true;
    LineProtocolOutcome outcome = writer.take_outcome();
    outcome.dropped += parsed.conflicts.size();
    outcome.drop_reasons.insert(outcome.drop_reasons.begin(), parsed.conflicts.begin(), parsed.conflicts.end());
    outcome.parse_errors = std::move(parsed.errors);
    return outcome;
  } catch (...) {
    wait_for_sync_ = true;
    mark_failed();
    sync();
    throw;
  }
}

}  // namespace tidemark
