#include "types/datetime_input.h"

#include <cmath>
#include <string>

#include "base/error.h"
#include "types/calendar.h"
#include "types/datetime.h"
#include "types/datetime_decoder.h"
#include "types/iso_timestamp.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

using namespace date_time_part;

[[noreturn]] void fail(DateTimeFailure failure, std::string_view text, std::string_view type) {
  const std::string quoted = ": \"" + std::string(text) + "\"";
  switch (failure) {
    case DateTimeFailure::kRange:
      throw Error(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range" + quoted);
    case DateTimeFailure::kMonthOrDayRange:
      throw Error(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range" + quoted)
          .with_hint("Perhaps you need a different \"datestyle\" setting.");
    case DateTimeFailure::kZoneRange:
      throw Error(sqlstate::kInvalidTimeZoneDisplacement, "time zone displacement out of range" + quoted);
    default:
      throw Error(sqlstate::kInvalidDatetimeFormat, "invalid input syntax for type " + std::string(type) + quoted);
  }
}

const TimeZone& zone_of(const DateTimeOptions& options) {
  return options.time_zone != nullptr ? *options.time_zone : TimeZone::utc();
}

/// In no range but that of int64: the offset, still to be applied, may bring it back into PostgreSQL's.
bool local_timestamp(const DecodedDateTime& decoded, int64_t& microseconds) {
  return !__builtin_mul_overflow(days_from_civil(decoded.year, decoded.month, decoded.day), kMicrosecondsPerDay,
                                 &microseconds) &&
         !__builtin_add_overflow(microseconds, clock_microseconds(decoded), &microseconds);
}

/// The offset that a decoded text means: its own, or the session's.
int32_t offset_of(const DecodedDateTime& decoded, int64_t local, const DateTimeOptions& options) {
  if ((decoded.parts & kZone) == 0) {
    return zone_of(options).offset_at_local(local);
  }
  return decoded.zone != nullptr ? decoded.zone->offset_at_local(local) : decoded.seconds_east;
}

[[noreturn]] void throw_out_of_range(std::string_view type, std::string_view text) {
  throw Error(sqlstate::kDatetimeFieldOverflow, std::string(type) + " out of range: \"" + std::string(text) + "\"");
}

constexpr int kMicrosecondDigits = 6;

int64_t apply_offset(int64_t local, int32_t seconds_east, std::string_view text) {
  int64_t microseconds = 0;
  if (__builtin_sub_overflow(local, seconds_east * kMicrosecondsPerSecond, &microseconds) ||
      !is_valid_timestamp(microseconds)) {
    throw_out_of_range("timestamp", text);
  }
  return microseconds;
}

DecodedDateTime decode(std::string_view text, const DateTimeOptions& options, bool time_only, std::string_view type) {
  DecodedDateTime decoded;
  const DateTimeFailure failure = decode_datetime(text, options, time_only, decoded);
  if (failure != DateTimeFailure::kNone) {
    fail(failure, text, type);
  }
  return decoded;
}

}  // namespace

int32_t parse_date(std::string_view text, const DateTimeOptions& options) {
  int64_t iso_days = 0;
  if (text.size() == 10 && parse_iso_date(text, iso_days)) {
    return static_cast<int32_t>(iso_days);
  }
  const DecodedDateTime decoded = decode(text, options, false, "date");
  switch (decoded.special) {
    case DateTimeSpecial::kNow:
      return timestamptz_to_date(options.now, zone_of(options));
    case DateTimeSpecial::kEpoch:
      return -kEpochShiftDays;
    case DateTimeSpecial::kInfinity:
      return kDateInfinity;
    case DateTimeSpecial::kMinusInfinity:
      return kDateMinusInfinity;
    case DateTimeSpecial::kNone:
      break;
  }
  const int64_t days = days_from_civil(decoded.year, decoded.month, decoded.day);
  if (!is_valid_date(days)) {
    throw_out_of_range("date", text);
  }
  return static_cast<int32_t>(days);
}

int64_t parse_time(std::string_view text, const DateTimeOptions& options) {
  const DecodedDateTime decoded = decode(text, options, true, "time");
  return decoded.special == DateTimeSpecial::kNow ? timestamp_to_time(zone_of(options).utc_to_local(options.now))
                                                  : clock_microseconds(decoded);
}

int64_t parse_timetz(std::string_view text, const DateTimeOptions& options) {
  const DecodedDateTime decoded = decode(text, options, true, "time with time zone");
  const int64_t now = zone_of(options).utc_to_local(options.now);
  if (decoded.special == DateTimeSpecial::kNow) {
    return pack_timetz({timestamp_to_time(now), -zone_of(options).offset_at_utc(options.now)});
  }
  const int64_t clock = clock_microseconds(decoded);
  // A zone with daylight saving time needs a day: that in the text, else for the session's zone today.
  int64_t local = 0;
  if ((decoded.parts & kDateParts) == kDateParts) {
    if (!local_timestamp(decoded, local)) {
      throw_out_of_range("timestamp", text);
    }
  } else {
    local = floor_divide(now, kMicrosecondsPerDay) * kMicrosecondsPerDay + clock;
  }
  return pack_timetz({clock, -offset_of(decoded, local, options)});
}

int64_t parse_timestamp(std::string_view text, const DateTimeOptions& options) {
  IsoTimestamp iso;
  if (parse_iso_timestamp(text, iso) && iso.fraction_digits <= kMicrosecondDigits) {
    return iso.microseconds;
  }
  const DecodedDateTime decoded = decode(text, options, false, "timestamp");
  switch (decoded.special) {
    case DateTimeSpecial::kNow:
      return zone_of(options).utc_to_local(options.now);
    case DateTimeSpecial::kEpoch:
      return -kEpochShiftMicroseconds;
    case DateTimeSpecial::kInfinity:
      return kTimestampInfinity;
    case DateTimeSpecial::kMinusInfinity:
      return kTimestampMinusInfinity;
    case DateTimeSpecial::kNone:
      break;
  }
  int64_t microseconds = 0;
  if (!local_timestamp(decoded, microseconds) || !is_valid_timestamp(microseconds)) {
    throw_out_of_range("timestamp", text);
  }
  return microseconds;
}

int64_t parse_timestamptz(std::string_view text, const DateTimeOptions& options) {
  IsoTimestamp iso;
  if (parse_iso_timestamp(text, iso) && iso.fraction_digits <= kMicrosecondDigits) {
    const int32_t offset = iso.has_zone ? iso.seconds_east : zone_of(options).offset_at_local(iso.microseconds);
    return iso.microseconds - offset * kMicrosecondsPerSecond;
  }
  const DecodedDateTime decoded = decode(text, options, false, "timestamp with time zone");
  switch (decoded.special) {
    case DateTimeSpecial::kNow:
      return options.now;
    case DateTimeSpecial::kEpoch:
      return -kEpochShiftMicroseconds;
    case DateTimeSpecial::kInfinity:
      return kTimestampInfinity;
    case DateTimeSpecial::kMinusInfinity:
      return kTimestampMinusInfinity;
    case DateTimeSpecial::kNone:
      break;
  }
  int64_t local = 0;
  if (!local_timestamp(decoded, local)) {
    throw_out_of_range("timestamp", text);
  }
  return apply_offset(local, offset_of(decoded, local, options), text);
}

int64_t parse_timestamptz_ns(std::string_view text, const DateTimeOptions& options) {
  IsoTimestamp iso;
  int64_t microseconds = 0;
  int64_t beyond = 0;  // nanoseconds beyond the microsecond
  if (parse_iso_timestamp(text, iso)) {
    const int32_t offset = iso.has_zone ? iso.seconds_east : zone_of(options).offset_at_local(iso.microseconds);
    microseconds = iso.microseconds - offset * kMicrosecondsPerSecond;
    beyond = iso.nanoseconds;
  } else {
    DecodedDateTime decoded = decode(text, options, false, "timestamp with time zone");
    if (decoded.special != DateTimeSpecial::kNone) {
      microseconds = parse_timestamptz(text, options);
    } else {
      const auto fraction_ns = static_cast<int64_t>(std::rint(decoded.fraction * 1e9));
      decoded.fraction = 0;
      int64_t local = 0;
      if (!local_timestamp(decoded, local)) {
        throw_out_of_range("timestamp", text);
      }
      microseconds = apply_offset(local, offset_of(decoded, local, options), text) + fraction_ns / 1000;
      beyond = fraction_ns % 1000;
    }
  }
  int64_t nanoseconds = 0;
  if (!join_nanoseconds(microseconds, static_cast<int32_t>(beyond), nanoseconds)) {
    throw_out_of_range("timestamp", text);
  }
  return nanoseconds;
}

}  // namespace tidemark
