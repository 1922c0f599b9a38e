// What tables and databases weigh: pg_relation_size and its family, as psql's \dt+ and \l+ ask for it.
//
// A table's rows and its key are one thing here, so the key index of pg_class weighs nothing by itself; rows that are
// in memtables and the log only count from their flush.

#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/scalars/session_functions.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// NULL for what is no object, as PostgreSQL says.
std::optional<int64_t> relation_size(KernelCall& call, int64_t oid) {
  const SessionState& session = session_of(call);
  const auto id = static_cast<ObjectId>(oid);
  const CatalogEntry* entry = session.catalog().object(id);
  if (entry == nullptr) return std::nullopt;
  return kind_of(*entry) == ObjectKind::kTable ? static_cast<int64_t>(session.table_bytes(id)) : 0;
}
std::optional<int64_t> fork_size(KernelCall& call, int64_t oid, Text fork) {
  if (fork == "main") return relation_size(call, oid);
  if (fork == "fsm" || fork == "vm" || fork == "init") return 0;
  throw Error(sqlstate::kInvalidParameterValue, "invalid fork name")
      .with_hint("Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".");
}
std::optional<int64_t> indexes_size(KernelCall& call, int64_t oid) {
  return relation_size(call, oid) ? std::optional<int64_t>(0) : std::nullopt;
}

int64_t size_of(const SessionState& session, const DatabaseEntry& database) {
  uint64_t bytes = 0;
  for (const CatalogEntry* entry : session.catalog().all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    const CatalogEntry* schema = session.catalog().object(table.schema);
    if (schema != nullptr && std::get<SchemaEntry>(*schema).database == database.id) {
      bytes += session.table_bytes(table.id);
    }
  }
  return static_cast<int64_t>(bytes);
}
int64_t database_size_by_name(KernelCall& call, Text name) {
  const SessionState& session = session_of(call);
  const DatabaseEntry* database = session.catalog().database(std::string(name));
  if (database == nullptr) {
    throw Error(sqlstate::kInvalidCatalogName, "database \"" + std::string(name) + "\" does not exist");
  }
  return size_of(session, *database);
}
std::optional<int64_t> database_size(KernelCall& call, int64_t oid) {
  const SessionState& session = session_of(call);
  const CatalogEntry* entry = session.catalog().object(static_cast<ObjectId>(oid));
  if (entry == nullptr || kind_of(*entry) != ObjectKind::kDatabase) return std::nullopt;
  return size_of(session, std::get<DatabaseEntry>(*entry));
}

}  // namespace

void add_object_sizes(FunctionTables& tables) {
  const auto add = [&](Text name, std::vector<LogicalType> arguments, ScalarKernel kernel, Text doc) {
    tables.function(name, std::move(arguments), kInt64, kernel, doc).volatility = Volatility::kVolatile;
  };
  add("pg_relation_size", {kRegclass}, each_row<relation_size>, "bytes of a table on disk");
  add("pg_relation_size", {kRegclass, kText}, each_row<fork_size>,
      "bytes of a table on disk; forks but main have none");
  add("pg_table_size", {kRegclass}, each_row<relation_size>, "bytes of a table on disk");
  add("pg_total_relation_size", {kRegclass}, each_row<relation_size>, "bytes of a table on disk");
  add("pg_indexes_size", {kRegclass}, each_row<indexes_size>, "0: keys are stored with the rows");
  add("pg_database_size", {kName}, each_row<database_size_by_name>, "bytes of a database's tables on disk");
  add("pg_database_size", {kOid}, each_row<database_size>, "bytes of a database's tables on disk");
}

}  // namespace tidemark
