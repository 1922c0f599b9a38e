#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// A time zone given by a POSIX rule, as in the environment variable TZ and in the footer of tz database files:
/// `CET-1CEST,M3.5.0,M10.5.0/3`. POSIX.1-2017, chapter 8, "TZ"; with RFC 8536's hours of -167 to 167.
class PosixZone {
 public:
  struct Side {
    std::string abbreviation;
    int32_t seconds_east = 0;
  };

  /// Nothing if it is not such a rule. As PostgreSQL does, takes an empty abbreviation before a signed offset
  /// (`+05:30`), and gives a zone with daylight saving time but no dates those of the United States.
  static std::optional<PosixZone> parse(std::string_view rule);
  /// A fixed offset, named as PostgreSQL names it: `<+05:30>-05:30`.
  static PosixZone fixed(int32_t seconds_east);
  static std::string name_of_fixed(int32_t seconds_east);

  [[nodiscard]] bool has_daylight() const { return has_daylight_; }
  [[nodiscard]] const Side& standard() const { return standard_; }
  [[nodiscard]] const Side& daylight() const { return daylight_; }
  /// Whether daylight saving time holds at a time of UTC, in seconds since 2000-01-01.
  [[nodiscard]] bool is_daylight_at(int64_t utc_seconds) const;

 private:
  /// A day of the year and a time on it.
  struct Change {
    enum class Kind : uint8_t { kJulianWithoutLeapDay, kDayOfYear, kMonthWeekDay } kind = Kind::kMonthWeekDay;
    int32_t month = 0;
    int32_t week = 0;
    int32_t day = 0;
    int32_t seconds = 7200;
    [[nodiscard]] int64_t in_year(int64_t year) const;  ///< local seconds since 2000-01-01
  };

  static bool take_abbreviation(std::string_view& rule, std::string& abbreviation);
  static bool take_offset(std::string_view& rule, int32_t& seconds);
  static bool take_change(std::string_view& rule, Change& change);

  Side standard_;
  Side daylight_;
  bool has_daylight_ = false;
  Change to_daylight_;
  Change to_standard_;
};

}  // namespace tidemark
