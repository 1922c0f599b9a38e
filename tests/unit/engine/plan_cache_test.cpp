// Texts that differ in literals share a plan, and nothing else: each gives what it gives when it is planned alone.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "tests/unit/engine/database_fixture.h"

namespace tidemark {
namespace {

class PlanCacheTest : public DatabaseFixture {
 public:
  PlanCacheTest() {
    run("CREATE TABLE t (host text, time timestamptz, small smallint, i int, big bigint, n numeric, f float8, d date, "
        "v varchar(5), b boolean, ns timestamptz(9), PRIMARY KEY (host, time))");
    for (int row = 0; row < 40; ++row) {
      const std::string number = std::to_string(row);
      run("INSERT INTO t VALUES ('h" + std::to_string(row % 4) + "', '2024-01-01 00:" + std::to_string(10 + row) +
          ":00Z', " + number + ", " + number + ", " + number + "00000000000, " + number + ".5, " + number +
          ".25, '2024-01-" + std::to_string(1 + row % 28) + "', 'v" + std::to_string(row % 7) + "', " +
          (row % 2 == 0 ? "true" : "false") + ", '2024-01-01 00:" + std::to_string(10 + row) + ":00Z')");
    }
  }

  /// Rows, columns or the error, as text.
  static std::string outcome(Connection& connection, const std::string& sql) {
    std::string text;
    try {
      const auto result = connection.query(sql);
      DataChunk chunk;
      while (result->next(chunk)) {
        for (size_t row = 0; row < chunk.size; ++row) {
          for (const Vector& column : chunk.columns) append_key(text, column.value(row));
          text += '\n';
        }
      }
      for (const ResultColumn& column : result->columns()) text += column.name + ' ' + column.type.to_string() + ',';
    } catch (const Error& error) {
      text = error.sqlstate() + ' ' + error.what() + ' ' + std::to_string(error.position());
    }
    return text;
  }

  uint64_t plans() const {
    for (const Database::Metric& metric : database_->metrics()) {
      if (metric.name == "tidemark_plans_total") return static_cast<uint64_t>(metric.value);
    }
    ADD_FAILURE() << "no such metric";
    return 0;
  }

  /// How many plans are made for `texts`, run one after the other, each of which must answer as on a new connection.
  uint64_t plans_for(const std::vector<std::string>& texts) {
    std::vector<std::string> expected;
    for (const std::string& text : texts) expected.push_back(outcome(*database_->connect(), text));
    const uint64_t before = plans();
    for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(outcome(*connection_, texts[i]), expected[i]) << texts[i];
    return plans() - before;
  }

  /// The first is planned as it is, the second twice (as it is, and for all), the others not at all.
  static constexpr uint64_t kShared = 3;
};

TEST_F(PlanCacheTest, ComparisonsWithColumnsShareOne) {
  for (const std::string condition :
       {"host = '@h@'", "time >= '2024-01-01 00:@n@:00Z'", "time < timestamptz '2024-01-01 00:@n@:00Z'", "i > @n@",
        "@n@ <= i", "big > @n@00000000000", "f < @n@.5", "n = @n@.5", "d = '2024-01-@n@'", "v = 'v@d@'",
        "i BETWEEN 5 AND @n@", "host IN ('@h@', 'h9')", "i NOT IN (@n@, 12)", "host = '@h@' AND (i = @n@ OR i = 3)",
        "b AND i <> @n@", "d < '2024-01-@n@'::date", "small = @n@", "ns > timestamptz '2024-01-01 00:@n@:00Z'",
        "ns < '2024-01-01 00:@n@:00Z'::timestamptz AND small <> @n@"}) {
    std::vector<std::string> texts;
    for (const int value : {13, 21, 17, 28, 19}) {
      std::string text = "SELECT host, time, i FROM t WHERE " + condition + " ORDER BY time";
      const auto put = [&](const std::string& mark, const std::string& with) {
        for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
          text.replace(at, mark.size(), with);
      };
      put("@h@", "h" + std::to_string(value % 4));
      put("@n@", std::to_string(value));
      put("@d@", std::to_string(value % 7));
      texts.push_back(text);
    }
    EXPECT_EQ(plans_for(texts), kShared) << condition;
  }
}

TEST_F(PlanCacheTest, WhatAValueDecidesIsPlannedAlone) {
  // 70,000 is no smallint, and two equal elements are one: plans for such texts are better than those for all.
  const auto small = [](std::initializer_list<const char*> values) {
    std::vector<std::string> texts;
    for (const char* value : values) texts.push_back(std::string("SELECT i FROM t WHERE small = ") + value);
    return texts;
  };
  EXPECT_EQ(plans_for(small({"1", "70000", "2", "70001", "3", "4", "5"})), 7);
  connection_ = database_->connect();
  // Those that come now and then leave the others theirs; the second of them is planned for all as well, in vain.
  EXPECT_EQ(plans_for(small({"1", "2", "70000", "3", "4", "70001", "5", "6"})), kShared + 3);
  plans_for({"SELECT i FROM t WHERE host IN ('h1', 'h2')", "SELECT i FROM t WHERE host IN ('h2', 'h2')",
             "SELECT i FROM t WHERE host IN ('h3', 'h2')", "SELECT i FROM t WHERE host IN ('h1', 'h1')",
             "SELECT i FROM t WHERE host IN ('h1', 'h3')", "SELECT i FROM t WHERE host IN ('h2', 'h3')"});
}

TEST_F(PlanCacheTest, ParametersOfOtherTypesCompareAsLiteralsDo) {
  const auto compare = [&](const std::string& condition, const char* type, std::vector<std::string> values) {
    run("PREPARE p(" + std::string(type) + ") AS SELECT i FROM t WHERE " + condition + " $1 ORDER BY i");
    for (const std::string& value : values) {
      EXPECT_EQ(
          outcome(*connection_, "EXECUTE p('" + value + "')"),
          outcome(*connection_, "SELECT i FROM t WHERE " + condition + " '" + value + "'::" + type + " ORDER BY i"))
          << condition << value;
    }
    run("DEALLOCATE p");
  };
  for (const std::string comparison : {" =", " <", " <>", " >="}) {
    compare("small" + comparison, "int", {"7", "70000", "-70000", "0"});
    compare("small" + comparison, "numeric", {"7", "7.5", "7.0", "NaN", "1e9"});
    compare("i" + comparison, "float8", {"7", "7.5", "1e300", "NaN", "-infinity"});
    compare("big" + comparison, "int", {"7", "0"});
    compare("n" + comparison, "int", {"7", "0"});
    // Nanoseconds hold the years from 1677 to 2262.
    compare(
        "ns" + comparison, "timestamptz",
        {"2024-01-01 00:20Z", "2024-01-01 00:20:00.000001Z", "1600-01-01Z", "2300-01-01Z", "infinity", "-infinity"});
  }
  EXPECT_EQ(outcome(*connection_, "SELECT count(*) FROM t WHERE small = NULL::int"),
            outcome(*connection_, "SELECT 0::int8 AS count"));
}

TEST_F(PlanCacheTest, OtherLiteralsBelongToThePlan) {
  std::vector<std::string> texts;
  for (int round = 0; round < 3; ++round) {
    for (const char* limit : {"1", "2", "3"}) {
      texts.push_back("SELECT i, 'x" + std::string(limit) + "' FROM t WHERE i > " + std::to_string(round) +
                      " ORDER BY 1 LIMIT " + limit);
    }
  }
  // Each limit has a plan of its own, kept when it comes for the second time.
  EXPECT_EQ(plans_for(texts), 3 * kShared);
}

TEST_F(PlanCacheTest, WhatIsWrittenIsEachTextsOwn) {
  run("CREATE TABLE w (a int PRIMARY KEY, b varchar(3), c timestamptz)");
  const uint64_t before = plans();
  for (int i = 0; i < 10; ++i) {
    run("INSERT INTO w VALUES (" + std::to_string(i) + ", 'x" + std::to_string(i) + "', '2024-01-0" +
        std::to_string(i % 9 + 1) + "')");
  }
  EXPECT_EQ(plans() - before, kShared);
  run("UPDATE w SET b = 'u1' WHERE a = 1");
  run("UPDATE w SET b = 'u2' WHERE a = 2");
  run("UPDATE w SET b = 'u3' WHERE a = 3");
  run("DELETE FROM w WHERE a = 7");
  run("DELETE FROM w WHERE a = 8");
  run("DELETE FROM w WHERE a = 9");
  EXPECT_EQ(outcome(*connection_, "SELECT string_agg(a || b || extract(day FROM c), ',' ORDER BY a) FROM w"),
            outcome(*connection_, "SELECT '0x01,1u12,2u23,3u34,4x45,5x56,6x67' AS string_agg"));
}

TEST_F(PlanCacheTest, LongInsertsAreEachTextsOwn) {
  // From some kilobytes on the rows of an INSERT are read by hand, and leave no literals that could be parameters.
  run("CREATE TABLE w (a int PRIMARY KEY, b text)");
  int key = 0;
  for (const size_t length : {300, 500, 500, 300, 500, 500}) {
    std::string text = "INSERT INTO w VALUES ";
    for (int row = 0; row < 10; ++row, ++key) {
      text += (row > 0 ? ", (" : "(") + std::to_string(key) + ", '" +
              std::string(length, static_cast<char>('a' + key % 26)) + "')";
    }
    run(text);
  }
  EXPECT_EQ(outcome(*connection_,
                    "SELECT count(*), sum(a), sum(length(b)) FROM w WHERE b = repeat(chr(97 + a % 26), length(b))"),
            outcome(*connection_, "SELECT 60::int8 AS count, 1770::int8 AS sum, 26000::int8 AS sum"));
}

TEST_F(PlanCacheTest, TextsMeanWhatTheirTargetsMakeOfThem) {
  run("CREATE TABLE p (time timestamptz(9) PRIMARY KEY, d interval day, n numeric(4, 1), c char(4), b bit(3), s "
      "timestamp(0))");
  std::string expected;
  for (int i = 1; i < 6; ++i) {
    const std::string digit = std::to_string(i);
    run("INSERT INTO p VALUES ('2024-01-01 00:00:00.12345678" + digit + "', '" + digit + "', '1" + digit + ".25', 'a" +
        digit + " ', '10" + std::to_string(i % 2) + "', '2024-01-01 00:00:0" + digit + ".6')");
    expected += (i > 1 ? "," : "") + digit + " days 1" + digit + ".3 a" + digit + "|10" + std::to_string(i % 2) + " 0" +
                std::to_string(i + 1);
  }
  expected.replace(expected.find("1 days"), 6, "1 day");
  EXPECT_EQ(outcome(*connection_,
                    "SELECT string_agg(d || ' ' || n || ' ' || c || '|' || b || ' ' || to_char(s, 'SS'), ',' ORDER BY "
                    "time) FROM p"),
            outcome(*connection_, "SELECT '" + expected + "' AS string_agg"));
  for (int i = 1; i < 6; ++i) {
    const std::string digit = std::to_string(i);
    EXPECT_EQ(outcome(*connection_, "SELECT count(*) FROM p WHERE time <= '2024-01-01 00:00:00.12345678" + digit + "'"),
              outcome(*connection_, "SELECT " + digit + "::int8 AS count"));
    EXPECT_EQ(outcome(*connection_, "SELECT count(*) FROM p WHERE c = 'a" + digit +
                                        "' AND b IN ('100', '101') AND s > '2024-01-01 00:00:0" + digit + "'"),
              outcome(*connection_, "SELECT 1::int8 AS count"));
  }
}

TEST_F(PlanCacheTest, ErrorsAreThoseOfTheTextItself) {
  run("CREATE TABLE w (a int PRIMARY KEY, b varchar(3), c timestamptz)");
  for (const char* text :
       {"SELECT i FROM t WHERE time > '2024-01-01'", "SELECT i FROM t WHERE time > '2024-02-01'",
        "SELECT i FROM t WHERE time > '2024-99-01'", "SELECT i FROM t  WHERE d = '2024-01-01'",
        "SELECT i FROM t  WHERE d = '2024-01-02'", "SELECT i FROM t  WHERE d = 'never'",
        "SELECT i FROM t WHERE small = 1", "SELECT i FROM t WHERE small = 2", "SELECT i FROM t WHERE small = 'x'"}) {
    EXPECT_EQ(outcome(*connection_, text), outcome(*database_->connect(), text));
  }
  run("INSERT INTO w VALUES (1, 'abc', NULL)");
  run("INSERT INTO w VALUES (2, 'abc', NULL)");
  EXPECT_EQ(outcome(*connection_, "INSERT INTO w VALUES (3, 'abcd', NULL)").substr(0, 5), "22001");
  EXPECT_EQ(outcome(*connection_, "INSERT INTO w VALUES (2, 'abc', NULL)").substr(0, 5), "23505");
}

TEST_F(PlanCacheTest, SettingsAndDefinitionsOfNowDecide) {
  const std::string text = "SELECT count(*) FROM t WHERE time < '2024-01-01 00:20:00'";
  const std::string other = "SELECT count(*) FROM t WHERE time < '2024-01-01 00:21:00'";
  run("SET timezone = 'UTC'");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome(*connection_, text), outcome(*connection_, "SELECT 10::int8 AS count"));
  EXPECT_EQ(outcome(*connection_, other), outcome(*connection_, "SELECT 11::int8 AS count"));
  run("SET timezone = 'Europe/Berlin'");
  EXPECT_EQ(outcome(*connection_, other), outcome(*connection_, "SELECT 0::int8 AS count"));
  run("SET timezone = 'UTC'");
  run("CREATE SCHEMA s");
  run("SET search_path = s, public");
  EXPECT_EQ(outcome(*connection_, text), outcome(*connection_, "SELECT 10::int8 AS count"));
  // A table that hides the one that the plan reads.
  run("CREATE TABLE s.t (time timestamptz)");
  EXPECT_EQ(outcome(*connection_, text), outcome(*connection_, "SELECT 0::int8 AS count"));
  run("BEGIN");
  run("DROP TABLE s.t");
  EXPECT_EQ(outcome(*connection_, text), outcome(*connection_, "SELECT 10::int8 AS count"));
  run("ROLLBACK");
  EXPECT_EQ(outcome(*connection_, text), outcome(*connection_, "SELECT 0::int8 AS count"));
}

TEST_F(PlanCacheTest, AStatementOutlivesItsPlan) {
  run("SELECT i FROM t WHERE i = 4");
  run("SELECT i FROM t WHERE i = 5");
  const auto statement = connection_->prepare("SELECT i FROM t WHERE i = 6", {});
  EXPECT_TRUE(statement->parameter_types().empty());
  run("CREATE TABLE another (a int)");
  run("ALTER TABLE t ADD COLUMN more int");
  const auto result = connection_->execute(statement, {});
  DataChunk chunk;
  ASSERT_TRUE(result->next(chunk));
  EXPECT_EQ(chunk.columns[0].value(0).as_int64(), 6);
}

TEST_F(PlanCacheTest, NothingIsKeptWhereASettingForbidsIt) {
  run("SET plan_cache_mode = 'force_custom_plan'");
  EXPECT_EQ(plans_for({"SELECT 1 FROM t WHERE i = 1", "SELECT 1 FROM t WHERE i = 2", "SELECT 1 FROM t WHERE i = 2"}),
            3U);
}

}  // namespace
}  // namespace tidemark
