#include "types/datetime.h"

#include <array>
#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

constexpr std::string_view kMonthNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kWeekdayNames[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr int64_t kFractionUnits[] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};

constexpr auto kTwoDigits = [] {
  std::array<char, 200> digits{};
  for (size_t i = 0; i < 100; ++i) {
    digits[2 * i] = static_cast<char>('0' + i / 10);
    digits[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return digits;
}();

/// Writes characters one after the other; long enough for any date, time and zone.
class Writer {
 public:
  void put(char c) { buffer_[size_++] = c; }
  void put(std::string_view text) {
    text = text.substr(0, buffer_.size() - size_);
    size_ += text.copy(buffer_.data() + size_, text.size());
  }
  /// number < 100.
  void put_two(int64_t number) {
    const auto index = static_cast<size_t>(number) * 2;
    buffer_[size_] = kTwoDigits[index];
    buffer_[size_ + 1] = kTwoDigits[index + 1];
    size_ += 2;
  }
  void put_number(int64_t number, int digits_min) {
    if (digits_min == 4 && number < 10'000) [[likely]] {
      put_two(number / 100);
      put_two(number % 100);
      return;
    }
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const auto count = static_cast<size_t>(end - digits.data());
    for (int i = digits_min; i > static_cast<int>(count); --i) {
      put('0');
    }
    put({digits.data(), count});
  }
  /// A point and `digits` digits without trailing zeros; nothing for zero.
  void put_fraction(int64_t fraction, int digits) {
    if (fraction == 0) {
      return;
    }
    while (fraction % 10 == 0) {
      fraction /= 10;
      --digits;
    }
    put('.');
    put_number(fraction, digits);
  }
  void append_to(std::string& target) const { target.append(buffer_.data(), size_); }

 private:
  std::array<char, 128> buffer_;
  size_t size_ = 0;
};

int64_t year_shown(const CivilDate& date) { return date.year > 0 ? date.year : 1 - int64_t{date.year}; }

void put_numeric_date(Writer& out, const CivilDate& date, DateStyle style, DateOrder order) {
  const int64_t year = year_shown(date);
  if (style == DateStyle::kIso) {
    out.put_number(year, 4);
    out.put('-');
    out.put_two(date.month);
    out.put('-');
    out.put_two(date.day);
    return;
  }
  const char separator = style == DateStyle::kSql ? '/' : style == DateStyle::kGerman ? '.' : '-';
  const bool day_first = order == DateOrder::kDayMonthYear || style == DateStyle::kGerman;
  out.put_two(day_first ? date.day : date.month);
  out.put(separator);
  out.put_two(day_first ? date.month : date.day);
  out.put(separator);
  out.put_number(year, 4);
}

void put_clock(Writer& out, const CivilTime& civil, int64_t fraction, int fraction_digits) {
  out.put_two(civil.hour);
  out.put(':');
  out.put_two(civil.minute);
  out.put(':');
  out.put_two(civil.second);
  out.put_fraction(fraction, fraction_digits);
}

void put_offset(Writer& out, int32_t seconds_east) {
  const int32_t seconds = std::abs(seconds_east);
  out.put(seconds_east < 0 ? '-' : '+');
  out.put_two(seconds / 3600);
  if (seconds % 3600 != 0) {
    out.put(':');
    out.put_two(seconds / 60 % 60);
    if (seconds % 60 != 0) {
      out.put(':');
      out.put_two(seconds % 60);
    }
  }
}

/// `zone` is null for timestamps without one.
void put_timestamp(Writer& out, const CivilTime& civil, int64_t fraction, int fraction_digits,
                   const TimeZone::Offset* zone, const DateTimeOptions& options) {
  const DateStyle style = options.date_style;
  if (style == DateStyle::kPostgres) {
    out.put(kWeekdayNames[weekday_of(days_from_civil(civil.date.year, civil.date.month, civil.date.day))]);
    out.put(' ');
    const bool day_first = options.date_order == DateOrder::kDayMonthYear;
    if (day_first) {
      out.put_two(civil.date.day);
      out.put(' ');
    }
    out.put(kMonthNames[civil.date.month - 1]);
    out.put(' ');
    if (!day_first) {
      out.put_two(civil.date.day);
      out.put(' ');
    }
    put_clock(out, civil, fraction, fraction_digits);
    out.put(' ');
    out.put_number(year_shown(civil.date), 4);
  } else {
    put_numeric_date(out, civil.date, style, options.date_order);
    out.put(' ');
    put_clock(out, civil, fraction, fraction_digits);
  }
  if (zone != nullptr) {
    if (style == DateStyle::kIso) {
      put_offset(out, zone->seconds_east);
    } else {
      out.put(' ');
      if (zone->abbreviation.empty()) {
        put_offset(out, zone->seconds_east);
      } else {
        out.put(zone->abbreviation);
      }
    }
  }
  if (civil.date.year <= 0) {
    out.put(" BC");
  }
}

bool append_if_infinite(std::string& target, bool infinite, bool negative) {
  if (infinite) {
    target += negative ? "-infinity" : "infinity";
  }
  return infinite;
}

}  // namespace

const TimeZone& zone_of(const DateTimeOptions& options) {
  return options.time_zone != nullptr ? *options.time_zone : TimeZone::utc();
}

void throw_timestamp_out_of_range() { throw Error(sqlstate::kDatetimeFieldOverflow, "timestamp out of range"); }
void throw_date_out_of_range() { throw Error(sqlstate::kDatetimeFieldOverflow, "date out of range"); }

int64_t date_to_timestamp(int32_t date) {
  if (is_infinite_date(date)) {
    return date == kDateInfinity ? kTimestampInfinity : kTimestampMinusInfinity;
  }
  int64_t timestamp = 0;
  if (!timestamp_from_parts(date, 0, timestamp)) {
    throw Error(sqlstate::kDatetimeFieldOverflow, "date out of range for timestamp");
  }
  return timestamp;
}

int32_t timestamp_to_date(int64_t timestamp) {
  if (is_infinite_timestamp(timestamp)) {
    return timestamp == kTimestampInfinity ? kDateInfinity : kDateMinusInfinity;
  }
  return static_cast<int32_t>(floor_divide(timestamp, kMicrosecondsPerDay));
}

int64_t date_to_timestamptz(int32_t date, const TimeZone& zone) {
  const int64_t local = date_to_timestamp(date);
  if (is_infinite_timestamp(local)) {
    return local;
  }
  const int64_t timestamp = zone.local_to_utc(local);
  if (!is_valid_timestamp(timestamp)) {
    throw Error(sqlstate::kDatetimeFieldOverflow, "date out of range for timestamp");
  }
  return timestamp;
}

int32_t timestamptz_to_date(int64_t timestamptz, const TimeZone& zone) {
  return timestamp_to_date(is_infinite_timestamp(timestamptz) ? timestamptz : zone.utc_to_local(timestamptz));
}

int64_t timestamp_to_timestamptz(int64_t timestamp, const TimeZone& zone) {
  if (is_infinite_timestamp(timestamp)) {
    return timestamp;
  }
  const int64_t utc = zone.local_to_utc(timestamp);
  if (!is_valid_timestamp(utc)) {
    throw_timestamp_out_of_range();
  }
  return utc;
}

int64_t timestamptz_to_timestamp(int64_t timestamptz, const TimeZone& zone) {
  if (is_infinite_timestamp(timestamptz)) {
    return timestamptz;
  }
  const int64_t local = zone.utc_to_local(timestamptz);
  if (!is_valid_timestamp(local)) {
    throw_timestamp_out_of_range();
  }
  return local;
}

int64_t nanoseconds_to_microseconds(int64_t nanoseconds) { return split_nanoseconds(nanoseconds).microseconds; }

int64_t microseconds_to_nanoseconds(int64_t microseconds) {
  int64_t nanoseconds = 0;
  if (!join_nanoseconds(microseconds, 0, nanoseconds)) {
    throw_timestamp_out_of_range();
  }
  return nanoseconds;
}

int64_t microseconds_to_nanoseconds_clamped(int64_t microseconds) {
  int64_t nanoseconds = 0;
  if (!join_nanoseconds(microseconds, 0, nanoseconds)) {
    return microseconds < -kEpochShiftMicroseconds ? kTimestampMinusInfinity : kTimestampInfinity;
  }
  return nanoseconds;
}

int64_t timestamp_to_time(int64_t timestamp) { return floor_modulo(timestamp, kMicrosecondsPerDay); }

int64_t round_timestamp(int64_t timestamp, int digits) {
  if (digits >= 6 || is_infinite_timestamp(timestamp)) {
    return timestamp;
  }
  const int64_t unit = kFractionUnits[6 - digits];
  const int64_t magnitude = timestamp < 0 ? -timestamp : timestamp;  // cannot overflow: see is_valid_timestamp
  const int64_t rounded = (magnitude + unit / 2) / unit * unit;
  return timestamp < 0 ? -rounded : rounded;
}

int64_t round_time(int64_t time, int digits) { return round_timestamp(time, digits); }

void append_date(std::string& target, int32_t date, const DateTimeOptions& options) {
  if (append_if_infinite(target, is_infinite_date(date), date < 0)) {
    return;
  }
  const CivilDate civil = civil_from_days(date);
  Writer out;
  put_numeric_date(out, civil, options.date_style, options.date_order);
  if (civil.year <= 0) {
    out.put(" BC");
  }
  out.append_to(target);
}

void append_time(std::string& target, int64_t microseconds) {
  Writer out;
  CivilTime civil;
  civil.hour = static_cast<int32_t>(microseconds / kMicrosecondsPerHour);  // 24:00:00 is a time of its own
  civil.minute = static_cast<int32_t>(microseconds / kMicrosecondsPerMinute % 60);
  civil.second = static_cast<int32_t>(microseconds / kMicrosecondsPerSecond % 60);
  put_clock(out, civil, microseconds % kMicrosecondsPerSecond, 6);
  out.append_to(target);
}

void append_timetz(std::string& target, int64_t packed) {
  const TimeTz time = unpack_timetz(packed);
  append_time(target, time.microseconds);
  Writer out;
  put_offset(out, -time.seconds_west);
  out.append_to(target);
}

void append_timestamp(std::string& target, int64_t timestamp, const DateTimeOptions& options) {
  if (append_if_infinite(target, is_infinite_timestamp(timestamp), timestamp < 0)) {
    return;
  }
  const CivilTime civil = civil_from_timestamp(timestamp);
  Writer out;
  put_timestamp(out, civil, civil.microsecond, 6, nullptr, options);
  out.append_to(target);
}

void append_timestamptz(std::string& target, int64_t timestamptz, const DateTimeOptions& options) {
  if (append_if_infinite(target, is_infinite_timestamp(timestamptz), timestamptz < 0)) {
    return;
  }
  const TimeZone::Offset offset = zone_of(options).at_utc(timestamptz);
  const CivilTime civil = civil_from_timestamp(timestamptz + offset.seconds_east * kMicrosecondsPerSecond);
  Writer out;
  put_timestamp(out, civil, civil.microsecond, 6, &offset, options);
  out.append_to(target);
}

void append_timestamptz_ns(std::string& target, int64_t nanoseconds, const DateTimeOptions& options) {
  const SplitNanoseconds split = split_nanoseconds(nanoseconds);
  if (options.timestamp_digits <= 6) {
    append_timestamptz(target, split.microseconds, options);
    return;
  }
  const TimeZone::Offset offset = zone_of(options).at_utc(split.microseconds);
  const CivilTime civil = civil_from_timestamp(split.microseconds + offset.seconds_east * kMicrosecondsPerSecond);
  Writer out;
  put_timestamp(out, civil, int64_t{civil.microsecond} * 1000 + split.nanoseconds, 9, &offset, options);
  out.append_to(target);
}

}  // namespace tidemark
