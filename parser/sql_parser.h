#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/ast.h"

namespace tidemark {

/// How the rows of a long INSERT … VALUES of plain literals come: as `ValuesQuery::literal_rows`, which is much faster,
/// or like all others.
enum class BulkValues : uint8_t { Compact, AsExpressions };

/// SQL text → statements. Empty statements (`;;`) leave nothing; empty text gives an empty vector.
/// Positions in the nodes and in errors count characters of the whole `text`, from 1.
/// Throws Error: 42601 with PostgreSQL's words (`syntax error at or near "x"`, `unterminated quoted string at or near
/// "'…"`) and position, 22021 for bytes that are not UTF-8, 54001 for nesting deeper than the stack allows, 0A000 for
/// what is understood but not supported. Safe to call from any thread; the text is not kept.
[[nodiscard]] std::vector<ast::StatementPtr> parse_sql(std::string_view text, BulkValues bulk = BulkValues::Compact);

/// One expression, as stored for column defaults, CHECK and generated columns. Errors as above.
[[nodiscard]] ast::ExpressionPtr parse_expression(std::string_view text);

/// One type name, as in `'numeric(10,2)'::regtype`. Errors as above.
[[nodiscard]] ast::TypeName parse_type_name(std::string_view text);

/// Parses typical statements once, so that the first real ones find the prediction tables filled (tens of milliseconds;
/// call at start).
void warm_up_sql_parser();

}  // namespace tidemark
