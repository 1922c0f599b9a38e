#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "catalog/catalog.h"

namespace tidemark {
namespace {

TableEntry rich_table() {
  TableEntry table;
  table.id = 20000;
  table.schema = 2200;
  table.name = "cpu load \"x\"";
  table.owner = 10;
  table.kind = TableKind::kSeries;
  ColumnEntry host;
  host.id = 1;
  host.name = "host";
  host.type = TypeId::kText;
  host.not_null = true;
  ColumnEntry price;
  price.id = 7;
  price.name = "price";
  price.type = LogicalType(TypeId::kNumeric, 655366);
  price.default_sql = "0";
  price.identity = Identity::kAlways;
  price.owned_sequence = 20009;
  table.columns = {host, price};
  table.next_column_id = 8;
  table.key = UniqueConstraint{
      .id = 20001, .name = "k", .columns = {1, 2}, .primary = true, .nulls_not_distinct = true, .index_sql = {}};
  table.uniques = {{.id = 20002, .name = "u", .columns = {7}, .hidden_table = 20003, .index_sql = {}}};
  table.checks = {{.id = 20004, .name = "c", .sql = "price > 0"}};
  table.time_column = 2;
  table.partition_interval_us = -1;
  table.retention_us = INT64_MAX;
  table.on_duplicate = OnDuplicate::kKeep;
  table.made_by_line_protocol = true;
  table.comment = "remark";
  return table;
}

std::string encoded(const CatalogDelta& delta) {
  std::string bytes;
  encode_delta(bytes, delta);
  return bytes;
}

TEST(DeltaCodec, ATableComesBackWhole) {
  const std::string bytes = encoded(CatalogDelta::put(rich_table()));
  std::string_view in = bytes;
  const CatalogDelta delta = decode_delta(in);
  EXPECT_TRUE(in.empty());
  const TableEntry want = rich_table();
  const auto& table = std::get<TableEntry>(delta.entry);
  EXPECT_EQ(table.name, want.name);
  EXPECT_EQ(table.kind, want.kind);
  ASSERT_EQ(table.columns.size(), 2u);
  EXPECT_EQ(table.columns[1].type, want.columns[1].type);
  EXPECT_EQ(table.columns[1].identity, Identity::kAlways);
  EXPECT_EQ(table.columns[1].owned_sequence, 20009u);
  EXPECT_TRUE(table.columns[0].not_null);
  ASSERT_TRUE(table.key);
  EXPECT_EQ(table.key->columns, want.key->columns);
  EXPECT_TRUE(table.key->primary);
  EXPECT_TRUE(table.key->nulls_not_distinct);
  EXPECT_EQ(table.uniques.at(0).hidden_table, 20003u);
  EXPECT_EQ(table.checks.at(0).sql, "price > 0");
  EXPECT_EQ(table.retention_us, INT64_MAX);
  EXPECT_EQ(table.partition_interval_us, -1);
  EXPECT_EQ(table.on_duplicate, OnDuplicate::kKeep);
  EXPECT_TRUE(table.made_by_line_protocol);
  EXPECT_EQ(table.comment, "remark");
  EXPECT_EQ(encoded(delta), bytes);
}

TEST(DeltaCodec, EveryKindComesBackByteForByte) {
  std::vector<CatalogDelta> deltas = {CatalogDelta::put(rich_table()), CatalogDelta::drop(ObjectKind::kView, 77)};
  DatabaseEntry database{.id = 1, .name = "d", .owner = 2, .default_schema = "", .comment = "c"};
  deltas.push_back(CatalogDelta::put(database));
  SchemaEntry schema;
  schema.id = 3;
  schema.retention_us = 5;
  deltas.push_back(CatalogDelta::put(schema));
  ViewEntry view;
  view.id = 4;
  view.sql = "SELECT 1";
  view.depends_on = {1, 2};
  deltas.push_back(CatalogDelta::put(view));
  IndexEntry index;
  index.id = 5;
  index.columns = {1, 9};
  deltas.push_back(CatalogDelta::put(index));
  SequenceEntry sequence;
  sequence.id = 6;
  sequence.min = INT64_MIN;
  sequence.is_called = true;
  deltas.push_back(CatalogDelta::put(sequence));
  RoleEntry role;
  role.id = 7;
  role.password_verifier = std::string("a\0b", 3);
  role.member_of = {10};
  deltas.push_back(CatalogDelta::put(role));
  TypeEntry type;
  type.id = 8;
  type.kind = TypeKind::kEnum;
  type.labels = {{9, "x", "0"}, {10, "", "1"}};
  type.attributes = {{"a", LogicalType::user_defined(TypeId::kEnum, 11), 12}};
  type.base = LogicalType::array_of(TypeId::kInt32);
  deltas.push_back(CatalogDelta::put(type));

  std::string all;
  for (const CatalogDelta& delta : deltas) {
    encode_delta(all, delta);
  }
  std::string_view in = all;
  for (const CatalogDelta& delta : deltas) {
    EXPECT_EQ(encoded(decode_delta(in)), encoded(delta));
  }
  EXPECT_TRUE(in.empty());
}

TEST(DeltaCodec, UnknownFieldsOfANewerFormatAreSkipped) {
  DatabaseEntry database;
  database.id = 1;
  database.name = "d";
  std::string bytes = encoded(CatalogDelta::put(database));
  // operation, kind, id, length of the fields: one byte each here.
  bytes[3] = static_cast<char>(bytes[3] + 4);
  bytes += std::string("\x63\x02hi", 4);
  std::string_view in = bytes;
  EXPECT_EQ(name_of(decode_delta(in).entry), "d");
}

TEST(DeltaCodec, DamagedBytesAreAnErrorAndNeverACrash) {
  const std::string bytes = encoded(CatalogDelta::put(rich_table()));
  for (size_t length = 0; length < bytes.size(); ++length) {
    std::string_view in(bytes.data(), length);
    EXPECT_THROW(static_cast<void>(decode_delta(in)), Error) << length;
  }
  Random random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = bytes;
    damaged[random.below(damaged.size())] = static_cast<char>(random.next());
    std::string_view in = damaged;
    try {
      static_cast<void>(decode_delta(in));
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kDataCorrupted);
    }
  }
}

}  // namespace
}  // namespace tidemark
