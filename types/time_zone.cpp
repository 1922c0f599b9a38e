#include "types/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "base/ascii.h"
#include "types/calendar.h"
#include "types/posix_zone.h"

namespace tidemark {
namespace {

constexpr int64_t kEpochShiftSeconds = int64_t{kEpochShiftDays} * kSecondsPerDay;

/// The tz database's own spelling of each name by its lower-case form.
const std::map<std::string, std::string>& database_names() {
  static const auto* const names = [] {
    auto* map = new std::map<std::string, std::string>();
    for (const date::time_zone& zone : date::get_tzdb().zones) {
      const std::string& name = zone.name();
      if (name != "localtime" && name != "posixrules" && !name.starts_with("right/") && !name.starts_with("posix/")) {
        map->emplace(to_ascii_lower(name), name);
      }
    }
    return map;
  }();
  return *names;
}

/// The rule in the last line of a tz database file, for times after its last transition; empty if there is none.
std::string footer_rule(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.size() < 2 || bytes.back() != '\n') {
    return {};
  }
  const size_t start = bytes.rfind('\n', bytes.size() - 2);
  return start == std::string::npos ? std::string() : bytes.substr(start + 1, bytes.size() - start - 2);
}

}  // namespace

std::unique_ptr<TimeZone> TimeZone::load(const std::string& name) {
  std::unique_ptr<TimeZone> zone(new TimeZone());
  zone->name_ = name;
  const date::time_zone* source = date::locate_zone(name);
  // One beyond 2037, up to which the files list transitions, is enough: then the rule of the footer holds.
  const auto end = date::sys_days{date::year{2100} / 1 / 1};
  const auto period_of = [](const date::sys_info& info) {
    return Period{info.begin.time_since_epoch().count() - kEpochShiftSeconds, static_cast<int32_t>(info.offset.count()),
                  info.save.count() != 0, info.abbrev};
  };
  date::sys_seconds at = date::sys_days{date::year{1800} / 1 / 1};
  date::sys_info info = source->get_info(at);
  zone->first_ = period_of(info);
  while (info.end < end) {
    info = source->get_info(info.end);
    zone->transitions_.push_back(period_of(info));
  }
  if (std::optional<PosixZone> rule = PosixZone::parse(footer_rule(name)); rule && rule->has_daylight()) {
    zone->rule_ = std::make_shared<const PosixZone>(*std::move(rule));
  }
  return zone;
}

const TimeZone& TimeZone::utc() {
  static const TimeZone& zone = []() -> const TimeZone& {
    auto* utc = new TimeZone();
    utc->name_ = "UTC";
    utc->first_.abbreviation = "UTC";
    return *utc;
  }();
  return zone;
}

const TimeZone* TimeZone::find(std::string_view name) {
  // Zones live for ever, so the cache hands out plain pointers. Unknown names are not kept: they could be many.
  static std::shared_mutex mutex;
  static auto* const cache = new std::map<std::string, std::unique_ptr<TimeZone>>();
  std::string key = to_ascii_lower(name);
  if (key == "utc") {
    return &utc();
  }
  {
    const std::shared_lock lock(mutex);
    if (const auto found = cache->find(key); found != cache->end()) {
      return found->second.get();
    }
  }
  std::unique_ptr<TimeZone> zone;
  if (const auto known = database_names().find(key); known != database_names().end()) {
    zone = load(known->second);
  } else {
    std::string upper = to_ascii_upper(name);
    std::optional<PosixZone> rule = PosixZone::parse(upper);
    if (!rule) {
      return nullptr;
    }
    zone.reset(new TimeZone());
    zone->name_ = upper;
    zone->first_ = {0, rule->standard().seconds_east, false, rule->standard().abbreviation};
    if (rule->has_daylight()) {
      zone->rule_ = std::make_shared<const PosixZone>(*std::move(rule));
    }
  }
  const std::unique_lock lock(mutex);
  return cache->try_emplace(std::move(key), std::move(zone)).first->second.get();
}

const TimeZone* TimeZone::fixed(int32_t seconds_east) { return find(PosixZone::name_of_fixed(seconds_east)); }

std::unique_ptr<TimeZone> TimeZone::with_offsets_of(const TimeZone& zone, const std::string& abbreviation) {
  std::unique_ptr<TimeZone> result(new TimeZone());
  result->name_ = abbreviation;
  result->clock_ = &zone;
  std::vector<Period> periods{zone.first_};
  periods.insert(periods.end(), zone.transitions_.begin(), zone.transitions_.end());
  const auto bears = [&](const Period& period) { return period.abbreviation == abbreviation; };
  const auto first = std::find_if(periods.begin(), periods.end(), bears);
  if (first == periods.end()) {
    return nullptr;
  }
  // Before it was used, it means what it meant first.
  result->first_ = *first;
  std::copy_if(first + 1, periods.end(), std::back_inserter(result->transitions_), bears);
  return result;
}

const TimeZone* TimeZone::find_changing_abbreviation(std::string_view name) {
  const std::string_view zone_name = zone_of_abbreviation(name);
  const TimeZone* zone = zone_name.empty() ? nullptr : find(zone_name);
  if (zone == nullptr) {
    return nullptr;
  }
  static std::mutex mutex;
  static auto* const cache = new std::map<std::string, std::unique_ptr<TimeZone>>();
  const std::string abbreviation = to_ascii_upper(name);
  const std::lock_guard lock(mutex);
  const auto [place, is_new] = cache->try_emplace(abbreviation);
  if (is_new) {
    place->second = with_offsets_of(*zone, abbreviation);
  }
  // The tz database has forgotten most of them: then the zone's own offsets are meant.
  return place->second == nullptr ? zone : place->second.get();
}

const TimeZone* TimeZone::find_or_abbreviation(std::string_view name) {
  if (const TimeZone* changing = find_changing_abbreviation(name)) {
    return changing;
  }
  int32_t seconds_east = 0;
  bool is_daylight = false;
  if (!find_zone_abbreviation(name, seconds_east, is_daylight)) {
    return find(name);
  }
  return seconds_east == 0 ? &utc() : fixed(seconds_east);
}

std::vector<std::string> TimeZone::names() {
  std::vector<std::string> names;
  for (const auto& [lower, name] : database_names()) {
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TimeZone::Offset TimeZone::at_utc_seconds(int64_t seconds) const {
  if (rule_ != nullptr && (transitions_.empty() || seconds >= transitions_.back().from_seconds)) {
    const bool daylight = rule_->is_daylight_at(seconds);
    const PosixZone::Side& side = daylight ? rule_->daylight() : rule_->standard();
    return {side.seconds_east, daylight, side.abbreviation};
  }
  const auto next = std::upper_bound(transitions_.begin(), transitions_.end(), seconds,
                                     [](int64_t at, const Period& period) { return at < period.from_seconds; });
  const Period& period = next == transitions_.begin() ? first_ : *(next - 1);
  return {period.seconds_east, period.is_daylight, period.abbreviation};
}

TimeZone::Offset TimeZone::at_utc(int64_t microseconds) const {
  return at_utc_seconds(floor_divide(microseconds, kMicrosecondsPerSecond));
}

int32_t TimeZone::offset_at_local(int64_t local_microseconds) const {
  if (clock_ != nullptr) {
    return offset_at_utc(clock_->local_to_utc(local_microseconds));
  }
  const int64_t local = floor_divide(local_microseconds, kMicrosecondsPerSecond);
  if (is_fixed()) {
    return first_.seconds_east;
  }
  // The offsets a day before and a day after are the two candidates, for no zone changes twice in two days.
  const int32_t before = at_utc_seconds(local - kSecondsPerDay).seconds_east;
  const int32_t after = at_utc_seconds(local + kSecondsPerDay).seconds_east;
  if (before == after) {
    return before;
  }
  const bool before_fits = at_utc_seconds(local - before).seconds_east == before;
  const bool after_fits = at_utc_seconds(local - after).seconds_east == after;
  if (before_fits != after_fits) {
    return before_fits ? before : after;
  }
  return std::min(before, after);
}

int64_t TimeZone::local_to_utc(int64_t local_microseconds) const {
  return local_microseconds - offset_at_local(local_microseconds) * kMicrosecondsPerSecond;
}

int64_t TimeZone::utc_to_local(int64_t microseconds) const {
  return microseconds + offset_at_utc(microseconds) * kMicrosecondsPerSecond;
}

}  // namespace tidemark
