#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/result.h"

namespace tidemark::influxql {

/// A function over the points of one series and window.
enum class PointFunction : uint8_t {
  kCount,
  kCountDistinct,
  kSum,
  kMean,
  kMin,
  kMax,
  kFirst,
  kLast,
  kSpread,
  kStandardDeviation,
  kMedian,
  kMode,
  kPercentile,
  kDistinct
};

/// What SQL's aggregates cannot say: selectors that report the time of their point and bring other columns of it along,
/// ties that are broken by value or time, percentiles by nearest rank, functions with several rows. The input's columns
/// are the tags, the time, one for each function, and the ones brought along; its order does not matter.
struct Aggregation {
  struct Call {
    PointFunction function;
    double percentile = 0;
  };
  size_t tag_count = 0;
  std::vector<Call> calls;
  size_t carried_count = 0;
  /// The columns of a row of the output, behind tags and time: below calls.size() a call, else a carried column.
  std::vector<size_t> outputs;
  int64_t window_ns = 0;  ///< 0: one window for all time
  int64_t window_offset_ns = 0;
  std::optional<int64_t> fixed_time_ns;  ///< without windows: the time of all rows
  bool point_time = false;  ///< rows bear the time of the point that the only call selected, not that of their window
  bool descending = false;
};

/// Microseconds or nanoseconds, 1970 or 2000: a time column's values as nanoseconds since 1970.
[[nodiscard]] int64_t nanoseconds_of(LogicalType type, int64_t value);
[[nodiscard]] int64_t window_start(int64_t time_ns, int64_t window_ns, int64_t offset_ns);

/// Reads `input` to its end and gives the groups, ordered by tags (NULL first) and time; columns: tags, time
/// (timestamptz(9)), outputs.
[[nodiscard]] std::unique_ptr<Result> aggregate_points(Result& input, const Aggregation& aggregation);

}  // namespace tidemark::influxql
