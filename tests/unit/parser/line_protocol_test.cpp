#include "parser/line_protocol.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "base/random.h"
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

// Lines that repeat the form of the one before are parsed in a shorter way. It must see what the thorough way sees,
// which the first line of a body gets.

/// What one line gives, with its values to the bit.
std::string outcome(const LineProtocolResult& result, size_t row) {
  if (!result.errors.empty()) {
    return result.errors[0];
  }
  if (!result.conflicts.empty()) {
    return result.conflicts[0];
  }
  const ColumnBatch& batch = result.batches[0];
  std::string text = std::to_string(batch.time_ns[row]);
  for (const ColumnBatch::Field& field : batch.fields) {
    const Value value = field.values.value(row);
    text += " " + field.name + "=";
    text += value.type().id == TypeId::kFloat64 ? std::to_string(std::bit_cast<uint64_t>(value.as_double()))
                                                : std::to_string(value.as_int64());
  }
  return text;
}

TEST(LineProtocol, ReadsNumbersOfRepeatedLinesAsThoseOfFirstOnes) {
  std::vector<std::string> texts = {"0",
                                    "-0",
                                    "1.",
                                    ".5",
                                    "-.5",
                                    "+1",
                                    "1e5",
                                    "1.5e-3",
                                    "123456789012345",
                                    "1234567890123456",
                                    "9007199254740993",
                                    "0.1",
                                    "0.30000000000000004",
                                    "99999.9999999999",
                                    "-1.25",
                                    "1e400",
                                    "00012",
                                    "1..2",
                                    "-",
                                    "--1",
                                    "1-",
                                    "NaN",
                                    "",
                                    "0i",
                                    "-0i",
                                    "i",
                                    "-i",
                                    "+5i",
                                    "999999999999999999i",
                                    "1000000000000000000i",
                                    "8999999999999999999i",
                                    "-8999999999999999999i",
                                    "9223372036854775807i",
                                    "-9223372036854775808i",
                                    "9223372036854775808i",
                                    "90000000000000000000i",
                                    "1.5i",
                                    "1ii"};
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string text = random.chance(0.3) ? "-" : "";
    for (uint64_t digits = 1 + random.below(12); digits > 0; --digits) {
      text += static_cast<char>('0' + random.below(10));
    }
    text += '.';
    for (uint64_t digits = 1 + random.below(8); digits > 0; --digits) {
      text += static_cast<char>('0' + random.below(10));
    }
    texts.push_back(text);
  }
  for (const std::string& text : texts) {
    const bool whole = text.ends_with('i');
    const std::string line = "m a=" + text + ",b=2i 7\n";
    const std::string usual = whole ? "m a=5i,b=1i 6\n" : "m a=5,b=1i 6\n";
    EXPECT_EQ(outcome(parse(usual + line), 1), outcome(parse(line), 0)) << text;
    // The other type: the first one wins.
    const auto conflict = parse((whole ? "m a=5,b=1i 6\n" : "m a=5i,b=1i 6\n") + line);
    EXPECT_EQ(conflict.rows, 1u) << text;
    EXPECT_EQ(conflict.conflicts.size() + conflict.errors.size(), 1u) << text;
  }
}

TEST(LineProtocol, ReadsTimesBeforeALineFeedAsThoseAtTheEnd) {
  for (const std::string text : {"0", "-1", "1704067200000000000", "8999999999999999999", "9000000000000000000",
                                 "9223372036854775806", "9223372036854775807", "-9223372036854775806",
                                 "-9223372036854775808", "99999999999999999999", "1x", "1 2", "1 "}) {
    EXPECT_EQ(outcome(parse("m v=1 " + text + "\n"), 0), outcome(parse("m v=1 " + text), 0)) << text;
  }
}

TEST(LineProtocol, KnowsSeriesInWhateverOrderTheyCome) {
  // Names that begin alike, escapes at their ends, two measurements; in turns, repeated, and turned round.
  const std::vector<std::string> names = {"m,a=1", "m,a=1\\ 2", "m,a=1\\\\", "m,a=12", "m", "n,a=1", "m,a=1,b=2"};
  std::vector<size_t> order = {0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 6, 6, 5, 4, 3, 2, 1, 0, 0, 2, 4, 6, 1, 3, 5};
  std::string body;
  for (size_t i = 0; i < order.size(); ++i) {
    body += names[order[i]] + " v=" + std::to_string(i) + "i " + std::to_string(i) + "\n";
  }
  const auto result = parse(body);
  ASSERT_TRUE(result.errors.empty());
  ASSERT_EQ(result.rows, order.size());
  for (const ColumnBatch& batch : result.batches) {
    for (size_t row = 0; row < batch.size(); ++row) {
      const auto line = static_cast<size_t>(batch.time_ns[row]);
      const auto alone = parse(names[order[line]] + " v=1i 1");
      EXPECT_EQ(batch.table, alone.batches[0].table) << line;
      EXPECT_EQ(batch.tag_sets[batch.row_tag_set[row]], alone.batches[0].tag_sets[0]) << line;
      EXPECT_EQ(batch.fields[0].values.value(row), Value::int64(static_cast<int64_t>(line)));
    }
  }
}

TEST(LineProtocol, TakesFieldsInAnotherOrderAndWithEscapedKeys) {
  const auto result = parse("m a=1i,b=2i,c\\ d=3i 1\nm a=4i,b=5i,c\\ d=6i 2\nm b=8i,c\\ d=9i,a=7i 3\nm a=1i,a=2i 4\n");
  ASSERT_TRUE(result.errors.empty());
  const ColumnBatch& batch = result.batches[0];
  ASSERT_EQ(batch.fields.size(), 3u);
  EXPECT_EQ(batch.fields[2].name, "c d");
  for (int64_t row = 0; row < 3; ++row) {
    for (int64_t field = 0; field < 3; ++field) {
      EXPECT_EQ(batch.fields[static_cast<size_t>(field)].values.value(static_cast<size_t>(row)),
                Value::int64(row * 3 + field + 1));
    }
  }
  EXPECT_EQ(batch.fields[0].values.value(3), Value::int64(2));
  EXPECT_FALSE(batch.fields[1].set.is_valid(3));
}

}  // namespace
}  // namespace tidemark
