#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "types/datetime_format.h"
#include "types/int128.h"
#include "types/logical_type.h"

namespace tidemark {

class TimeZone;

inline constexpr int32_t kMonthsPerYear = 12;
inline constexpr int32_t kDaysPerMonth = 30;  ///< where SQL must give a month a length

/// Text and arithmetic of intervals. Overflow throws 22008 `interval out of range`, or for timestamps `timestamp out of
/// range`, as PostgreSQL does. Parsing: types/datetime_input.h.

void append_interval(std::string& target, const Interval& interval, IntervalStyle style);

/// SQL's length for comparison: a month is 30 days, a day 24 hours. In microseconds.
Int128 interval_length(const Interval& interval);

Interval negate(const Interval& interval);
Interval add(const Interval& left, const Interval& right);
Interval subtract(const Interval& left, const Interval& right);
/// Fractions of a month flow down into days, of a day into time, as PostgreSQL does. 22012 for division by zero.
Interval multiply(const Interval& interval, double factor);
Interval divide(const Interval& interval, double divisor);

Interval justify_hours(const Interval& interval);
Interval justify_days(const Interval& interval);
Interval justify_interval(const Interval& interval);

/// Drops the fields that the type modifier leaves out and rounds to its precision.
Interval with_interval_modifier(const Interval& interval, int32_t modifier);

/// Months first, then clamped to the end of the month, then days, then microseconds; infinities stay.
int64_t timestamp_plus_interval(int64_t timestamp, const Interval& interval);
/// Months and days are added in local time of `zone`.
int64_t timestamptz_plus_interval(int64_t timestamptz, const Interval& interval, const TimeZone& zone);
/// The same for timestamptz(9); the nanoseconds stay.
int64_t timestamptz_ns_plus_interval(int64_t nanoseconds, const Interval& interval, const TimeZone& zone);
/// Days and time; 22008 for infinite timestamps.
Interval timestamp_minus_timestamp(int64_t left, int64_t right);
/// Years, months and days between, symbolic, as PostgreSQL's age(). Timestamps without zone: convert first.
Interval age(int64_t left, int64_t right);
/// Time of day plus the interval's microseconds, around the clock.
int64_t time_plus_interval(int64_t time, const Interval& interval);

}  // namespace tidemark
