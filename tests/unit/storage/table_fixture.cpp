#include "tests/unit/storage/table_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "storage/type_widening.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark::testing_storage {
namespace {

ColumnEntry column(ColumnId id, std::string name, LogicalType type) {
  ColumnEntry entry;
  entry.id = id;
  entry.name = std::move(name);
  entry.type = type;
  return entry;
}

template <class T, class Member>
RowBatch::Column optional_column(ColumnId id, LogicalType type, const std::vector<Row>& rows, RowOperation operation,
                                 Member member) {
  RowBatch::Column result;
  result.id = id;
  result.values = Vector::flat(type, rows.size());
  bool all_set = true;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& value = rows[i].*member;
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (value) {
        result.values.template mutable_data<T>()[i] = result.values.heap().add(*value);
      }
    } else {
      result.values.template mutable_data<T>()[i] = value.value_or(T{});
    }
    if (!value) {
      result.values.set_null(i);
      all_set = false;
    }
  }
  if (operation == RowOperation::kMerge && !all_set) {
    result.set = Validity::filled(rows.size(), false);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].*member) {
        result.set.set_valid(i);
      }
    }
  }
  return result;
}

}  // namespace

TableEntry make_table(ObjectId id, const std::string& name, TableKind kind) {
  TableEntry table;
  table.id = id;
  table.schema = 2200;
  table.name = name;
  table.owner = 10;
  table.kind = kind;
  table.columns = {column(kHost, "host", TypeId::kText), column(kTime, "time", TypeId::kTimestampTz),
                   column(kA, "a", TypeId::kInt64), column(kB, "b", TypeId::kFloat64),
                   column(kNote, "note", TypeId::kText)};
  table.next_column_id = 6;
  if (kind != TableKind::kAppend) {
    UniqueConstraint key;
    key.id = id + 1;
    key.name = name + "_pkey";
    key.primary = true;
    key.columns = kind == TableKind::kSeries ? std::vector<ColumnId>{kHost, kTime} : std::vector<ColumnId>{kHost};
    table.key = key;
  }
  if (kind != TableKind::kKeyed) {
    table.time_column = kTime;
  }
  return table;
}

TableEntry with_region(TableEntry table) {
  ColumnEntry region = table.columns[0];
  region.id = table.next_column_id++;
  region.name = "region" + std::to_string(region.id);
  table.columns.push_back(region);
  table.key->columns.insert(std::prev(table.key->columns.end()), region.id);
  return table;
}

TableEntry without_note(TableEntry table) {
  std::erase_if(table.columns, [](const ColumnEntry& entry) { return entry.name == "note"; });
  return table;
}

TableEntry with_new_note(TableEntry table) {
  table.columns.push_back(column(table.next_column_id++, "note", TypeId::kText));
  return table;
}

TableEntry with_wide_a(TableEntry table) {
  for (ColumnEntry& entry : table.columns) {
    if (entry.id == kA) {
      entry.type = TypeId::kFloat64;
    }
  }
  return table;
}

std::string series_key(const std::string& host) {
  std::string key;
  append_key(key, Value::text(host));
  return key;
}

RowBatch make_batch(const TableEntry& table, RowOperation operation, const std::vector<Row>& rows) {
  RowBatch batch;
  batch.table = table.id;
  batch.operation = operation;
  std::unordered_map<std::string, uint32_t> series;
  for (const Row& row : rows) {
    const std::string host = table.kind == TableKind::kAppend ? "" : row.host;
    const auto [place, is_new] = series.emplace(host, static_cast<uint32_t>(batch.series.size()));
    if (is_new) {
      batch.series.push_back(table.kind == TableKind::kAppend ? std::string() : series_key(host));
    }
    batch.row_series.push_back(place->second);
    if (table.kind != TableKind::kAppend) {
      batch.order.push_back(table.kind == TableKind::kSeries ? row.time : 0);
    }
  }
  if (table.kind == TableKind::kAppend) {
    RowBatch::Column host;
    host.id = kHost;
    host.values = Vector::flat(TypeId::kText, rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      host.values.mutable_data<std::string_view>()[i] = host.values.heap().add(rows[i].host);
    }
    batch.columns.push_back(std::move(host));
  }
  if (table.kind != TableKind::kSeries) {
    RowBatch::Column time;
    time.id = kTime;
    time.values = Vector::flat(TypeId::kTimestampTz, rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      time.values.mutable_data<int64_t>()[i] = rows[i].time;
    }
    batch.columns.push_back(std::move(time));
  }
  for (const ColumnEntry& entry : table.columns) {
    if (entry.name == "a") {
      batch.columns.push_back(optional_column<int64_t>(entry.id, TypeId::kInt64, rows, operation, &Row::a));
      batch.columns.back().values = widen(batch.columns.back().values, entry.type);
    } else if (entry.name == "b") {
      batch.columns.push_back(optional_column<double>(entry.id, entry.type, rows, operation, &Row::b));
    } else if (entry.name == "note") {
      batch.columns.push_back(optional_column<std::string_view>(entry.id, entry.type, rows, operation, &Row::note));
    }
  }
  return batch;
}

RowBatch make_deletes(const TableEntry& table, const std::vector<Row>& rows) {
  RowBatch batch;
  batch.table = table.id;
  batch.operation = RowOperation::kDelete;
  for (const Row& row : rows) {
    batch.row_series.push_back(static_cast<uint32_t>(batch.series.size()));
    batch.series.push_back(table.kind == TableKind::kAppend ? std::string() : series_key(row.host));
    batch.order.push_back(table.kind == TableKind::kKeyed ? 0 : row.time);
  }
  return batch;
}

WriteSet one_change(RowBatch batch) {
  WriteSet writes;
  writes.changes.emplace_back().batch = std::move(batch);
  return writes;
}

WriteSet one_tombstone(RangeTombstone tombstone) {
  WriteSet writes;
  WriteSet::Change& change = writes.changes.emplace_back();
  change.is_tombstone = true;
  change.tombstone = std::move(tombstone);
  return writes;
}

WriteSet create_table(const TableEntry& table) {
  WriteSet writes;
  writes.catalog.push_back(CatalogDelta::put(table));
  return writes;
}

Content read_all(const Snapshot& snapshot, ObjectId table, ScanOrder order) {
  const auto view = snapshot.table(table);
  const bool append = view->entry().kind == TableKind::kAppend;
  ScanRequest request;
  const auto place_of = [&](const char* name) -> std::optional<size_t> {
    const auto found = std::ranges::find(view->entry().columns, name, &ColumnEntry::name);
    if (found == view->entry().columns.end()) {
      return std::nullopt;
    }
    request.columns.push_back(found->id);
    return request.columns.size() - 1;
  };
  request.columns = {kHost, kTime};
  const std::optional<size_t> a = place_of("a");
  const std::optional<size_t> b = place_of("b");
  const std::optional<size_t> note = place_of("note");
  if (append) {
    request.columns.push_back(kRowIdColumn);
  }
  request.order = order;
  const auto scan = view->scan(request);
  Content content;
  const auto text = [](const Vector& vector, size_t row) -> std::string {
    const Value value = vector.value(row);
    if (value.is_null()) {
      return "-";
    }
    if (value.type().physical() == PhysicalType::kFloat64) {
      char buffer[64];
      static_cast<void>(std::snprintf(buffer, sizeof(buffer), "%.17g", value.as_double()));
      return buffer;
    }
    return value.type().physical() == PhysicalType::kBytes ? value.as_bytes() : std::to_string(value.as_int64());
  };
  for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
    const auto reader = scan->open(morsel);
    DataChunk chunk;
    while (reader->next(chunk)) {
      EXPECT_GT(chunk.size, 0u);
      EXPECT_LE(chunk.size, kVectorSize);
      for (size_t row = 0; row < chunk.size; ++row) {
        const std::string host = text(chunk.columns[0], row);
        const std::string time = text(chunk.columns[1], row);
        const auto field = [&](std::optional<size_t> place) { return place ? text(chunk.columns[*place], row) : "-"; };
        const std::string values = field(a) + "|" + field(b) + "|" + field(note);
        std::string key;
        std::string value = values;
        if (append) {
          key = text(chunk.columns.back(), row);
          value = host + "@" + time + " " + values;
        } else if (view->entry().kind == TableKind::kSeries) {
          key = host + "@" + time;
        } else {
          key = host;
          value = time + " " + values;
        }
        EXPECT_TRUE(content.emplace(key, value).second) << "key twice: " << key;
      }
    }
  }
  return content;
}

}  // namespace tidemark::testing_storage
