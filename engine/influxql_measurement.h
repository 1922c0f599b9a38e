#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "parser/ast.h"
#include "parser/influxql_ast.h"
#include "tidemark/influxql.h"

namespace tidemark {
class Session;
}

namespace tidemark::influxql {

/// InfluxDB's types of fields. Of SQL's other types, exact numbers are floats and all else strings, as their text.
enum class FieldType : uint8_t { kFloat, kInteger, kString, kBoolean };
[[nodiscard]] std::string_view field_type_name(FieldType type);
[[nodiscard]] FieldType field_type_of(LogicalType type);

/// A table as InfluxQL sees it.
struct Measurement {
  const TableEntry* table = nullptr;
  std::string database;
  std::string schema;

  [[nodiscard]] const std::string& name() const { return table->name; }
  [[nodiscard]] const ColumnEntry* time() const;
  [[nodiscard]] bool is_tag(std::string_view name) const { return tag(name) != nullptr; }
  /// Null if it is none.
  [[nodiscard]] const ColumnEntry* tag(std::string_view name) const;
  [[nodiscard]] const ColumnEntry* field(std::string_view name) const;
  /// Sorted by name.
  [[nodiscard]] std::vector<const ColumnEntry*> tags() const;
  [[nodiscard]] std::vector<const ColumnEntry*> fields() const;
  /// Reads a column: tags as text, fields as one of the four types.
  [[nodiscard]] ast::ExpressionPtr read(const ColumnEntry& column) const;
  [[nodiscard]] ast::QualifiedName qualified_name() const { return {0, {database, schema, name()}}; }
};

/// RE2's idea of `pattern` somewhere in a text. Throws 2201B for a bad one.
[[nodiscard]] std::function<bool(std::string_view)> compile_regex(const std::string& pattern);

/// A measurement's place is a database and a schema. Throws InfluxDB's `database name required`, `database not found:
/// x`, `retention policy not found: x`.
[[nodiscard]] const DatabaseEntry& find_database(const Catalog& catalog, Session& session,
                                                 const InfluxQlOptions& options, const std::string& name);
[[nodiscard]] std::vector<Measurement> find_measurements(const Catalog& catalog, const DatabaseEntry& database,
                                                         const std::string& policy, const Source& source);
/// All of `sources`, sorted by name, each once; without sources all of the session's database.
[[nodiscard]] std::vector<Measurement> find_measurements(const Catalog& catalog, Session& session,
                                                         const InfluxQlOptions& options,
                                                         const std::string& database_name,
                                                         const std::vector<Source>& sources);

}  // namespace tidemark::influxql
