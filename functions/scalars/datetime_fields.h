#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark {

/// The units that extract, date_part and date_trunc name, in all their spellings.
enum class DateField : uint8_t {
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kEpoch,
  kJulian,
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kIsoYear,
  kTimezone,
  kTimezoneHour,
  kTimezoneMinute,
};

/// False if the word is none; any case.
bool find_date_field(std::string_view word, DateField& field);

}  // namespace tidemark
