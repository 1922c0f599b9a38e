#pragma once

#include <optional>

#include "executor/value_shift.h"
#include "functions/query_context.h"
#include "types/numeric.h"
#include "types/vector.h"

namespace tidemark {

/// The distance of a RANGE frame's edge, and where that edge lies: PostgreSQL's in_range functions. Unlike ValueShift's
/// results, edges have no type to overflow: a date moved by an interval is a timestamp, a number off the end of its
/// type is past all others, and infinity moved by infinity meets everything but NaN.
class RangeOffset {
 public:
  /// Values of `type` are in order. Throws 22013 if `distance` is negative or not a number. Precondition: not NULL.
  RangeOffset(LogicalType type, const Value& distance, QueryContext& context);

  struct Edge {
    size_t row = 0;           ///< whose value is moved
    bool down = false;        ///< to lesser values
    bool descending = false;  ///< order of the values
    bool is_end = false;      ///< past values that lie on the edge, rather than before them
  };
  /// The first row of [begin, end) past `edge`. Precondition: the rows' values are not NULL and in order.
  [[nodiscard]] size_t find(const Vector& values, size_t begin, size_t end, const Edge& edge) const;

 private:
  template <class T>
  [[nodiscard]] size_t find_integer(const Vector& values, size_t begin, size_t end, const Edge& edge) const;
  template <class T>
  [[nodiscard]] size_t find_float(const Vector& values, size_t begin, size_t end, const Edge& edge) const;
  [[nodiscard]] size_t find_date(const Vector& values, size_t begin, size_t end, const Edge& edge) const;
  [[nodiscard]] size_t find_interval(const Vector& values, size_t begin, size_t end, const Edge& edge) const;
  [[nodiscard]] size_t find_numeric(const Vector& values, size_t begin, size_t end, const Edge& edge) const;

  LogicalType type_;
  std::optional<ValueShift> shift_;  ///< what neither of the others is
  Interval interval_;                ///< of dates and intervals
  Numeric numeric_;
};

}  // namespace tidemark
