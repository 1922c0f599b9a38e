#include "types/value.h"

#include <bit>
#include <cmath>

#include "base/check.h"

namespace tidemark {

Value Value::null(LogicalType type) {
  Value value;
  value.type_ = type;
  return value;
}

Value Value::integer(LogicalType type, int64_t number) {
  Value value;
  value.type_ = type;
  value.data_ = number;
  return value;
}

Value Value::boolean(bool value) { return integer(TypeId::kBoolean, value ? 1 : 0); }
Value Value::int16(int16_t value) { return integer(TypeId::kInt16, value); }
Value Value::int32(int32_t value) { return integer(TypeId::kInt32, value); }
Value Value::int64(int64_t value) { return integer(TypeId::kInt64, value); }

Value Value::uint64(uint64_t number) {
  Value value;
  value.type_ = TypeId::kUInt64;
  value.data_ = number;
  return value;
}

Value Value::float32(float number) {
  Value value;
  value.type_ = TypeId::kFloat32;
  value.data_ = static_cast<double>(number);
  return value;
}

Value Value::float64(double number) {
  Value value;
  value.type_ = TypeId::kFloat64;
  value.data_ = number;
  return value;
}

Value Value::text(std::string text) { return bytes(TypeId::kText, std::move(text)); }

Value Value::bytes(LogicalType type, std::string packed) {
  TIDEMARK_ASSERT(type.physical() == PhysicalType::kBytes);
  Value value;
  value.type_ = type;
  value.data_ = std::move(packed);
  return value;
}

Value Value::interval(Interval interval) {
  Value value;
  value.type_ = TypeId::kInterval;
  value.data_ = interval;
  return value;
}

Value Value::uuid(Uuid uuid) {
  Value value;
  value.type_ = TypeId::kUuid;
  value.data_ = uuid;
  return value;
}

Value Value::with_type(LogicalType type) const {
  TIDEMARK_ASSERT(is_null() || type.physical() == type_.physical());
  Value value = *this;
  value.type_ = type;
  return value;
}

bool operator==(const Value& left, const Value& right) {
  if (left.type_ != right.type_ || left.data_.index() != right.data_.index()) {
    return false;
  }
  if (const double* number = std::get_if<double>(&left.data_)) {
    const double other = std::get<double>(right.data_);
    return (std::isnan(*number) && std::isnan(other)) ||
           std::bit_cast<uint64_t>(*number) == std::bit_cast<uint64_t>(other);
  }
  return left.data_ == right.data_;
}

}  // namespace tidemark
