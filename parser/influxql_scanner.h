#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/scanned_token.h"

/// InfluxQL text → tokens of grammar/InfluxQlLexer.g4.
namespace tidemark::influxql {

/// Never fails: what is no token becomes BAD, which no rule takes. Whether `/` begins a regular expression depends on
/// the token before it.
[[nodiscard]] std::vector<ScannedToken> scan(std::string_view text);

/// The value of a NAME, STRING or REGEX token: quotes gone, escapes undone.
[[nodiscard]] std::string token_value(std::string_view text, const ScannedToken& token);

/// `1h30m` → nanoseconds; nothing if it does not fit int64.
[[nodiscard]] std::optional<int64_t> duration_value(std::string_view text);

/// Where a token stands: line and character, from 1, in bytes, as InfluxDB counts.
struct Place {
  size_t line = 1;
  size_t character = 1;
};
[[nodiscard]] Place place_of(std::string_view text, size_t offset);

}  // namespace tidemark::influxql
