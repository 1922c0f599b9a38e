#pragma once

#include <cstdint>
#include <string_view>

#include "types/datetime_format.h"
#include "types/logical_type.h"

namespace tidemark {

/// Text → dates, times and timestamps, with all spellings that PostgreSQL takes (its manual, appendix B.1): ISO 8601,
/// `Jan 8, 1999 04:05:06 PM PST`, `1/8/1999`, `20240102T030405Z`, `J2451187`, `44-03-15 BC`, `now`, `today`,
/// `tomorrow`, `yesterday`, `epoch`, `infinity`, `allballs`; zones by offset, abbreviation, name and POSIX rule.
/// Fractions beyond the unit round half to even. Blanks around are ignored.
///
/// Errors, with PostgreSQL's words: 22007 not a date, 22008 out of range, 22009 a zone too far away, 22023 unknown
/// zone.

int32_t parse_date(std::string_view text, const DateTimeOptions& options);
/// Microseconds since midnight; a zone in the text is ignored, as there.
int64_t parse_time(std::string_view text, const DateTimeOptions& options);
/// Packed as types/datetime.h says.
int64_t parse_timetz(std::string_view text, const DateTimeOptions& options);
/// A zone in the text is ignored, as there.
int64_t parse_timestamp(std::string_view text, const DateTimeOptions& options);
int64_t parse_timestamptz(std::string_view text, const DateTimeOptions& options);
/// timestamptz(9); 22008 for infinities and for years outside 1677 to 2262.
int64_t parse_timestamptz_ns(std::string_view text, const DateTimeOptions& options);

/// All forms: `1 year 2 months -3 days 04:05:06.7 ago`, ISO 8601 (`P1Y2M3DT4H`, `P0001-02-03T04:05:06`), SQL (`1-2`,
/// `3 4:05:06`). `modifier` is interval's: restricts fields and says what a bare number counts. 22007, 22015.
Interval parse_interval(std::string_view text, int32_t modifier, IntervalStyle style);

}  // namespace tidemark
