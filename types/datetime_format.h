#pragma once

#include <cstdint>

namespace tidemark {

class TimeZone;

/// What the settings DateStyle, IntervalStyle and TimeZone say, and the clock for 'now'.

enum class DateStyle : uint8_t { kIso, kSql, kPostgres, kGerman };
/// How numbers of an ambiguous date are read, and written in the styles SQL and Postgres.
enum class DateOrder : uint8_t { kMonthDayYear, kDayMonthYear, kYearMonthDay };
enum class IntervalStyle : uint8_t { kPostgres, kPostgresVerbose, kSqlStandard, kIso8601 };

struct DateTimeOptions {
  const TimeZone* time_zone = nullptr;  ///< null: UTC
  DateStyle date_style = DateStyle::kIso;
  DateOrder date_order = DateOrder::kMonthDayYear;
  IntervalStyle interval_style = IntervalStyle::kPostgres;
  /// Digits behind the point of a timestamptz(9): 6 (floored) or 9. Trailing zeros are not printed.
  int timestamp_digits = 9;
  /// Start of the transaction, UTC, microseconds since 2000: 'now', 'today' …
  int64_t now = 0;
};

}  // namespace tidemark
