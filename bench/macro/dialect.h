#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::bench {

/// What a peer is asked in.
enum class Dialect : uint8_t { kTidemark, kPostgres, kDuckDb, kSqlite, kMetricsQl };

// Words that differ between the SQL dialects. Times are microseconds since 1970; SQLite stores them as such.

/// A point in time as a literal.
std::string time_literal(Dialect dialect, int64_t epoch_us);
/// Start of the bucket of so many seconds that `column` lies in.
std::string time_bucket(Dialect dialect, int64_t seconds, std::string_view column);
/// `column` matches a regular expression; empty where the engine has none.
std::string regex_match(Dialect dialect, std::string_view column, std::string_view pattern);
/// The exact, interpolated quantile; empty where the engine has none.
std::string quantile(Dialect dialect, double fraction, std::string_view column);

}  // namespace tidemark::bench
