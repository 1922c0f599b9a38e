#include "parser/sql_bulk_insert.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "parser/ast_statement.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"

namespace tidemark {
namespace {

/// Rows of random literals, enough of them for the bulk path.
std::string random_rows(uint32_t seed, size_t rows) {
  std::mt19937 random(seed);
  static constexpr const char* kCells[] = {
      "1",   "-5", "0",       "2147483647", "2147483648", "-99999999999", "1.5",  "-.5",   "5.",  "1e10",  "-1.5E-3",
      "'x'", "''", "'it''s'", "'ä, (ö)'",   "NULL",       "null",         "True", "FALSE", "007", "'a;b'", "'--'"};
  std::string text;
  for (size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : (random() % 2 == 0 ? ",(" : " ,\n ( ");
    for (int column = 0; column < 5; ++column) {
      text += column == 0 ? "" : (random() % 2 == 0 ? "," : " , ");
      text += kCells[random() % std::size(kCells)];
    }
    text += random() % 2 == 0 ? ")" : " )";
  }
  return text;
}

const ast::ValuesQuery& values_of(const std::vector<ast::StatementPtr>& statements) {
  return statements.at(0)->as<ast::InsertStatement>().query->as<ast::ValuesQuery>();
}

void expect_same(const std::string& text) {
  const auto compact = parse_sql(text);
  const auto plain = parse_sql(text, BulkValues::AsExpressions);
  ASSERT_EQ(compact.size(), plain.size());
  ASSERT_NE(values_of(compact).literal_rows, nullptr) << text.substr(0, 80);
  for (size_t i = 0; i < compact.size(); ++i) {
    EXPECT_EQ(to_sql(*compact[i]), to_sql(*plain[i]));
    EXPECT_EQ(compact[i]->source_offset, plain[i]->source_offset);
    EXPECT_EQ(compact[i]->source_length, plain[i]->source_length);
  }
  const ast::LiteralRows& rows = *values_of(compact).literal_rows;
  const auto& expected = values_of(plain).rows;
  ASSERT_EQ(rows.row_count(), expected.size());
  for (size_t row = 0; row < rows.row_count(); ++row) {
    for (size_t column = 0; column < rows.column_count(); ++column) {
      EXPECT_EQ(rows.position(rows.cell(row, column)), expected[row][column]->position);
      EXPECT_EQ(rows.expression(rows.cell(row, column))->kind, expected[row][column]->kind);
    }
  }
}

TEST(SqlBulkInsert, SaysWhatAntlrSays) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    const std::string rows = random_rows(seed, 300);
    expect_same("INSERT INTO t VALUES " + rows);
    expect_same("  insert into s.\"values\" (a, \"b values (\", c, d, e) /* ü */ values" + rows +
                " ON CONFLICT (a) DO UPDATE SET b = 'ü' RETURNING a;");
    expect_same("UPSERT INTO t VALUES" + rows + "; SELECT 'ü', 1");
  }
}

TEST(SqlBulkInsert, LeavesEverythingElseToAntlr) {
  const std::string rows = random_rows(7, 300);
  for (const std::string& text : {
           "INSERT INTO t VALUES " + rows + ", (1, 2, 3, 4)",
           "INSERT INTO t VALUES " + rows + ", (1, 2, 3, 4, 5 + 1)",
           "INSERT INTO t VALUES " + rows + ", (1, 2, 3, 4, DEFAULT)",
           "INSERT INTO t VALUES " + rows + ", (1, 2, 3, 4, E'x')",
           "INSERT INTO t VALUES " + rows + ", (1, 2, 3, 4, 'x'\n'y')",
           "INSERT INTO t VALUES " + rows + ", (1, 2, 3, 4, - 5)",
           "INSERT INTO t VALUES " + rows + ", (1, 2, 3, 4, date '2020-01-01')",
           "INSERT INTO t SELECT 1, 2, 3, 4, 5 UNION VALUES " + rows,
           "INSERT INTO t VALUES " + rows + ", (1, 2, /* x */ 3, 4, 5)",
           "VALUES " + rows,
       }) {
    const auto compact = parse_sql(text);
    EXPECT_EQ(to_sql(*compact.at(0)), to_sql(*parse_sql(text, BulkValues::AsExpressions).at(0)));
    const auto* values =
        compact[0]->kind == ast::StatementKind::Insert ? compact[0]->as<ast::InsertStatement>().query.get() : nullptr;
    if (values != nullptr && values->query_kind == ast::QueryKind::Values) {
      EXPECT_EQ(values->as<ast::ValuesQuery>().literal_rows, nullptr) << text.substr(text.size() - 40);
    }
  }
}

TEST(SqlBulkInsert, ErrorsAreAntlrsErrors) {
  const std::string rows = random_rows(9, 300);
  for (const std::string& text :
       {"INSERT INTO t VALUES " + rows + ", (1", "INSERT INTO t VALUES " + rows + " FROM x",
        "INSERT INTO t VALUES " + rows + ",", "INSERT INTO VALUES " + rows, "INSERT INTO t VALUES " + rows + ", (1, 'ü",
        "INSERT INTO t VALUES " + rows + " ON CONFLICT ü"}) {
    const auto failure = [&](BulkValues bulk) -> std::string {
      try {
        static_cast<void>(parse_sql(text, bulk));
        return "none";
      } catch (const Error& error) {
        return error.sqlstate() + " " + std::to_string(error.position()) + " " + error.message();
      }
    };
    EXPECT_EQ(failure(BulkValues::Compact), failure(BulkValues::AsExpressions));
    EXPECT_NE(failure(BulkValues::Compact), "none");
  }
}

}  // namespace
}  // namespace tidemark
