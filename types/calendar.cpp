#include "types/calendar.h"

#include <algorithm>

#include "base/check.h"

namespace tidemark {
namespace {

constexpr int64_t kDaysPerEra = 146'097;  // 400 years, after which the calendar repeats
// Days from 0000-03-01, where the years of the computation begin so that a leap day is the last day of its year.
constexpr int64_t kEpochFromMarchZero = 730'425;  // to 2000-01-01

}  // namespace

int32_t days_in_month(int64_t year, int32_t month) {
  constexpr int32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  TIDEMARK_ASSERT(month >= 1 && month <= 12);
  return kDays[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

int64_t days_from_civil(int64_t year, int32_t month, int32_t day) {
  TIDEMARK_ASSERT(month >= 1 && month <= 12);
  const int64_t shifted_year = month <= 2 ? year - 1 : year;
  const int64_t month_from_march = month <= 2 ? month + 9 : month - 3;
  const int64_t era = floor_divide(shifted_year, 400);
  const int64_t year_of_era = shifted_year - era * 400;
  // The lengths of the months from March on follow (153 m + 2) / 5.
  const int64_t day_of_march_year = (153 * month_from_march + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_march_year;
  return era * kDaysPerEra + day_of_era - kEpochFromMarchZero;
}

CivilDate civil_from_days(int64_t days) {
  const int64_t from_march_zero = days + kEpochFromMarchZero;
  const int64_t era = floor_divide(from_march_zero, kDaysPerEra);
  const int64_t day_of_era = from_march_zero - era * kDaysPerEra;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = static_cast<int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month = static_cast<int32_t>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = static_cast<int32_t>(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

int32_t weekday_of(int64_t days) {
  return static_cast<int32_t>(floor_modulo(days + 6, 7));  // 2000-01-01 was a Saturday.
}

int32_t day_of_year(const CivilDate& date) {
  return static_cast<int32_t>(days_from_civil(date.year, date.month, date.day) - days_from_civil(date.year, 1, 1)) + 1;
}

int64_t iso_year_start(int64_t iso_year) {
  const int64_t fourth_of_january = days_from_civil(iso_year, 1, 4);  // always in week 1
  return fourth_of_january - floor_modulo(weekday_of(fourth_of_january) - 1, 7);
}

int32_t iso_week(const CivilDate& date, int32_t& iso_year) {
  const int64_t days = days_from_civil(date.year, date.month, date.day);
  iso_year = date.year;
  if (days < iso_year_start(iso_year)) {
    --iso_year;
  } else if (days >= iso_year_start(iso_year + 1)) {
    ++iso_year;
  }
  return static_cast<int32_t>((days - iso_year_start(iso_year)) / 7) + 1;
}

CivilTime civil_from_timestamp(int64_t microseconds) {
  const int64_t days = floor_divide(microseconds, kMicrosecondsPerDay);
  int64_t rest = floor_modulo(microseconds, kMicrosecondsPerDay);
  CivilTime civil;
  civil.date = civil_from_days(days);
  civil.hour = static_cast<int32_t>(rest / kMicrosecondsPerHour);
  rest %= kMicrosecondsPerHour;
  civil.minute = static_cast<int32_t>(rest / kMicrosecondsPerMinute);
  rest %= kMicrosecondsPerMinute;
  civil.second = static_cast<int32_t>(rest / kMicrosecondsPerSecond);
  civil.microsecond = static_cast<int32_t>(rest % kMicrosecondsPerSecond);
  return civil;
}

bool timestamp_from_parts(int64_t days, int64_t microseconds_of_day, int64_t& microseconds) {
  return !__builtin_mul_overflow(days, kMicrosecondsPerDay, &microseconds) &&
         !__builtin_add_overflow(microseconds, microseconds_of_day, &microseconds) && is_valid_timestamp(microseconds);
}

bool timestamp_from_civil(const CivilTime& civil, int64_t& microseconds) {
  const int64_t days = days_from_civil(civil.date.year, civil.date.month, civil.date.day);
  return timestamp_from_parts(days,
                              civil.hour * kMicrosecondsPerHour + civil.minute * kMicrosecondsPerMinute +
                                  civil.second * kMicrosecondsPerSecond + civil.microsecond,
                              microseconds);
}

}  // namespace tidemark
