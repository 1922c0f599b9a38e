#pragma once

#include <cstdint>
#include <optional>

#include "engine/influxql_measurement.h"
#include "parser/ast.h"
#include "parser/influxql_ast.h"

namespace tidemark::influxql {

/// The times that a WHERE lets through, both ends included; nothing: unbounded.
struct TimeRange {
  std::optional<int64_t> from_ns;
  std::optional<int64_t> to_ns;
};

/// Takes every comparison with `time` out of `condition`, wherever it stands, and intersects them, as InfluxDB does.
/// What is left of the condition stays there; nothing is left if it was about time only. Throws for times that are
/// none.
[[nodiscard]] TimeRange take_time_range(std::optional<Expression>& condition, int64_t now_ns);

/// The rest of a WHERE for one measurement, as SQL. A missing tag is the empty text; a field that is missing or of
/// another type than its operand makes a comparison false.
[[nodiscard]] ast::ExpressionPtr translate_condition(const Expression& condition, const Measurement& measurement);

/// The range as SQL; null if it is unbounded or the measurement has no time.
[[nodiscard]] ast::ExpressionPtr translate_range(const TimeRange& range, const Measurement& measurement);

/// Arithmetic on fields: `a + b * 2`. Unknown fields are NULL. `call`: what a call means, null where none may stand.
using TranslateCall = std::function<ast::ExpressionPtr(const Expression& call)>;
[[nodiscard]] ast::ExpressionPtr translate_value(const Expression& expression, const Measurement& measurement,
                                                 const TranslateCall& call);

/// A time as WHERE writes it (`2020-01-01`, `2020-01-01 00:00:00.5`, RFC 3339); nothing if it is none.
[[nodiscard]] std::optional<int64_t> parse_time(std::string_view text);

}  // namespace tidemark::influxql
