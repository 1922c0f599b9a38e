#include "engine/influxql_aggregation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "engine/statement_result.h"
#include "executor/value_column.h"
#include "types/calendar.h"
#include "types/value.h"

namespace tidemark::influxql {
namespace {

int compare(const Value& left, const Value& right) {
  switch (left.type().physical()) {
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64:
      return left.as_double() < right.as_double() ? -1 : left.as_double() > right.as_double() ? 1 : 0;
    case PhysicalType::kUInt64:
      return left.as_uint64() < right.as_uint64() ? -1 : left.as_uint64() > right.as_uint64() ? 1 : 0;
    case PhysicalType::kBytes:
      return left.as_bytes().compare(right.as_bytes());
    default:
      return left.as_int64() < right.as_int64() ? -1 : left.as_int64() > right.as_int64() ? 1 : 0;
  }
}

double number_of(const Value& value) {
  switch (value.type().physical()) {
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64:
      return value.as_double();
    case PhysicalType::kUInt64:
      return static_cast<double>(value.as_uint64());
    default:
      return static_cast<double>(value.as_int64());
  }
}

bool is_float(const Value& value) { return value.type().physical() == PhysicalType::kFloat64; }

struct Point {
  int64_t time = 0;
  Value value;
  std::vector<Value> carried;
};

bool in_order(const Point& left, const Point& right) {
  const int order = compare(left.value, right.value);
  return order != 0 ? order < 0 : left.time < right.time;
}

/// One call's state in one group.
class Accumulator {
 public:
  template <class Carry>
  void add(PointFunction function, int64_t time, Value value, const Carry& carry) {
    switch (function) {
      case PointFunction::kMin:
      case PointFunction::kMax:
      case PointFunction::kFirst:
      case PointFunction::kLast:
        if (points_.empty()) {
          points_.push_back({time, std::move(value), carry()});
        } else if (beats(function, time, value)) {
          points_.front() = {time, std::move(value), carry()};
        }
        return;
      case PointFunction::kCount:
        ++count_;
        return;
      default:
        points_.push_back({time, std::move(value), carry()});
    }
  }

  /// The points that it selects or makes; a NULL value is a row, too.
  std::vector<Point> finish(const Aggregation::Call& call) {
    switch (call.function) {
      case PointFunction::kCount:
        return {{0, Value::int64(count_), {}}};
      case PointFunction::kMin:
      case PointFunction::kMax:
      case PointFunction::kFirst:
      case PointFunction::kLast:
        return std::move(points_);
      case PointFunction::kCountDistinct:
        return {{0, Value::int64(static_cast<int64_t>(distinct().size())), {}}};
      case PointFunction::kDistinct:
        return distinct();
      default:
        break;
    }
    if (points_.empty()) return {};
    switch (call.function) {
      case PointFunction::kSum:
        return {{0, sum(), {}}};
      case PointFunction::kMean:
        return {{0, Value::float64(mean()), {}}};
      case PointFunction::kStandardDeviation:
        return {{0, deviation(), {}}};
      default:
        break;
    }
    std::ranges::stable_sort(points_, in_order);
    switch (call.function) {
      case PointFunction::kSpread:
        return {{0, spread(), {}}};
      case PointFunction::kMedian:
        return {{0, median(), {}}};
      case PointFunction::kMode:
        return {{0, mode(), {}}};
      default: {
        const double rank = std::floor(static_cast<double>(points_.size()) * call.percentile / 100 + 0.5) - 1;
        if (rank < 0 || rank >= static_cast<double>(points_.size())) return {};
        return {std::move(points_[static_cast<size_t>(rank)])};
      }
    }
  }

 private:
  [[nodiscard]] bool beats(PointFunction function, int64_t time, const Value& value) const {
    const Point& best = points_.front();
    const int order = compare(value, best.value);
    switch (function) {
      case PointFunction::kMin:
        return order != 0 ? order < 0 : time < best.time;
      case PointFunction::kMax:
        return order != 0 ? order > 0 : time < best.time;
      case PointFunction::kFirst:
        return time != best.time ? time < best.time : order > 0;
      default:
        return time != best.time ? time > best.time : order > 0;
    }
  }

  std::vector<Point> distinct() {
    std::ranges::sort(points_, in_order);
    const auto twins = std::ranges::unique(
        points_, [](const Point& left, const Point& right) { return compare(left.value, right.value) == 0; });
    points_.erase(twins.begin(), twins.end());
    return std::move(points_);
  }

  [[nodiscard]] Value sum() const {
    if (is_float(points_.front().value)) {
      double total = 0;
      for (const Point& point : points_) total += point.value.as_double();
      return Value::float64(total);
    }
    uint64_t total = 0;  // Wraps (D7).
    const bool is_unsigned = points_.front().value.type().id == TypeId::kUInt64;
    for (const Point& point : points_) {
      total += is_unsigned ? point.value.as_uint64() : static_cast<uint64_t>(point.value.as_int64());
    }
    return is_unsigned ? Value::uint64(total) : Value::int64(static_cast<int64_t>(total));
  }

  [[nodiscard]] double mean() const {
    double total = 0;
    for (const Point& point : points_) total += number_of(point.value);
    return total / static_cast<double>(points_.size());
  }

  [[nodiscard]] Value deviation() const {
    if (points_.size() < 2) return Value::null(TypeId::kFloat64);
    // The mean as it is kept while values come, then the squares: InfluxDB's way, to the last digit.
    double middle = 0;
    double count = 0;
    for (const Point& point : points_) middle += (number_of(point.value) - middle) / ++count;
    double squares = 0;
    for (const Point& point : points_) squares += std::pow(number_of(point.value) - middle, 2);
    return Value::float64(std::sqrt(squares / (count - 1)));
  }

  [[nodiscard]] Value spread() const {
    const Value& least = points_.front().value;
    const Value& greatest = points_.back().value;
    if (is_float(least)) return Value::float64(greatest.as_double() - least.as_double());
    if (least.type().id == TypeId::kUInt64) return Value::uint64(greatest.as_uint64() - least.as_uint64());
    return Value::int64(
        static_cast<int64_t>(static_cast<uint64_t>(greatest.as_int64()) - static_cast<uint64_t>(least.as_int64())));
  }

  [[nodiscard]] Value median() const {
    const size_t middle = points_.size() / 2;
    const double upper = number_of(points_[middle].value);
    if (points_.size() % 2 == 1) return Value::float64(upper);
    const double lower = number_of(points_[middle - 1].value);
    return Value::float64(lower + (upper - lower) / 2);
  }

  /// The most frequent value; of equally frequent ones the one that came first.
  [[nodiscard]] Value mode() const {
    size_t best = 0;
    size_t best_count = 0;
    for (size_t first = 0; first < points_.size();) {
      size_t end = first;
      while (end < points_.size() && compare(points_[end].value, points_[first].value) == 0) ++end;
      if (end - first > best_count || (end - first == best_count && points_[first].time < points_[best].time)) {
        best = first;
        best_count = end - first;
      }
      first = end;
    }
    return points_[best].value;
  }

  int64_t count_ = 0;
  std::vector<Point> points_;
};

using GroupKey = std::pair<std::vector<std::optional<std::string>>, int64_t>;
using Groups = std::map<GroupKey, std::vector<Accumulator>>;

class Reader {
 public:
  Reader(const Aggregation& aggregation, Groups& groups) : aggregation_(aggregation), groups_(groups) {}

  void read(const DataChunk& chunk) {
    const size_t tags = aggregation_.tag_count;
    const Vector times = chunk.columns[tags].flatten();
    for (size_t row = 0; row < chunk.size; ++row) {
      const int64_t time = nanoseconds_of(times.type(), times.data<int64_t>()[row]);
      std::vector<Accumulator>& group = group_of(chunk, row, time);
      for (size_t i = 0; i < aggregation_.calls.size(); ++i) {
        const Vector& input = chunk.columns[tags + 1 + i];
        if (input.is_null(row)) continue;
        group[i].add(aggregation_.calls[i].function, time, input.value(row), [&] {
          std::vector<Value> carried;
          for (size_t c = 0; c < aggregation_.carried_count; ++c) {
            carried.push_back(chunk.columns[tags + 1 + aggregation_.calls.size() + c].value(row));
          }
          return carried;
        });
      }
    }
  }

 private:
  /// Rows of one group mostly follow each other.
  std::vector<Accumulator>& group_of(const DataChunk& chunk, size_t row, int64_t time) {
    key_.second =
        aggregation_.window_ns == 0 ? 0 : window_start(time, aggregation_.window_ns, aggregation_.window_offset_ns);
    key_.first.clear();
    for (size_t tag = 0; tag < aggregation_.tag_count; ++tag) {
      const Vector& column = chunk.columns[tag];
      key_.first.push_back(column.is_null(row) ? std::nullopt : std::optional(column.value(row).as_bytes()));
    }
    if (last_ == nullptr || last_->first != key_) {
      auto [found, inserted] = groups_.try_emplace(key_);
      if (inserted) found->second.resize(aggregation_.calls.size());
      last_ = &*found;
    }
    return last_->second;
  }

  const Aggregation& aggregation_;
  Groups& groups_;
  GroupKey key_;
  Groups::value_type* last_ = nullptr;
};

LogicalType result_type(PointFunction function, LogicalType input) {
  switch (function) {
    case PointFunction::kCount:
    case PointFunction::kCountDistinct:
      return TypeId::kInt64;
    case PointFunction::kMean:
    case PointFunction::kMedian:
    case PointFunction::kStandardDeviation:
      return TypeId::kFloat64;
    default:
      return input;
  }
}

/// Rows of boxed values, cut into chunks.
class RowBuffer {
 public:
  explicit RowBuffer(std::vector<ResultColumn> columns) : columns_(std::move(columns)) {}

  void add(std::vector<Value> row) {
    rows_.push_back(std::move(row));
    if (rows_.size() == kVectorSize) flush();
  }
  std::unique_ptr<Result> take() {
    flush();
    return std::make_unique<BufferedResult>(Result::Kind::kRows, std::move(columns_), std::move(chunks_), "SELECT",
                                            count_);
  }

 private:
  void flush() {
    if (rows_.empty()) return;
    DataChunk chunk;
    chunk.size = rows_.size();
    for (size_t c = 0; c < columns_.size(); ++c) {
      ValueColumn column(columns_[c].type);
      for (std::vector<Value>& row : rows_) column.append(std::move(row[c]));
      chunk.columns.push_back(column.take());
    }
    count_ += rows_.size();
    chunks_.push_back(std::move(chunk));
    rows_.clear();
  }

  std::vector<ResultColumn> columns_;
  std::vector<std::vector<Value>> rows_;
  std::vector<DataChunk> chunks_;
  uint64_t count_ = 0;
};

void emit(const GroupKey& key, std::vector<Accumulator>& group, const Aggregation& aggregation, RowBuffer& rows) {
  std::vector<std::vector<Point>> results;
  size_t row_count = 0;
  for (size_t i = 0; i < group.size(); ++i) {
    results.push_back(group[i].finish(aggregation.calls[i]));
    row_count = std::max(row_count, results.back().size());
  }
  for (size_t n = 0; n < row_count; ++n) {
    std::vector<Value> row;
    for (const auto& tag : key.first) row.push_back(tag ? Value::text(*tag) : Value::null(TypeId::kText));
    row.push_back(Value::integer(TypeId::kTimestampTzNs, aggregation.point_time
                                                             ? results[0][n].time
                                                             : aggregation.fixed_time_ns.value_or(key.second)));
    for (const size_t output : aggregation.outputs) {
      if (output >= group.size()) {
        row.push_back(results[0][n].carried[output - group.size()]);
      } else {
        row.push_back(n < results[output].size() ? results[output][n].value : Value());
      }
    }
    rows.add(std::move(row));
  }
}

}  // namespace

int64_t nanoseconds_of(LogicalType type, int64_t value) {
  if (type.id == TypeId::kTimestampTzNs) return value;
  int64_t microseconds = 0;
  int64_t nanoseconds = 0;
  if (__builtin_add_overflow(value, kEpochShiftMicroseconds, &microseconds) ||
      __builtin_mul_overflow(microseconds, 1000, &nanoseconds)) {
    return value < 0 ? INT64_MIN : INT64_MAX;
  }
  return nanoseconds;
}

int64_t window_start(int64_t time_ns, int64_t window_ns, int64_t offset_ns) {
  const int64_t phase = offset_ns % window_ns;
  int64_t into = (time_ns % window_ns - phase) % window_ns;
  if (into < 0) into += window_ns;
  return time_ns < INT64_MIN + into ? INT64_MIN : time_ns - into;
}

std::unique_ptr<Result> aggregate_points(Result& input, const Aggregation& aggregation) {
  std::vector<ResultColumn> columns;
  for (size_t i = 0; i < aggregation.tag_count; ++i) columns.push_back(input.columns()[i]);
  columns.push_back({"time", TypeId::kTimestampTzNs, kNoObject, 0});
  for (const size_t output : aggregation.outputs) {
    ResultColumn column = input.columns()[aggregation.tag_count + 1 + output];
    if (output < aggregation.calls.size()) {
      column.type = result_type(aggregation.calls[output].function, column.type);
    }
    columns.push_back(std::move(column));
  }
  Groups groups;
  Reader reader(aggregation, groups);
  DataChunk chunk;
  while (input.next(chunk)) reader.read(chunk);
  RowBuffer rows(std::move(columns));
  if (aggregation.descending) {
    for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
      emit(group->first, group->second, aggregation, rows);
    }
  } else {
    for (auto& [key, group] : groups) emit(key, group, aggregation, rows);
  }
  return rows.take();
}

}  // namespace tidemark::influxql
