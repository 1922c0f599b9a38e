#include "catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemark {
namespace {

TableEntry table_named(const Catalog& catalog, ObjectId id, std::string name) {
  TableEntry table;
  table.id = id;
  table.schema = catalog.schema(catalog.database("tidemark")->id, "public")->id;
  table.name = std::move(name);
  return table;
}

std::shared_ptr<const Catalog> put(const Catalog& catalog, CatalogEntry entry) {
  const CatalogDelta delta = CatalogDelta::put(std::move(entry));
  return catalog.with({&delta, 1});
}

std::string state_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.sqlstate() + " " + error.message();
  }
  return "no error";
}

TEST(Catalog, BootstrapHasDatabaseSchemaAndSuperuser) {
  const auto catalog = Catalog::bootstrap();
  ASSERT_NE(catalog->database("tidemark"), nullptr);
  ASSERT_NE(catalog->schema(catalog->database("tidemark")->id, "public"), nullptr);
  ASSERT_NE(catalog->role("tidemark"), nullptr);
  EXPECT_TRUE(catalog->role("tidemark")->superuser);
  EXPECT_EQ(catalog->next_object_id(), kFirstUserObjectId);
}

TEST(Catalog, ChangesLeaveTheOldSnapshotAsItWas) {
  const auto before = Catalog::bootstrap();
  const TableEntry table = table_named(*before, 20000, "t");
  const auto after = put(*before, table);
  EXPECT_EQ(before->relation(table.schema, "t"), nullptr);
  ASSERT_NE(after->relation(table.schema, "t"), nullptr);
  EXPECT_EQ(after->table(20000)->name, "t");
  EXPECT_GT(after->version(), before->version());
  EXPECT_EQ(after->next_object_id(), 20001u);
}

TEST(Catalog, RenameFreesTheOldNameAndMovesOnlyThatObjectsVersion) {
  auto catalog = Catalog::bootstrap();
  TableEntry table = table_named(*catalog, 20000, "a");
  catalog = put(*catalog, table);
  catalog = put(*catalog, table_named(*catalog, 20001, "other"));
  const uint64_t version = catalog->object_version(20000);
  const uint64_t other = catalog->object_version(20001);
  table.name = "b";
  catalog = put(*catalog, table);
  EXPECT_EQ(catalog->relation(table.schema, "a"), nullptr);
  EXPECT_NE(catalog->relation(table.schema, "b"), nullptr);
  EXPECT_GT(catalog->object_version(20000), version);
  EXPECT_EQ(catalog->object_version(20001), other);
}

TEST(Catalog, RelationsShareOneNameSpaceWithinASchema) {
  auto catalog = put(*Catalog::bootstrap(), table_named(*Catalog::bootstrap(), 20000, "t"));
  ViewEntry view;
  view.id = 20001;
  view.schema = catalog->table(20000)->schema;
  view.name = "t";
  EXPECT_EQ(state_of([&] { put(*catalog, view); }), "42P07 relation \"t\" already exists");
}

TEST(Catalog, SaysPostgresqlsWordsForTakenNames) {
  const auto catalog = Catalog::bootstrap();
  DatabaseEntry database;
  database.id = 20000;
  database.name = "tidemark";
  EXPECT_EQ(state_of([&] { put(*catalog, database); }), "42P04 database \"tidemark\" already exists");
  RoleEntry role;
  role.id = 20000;
  role.name = "tidemark";
  EXPECT_EQ(state_of([&] { put(*catalog, role); }), "42710 role \"tidemark\" already exists");
  SchemaEntry schema;
  schema.id = 20000;
  schema.database = catalog->database("tidemark")->id;
  schema.name = "public";
  EXPECT_EQ(state_of([&] { put(*catalog, schema); }), "42P06 schema \"public\" already exists");
}

TEST(Catalog, DropRemovesAndASecondDropIsAnError) {
  auto catalog = put(*Catalog::bootstrap(), table_named(*Catalog::bootstrap(), 20000, "t"));
  const CatalogDelta drop = CatalogDelta::drop(ObjectKind::kTable, 20000);
  const auto dropped = catalog->with({&drop, 1});
  EXPECT_EQ(dropped->object(20000), nullptr);
  EXPECT_EQ(dropped->object_version(20000), 0u);
  EXPECT_EQ(dropped->next_object_id(), 20001u) << "ids are never reused";
  EXPECT_EQ(state_of([&] { static_cast<void>(dropped->with({&drop, 1})); }).substr(0, 5), "42704");
}

TEST(Catalog, DropAndPutOfOneNameInOneCommitSwapsTables) {
  auto catalog = put(*Catalog::bootstrap(), table_named(*Catalog::bootstrap(), 20000, "t"));
  const std::vector<CatalogDelta> swap = {CatalogDelta::drop(ObjectKind::kTable, 20000),
                                          CatalogDelta::put(table_named(*catalog, 20001, "t"))};
  const auto swapped = catalog->with(swap);
  EXPECT_EQ(id_of(*swapped->relation(catalog->table(20000)->schema, "t")), 20001u);
}

TEST(Catalog, DeltasRebuildTheSameCatalog) {
  auto catalog = Catalog::bootstrap();
  for (ObjectId id = 20000; id < 20300; ++id) {
    catalog = put(*catalog, table_named(*catalog, id, "t" + std::to_string(id)));
  }
  const auto again = Catalog::empty()->with(catalog->as_deltas());
  EXPECT_EQ(again->all(ObjectKind::kTable).size(), 300u);
  EXPECT_EQ(again->in_schema(catalog->table(20000)->schema).size(), 300u);
  EXPECT_EQ(name_of(*again->in_schema(catalog->table(20000)->schema).front()), "t20000");
  EXPECT_EQ(id_of(*again->all(ObjectKind::kTable).back()), 20299u);
}

TEST(Catalog, IdsOfConstraintsCountAsTaken) {
  auto catalog = Catalog::bootstrap();
  TableEntry table = table_named(*catalog, 20000, "t");
  table.key = UniqueConstraint{.id = 20005, .name = "t_pkey", .columns = {1}, .index_sql = {}};
  EXPECT_EQ(put(*catalog, table)->next_object_id(), 20006u);
}

}  // namespace
}  // namespace tidemark
