#include "engine/line_protocol_writer.h"

#include <algorithm>

#include "engine/database_implementation.h"
#include "engine/session.h"
#include "engine/table_write.h"
#include "functions/evaluator.h"
#include "functions/registry.h"
#include "types/calendar.h"

namespace tidemark {
namespace {

std::string_view influx_type_name(TypeId type) {
  switch (type) {
    case TypeId::kFloat64:
      return "float";
    case TypeId::kInt64:
      return "integer";
    case TypeId::kUInt64:
      return "unsigned";
    case TypeId::kBoolean:
      return "boolean";
    case TypeId::kText:
      return "string";
    default:
      return "unknown";
  }
}

bool is_tag(const TableEntry& table, const ColumnEntry& column) {
  return table.kind == TableKind::kSeries && column.id != table.time_column && table.is_key_column(column.id);
}

/// In SQL a tag and a field of one name live side by side as `x` and `x_1` (D20): the later one gets the number.
const ColumnEntry* find_tag(const TableEntry& table, const std::string& name) {
  for (const std::string& candidate : {name, name + "_1"}) {
    const ColumnEntry* column = table.find_column(candidate);
    if (column != nullptr && (is_tag(table, *column) || table.kind == TableKind::kAppend)) {
      return column;
    }
  }
  return nullptr;
}

const ColumnEntry* find_field(const TableEntry& table, const std::string& name) {
  for (const std::string& candidate : {name, name + "_1"}) {
    const ColumnEntry* column = table.find_column(candidate);
    if (column != nullptr && !is_tag(table, *column) && column->id != table.time_column) {
      return column;
    }
  }
  return nullptr;
}

std::vector<std::string> tag_keys(const ColumnBatch& batch) {
  std::vector<std::string> keys;
  for (const auto& set : batch.tag_sets) {
    for (const ColumnBatch::Tag& tag : set) {
      if (std::find(keys.begin(), keys.end(), tag.key) == keys.end()) {
        keys.push_back(tag.key);
      }
    }
  }
  return keys;
}

ColumnEntry& add_column(TableEntry& table, const std::string& name, LogicalType type) {
  ColumnEntry column;
  column.id = table.next_column_id++;
  column.name = table.find_column(name) == nullptr ? name : name + "_1";
  column.type = type;
  table.columns.push_back(std::move(column));
  return table.columns.back();
}

TableEntry new_table(const std::string& name, ObjectId schema, DdlContext& context) {
  TableEntry table;
  table.id = context.allocate_id();
  table.schema = schema;
  table.name = name;
  table.owner = context.environment().role;
  table.kind = TableKind::kSeries;
  table.made_by_line_protocol = true;
  ColumnEntry& time = add_column(table, "time", TypeId::kTimestampTzNs);
  time.not_null = true;
  table.time_column = time.id;
  UniqueConstraint key;
  key.id = context.allocate_id();
  key.name = name + "_time_key";
  key.nulls_not_distinct = true;
  key.columns = {time.id};
  table.key = std::move(key);
  return table;
}

/// Times of the batch in the column's own unit.
Vector time_vector(const ColumnBatch& batch, LogicalType type) {
  Vector times = Vector::flat(type, batch.size());
  int64_t* out = times.mutable_data<int64_t>();
  if (type.id == TypeId::kTimestampTzNs) {
    std::copy(batch.time_ns.begin(), batch.time_ns.end(), out);
    return times;
  }
  for (size_t row = 0; row < batch.size(); ++row) {
    const int64_t ns = batch.time_ns[row];
    const int64_t us = ns / 1000 - (ns % 1000 < 0 ? 1 : 0);
    out[row] = us - kEpochShiftMicroseconds;
  }
  return times;
}

/// One tag's values as a dictionary over the batch's tag sets, so that whoever reads it works once a tag set.
Vector tag_vector(const ColumnBatch& batch, const std::string& key,
                  const std::shared_ptr<const std::vector<uint32_t>>& codes) {
  auto entries = std::make_shared<Vector>(Vector::flat(TypeId::kText, batch.tag_sets.size()));
  for (size_t i = 0; i < batch.tag_sets.size(); ++i) {
    const auto& set = batch.tag_sets[i];
    const auto found =
        std::find_if(set.begin(), set.end(), [&key](const ColumnBatch::Tag& tag) { return tag.key == key; });
    if (found == set.end()) {
      entries->set_null(i);
    } else {
      entries->mutable_data<std::string_view>()[i] = entries->heap().add(found->value);
    }
  }
  return Vector::dictionary(std::move(entries), codes->data(), codes->size(), codes);
}

}  // namespace

LineProtocolWriter::LineProtocolWriter(Session& session, std::string_view schema) : session_(session) {
  const auto catalog = session.current_catalog();
  const auto& database = std::get<DatabaseEntry>(*catalog->object(session.database_id()));
  schema_name_ = schema.empty() ? database.default_schema : std::string(schema == "autogen" ? "public" : schema);
  const SchemaEntry* found = catalog->schema(database.id, schema_name_);
  if (found == nullptr) {
    throw Error(sqlstate::kInvalidSchemaName, "retention policy not found: " + std::string(schema));
  }
  schema_ = found->id;
}

const TableEntry* LineProtocolWriter::find_table(const Catalog& catalog, const std::string& name) const {
  const CatalogEntry* found = catalog.relation(schema_, name);
  if (found == nullptr) {
    return nullptr;
  }
  const auto* table = std::get_if<TableEntry>(found);
  if (table == nullptr || table->hidden || table->kind == TableKind::kKeyed) {
    throw Error(sqlstate::kWrongObjectType, "\"" + name + "\" cannot take line protocol: it has no time column");
  }
  return table;
}

bool LineProtocolWriter::is_defined(const TableEntry* table, const ColumnBatch& batch) const {
  if (table == nullptr) {
    return false;
  }
  for (const std::string& key : tag_keys(batch)) {
    if (find_tag(*table, key) == nullptr) {
      return false;
    }
  }
  return std::all_of(batch.fields.begin(), batch.fields.end(),
                     [table](const ColumnBatch::Field& field) { return find_field(*table, field.name) != nullptr; });
}

void LineProtocolWriter::define(const ColumnBatch& batch) {
  session_.run_ddl([&](DdlContext& context) {
    const TableEntry* existing = find_table(context.catalog(), batch.table);
    TableEntry table = existing == nullptr ? new_table(batch.table, schema_, context) : *existing;
    for (const std::string& key : tag_keys(batch)) {
      if (find_tag(table, key) != nullptr) {
        continue;
      }
      if (!table.made_by_line_protocol && table.kind == TableKind::kSeries) {
        throw Error(sqlstate::kUndefinedColumn,
                    "tag \"" + key + "\" is not part of the declared key of \"" + table.name + "\"");
      }
      const ColumnId id = add_column(table, key, TypeId::kText).id;
      if (table.kind == TableKind::kSeries) {
        // Behind the other tags, before time: the keys of old rows stay what they were, with a NULL at their end (D27).
        auto& columns = table.key->columns;
        columns.insert(std::find(columns.begin(), columns.end(), table.time_column), id);
      }
    }
    for (const ColumnBatch::Field& field : batch.fields) {
      if (find_field(table, field.name) == nullptr) {
        add_column(table, field.name, field.values.type());
      }
    }
    context.put(std::move(table));
  });
  session_.sync();
}

void LineProtocolWriter::report_dropped(const std::string& reason, size_t count) {
  if (count != 0) {
    outcome_.dropped += count;
    outcome_.drop_reasons.push_back(reason);
  }
}

void LineProtocolWriter::refuse_time_names(ColumnBatch& batch, Rows& rows) {
  for (size_t set = 0; set < batch.tag_sets.size(); ++set) {
    const auto& tags = batch.tag_sets[set];
    if (std::none_of(tags.begin(), tags.end(), [](const ColumnBatch::Tag& tag) { return tag.key == "time"; })) {
      continue;
    }
    const size_t before = rows.kept;
    for (size_t row = 0; row < batch.size(); ++row) {
      if (batch.row_tag_set[row] == set) {
        rows.drop(row);
      }
    }
    report_dropped("invalid tag key: input tag \"time\" on measurement \"" + batch.table + "\" is invalid",
                   before - rows.kept);
    batch.tag_sets[set].clear();
  }
  const auto time =
      std::find_if(batch.fields.begin(), batch.fields.end(), [](const auto& field) { return field.name == "time"; });
  if (time == batch.fields.end()) {
    return;
  }
  const size_t before = rows.kept;
  for (size_t row = 0; row < batch.size(); ++row) {
    const bool others = std::any_of(batch.fields.begin(), batch.fields.end(), [row](const auto& field) {
      return field.name != "time" && field.set.is_valid(row);
    });
    if (time->set.is_valid(row) && !others) {
      rows.drop(row);
    }
  }
  report_dropped("invalid field name: input field \"time\" on measurement \"" + batch.table + "\" is invalid",
                 before - rows.kept);
  batch.fields.erase(time);
}

void LineProtocolWriter::refuse_old_points(const TableEntry& table, const ColumnBatch& batch, Rows& rows) {
  const auto catalog = session_.current_catalog();
  const auto& schema = std::get<SchemaEntry>(*catalog->object(schema_));
  int64_t retention_us = table.retention_us;
  if (schema.retention_us != 0 && (retention_us == 0 || schema.retention_us < retention_us)) {
    retention_us = schema.retention_us;
  }
  if (retention_us == 0) {
    return;
  }
  const int64_t now_ns = session_.owner().clock().wall_ns();
  int64_t oldest_ns = INT64_MIN;
  if (__builtin_mul_overflow(retention_us, 1000, &oldest_ns) || __builtin_sub_overflow(now_ns, oldest_ns, &oldest_ns)) {
    return;
  }
  const size_t before = rows.kept;
  for (size_t row = 0; row < batch.size(); ++row) {
    if (batch.time_ns[row] < oldest_ns) {
      rows.drop(row);
    }
  }
  report_dropped("points beyond retention policy", before - rows.kept);
}

void LineProtocolWriter::refuse_type_conflicts(const TableEntry& table, ColumnBatch& batch, Rows& rows) {
  for (auto field = batch.fields.begin(); field != batch.fields.end();) {
    const ColumnEntry& column = *find_field(table, field->name);
    const LogicalType from = field->values.type();
    if (column.type.same_base(from)) {
      ++field;
      continue;
    }
    const Cast* cast = table.made_by_line_protocol ? nullptr : FunctionRegistry::instance().cast(from, column.type);
    if (cast != nullptr && cast->context != CastContext::kExplicit && cast->function == nullptr) {
      field->values = field->values.reinterpret(column.type);
      ++field;
      continue;
    }
    const size_t before = rows.kept;
    for (size_t row = 0; row < batch.size(); ++row) {
      if (field->set.is_valid(row)) {
        rows.drop(row);
      }
    }
    report_dropped(
        "field type conflict: input field \"" + field->name + "\" on measurement \"" + batch.table + "\" is type " +
            std::string(influx_type_name(from.id)) + ", already exists as type " +
            std::string(column.type.same_base(TypeId::kFloat64) || column.type.same_base(TypeId::kInt64) ||
                                column.type.same_base(TypeId::kText) || column.type.same_base(TypeId::kBoolean) ||
                                column.type.same_base(TypeId::kUInt64)
                            ? std::string(influx_type_name(column.type.id))
                            : column.type.to_string()),
        before - rows.kept);
    field = batch.fields.erase(field);
  }
}

void LineProtocolWriter::write(ColumnBatch& batch) {
  Rows rows{std::vector<uint8_t>(batch.size(), 1), batch.size()};
  refuse_time_names(batch, rows);
  const auto catalog = session_.current_catalog();
  if (!is_defined(find_table(*catalog, batch.table), batch)) {
    define(batch);
  }
  const auto current = session_.current_catalog();
  const TableEntry* table = find_table(*current, batch.table);
  refuse_old_points(*table, batch, rows);
  refuse_type_conflicts(*table, batch, rows);
  if (rows.kept == 0) {
    return;
  }

  const auto codes = std::make_shared<const std::vector<uint32_t>>(batch.row_tag_set);
  DataChunk chunk;
  chunk.size = batch.size();
  std::vector<Validity> set;
  TableWriteOptions options;
  options.conflict = conflict_rule(*table, ConflictAction::kMerge);
  const std::vector<std::string> tags = tag_keys(batch);
  for (size_t i = 0; i < table->columns.size(); ++i) {
    const ColumnEntry& column = table->columns[i];
    Validity set_here;
    if (column.id == table->time_column) {
      chunk.columns.push_back(time_vector(batch, column.type));
    } else if (const auto tag = std::find_if(tags.begin(), tags.end(),
                                             [&](const std::string& key) { return find_tag(*table, key) == &column; });
               tag != tags.end()) {
      chunk.columns.push_back(tag_vector(batch, *tag, codes));
    } else if (const auto field =
                   std::find_if(batch.fields.begin(), batch.fields.end(),
                                [&](const auto& candidate) { return find_field(*table, candidate.name) == &column; });
               field != batch.fields.end()) {
      chunk.columns.push_back(std::move(field->values));
      set_here = field->set;
      options.merge_columns.push_back(static_cast<uint32_t>(i));
    } else {
      chunk.columns.push_back(Vector::null_constant(column.type, chunk.size));
    }
    set.push_back(std::move(set_here));
  }
  if (rows.kept < batch.size()) {
    SelectionVector kept;
    for (uint32_t row = 0; row < batch.size(); ++row) {
      if (rows.keep[row] != 0) {
        kept.push_back(row);
      }
    }
    for (Validity& bits : set) {
      if (!bits.all_valid()) {
        Validity fewer = Validity::filled(kept.size(), true);
        for (size_t i = 0; i < kept.size(); ++i) {
          if (!bits.is_valid(kept[i])) {
            fewer.set_null(i);
          }
        }
        bits = fewer;
      }
    }
    for (Vector& column : chunk.columns) {
      column = column.select(kept);
    }
    chunk.size = kept.size();
  }
  TableWrite write(session_, *table, std::move(options));
  write.writer().append(std::move(chunk), set);
  write.finish();
  outcome_.rows += rows.kept;
}

}  // namespace tidemark
