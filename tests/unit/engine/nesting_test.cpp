// Statements of a size that nobody writes but a program may: deep, long and wide ones are answered, or refused by a
// code that says why, and the session goes on.

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "tidemark/database.h"

namespace tidemark {
namespace {

std::string repeated(std::string_view text, size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

/// `element(0), element(1), …`
std::string listed(size_t count, std::string_view separator, const std::function<std::string(size_t)>& element) {
  std::string all;
  for (size_t i = 0; i < count; ++i) {
    all += (i == 0 ? std::string() : std::string(separator)) + element(i);
  }
  return all;
}

class Nesting : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "tidemark-nesting-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    database_ = Database::open(folder_ / "data");
    connection_ = database_->connect();
  }
  void TearDown() override {
    connection_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// The SQLSTATE, or the first value as text.
  std::string answer(const std::string& sql) {
    try {
      const auto result = connection_->query(sql);
      DataChunk chunk;
      return result->next(chunk) && !chunk.columns.empty() ? to_text(chunk.columns[0].value(0)) : "no rows";
    } catch (const Error& error) {
      return error.sqlstate();
    }
  }

  /// What each nests or repeats itself `count` times.
  void expect(const std::string& sql, const std::string& wanted) {
    EXPECT_EQ(answer(sql), wanted) << sql.substr(0, 100) << "… of " << sql.size() << " bytes";
    EXPECT_EQ(answer("SELECT 1"), "1") << "after " << sql.substr(0, 100);
  }

  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(Nesting, DeepExpressionsAreRefusedBeforeTheStackEnds) {
  constexpr size_t kDeep = 200'000;
  for (const auto& [before, after] :
       {std::pair{"(", ")"}, std::pair{"ARRAY[", "]"}, std::pair{"-", ""}, std::pair{"NOT ", ""},
        std::pair{"abs(", ")"}, std::pair{"(SELECT ", ")"}, std::pair{"CASE WHEN true THEN ", " END"},
        std::pair{"CAST(", " AS int)"}, std::pair{"ROW(1, ", ")"}, std::pair{"EXISTS(SELECT ", ")"},
        std::pair{"1 IN (", ")"}, std::pair{"COALESCE(1, ", ")"}, std::pair{"1 + (", ")"}}) {
    expect("SELECT " + repeated(before, kDeep) + "1" + repeated(after, kDeep), "54001");
  }
}

TEST_F(Nesting, DeepQueriesAreRefusedBeforeTheStackEnds) {
  constexpr size_t kDeep = 100'000;
  expect(repeated("(", kDeep) + "SELECT 1" + repeated(")", kDeep), "54001");
  expect("SELECT * FROM " + repeated("(SELECT * FROM ", kDeep) + "(SELECT 1) a" + repeated(") a", kDeep), "54001");
  expect("SELECT * FROM " + repeated("(", kDeep) + "pg_class" + repeated(" JOIN pg_class ON true)", kDeep), "54001");
  expect(repeated("WITH a AS (", kDeep) + "SELECT 1" + repeated(") SELECT * FROM a", kDeep), "54001");
  expect(repeated("EXPLAIN ", kDeep) + "SELECT 1", "42601");
}

TEST_F(Nesting, LongChainsAreAnswered) {
  constexpr size_t kLong = 5'000;
  expect("SELECT " + listed(kLong, " + ", [](size_t) { return "1"; }), "5000");
  expect("SELECT count(*) FROM pg_class WHERE " +
             listed(kLong, " AND ", [](size_t i) { return "oid::int8 >= -" + std::to_string(i); }) + " AND oid = 0",
         "0");
  expect("SELECT " + listed(kLong, " OR ", [](size_t i) { return std::to_string(i) + " = " + std::to_string(i + 1); }),
         "f");
  expect("SELECT length(" + listed(kLong, " || ", [](size_t) { return "'ab'::text"; }) + ")", "10000");
  expect("SELECT 1" + repeated("::int8::int4", 1'000), "1");
}

TEST_F(Nesting, VeryLongChainsAreAnsweredOrRefused) {
  constexpr size_t kLong = 300'000;
  for (const std::string& sql :
       {"SELECT " + listed(kLong, " + ", [](size_t) { return "1"; }),
        "SELECT " + listed(kLong, " || ", [](size_t) { return "'a'"; }),
        "SELECT " + listed(kLong, " OR ", [](size_t) { return "false"; }), "SELECT 1" + repeated("::int", kLong),
        listed(20'000, " UNION ALL ", [](size_t) { return "SELECT 1"; }),
        "SELECT CASE " + listed(50'000, " ", [](size_t i) { return "WHEN 1 = " + std::to_string(i + 2) + " THEN 1"; }) +
            " ELSE 1 END"}) {
    const std::string given = answer(sql);
    EXPECT_TRUE(given == "54001" || given.size() != 5) << given << " for " << sql.substr(0, 60);
    EXPECT_EQ(answer("SELECT 1"), "1");
  }
}

TEST_F(Nesting, LongListsAreAnswered) {
  const auto number = [](size_t i) { return std::to_string(i); };
  expect("SELECT count(*) FROM generate_series(1, 1000) g WHERE g IN (" + listed(100'000, ", ", number) + ")", "1000");
  expect("SELECT count(*) FROM generate_series(1, 1000) g WHERE g NOT IN (" + listed(100'000, ", ", number) + ")", "0");
  expect("SELECT count(*) FROM generate_series(1, 100) g WHERE g = ANY (ARRAY[" + listed(100'000, ", ", number) + "])",
         "100");
  expect("SELECT count(*) FROM (VALUES " + listed(100'000, ", ", [&](size_t i) { return "(" + number(i) + ", 'x')"; }) +
             ") v",
         "100000");
  expect("SELECT " + listed(1'600, ", ", number), "0");
  expect("SELECT GREATEST(" + listed(20'000, ", ", number) + ")", "19999");
}

TEST_F(Nesting, SixtyFourTablesAreJoined) {
  ASSERT_EQ(answer("CREATE TABLE t (id int PRIMARY KEY, v int)"), "no rows");
  ASSERT_EQ(answer("INSERT INTO t SELECT g, g % 3 FROM generate_series(1, 20) g"), "no rows");
  const auto table = [](size_t i) { return "t a" + std::to_string(i); };
  const auto equal = [](size_t i) { return "a" + std::to_string(i) + ".id = a" + std::to_string(i + 1) + ".id"; };
  const auto star = [](size_t i) { return "a0.id = a" + std::to_string(i + 1) + ".id"; };
  expect("SELECT count(*) FROM " + listed(64, ", ", table) + " WHERE " + listed(63, " AND ", equal), "20");
  expect("SELECT count(*) FROM " + listed(64, ", ", table) + " WHERE " + listed(63, " AND ", star), "20");
  expect("SELECT count(*) FROM t a0 " +
             listed(63, " ", [&](size_t i) { return "LEFT JOIN " + table(i + 1) + " ON " + equal(i); }),
         "20");
  expect("SELECT count(*) FROM t a0 " +
             listed(63, " ", [&](size_t i) { return "FULL JOIN " + table(i + 1) + " USING (id)"; }),
         "20");
  // A constant joins no table to another: 64 relations of one row each.
  expect("SELECT count(*) FROM " + listed(64, ", ", table) + " WHERE " +
             listed(64, " AND ", [](size_t i) { return "a" + std::to_string(i) + ".id = 1"; }),
         "1");
}

}  // namespace
}  // namespace tidemark
