// Interval → text in the four interval styles: append_interval of types/interval.h.

#include <array>
#include <charconv>
#include <cstdlib>

#include "types/calendar.h"
#include "types/interval.h"

namespace tidemark {
namespace {

constexpr int32_t kMonthsPerYear = 12;

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

}  // namespace tidemark
