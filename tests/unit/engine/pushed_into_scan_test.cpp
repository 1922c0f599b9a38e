// What operators above tell a scan while the statement runs (the bound of a top-N, the keys of a join) leaves answers
// as they are, whatever lies where; and less is read: counts say so.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/engine/database_fixture.h"

namespace tidemark {
namespace {

class PushedIntoScan : public DatabaseFixture {
 public:
  /// One column of each kind, in no order but `id`; NULLs, NaN, both zeros, texts that differ beyond what zone maps
  /// keep, and a column that was added later.
  void load(const std::string& table, const std::string& key, int count = 12'000) {
    run("CREATE TABLE " + table +
        " (time timestamptz, tag text, id bigint, i int, f double precision, r real, t text, low text, n numeric, "
        "at timestamptz, b boolean, u uuid" +
        key + ")");
    insert(table, 0, count);
    run("FLUSH");
    run("ALTER TABLE " + table + " ADD COLUMN late int");
    run("UPDATE " + table + " SET late = i WHERE id % 1000 = 3");
    insert(table, count, count + 3'000);
    run("DELETE FROM " + table + " WHERE id % 9 = 4");
  }
  void insert(const std::string& table, int from, int to) {
    run("INSERT INTO " + table +
        " SELECT timestamptz '2024-01-01 00:00+00' + id * interval '20 seconds', 't' || id % 7, id, "
        "CASE WHEN id % 11 = 0 THEN NULL ELSE id * 7919 % 10007 - 5000 END, "
        "CASE WHEN id % 13 = 0 THEN NULL WHEN id % 1999 = 1 THEN 'NaN' WHEN id % 17 = 2 THEN 0.0 WHEN id % 17 = 3 THEN "
        "'-0' ELSE (id * 7907 % 20011 - 10000) / 16.0 END, "
        "CASE WHEN id % 1013 = 1 THEN 'NaN' ELSE (id * 7901 % 5003 - 2500) / 8.0 END, "
        "'a text that is longer than thirty-two bytes ' || id * 7883 % 9973, "
        "CASE WHEN id % 19 = 0 THEN NULL ELSE 'v' || id % 5 END, "
        "(id * 7879 % 30011) / 100.0, "
        "CASE WHEN id % 23 = 0 THEN NULL ELSE timestamptz '2020-01-01 00:00+00' + id * 7877 % 20011 * interval '1 "
        "hour' END, id % 3 = 0, md5((id % 5000)::text)::uuid FROM generate_series(" +
        std::to_string(from) + ", " + std::to_string(to - 1) + ") AS id");
  }

  /// The first `count` rows after `skipped` of the whole answer.
  void expect_first_rows(const std::string& query, size_t skipped, size_t count) {
    std::vector<std::string> expected = rows(query);
    expected.erase(expected.begin(),
                   expected.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, expected.size())));
    expected.resize(std::min(count, expected.size()));
    const std::string limited = query + " LIMIT " + std::to_string(count) + " OFFSET " + std::to_string(skipped);
    ASSERT_TRUE(rows(limited) == expected) << limited;
  }

  void expect_plain_top_rows(const std::string& table) {
    for (const std::string column : {"i", "f", "r", "t", "low", "n", "at", "b", "u", "late", "id", "time", "tag"}) {
      for (const std::string direction :
           {" ASC NULLS FIRST", " ASC NULLS LAST", " DESC NULLS FIRST", " DESC NULLS LAST"}) {
        const std::string order = column + direction;
        expect_first_rows("SELECT id, t, " + column + " FROM " + table + " ORDER BY " + order + ", id", 0, 20);
        expect_first_rows("SELECT " + column + " FROM " + table + " ORDER BY " + order, 3, 3'000);
        expect_first_rows(
            "SELECT id, f FROM " + table + " WHERE low = 'v2' AND i > -3000 ORDER BY " + order + ", id DESC", 7, 50);
      }
    }
  }
};

TEST_F(PushedIntoScan, TopRowsOfAnAppendTableAreThePlainOnes) {
  load("a", "");
  expect_plain_top_rows("a");
  run("FLUSH");
  run("COMPACT");
  expect_plain_top_rows("a");
}

TEST_F(PushedIntoScan, TopRowsOfASeriesTableAreThePlainOnes) {
  load("s", ", PRIMARY KEY (tag, time)");
  expect_plain_top_rows("s");
  run("FLUSH");
  expect_plain_top_rows("s");
}

TEST_F(PushedIntoScan, TopRowsOfAKeyedTableAreThePlainOnes) {
  load("k", ", PRIMARY KEY (id)");
  run("FLUSH");
  expect_plain_top_rows("k");
}

TEST_F(PushedIntoScan, TopRowsAboveJoinsAndFiltersAreThePlainOnes) {
  load("a", "");
  run("FLUSH");
  run("CREATE TABLE d (k int PRIMARY KEY, name text)");
  run("INSERT INTO d SELECT k, 'name ' || k FROM generate_series(-5000, 5000, 3) AS k");
  for (const std::string join : {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}) {
    for (const std::string order : {"a.f DESC", "a.f", "d.name", "d.name DESC", "a.f DESC NULLS LAST"}) {
      expect_first_rows("SELECT a.id, d.k FROM a " + join + " d ON d.k = a.i ORDER BY " + order + ", a.id, d.k", 0, 25);
    }
  }
  expect_first_rows(
      "SELECT * FROM (SELECT id, f AS g, i + 1 AS j FROM a WHERE length(t) > 47) x WHERE j > 0 ORDER BY g, "
      "id",
      2, 30);
  expect_first_rows("SELECT id, f FROM a WHERE i NOT IN (SELECT k FROM d) ORDER BY f DESC, id", 0, 30);
  expect_first_rows("SELECT id, f FROM a WHERE EXISTS (SELECT FROM d WHERE k = i) ORDER BY f DESC, id", 0, 30);
  // Ties of the last row stay, and nothing else.
  const std::vector<std::string> ties = rows("SELECT f FROM a ORDER BY f DESC FETCH FIRST 3 ROWS WITH TIES");
  const std::vector<std::string> equal = rows("SELECT f FROM a WHERE f IS NULL");
  EXPECT_TRUE(ties == equal);
}

TEST_F(PushedIntoScan, TopRowsReadLess) {
  load("a", "", 40'000);
  run("FLUSH");
  run("COMPACT");
  const uint64_t pages = counted("SELECT id, t FROM a ORDER BY id + 0 DESC LIMIT 10", "decoded column pages: ");
  ASSERT_GE(pages, 38);
  const std::string beyond = "beyond the top rows' bound: ";
  // Ids rise: the pages before the last row group's are not looked at.
  EXPECT_GE(counted("SELECT id, t FROM a ORDER BY id LIMIT 10", beyond), 12);
  EXPECT_GE(counted("SELECT id, t FROM a ORDER BY id, t LIMIT 10", beyond), 12);
  // 20 pages of values in no order: the text column is decoded for a few of them.
  EXPECT_LE(counted("SELECT f, t FROM a WHERE f IS NOT NULL ORDER BY f DESC LIMIT 3", "decoded column pages: "),
            pages * 3 / 4);
  // Only as they come: a sort key that is computed says nothing to the scan, nor does one whose rows are counted by a
  // volatile function.
  run("CREATE SEQUENCE calls");
  rows("SELECT id FROM (SELECT id, nextval('calls') AS c FROM a) x ORDER BY id LIMIT 10");
  EXPECT_EQ(counted_if_any("SELECT id FROM a WHERE nextval('calls') > 0 ORDER BY id LIMIT 10", beyond), 0);
  EXPECT_EQ(counted_if_any("SELECT id FROM a ORDER BY id + 0 LIMIT 10", beyond), 0);
}

TEST_F(PushedIntoScan, JoinKeysChangeNoAnswer) {
  load("a", "");
  run("CREATE TABLE d (k bigint, sparse bigint, t text, n numeric, f double precision, at timestamptz)");
  for (const std::string keys : {"generate_series(-100, 100)", "generate_series(-5000, 4000, 7)",
                                 "generate_series(-9000, 9000)", "generate_series(1, 20000, 2)"}) {
    run("DELETE FROM d");
    run("INSERT INTO d SELECT k, (k - 3) * 1000000007::bigint, 'a text that is longer than thirty-two bytes ' || k, k "
        "/ 100.0, "
        "k "
        "/ 16.0, timestamptz '2020-01-01 00:00+00' + k * interval '1 hour' FROM " +
        keys + " AS k");
    run("INSERT INTO d VALUES (NULL, NULL, NULL, NULL, NULL, NULL), (NULL, 5, NULL, NULL, '-0', NULL), (NULL, NULL, "
        "NULL, NULL, 'NaN', NULL)");
    for (const std::string_view column : {"k i", "k id", "sparse id", "t t", "n n", "f f", "at at"}) {
      const std::string right(column.substr(0, column.find(' ')));
      const std::string left(column.substr(column.find(' ') + 1));
      for (const std::string join : {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}) {
        // A computed key is not pushed.
        const std::string query =
            "SELECT count(*), count(a.id), count(d.k), sum(a.id), min(a.t) FROM a " + join + " d ON d." + right + " = ";
        const std::string plain = "CASE WHEN a.id IS NULL THEN NULL ELSE a." + left + " END";
        ASSERT_TRUE(rows(query + "a." + left) == rows(query + plain)) << keys << ": " << query << left;
      }
      for (const std::string in : {" IN ", " NOT IN "}) {
        const std::string query = in + "(SELECT " + right + " FROM d WHERE " + right + " IS NOT NULL)";
        const std::string plain = "CASE WHEN id IS NULL THEN NULL ELSE " + left + " END";
        ASSERT_TRUE(rows("SELECT count(*), sum(id), max(t) FROM a WHERE " + left + query) ==
                    rows("SELECT count(*), sum(id), max(t) FROM a WHERE " + plain + query))
            << keys << ": " << left << query;
      }
    }
  }
}

TEST_F(PushedIntoScan, JoinKeysReadLess) {
  load("a", "", 40'000);
  run("FLUSH");
  run("COMPACT");
  run("CREATE TABLE d (k bigint)");
  run("INSERT INTO d SELECT * FROM generate_series(1000, 4000)");
  const std::string query = "SELECT max(t) FROM a JOIN d ON k = id";
  // Least and greatest key: pages of two or three thousand ids.
  EXPECT_LE(counted(query, "rows looked at: "), 3 * 2'048);
  EXPECT_GE(counted("SELECT count(*) FROM a JOIN d ON k = id + 0", "rows looked at: "), 38'000);
  // Keys that lie far apart, and match nothing: the Bloom filter sees to it that no text is decoded.
  run("DELETE FROM d");
  run("INSERT INTO d SELECT k * 1000000007::bigint FROM generate_series(-300, 300) AS k WHERE k <> 0");
  EXPECT_LE(counted(query, "decoded column pages: "), 24);
}

}  // namespace
}  // namespace tidemark
