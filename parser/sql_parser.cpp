#include "parser/sql_parser.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "parser/antlr_parser.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_bulk_insert.h"
#include "parser/sql_scanner.h"

namespace tidemark {
namespace {

/// PostgreSQL's limit, too; offsets into the text are 32 bits wide.
constexpr size_t kTextBytesMax = size_t{1} << 30U;

void require_text(std::string_view text) {
  if (text.size() > kTextBytesMax) throw Error(sqlstate::kProgramLimitExceeded, "statement is longer than 1 GiB");
  require_utf8(text);
}

/// Parses `tokens` beginning with `rule`, and lets `use(builder, tree)` build the result. Syntax errors become Errors
/// here.
template <class Tree, class Use>
auto parse_tokens(std::string_view text, const std::vector<ScannedToken>& tokens, Tree* (Sql::*rule)(), Use&& use) {
  try {
    return parse_with_antlr<Sql>(tokens, rule, [&](const ParseNode* tree) {
      SqlAstBuilder builder(text, tokens);
      return use(builder, tree);
    });
  } catch (const SyntaxFailure& failure) {
    throw_syntax_error(text, tokens, failure.token_index);
  }
}

template <class Tree, class Use>
auto parse_text(std::string_view text, Tree* (Sql::*rule)(), Use&& use) {
  require_text(text);
  return parse_tokens(text, scan_sql(text), rule, std::forward<Use>(use));
}

std::vector<ast::StatementPtr> build_statements(SqlAstBuilder& builder, const ParseNode* tree) {
  return builder.statements(tree);
}

}  // namespace

std::vector<ast::StatementPtr> parse_sql(std::string_view text, BulkValues bulk) {
  require_text(text);
  std::optional<BulkInsert> rows = bulk == BulkValues::Compact ? scan_bulk_insert(text) : std::nullopt;
  if (!rows.has_value()) return parse_tokens(text, scan_sql(text), &Sql::statements, build_statements);
  std::vector<ast::StatementPtr> result = parse_tokens(text, rows->tokens, &Sql::statements, build_statements);
  // ANTLR saw the first row only; all of them take its place. Where VALUES was a part of something else, it must see
  // them all.
  auto& insert = result.front()->as<ast::InsertStatement>();
  if (insert.query->query_kind != ast::QueryKind::Values) return parse_sql(text, BulkValues::AsExpressions);
  auto& values = insert.query->as<ast::ValuesQuery>();
  values.rows.clear();
  values.literal_rows = std::move(rows->rows);
  return result;
}

ast::ExpressionPtr parse_expression(std::string_view text) {
  return parse_text(text, &Sql::expressionOnly, [](SqlAstBuilder& builder, const ParseNode* tree) {
    TreeCursor children = builder.cursor(tree);
    return builder.expression(children.take_rule());
  });
}

ast::TypeName parse_type_name(std::string_view text) {
  return parse_text(text, &Sql::typeOnly, [](SqlAstBuilder& builder, const ParseNode* tree) {
    TreeCursor children = builder.cursor(tree);
    return builder.type_name(children.take_rule());
  });
}

void warm_up_sql_parser() {
  // One statement of each shape that clients send most; what they share (expressions, names, FROM) is learnt once.
  static constexpr std::string_view kShapes[] = {
      "SELECT 1",
      "SELECT * FROM t WHERE a = 1 AND b > 'x' OR NOT c ORDER BY d DESC NULLS LAST LIMIT 10 OFFSET 5",
      "SELECT a.b, count(*), avg(c) AS d, max(e) FILTER (WHERE f IS NOT NULL) FROM s.t AS a WHERE g BETWEEN now() - "
      "interval '1 hour' AND now() "
      "AND h IN ('x', 'y') AND i LIKE 'z%' GROUP BY a.b, 2 HAVING count(*) > 1 ORDER BY 1, 2",
      "SELECT date_bin('1 hour', time, '2000-01-01'::timestamptz) AS bucket, host, sum(x) OVER (PARTITION BY host "
      "ORDER BY time ROWS BETWEEN 1 "
      "PRECEDING AND CURRENT ROW) FROM cpu WHERE time >= $1 AND time < $2 GROUP BY 1, 2",
      "WITH a AS (SELECT x, y FROM t WHERE z = -1) SELECT DISTINCT ON (x) a.x, CASE WHEN y > 0 THEN 'p' ELSE 'n' END "
      "FROM a JOIN b ON a.x = b.x "
      "LEFT JOIN c USING (d) WHERE EXISTS (SELECT 1 FROM e WHERE e.f = a.x) UNION ALL SELECT 1, 'q'",
      "SELECT * FROM (SELECT a FROM b) AS c, LATERAL (SELECT d FROM e) AS f, generate_series(1, 10) AS g(h) WHERE (i, "
      "j) IN (SELECT k, l FROM m)",
      "INSERT INTO t (a, b, c) VALUES (1, 'x', -2.5), ($1, NULL, true) ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b, c "
      "= t.c + 1 RETURNING *",
      "UPSERT INTO t (a, b) VALUES (1, 2)",
      "INSERT INTO t SELECT a, b FROM u",
      "UPDATE t SET a = a + 1, b = 'x' FROM u WHERE t.c = u.c",
      "DELETE FROM t WHERE a < 5",
      "CREATE TABLE t (a bigint PRIMARY KEY, b text NOT NULL DEFAULT 'x', c timestamptz, d double precision, e "
      "numeric(10, 2), PRIMARY KEY (a, c)) "
      "WITH (partition_interval = '1 day')",
      "DROP TABLE IF EXISTS t",
      "BEGIN; COMMIT; ROLLBACK; SET a = 'b'; SHOW c; SAVEPOINT s",
      "SELECT n.nspname AS \"Schema\", c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON "
      "n.oid = c.relnamespace WHERE "
      "c.relkind IN ('r', '') AND n.nspname !~ '^pg_toast' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1, 2",
  };
  for (const std::string_view shape : kShapes) static_cast<void>(parse_sql(shape));
}

}  // namespace tidemark
