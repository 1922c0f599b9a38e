#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark {

/// The usual text of a timestamp by far, read without tokens: `YYYY-MM-DD`, or `YYYY-MM-DD HH:MM:SS[.fraction]` with a
/// blank or T between, and perhaps `Z`, `+HH` or `+HH:MM`. Internal to types/.
struct IsoTimestamp {
  int64_t microseconds = 0;  ///< local time since 2000
  int32_t nanoseconds = 0;   ///< beyond the microsecond
  int fraction_digits = 0;   ///< more than nine are not for us
  bool has_zone = false;
  int32_t seconds_east = 0;
};

/// False if the text looks different in any way, be it wrong or not.
bool parse_iso_timestamp(std::string_view text, IsoTimestamp& result);
/// The same for ten characters `YYYY-MM-DD`. Days since 2000.
bool parse_iso_date(std::string_view text, int64_t& days);

}  // namespace tidemark
