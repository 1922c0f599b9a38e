#pragma once

#include "functions/io_options.h"
#include "functions/kernel.h"
#include "types/calendar.h"
#include "types/time_zone.h"

namespace tidemark {

/// The session's time zone.
inline const TimeZone& session_zone(const QueryContext& context) {
  const TimeZone* zone = io_options(context).dates.time_zone;
  return zone != nullptr ? *zone : TimeZone::utc();
}

/// A zone by what AT TIME ZONE takes. 22023 `time zone "x" not recognized`.
const TimeZone& zone_by_name(std::string_view name);

/// Nanoseconds since 1970 as a timestamptz, floored.
constexpr int64_t timestamptz_of_ns(int64_t nanoseconds) { return split_nanoseconds(nanoseconds).microseconds; }

}  // namespace tidemark
