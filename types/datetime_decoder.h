#pragma once

#include <cstdint>
#include <string_view>

#include "types/datetime_format.h"

namespace tidemark {

class TimeZone;

/// Reads the tokens of a date or time into its parts. Internal to types/: see types/datetime_input.h.

enum class DateTimeFailure : uint8_t { kNone, kFormat, kRange, kMonthOrDayRange, kZoneRange };

/// The parts of a date and time that a token can bring; no part may come twice.
namespace date_time_part {
enum : uint32_t {
  kYear = 1,
  kMonth = 2,
  kDay = 4,
  kDayOfYear = 8,
  kClock = 16,
  kZone = 32,
  kMeridiem = 64,
  kEra = 128,
  kWeekday = 256,
  kDaylight = 512,
  kDateParts = kYear | kMonth | kDay,
};
}  // namespace date_time_part

enum class DateTimeSpecial : uint8_t { kNone, kNow, kEpoch, kInfinity, kMinusInfinity };

/// What a text says, before time zones and units are applied.
struct DecodedDateTime {
  DateTimeSpecial special = DateTimeSpecial::kNone;
  int64_t year = 0;
  int32_t month = 0;
  int32_t day = 0;
  int32_t hour = 0;
  int32_t minute = 0;
  int32_t second = 0;
  double fraction = 0;  ///< of a second, below 1
  uint32_t parts = 0;
  int32_t seconds_east = 0;  ///< if parts has kZone and `zone` is null
  const TimeZone* zone = nullptr;
};

/// Microseconds of the day, the fraction rounded half to even; may be more than a day by a leap second.
int64_t clock_microseconds(const DecodedDateTime& decoded);

/// `time_only`: a time is wanted, before which a date is tolerated. 22023 if the name of a zone is unknown.
DateTimeFailure decode_datetime(std::string_view text, const DateTimeOptions& options, bool time_only,
                                DecodedDateTime& decoded);

}  // namespace tidemark
