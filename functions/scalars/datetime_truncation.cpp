// date_trunc, date_bin and time_bucket (D10).

#include <limits>

#include "base/error.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/scalars/datetime_fields.h"
#include "functions/scalars/datetime_session.h"
#include "types/datetime.h"
#include "types/interval.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;
using F = DateField;

DateField trunc_field(Text unit, Text type) {
  std::string lower(unit);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  DateField field{};
  if (!find_date_field(lower, field)) {
    throw Error(sqlstate::kInvalidParameterValue,
                "unit \"" + lower + "\" not recognized for type " + std::string(type));
  }
  if (field > F::kMillennium) {
    throw Error(sqlstate::kFeatureNotSupported, "unit \"" + lower + "\" not supported for type " + std::string(type));
  }
  return field;
}

int64_t floor_to(int64_t value, int64_t unit) { return value - floor_modulo(value, unit); }

int64_t midnight_of(int64_t year, int32_t month, int32_t day) {
  int64_t result = 0;
  if (!timestamp_from_parts(days_from_civil(year, month, day), 0, result)) throw_timestamp_out_of_range();
  return result;
}

/// The first year of a span of `years` years of which one begins in year 1.
int64_t first_year(int64_t year, int64_t years) { return floor_divide(year - 1, years) * years + 1; }

int64_t truncate_local(int64_t timestamp, DateField field) {
  const int64_t days = floor_divide(timestamp, kMicrosecondsPerDay);
  switch (field) {
    case F::kMicrosecond:
      return timestamp;
    case F::kMillisecond:
      return floor_to(timestamp, 1000);
    case F::kSecond:
      return floor_to(timestamp, kMicrosecondsPerSecond);
    case F::kMinute:
      return floor_to(timestamp, kMicrosecondsPerMinute);
    case F::kHour:
      return floor_to(timestamp, kMicrosecondsPerHour);
    case F::kDay:
      return days * kMicrosecondsPerDay;
    case F::kWeek: {
      int64_t result = 0;
      const int64_t monday = days - (weekday_of(days) + 6) % 7;
      if (!timestamp_from_parts(monday, 0, result)) throw_timestamp_out_of_range();
      return result;
    }
    default:
      break;
  }
  const CivilDate date = civil_from_days(days);
  switch (field) {
    case F::kMonth:
      return midnight_of(date.year, date.month, 1);
    case F::kQuarter:
      return midnight_of(date.year, (date.month - 1) / 3 * 3 + 1, 1);
    case F::kYear:
      return midnight_of(date.year, 1, 1);
    case F::kDecade:
      return midnight_of(floor_divide(date.year, 10) * 10, 1, 1);
    case F::kCentury:
      return midnight_of(first_year(date.year, 100), 1, 1);
    default:
      return midnight_of(first_year(date.year, 1000), 1, 1);
  }
}

int64_t trunc_timestamp(Text unit, int64_t timestamp) {
  if (is_infinite_timestamp(timestamp)) return timestamp;
  return truncate_local(timestamp, trunc_field(unit, "timestamp without time zone"));
}

int64_t trunc_in_zone(Text unit, int64_t timestamp, const TimeZone& zone) {
  if (is_infinite_timestamp(timestamp)) return timestamp;
  const DateField field = trunc_field(unit, "timestamp with time zone");
  const int64_t offset = zone.offset_at_utc(timestamp) * kMicrosecondsPerSecond;
  const int64_t local = truncate_local(timestamp + offset, field);
  // Within the day the offset that holds now stays; a day or more is looked up anew.
  return field <= F::kHour ? local - offset : zone.local_to_utc(local);
}
int64_t trunc_timestamptz(KernelCall& call, Text unit, int64_t timestamp) {
  return trunc_in_zone(unit, timestamp, session_zone(call.context));
}
int64_t trunc_timestamptz_named(Text unit, int64_t timestamp, Text zone) {
  return is_infinite_timestamp(timestamp) ? timestamp : trunc_in_zone(unit, timestamp, zone_by_name(zone));
}
int64_t trunc_ns_in_zone(Text unit, int64_t nanoseconds, const TimeZone& zone) {
  return microseconds_to_nanoseconds(trunc_in_zone(unit, timestamptz_of_ns(nanoseconds), zone));
}
int64_t trunc_ns(KernelCall& call, Text unit, int64_t nanoseconds) {
  return trunc_ns_in_zone(unit, nanoseconds, session_zone(call.context));
}
int64_t trunc_ns_named(Text unit, int64_t nanoseconds, Text zone) {
  return trunc_ns_in_zone(unit, nanoseconds, zone_by_name(zone));
}

Interval trunc_interval(Text unit, const Interval& span) {
  const DateField field = trunc_field(unit, "interval");
  if (field == F::kWeek) {
    throw Error(sqlstate::kFeatureNotSupported, "unit \"" + std::string(unit) + "\" not supported for type interval")
        .with_detail("Months usually have fractional weeks.");
  }
  Interval result = span;
  const auto cut_time = [&](int64_t unit_us) { result.microseconds -= result.microseconds % unit_us; };
  const auto cut_months = [&](int32_t months) {
    result.months -= result.months % months;
    result.days = 0;
    result.microseconds = 0;
  };
  switch (field) {
    case F::kMicrosecond:
      break;
    case F::kMillisecond:
      cut_time(1000);
      break;
    case F::kSecond:
      cut_time(kMicrosecondsPerSecond);
      break;
    case F::kMinute:
      cut_time(kMicrosecondsPerMinute);
      break;
    case F::kHour:
      cut_time(kMicrosecondsPerHour);
      break;
    case F::kDay:
      result.microseconds = 0;
      break;
    case F::kMonth:
      cut_months(1);
      break;
    case F::kQuarter:
      cut_months(3);
      break;
    case F::kYear:
      cut_months(12);
      break;
    case F::kDecade:
      cut_months(120);
      break;
    case F::kCentury:
      cut_months(1200);
      break;
    default:
      cut_months(12000);
      break;
  }
  return result;
}

/// A bucket width in the unit of the times: microseconds, or nanoseconds.
int64_t fixed_width(const Interval& stride, bool nanoseconds) {
  if (stride.months != 0) {
    throw Error(sqlstate::kFeatureNotSupported,
                "timestamps cannot be binned into intervals containing months or years");
  }
  int64_t width = 0;
  if (__builtin_mul_overflow(int64_t{stride.days}, kMicrosecondsPerDay, &width) ||
      __builtin_add_overflow(width, stride.microseconds, &width) ||
      (nanoseconds && __builtin_mul_overflow(width, int64_t{1000}, &width))) {
    throw_interval_out_of_range();
  }
  if (width <= 0) {
    throw Error(sqlstate::kDatetimeFieldOverflow, "stride must be greater than zero");
  }
  return width;
}

/// The start of the bucket of `width` around `value` where one begins at `origin`.
int64_t bin(int64_t value, int64_t origin, int64_t width) {
  int64_t distance = 0;
  int64_t start = 0;
  if (__builtin_sub_overflow(value, origin, &distance) ||
      __builtin_sub_overflow(value, floor_modulo(distance, width), &start)) {
    throw_timestamp_out_of_range();
  }
  return start;
}

/// The same for microseconds, whose range ends before that of 64 bits does.
int64_t bin_microseconds(int64_t value, int64_t origin, int64_t width) {
  const int64_t start = bin(value, origin, width);
  if (!is_valid_timestamp(start)) throw_timestamp_out_of_range();
  return start;
}

/// Times are mostly in order, and so most rows fall into the bucket of the row before: no division for those.
void bin_rows(KernelCall& call, const Vector& values, int64_t origin, int64_t width) {
  Vector result = Vector::flat(call.result_type, call.size);
  int64_t* to = result.mutable_data<int64_t>();
  const Argument<int64_t> times(values);
  const bool nanoseconds = call.result_type.id == kTimestampTzNs;
  int64_t start = 0;
  bool known = false;
  for (size_t row = 0; row < call.size; ++row) {
    const int64_t time = times[row];
    // The distance as unsigned: one comparison for both ends of the bucket.
    if (known && static_cast<uint64_t>(time) - static_cast<uint64_t>(start) < static_cast<uint64_t>(width)) {
      to[row] = start;
      continue;
    }
    if (!call.valid.is_valid(row) || (!nanoseconds && is_infinite_timestamp(time))) {
      to[row] = time;
      continue;
    }
    start = to[row] = nanoseconds ? bin(time, origin, width) : bin_microseconds(time, origin, width);
    known = true;
  }
  call.result = std::move(result);
}

// date_bin(stride, source, origin): the constants' case is the usual one.
template <bool kNanoseconds>
void date_bin(KernelCall& call) {
  const Argument<Interval> strides(call.arguments[0]);
  const Argument<int64_t> origins(call.arguments[2]);
  const auto is_infinite = [](int64_t time) { return !kNanoseconds && is_infinite_timestamp(time); };
  const auto is_infinite_constant = [&](const Vector& argument) {
    return argument.is_constant() && is_infinite(argument.data<int64_t>()[0]);
  };
  if (call.arguments[0].is_constant() && call.arguments[2].is_constant() && !is_infinite(origins[0]) &&
      !is_infinite_constant(call.arguments[1])) {
    bin_rows(call, call.arguments[1], origins[0], fixed_width(strides[0], kNanoseconds));
    return;
  }
  const Argument<int64_t> times(call.arguments[1]);
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    int64_t& to = result.mutable_data<int64_t>()[row];
    to = times[row];
    if (!call.valid.is_valid(row) || is_infinite(to)) continue;
    if (is_infinite(origins[row])) throw Error(sqlstate::kDatetimeFieldOverflow, "origin out of range");
    const int64_t width = fixed_width(strides[row], kNanoseconds);
    to = kNanoseconds ? bin(to, origins[row], width) : bin_microseconds(to, origins[row], width);
  }
  call.result = std::move(result);
}

// time_bucket: as TimescaleDB's. Widths of days and less count from Monday 2000-01-03, months from 2000-01-01.
constexpr int64_t kBucketOrigin = 2 * kMicrosecondsPerDay;

int64_t month_bucket(int64_t local, int64_t origin, int32_t months) {
  const CivilTime start = civil_from_timestamp(origin);
  const CivilDate date = civil_from_days(floor_divide(local, kMicrosecondsPerDay));
  const int64_t first = int64_t{start.date.year} * 12 + start.date.month - 1;
  const int64_t now = int64_t{date.year} * 12 + date.month - 1;
  int64_t bucket = first + floor_divide(now - first, months) * months;
  const auto at = [&](int64_t month) {
    return midnight_of(floor_divide(month, 12), static_cast<int32_t>(floor_modulo(month, 12)) + 1, 1) +
           (start.date.day - 1) * kMicrosecondsPerDay + floor_modulo(origin, kMicrosecondsPerDay);
  };
  if (at(bucket) > local) bucket -= months;
  return at(bucket);
}

int64_t bucket_local(const Interval& width, int64_t local, int64_t origin, bool default_origin) {
  if (width.months == 0) return bin(local, default_origin ? kBucketOrigin : origin, fixed_width(width, false));
  if (width.days != 0 || width.microseconds != 0) {
    throw Error(sqlstate::kInvalidParameterValue, "month intervals cannot have day or time component");
  }
  if (width.months < 0) throw Error(sqlstate::kDatetimeFieldOverflow, "stride must be greater than zero");
  return month_bucket(local, default_origin ? 0 : origin, width.months);
}

int64_t bucket(const Interval& width, int64_t timestamp) {
  return is_infinite_timestamp(timestamp) ? timestamp : bucket_local(width, timestamp, 0, true);
}
int64_t bucket_from(const Interval& width, int64_t timestamp, int64_t origin) {
  return is_infinite_timestamp(timestamp) ? timestamp : bucket_local(width, timestamp, origin, false);
}
int64_t bucket_with_offset(const Interval& width, int64_t timestamp, const Interval& offset) {
  if (is_infinite_timestamp(timestamp)) return timestamp;
  return timestamp_plus_interval(bucket(width, timestamp_plus_interval(timestamp, negate(offset))), offset);
}
int64_t bucket_in_zone(const Interval& width, int64_t timestamp, Text zone_name) {
  if (is_infinite_timestamp(timestamp)) return timestamp;
  const TimeZone& zone = zone_by_name(zone_name);
  return zone.local_to_utc(bucket(width, zone.utc_to_local(timestamp)));
}
int32_t bucket_date(const Interval& width, int32_t date) {
  return timestamp_to_date(bucket(width, date_to_timestamp(date)));
}
int32_t bucket_date_from(const Interval& width, int32_t date, int32_t origin) {
  return timestamp_to_date(bucket_from(width, date_to_timestamp(date), date_to_timestamp(origin)));
}

/// Runs a bucket function of microseconds on nanoseconds; months only, or where the width is whole microseconds.
int64_t bucket_ns(const Interval& width, int64_t ns) {
  return microseconds_to_nanoseconds(bucket(width, timestamptz_of_ns(ns)));
}
int64_t bucket_ns_from(const Interval& width, int64_t ns, int64_t origin) {
  if (width.months != 0) {
    return microseconds_to_nanoseconds(bucket_from(width, timestamptz_of_ns(ns), timestamptz_of_ns(origin)));
  }
  return bin(ns, origin, fixed_width(width, true));
}
int64_t bucket_ns_with_offset(const Interval& width, int64_t ns, const Interval& offset) {
  return microseconds_to_nanoseconds(bucket_with_offset(width, timestamptz_of_ns(ns), offset));
}
int64_t bucket_ns_in_zone(const Interval& width, int64_t ns, Text zone) {
  return microseconds_to_nanoseconds(bucket_in_zone(width, timestamptz_of_ns(ns), zone));
}

/// time_bucket(constant width, time): the fast path for fixed widths, the general one for months.
template <bool kNanoseconds, auto kSlow>
void time_bucket(KernelCall& call) {
  if (!call.arguments[0].is_constant() || call.arguments[0].data<Interval>()->months != 0) {
    each_row<kSlow>(call);
    return;
  }
  const int64_t origin = kNanoseconds ? (kBucketOrigin + kEpochShiftMicroseconds) * 1000 : kBucketOrigin;
  bin_rows(call, call.arguments[1], origin, fixed_width(*call.arguments[0].data<Interval>(), kNanoseconds));
}

template <class T>
T bucket_integer(T width, T value) {
  if (width <= 0) throw Error(sqlstate::kInvalidParameterValue, "period must be greater than 0");
  const int64_t start = int64_t{value} - floor_modulo(int64_t{value}, int64_t{width});
  if (start > value || start < std::numeric_limits<T>::min()) {
    throw Error(sqlstate::kDatetimeFieldOverflow, "timestamp out of range");
  }
  return static_cast<T>(start);
}

void add_time_buckets(FunctionTables& tables) {
  static constexpr Text kDoc = "start of the bucket of this width around the time";
  const auto add = [&](std::vector<LogicalType> arguments, TypeId result, ScalarKernel kernel) {
    tables.function("time_bucket", std::move(arguments), result, kernel, kDoc);
  };
  for (const TypeId type : {kTimestamp, kTimestampTz}) {
    add({kInterval, type}, type, time_bucket<false, bucket>);
    add({kInterval, type, type}, type, each_row<bucket_from>);
    add({kInterval, type, kInterval}, type, each_row<bucket_with_offset>);
  }
  add({kInterval, kTimestampTz, kText}, kTimestampTz, each_row<bucket_in_zone>);
  add({kInterval, kTimestampTzNs}, kTimestampTzNs, time_bucket<true, bucket_ns>);
  add({kInterval, kTimestampTzNs, kTimestampTzNs}, kTimestampTzNs, each_row<bucket_ns_from>);
  add({kInterval, kTimestampTzNs, kInterval}, kTimestampTzNs, each_row<bucket_ns_with_offset>);
  add({kInterval, kTimestampTzNs, kText}, kTimestampTzNs, each_row<bucket_ns_in_zone>);
  add({kInterval, kDate}, kDate, each_row<bucket_date>);
  add({kInterval, kDate, kDate}, kDate, each_row<bucket_date_from>);
  add({kInt16, kInt16}, kInt16, each_row<bucket_integer<int16_t>>);
  add({kInt32, kInt32}, kInt32, each_row<bucket_integer<int32_t>>);
  add({kInt64, kInt64}, kInt64, each_row<bucket_integer<int64_t>>);
}

}  // namespace

void add_datetime_truncation(FunctionTables& tables) {
  static constexpr Text kTrunc = "cut to a unit: hour, day, month …";
  const auto stable = [](ScalarFunction& function) { function.volatility = Volatility::kStable; };
  tables.function("date_trunc", {kText, kTimestamp}, kTimestamp, each_row<trunc_timestamp>, kTrunc);
  stable(tables.function("date_trunc", {kText, kTimestampTz}, kTimestampTz, each_row<trunc_timestamptz>, kTrunc));
  stable(tables.function("date_trunc", {kText, kTimestampTz, kText}, kTimestampTz, each_row<trunc_timestamptz_named>,
                         kTrunc));
  stable(tables.function("date_trunc", {kText, kTimestampTzNs}, kTimestampTzNs, each_row<trunc_ns>, kTrunc));
  stable(
      tables.function("date_trunc", {kText, kTimestampTzNs, kText}, kTimestampTzNs, each_row<trunc_ns_named>, kTrunc));
  tables.function("date_trunc", {kText, kInterval}, kInterval, each_row<trunc_interval>, kTrunc);
  static constexpr Text kBin = "start of the bucket of this width around the time, counted from an origin";
  tables.function("date_bin", {kInterval, kTimestamp, kTimestamp}, kTimestamp, date_bin<false>, kBin);
  tables.function("date_bin", {kInterval, kTimestampTz, kTimestampTz}, kTimestampTz, date_bin<false>, kBin);
  tables.function("date_bin", {kInterval, kTimestampTzNs, kTimestampTzNs}, kTimestampTzNs, date_bin<true>, kBin);
  add_time_buckets(tables);
}

}  // namespace tidemark
