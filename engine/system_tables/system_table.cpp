#include "engine/system_tables/system_table.h"

#include <algorithm>

#include "base/check.h"
#include "parser/ast_to_sql.h"
#include "types/array.h"

namespace tidemark {
namespace {

/// System tables have ids below those of users' objects; PostgreSQL's own are of the same range.
constexpr ObjectId kFirstSystemTableId = 12000;

void set_value(Vector& column, size_t row, const Value& value) {
  if (value.is_null()) {
    column.set_null(row);
    return;
  }
  switch (column.type().physical()) {
    case PhysicalType::kBool:
      column.mutable_data<uint8_t>()[row] = value.as_bool() ? 1 : 0;
      return;
    case PhysicalType::kInt16:
      column.mutable_data<int16_t>()[row] = static_cast<int16_t>(value.as_int64());
      return;
    case PhysicalType::kInt32:
      column.mutable_data<int32_t>()[row] = static_cast<int32_t>(value.as_int64());
      return;
    case PhysicalType::kInt64:
      column.mutable_data<int64_t>()[row] = value.as_int64();
      return;
    case PhysicalType::kFloat32:
      column.mutable_data<float>()[row] = static_cast<float>(value.as_int64());
      return;
    case PhysicalType::kBytes:
      column.mutable_data<std::string_view>()[row] = column.heap().add(value.as_bytes());
      return;
    default:
      break;
  }
  TIDEMARK_CHECK(false);
}

}  // namespace

SystemTable::SystemTable(ObjectId id, std::string_view schema, std::string_view name, std::string_view columns,
                         MakeRows make_rows)
    : id_(id), schema_(schema), name_(name), make_rows_(std::move(make_rows)) {
  while (!columns.empty()) {
    const size_t end = std::min(columns.find(' '), columns.size());
    const std::string_view word = columns.substr(0, end);
    columns.remove_prefix(std::min(end + 1, columns.size()));
    const size_t colon = word.find(':');
    ColumnEntry column;
    column.id = static_cast<ColumnId>(columns_.size() + 1);
    column.name = std::string(word.substr(0, colon));
    std::string_view type = word.substr(colon + 1);
    const bool is_array = type.ends_with("[]");
    if (is_array) {
      type.remove_suffix(2);
    }
    if (type == "\"char\"") {
      column.type = TypeId::kChar;  // the one-byte type; plain char is bpchar
    } else {
      TIDEMARK_CHECK(find_type(type, column.type));
    }
    if (is_array) {
      column.type = LogicalType::array_of(column.type.id);
    }
    columns_.push_back(std::move(column));
  }
}

std::vector<DataChunk> SystemTable::rows(const VirtualTableContext& context) const {
  SystemRows made;
  if (make_rows_) {
    make_rows_(static_cast<const SystemContext&>(context), made);
  }
  std::vector<DataChunk> chunks;
  for (size_t first = 0; first < made.size(); first += kVectorSize) {
    DataChunk chunk;
    chunk.size = std::min(kVectorSize, made.size() - first);
    for (size_t c = 0; c < columns_.size(); ++c) {
      Vector column = Vector::flat(columns_[c].type, chunk.size);
      for (size_t row = 0; row < chunk.size; ++row) {
        const SystemRow& values = made[first + row];
        set_value(column, row, c < values.size() ? values[c] : Value());
      }
      chunk.columns.push_back(std::move(column));
    }
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

void SystemTableList::add(std::string_view schema, std::string_view name, std::string_view columns,
                          SystemTable::MakeRows make_rows) {
  const auto id = static_cast<ObjectId>(kFirstSystemTableId + tables_.size());
  tables_.push_back(std::make_unique<SystemTable>(id, schema, name, columns, std::move(make_rows)));
}

std::vector<const TableEntry*> visible_tables(const SystemContext& context) {
  std::vector<const TableEntry*> tables;
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    if (!table.hidden && schema_of(context, table.schema).database == context.database().id) {
      tables.push_back(&table);
    }
  }
  return tables;
}

std::vector<const UniqueConstraint*> unique_constraints(const TableEntry& table) {
  std::vector<const UniqueConstraint*> constraints;
  if (table.key) {
    constraints.push_back(&*table.key);
  }
  for (const UniqueConstraint& unique : table.uniques) {
    constraints.push_back(&unique);
  }
  return constraints;
}

std::string shown_default(const SystemContext& context, const std::string& sql) {
  constexpr std::string_view kNextValue = "nextval('";
  if (!sql.starts_with(kNextValue)) {
    return sql;
  }
  for (const std::string& schema : context.search_path) {
    const std::string prefix = std::string(kNextValue) + quote_identifier(schema) + ".";
    if (sql.starts_with(prefix)) {
      return std::string(kNextValue) + sql.substr(prefix.size());
    }
  }
  return sql;
}

const SchemaEntry& schema_of(const SystemContext& context, ObjectId schema) {
  return std::get<SchemaEntry>(*context.catalog().object(schema));
}

}  // namespace tidemark
