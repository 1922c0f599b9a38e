#include "bench/macro/dialect.h"

#include <fmt/format.h>

#include "bench/macro/table_batch.h"

namespace tidemark::bench {

std::string time_literal(Dialect dialect, int64_t epoch_us) {
  if (dialect == Dialect::kSqlite) {
    return std::to_string(epoch_us);
  }
  std::string text = dialect == Dialect::kDuckDb ? "TIMESTAMP '" : "TIMESTAMPTZ '";
  append_time(text, epoch_us);
  if (dialect == Dialect::kDuckDb) {
    text.resize(text.size() - 3);  // its column has no zone
  }
  return text + "'";
}

std::string time_bucket(Dialect dialect, int64_t seconds, std::string_view column) {
  switch (dialect) {
    case Dialect::kSqlite:
      return fmt::format("{0} / {1} * {1}", column, seconds * 1'000'000);
    case Dialect::kDuckDb:
      // Its own origin is a midnight as well: the same buckets, up to a day.
      return fmt::format("time_bucket(INTERVAL '{} seconds', {})", seconds, column);
    default:
      return fmt::format("date_bin('{} seconds', {}, TIMESTAMPTZ '1970-01-01 00:00:00+00')", seconds, column);
  }
}

std::string regex_match(Dialect dialect, std::string_view column, std::string_view pattern) {
  switch (dialect) {
    case Dialect::kSqlite:
      return "";
    case Dialect::kDuckDb:
      return fmt::format("regexp_matches({}, '{}')", column, pattern);
    default:
      return fmt::format("{} ~ '{}'", column, pattern);
  }
}

std::string quantile(Dialect dialect, double fraction, std::string_view column) {
  switch (dialect) {
    case Dialect::kSqlite:
      return "";
    case Dialect::kDuckDb:
      return fmt::format("quantile_cont({}, {})", column, fraction);
    default:
      return fmt::format("percentile_cont({}) WITHIN GROUP (ORDER BY {})", fraction, column);
  }
}

}  // namespace tidemark::bench
