// Clocks, pg_sleep, make_date and its like, age, justify_*, AT TIME ZONE, OVERLAPS, isfinite.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/scalars/datetime_session.h"
#include "types/datetime.h"
#include "types/interval.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

void timestamp_constant(KernelCall& call, int64_t nanoseconds) {
  call.result = Vector::constant(Value::integer(kTimestampTz, timestamptz_of_ns(nanoseconds)), call.size);
}
void transaction_now(KernelCall& call) { timestamp_constant(call, call.context.transaction_start_ns); }
void statement_now(KernelCall& call) { timestamp_constant(call, call.context.statement_start_ns); }
void clock_now(KernelCall& call) { timestamp_constant(call, call.context.clock->wall_ns()); }
int64_t local_now(const KernelCall& call) {
  return timestamptz_to_timestamp(timestamptz_of_ns(call.context.transaction_start_ns), session_zone(call.context));
}
void current_date(KernelCall& call) {
  call.result = Vector::constant(Value::integer(kDate, timestamp_to_date(local_now(call))), call.size);
}
void local_timestamp(KernelCall& call) {
  call.result = Vector::constant(Value::integer(kTimestamp, local_now(call)), call.size);
}
void local_time(KernelCall& call) {
  call.result = Vector::constant(Value::integer(kTime, timestamp_to_time(local_now(call))), call.size);
}
void current_time(KernelCall& call) {
  const int64_t utc = timestamptz_of_ns(call.context.transaction_start_ns);
  const int64_t packed =
      pack_timetz({timestamp_to_time(local_now(call)), -session_zone(call.context).offset_at_utc(utc)});
  call.result = Vector::constant(Value::integer(kTimeTz, packed), call.size);
}

/// In slices, so that a cancelled statement wakes within 10 ms.
void sleep_for_seconds(const QueryContext& context, double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kSlice = std::chrono::milliseconds(10);
  constexpr double kSecondsMax = 1e9;  // 31 years: nobody waits longer, and it fits the clock
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(std::clamp(seconds, 0.0, kSecondsMax)));
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    context.check_cancelled();
    std::this_thread::sleep_for(std::min<Clock::duration>(end - now, kSlice));
  }
  context.check_cancelled();
}
/// `seconds_of` gives a row's argument as seconds from now.
template <class T, class SecondsOf>
void sleep_each_row(KernelCall& call, SecondsOf seconds_of) {
  const Argument<T> arguments(call.arguments[0]);
  for (size_t row = 0; row < call.size; ++row) {
    if (call.valid.is_valid(row)) sleep_for_seconds(call.context, seconds_of(arguments[row]));
  }
  call.result = Vector::flat(kVoid, call.size);
}
void sleep_seconds(KernelCall& call) {
  sleep_each_row<double>(call, [](double seconds) { return seconds; });
}
void sleep_interval(KernelCall& call) {
  sleep_each_row<Interval>(call,
                           [](const Interval& pause) { return static_cast<double>(interval_length(pause)) / 1e6; });
}
void sleep_until(KernelCall& call) {
  sleep_each_row<int64_t>(call, [&](int64_t end) {
    return static_cast<double>(end - timestamptz_of_ns(call.context.clock->wall_ns())) / 1e6;
  });
}

std::string two(int32_t number) {
  const std::string text = std::to_string(std::abs(number));
  return (number < 0 ? "-" : "") + (text.size() < 2 ? "0" + text : text);
}

/// `Mon Nov 30 15:04:44.123456 2026 UTC`, whatever the DateStyle is.
void time_of_day(KernelCall& call) {
  const int64_t now = timestamptz_of_ns(call.context.clock->wall_ns());
  const TimeZone& zone = session_zone(call.context);
  const int64_t local = timestamptz_to_timestamp(now, zone);
  const int32_t date = timestamp_to_date(local);
  const CivilDate civil = civil_from_days(date);
  static constexpr Text kWeekdaysFromSaturday[] = {"Sat", "Sun", "Mon", "Tue",
                                                   "Wed", "Thu", "Fri"};  // 2000-01-01 was a Saturday.
  static constexpr Text kMonthWords[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::string time;
  append_time(time, timestamp_to_time(local));
  if (time.find('.') == std::string::npos) time += '.';
  time.append(15 - std::min<size_t>(time.size(), 15), '0');
  const std::string text = std::string(kWeekdaysFromSaturday[floor_modulo(date, 7)]) + ' ' +
                           std::string(kMonthWords[civil.month - 1]) + ' ' + two(civil.day) + ' ' + time + ' ' +
                           std::to_string(civil.year) + ' ' + std::string(zone.at_utc(now).abbreviation);
  call.result = Vector::constant(Value::text(text), call.size);
}

void add_clocks(FunctionTables& tables) {
  const auto add = [&](Text name, ScalarKernel kernel, Text doc) -> ScalarFunction& {
    ScalarFunction& function = tables.function(name, {}, kTimestampTz, kernel, doc);
    function.volatility = Volatility::kStable;
    return function;
  };
  add("now", transaction_now, "start of the transaction");
  add("transaction_timestamp", transaction_now, "start of the transaction");
  add("statement_timestamp", statement_now, "start of the statement");
  add("clock_timestamp", clock_now, "the time right now").volatility = Volatility::kVolatile;
  const auto add_sleep = [&](Text name, TypeId argument, ScalarKernel kernel, Text doc) {
    tables.function(name, {argument}, kVoid, kernel, doc).volatility = Volatility::kVolatile;
  };
  add_sleep("pg_sleep", kFloat64, sleep_seconds, "waits that many seconds");
  add_sleep("pg_sleep_for", TypeId::kInterval, sleep_interval, "waits that long");
  add_sleep("pg_sleep_until", kTimestampTz, sleep_until, "waits until then");
  tables.function("timeofday", {}, kText, time_of_day, "the time right now, as text").volatility =
      Volatility::kVolatile;
  // The words of the grammar, for the binder.
  const auto add_word = [&](Text word, TypeId result, ScalarKernel kernel, Text doc) {
    tables.operation(word, {}, result, kernel, doc).volatility = Volatility::kStable;
  };
  add_word("CURRENT_DATE", kDate, current_date, "date of the transaction's start");
  add_word("CURRENT_TIMESTAMP", kTimestampTz, transaction_now, "start of the transaction");
  add_word("CURRENT_TIME", kTimeTz, current_time, "time of day of the transaction's start");
  add_word("LOCALTIMESTAMP", kTimestamp, local_timestamp, "start of the transaction, without zone");
  add_word("LOCALTIME", kTime, local_time, "time of day of the transaction's start, without zone");
}

[[noreturn]] void throw_field_out_of_range(Text what, const std::string& value) {
  throw Error(sqlstate::kDatetimeFieldOverflow, std::string(what) + " field value out of range: " + value);
}

int32_t make_date(int32_t year, int32_t month, int32_t day) {
  const std::string text = std::to_string(year) + "-" + two(month) + "-" + two(day);
  const int64_t astronomical = year < 0 ? int64_t{year} + 1 : year;  // -1 is 1 BC
  if (year == 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(astronomical, month)) {
    throw_field_out_of_range("date", text);
  }
  const int64_t days = days_from_civil(astronomical, month, day);
  if (!is_valid_date(days))
    throw Error(sqlstate::kDatetimeFieldOverflow,
                (year < 0 ? "date field value out of range: " : "date out of range: ") + text);
  return static_cast<int32_t>(days);
}

int64_t make_time(int32_t hour, int32_t minute, double second) {
  const auto text = [&] {
    std::string seconds;
    append_float64(seconds, second);
    return std::to_string(hour) + ":" + two(minute) + ":" + (seconds.size() < 2 ? "0" : "") + seconds;
  };
  const bool end_of_day = hour == 24 && minute == 0 && second == 0;
  if (std::isnan(second) || hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
      (hour == 24 && !end_of_day)) {
    throw_field_out_of_range("time", text());
  }
  const int64_t result = hour * kMicrosecondsPerHour + minute * kMicrosecondsPerMinute +
                         static_cast<int64_t>(std::nearbyint(second * 1e6));
  if (result > kMicrosecondsPerDay) throw_field_out_of_range("time", text());
  return result;
}

int64_t make_timestamp(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute, double second) {
  const int32_t date = make_date(year, month, day);
  int64_t result = 0;
  if (!timestamp_from_parts(date, make_time(hour, minute, second), result)) throw_timestamp_out_of_range();
  return result;
}
int64_t make_timestamptz(KernelCall& call, int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                         double second) {
  return session_zone(call.context).local_to_utc(make_timestamp(year, month, day, hour, minute, second));
}
/// `+05:30`, `+0530`, `-8`: hours and minutes east of UTC, as in a timestamp's text and unlike AT TIME ZONE.
bool parse_iso_offset(Text text, int32_t& seconds_east) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return false;
  constexpr int32_t kPartsBelow[] = {1000, 100};  // before the last digit
  int32_t parts[2] = {};
  size_t part = 0;
  for (const char c : text.substr(1)) {
    if (c == ':' && part == 0) {
      ++part;
    } else if (c >= '0' && c <= '9' && parts[part] < kPartsBelow[part]) {
      parts[part] = parts[part] * 10 + (c - '0');
    } else {
      return false;
    }
  }
  if (part == 0 && text.size() > 3) {  // +0530
    parts[1] = parts[0] % 100;
    parts[0] /= 100;
  }
  if (parts[0] > 15 || parts[1] > 59) return false;
  seconds_east = (parts[0] * 3600 + parts[1] * 60) * (text[0] == '-' ? -1 : 1);
  return true;
}

int64_t make_timestamptz_named(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute, double second,
                               Text zone) {
  const int64_t local = make_timestamp(year, month, day, hour, minute, second);
  int32_t seconds_east = 0;
  if (!zone.empty() && zone[0] >= '0' && zone[0] <= '9') {
    throw Error(sqlstate::kInvalidParameterValue,
                "invalid input syntax for type numeric time zone: \"" + std::string(zone) + "\"")
        .with_hint("Numeric time zones must have \"-\" or \"+\" as first character.");
  }
  if (zone.size() > 1 && (zone[0] == '+' || zone[0] == '-') && zone[1] >= '0' && zone[1] <= '9' &&
      !parse_iso_offset(zone, seconds_east)) {
    throw Error(sqlstate::kInvalidParameterValue, "numeric time zone \"" + std::string(zone) + "\" out of range");
  }
  if (parse_iso_offset(zone, seconds_east)) return local - seconds_east * kMicrosecondsPerSecond;
  return zone_by_name(zone).local_to_utc(local);
}

/// make_interval takes zero to seven arguments: years, months, weeks, days, hours, mins, secs.
void make_interval(KernelCall& call) {
  Vector result = Vector::flat(kInterval, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    Interval& to = result.mutable_data<Interval>()[row];
    to = {};
    if (!call.valid.is_valid(row)) continue;
    const auto part = [&](size_t index) -> int64_t {
      return index < call.arguments.size() ? Argument<int32_t>(call.arguments[index])[row] : 0;
    };
    const double seconds = call.arguments.size() > 6 ? Argument<double>(call.arguments[6])[row] : 0;
    const int64_t months = part(0) * 12 + part(1);
    const int64_t days = part(2) * 7 + part(3);
    if (!std::isfinite(seconds) || months != static_cast<int32_t>(months) || days != static_cast<int32_t>(days)) {
      throw_interval_out_of_range();
    }
    to.months = static_cast<int32_t>(months);
    to.days = static_cast<int32_t>(days);
    const double rounded = std::nearbyint(seconds * 1e6);
    if (std::abs(rounded) >= 9.2e18 ||
        __builtin_add_overflow(part(4) * kMicrosecondsPerHour + part(5) * kMicrosecondsPerMinute,
                               static_cast<int64_t>(rounded), &to.microseconds)) {
      throw_interval_out_of_range();
    }
  }
  call.result = std::move(result);
}

int64_t timestamp_of_epoch(double seconds) {
  if (std::isnan(seconds)) throw Error(sqlstate::kDatetimeFieldOverflow, "timestamp cannot be NaN");
  if (std::isinf(seconds)) return seconds > 0 ? kTimestampInfinity : kTimestampMinusInfinity;
  const double shifted = seconds - static_cast<double>(int64_t{kEpochShiftDays} * kSecondsPerDay);
  const double microseconds = std::nearbyint(shifted * 1e6);
  if (std::abs(microseconds) >= 9.2e18 || !is_valid_timestamp(static_cast<int64_t>(microseconds))) {
    std::string text;
    append_float64(text, seconds);
    throw Error(sqlstate::kDatetimeFieldOverflow, "timestamp out of range: \"" + text + "\"");
  }
  return static_cast<int64_t>(microseconds);
}

void add_makers(FunctionTables& tables) {
  tables.function("make_date", {kInt32, kInt32, kInt32}, kDate, each_row<make_date>, "date of year, month, day");
  tables.function("make_time", {kInt32, kInt32, kFloat64}, kTime, each_row<make_time>, "time of hour, minute, second");
  const std::vector<LogicalType> fields = {kInt32, kInt32, kInt32, kInt32, kInt32, kFloat64};
  tables.function("make_timestamp", fields, kTimestamp, each_row<make_timestamp>, "timestamp of its fields");
  tables.function("make_timestamptz", fields, kTimestampTz, each_row<make_timestamptz>, "timestamp of its fields")
      .volatility = Volatility::kStable;
  std::vector<LogicalType> with_zone = fields;
  with_zone.emplace_back(kText);
  tables.function("make_timestamptz", with_zone, kTimestampTz, each_row<make_timestamptz_named>,
                  "timestamp of its fields and zone");
  std::vector<LogicalType> parts;
  for (int count = 0; count <= 7; ++count) {
    tables.function("make_interval", parts, kInterval, make_interval,
                    "interval of years, months, weeks, days, hours, mins, secs");
    parts.emplace_back(count < 6 ? kInt32 : kFloat64);
  }
  tables.function("to_timestamp", {kFloat64}, kTimestampTz, each_row<timestamp_of_epoch>, "seconds since 1970 UTC");
}

Interval age_of(int64_t a, int64_t b) { return age(a, b); }
Interval age_of_zoned(KernelCall& call, int64_t a, int64_t b) {
  const TimeZone& zone = session_zone(call.context);
  return age(timestamptz_to_timestamp(a, zone), timestamptz_to_timestamp(b, zone));
}
int64_t midnight_today(const KernelCall& call) { return date_to_timestamp(timestamp_to_date(local_now(call))); }
Interval age_until_today(KernelCall& call, int64_t birth) { return age(midnight_today(call), birth); }
Interval age_until_today_zoned(KernelCall& call, int64_t birth) {
  return age(midnight_today(call), timestamptz_to_timestamp(birth, session_zone(call.context)));
}
Interval age_of_ns(KernelCall& call, int64_t a, int64_t b) {
  return age_of_zoned(call, timestamptz_of_ns(a), timestamptz_of_ns(b));
}

Interval hours_justified(const Interval& span) { return justify_hours(span); }
Interval days_justified(const Interval& span) { return justify_days(span); }
Interval interval_justified(const Interval& span) { return justify_interval(span); }

// timezone(zone, time): AT TIME ZONE.
int64_t zone_of_timestamp(Text zone, int64_t timestamp) {
  return timestamp_to_timestamptz(timestamp, zone_by_name(zone));
}
int64_t zone_of_timestamptz(Text zone, int64_t timestamp) {
  return timestamptz_to_timestamp(timestamp, zone_by_name(zone));
}
int64_t zone_of_ns(Text zone, int64_t ns) { return zone_of_timestamptz(zone, timestamptz_of_ns(ns)); }
int64_t offset_of(const KernelCall& call, const Interval& zone) {
  if (zone.months != 0 || zone.days != 0) {
    std::string shown;
    append_text(shown, Vector::constant(Value::interval(zone), 1), 0, io_options(call.context));
    throw Error(sqlstate::kInvalidParameterValue,
                "interval time zone \"" + shown + "\" must not include months or days");
  }
  return zone.microseconds / kMicrosecondsPerSecond * kMicrosecondsPerSecond;  // Zones have whole seconds.
}
int64_t offset_timestamp(KernelCall& call, const Interval& zone, int64_t timestamp) {
  return is_infinite_timestamp(timestamp) ? timestamp : timestamp - offset_of(call, zone);
}
int64_t offset_timestamptz(KernelCall& call, const Interval& zone, int64_t timestamp) {
  return is_infinite_timestamp(timestamp) ? timestamp : timestamp + offset_of(call, zone);
}
int64_t offset_ns(KernelCall& call, const Interval& zone, int64_t ns) {
  return offset_timestamptz(call, zone, timestamptz_of_ns(ns));
}
int64_t timetz_in_offset(int64_t packed, int64_t seconds_east) {
  const TimeTz time = unpack_timetz(packed);
  const int64_t utc = time.microseconds + time.seconds_west * kMicrosecondsPerSecond;
  const int64_t local = floor_modulo(utc + seconds_east * kMicrosecondsPerSecond, kMicrosecondsPerDay);
  return pack_timetz({local, static_cast<int32_t>(-seconds_east)});
}
int64_t zone_of_timetz(KernelCall& call, Text zone, int64_t packed) {
  return timetz_in_offset(packed,
                          zone_by_name(zone).offset_at_utc(timestamptz_of_ns(call.context.transaction_start_ns)));
}
int64_t offset_timetz(KernelCall& call, const Interval& zone, int64_t packed) {
  return timetz_in_offset(packed, offset_of(call, zone) / kMicrosecondsPerSecond);
}

void add_zones(FunctionTables& tables) {
  static constexpr Text kDoc = "the time in a zone (AT TIME ZONE)";
  tables.function("timezone", {kText, kTimestamp}, kTimestampTz, each_row<zone_of_timestamp>, kDoc);
  tables.function("timezone", {kText, kTimestampTz}, kTimestamp, each_row<zone_of_timestamptz>, kDoc);
  tables.function("timezone", {kText, kTimestampTzNs}, kTimestamp, each_row<zone_of_ns>, kDoc);
  tables.function("timezone", {kText, kTimeTz}, kTimeTz, each_row<zone_of_timetz>, kDoc).volatility =
      Volatility::kStable;
  tables.function("timezone", {kInterval, kTimestamp}, kTimestampTz, each_row<offset_timestamp>, kDoc);
  tables.function("timezone", {kInterval, kTimestampTz}, kTimestamp, each_row<offset_timestamptz>, kDoc);
  tables.function("timezone", {kInterval, kTimestampTzNs}, kTimestamp, each_row<offset_ns>, kDoc);
  tables.function("timezone", {kInterval, kTimeTz}, kTimeTz, each_row<offset_timetz>, kDoc);
}

bool date_is_finite(int32_t date) { return !is_infinite_date(date); }
bool timestamp_is_finite(int64_t timestamp) { return !is_infinite_timestamp(timestamp); }
bool always_finite(int64_t /*ns*/) { return true; }
bool interval_is_finite(Interval /*span*/) { return true; }

/// Periods [start, end) in either order; NULL where an end is unknown and the rest does not decide, as the standard
/// says.
void overlaps(KernelCall& call) {
  Vector result = Vector::flat(kBoolean, call.size);
  const Argument<int64_t> values[] = {Argument<int64_t>(call.arguments[0]), Argument<int64_t>(call.arguments[1]),
                                      Argument<int64_t>(call.arguments[2]), Argument<int64_t>(call.arguments[3])};
  struct Point {
    bool known = false;
    int64_t value = 0;
  };
  const auto point = [&](size_t argument, size_t row) {
    const Vector& vector = call.arguments[argument];
    const bool known = vector.validity().is_valid(vector.is_constant() ? 0 : row);
    return Point{known, known ? values[argument][row] : 0};
  };
  for (size_t row = 0; row < call.size; ++row) {
    uint8_t& to = result.mutable_data<uint8_t>()[row];
    to = 0;
    Point start1 = point(0, row);
    Point end1 = point(1, row);
    Point start2 = point(2, row);
    Point end2 = point(3, row);
    const auto order = [](Point& start, Point& end) {
      if (!start.known || (end.known && start.value > end.value)) std::swap(start, end);
      return start.known;
    };
    if (!order(start1, end1) || !order(start2, end2)) {
      result.set_null(row);
      continue;
    }
    if (start1.value == start2.value) {
      // Equal starts overlap if both ends are known; else the answer is open.
      if (end1.known && end2.known) {
        to = 1;
      } else {
        result.set_null(row);
      }
      continue;
    }
    const bool first_begins = start1.value < start2.value;
    const Point end = first_begins ? end1 : end2;
    const Point other_start = first_begins ? start2 : start1;
    const Point other_end = first_begins ? end2 : end1;
    if (!end.known) {
      result.set_null(row);
    } else if (other_start.value < end.value) {
      to = 1;
    } else if (!other_end.known) {
      result.set_null(row);
    }
  }
  call.result = std::move(result);
}

}  // namespace

void add_datetime_making(FunctionTables& tables) {
  add_clocks(tables);
  add_makers(tables);
  add_zones(tables);
  const auto stable = [](ScalarFunction& function) { function.volatility = Volatility::kStable; };
  tables.function("age", {kTimestamp, kTimestamp}, kInterval, each_row<age_of>, "years, months and days between");
  stable(tables.function("age", {kTimestampTz, kTimestampTz}, kInterval, each_row<age_of_zoned>,
                         "years, months and days between"));
  stable(tables.function("age", {kTimestampTzNs, kTimestampTzNs}, kInterval, each_row<age_of_ns>,
                         "years, months and days between"));
  stable(tables.function("age", {kTimestamp}, kInterval, each_row<age_until_today>, "age at today's midnight"));
  stable(tables.function("age", {kTimestampTz}, kInterval, each_row<age_until_today_zoned>, "age at today's midnight"));
  tables.function("justify_hours", {kInterval}, kInterval, each_row<hours_justified>, "24 hours become a day");
  tables.function("justify_days", {kInterval}, kInterval, each_row<days_justified>, "30 days become a month");
  tables.function("justify_interval", {kInterval}, kInterval, each_row<interval_justified>,
                  "hours become days and days months, of one sign");
  tables.function("isfinite", {kDate}, kBoolean, each_value<date_is_finite>, "whether it is not infinite");
  tables.function("isfinite", {kTimestamp}, kBoolean, each_value<timestamp_is_finite>, "whether it is not infinite");
  tables.function("isfinite", {kTimestampTz}, kBoolean, each_value<timestamp_is_finite>, "whether it is not infinite");
  tables.function("isfinite", {kTimestampTzNs}, kBoolean, each_value<always_finite>, "true");
  tables.function("isfinite", {kInterval}, kBoolean, each_value<interval_is_finite>, "true");
  for (const TypeId type : {kTimestamp, kTimestampTz, kTimestampTzNs, kTime, kTimeTz}) {
    tables.function("overlaps", {type, type, type, type}, kBoolean, overlaps, "whether two periods share time")
        .null_rule = NullRule::kCalled;
  }
}

}  // namespace tidemark
