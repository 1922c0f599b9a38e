#include "base/error.h"
#include "engine/database_implementation.h"
#include "engine/ddl/definitions.h"
#include "engine/influxql_measurement.h"
#include "engine/influxql_select.h"
#include "engine/influxql_show.h"
#include "engine/session.h"
#include "parser/ast_statement.h"
#include "parser/influxql_parser.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

using influxql::CreateDatabaseStatement;
using influxql::DropDatabaseStatement;
using influxql::DropMeasurementStatement;
using influxql::SelectStatement;
using influxql::ShowStatement;
using influxql::SqlStatement;
using influxql::UnsupportedStatement;

/// Runs one statement of InfluxQL in a session.
class StatementRunner {
 public:
  StatementRunner(Session& session, const InfluxQlOptions& options, InfluxQlSink& sink)
      : session_(session), options_(options), sink_(sink), catalog_(session.current_catalog()) {}

  void run(const influxql::Statement& statement) {
    std::visit(*this, statement.content);
    if (options_.read_only && (std::holds_alternative<CreateDatabaseStatement>(statement.content) ||
                               std::holds_alternative<DropDatabaseStatement>(statement.content) ||
                               std::holds_alternative<DropMeasurementStatement>(statement.content))) {
      sink_.message("warning", "deprecated use of '" + statement.text +
                                   "' in a read only context, please use a POST request instead");
    }
  }

  void operator()(const SelectStatement& select) {
    for (const influxql::Source& source : select.sources) {
      if (source.subquery != nullptr) throw Error(sqlstate::kFeatureNotSupported, "subqueries are not supported yet");
    }
    const auto measurements = influxql::find_measurements(*catalog_, session_, options_, "", select.sources);
    const int64_t now_ns = session_.owner().clock().wall_ns();
    for (influxql::SelectPlan& plan : influxql::plan_select(select, measurements, now_ns)) {
      auto rows = session_.start_internal(plan.query, Flavour::kInfluxQl);
      if (plan.aggregation) rows = influxql::aggregate_points(*rows, *plan.aggregation);
      sink_.series(plan.shape, *rows);
    }
  }

  void operator()(const ShowStatement& show) { influxql::run_show(session_, *catalog_, show, options_, sink_); }

  void operator()(const CreateDatabaseStatement& create) {
    if (create.name.empty() || create.name == "." || create.name == ".." ||
        create.name.find_first_of("/\\") != std::string::npos) {
      throw Error(sqlstate::kInvalidName, "invalid name");
    }
    ast::CreateDatabaseStatement statement;
    statement.name = create.name;
    statement.if_not_exists = true;
    session_.run_ddl([&](DdlContext& context) { create_database(statement, context); });
  }

  void operator()(const DropDatabaseStatement& drop) {
    ast::DropStatement statement;
    statement.object = ast::ObjectKind::Database;
    statement.if_exists = true;
    statement.force = true;
    statement.names.emplace_back().name.parts = {drop.name};
    session_.run_ddl([&](DdlContext& context) { drop_objects(statement, context); });
  }

  void operator()(const DropMeasurementStatement& drop) {
    const DatabaseEntry& database = influxql::find_database(*catalog_, session_, options_, "");
    for (const CatalogEntry* entry : catalog_->all(ObjectKind::kSchema)) {
      const auto& schema = std::get<SchemaEntry>(*entry);
      const CatalogEntry* relation =
          schema.database == database.id ? catalog_->relation(schema.id, drop.name) : nullptr;
      if (relation == nullptr || !std::holds_alternative<TableEntry>(*relation)) continue;
      ast::DropStatement statement;
      statement.names.emplace_back().name.parts = {schema.name, drop.name};
      session_.run_ddl([&](DdlContext& context) { drop_objects(statement, context); });
    }
  }

  void operator()(const SqlStatement& sql) { static_cast<void>(session_.query(sql.text)); }

  [[noreturn]] void operator()(const UnsupportedStatement& unsupported) {
    throw Error(sqlstate::kFeatureNotSupported, unsupported.words + " is not supported yet");
  }

 private:
  Session& session_;
  const InfluxQlOptions& options_;
  InfluxQlSink& sink_;
  std::shared_ptr<const Catalog> catalog_;
};

}  // namespace

void Session::query_influxql(std::string_view text, const InfluxQlOptions& options, InfluxQlSink& sink) {
  const TypeNaming naming(&object_names_);
  const std::vector<influxql::Statement> statements = influxql::parse_influxql(text);
  bool failed = false;
  for (const influxql::Statement& statement : statements) {
    sink.begin_statement(statement.text);
    if (failed) {
      sink.error(Error(sqlstate::kInFailedSqlTransaction, "not executed"));
    } else {
      try {
        StatementRunner(*this, options, sink).run(statement);
        sync();
      } catch (const Error& error) {
        mark_failed();
        sync();
        sink.error(error);
        failed = true;
      }
    }
    sink.end_statement();
  }
}

}  // namespace tidemark
