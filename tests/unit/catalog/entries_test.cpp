#include "catalog/entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

TableEntry series_table() {
  TableEntry table;
  table.kind = TableKind::kSeries;
  for (const char* name : {"host", "time", "region", "usage"}) {
    ColumnEntry column;
    column.id = table.next_column_id++;
    column.name = name;
    table.columns.push_back(column);
  }
  table.time_column = 2;
  table.key = UniqueConstraint{.id = 1, .name = "t_pkey", .columns = {1, 2, 3}, .index_sql = {}};
  return table;
}

TEST(TableEntry, SeriesColumnsAreTheKeyWithoutTimeAsDeclared) {
  EXPECT_THAT(series_table().series_columns(), testing::ElementsAre(1, 3));
}

TEST(TableEntry, KeyedTablesKeepATimestampThatIsInTheKey) {
  TableEntry table = series_table();
  table.kind = TableKind::kKeyed;
  EXPECT_THAT(table.series_columns(), testing::ElementsAre(1, 2, 3));
}

TEST(TableEntry, AppendTablesHaveNoSeriesColumns) { EXPECT_TRUE(TableEntry{}.series_columns().empty()); }

TEST(TableEntry, FindsColumnsByNameAndById) {
  const TableEntry table = series_table();
  EXPECT_EQ(table.find_column("region")->id, 3u);
  EXPECT_EQ(table.find_column(ColumnId{4})->name, "usage");
  EXPECT_EQ(table.find_column("nope"), nullptr);
  EXPECT_EQ(table.find_column(ColumnId{9}), nullptr);
  EXPECT_TRUE(table.is_key_column(2));
  EXPECT_FALSE(table.is_key_column(4));
}

}  // namespace
}  // namespace tidemark
