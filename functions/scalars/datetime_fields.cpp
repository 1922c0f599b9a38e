// extract(field from …), which is numeric, and date_part(field, …), which is double precision.

#include "functions/scalars/datetime_fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/scalars/datetime_session.h"
#include "types/datetime.h"
#include "types/numeric.h"

namespace tidemark {

bool find_date_field(std::string_view word, DateField& field) {
  using enum DateField;
  static constexpr std::pair<std::string_view, DateField> kWords[] = {
      {"microsecond", kMicrosecond},
      {"microseconds", kMicrosecond},
      {"us", kMicrosecond},
      {"usec", kMicrosecond},
      {"usecs", kMicrosecond},
      {"usecond", kMicrosecond},
      {"useconds", kMicrosecond},
      {"microsecon", kMicrosecond},
      {"millisecond", kMillisecond},
      {"milliseconds", kMillisecond},
      {"ms", kMillisecond},
      {"msec", kMillisecond},
      {"msecs", kMillisecond},
      {"msecond", kMillisecond},
      {"mseconds", kMillisecond},
      {"second", kSecond},
      {"seconds", kSecond},
      {"s", kSecond},
      {"sec", kSecond},
      {"secs", kSecond},
      {"minute", kMinute},
      {"minutes", kMinute},
      {"m", kMinute},
      {"min", kMinute},
      {"mins", kMinute},
      {"hour", kHour},
      {"hours", kHour},
      {"h", kHour},
      {"hr", kHour},
      {"hrs", kHour},
      {"day", kDay},
      {"days", kDay},
      {"d", kDay},
      {"week", kWeek},
      {"weeks", kWeek},
      {"w", kWeek},
      {"month", kMonth},
      {"months", kMonth},
      {"mon", kMonth},
      {"mons", kMonth},
      {"quarter", kQuarter},
      {"qtr", kQuarter},
      {"year", kYear},
      {"years", kYear},
      {"y", kYear},
      {"yr", kYear},
      {"yrs", kYear},
      {"decade", kDecade},
      {"decades", kDecade},
      {"dec", kDecade},
      {"decs", kDecade},
      {"century", kCentury},
      {"centuries", kCentury},
      {"c", kCentury},
      {"cent", kCentury},
      {"millennium", kMillennium},
      {"millennia", kMillennium},
      {"mil", kMillennium},
      {"mils", kMillennium},
      {"epoch", kEpoch},
      {"julian", kJulian},
      {"j", kJulian},
      {"jd", kJulian},
      {"dow", kDayOfWeek},
      {"isodow", kIsoDayOfWeek},
      {"doy", kDayOfYear},
      {"isoyear", kIsoYear},
      {"timezone", kTimezone},
      {"timezone_h", kTimezoneHour},
      {"timezone_hour", kTimezoneHour},
      {"timezone_m", kTimezoneMinute},
      {"timezone_minute", kTimezoneMinute},
  };
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  for (const auto& [text, meaning] : kWords) {
    if (text == lower) {
      field = meaning;
      return true;
    }
  }
  return false;
}

namespace {

using Text = std::string_view;
using enum TypeId;
using F = DateField;

[[noreturn]] void throw_not_recognized(Text unit, Text type) {
  throw Error(sqlstate::kInvalidParameterValue,
              "unit \"" + std::string(unit) + "\" not recognized for type " + std::string(type));
}
[[noreturn]] void throw_not_supported(Text unit, Text type) {
  throw Error(sqlstate::kFeatureNotSupported,
              "unit \"" + std::string(unit) + "\" not supported for type " + std::string(type));
}

DateField field_of(Text unit, Text type) {
  DateField field{};
  if (!find_date_field(unit, field)) {
    std::string lower(unit);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    throw_not_recognized(lower, type);
  }
  return field;
}

/// A field's value: coefficient × 10^-scale, or an infinity, or NULL.
struct FieldValue {
  Int128 coefficient = 0;
  int scale = 0;
  int infinite = 0;  ///< -1, 1
  bool is_null = false;
};
FieldValue whole(int64_t value) { return {.coefficient = value}; }
FieldValue scaled(Int128 coefficient, int scale) { return {.coefficient = coefficient, .scale = scale}; }

int64_t year_without_zero(int64_t year) { return year > 0 ? year : year - 1; }
int64_t decade_of(int64_t year) { return year >= 0 ? year / 10 : -((8 - (year - 1)) / 10); }
int64_t century_of(int64_t year) { return year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100); }
int64_t millennium_of(int64_t year) { return year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000); }

/// Fields that grow without end are infinite for infinite times, the others NULL.
FieldValue of_infinite(DateField field, bool negative) {
  switch (field) {
    case F::kYear:
    case F::kDecade:
    case F::kCentury:
    case F::kMillennium:
    case F::kJulian:
    case F::kIsoYear:
    case F::kEpoch:
      return {.infinite = negative ? -1 : 1};
    default:
      return {.is_null = true};
  }
}

FieldValue date_part_of(const CivilDate& date, int64_t days, DateField field, bool& known) {
  known = true;
  switch (field) {
    case F::kDay:
      return whole(date.day);
    case F::kMonth:
      return whole(date.month);
    case F::kQuarter:
      return whole((date.month - 1) / 3 + 1);
    case F::kWeek: {
      int32_t iso_year = 0;
      return whole(iso_week(date, iso_year));
    }
    case F::kYear:
      return whole(year_without_zero(date.year));
    case F::kDecade:
      return whole(decade_of(date.year));
    case F::kCentury:
      return whole(century_of(date.year));
    case F::kMillennium:
      return whole(millennium_of(date.year));
    case F::kIsoYear: {
      int32_t iso_year = 0;
      (void)iso_week(date, iso_year);
      return whole(year_without_zero(iso_year));
    }
    case F::kDayOfWeek:
      return whole(weekday_of(days));
    case F::kIsoDayOfWeek:
      return whole(weekday_of(days) == 0 ? 7 : weekday_of(days));
    case F::kDayOfYear:
      return whole(day_of_year(date));
    default:
      known = false;
      return {};
  }
}

/// Of microseconds since midnight.
FieldValue time_part_of(int64_t microseconds, DateField field, bool& known) {
  known = true;
  const int64_t of_minute = microseconds % kMicrosecondsPerMinute;
  switch (field) {
    case F::kMicrosecond:
      return whole(of_minute);
    case F::kMillisecond:
      return scaled(of_minute, 3);
    case F::kSecond:
      return scaled(of_minute, 6);
    case F::kMinute:
      return whole(microseconds / kMicrosecondsPerMinute % 60);
    case F::kHour:
      return whole(microseconds / kMicrosecondsPerHour);
    default:
      known = false;
      return {};
  }
}

FieldValue julian_of(int64_t days, int64_t microseconds) {
  const Numeric day = Numeric::from_int64(days + kEpochJulianDay);
  // PostgreSQL divides as numeric and so shows the quotient's own scale.
  const Numeric fraction = Numeric::from_int64(microseconds) / Numeric::from_int64(kMicrosecondsPerDay);
  const Numeric sum = day + fraction;
  return scaled(sum.small_coefficient(), sum.scale());
}

/// Of a timestamp without zone, or of the local time of one with zone. `utc` is the instant, for epoch.
FieldValue timestamp_field(int64_t local, int64_t utc, DateField field, Text unit, Text type) {
  const int64_t days = floor_divide(local, kMicrosecondsPerDay);
  const int64_t microseconds = local - days * kMicrosecondsPerDay;
  bool known = false;
  FieldValue value = date_part_of(civil_from_days(days), days, field, known);
  if (known) return value;
  value = time_part_of(microseconds, field, known);
  if (known) return value;
  if (field == F::kEpoch) return scaled(Int128{utc} + kEpochShiftMicroseconds, 6);
  if (field == F::kJulian) return julian_of(days, microseconds);
  throw_not_supported(unit, type);
}

FieldValue of_timestamp(KernelCall& /*call*/, Text unit, int64_t timestamp) {
  static constexpr Text kType = "timestamp without time zone";
  const DateField field = field_of(unit, kType);
  if (field >= F::kTimezone) throw_not_supported(unit, kType);
  if (is_infinite_timestamp(timestamp)) return of_infinite(field, timestamp < 0);
  return timestamp_field(timestamp, timestamp, field, unit, kType);
}

FieldValue of_timestamptz(KernelCall& call, Text unit, int64_t timestamp) {
  static constexpr Text kType = "timestamp with time zone";
  const DateField field = field_of(unit, kType);
  if (is_infinite_timestamp(timestamp)) return of_infinite(field, timestamp < 0);
  const TimeZone& zone = session_zone(call.context);
  const int32_t offset = zone.offset_at_utc(timestamp);
  if (field == F::kTimezone) return whole(offset);
  if (field == F::kTimezoneHour) return whole(offset / 3600);
  if (field == F::kTimezoneMinute) return whole(offset / 60 % 60);
  return timestamp_field(timestamp + offset * kMicrosecondsPerSecond, timestamp, field, unit, kType);
}

FieldValue of_timestamptz_ns(KernelCall& call, Text unit, int64_t nanoseconds) {
  // Seconds and below keep all nine digits.
  const SplitNanoseconds split = split_nanoseconds(nanoseconds);
  const DateField field = field_of(unit, "timestamp with time zone");
  FieldValue value = of_timestamptz(call, unit, split.microseconds);
  switch (field) {
    case F::kMicrosecond:
    case F::kMillisecond:
    case F::kSecond:
    case F::kEpoch:
      if (split.nanoseconds == 0) return value;
      return scaled(value.coefficient * 1000 + split.nanoseconds, value.scale + 3);
    default:
      return value;
  }
}

FieldValue of_date(KernelCall& /*call*/, Text unit, int32_t date) {
  static constexpr Text kType = "date";
  const DateField field = field_of(unit, kType);
  if (field >= F::kTimezone || field <= F::kHour) throw_not_supported(unit, kType);
  if (is_infinite_date(date)) return of_infinite(field, date < 0);
  bool known = false;
  const FieldValue value = date_part_of(civil_from_days(date), date, field, known);
  if (known) return value;
  if (field == F::kEpoch) return whole((int64_t{date} + kEpochShiftDays) * kSecondsPerDay);
  return whole(int64_t{date} + kEpochJulianDay);
}

FieldValue of_time(KernelCall& /*call*/, Text unit, int64_t time) {
  static constexpr Text kType = "time without time zone";
  const DateField field = field_of(unit, kType);
  bool known = false;
  const FieldValue value = time_part_of(time, field, known);
  if (known) return value;
  if (field == F::kEpoch) return scaled(time, 6);
  throw_not_supported(unit, kType);
}

FieldValue of_timetz(KernelCall& call, Text unit, int64_t packed) {
  static constexpr Text kType = "time with time zone";
  const TimeTz time = unpack_timetz(packed);
  const DateField field = field_of(unit, kType);
  if (field == F::kTimezone) return whole(-time.seconds_west);
  if (field == F::kTimezoneHour) return whole(-time.seconds_west / 3600);
  if (field == F::kTimezoneMinute) return whole(-time.seconds_west / 60 % 60);
  if (field == F::kEpoch)
    return scaled(Int128{time.microseconds} + Int128{time.seconds_west} * kMicrosecondsPerSecond, 6);
  bool known = false;
  const FieldValue value = time_part_of(time.microseconds, field, known);
  if (known) return value;
  (void)call;
  throw_not_supported(unit, kType);
}

FieldValue of_interval(KernelCall& /*call*/, Text unit, const Interval& span) {
  static constexpr Text kType = "interval";
  const DateField field = field_of(unit, kType);
  const int64_t years = span.months / 12;
  const int64_t of_minute = span.microseconds % kMicrosecondsPerMinute;
  switch (field) {
    case F::kMicrosecond:
      return whole(of_minute);
    case F::kMillisecond:
      return scaled(of_minute, 3);
    case F::kSecond:
      return scaled(of_minute, 6);
    case F::kMinute:
      return whole(span.microseconds / kMicrosecondsPerMinute % 60);
    case F::kHour:
      return whole(span.microseconds / kMicrosecondsPerHour);
    case F::kDay:
      return whole(span.days);
    case F::kMonth:
      return whole(span.months % 12);
    case F::kQuarter:
      return whole(span.months % 12 / 3 + 1);
    case F::kYear:
      return whole(years);
    case F::kDecade:
      return whole(years / 10);
    case F::kCentury:
      return whole(years / 100);
    case F::kMillennium:
      return whole(years / 1000);
    case F::kEpoch: {
      // A year counts 365.25 days here, the months beside it 30.
      const Int128 quarter_days = Int128{years} * 1461 + Int128{span.months % 12} * 120 + Int128{span.days} * 4;
      return scaled(quarter_days * (kMicrosecondsPerDay / 4) + span.microseconds, 6);
    }
    default:
      throw_not_supported(unit, kType);
  }
}

std::optional<Numeric> as_numeric(const FieldValue& value) {
  if (value.is_null) return std::nullopt;
  if (value.infinite != 0) return Numeric::infinity(value.infinite < 0);
  return Numeric::from_int128(value.coefficient, value.scale);
}

std::optional<double> as_double(const FieldValue& value) {
  if (value.is_null) return std::nullopt;
  if (value.infinite != 0) return value.infinite * HUGE_VAL;
  switch (value.scale) {
    case 0:
      return static_cast<double>(value.coefficient);
    case 3:
      return static_cast<double>(value.coefficient) / 1e3;
    case 6:
      return static_cast<double>(value.coefficient) / 1e6;
    case 9:
      return static_cast<double>(value.coefficient) / 1e9;
    default:
      return Numeric::from_int128(value.coefficient, value.scale).to_double();
  }
}

template <class T, auto kField>
std::optional<Numeric> extract(KernelCall& call, Text unit, const T& value) {
  return as_numeric(kField(call, unit, value));
}
template <class T, auto kField>
std::optional<double> date_part(KernelCall& call, Text unit, const T& value) {
  return as_double(kField(call, unit, value));
}

/// Unlike extract, date_part takes a date for its midnight.
std::optional<double> date_part_of_midnight(KernelCall& call, Text unit, int32_t date) {
  return as_double(of_timestamp(call, unit, date_to_timestamp(date)));
}

template <class T, auto kField>
void add_both(FunctionTables& tables, TypeId type, Volatility volatility) {
  tables.function("extract", {kText, type}, kNumeric, each_row<extract<T, kField>>, "field of a date, time or interval")
      .volatility = volatility;
  tables
      .function("date_part", {kText, type}, kFloat64, each_row<date_part<T, kField>>,
                "field of a date, time or interval")
      .volatility = volatility;
}

}  // namespace

void add_datetime_fields(FunctionTables& tables) {
  tables.function("extract", {kText, kDate}, kNumeric, each_row<extract<int32_t, of_date>>, "field of a date");
  tables.function("date_part", {kText, kDate}, kFloat64, each_row<date_part_of_midnight>, "field of a date's midnight");
  add_both<int64_t, of_time>(tables, kTime, Volatility::kImmutable);
  add_both<int64_t, of_timetz>(tables, kTimeTz, Volatility::kImmutable);
  add_both<int64_t, of_timestamp>(tables, kTimestamp, Volatility::kImmutable);
  add_both<int64_t, of_timestamptz>(tables, kTimestampTz, Volatility::kStable);
  add_both<int64_t, of_timestamptz_ns>(tables, kTimestampTzNs, Volatility::kStable);
  add_both<Interval, of_interval>(tables, kInterval, Volatility::kImmutable);
}

}  // namespace tidemark
