#include "executor/range_offset.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/error.h"
#include "types/datetime.h"
#include "types/interval.h"

namespace tidemark {
namespace {

[[noreturn]] void throw_invalid_range_offset() {
  throw Error("22013", "invalid preceding or following size in window function");
}

/// NaN is equal to itself and above all others.
std::weak_ordering compare_floats(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) {
    return std::isnan(left) <=> std::isnan(right);
  }
  return left < right   ? std::weak_ordering::less
         : left > right ? std::weak_ordering::greater
                        : std::weak_ordering::equivalent;
}

/// `compare(row)`: how the row's value stands to the edge.
template <class Compare>
size_t first_past(size_t begin, size_t end, const RangeOffset::Edge& edge, const Compare& compare) {
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    const std::weak_ordering order = compare(middle);
    const bool before = (edge.descending ? order > 0 : order < 0) || (edge.is_end && order == 0);
    if (before) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

/// Where infinity moved against itself lies: so that all numbers are within.
bool edge_is_above_all(const RangeOffset::Edge& edge) { return edge.is_end != edge.descending; }

}  // namespace

RangeOffset::RangeOffset(LogicalType type, const Value& distance, QueryContext& context) : type_(type) {
  if (distance.type().id == TypeId::kInterval) {
    interval_ = distance.as_interval();
    const bool only_time = type.id == TypeId::kTime || type.id == TypeId::kTimeTz;
    if (only_time ? interval_.microseconds < 0 : interval_length(interval_) < 0) {
      throw_invalid_range_offset();
    }
    if (type.id == TypeId::kDate || type.id == TypeId::kInterval) {
      return;
    }
    if (type.id == TypeId::kTimeTz) {
      // Moved as the packed number that it is: the zone stays.
      constexpr int64_t kStep = int64_t{1} << 18;
      const int64_t steps = std::min(interval_.microseconds, kMicrosecondsPerDay * 2) * kStep;
      shift_.emplace(TypeId::kInt64, Value::int64(steps), context);
      return;
    }
    if (only_time) {
      shift_.emplace(TypeId::kInt64, Value::int64(interval_.microseconds), context);
      return;
    }
  } else if (type.id == TypeId::kNumeric) {
    numeric_ = Numeric::unpack(distance.as_bytes());
    if (numeric_.is_nan() || numeric_ < Numeric()) {
      throw_invalid_range_offset();
    }
    return;
  }
  shift_.emplace(type, distance, context);
  if (shift_->is_negative() || (shift_->is_float() && std::isnan(shift_->plus(0.0)))) {
    throw_invalid_range_offset();
  }
}

template <class T>
size_t RangeOffset::find_integer(const Vector& values, size_t begin, size_t end, const Edge& edge) const {
  const T* data = values.data<T>();
  const auto value = static_cast<int64_t>(data[edge.row]);
  const int64_t target = edge.down ? shift_->minus(value) : shift_->plus(value);
  return first_past(begin, end, edge,
                    [&](size_t row) -> std::weak_ordering { return static_cast<int64_t>(data[row]) <=> target; });
}

template <class T>
size_t RangeOffset::find_float(const Vector& values, size_t begin, size_t end, const Edge& edge) const {
  const T* data = values.data<T>();
  const auto value = static_cast<double>(data[edge.row]);
  double target = edge.down ? shift_->minus(value) : shift_->plus(value);
  if (std::isnan(target) && !std::isnan(value)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    target = edge_is_above_all(edge) ? kInfinity : -kInfinity;
  }
  return first_past(begin, end, edge,
                    [&](size_t row) { return compare_floats(static_cast<double>(data[row]), target); });
}

size_t RangeOffset::find_date(const Vector& values, size_t begin, size_t end, const Edge& edge) const {
  const auto* data = values.data<int32_t>();
  const Interval& distance = edge.down ? negate(interval_) : interval_;
  const int64_t target = timestamp_plus_interval(date_to_timestamp(data[edge.row]), distance);
  return first_past(begin, end, edge,
                    [&](size_t row) -> std::weak_ordering { return date_to_timestamp(data[row]) <=> target; });
}

size_t RangeOffset::find_interval(const Vector& values, size_t begin, size_t end, const Edge& edge) const {
  const auto* data = values.data<Interval>();
  const Interval& value = data[edge.row];
  const Int128 target = interval_length(edge.down ? subtract(value, interval_) : add(value, interval_));
  return first_past(begin, end, edge, [&](size_t row) {
    const Int128 length = interval_length(data[row]);
    return length < target   ? std::weak_ordering::less
           : length > target ? std::weak_ordering::greater
                             : std::weak_ordering::equivalent;
  });
}

size_t RangeOffset::find_numeric(const Vector& values, size_t begin, size_t end, const Edge& edge) const {
  const auto* data = values.data<std::string_view>();
  const Numeric value = Numeric::unpack(data[edge.row]);
  Numeric target = edge.down ? value - numeric_ : value + numeric_;
  if (target.is_nan() && !value.is_nan()) {
    target = Numeric::infinity(!edge_is_above_all(edge));
  }
  return first_past(begin, end, edge, [&](size_t row) { return Numeric::unpack(data[row]) <=> target; });
}

size_t RangeOffset::find(const Vector& values, size_t begin, size_t end, const Edge& edge) const {
  switch (type_.id) {
    case TypeId::kDate:
      return find_date(values, begin, end, edge);
    case TypeId::kInterval:
      return find_interval(values, begin, end, edge);
    case TypeId::kNumeric:
      return find_numeric(values, begin, end, edge);
    default:
      break;
  }
  switch (type_.physical()) {
    case PhysicalType::kInt16:
      return find_integer<int16_t>(values, begin, end, edge);
    case PhysicalType::kInt32:
      return find_integer<int32_t>(values, begin, end, edge);
    case PhysicalType::kInt64:
      return find_integer<int64_t>(values, begin, end, edge);
    case PhysicalType::kFloat32:
      return find_float<float>(values, begin, end, edge);
    case PhysicalType::kFloat64:
      return find_float<double>(values, begin, end, edge);
    default:
      TIDEMARK_CHECK(false);
  }
}

}  // namespace tidemark
