#include "parser/influxql_parser.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "parser/influxql_scanner.h"

namespace tidemark::influxql {
namespace {

const SelectStatement& select_of(const Statement& statement) { return std::get<SelectStatement>(statement.content); }

/// Fully parenthesized, operators by number of their enum: enough to see a tree's form.
std::string shape(const Expression& expression) {
  if (expression.kind != ExpressionKind::kBinary) {
    return expression.kind == ExpressionKind::kInteger ? std::to_string(expression.integer) : expression.text;
  }
  return "(" + shape(expression.children[0]) + " " + std::to_string(static_cast<int>(expression.operation)) + " " +
         shape(expression.children[1]) + ")";
}

TEST(InfluxQlParser, ReadsEveryClauseOfSelect) {
  const auto statements = parse_influxql(
      "SELECT mean(\"a b\") AS m, /x.y/, *::field FROM db.rp.cpu, db../c\\/pu/, mem WHERE time > now() - 1h30m AND h = "
      "'it\\'s' "
      "GROUP BY time(10m, -5s), host, * fill(previous) ORDER BY time DESC LIMIT 1 OFFSET 2 SLIMIT 3 SOFFSET 4 "
      "tz('Europe/Berlin')");
  ASSERT_EQ(statements.size(), 1U);
  const SelectStatement& select = select_of(statements[0]);
  ASSERT_EQ(select.fields.size(), 3U);
  EXPECT_EQ(select.fields[0].alias, "m");
  EXPECT_EQ(select.fields[0].expression.text, "mean");
  EXPECT_EQ(select.fields[0].expression.children[0].text, "a b");
  EXPECT_EQ(select.fields[1].expression.kind, ExpressionKind::kRegex);
  EXPECT_EQ(select.fields[1].expression.text, "x.y");
  EXPECT_EQ(select.fields[2].expression.column, ColumnKind::kField);
  ASSERT_EQ(select.sources.size(), 3U);
  EXPECT_EQ(select.sources[0].database + "." + select.sources[0].policy + "." + select.sources[0].name, "db.rp.cpu");
  EXPECT_TRUE(select.sources[1].is_regex);
  EXPECT_EQ(select.sources[1].name, "c/pu");
  EXPECT_EQ(select.sources[1].database, "db");
  EXPECT_EQ(select.sources[2].name, "mem");
  ASSERT_TRUE(select.where.has_value());
  EXPECT_EQ(select.where->children[1].children[1].text, "it's");
  EXPECT_EQ(select.where->children[0].children[1].children[1].integer, 5'400'000'000'000);
  ASSERT_EQ(select.dimensions.size(), 3U);
  EXPECT_EQ(select.dimensions[0].children[1].integer, -5'000'000'000);
  EXPECT_EQ(select.fill, Fill::kPrevious);
  EXPECT_TRUE(select.descending);
  EXPECT_EQ(select.limits.limit, 1);
  EXPECT_EQ(select.limits.offset, 2);
  EXPECT_EQ(select.limits.series_limit, 3);
  EXPECT_EQ(select.limits.series_offset, 4);
  EXPECT_EQ(select.time_zone, "Europe/Berlin");
}

TEST(InfluxQlParser, BindsOperatorsAsInfluxDbDoes) {
  const auto where = [](const std::string& text) {
    const auto statements = parse_influxql("SELECT v FROM m WHERE " + text);
    return shape(*select_of(statements[0]).where);
  };
  EXPECT_EQ(where("a OR b AND c"), where("a OR (b AND c)"));
  EXPECT_EQ(where("a = 1 + 2 * 3"), where("a = (1 + (2 * 3))"));
  EXPECT_EQ(where("a - b - c > 0"), where("((a - b) - c) > 0"));
  EXPECT_EQ(where("a & 1 | 2 = 3"), where("((a & 1) | 2) = 3"));
}

TEST(InfluxQlParser, TellsRegexFromDivision) {
  const auto statements = parse_influxql("SELECT a / b / c FROM /m/ WHERE h =~ /x/ GROUP BY /t/");
  const SelectStatement& select = select_of(statements[0]);
  EXPECT_EQ(select.fields[0].expression.operation, Operator::kDivide);
  EXPECT_TRUE(select.sources[0].is_regex);
  EXPECT_EQ(select.dimensions[0].kind, ExpressionKind::kRegex);
}

TEST(InfluxQlParser, CutsStatementsAndPassesSqlOn) {
  const auto statements =
      parse_influxql("UPSERT INTO t (a) VALUES ('x;y');; FLUSH -- all of it\n; show databases; DELETE FROM m");
  ASSERT_EQ(statements.size(), 4U);
  EXPECT_EQ(std::get<SqlStatement>(statements[0].content).text, "UPSERT INTO t (a) VALUES ('x;y')");
  EXPECT_EQ(std::get<SqlStatement>(statements[1].content).text, "FLUSH");
  EXPECT_EQ(std::get<ShowStatement>(statements[2].content).kind, ShowKind::kDatabases);
  EXPECT_EQ(std::get<UnsupportedStatement>(statements[3].content).words, "DELETE");
  EXPECT_TRUE(parse_influxql(" ; ").empty());
}

TEST(InfluxQlParser, SaysWhereItStopped) {
  const auto message = [](std::string_view text) -> std::string {
    try {
      static_cast<void>(parse_influxql(text));
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), "42601");
      return error.message();
    }
    return "no error";
  };
  EXPECT_EQ(message("SELECT v FROM"), "found EOF, expected identifier at line 1, char 15");
  EXPECT_EQ(message("SELECT v\nFROM m LIMIT x"), "found x, expected integer at line 2, char 14");
  EXPECT_EQ(message("SELECT v FROM m WHERE h =~ /(/"),
            "error parsing regexp: missing closing ): `(` at line 1, char 27");
  EXPECT_EQ(message("SELECT v FROM m GROUP BY time(99999999999999w)"), "invalid duration");
}

TEST(InfluxQlParser, RefusesDeepNesting) {
  const std::string text = "SELECT v FROM m WHERE " + std::string(200'000, '(') + "1";
  try {
    static_cast<void>(parse_influxql(text));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "54001");
  }
}

TEST(InfluxQlDuration, ReadsUnits) {
  EXPECT_EQ(duration_value("1h30m"), 5'400'000'000'000);
  EXPECT_EQ(duration_value("2w"), 1'209'600'000'000'000);
  EXPECT_EQ(duration_value("5\xC2\xB5"), 5'000);
  EXPECT_EQ(duration_value("20000w"), std::nullopt);
}

}  // namespace
}  // namespace tidemark::influxql
