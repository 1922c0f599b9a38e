#include "bench/macro/table_batch.h"

#include <gtest/gtest.h>

namespace tidemark::bench {
namespace {

const TableSpec kTable = {.name = "t",
                          .columns = {{"time", ColumnKind::kTime},
                                      {"host", ColumnKind::kTag},
                                      {"note", ColumnKind::kText},
                                      {"count", ColumnKind::kInteger},
                                      {"load", ColumnKind::kFloat}},
                          .key = {"host", "time"}};

TableBatch two_rows() {
  TableBatch batch(kTable);
  batch.columns[0].integers = {1'704'067'200'000'000, 951'782'399'000'001};
  batch.columns[1].add_text("a");
  batch.columns[1].add_text("bb");
  batch.columns[2].add_text("");
  batch.columns[2].add_text("x y");
  batch.columns[3].integers = {-1, 20};
  batch.columns[4].floats = {0.5, 3};
  batch.size = 2;
  return batch;
}

TEST(TableBatch, BecomesLineProtocol) {
  std::string lines;
  append_line_protocol(lines, kTable, two_rows());
  EXPECT_EQ(lines,
            "t,host=a note=\"\",count=-1i,load=0.5 1704067200000000000\n"
            "t,host=bb note=\"x y\",count=20i,load=3 951782399000001000\n");
}

TEST(TableBatch, BecomesCopyAndInsert) {
  std::string lines;
  append_copy_text(lines, kTable, two_rows());
  EXPECT_EQ(lines, "2024-01-01 00:00:00.000000+00\ta\t\t-1\t0.5\n2000-02-28 23:59:59.000001+00\tbb\tx y\t20\t3\n");
  const auto statements = insert_statements(kTable, two_rows(), "INSERT", on_conflict_update_sql(kTable));
  ASSERT_EQ(statements.size(), 1u);
  EXPECT_EQ(statements[0],
            "INSERT INTO t (time, host, note, count, load) VALUES ('2024-01-01 00:00:00.000000+00', 'a', '', -1, 0.5), "
            "('2000-02-28 23:59:59.000001+00', 'bb', 'x y', 20, 3) ON CONFLICT (host, time) DO UPDATE SET note = "
            "excluded.note, count = excluded.count, load = excluded.load");
}

TEST(TableBatch, NamesTypesAsTheEngineDoes) {
  EXPECT_EQ(
      create_table_sql(kTable, {"timestamptz", "text", "bigint", "real"}),
      "CREATE TABLE t (time timestamptz, host text, note text, count bigint, load real, PRIMARY KEY (host, time))");
}

}  // namespace
}  // namespace tidemark::bench
