#include "engine/influxql_measurement.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"
#include "engine/influxql_syntax.h"
#include "engine/session.h"

namespace tidemark::influxql {
namespace {

std::vector<const ColumnEntry*> sorted(std::vector<const ColumnEntry*> columns) {
  std::ranges::sort(columns, {}, &ColumnEntry::name);
  return columns;
}

/// `autogen` is how InfluxDB calls the policy that is born with a database (D1).
std::string schema_of_policy(const DatabaseEntry& database, const std::string& policy) {
  if (policy.empty()) return database.default_schema;
  return policy == "autogen" ? "public" : policy;
}

}  // namespace

std::string_view field_type_name(FieldType type) {
  switch (type) {
    case FieldType::kFloat:
      return "float";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kString:
      break;
  }
  return "string";
}

FieldType field_type_of(LogicalType type) {
  switch (type.id) {
    case TypeId::kFloat32:
    case TypeId::kFloat64:
    case TypeId::kNumeric:
      return FieldType::kFloat;
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kUInt64:
      return FieldType::kInteger;
    case TypeId::kBoolean:
      return FieldType::kBoolean;
    default:
      return FieldType::kString;
  }
}

const ColumnEntry* Measurement::time() const {
  return table->time_column == kNoColumn ? nullptr : table->find_column(table->time_column);
}

const ColumnEntry* Measurement::tag(std::string_view name) const {
  const ColumnEntry* column = table->find_column(name);
  return column != nullptr && column->id != table->time_column && table->is_key_column(column->id) ? column : nullptr;
}

const ColumnEntry* Measurement::field(std::string_view name) const {
  const ColumnEntry* column = table->find_column(name);
  return column != nullptr && column->id != table->time_column && !table->is_key_column(column->id) ? column : nullptr;
}

std::vector<const ColumnEntry*> Measurement::tags() const {
  std::vector<const ColumnEntry*> columns;
  for (const ColumnId id : table->series_columns()) columns.push_back(table->find_column(id));
  return sorted(std::move(columns));
}

std::vector<const ColumnEntry*> Measurement::fields() const {
  std::vector<const ColumnEntry*> columns;
  for (const ColumnEntry& column : table->columns) {
    if (field(column.name) != nullptr) columns.push_back(&column);
  }
  return sorted(std::move(columns));
}

ast::ExpressionPtr Measurement::read(const ColumnEntry& column) const {
  ast::ExpressionPtr reference = make_column(column.name);
  if (is_tag(column.name)) {
    return column.type.id == TypeId::kText ? std::move(reference) : make_cast(std::move(reference), "text");
  }
  switch (field_type_of(column.type)) {
    case FieldType::kFloat:
      return column.type.id == TypeId::kFloat64 ? std::move(reference) : make_cast(std::move(reference), "float8");
    case FieldType::kInteger:
      return column.type.id == TypeId::kInt64 || column.type.id == TypeId::kUInt64
                 ? std::move(reference)
                 : make_cast(std::move(reference), "int8");
    case FieldType::kBoolean:
      return reference;
    case FieldType::kString:
      break;
  }
  return column.type.id == TypeId::kText ? std::move(reference) : make_cast(std::move(reference), "text");
}

std::function<bool(std::string_view)> compile_regex(const std::string& pattern) {
  auto regex = std::make_shared<const RE2>(pattern, RE2::Quiet);
  if (!regex->ok()) {
    throw Error(sqlstate::kInvalidRegularExpression, "error parsing regexp: " + regex->error());
  }
  return [regex = std::move(regex)](std::string_view text) {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex);
  };
}

const DatabaseEntry& find_database(const Catalog& catalog, Session& session, const InfluxQlOptions& options,
                                   const std::string& name) {
  if (name.empty() && !options.has_database) {
    throw Error(sqlstate::kInvalidCatalogName, "database name required");
  }
  const std::string& of_request = options.missing_database.empty() ? session.database_name() : options.missing_database;
  const std::string& wanted = name.empty() ? of_request : name;
  const DatabaseEntry* database = catalog.database(wanted);
  if (database == nullptr) throw Error(sqlstate::kInvalidCatalogName, "database not found: " + wanted);
  return *database;
}

std::vector<Measurement> find_measurements(const Catalog& catalog, const DatabaseEntry& database,
                                           const std::string& policy, const Source& source) {
  const std::string schema_name = schema_of_policy(database, policy);
  const SchemaEntry* schema = catalog.schema(database.id, schema_name);
  if (schema == nullptr) throw Error(sqlstate::kInvalidSchemaName, "retention policy not found: " + policy);
  std::vector<Measurement> found;
  const auto add = [&](const CatalogEntry* entry) {
    const auto* table = entry == nullptr ? nullptr : std::get_if<TableEntry>(entry);
    if (table != nullptr && !table->hidden) found.push_back({table, database.name, schema_name});
  };
  if (!source.is_regex) {
    add(catalog.relation(schema->id, source.name));
    return found;
  }
  const auto matches = compile_regex(source.name);
  for (const CatalogEntry* entry : catalog.in_schema(schema->id)) {
    if (matches(name_of(*entry))) add(entry);
  }
  return found;
}

std::vector<Measurement> find_measurements(const Catalog& catalog, Session& session, const InfluxQlOptions& options,
                                           const std::string& database_name, const std::vector<Source>& sources) {
  static const std::vector<Source> kAll = {
      Source{.database = {}, .policy = {}, .name = "", .is_regex = true, .subquery = {}}};
  std::vector<Measurement> found;
  for (const Source& source : sources.empty() ? kAll : sources) {
    const DatabaseEntry& database =
        find_database(catalog, session, options, source.database.empty() ? database_name : source.database);
    const std::string& policy =
        source.policy.empty() && source.database.empty() && database_name.empty() ? options.policy : source.policy;
    for (Measurement& measurement : find_measurements(catalog, database, policy, source)) {
      found.push_back(std::move(measurement));
    }
  }
  std::ranges::stable_sort(found, {}, &Measurement::name);
  const auto twins = std::ranges::unique(found, {}, &Measurement::table);
  found.erase(twins.begin(), twins.end());
  return found;
}

}  // namespace tidemark::influxql
