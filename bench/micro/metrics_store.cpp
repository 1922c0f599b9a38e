#include "bench/micro/metrics_store.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark::bench_store {

TableEntry metrics_table(ColumnId fields) {
  TableEntry table;
  table.id = kTable;
  table.schema = 2200;
  table.name = "cpu";
  table.kind = TableKind::kSeries;
  table.time_column = kTime;
  const auto add = [&](ColumnId id, std::string name, LogicalType type) {
    ColumnEntry column;
    column.id = id;
    column.name = std::move(name);
    column.type = type;
    table.columns.push_back(std::move(column));
  };
  add(kHost, "host", TypeId::kText);
  add(kTime, "time", TypeId::kTimestampTzNs);
  for (ColumnId field = 0; field < fields; ++field) {
    add(kFirstField + field, "field" + std::to_string(field), TypeId::kInt64);
  }
  table.next_column_id = kFirstField + fields;
  table.key = UniqueConstraint{.id = kTable + 1,
                               .name = "cpu_key",
                               .columns = {kHost, kTime},
                               .nulls_not_distinct = true,
                               .hidden_table = 0,
                               .index_sql = {}};
  return table;
}

std::string series_of(size_t host) {
  std::string key;
  append_key(key, Value::text("host_" + std::to_string(host)));
  return key;
}

WriteSet one_change(RowBatch batch) {
  WriteSet writes;
  writes.changes.emplace_back().batch = std::move(batch);
  return writes;
}

OpenStore::OpenStore(const StoreOptions& store_options)
    : folder((std::filesystem::temp_directory_path() / ("tidemark-benchmark-" + std::to_string(getpid()))).string()),
      options(store_options) {
  std::filesystem::remove_all(folder);
  reopen();
}

OpenStore::~OpenStore() {
  store.reset();
  std::filesystem::remove_all(folder);
}

void OpenStore::create(const TableEntry& table) const {
  WriteSet create;
  create.catalog.push_back(CatalogDelta::put(table));
  store->commit(std::move(create), {});
}

void OpenStore::reopen() {
  store.reset();
  store = Store::open(files, folder, options, clock, memory);
}

}  // namespace tidemark::bench_store
