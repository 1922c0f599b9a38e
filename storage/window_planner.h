#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "catalog/entries.h"
#include "storage/table_scan.h"

namespace tidemark {

/// A stretch of time that makes a partition; bounds are taken in, in the unit of the table's time column.
struct Window {
  int64_t time_min = INT64_MIN;
  int64_t time_max = INT64_MAX;
  bool holds_null_times = false;
  friend bool operator==(const Window&, const Window&) = default;
};

/// Finds the window of each row, making new ones where no partition covers its time yet (D26). New windows begin at
/// multiples of the interval and are clipped to their neighbours.
class WindowPlanner {
 public:
  /// `interval` in the unit of the time column, > 0.
  WindowPlanner(const TableSources::PartitionList& existing, int64_t interval);

  /// Index into `windows()` of the window that holds `time`. INT64_MIN and INT64_MAX, the infinities, go with NULL.
  size_t window_of(int64_t time);
  size_t window_of_nulls();
  [[nodiscard]] const Window& window(size_t index) const { return windows_[index]; }
  [[nodiscard]] size_t size() const { return windows_.size(); }
  /// All indexes, by time, the window of NULL last.
  [[nodiscard]] std::vector<size_t> ascending() const;

 private:
  size_t make_window(int64_t time);

  const int64_t interval_;
  std::vector<Window> windows_;
  std::vector<size_t> by_time_;  ///< indexes of those with times, ascending
  std::optional<size_t> nulls_;
  size_t last_ = 0;  ///< the window asked for last: the next row is usually in it, too
};

/// The length of new windows: what the table or its schema say, else what makes a window hold a good number of rows at
/// the density of the data at hand: a day for most, an hour for a million rows a second, a century for a row a day.
int64_t window_interval(const TableEntry& table, const SchemaEntry* schema, uint64_t rows, int64_t time_min,
                        int64_t time_max);

}  // namespace tidemark
