#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

class PosixZone;

/// A time zone: when local time is how far ahead of UTC. All timestamps are microseconds since 2000-01-01, as in
/// types/calendar.h. Immutable and shared between threads; once found, a zone lives as long as the process.
class TimeZone {
 public:
  static const TimeZone& utc();
  /// By what `SET TimeZone` takes: a name of the tz database in any case (`europe/berlin`) or a POSIX rule (`EST5EDT`,
  /// `CET-1CEST,M3.5.0,M10.5.0/3`, and even `+05:30`), whose signs count *west*. Null if unknown.
  static const TimeZone* find(std::string_view name);
  /// As AT TIME ZONE and the text of a timestamp: abbreviations first (`pdt`), then as `find`. A bare offset in the
  /// text of a timestamp counts east; its parser sees to that before.
  static const TimeZone* find_or_abbreviation(std::string_view name);
  /// An abbreviation that meant different offsets in the course of time (`msk`): at each time the one that it had last
  /// meant by then. Null for all others.
  static const TimeZone* find_changing_abbreviation(std::string_view name);
  /// As `SET TIME ZONE -7.5` or an interval: a fixed offset, seconds east of UTC. Its name is `<+05:30>-05:30`.
  static const TimeZone* fixed(int32_t seconds_east);
  /// The names of the tz database, sorted: for pg_timezone_names.
  static std::vector<std::string> names();

  struct Offset {
    int32_t seconds_east = 0;
    bool is_daylight = false;
    std::string_view abbreviation;
  };

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_fixed() const { return transitions_.empty() && rule_ == nullptr; }
  [[nodiscard]] Offset at_utc(int64_t microseconds) const;
  [[nodiscard]] int32_t offset_at_utc(int64_t microseconds) const { return at_utc(microseconds).seconds_east; }
  /// The offset of a local time. Where the clock leaps forward over it, and where it comes twice, the smaller offset
  /// of the two is taken, as PostgreSQL does: before a gap that of before, in an overlap that of after.
  [[nodiscard]] int32_t offset_at_local(int64_t local_microseconds) const;
  [[nodiscard]] int64_t local_to_utc(int64_t local_microseconds) const;
  [[nodiscard]] int64_t utc_to_local(int64_t microseconds) const;

 private:
  struct Period {
    int64_t from_seconds;  ///< since 2000-01-01 UTC
    int32_t seconds_east;
    bool is_daylight;
    std::string abbreviation;
  };

  [[nodiscard]] Offset at_utc_seconds(int64_t seconds) const;
  TimeZone() = default;
  static std::unique_ptr<TimeZone> load(const std::string& name);
  static std::unique_ptr<TimeZone> with_offsets_of(const TimeZone& zone, const std::string& abbreviation);

  std::string name_;
  Period first_{};                         ///< before the first transition, or always
  std::vector<Period> transitions_;        ///< ascending
  std::shared_ptr<const PosixZone> rule_;  ///< after the last transition; null: the last period goes on
  /// Of a changing abbreviation: the zone by whose clock a local time is read before the offset is looked up.
  const TimeZone* clock_ = nullptr;
};

/// An abbreviation of PostgreSQL's default set (`EST`, `cest`, `Z`): false if unknown.
bool find_zone_abbreviation(std::string_view name, int32_t& seconds_east, bool& is_daylight);
/// The zone where an abbreviation changed its meaning; empty if it always meant what `find_zone_abbreviation` says.
std::string_view zone_of_abbreviation(std::string_view name);

}  // namespace tidemark
