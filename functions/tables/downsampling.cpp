// lttb(times, values, points): those points of a line that keep its look (Largest Triangle Three Buckets; Steinarsson,
// 2013). The first and the last point stay; of each bucket between them the point that makes the largest triangle with
// the point chosen before and the middle of the next bucket.

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/tables/materialized_rows.h"
#include "types/array.h"

namespace tidemark {
namespace {

using enum TypeId;

struct Point {
  int64_t time;
  double value;
};

std::vector<Point> points_of(std::span<const Value> arguments, LogicalType time_type) {
  const ArrayView times(arguments[0].as_bytes(), time_type);
  const ArrayView values(arguments[1].as_bytes(), kFloat64);
  if (times.size() != values.size()) {
    throw Error("2202E", "lttb needs as many values as times");
  }
  std::vector<Point> points;
  for (size_t i = 0; i < times.size(); ++i) {
    if (!times.is_null(i) && !values.is_null(i))
      points.push_back({times.value(i).as_int64(), values.value(i).as_double()});
  }
  std::ranges::stable_sort(points, {}, &Point::time);
  return points;
}

std::vector<Point> downsampled(const std::vector<Point>& points, size_t wanted) {
  if (points.size() <= wanted) return points;
  std::vector<Point> chosen = {points.front()};
  const double width = static_cast<double>(points.size() - 2) / static_cast<double>(wanted - 2);
  const auto bucket_begin = [&](size_t bucket) {
    return std::min(points.size() - 1, static_cast<size_t>(std::floor(static_cast<double>(bucket) * width)) + 1);
  };
  for (size_t bucket = 0; bucket + 2 < wanted; ++bucket) {
    const size_t begin = bucket_begin(bucket);
    const size_t end = bucket_begin(bucket + 1);
    // The next bucket's middle; behind the last bucket stands the last point.
    const size_t next_end = bucket + 3 < wanted ? bucket_begin(bucket + 2) : points.size();
    double time = 0;
    double value = 0;
    for (size_t i = end; i < next_end; ++i) {
      time += static_cast<double>(points[i].time - points.front().time);
      value += points[i].value;
    }
    const auto count = static_cast<double>(next_end - end);
    time /= count;
    value /= count;
    const Point& before = chosen.back();
    const auto before_time = static_cast<double>(before.time - points.front().time);
    size_t best = begin;
    double largest = -1;
    for (size_t i = begin; i < end; ++i) {
      const auto own_time = static_cast<double>(points[i].time - points.front().time);
      const double area = std::abs((before_time - time) * (points[i].value - before.value) -
                                   (before_time - own_time) * (value - before.value));
      if (area > largest) {
        largest = area;
        best = i;
      }
    }
    chosen.push_back(points[best]);
  }
  chosen.push_back(points.back());
  return chosen;
}

std::unique_ptr<TableFunctionCall> start_downsampling(QueryContext& /*context*/, std::span<const Value> arguments,
                                                      std::span<const LogicalType> types) {
  const int64_t wanted = arguments[2].as_int64();
  if (wanted < 3) throw Error(sqlstate::kInvalidParameterValue, "lttb needs at least 3 points");
  const std::vector<Point> points = downsampled(points_of(arguments, types[0]), static_cast<size_t>(wanted));
  Vector times = Vector::flat(types[0], points.size());
  Vector values = Vector::flat(kFloat64, points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    times.mutable_data<int64_t>()[i] = points[i].time;
    values.mutable_data<double>()[i] = points[i].value;
  }
  std::vector<Vector> columns;
  columns.push_back(std::move(times));
  columns.push_back(std::move(values));
  return std::make_unique<MaterializedRows>(std::move(columns), points.size());
}

}  // namespace

void add_downsampling(FunctionTables& tables) {
  for (const TypeId time : {kTimestampTz, kTimestampTzNs, kTimestamp}) {
    TableFunction function;
    function.name = "lttb";
    function.arguments = {LogicalType::array_of(time), LogicalType::array_of(kFloat64), kInt32};
    function.columns = {{"time", time}, {"value", kFloat64}};
    function.start = start_downsampling;
    function.doc = "the points of a line that keep its look (times, values, how many)";
    tables.table(std::move(function));
  }
}

}  // namespace tidemark
