// + - * / between dates, times, timestamps and intervals, and the casts between them.

#include "base/error.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/scalars/datetime_session.h"
#include "types/datetime.h"
#include "types/interval.h"

namespace tidemark {

const TimeZone& zone_by_name(std::string_view name) {
  const TimeZone* zone = TimeZone::find_or_abbreviation(name);
  if (zone == nullptr) {
    throw Error(sqlstate::kInvalidParameterValue, "time zone \"" + std::string(name) + "\" not recognized");
  }
  return *zone;
}

namespace {

using enum TypeId;

int32_t date_plus_days(int32_t date, int32_t days) {
  if (is_infinite_date(date)) return date;
  const int64_t result = int64_t{date} + days;
  if (!is_valid_date(result)) throw_date_out_of_range();
  return static_cast<int32_t>(result);
}
int32_t days_plus_date(int32_t days, int32_t date) { return date_plus_days(date, days); }
int32_t date_minus_days(int32_t date, int32_t days) {
  if (is_infinite_date(date)) return date;
  const int64_t result = int64_t{date} - days;
  if (!is_valid_date(result)) throw_date_out_of_range();
  return static_cast<int32_t>(result);
}
int32_t date_minus_date(int32_t a, int32_t b) {
  if (is_infinite_date(a) || is_infinite_date(b)) {
    throw Error(sqlstate::kDatetimeFieldOverflow, "cannot subtract infinite dates");
  }
  return a - b;
}

int64_t timestamp_plus(int64_t timestamp, const Interval& span) { return timestamp_plus_interval(timestamp, span); }
int64_t plus_timestamp(const Interval& span, int64_t timestamp) { return timestamp_plus_interval(timestamp, span); }
int64_t timestamp_minus(int64_t timestamp, const Interval& span) {
  return timestamp_plus_interval(timestamp, negate(span));
}
int64_t date_plus(int32_t date, const Interval& span) { return timestamp_plus_interval(date_to_timestamp(date), span); }
int64_t plus_date(const Interval& span, int32_t date) { return date_plus(date, span); }
int64_t date_minus(int32_t date, const Interval& span) { return date_plus(date, negate(span)); }

int64_t zoned_plus(KernelCall& call, int64_t timestamp, const Interval& span) {
  return timestamptz_plus_interval(timestamp, span, session_zone(call.context));
}
int64_t plus_zoned(KernelCall& call, const Interval& span, int64_t timestamp) {
  return zoned_plus(call, timestamp, span);
}
int64_t zoned_minus(KernelCall& call, int64_t timestamp, const Interval& span) {
  return zoned_plus(call, timestamp, negate(span));
}
int64_t ns_plus(KernelCall& call, int64_t nanoseconds, const Interval& span) {
  return timestamptz_ns_plus_interval(nanoseconds, span, session_zone(call.context));
}
int64_t plus_ns(KernelCall& call, const Interval& span, int64_t nanoseconds) {
  return ns_plus(call, nanoseconds, span);
}
int64_t ns_minus(KernelCall& call, int64_t nanoseconds, const Interval& span) {
  return ns_plus(call, nanoseconds, negate(span));
}

Interval timestamp_difference(int64_t a, int64_t b) { return timestamp_minus_timestamp(a, b); }
Interval ns_difference(int64_t a, int64_t b) {
  return timestamp_minus_timestamp(timestamptz_of_ns(a), timestamptz_of_ns(b));
}
Interval time_difference(int64_t a, int64_t b) { return {.microseconds = a - b}; }
int64_t time_plus(int64_t time, const Interval& span) { return time_plus_interval(time, span); }
int64_t plus_time(const Interval& span, int64_t time) { return time_plus_interval(time, span); }
int64_t time_minus(int64_t time, const Interval& span) { return time_plus_interval(time, negate(span)); }
int64_t date_plus_time(int32_t date, int64_t time) {
  const int64_t midnight = date_to_timestamp(date);
  return is_infinite_timestamp(midnight) ? midnight : midnight + time;
}
int64_t time_plus_date(int64_t time, int32_t date) { return date_plus_time(date, time); }

Interval interval_sum(const Interval& a, const Interval& b) { return add(a, b); }
Interval interval_difference(const Interval& a, const Interval& b) { return subtract(a, b); }
Interval interval_negation(const Interval& a) { return negate(a); }
Interval interval_product(const Interval& a, double factor) { return multiply(a, factor); }
Interval product_with_interval(double factor, const Interval& a) { return multiply(a, factor); }
Interval interval_quotient(const Interval& a, double divisor) { return divide(a, divisor); }

int64_t date_plus_timetz(int32_t date, int64_t packed) {
  const TimeTz time = unpack_timetz(packed);
  if (is_infinite_date(date)) return date_to_timestamp(date);
  const int64_t result = date_to_timestamp(date) + time.microseconds + time.seconds_west * kMicrosecondsPerSecond;
  if (!is_valid_timestamp(result)) throw_timestamp_out_of_range();
  return result;
}
int64_t timetz_plus_date(int64_t packed, int32_t date) { return date_plus_timetz(date, packed); }
/// Around the clock, in the same zone.
int64_t shifted(int64_t packed, int64_t microseconds) {
  TimeTz time = unpack_timetz(packed);
  time.microseconds = floor_modulo(time.microseconds + microseconds % kMicrosecondsPerDay, kMicrosecondsPerDay);
  return pack_timetz(time);
}
int64_t timetz_plus(int64_t packed, const Interval& span) { return shifted(packed, span.microseconds); }
int64_t plus_timetz(const Interval& span, int64_t packed) { return shifted(packed, span.microseconds); }
int64_t timetz_minus(int64_t packed, const Interval& span) {
  return shifted(packed, -(span.microseconds % kMicrosecondsPerDay));
}
int64_t zoned_date_and_time(KernelCall& call, int32_t date, int64_t time) {
  return timestamp_to_timestamptz(date_plus_time(date, time), session_zone(call.context));
}

void add_datetime_operators(FunctionTables& tables) {
  const auto op = [&](std::string_view symbol, TypeId a, TypeId b, TypeId result, ScalarKernel kernel,
                      std::string_view doc) -> ScalarFunction& {
    return tables.operation(symbol, {a, b}, result, kernel, doc);
  };
  const auto stable = [&](std::string_view symbol, TypeId a, TypeId b, TypeId result, ScalarKernel kernel,
                          std::string_view doc) {
    op(symbol, a, b, result, kernel, doc).volatility = Volatility::kStable;
  };
  op("+", kDate, kInt32, kDate, each_row<date_plus_days>, "so many days later");
  op("+", kInt32, kDate, kDate, each_row<days_plus_date>, "so many days later");
  op("-", kDate, kInt32, kDate, each_row<date_minus_days>, "so many days earlier");
  op("-", kDate, kDate, kInt32, each_row<date_minus_date>, "days between");
  op("+", kDate, kInterval, kTimestamp, each_row<date_plus>, "later by an interval");
  op("+", kInterval, kDate, kTimestamp, each_row<plus_date>, "later by an interval");
  op("-", kDate, kInterval, kTimestamp, each_row<date_minus>, "earlier by an interval");
  op("+", kDate, kTime, kTimestamp, each_row<date_plus_time>, "date and time of day");
  op("+", kTime, kDate, kTimestamp, each_row<time_plus_date>, "date and time of day");
  op("+", kDate, kTimeTz, kTimestampTz, each_row<date_plus_timetz>, "date and time of day");
  op("+", kTimeTz, kDate, kTimestampTz, each_row<timetz_plus_date>, "date and time of day");
  op("+", kTimeTz, kInterval, kTimeTz, each_row<timetz_plus>, "later by an interval, around the clock");
  op("+", kInterval, kTimeTz, kTimeTz, each_row<plus_timetz>, "later by an interval, around the clock");
  op("-", kTimeTz, kInterval, kTimeTz, each_row<timetz_minus>, "earlier by an interval, around the clock");
  tables.function("timestamptz", {kDate, kTime}, kTimestampTz, each_row<zoned_date_and_time>, "date and time of day")
      .volatility = Volatility::kStable;
  tables.function("timestamptz", {kDate, kTimeTz}, kTimestampTz, each_row<date_plus_timetz>, "date and time of day");
  op("+", kTimestamp, kInterval, kTimestamp, each_row<timestamp_plus>, "later by an interval");
  op("+", kInterval, kTimestamp, kTimestamp, each_row<plus_timestamp>, "later by an interval");
  op("-", kTimestamp, kInterval, kTimestamp, each_row<timestamp_minus>, "earlier by an interval");
  stable("+", kTimestampTz, kInterval, kTimestampTz, each_row<zoned_plus>, "later by an interval");
  stable("+", kInterval, kTimestampTz, kTimestampTz, each_row<plus_zoned>, "later by an interval");
  stable("-", kTimestampTz, kInterval, kTimestampTz, each_row<zoned_minus>, "earlier by an interval");
  stable("+", kTimestampTzNs, kInterval, kTimestampTzNs, each_row<ns_plus>, "later by an interval");
  stable("+", kInterval, kTimestampTzNs, kTimestampTzNs, each_row<plus_ns>, "later by an interval");
  stable("-", kTimestampTzNs, kInterval, kTimestampTzNs, each_row<ns_minus>, "earlier by an interval");
  op("-", kTimestamp, kTimestamp, kInterval, each_row<timestamp_difference>, "time between, in days and less");
  op("-", kTimestampTz, kTimestampTz, kInterval, each_row<timestamp_difference>, "time between, in days and less");
  op("-", kTimestampTzNs, kTimestampTzNs, kInterval, each_row<ns_difference>, "time between, in days and less");
  op("-", kTime, kTime, kInterval, each_row<time_difference>, "time between");
  op("+", kTime, kInterval, kTime, each_row<time_plus>, "later by an interval, around the clock");
  op("+", kInterval, kTime, kTime, each_row<plus_time>, "later by an interval, around the clock");
  op("-", kTime, kInterval, kTime, each_row<time_minus>, "earlier by an interval, around the clock");
  op("+", kInterval, kInterval, kInterval, each_row<interval_sum>, "sum");
  op("-", kInterval, kInterval, kInterval, each_row<interval_difference>, "difference");
  tables.operation("-", {kInterval}, kInterval, each_row<interval_negation>, "negation");
  op("*", kInterval, kFloat64, kInterval, each_row<interval_product>, "product");
  op("*", kFloat64, kInterval, kInterval, each_row<product_with_interval>, "product");
  op("/", kInterval, kFloat64, kInterval, each_row<interval_quotient>, "quotient");
}

int64_t zoned_date(KernelCall& call, int32_t date) { return date_to_timestamptz(date, session_zone(call.context)); }
int64_t zoned_timestamp(KernelCall& call, int64_t timestamp) {
  return timestamp_to_timestamptz(timestamp, session_zone(call.context));
}
int64_t local_timestamp(KernelCall& call, int64_t timestamp) {
  return timestamptz_to_timestamp(timestamp, session_zone(call.context));
}
int32_t local_date(KernelCall& call, int64_t timestamp) {
  return timestamptz_to_date(timestamp, session_zone(call.context));
}
int64_t local_time(KernelCall& call, int64_t timestamp) { return timestamp_to_time(local_timestamp(call, timestamp)); }
std::optional<int64_t> time_of_timestamp(int64_t timestamp) {
  if (is_infinite_timestamp(timestamp)) return std::nullopt;
  return timestamp_to_time(timestamp);
}
std::optional<int64_t> time_of_zoned(KernelCall& call, int64_t timestamp) {
  if (is_infinite_timestamp(timestamp)) return std::nullopt;
  return local_time(call, timestamp);
}
int64_t timetz_at(int64_t time, const TimeZone& zone, int64_t now) {
  return pack_timetz({time, -zone.offset_at_utc(now)});
}
int64_t zoned_time(KernelCall& call, int64_t time) {
  return timetz_at(time, session_zone(call.context), io_options(call.context).dates.now);
}
std::optional<int64_t> timetz_of_zoned(KernelCall& call, int64_t timestamp) {
  if (is_infinite_timestamp(timestamp)) return std::nullopt;
  return timetz_at(local_time(call, timestamp), session_zone(call.context), timestamp);
}
int64_t time_of_timetz(int64_t packed) { return unpack_timetz(packed).microseconds; }
Interval time_as_interval(int64_t time) { return {.microseconds = time}; }
int64_t interval_as_time(const Interval& span) { return floor_modulo(span.microseconds, kMicrosecondsPerDay); }

int64_t to_ns(int64_t timestamp) { return microseconds_to_nanoseconds(timestamp); }
int64_t from_ns(int64_t nanoseconds) { return nanoseconds_to_microseconds(nanoseconds); }
int64_t date_to_ns(KernelCall& call, int32_t date) { return to_ns(zoned_date(call, date)); }
int64_t timestamp_to_ns(KernelCall& call, int64_t timestamp) { return to_ns(zoned_timestamp(call, timestamp)); }
int64_t ns_to_timestamp(KernelCall& call, int64_t ns) { return local_timestamp(call, from_ns(ns)); }
int32_t ns_to_date(KernelCall& call, int64_t ns) { return local_date(call, from_ns(ns)); }
int64_t ns_to_time(KernelCall& call, int64_t ns) { return local_time(call, from_ns(ns)); }

int64_t fit_timestamp(int64_t timestamp, int32_t digits, bool /*is_explicit*/) {
  return round_timestamp(timestamp, digits);
}
int64_t fit_time(int64_t time, int32_t digits, bool /*is_explicit*/) { return round_time(time, digits); }
int64_t fit_timetz(int64_t packed, int32_t digits, bool /*is_explicit*/) {
  TimeTz time = unpack_timetz(packed);
  time.microseconds = round_time(time.microseconds, digits);
  return pack_timetz(time);
}
Interval fit_interval(const Interval& span, int32_t modifier, bool /*is_explicit*/) {
  return with_interval_modifier(span, modifier);
}

void add_datetime_casts(FunctionTables& tables) {
  using enum CastContext;
  const auto stable = [&](TypeId from, TypeId to, CastContext context, ScalarKernel kernel) {
    tables.cast(from, to, context, kernel)->volatility = Volatility::kStable;
  };
  tables.cast(kDate, kTimestamp, kImplicit, each_row<date_to_timestamp>);
  stable(kDate, kTimestampTz, kImplicit, each_row<zoned_date>);
  stable(kTimestamp, kTimestampTz, kImplicit, each_row<zoned_timestamp>);
  stable(kTimestampTz, kTimestamp, kAssignment, each_row<local_timestamp>);
  tables.cast(kTimestamp, kDate, kAssignment, each_row<timestamp_to_date>);
  stable(kTimestampTz, kDate, kAssignment, each_row<local_date>);
  tables.cast(kTimestamp, kTime, kAssignment, each_row<time_of_timestamp>);
  stable(kTimestampTz, kTime, kAssignment, each_row<time_of_zoned>);
  stable(kTimestampTz, kTimeTz, kAssignment, each_row<timetz_of_zoned>);
  stable(kTime, kTimeTz, kImplicit, each_row<zoned_time>);
  tables.cast(kTimeTz, kTime, kAssignment, each_row<time_of_timetz>);
  tables.cast(kTime, kInterval, kImplicit, each_value<time_as_interval>);
  tables.cast(kInterval, kTime, kAssignment, each_row<interval_as_time>);
  tables.cast(kTimestampTz, kTimestampTzNs, kImplicit, each_row<to_ns>);
  tables.cast(kTimestampTzNs, kTimestampTz, kImplicit, each_row<from_ns>);
  stable(kDate, kTimestampTzNs, kAssignment, each_row<date_to_ns>);
  stable(kTimestamp, kTimestampTzNs, kAssignment, each_row<timestamp_to_ns>);
  stable(kTimestampTzNs, kTimestamp, kAssignment, each_row<ns_to_timestamp>);
  stable(kTimestampTzNs, kDate, kAssignment, each_row<ns_to_date>);
  stable(kTimestampTzNs, kTime, kAssignment, each_row<ns_to_time>);
  for (const TypeId type : {kTimestamp, kTimestampTz}) {
    tables.cast_with_modifier(type, type, kImplicit, each_row<fit_timestamp>);
  }
  tables.cast_with_modifier(kTime, kTime, kImplicit, each_row<fit_time>);
  tables.cast_with_modifier(kTimeTz, kTimeTz, kImplicit, each_row<fit_timetz>);
  tables.cast_with_modifier(kInterval, kInterval, kImplicit, each_row<fit_interval>);
}

}  // namespace

void add_datetime_arithmetic(FunctionTables& tables) {
  add_datetime_operators(tables);
  add_datetime_casts(tables);
}

}  // namespace tidemark
