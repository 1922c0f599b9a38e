#pragma once

#include <cstdint>
#include <string>

#include "types/calendar.h"
#include "types/datetime_format.h"
#include "types/logical_type.h"

namespace tidemark {

class TimeZone;

/// That of the options; UTC if they name none.
const TimeZone& zone_of(const DateTimeOptions& options);

/// Conversions between date, time and timestamp types, and their text. Errors are PostgreSQL's: 22008 `timestamp out of
/// range`, `date out of range for timestamp` …

/// A timetz in the int64 that vectors hold: (UTC microseconds of the day) × 2^18 + (seconds *west* of UTC + 2^17), so
/// that comparing the integers is SQL's comparison.
struct TimeTz {
  int64_t microseconds = 0;  ///< local time since midnight
  int32_t seconds_west = 0;  ///< as PostgreSQL stores it
};
constexpr int64_t pack_timetz(TimeTz time) {
  return (time.microseconds + time.seconds_west * kMicrosecondsPerSecond) * (1 << 18) + time.seconds_west + (1 << 17);
}
constexpr TimeTz unpack_timetz(int64_t packed) {
  const int32_t seconds_west = static_cast<int32_t>(packed & ((1 << 18) - 1)) - (1 << 17);
  return {(packed >> 18) - seconds_west * kMicrosecondsPerSecond, seconds_west};
}

[[noreturn]] void throw_timestamp_out_of_range();
[[noreturn]] void throw_date_out_of_range();

/// Infinities stay infinite in all of these.
int64_t date_to_timestamp(int32_t date);
int32_t timestamp_to_date(int64_t timestamp);
int64_t date_to_timestamptz(int32_t date, const TimeZone& zone);
int32_t timestamptz_to_date(int64_t timestamptz, const TimeZone& zone);
int64_t timestamp_to_timestamptz(int64_t timestamp, const TimeZone& zone);
int64_t timestamptz_to_timestamp(int64_t timestamptz, const TimeZone& zone);
/// timestamptz ↔ timestamptz(9): to microseconds it floors; to nanoseconds 22008 if it does not fit or is infinite.
int64_t nanoseconds_to_microseconds(int64_t nanoseconds);
int64_t microseconds_to_nanoseconds(int64_t microseconds);
/// The same clamped to the ends of the range, for comparisons (D32): what lies beyond, infinities too, becomes
/// INT64_MIN or INT64_MAX, which no stored value is.
int64_t microseconds_to_nanoseconds_clamped(int64_t microseconds);
/// Microseconds of the day.
int64_t timestamp_to_time(int64_t timestamp);

/// Rounds to `digits` (0 to 6) behind the point, half away from zero as PostgreSQL; infinities stay.
int64_t round_timestamp(int64_t timestamp, int digits);
int64_t round_time(int64_t time, int digits);

void append_date(std::string& target, int32_t date, const DateTimeOptions& options);
void append_time(std::string& target, int64_t microseconds);
void append_timetz(std::string& target, int64_t packed);
void append_timestamp(std::string& target, int64_t timestamp, const DateTimeOptions& options);
void append_timestamptz(std::string& target, int64_t timestamptz, const DateTimeOptions& options);
/// options.timestamp_digits digits at most.
void append_timestamptz_ns(std::string& target, int64_t nanoseconds, const DateTimeOptions& options);

}  // namespace tidemark
