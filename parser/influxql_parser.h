#pragma once

#include <string_view>
#include <vector>

#include "parser/influxql_ast.h"

namespace tidemark::influxql {

/// InfluxQL text → statements, in order. Also takes the statements of SQL that have no counterpart there (UPSERT,
/// FLUSH), as text. Throws Error 42601 with InfluxDB's words, without the `error parsing query: ` before them: `found
/// x, expected FROM at line 1, char 9`.
[[nodiscard]] std::vector<Statement> parse_influxql(std::string_view text);

}  // namespace tidemark::influxql
