#include "storage/window_planner.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "storage/snapshot.h"

namespace tidemark {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kHourUs = 3'600'000'000;
constexpr int64_t kDayUs = 24 * kHourUs;
constexpr std::array kIntervalsUs = {
    kHourUs, 6 * kHourUs, kDayUs, 7 * kDayUs, 30 * kDayUs, 365 * kDayUs, 10 * 365 * kDayUs, 100 * 365 * kDayUs};
// A window should hold so many rows: below, its files are small and many; above, a late row rewrites much.
constexpr double kRowsMin = 100'000;
constexpr double kRowsMax = 100'000'000;

Wide floor_to(Wide time, Wide interval) {
  Wide quotient = time / interval;
  if (time % interval < 0) {
    --quotient;
  }
  return quotient * interval;
}

int64_t clamped(Wide time) { return static_cast<int64_t>(std::clamp<Wide>(time, INT64_MIN + 1, INT64_MAX - 1)); }

}  // namespace

WindowPlanner::WindowPlanner(const TableSources::PartitionList& existing, int64_t interval) : interval_(interval) {
  TIDEMARK_CHECK(interval > 0);
  for (const TableSources::Partition& partition : existing) {
    if (partition.holds_null_times) {
      nulls_ = windows_.size();
    } else {
      by_time_.push_back(windows_.size());
    }
    windows_.push_back({partition.time_min, partition.time_max, partition.holds_null_times});
  }
}

size_t WindowPlanner::window_of(int64_t time) {
  if (time == INT64_MIN || time == INT64_MAX) {
    return window_of_nulls();
  }
  if (last_ < windows_.size() && !windows_[last_].holds_null_times && time >= windows_[last_].time_min &&
      time <= windows_[last_].time_max) {
    return last_;
  }
  const auto after = std::ranges::upper_bound(by_time_, time, {}, [this](size_t i) { return windows_[i].time_min; });
  if (after != by_time_.begin() && windows_[*std::prev(after)].time_max >= time) {
    return last_ = *std::prev(after);
  }
  return last_ = make_window(time);
}

size_t WindowPlanner::window_of_nulls() {
  if (!nulls_) {
    nulls_ = windows_.size();
    windows_.push_back({INT64_MIN, INT64_MAX, true});
  }
  return *nulls_;
}

size_t WindowPlanner::make_window(int64_t time) {
  const Wide start = floor_to(time, interval_);
  Window window{clamped(start), clamped(start + interval_ - 1), false};
  const auto after = std::ranges::upper_bound(by_time_, time, {}, [this](size_t i) { return windows_[i].time_min; });
  if (after != by_time_.end()) {
    window.time_max = std::min(window.time_max, windows_[*after].time_min - 1);
  }
  if (after != by_time_.begin()) {
    window.time_min = std::max(window.time_min, windows_[*std::prev(after)].time_max + 1);
  }
  by_time_.insert(after, windows_.size());
  windows_.push_back(window);
  return windows_.size() - 1;
}

std::vector<size_t> WindowPlanner::ascending() const {
  std::vector<size_t> all = by_time_;
  if (nulls_) {
    all.push_back(*nulls_);
  }
  return all;
}

int64_t window_interval(const TableEntry& table, const SchemaEntry* schema, uint64_t rows, int64_t time_min,
                        int64_t time_max) {
  const ColumnEntry* time = table.find_column(table.time_column);
  const LogicalType type = time == nullptr ? LogicalType(TypeId::kTimestampTz) : time->type;
  if (table.partition_interval_us > 0) {
    return time_units(type, table.partition_interval_us);
  }
  if (schema != nullptr && schema->partition_interval_us > 0) {
    return time_units(type, schema->partition_interval_us);
  }
  const double span = std::max(1.0, static_cast<double>(time_max) - static_cast<double>(time_min));
  const double density = static_cast<double>(rows) / span;
  const auto rows_in = [&](int64_t interval_us) {
    return density * static_cast<double>(time_units(type, interval_us));
  };
  size_t choice = 2;  // a day
  // A flush that spans less than a window says nothing about how sparse the data are.
  const bool is_long = span > static_cast<double>(time_units(type, kDayUs));
  while (is_long && choice + 1 < kIntervalsUs.size() && rows_in(kIntervalsUs[choice]) < kRowsMin) {
    ++choice;
  }
  while (choice > 0 && rows_in(kIntervalsUs[choice]) > kRowsMax) {
    --choice;
  }
  return time_units(type, kIntervalsUs[choice]);
}

}  // namespace tidemark
