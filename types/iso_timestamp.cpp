#include "types/iso_timestamp.h"

#include "base/check.h"
#include "types/calendar.h"

namespace tidemark {
namespace {

/// -1 if these are not two digits.
int two_digits(const char* at) {
  const int high = at[0] - '0';
  const int low = at[1] - '0';
  return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low;
}

}  // namespace

bool parse_iso_date(std::string_view text, int64_t& days) {
  TIDEMARK_ASSERT(text.size() >= 10);
  const char* at = text.data();
  const int century = two_digits(at);
  const int rest = two_digits(at + 2);
  const int month = two_digits(at + 5);
  const int day = two_digits(at + 8);
  if (century < 0 || rest < 0 || at[4] != '-' || at[7] != '-' || month < 1 || month > 12 || day < 1) {
    return false;
  }
  const int year = century * 100 + rest;
  if (year == 0 || day > days_in_month(year, month)) {
    return false;
  }
  days = days_from_civil(year, month, day);
  return true;
}

bool parse_iso_timestamp(std::string_view text, IsoTimestamp& result) {
  int64_t days = 0;
  if (text.size() < 10 || !parse_iso_date(text, days)) {
    return false;
  }
  result.microseconds = days * kMicrosecondsPerDay;
  if (text.size() == 10) {
    return true;
  }
  if (text.size() < 19 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') {
    return false;
  }
  const int hour = two_digits(text.data() + 11);
  const int minute = two_digits(text.data() + 14);
  const int second = two_digits(text.data() + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return false;
  }
  result.microseconds +=
      hour * kMicrosecondsPerHour + minute * kMicrosecondsPerMinute + second * kMicrosecondsPerSecond;
  text.remove_prefix(19);
  if (!text.empty() && text.front() == '.') {
    int32_t fraction = 0;
    size_t digits = 0;
    while (digits + 1 < text.size() && text[digits + 1] >= '0' && text[digits + 1] <= '9') {
      if (++digits > 9) {
        return false;
      }
      fraction = fraction * 10 + (text[digits] - '0');
    }
    result.fraction_digits = static_cast<int>(digits);
    for (size_t i = digits; i < 9; ++i) {
      fraction *= 10;
    }
    result.microseconds += fraction / 1000;
    result.nanoseconds = fraction % 1000;
    text.remove_prefix(digits + 1);
  }
  if (text.empty()) {
    return true;
  }
  result.has_zone = true;
  if (text == "Z") {
    return true;
  }
  if ((text.size() != 3 && text.size() != 6) || (text[0] != '+' && text[0] != '-')) {
    return false;
  }
  const int hours = two_digits(text.data() + 1);
  const int minutes = text.size() == 6 && text[3] == ':' ? two_digits(text.data() + 4) : text.size() == 3 ? 0 : -1;
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) {
    return false;
  }
  result.seconds_east = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
  return true;
}

}  // namespace tidemark
