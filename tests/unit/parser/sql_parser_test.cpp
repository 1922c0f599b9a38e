#include "parser/sql_parser.h"

#include <gtest/gtest.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "parser/ast_statement.h"
#include "parser/ast_to_sql.h"
#include "tests/unit/parser/sql_corpus.h"

namespace tidemark {
namespace {

std::string canonical(std::string_view text) {
  std::string result;
  for (const ast::StatementPtr& statement : parse_sql(text)) result += to_sql(*statement) + ";";
  return result;
}

/// `SQLSTATE position message`, or the canonical text if there is no error.
std::string outcome(std::string_view text) {
  try {
    return canonical(text);
  } catch (const Error& error) {
    return error.sqlstate() + " " + std::to_string(error.position()) + " " + error.message();
  }
}

std::string canonical_expression(std::string_view text) { return to_sql(*parse_expression(text)); }

TEST(SqlParser, TakesEveryStatementOfTheCorpusAndPrintsItStably) {
  const std::vector<std::string> corpus = valid_corpus();
  ASSERT_GT(corpus.size(), 400U);
  for (const std::string& line : corpus) {
    const std::string once = outcome(line);
    ASSERT_FALSE(once.starts_with("42") || once.starts_with("0A")) << line << "\n" << once;
    EXPECT_EQ(outcome(once), once) << line;
  }
}

TEST(SqlParser, RefusesWithPostgresqlsStateWordsAndPosition) {
  const std::vector<std::string> corpus = corpus_lines("rejected.tsv");
  ASSERT_GT(corpus.size(), 200U);
  for (const std::string& line : corpus) {
    std::istringstream fields(line);
    std::string state, position, message, statement;
    std::getline(fields, state, '\t');
    std::getline(fields, position, '\t');
    std::getline(fields, message, '\t');
    std::getline(fields, statement);
    EXPECT_EQ(outcome(statement), state + " " + position + " " + message) << statement;
  }
}

TEST(SqlParser, NeverCrashesOnPrefixesAndTokenLoss) {
  // Each statement cut after every character, and with each word left out: an answer or an Error, nothing else.
  for (const std::string& line : valid_corpus()) {
    for (size_t length = 0; length < line.size(); length += 3)
      static_cast<void>(outcome(std::string_view(line).substr(0, length)));
    for (size_t space = line.find(' '); space != std::string::npos; space = line.find(' ', space + 1)) {
      const size_t next = std::min(line.find(' ', space + 1), line.size());
      static_cast<void>(outcome(line.substr(0, space) + line.substr(next)));
    }
  }
}

TEST(SqlParser, SettlesOperatorsByPostgresqlsPrecedence) {
  struct Case {
    const char* text;
    const char* canonical;
  };
  static constexpr Case kCases[] = {
      {"(1 + (2 * 3)) - 4", "1 + 2 * 3 - 4"},
      {"1 - (2 - 3)", "1 - (2 - 3)"},
      {"(2 ^ 3) ^ 4", "2 ^ 3 ^ 4"},
      {"(-2) ^ 2", "-2 ^ 2"},
      {"-(2 ^ 2)", "-(2 ^ 2)"},
      {"-1::int", "-1::integer"},
      {"(-1)::int", "(-1)::integer"},
      {"NOT (a = b)", "NOT a = b"},
      {"(NOT a) = b", "(NOT a) = b"},
      {"a AND (b OR c)", "a AND (b OR c)"},
      {"(a OR (b AND c))", "a OR b AND c"},
      {"(a AND b) AND c", "a AND b AND c"},
      {"a || (b || c)", "a || (b || c)"},
      {"(a + b) || c", "a + b || c"},
      {"(a || b) = c", "a || b = c"},
      {"(a = b) IS NULL", "a = b IS NULL"},
      {"(a < b) = c", "(a < b) = c"},
      {"a BETWEEN (b AND c) AND d", "a BETWEEN (b AND c) AND d"},
      {"(a BETWEEN 1 AND 2) AND b", "a BETWEEN 1 AND 2 AND b"},
      {"(a LIKE b) ESCAPE_", nullptr},
      {"(a IN (1, 2)) = b", "a IN (1, 2) = b"},
      {"a AT TIME ZONE 'x' COLLATE \"C\"", "a AT TIME ZONE 'x' COLLATE \"C\""},
      {"(@ a) + b", "(@ a) + b"},
      {"@ (a + b)", "@ a + b"},
      {"a != b", "a <> b"},
      {"a*-1", "a * -1"},
      {"a ISNULL", "a IS NULL"},
      {"x::timestamp(3) with time zone", "x::timestamp(3) WITH TIME ZONE"},
      {"EXTRACT(year FROM a)", "EXTRACT('year' FROM a)"},
      {"\"Select\".\"a b\".c", "\"Select\".\"a b\".c"},
  };
  for (const Case& entry : kCases) {
    if (entry.canonical == nullptr) {
      EXPECT_THROW(static_cast<void>(parse_expression(entry.text)), Error) << entry.text;
    } else {
      EXPECT_EQ(canonical_expression(entry.text), entry.canonical) << entry.text;
    }
  }
}

TEST(SqlParser, KeepsEachStatementsSource) {
  const std::string text = "  SELECT 1 ;; -- nothing\n INSERT INTO t VALUES ('ä;');SELECT 2";
  const auto statements = parse_sql(text);
  ASSERT_EQ(statements.size(), 3U);
  const auto source = [&](size_t i) { return text.substr(statements[i]->source_offset, statements[i]->source_length); };
  EXPECT_EQ(source(0), "SELECT 1");
  EXPECT_EQ(source(1), "INSERT INTO t VALUES ('ä;')");
  EXPECT_EQ(source(2), "SELECT 2");
  EXPECT_TRUE(parse_sql(" ; ; ").empty());
  EXPECT_TRUE(parse_sql("").empty());
}

TEST(SqlParser, CountsPositionsInCharacters) {
  const auto statements = parse_sql("SELECT 'äöü', x");
  const auto& select = statements[0]->as<ast::SelectQuery>();
  EXPECT_EQ(select.targets[1].expression->position, 15);
  EXPECT_EQ(outcome("SELECT 'äöü' FROM FROM"), "42601 19 syntax error at or near \"FROM\"");
}

TEST(SqlParser, RefusesBytesThatAreNotUtf8) {
  EXPECT_EQ(outcome("SELECT '\xff'"), "22021 0 invalid byte sequence for encoding \"UTF8\": 0xff");
  EXPECT_EQ(outcome(std::string_view("SELECT \0", 8)).substr(0, 5), "22021");
}

TEST(SqlParser, ParsesTypeNames) {
  EXPECT_EQ(to_sql(parse_type_name("numeric(10,2)[]")), "numeric(10, 2)[]");
  EXPECT_EQ(to_sql(parse_type_name("timestamptz(9)")), "timestamptz(9)");
  EXPECT_EQ(parse_type_name("double precision").name.parts, (std::vector<std::string>{"pg_catalog", "float8"}));
  EXPECT_EQ(parse_type_name("char").modifiers.size(), 1U);
  EXPECT_THROW(static_cast<void>(parse_type_name("int int")), Error);
}

TEST(SqlParser, DeepNestingIsAnErrorAndTheThreadLivesOn) {
  const auto nested = [](size_t depth, std::string_view open, std::string_view inner, std::string_view close) {
    std::string text = "SELECT ";
    for (size_t i = 0; i < depth; ++i) text += open;
    text += inner;
    for (size_t i = 0; i < depth; ++i) text += close;
    return text;
  };
  struct Case {
    std::string_view open, inner, close;
  };
  static constexpr Case kCases[] = {
      {"(", "1", ")"},      {"f(", "1", ")"},     {"(SELECT ", "1", ")"},
      {"- ", "1", ""},      {"NOT ", "true", ""}, {"CASE WHEN ", "true", " THEN 1 END"},
      {"ARRAY[", "1", "]"}, {"a IN (", "1", ")"}, {"(SELECT * FROM (SELECT ", "1", ") x)"}};
  for (const Case& entry : kCases) {
    EXPECT_EQ(outcome(nested(100'000, entry.open, entry.inner, entry.close)).substr(0, 5), "54001") << entry.open;
    EXPECT_NE(outcome(nested(100, entry.open, entry.inner, entry.close)).substr(0, 5), "54001") << entry.open;
  }
  // Chains that nest to the left only when their tree is made.
  for (const std::string_view link : {" + 1", "::int", " UNION SELECT 1", " || 'x'", " COLLATE \"C\""}) {
    std::string text = "SELECT 1";
    for (int i = 0; i < 100'000; ++i) text += link;
    EXPECT_EQ(outcome(text).substr(0, 5), "54001") << link;
  }
  std::string joins = "SELECT * FROM t";
  for (int i = 0; i < 100'000; ++i) joins += " CROSS JOIN t";
  EXPECT_EQ(outcome(joins).substr(0, 5), "54001");
  EXPECT_EQ(outcome("SELECT 1"), "SELECT 1;");
}

TEST(SqlParser, LongFlatListsAreNoNesting) {
  std::string conditions = "SELECT a = 0";
  std::string list = "SELECT a IN (0";
  for (int i = 1; i < 9'000; ++i) {
    conditions += " OR a = " + std::to_string(i);
    list += ", " + std::to_string(i);
  }
  const auto statements = parse_sql(conditions);
  const auto& select = statements[0]->as<ast::SelectQuery>();
  EXPECT_EQ(select.targets[0].expression->as<ast::LogicalExpression>().operands.size(), 9'000U);
  EXPECT_EQ(parse_sql(list + ")").size(), 1U);
}

TEST(SqlParser, ThreadsAgree) {
  const std::vector<std::string> corpus = valid_corpus();
  std::vector<std::string> expected;
  for (const std::string& line : corpus) expected.push_back(outcome(line));
  std::atomic<size_t> differences = 0;
  {
    std::vector<std::jthread> threads;
    for (size_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (size_t i = 0; i < corpus.size(); ++i) {
          const size_t at = (i * 7 + thread * 101) % corpus.size();
          if (outcome(corpus[at]) != expected[at]) ++differences;
        }
      });
    }
  }
  EXPECT_EQ(differences, 0U);
}

TEST(SqlParser, WarmsUp) { EXPECT_NO_THROW(warm_up_sql_parser()); }

}  // namespace
}  // namespace tidemark
