// Plans that touch less (the newest rows of each series, the first buckets, zone maps in place of pages) answer as the
// plain plan does, whatever lies where: in memory, in segments, overlapping, deleted, past retention. And they do touch
// less: counts say so.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/engine/database_fixture.h"

namespace tidemark {
namespace {

constexpr const char* kAllRulesOff = "newest_of_series, first_groups, zone_answers";

class TimeSeriesPlans : public DatabaseFixture {
 public:
  void expect_plain_answers(const std::string& state) {
    for (const std::string& query : queries()) {
      SCOPED_TRACE(state + ": " + query);
      run(std::string("SET disabled_rules = ") + kAllRulesOff);
      std::vector<std::string> plain = rows(query);
      run("RESET disabled_rules");
      std::vector<std::string> quick = rows(query);
      if (query.find("ORDER BY") == std::string::npos) {
        std::ranges::sort(plain);
        std::ranges::sort(quick);
      }
      ASSERT_FALSE(plain.empty());
      ASSERT_TRUE(plain == quick) << plain.size() << " rows, " << quick.size() << " with the rules";
    }
  }

  static std::vector<std::string> queries() {
    std::vector<std::string> queries = {
        // The newest row.
        "SELECT DISTINCT ON (host, site) * FROM m ORDER BY host, site, time DESC",
        "SELECT DISTINCT ON (host) host, time, a FROM m ORDER BY host, time DESC, site",
        "SELECT DISTINCT ON (host) host, site, time FROM m ORDER BY host, site, time DESC",
        "SELECT DISTINCT ON (host, site) * FROM m WHERE a > 90 ORDER BY host, site, time DESC",
        "SELECT DISTINCT ON (host, site) * FROM m WHERE note IS NOT NULL AND host LIKE 'h1%' ORDER BY host, site, time "
        "DESC",
        "SELECT DISTINCT ON (host, site) * FROM m WHERE time < '2024-01-01 06:00+00' ORDER BY host, site, time DESC",
        "SELECT DISTINCT ON (host, site) host, site, a FROM m WHERE a + 1 > b ORDER BY host, site, time DESC",
        "SELECT DISTINCT ON (site) site, time FROM m ORDER BY site, time DESC",
        "SELECT host, last(a, time), last(c, time), max(time) FROM m GROUP BY host, site",
        "SELECT last(note, time), last(b, time) FROM m WHERE site = 's1' GROUP BY host",
        "SELECT host, last(a, time) FROM m WHERE c < 50 AND time >= '2024-01-01 03:00+00' GROUP BY host, site",
        "SELECT max(time) FROM m",
        "SELECT host, max(time) FROM m WHERE a IS NULL GROUP BY host",
        "SELECT site, last(host, time), last(time, time) FROM m WHERE host = 'h7' GROUP BY site",
        // The first buckets.
        "SELECT date_bin('1 minute', time, '1970-01-01') AS t, max(a) FROM m GROUP BY t ORDER BY t DESC LIMIT 5",
        "SELECT date_bin('1 minute', time, '1970-01-01') AS t, max(a) FROM m GROUP BY t ORDER BY t LIMIT 5",
        "SELECT date_trunc('hour', time) AS t, host, sum(b), avg(a) FROM m GROUP BY t, host ORDER BY t DESC, host "
        "LIMIT 7 "
        "OFFSET 30",
        "SELECT time_bucket('5 minutes', time) AS t, note, count(*) FROM m GROUP BY t, note ORDER BY t DESC, note "
        "LIMIT 9",
        "SELECT date_bin('1 minute', time, '1970-01-01') AS t, count(*) FROM m WHERE a = 97 AND host = 'h3' GROUP BY t "
        "ORDER BY t DESC LIMIT 4",
        "SELECT date_bin('1 minute', time, '1970-01-01') AS t, count(*) FROM m WHERE b = 12345 GROUP BY t ORDER BY t "
        "LIMIT 1000",
        "SELECT date_bin('30 seconds', time, '1970-01-01') AS t, min(c) FROM m WHERE time < '2024-01-01 05:00:13+00' "
        "GROUP BY t ORDER BY t DESC LIMIT 3",
        "SELECT DISTINCT date_trunc('minute', time) AS t FROM m ORDER BY t DESC LIMIT 3",
        "SELECT date_trunc('minute', time) AS t, count(*) FROM m GROUP BY t HAVING count(*) > 30 ORDER BY t DESC LIMIT "
        "3",
        // Zone maps.
        "SELECT count(*), count(a), sum(a), avg(a), min(a), max(a), min(time), max(time) FROM m",
        "SELECT host, date_trunc('day', time) AS day, count(*), count(b), sum(b), avg(b), min(b), max(b), min(c), "
        "max(c) "
        "FROM m GROUP BY host, site, day",
        "SELECT host, first(a, time), last(a, time), first(c, time) FROM m GROUP BY host, site",
        "SELECT count(note), min(note), max(note), sum(c), avg(c) FROM m",
        "SELECT site, count(*), sum(a) FROM m GROUP BY site",
        "SELECT date_trunc('hour', time) AS t, sum(a), count(*) FROM m GROUP BY t",
        "SELECT host, sum(a) FROM m WHERE b >= 0 GROUP BY host",
        "SELECT host, sum(a), count(*) FROM m WHERE time >= '2024-01-01 01:00:05+00' AND site <> 's0' GROUP BY host",
        "SELECT count(a), sum(a) FROM m WHERE a IS NOT NULL",
        "SELECT DISTINCT site FROM m",
        "SELECT sum(d), avg(d), min(d), max(d) FROM m",
    };
    return queries;
  }

  /// 24 series of 3,000 rows, every 10 seconds; some values missing.
  void load() {
    run("CREATE TABLE m (host text, site text, time timestamptz, a int, b bigint, c double precision, note text, d "
        "numeric(10, 2), PRIMARY KEY (host, site, time))");
    insert(0, 3'000);
  }
  void insert(int from, int to, const std::string& action = "INSERT", const std::string& where = "true") {
    run(action +
        " INTO m SELECT 'h' || h, 's' || h % 3, timestamptz '2024-01-01 00:00+00' + i * interval '10 seconds', CASE "
        "WHEN "
        "(i + h) % 13 = 0 THEN NULL ELSE (i * 7 + h * 31) % 100 END, CASE WHEN i % 50 = 7 THEN 12345 ELSE i * h - 500 "
        "END, "
        "((i * 37 + h) % 1000) / 8.0, CASE WHEN i % 100 < 3 THEN 'note ' || i % 7 END, (i % 777) / 4.0 FROM "
        "generate_series(" +
        std::to_string(from) + ", " + std::to_string(to - 1) + ") i, generate_series(1, 24) h WHERE " + where);
  }
};

TEST_F(TimeSeriesPlans, AnswerAsThePlainOnesDo) {
  load();
  expect_plain_answers("in memory");
  run("FLUSH");
  expect_plain_answers("in one segment");
  insert(3'000, 3'400, "INSERT", "h % 5 <> 0");
  expect_plain_answers("newer rows in memory");
  insert(2'900, 2'950, "UPSERT");
  run("UPSERT INTO m (host, site, time, a) VALUES ('h2', 's2', '2024-01-01 08:19:50+00', -7), ('h2', 's2', '2024-01-01 "
      "00:00+00', -8), ('h99', 's1', '2023-12-31 12:00+00', 5)");
  run("DELETE FROM m WHERE host = 'h4' AND time >= '2024-01-01 07:00+00'");
  run("DELETE FROM m WHERE host = 'h6' AND a = 50");
  run("UPDATE m SET a = NULL WHERE host = 'h8' AND time > '2024-01-01 08:00+00'");
  expect_plain_answers("upserts and deletes in memory");
  run("FLUSH");
  expect_plain_answers("upserts and deletes in segments");
  run("DELETE FROM m WHERE host = 'h5'");
  insert(3'400, 3'410);
  expect_plain_answers("segments that overlap, and memory");
  run("FLUSH");
  run("COMPACT");
  expect_plain_answers("compacted");
}

TEST_F(TimeSeriesPlans, AnswerAsThePlainOnesDoInATransaction) {
  load();
  run("FLUSH");
  run("BEGIN");
  insert(3'000, 3'010);
  run("DELETE FROM m WHERE host = 'h3' AND time > '2024-01-01 04:00+00'");
  run("UPDATE m SET b = 0 WHERE host = 'h9'");
  expect_plain_answers("own writes");
  run("ROLLBACK");
  expect_plain_answers("rolled back");
}

TEST_F(TimeSeriesPlans, TouchLess) {
  load();
  run("FLUSH");
  const std::string decoded = "decoded column pages: ";
  const std::string looked_at = "rows looked at: ";
  const std::string by_zone_maps = "answered by zone maps: ";
  // 24 series: nothing but their last rows is looked at, whatever is asked of them.
  const std::string newest = "SELECT DISTINCT ON (host, site) * FROM m ORDER BY host, site, time DESC";
  EXPECT_LE(counted(newest, looked_at), 2 * 24);
  EXPECT_LE(counted(newest, decoded), 10);  // kept from the first time
  EXPECT_LE(counted("SELECT host, last(b, time) FROM m GROUP BY host, site", looked_at), 2 * 24);
  // Of 500 minutes the newest few are read, then no more.
  EXPECT_LE(
      counted("SELECT date_bin('1 minute', time, '1970-01-01') AS t, max(a) FROM m GROUP BY t ORDER BY t DESC LIMIT 5",
              looked_at),
      24 * 6 * 6);
  EXPECT_LE(counted("SELECT date_bin('1 minute', time, '1970-01-01') AS t, max(a) FROM m GROUP BY t ORDER BY t LIMIT 5",
                    looked_at),
            24 * 6 * 6);
  // 36 pages, of which those of one series alone are answered unread by day and host, and all of them without groups.
  EXPECT_EQ(counted("SELECT sum(b), min(b), max(b), avg(b), count(b) FROM m", by_zone_maps), 36);
  EXPECT_EQ(counted("SELECT sum(b), min(b), max(b), avg(b), count(b) FROM m", decoded), 0);
  const std::string daily = "SELECT host, date_trunc('day', time) AS day, sum(b), max(b) FROM m GROUP BY host, day";
  EXPECT_GE(counted(daily, by_zone_maps), 12);
  EXPECT_LE(counted(daily, looked_at), 24 * 2'048);
  // An hour cuts through every page.
  EXPECT_EQ(counted("SELECT host, date_trunc('hour', time) AS h, sum(b) FROM m GROUP BY host, h", by_zone_maps), 0);
  // A filter on values needs the rows, unless the zone map says that all pass.
  EXPECT_EQ(counted("SELECT sum(b) FROM m WHERE a > 50", by_zone_maps), 0);
  EXPECT_EQ(counted("SELECT sum(b) FROM m WHERE b > -1000", by_zone_maps), 36);
  // A row deleted from memory: what it touches is merged, and read.
  run("DELETE FROM m WHERE host = 'h1' AND a = 0 AND b < 2000");
  EXPECT_LT(counted("SELECT sum(b) FROM m", by_zone_maps), 36);
}

/// Tags that rows are not sorted by first: which row groups hold a named value is known without opening each.
TEST_F(TimeSeriesPlans, ValuesOfLaterTagsFindTheirRowGroups) {
  connection_->write("wide,area=r0,host=h0 v=0i 1704067200000000000", {});
  run("INSERT INTO wide (time, area, host, v) SELECT timestamptz '2024-01-01' + t * interval '1 second', 'r' || h % 3, "
      "'h' || h, t * h FROM generate_series(0, 59) AS h, generate_series(1, 10000) AS t");
  run("FLUSH");
  const std::string pages_pruned = "row groups, ";  // of the row groups that were opened
  const auto query_for = [](const std::string& host, std::string condition) {
    condition.replace(condition.find("host"), 4, host);
    return "SELECT host, count(*), sum(v), max(time) FROM wide WHERE " + condition + " GROUP BY host ORDER BY host";
  };
  for (const bool changed : {false, true}) {
    if (changed) {  // late rows, and a tag that came later
      run("INSERT INTO wide (time, area, host, v) SELECT '2024-01-01 00:00:00.5', 'r1', 'h' || h, h FROM "
          "generate_series(55, 80) AS h");
      std::string lines;
      for (int host = 50; host < 90; ++host) {
        const std::string number = std::to_string(host);
        lines += "wide,area=r1,host=h" + number + ",rack=k" + number + " v=" + number + "i 1704067201000000000\n";
      }
      EXPECT_EQ(connection_->write(lines, {}).dropped, 0);
      run("FLUSH");
    }
    for (const char* condition : {"host = 'h7'", "host IN ('h7', 'h58', 'h77', 'none')", "host = 'none'",
                                  "area >= 'r1' AND host = 'h58'", "host = 'h7' AND area = 'r1'"}) {
      EXPECT_EQ(rows(query_for("host", condition)), rows(query_for("(host || '')", condition))) << condition;
    }
    if (!changed) {
      EXPECT_EQ(counted("SELECT * FROM wide WHERE host = 'none'", pages_pruned), 0);
      EXPECT_LE(counted("SELECT * FROM wide WHERE host = 'h7'", pages_pruned), 2 * 64);
      EXPECT_GE(counted("SELECT * FROM wide WHERE host || '' = 'h7'", pages_pruned), 4 * 64);
    }
  }
  EXPECT_EQ(rows("SELECT v FROM wide WHERE rack = 'k77'").size(), 1);
}

/// Values that are spread over all pages: an index keeps filters of the pages.
TEST_F(TimeSeriesPlans, IndexesFindThePagesOfAValue) {
  run("CREATE TABLE events (time timestamptz, account bigint, word text, small smallint, day date, v float8)");
  run("CREATE INDEX ON events (account, time)");
  run("CREATE INDEX ON events (word)");
  run("CREATE INDEX ON events (small)");
  run("CREATE INDEX ON events (day)");
  run("CREATE INDEX ON events (v)");
  const auto insert_events = [this](int first, int last) {
    run("INSERT INTO events SELECT timestamptz '2024-01-01' + i * interval '1 second', (i * 7919) % 9973, "
        "CASE WHEN i % 5 > 0 THEN 'w' || (i * 31) % 8000 END, (i * 13) % 30000, date '2024-01-01' + (i * 17) % 20000, "
        "i % 1000 FROM generate_series(" +
        std::to_string(first) + ", " + std::to_string(last) + ") AS i");
  };
  insert_events(1, 40'000);
  run("FLUSH");
  const auto counts = [this](const std::string& column, const std::string& test) {
    const std::string query = "SELECT count(*), min(time), max(v) FROM events WHERE ";
    EXPECT_EQ(rows(query + column + test), rows(query + "coalesce(" + column + ", NULL)" + test)) << column << test;
  };
  const auto all = [&] {
    for (const char* test : {" = 77", " = 9999999", " IN (1, 5000, 9972, 20001)", " IN (3, NULL)"}) {
      counts("account", test);
      counts("v", test);
    }
    for (const char* test : {" = 77", " IN (1, 5000, 9972)"}) counts("small", test);
    for (const char* test : {" = 'w31'", " = 'w62 '", " = ''", " IN ('w93', 'w7999', 'nobody')"}) counts("word", test);
    for (const char* test : {" = '2024-01-18'", " IN ('2030-05-05', '2025-01-01')"}) counts("day", test);
  };
  all();
  EXPECT_GE(counted("SELECT * FROM events WHERE account = 77", "row groups, "), 10);  // of 20 pages
  EXPECT_GE(counted("SELECT * FROM events WHERE account IN (78, 99)", "row groups, "), 6);
  EXPECT_EQ(counted("SELECT * FROM events WHERE v = 77", "row groups, "), 0);  // no filters of floats
  insert_events(30'000, 50'000);
  run("UPDATE events SET account = 78 WHERE account = 77 AND v < 500");
  all();
  run("FLUSH");
  all();
  run("ALTER TABLE events ALTER small TYPE bigint, ALTER day TYPE timestamp");
  all();
  run("COMPACT");
  all();
}

}  // namespace
}  // namespace tidemark
