#include "executor/value_shift.h"

#include <algorithm>

#include "base/error.h"
#include "types/calendar.h"
#include "types/interval.h"
#include "types/time_zone.h"
#include "types/type_io.h"

namespace tidemark {

ValueShift::ValueShift(LogicalType type, const Value& distance, QueryContext& context)
    : type_(type),
      zone_(context.io != nullptr && context.io->dates.time_zone != nullptr ? context.io->dates.time_zone
                                                                            : &TimeZone::utc()) {
  const PhysicalType physical = type.physical();
  is_float_ = physical == PhysicalType::kFloat32 || physical == PhysicalType::kFloat64;
  const bool is_integer =
      physical == PhysicalType::kInt16 || physical == PhysicalType::kInt32 || physical == PhysicalType::kInt64;
  const PhysicalType given = distance.type().physical();
  if (distance.type().id == TypeId::kInterval && is_integer && type.id != TypeId::kDate && !is_integer_type(type.id)) {
    is_interval_ = true;
    interval_ = distance.as_interval();
    negated_ = negate(interval_);
  } else if (distance.type().id == TypeId::kInterval && type.id == TypeId::kDate &&
             distance.as_interval().months == 0 && distance.as_interval().microseconds == 0) {
    distance_ = distance.as_interval().days;
  } else if (is_float_ && (given == PhysicalType::kFloat64 || given == PhysicalType::kFloat32)) {
    float_distance_ = distance.as_double();
  } else if (is_integer && is_integer_type(distance.type().id)) {
    distance_ = distance.as_int64();
  } else {
    throw Error(sqlstate::kFeatureNotSupported,
                "values of type " + type.to_string() + " cannot be moved by " + distance.type().to_string());
  }
}

bool ValueShift::is_negative() const {
  return is_interval_ ? interval_length(interval_) < 0 : is_float_ ? float_distance_ < 0 : distance_ < 0;
}

bool ValueShift::is_zero() const {
  return is_interval_ ? interval_length(interval_) == 0 : is_float_ ? float_distance_ == 0 : distance_ == 0;
}

int64_t ValueShift::moved(int64_t value, int64_t sign) const {
  if (is_interval_) {
    const Interval& interval = sign > 0 ? interval_ : negated_;
    switch (type_.id) {
      case TypeId::kTimestamp:
        return timestamp_plus_interval(value, interval);
      case TypeId::kTimestampTz:
        return timestamptz_plus_interval(value, interval, *zone_);
      case TypeId::kTimestampTzNs:
        return timestamptz_ns_plus_interval(value, interval, *zone_);
      default:
        break;
    }
    // Times of day: only the part below a day.
    return value + interval.microseconds;
  }
  int64_t result = 0;
  if (__builtin_add_overflow(value, sign * distance_, &result)) {
    return (distance_ > 0) == (sign > 0) ? INT64_MAX : INT64_MIN;
  }
  return result;
}

}  // namespace tidemark
