#pragma once

#include <cstdint>

#include "functions/query_context.h"
#include "types/value.h"

namespace tidemark {

class TimeZone;

/// A distance that values of one type can be moved by: a number for numbers, an interval for dates and times. What
/// RANGE frames, gap filling and ASOF tolerances have in common.
class ValueShift {
 public:
  /// Throws 0A000 if values of `type` cannot be moved by `distance`. Precondition: `distance` is not NULL.
  ValueShift(LogicalType type, const Value& distance, QueryContext& context);

  /// Values are given and returned as they lie in memory: integers of any width as int64_t, floats as double. Integer
  /// results stop at the ends of their range.
  [[nodiscard]] bool is_float() const { return is_float_; }
  [[nodiscard]] int64_t plus(int64_t value) const { return moved(value, 1); }
  [[nodiscard]] int64_t minus(int64_t value) const { return moved(value, -1); }
  [[nodiscard]] double plus(double value) const { return value + float_distance_; }
  [[nodiscard]] double minus(double value) const { return value - float_distance_; }
  [[nodiscard]] bool is_negative() const;
  [[nodiscard]] bool is_zero() const;

 private:
  [[nodiscard]] int64_t moved(int64_t value, int64_t sign) const;

  LogicalType type_;
  bool is_float_ = false;
  bool is_interval_ = false;
  int64_t distance_ = 0;
  double float_distance_ = 0;
  Interval interval_, negated_;
  const TimeZone* zone_;
};

}  // namespace tidemark
