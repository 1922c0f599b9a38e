#include "types/interval.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "types/calendar.h"
#include "types/datetime.h"
#include "types/interval_fields.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

[[noreturn]] void throw_interval_out_of_range() {
  throw Error(sqlstate::kDatetimeFieldOverflow, "interval out of range");
}

template <class T>
T checked_add(T left, T right) {
  T sum = 0;
  if (__builtin_add_overflow(left, right, &sum)) {
    throw_interval_out_of_range();
  }
  return sum;
}

int32_t checked_int32(double number) {
  if (std::isnan(number) || number < -2147483648.0 || number >= 2147483648.0) {
    throw_interval_out_of_range();
  }
  return static_cast<int32_t>(number);
}

int64_t checked_int64(double number) {
  if (std::isnan(number) || number < -9223372036854775808.0 || number >= 9223372036854775808.0) {
    throw_interval_out_of_range();
  }
  return static_cast<int64_t>(number);
}

double round_to_microsecond(double number) { return std::rint(number * 1e6) / 1e6; }

/// What multiplication and division share: `months`, `days` and `microseconds` are the exact products. The parts of
/// months and days that are not whole flow down.
Interval cascade(double months, double days, double microseconds) {
  Interval result;
  result.months = checked_int32(months);
  result.days = checked_int32(days);
  const double month_days = round_to_microsecond((months - result.months) * kDaysPerMonth);
  const double whole_month_days = std::trunc(month_days);
  double seconds = round_to_microsecond((days - result.days + month_days - whole_month_days) * kSecondsPerDay);
  if (std::abs(seconds) >= kSecondsPerDay) {
    const auto more_days = static_cast<int32_t>(seconds / kSecondsPerDay);
    result.days = checked_add(result.days, more_days);
    seconds -= static_cast<double>(more_days) * kSecondsPerDay;
  }
  result.days = checked_add(result.days, static_cast<int32_t>(whole_month_days));
  result.microseconds = checked_int64(std::rint(microseconds + seconds * 1e6));
  return result;
}

/// The clock that an interval's microseconds show; all parts bear its sign.
struct Clock {
  int64_t hours;
  int32_t minutes;
  int32_t seconds;
  int32_t microseconds;
  [[nodiscard]] bool is_zero() const { return hours == 0 && minutes == 0 && seconds == 0 && microseconds == 0; }
  [[nodiscard]] bool is_negative() const { return hours < 0 || minutes < 0 || seconds < 0 || microseconds < 0; }
};

Clock clock_of(int64_t microseconds) {
  return {microseconds / kMicrosecondsPerHour, static_cast<int32_t>(microseconds / kMicrosecondsPerMinute % 60),
          static_cast<int32_t>(microseconds / kMicrosecondsPerSecond % 60),
          static_cast<int32_t>(microseconds % kMicrosecondsPerSecond)};
}

void append_number(std::string& target, int64_t number, int digits_min = 1) {
  std::array<char, 24> digits;
  const bool negative = number < 0;
  const uint64_t magnitude = negative ? uint64_t{0} - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), magnitude).ptr;
  if (negative) {
    target += '-';
  }
  for (auto count = static_cast<int>(end - digits.data()); count < digits_min; ++count) {
    target += '0';
  }
  target.append(digits.data(), end);
}

/// Seconds and their fraction without sign.
void append_seconds(std::string& target, const Clock& clock, int digits_min) {
  append_number(target, std::abs(clock.seconds), digits_min);
  int64_t fraction = std::abs(clock.microseconds);
  if (fraction == 0) {
    return;
  }
  int digits = 6;
  while (fraction % 10 == 0) {
    fraction /= 10;
    --digits;
  }
  target += '.';
  append_number(target, fraction, digits);
}

void append_postgres(std::string& target, const Interval& interval) {
  bool first = true;
  bool negative_before = false;
  const auto part = [&](int64_t number, std::string_view unit) {
    if (number == 0) {
      return;
    }
    if (!first) {
      target += ' ';
    }
    if (negative_before && number > 0) {
      target += '+';
    }
    append_number(target, number);
    target += ' ';
    target += unit;
    if (number != 1) {
      target += 's';
    }
    negative_before = number < 0;
    first = false;
  };
  part(interval.months / kMonthsPerYear, "year");
  part(interval.months % kMonthsPerYear, "mon");
  part(interval.days, "day");
  const Clock clock = clock_of(interval.microseconds);
  if (!first && clock.is_zero()) {
    return;
  }
  if (!first) {
    target += ' ';
  }
  if (clock.is_negative()) {
    target += '-';
  } else if (negative_before) {
    target += '+';
  }
  append_number(target, std::abs(clock.hours), 2);
  target += ':';
  append_number(target, std::abs(clock.minutes), 2);
  target += ':';
  append_seconds(target, clock, 2);
}

void append_verbose(std::string& target, const Interval& interval) {
  bool zero = true;
  bool ago = false;
  const auto part = [&](int64_t number, std::string_view unit) {
    if (number == 0) {
      return;
    }
    if (zero) {  // The first part says whether all is "ago".
      ago = number < 0;
    }
    const int64_t shown = ago ? -number : number;
    target += ' ';
    append_number(target, shown);
    target += ' ';
    target += unit;
    if (shown != 1) {
      target += 's';
    }
    zero = false;
  };
  const Clock clock = clock_of(interval.microseconds);
  target += '@';
  part(interval.months / kMonthsPerYear, "year");
  part(interval.months % kMonthsPerYear, "mon");
  part(interval.days, "day");
  part(clock.hours, "hour");
  part(clock.minutes, "min");
  if (clock.seconds != 0 || clock.microseconds != 0) {
    const bool negative = clock.seconds < 0 || clock.microseconds < 0;
    if (zero) {
      ago = negative;
    }
    target += negative != ago ? " -" : " ";
    append_seconds(target, clock, 1);
    target += " sec";
    if (std::abs(clock.seconds) != 1 || clock.microseconds != 0) {
      target += 's';
    }
    zero = false;
  }
  if (zero) {
    target += " 0";
  }
  if (ago) {
    target += " ago";
  }
}

void append_iso8601(std::string& target, const Interval& interval) {
  if (interval == Interval{}) {
    target += "PT0S";
    return;
  }
  const auto part = [&](int64_t number, char unit) {
    if (number != 0) {
      append_number(target, number);
      target += unit;
    }
  };
  target += 'P';
  part(interval.months / kMonthsPerYear, 'Y');
  part(interval.months % kMonthsPerYear, 'M');
  part(interval.days, 'D');
  const Clock clock = clock_of(interval.microseconds);
  if (clock.is_zero()) {
    return;
  }
  target += 'T';
  part(clock.hours, 'H');
  part(clock.minutes, 'M');
  if (clock.seconds != 0 || clock.microseconds != 0) {
    if (clock.seconds < 0 || clock.microseconds < 0) {
      target += '-';
    }
    append_seconds(target, clock, 1);
    target += 'S';
  }
}

void append_sql_standard(std::string& target, const Interval& interval) {
  const Clock clock = clock_of(interval.microseconds);
  const bool negative = interval.months < 0 || interval.days < 0 || interval.microseconds < 0;
  const bool positive = interval.months > 0 || interval.days > 0 || interval.microseconds > 0;
  const bool has_months = interval.months != 0;
  const bool has_time = interval.days != 0 || interval.microseconds != 0;
  const int64_t years = std::abs(int64_t{interval.months} / kMonthsPerYear);
  const int64_t months = std::abs(int64_t{interval.months} % kMonthsPerYear);
  const auto append_clock = [&] {
    append_number(target, std::abs(clock.hours));
    target += ':';
    append_number(target, std::abs(clock.minutes), 2);
    target += ':';
    append_seconds(target, clock, 2);
  };
  if (!negative && !positive) {
    target += '0';
    return;
  }
  if ((negative && positive) || (has_months && has_time)) {  // The standard knows no such value: every part signed.
    target += interval.months < 0 ? '-' : '+';
    append_number(target, years);
    target += '-';
    append_number(target, months);
    target += interval.days < 0 ? " -" : " +";
    append_number(target, std::abs(int64_t{interval.days}));
    target += clock.is_negative() ? " -" : " +";
    append_clock();
    return;
  }
  if (negative) {
    target += '-';
  }
  if (has_months) {
    append_number(target, years);
    target += '-';
    append_number(target, months);
    return;
  }
  if (interval.days != 0) {
    append_number(target, std::abs(int64_t{interval.days}));
    target += ' ';
  }
  append_clock();
}

/// Adds months to a local timestamp, clamping to the end of the month.
int64_t plus_months(int64_t timestamp, int32_t months) {
  CivilTime civil = civil_from_timestamp(timestamp);
  const int64_t total = int64_t{civil.date.year} * kMonthsPerYear + civil.date.month - 1 + months;
  const int64_t year = floor_divide(total, kMonthsPerYear);
  civil.date.month = static_cast<int32_t>(floor_modulo(total, kMonthsPerYear)) + 1;
  civil.date.year = static_cast<int32_t>(year);
  civil.date.day = std::min(civil.date.day, days_in_month(year, civil.date.month));
  int64_t result = 0;
  if (!timestamp_from_civil(civil, result)) {
    throw_timestamp_out_of_range();
  }
  return result;
}

int64_t plus_days(int64_t timestamp, int32_t days) {
  // The days alone may be more than 64 bits hold: from the first timestamp to the last one.
  const Int128 result = Int128{timestamp} + Int128{days} * kMicrosecondsPerDay;
  if (result != static_cast<int64_t>(result) || !is_valid_timestamp(static_cast<int64_t>(result))) {
    throw_timestamp_out_of_range();
  }
  return static_cast<int64_t>(result);
}

int64_t plus_microseconds(int64_t timestamp, int64_t microseconds) {
  int64_t result = 0;
  if (__builtin_add_overflow(timestamp, microseconds, &result) || !is_valid_timestamp(result)) {
    throw_timestamp_out_of_range();
  }
  return result;
}

}  // namespace

void append_interval(std::string& target, const Interval& interval, IntervalStyle style) {
  switch (style) {
    case IntervalStyle::kPostgres:
      append_postgres(target, interval);
      return;
    case IntervalStyle::kPostgresVerbose:
      append_verbose(target, interval);
      return;
    case IntervalStyle::kSqlStandard:
      append_sql_standard(target, interval);
      return;
    case IntervalStyle::kIso8601:
      append_iso8601(target, interval);
      return;
  }
}

Int128 interval_length(const Interval& interval) {
  return (Int128{interval.months} * kDaysPerMonth + interval.days) * kMicrosecondsPerDay + interval.microseconds;
}

Interval negate(const Interval& interval) { return subtract(Interval{}, interval); }

Interval add(const Interval& left, const Interval& right) {
  return {checked_add(left.microseconds, right.microseconds), checked_add(left.days, right.days),
          checked_add(left.months, right.months)};
}

Interval subtract(const Interval& left, const Interval& right) {
  Interval result;
  if (__builtin_sub_overflow(left.microseconds, right.microseconds, &result.microseconds) ||
      __builtin_sub_overflow(left.days, right.days, &result.days) ||
      __builtin_sub_overflow(left.months, right.months, &result.months)) {
    throw_interval_out_of_range();
  }
  return result;
}

Interval multiply(const Interval& interval, double factor) {
  return cascade(interval.months * factor, interval.days * factor, static_cast<double>(interval.microseconds) * factor);
}

Interval divide(const Interval& interval, double divisor) {
  if (divisor == 0) {
    throw Error(sqlstate::kDivisionByZero, "division by zero");
  }
  return cascade(interval.months / divisor, interval.days / divisor,
                 static_cast<double>(interval.microseconds) / divisor);
}

Interval justify_hours(const Interval& interval) {
  Interval result = interval;
  result.days = checked_add(result.days, static_cast<int32_t>(interval.microseconds / kMicrosecondsPerDay));
  result.microseconds %= kMicrosecondsPerDay;
  if (result.days > 0 && result.microseconds < 0) {
    result.microseconds += kMicrosecondsPerDay;
    --result.days;
  } else if (result.days < 0 && result.microseconds > 0) {
    result.microseconds -= kMicrosecondsPerDay;
    ++result.days;
  }
  return result;
}

Interval justify_days(const Interval& interval) {
  Interval result = interval;
  result.months = checked_add(result.months, result.days / kDaysPerMonth);
  result.days %= kDaysPerMonth;
  if (result.months > 0 && result.days < 0) {
    result.days += kDaysPerMonth;
    --result.months;
  } else if (result.months < 0 && result.days > 0) {
    result.days -= kDaysPerMonth;
    ++result.months;
  }
  return result;
}

Interval justify_interval(const Interval& interval) {
  Interval result = interval;
  // In 64 bits, so that days and the days in the time together cannot overflow.
  const int64_t days = int64_t{interval.days} + interval.microseconds / kMicrosecondsPerDay;
  result.microseconds = interval.microseconds % kMicrosecondsPerDay;
  result.months = checked_add(result.months, static_cast<int32_t>(days / kDaysPerMonth));
  result.days = static_cast<int32_t>(days % kDaysPerMonth);
  if (result.months > 0 && (result.days < 0 || (result.days == 0 && result.microseconds < 0))) {
    result.days += kDaysPerMonth;
    --result.months;
  } else if (result.months < 0 && (result.days > 0 || (result.days == 0 && result.microseconds > 0))) {
    result.days -= kDaysPerMonth;
    ++result.months;
  }
  if (result.days > 0 && result.microseconds < 0) {
    result.microseconds += kMicrosecondsPerDay;
    --result.days;
  } else if (result.days < 0 && result.microseconds > 0) {
    result.microseconds -= kMicrosecondsPerDay;
    ++result.days;
  }
  return result;
}

Interval with_interval_modifier(const Interval& interval, int32_t modifier) {
  if (modifier < 0) {
    return interval;
  }
  using namespace interval_fields;
  Interval result = interval;
  const int fields = (modifier >> 16) & kAll;
  if (fields != kAll) {
    if (fields == kYear) {
      result.months = result.months / kMonthsPerYear * kMonthsPerYear;
    }
    if ((fields & ~(kYear | kMonth)) == 0) {
      result.days = 0;
    }
    if ((fields & (kHour | kMinute | kSecond)) == 0) {
      result.microseconds = 0;
    } else if ((fields & kSecond) == 0) {
      const int64_t unit = (fields & kMinute) != 0 ? kMicrosecondsPerMinute : kMicrosecondsPerHour;
      result.microseconds = result.microseconds / unit * unit;
    }
  }
  const int precision = modifier & kFullPrecision;
  if (precision < 6) {
    int64_t unit = 1;
    for (int digit = precision; digit < 6; ++digit) {
      unit *= 10;
    }
    const int64_t half = result.microseconds < 0 ? -unit / 2 : unit / 2;
    result.microseconds = checked_add(result.microseconds, half) / unit * unit;
  }
  return result;
}

int64_t timestamp_plus_interval(int64_t timestamp, const Interval& interval) {
  if (is_infinite_timestamp(timestamp)) {
    return timestamp;
  }
  if (interval.months != 0) {
    timestamp = plus_months(timestamp, interval.months);
  }
  if (interval.days != 0) {
    timestamp = plus_days(timestamp, interval.days);
  }
  return plus_microseconds(timestamp, interval.microseconds);
}

int64_t timestamptz_plus_interval(int64_t timestamptz, const Interval& interval, const TimeZone& zone) {
  if (is_infinite_timestamp(timestamptz)) {
    return timestamptz;
  }
  if (interval.months != 0) {
    timestamptz = timestamp_to_timestamptz(plus_months(zone.utc_to_local(timestamptz), interval.months), zone);
  }
  if (interval.days != 0) {
    timestamptz = timestamp_to_timestamptz(plus_days(zone.utc_to_local(timestamptz), interval.days), zone);
  }
  return plus_microseconds(timestamptz, interval.microseconds);
}

int64_t timestamptz_ns_plus_interval(int64_t nanoseconds, const Interval& interval, const TimeZone& zone) {
  const SplitNanoseconds split = split_nanoseconds(nanoseconds);
  const int64_t moved = timestamptz_plus_interval(split.microseconds, interval, zone);
  int64_t result = 0;
  if (!join_nanoseconds(moved, split.nanoseconds, result)) {
    throw_timestamp_out_of_range();
  }
  return result;
}

Interval timestamp_minus_timestamp(int64_t left, int64_t right) {
  if (is_infinite_timestamp(left) || is_infinite_timestamp(right)) {
    throw Error(sqlstate::kDatetimeFieldOverflow, "cannot subtract infinite timestamps");
  }
  Interval difference;
  if (__builtin_sub_overflow(left, right, &difference.microseconds)) {
    throw_interval_out_of_range();
  }
  return justify_hours(difference);
}

Interval age(int64_t left, int64_t right) {
  if (is_infinite_timestamp(left) || is_infinite_timestamp(right)) {
    throw_timestamp_out_of_range();
  }
  const bool negative = left < right;
  const CivilTime later = civil_from_timestamp(negative ? right : left);
  const CivilTime earlier = civil_from_timestamp(negative ? left : right);
  int64_t months =
      (int64_t{later.date.year} - earlier.date.year) * kMonthsPerYear + later.date.month - earlier.date.month;
  int32_t days = later.date.day - earlier.date.day;
  int64_t microseconds = floor_modulo(negative ? right : left, kMicrosecondsPerDay) -
                         floor_modulo(negative ? left : right, kMicrosecondsPerDay);
  if (microseconds < 0) {
    microseconds += kMicrosecondsPerDay;
    --days;
  }
  if (days < 0) {  // A month is borrowed, as long as that of the earlier date.
    days += days_in_month(earlier.date.year, earlier.date.month);
    --months;
  }
  const Interval result{microseconds, days, static_cast<int32_t>(months)};
  return negative ? negate(result) : result;
}

int64_t time_plus_interval(int64_t time, const Interval& interval) {
  return floor_modulo(time + interval.microseconds % kMicrosecondsPerDay, kMicrosecondsPerDay);
}

}  // namespace tidemark
