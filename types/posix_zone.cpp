#include "types/posix_zone.h"

#include <algorithm>

#include "base/ascii.h"
#include "types/calendar.h"

namespace tidemark {
namespace {

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

bool take_number(std::string_view& text, int32_t min, int32_t max, int32_t& number) {
  if (text.empty() || !is_ascii_digit(text.front())) {
    return false;
  }
  number = 0;
  while (!text.empty() && is_ascii_digit(text.front())) {
    number = number * 10 + (text.front() - '0');
    if (number > max) {
      return false;
    }
    text.remove_prefix(1);
  }
  return number >= min;
}

std::string two_digits(int32_t number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

std::string offset_text(int32_t seconds_east) {
  const int32_t seconds = seconds_east < 0 ? -seconds_east : seconds_east;
  std::string text = (seconds_east < 0 ? "-" : "+") + two_digits(seconds / 3600);
  if (seconds % 3600 != 0) {
    text += ":" + two_digits(seconds / 60 % 60);
    if (seconds % 60 != 0) {
      text += ":" + two_digits(seconds % 60);
    }
  }
  return text;
}

}  // namespace

int64_t PosixZone::Change::in_year(int64_t year) const {
  int64_t days = 0;
  switch (kind) {
    case Kind::kJulianWithoutLeapDay:
      days = days_from_civil(year, 1, 1) + day - 1 + (day >= 60 && is_leap_year(year) ? 1 : 0);
      break;
    case Kind::kDayOfYear:
      days = days_from_civil(year, 1, 1) + day;
      break;
    case Kind::kMonthWeekDay: {
      const int64_t first = days_from_civil(year, month, 1);
      days = first + floor_modulo(day - weekday_of(first), 7) + 7 * (week - 1);
      while (days >= first + days_in_month(year, month)) {  // Week 5 means the last one.
        days -= 7;
      }
      break;
    }
  }
  return days * kSecondsPerDay + seconds;
}

bool PosixZone::take_abbreviation(std::string_view& rule, std::string& abbreviation) {
  if (take_char(rule, '<')) {
    const size_t end = rule.find('>');
    if (end == std::string_view::npos) {
      return false;
    }
    abbreviation = rule.substr(0, end);
    rule.remove_prefix(end + 1);
    return true;
  }
  const auto end = std::find_if_not(rule.begin(), rule.end(), is_ascii_letter);
  abbreviation = rule.substr(0, static_cast<size_t>(end - rule.begin()));
  rule.remove_prefix(abbreviation.size());
  return true;
}

bool PosixZone::take_offset(std::string_view& rule, int32_t& seconds) {
  const bool negative = take_char(rule, '-');
  if (!negative) {
    take_char(rule, '+');
  }
  int32_t hours = 0;
  int32_t minutes = 0;
  int32_t rest = 0;
  if (!take_number(rule, 0, 167, hours) ||
      (take_char(rule, ':') &&
       (!take_number(rule, 0, 59, minutes) || (take_char(rule, ':') && !take_number(rule, 0, 60, rest))))) {
    return false;
  }
  seconds = hours * 3600 + minutes * 60 + rest;
  seconds = negative ? -seconds : seconds;
  return true;
}

bool PosixZone::take_change(std::string_view& rule, Change& change) {
  bool is_day = true;
  if (take_char(rule, 'J')) {
    change.kind = Change::Kind::kJulianWithoutLeapDay;
    is_day = take_number(rule, 1, 365, change.day);
  } else if (take_char(rule, 'M')) {
    change.kind = Change::Kind::kMonthWeekDay;
    is_day = take_number(rule, 1, 12, change.month) && take_char(rule, '.') && take_number(rule, 1, 5, change.week) &&
             take_char(rule, '.') && take_number(rule, 0, 6, change.day);
  } else {
    change.kind = Change::Kind::kDayOfYear;
    is_day = take_number(rule, 0, 365, change.day);
  }
  return is_day && (!take_char(rule, '/') || take_offset(rule, change.seconds));
}

std::optional<PosixZone> PosixZone::parse(std::string_view rule) {
  PosixZone zone;
  int32_t seconds_west = 0;
  if (!take_abbreviation(rule, zone.standard_.abbreviation) || !take_offset(rule, seconds_west) ||
      std::abs(seconds_west) > 24 * 3600 + 3599) {
    return std::nullopt;
  }
  zone.standard_.seconds_east = -seconds_west;
  if (rule.empty()) {
    return zone;
  }
  zone.has_daylight_ = true;
  if (!take_abbreviation(rule, zone.daylight_.abbreviation) || zone.daylight_.abbreviation.empty()) {
    return std::nullopt;
  }
  zone.daylight_.seconds_east = zone.standard_.seconds_east + 3600;
  if (!rule.empty() && rule.front() != ',') {
    if (!take_offset(rule, seconds_west)) {
      return std::nullopt;
    }
    zone.daylight_.seconds_east = -seconds_west;
  }
  if (rule.empty()) {
    rule = ",M3.2.0,M11.1.0";
  }
  if (!take_char(rule, ',') || !take_change(rule, zone.to_daylight_) || !take_char(rule, ',') ||
      !take_change(rule, zone.to_standard_) || !rule.empty()) {
    return std::nullopt;
  }
  return zone;
}

PosixZone PosixZone::fixed(int32_t seconds_east) {
  PosixZone zone;
  zone.standard_ = {offset_text(seconds_east), seconds_east};
  return zone;
}

std::string PosixZone::name_of_fixed(int32_t seconds_east) {
  return "<" + offset_text(seconds_east) + ">" + offset_text(-seconds_east);
}

bool PosixZone::is_daylight_at(int64_t utc_seconds) const {
  if (!has_daylight_) {
    return false;
  }
  const int64_t year = civil_from_days(floor_divide(utc_seconds + standard_.seconds_east, kSecondsPerDay)).year;
  // A change at an hour beyond its day may fall into the neighbouring year, hence the look at three years: the latest
  // change before now tells.
  int64_t latest = std::numeric_limits<int64_t>::min();
  bool daylight = false;
  for (int64_t y = year - 1; y <= year + 1; ++y) {
    const int64_t on = to_daylight_.in_year(y) - standard_.seconds_east;
    const int64_t off = to_standard_.in_year(y) - daylight_.seconds_east;
    if (off <= utc_seconds && off > latest) {
      latest = off;
      daylight = false;
    }
    if (on <= utc_seconds && on >= latest) {  // Both at one instant: daylight saving time all year.
      latest = on;
      daylight = true;
    }
  }
  return daylight;
}

}  // namespace tidemark
