#include "types/interval.h"

#include <gtest/gtest.h>

#include <random>

#include "case_file.h"
#include "types/calendar.h"
#include "types/datetime.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

Interval interval_of(const std::string& text, const TypeIoOptions& options) {
  return parse_value(TypeId::kInterval, text, options).as_interval();
}
int64_t timestamp_of(const std::string& text, const TypeIoOptions& options) {
  return parse_value(TypeId::kTimestamp, text, options).as_int64();
}

/// parts: an expression cut at its quotes.
Value evaluate(const std::vector<std::string>& parts, const TypeIoOptions& options) {
  const std::string& head = parts[0];
  const std::string middle = parts.size() > 2 ? parts[2] : "";
  if (head.starts_with("justify")) {
    const Interval interval = interval_of(parts[1], options);
    return Value::interval(head.starts_with("justify_hours")  ? justify_hours(interval)
                           : head.starts_with("justify_days") ? justify_days(interval)
                                                              : justify_interval(interval));
  }
  if (head.starts_with("age(")) {
    return Value::interval(age(timestamp_of(parts[1], options), timestamp_of(parts[3], options)));
  }
  if (head == "timestamptz ") {
    const Value start = parse_value(TypeId::kTimestampTz, parts[1], options);
    return parts.size() < 5 ? start
                            : Value::integer(TypeId::kTimestampTz,
                                             timestamptz_plus_interval(start.as_int64(), interval_of(parts[3], options),
                                                                       *options.dates.time_zone));
  }
  if (head == "timestamp ") {
    const int64_t start = timestamp_of(parts[1], options);
    return middle.starts_with(" - ")
               ? Value::interval(timestamp_minus_timestamp(start, timestamp_of(parts[3], options)))
               : Value::integer(TypeId::kTimestamp, timestamp_plus_interval(start, interval_of(parts[3], options)));
  }
  const Interval left = interval_of(parts[1], options);
  switch (middle[1]) {
    case '*':
      return Value::interval(multiply(left, std::stod(middle.substr(3))));
    case '/':
      return Value::interval(divide(left, std::stod(middle.substr(3))));
    case '+':
      return Value::interval(add(left, interval_of(parts[3], options)));
    default:
      return Value::interval(subtract(left, interval_of(parts[3], options)));
  }
}

TEST(Interval, ComputesAsPostgresql) {
  for (const Case& c : read_cases("expression_interval.txt")) {
    EXPECT_EQ(answer_of([&] { return to_text(evaluate(split_at_quotes(c.fields[0]), c.options), c.options); }),
              c.expected)
        << c.place << ": " << c.fields[0];
  }
}

TEST(Calendar, CountsDaysThereAndBack) {
  int64_t days = days_from_civil(-4713, 11, 24);
  CivilDate date{-4713, 11, 24};
  // Day by day over the first and the last of PostgreSQL's years, and all of the years around ours.
  const auto walk = [&](int64_t count) {
    for (int64_t i = 0; i < count; ++i, ++days) {
      ASSERT_EQ(civil_from_days(days), date);
      ASSERT_EQ(days_from_civil(date.year, date.month, date.day), days);
      if (++date.day > days_in_month(date.year, date.month)) {
        date.day = 1;
        if (++date.month > 12) {
          date.month = 1;
          ++date.year;
        }
      }
    }
  };
  EXPECT_EQ(days, -kEpochJulianDay);
  walk(2000);
  date = {1890, 1, 1};
  days = days_from_civil(1890, 1, 1);
  walk(100'000);
  date = {5874897, 1, 1};
  days = days_from_civil(5874897, 1, 1);
  walk(365);
  EXPECT_EQ(weekday_of(days_from_civil(2024, 2, 29)), 4);
  int32_t iso_year = 0;
  EXPECT_EQ(iso_week({2021, 1, 1}, iso_year), 53);
  EXPECT_EQ(iso_year, 2020);
}

TEST(TimestampTzNs, SplitsAndJoinsOverItsWholeRange) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 10000; ++round) {
    const auto nanoseconds = static_cast<int64_t>(random());
    const SplitNanoseconds split = split_nanoseconds(nanoseconds);
    int64_t back = 0;
    ASSERT_TRUE(join_nanoseconds(split.microseconds, split.nanoseconds, back));
    ASSERT_EQ(back, nanoseconds);
    ASSERT_LE(microseconds_to_nanoseconds_clamped(split.microseconds), nanoseconds);
  }
  EXPECT_EQ(microseconds_to_nanoseconds_clamped(kTimestampInfinity), kTimestampInfinity);
  EXPECT_EQ(microseconds_to_nanoseconds_clamped(kTimestampMinusInfinity), kTimestampMinusInfinity);
  int64_t ignored = 0;
  EXPECT_FALSE(join_nanoseconds(kTimestampInfinity, 0, ignored));
  EXPECT_FALSE(join_nanoseconds(9'223'371'331'200'000'000 - 1, 0, ignored));
}

TEST(TimeZone, IsFoundInAnyCaseAndUnknownNamesAreNot) {
  EXPECT_EQ(TimeZone::find("europe/berlin")->name(), "Europe/Berlin");
  EXPECT_EQ(TimeZone::find("Europe/Berlin"), TimeZone::find("EUROPE/BERLIN"));
  EXPECT_EQ(TimeZone::find("utc"), &TimeZone::utc());
  EXPECT_EQ(TimeZone::find("no/where"), nullptr);
  EXPECT_EQ(TimeZone::find("../etc/passwd"), nullptr);
  EXPECT_EQ(TimeZone::find(""), nullptr);
  EXPECT_EQ(TimeZone::fixed(-27000)->name(), "<-07:30>+07:30");
  EXPECT_EQ(TimeZone::fixed(19800)->offset_at_utc(0), 19800);
  EXPECT_EQ(TimeZone::find_or_abbreviation("pdt")->offset_at_utc(0), -7 * 3600);
  EXPECT_EQ(TimeZone::find("+05:30")->offset_at_utc(0), -19800);  // POSIX counts west.
  EXPECT_GT(TimeZone::names().size(), 400U);
}

}  // namespace
}  // namespace tidemark
