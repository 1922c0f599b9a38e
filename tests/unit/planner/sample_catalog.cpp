#include "tests/unit/planner/sample_catalog.h"

#include <utility>
#include <vector>

namespace tidemark::testing {
namespace {

using Columns = std::vector<std::pair<const char*, LogicalType>>;

TableEntry table_of(const Catalog& catalog, ObjectId id, std::string name, const Columns& columns) {
  TableEntry table;
  table.id = id;
  table.schema = catalog.schema(catalog.database("tidemark")->id, "public")->id;
  table.name = std::move(name);
  for (const auto& [column_name, type] : columns) {
    ColumnEntry column;
    column.id = table.next_column_id++;
    column.name = column_name;
    column.type = type;
    table.columns.push_back(std::move(column));
  }
  return table;
}

void make_key(TableEntry& table, std::vector<ColumnId> columns, TableKind kind, ColumnId time) {
  UniqueConstraint key;
  key.id = table.id + 100;
  key.name = table.name + "_pkey";
  key.columns = std::move(columns);
  key.primary = true;
  for (const ColumnId column : key.columns) {
    table.columns[column - 1].not_null = true;
  }
  table.key = std::move(key);
  table.kind = kind;
  table.time_column = time;
}

std::shared_ptr<const Catalog> make_catalog() {
  const auto bootstrap = Catalog::bootstrap();
  TableEntry metrics = table_of(*bootstrap, 20000, "metrics",
                                {{"host", TypeId::kText},
                                 {"region", TypeId::kText},
                                 {"time", TypeId::kTimestampTz},
                                 {"usage", TypeId::kFloat64},
                                 {"hits", TypeId::kInt64}});
  make_key(metrics, {1, 2, 3}, TableKind::kSeries, 3);
  TableEntry accounts = table_of(
      *bootstrap, 20001, "accounts",
      {{"id", TypeId::kInt32}, {"name", TypeId::kText}, {"balance", TypeId::kNumeric}, {"since", TypeId::kDate}});
  make_key(accounts, {1}, TableKind::kKeyed, kNoColumn);
  accounts.columns[2].default_sql = "0";
  accounts.checks.push_back({20201, "balance_check", "balance > (-100)"});
  const TableEntry facts = table_of(*bootstrap, 20002, "facts",
                                    {{"b", TypeId::kBoolean},
                                     {"i", TypeId::kInt16},
                                     {"ts", TypeId::kTimestamp},
                                     {"iv", TypeId::kInterval},
                                     {"doc", TypeId::kJsonb},
                                     {"ia", LogicalType::array_of(TypeId::kInt32)},
                                     {"ta", LogicalType::array_of(TypeId::kText)}});
  const std::vector<CatalogDelta> deltas = {CatalogDelta::put(metrics), CatalogDelta::put(accounts),
                                            CatalogDelta::put(facts)};
  return bootstrap->with(deltas);
}

}  // namespace

std::shared_ptr<const Catalog> sample_catalog() {
  static const std::shared_ptr<const Catalog> catalog = make_catalog();
  return catalog;
}

SamplePlanning::SamplePlanning()
    : catalog_(sample_catalog()),
      query_{.io = &io_, .random = &random_, .clock = &clock_},
      context_{.catalog = *catalog_,
               .database = *catalog_->database("tidemark"),
               .search_path = {"public"},
               .query = query_} {}

}  // namespace tidemark::testing
