#pragma once

#include <cstdint>
#include <limits>

#include "types/logical_type.h"

namespace tidemark {

/// The units and bounds of dates and timestamps, and the proleptic Gregorian calendar under them. Dates count days, and
/// timestamps microseconds, since 2000-01-01; timestamptz(9) counts nanoseconds since 1970-01-01 (D2).

inline constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
inline constexpr int64_t kMicrosecondsPerMinute = 60 * kMicrosecondsPerSecond;
inline constexpr int64_t kMicrosecondsPerHour = 60 * kMicrosecondsPerMinute;
inline constexpr int64_t kMicrosecondsPerDay = 24 * kMicrosecondsPerHour;
inline constexpr int32_t kSecondsPerDay = 86'400;

/// Days, and microseconds, from 1970-01-01 to 2000-01-01.
inline constexpr int32_t kEpochShiftDays = 10'957;
inline constexpr int64_t kEpochShiftMicroseconds = kEpochShiftDays * kMicrosecondsPerDay;
/// The Julian day number of 2000-01-01.
inline constexpr int32_t kEpochJulianDay = 2'451'545;

inline constexpr int32_t kDateInfinity = std::numeric_limits<int32_t>::max();
inline constexpr int32_t kDateMinusInfinity = std::numeric_limits<int32_t>::min();
inline constexpr int64_t kTimestampInfinity = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kTimestampMinusInfinity = std::numeric_limits<int64_t>::min();

constexpr bool is_infinite_date(int32_t date) { return date == kDateInfinity || date == kDateMinusInfinity; }
constexpr bool is_infinite_timestamp(int64_t timestamp) {
  return timestamp == kTimestampInfinity || timestamp == kTimestampMinusInfinity;
}
/// PostgreSQL's range: from 4714-11-24 BC, dates to the year 5874897, timestamps to 294276.
constexpr bool is_valid_date(int64_t date) {
  return date >= -kEpochJulianDay && date < 2'147'483'494 - kEpochJulianDay;
}
constexpr bool is_valid_timestamp(int64_t microseconds) {
  return microseconds >= -211'813'488'000'000'000 && microseconds < 9'223'371'331'200'000'000;
}

struct CivilDate {
  int32_t year = 0;  ///< astronomical: 0 is 1 BC
  int32_t month = 1;
  int32_t day = 1;
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

struct CivilTime {
  CivilDate date;
  int32_t hour = 0;
  int32_t minute = 0;
  int32_t second = 0;
  int32_t microsecond = 0;
};

constexpr bool is_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
/// month 1–12.
int32_t days_in_month(int64_t year, int32_t month);
/// Days since 2000-01-01 of a date of the proleptic Gregorian calendar. Precondition: 1 <= month <= 12.
int64_t days_from_civil(int64_t year, int32_t month, int32_t day);
CivilDate civil_from_days(int64_t days);
/// 0 Sunday … 6 Saturday.
int32_t weekday_of(int64_t days);
/// 1 … 366.
int32_t day_of_year(const CivilDate& date);
/// ISO 8601 week 1 … 53 and the year that it belongs to.
int32_t iso_week(const CivilDate& date, int32_t& iso_year);
/// The Monday of ISO week 1 of `iso_year`, as days since 2000-01-01.
int64_t iso_year_start(int64_t iso_year);

/// Finite timestamps only.
CivilTime civil_from_timestamp(int64_t microseconds);
/// False if the result is out of PostgreSQL's range. Hours, minutes and seconds may lie outside their usual bounds.
[[nodiscard]] bool timestamp_from_civil(const CivilTime& civil, int64_t& microseconds);
/// From days and microseconds of the day; false if out of range.
[[nodiscard]] bool timestamp_from_parts(int64_t days, int64_t microseconds_of_day, int64_t& microseconds);

/// Quotient rounded towards minus infinity; the remainder is of the divisor's sign.
constexpr int64_t floor_divide(int64_t dividend, int64_t divisor) {
  const int64_t quotient = dividend / divisor;
  return quotient - (dividend % divisor != 0 && (dividend < 0) != (divisor < 0) ? 1 : 0);
}
constexpr int64_t floor_modulo(int64_t dividend, int64_t divisor) {
  const int64_t rest = dividend % divisor;
  return rest != 0 && (rest < 0) != (divisor < 0) ? rest + divisor : rest;
}

/// A timestamptz(9) as microseconds (floored, PostgreSQL's epoch) and 0 … 999 nanoseconds, so that whatever works on
/// microseconds works on it: split, compute, join.
struct SplitNanoseconds {
  int64_t microseconds = 0;
  int32_t nanoseconds = 0;
};
constexpr SplitNanoseconds split_nanoseconds(int64_t nanoseconds_since_1970) {
  const int64_t microseconds = floor_divide(nanoseconds_since_1970, 1000);
  return {microseconds - kEpochShiftMicroseconds, static_cast<int32_t>(floor_modulo(nanoseconds_since_1970, 1000))};
}
/// False if it does not fit timestamptz(9): infinities, and years outside 1677 to 2262.
[[nodiscard]] constexpr bool join_nanoseconds(int64_t microseconds, int32_t nanoseconds, int64_t& result) {
  int64_t since_1970 = 0;
  int64_t scaled = 0;
  return !is_infinite_timestamp(microseconds) &&
         !__builtin_add_overflow(microseconds, kEpochShiftMicroseconds, &since_1970) &&
         !__builtin_mul_overflow(since_1970, int64_t{1000}, &scaled) &&
         !__builtin_add_overflow(scaled, nanoseconds, &result) && result != kTimestampInfinity &&
         result != kTimestampMinusInfinity;
}

}  // namespace tidemark
