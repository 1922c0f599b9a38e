#include "parser/line_protocol.h"

#include <gtest/gtest.h>

#include "types/value.h"

namespace tidemark {
namespace {

LineProtocolResult parse(std::string_view text) { return parse_line_protocol(text, 1, 42); }

TEST(LineProtocol, MakesOneBatchAMeasurementWithColumnsByName) {
  const auto result = parse(
      "cpu,host=a,region=eu usage=1.5,count=3i 10\nmem,host=a free=7u 11\ncpu,host=b,region=eu usage=2,count=4i 12\n");
  ASSERT_TRUE(result.errors.empty());
  ASSERT_EQ(result.batches.size(), 2u);
  const ColumnBatch& cpu = result.batches[0];
  EXPECT_EQ(cpu.table, "cpu");
  EXPECT_EQ(cpu.time_ns, (std::vector<int64_t>{10, 12}));
  EXPECT_EQ(cpu.row_tag_set, (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(cpu.tag_sets[1], (std::vector<ColumnBatch::Tag>{{"host", "b"}, {"region", "eu"}}));
  ASSERT_EQ(cpu.fields.size(), 2u);
  EXPECT_EQ(cpu.fields[0].values.value(1), Value::float64(2));
  EXPECT_EQ(cpu.fields[1].values.value(0), Value::int64(3));
  EXPECT_TRUE(cpu.fields[0].set.all_valid());
  EXPECT_EQ(result.batches[1].fields[0].values.value(0), Value::uint64(7));
}

TEST(LineProtocol, MarksFieldsThatARowDoesNotBearAsUnset) {
  const auto result = parse("m a=1 1\nm b=2 2\nm a=3,b=4 3");
  ASSERT_EQ(result.batches.size(), 1u);
  const auto& fields = result.batches[0].fields;
  const std::vector<std::vector<bool>> expected = {{true, false, true}, {false, true, true}};
  for (size_t field = 0; field < 2; ++field) {
    for (size_t row = 0; row < 3; ++row) {
      EXPECT_EQ(fields[field].set.is_valid(row), expected[field][row]) << field << " " << row;
    }
  }
}

TEST(LineProtocol, UndoesEscapes) {
  const auto result = parse(R"(my\ cpu\,x,ta\=g=v\,a\ l fi\ eld="say \"hi\" \\ \n" 1)");
  ASSERT_TRUE(result.errors.empty());
  const ColumnBatch& batch = result.batches[0];
  EXPECT_EQ(batch.table, "my cpu,x");
  EXPECT_EQ(batch.tag_sets[0][0], (ColumnBatch::Tag{"ta=g", "v,a l"}));
  EXPECT_EQ(batch.fields[0].name, "fi eld");
  EXPECT_EQ(batch.fields[0].values.value(0).as_bytes(), R"(say "hi" \ \n)");
}

TEST(LineProtocol, KeepsNewlinesInsideStringsAndSkipsCommentsAndBlankLines) {
  const auto result = parse("# comment\n\n  \nm s=\"a\nb\" 1\r\nm s=\"c\" 2\n");
  ASSERT_TRUE(result.errors.empty()) << result.errors[0];
  EXPECT_EQ(result.rows, 2u);
  EXPECT_EQ(result.batches[0].fields[0].values.value(0).as_bytes(), "a\nb");
}

TEST(LineProtocol, TakesBooleansInTheirTenForms) {
  const auto result = parse("m a=t,b=T,c=true,d=True,e=TRUE,f=f,g=F,h=false,i=False,j=FALSE 1");
  ASSERT_TRUE(result.errors.empty());
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(result.batches[0].fields[i].values.value(0), Value::boolean(i < 5)) << i;
  }
}

TEST(LineProtocol, GivesPointsWithoutATimeThatOfTheRequestAndScalesTheOthers) {
  EXPECT_EQ(parse("m a=1").batches[0].time_ns[0], 42);
  EXPECT_EQ(parse_line_protocol("m a=1 5", *line_protocol_precision("ms"), 0).batches[0].time_ns[0], 5'000'000);
  EXPECT_FALSE(line_protocol_precision("fortnight").has_value());
}

TEST(LineProtocol, ReportsBadLinesInInfluxWordsAndKeepsTheGoodOnes) {
  const std::pair<const char*, const char*> cases[] = {
      {"cpu", "missing fields"},
      {",host=a v=1", "missing measurement"},
      {"cpu,=a v=1", "missing tag key"},
      {"cpu,host= v=1", "missing tag value"},
      {"cpu,host v=1", "missing tag value"},
      {"cpu =1", "missing field key"},
      {"cpu v=", "missing field value"},
      {"cpu v=,w=1", "missing field value"},
      {"cpu v", "invalid field format"},
      {"cpu v=1x", "invalid number"},
      {"cpu v=NaN", "invalid number"},
      {"cpu v=tRUE", "invalid boolean"},
      {"cpu v=\"a", "unbalanced quotes"},
      {"cpu v=1 12x", "bad timestamp"},
      {"cpu v=1 12 13", "point is invalid"},
      {"cpu,a=1,a=2 v=1", "duplicate tags"},
      {"cpu v=1 9223372036854775807", "time outside range -9223372036854775806 - 9223372036854775806"},
  };
  for (const auto& [line, reason] : cases) {
    const auto result = parse("good v=1 1\n" + std::string(line));
    ASSERT_EQ(result.errors.size(), 1u) << line;
    EXPECT_EQ(result.errors[0], "unable to parse '" + std::string(line) + "': " + reason);
    EXPECT_EQ(result.rows, 1u) << line;
    EXPECT_EQ(result.batches.size(), 1u) << line;
  }
}

TEST(LineProtocol, TakesNothingOfABadLineIntoTheColumns) {
  const auto result = parse("m a=1,b=2 1\nm a=9,b=8,c=7 x\nm a=3 3\n");
  ASSERT_EQ(result.errors.size(), 1u);
  const ColumnBatch& batch = result.batches[0];
  ASSERT_EQ(batch.fields.size(), 2u);
  EXPECT_EQ(batch.fields[0].values.value(1), Value::float64(3));
  EXPECT_FALSE(batch.fields[1].set.is_valid(1));
}

TEST(LineProtocol, KeepsTheFirstTypeOfAFieldWithinABody) {
  const auto result = parse("m v=1i 1\nm v=1.5 2\nm v=2i 3\n");
  EXPECT_EQ(result.rows, 2u);
  ASSERT_EQ(result.conflicts.size(), 1u);
  EXPECT_EQ(
      result.conflicts[0],
      "field type conflict: input field \"v\" on measurement \"m\" is type float, already exists as type integer");
}

TEST(LineProtocol, LetsTheLaterOfTwoEqualFieldsCount) {
  EXPECT_EQ(parse("m v=1,v=2 1").batches[0].fields[0].values.value(0), Value::float64(2));
}

}  // namespace
}  // namespace tidemark
