#include "types/packed_value.h"

#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/error.h"

namespace tidemark {
namespace {

template <class T>
void put_packed(std::string& target, T value) {
  char bytes[sizeof(T)];
  store_little_endian(bytes, value);
  target.append(bytes, sizeof(T));
}

constexpr size_t kDaysOffset = sizeof(int64_t);
constexpr size_t kMonthsOffset = kDaysOffset + sizeof(int32_t);
constexpr size_t kIntervalBytes = kMonthsOffset + sizeof(int32_t);

void put_packed_interval(std::string& target, const Interval& interval) {
  put_packed(target, interval.microseconds);
  put_packed(target, interval.days);
  put_packed(target, interval.months);
}

Interval load_interval(const char* bytes) {
  return {load_little_endian<int64_t>(bytes), load_little_endian<int32_t>(bytes + kDaysOffset),
          load_little_endian<int32_t>(bytes + kMonthsOffset)};
}

Uuid load_uuid(const char* bytes) {
  Uuid uuid;
  std::memcpy(uuid.bytes, bytes, sizeof(uuid.bytes));
  return uuid;
}

void check_width(PhysicalType type, std::string_view bytes) {
  if (const size_t width = packed_width(type); width != 0 && width != bytes.size()) {
    throw Error(sqlstate::kDataCorrupted,
                "packed value has " + std::to_string(bytes.size()) + " bytes instead of " + std::to_string(width));
  }
}

}  // namespace

size_t packed_width(PhysicalType type) {
  return type == PhysicalType::kBytes ? 0 : type == PhysicalType::kInterval ? kIntervalBytes : physical_width(type);
}

void append_packed_value(std::string& target, const Value& value) {
  TIDEMARK_ASSERT(!value.is_null());
  if (value.type().physical() == PhysicalType::kBytes) {
    target += value.as_bytes();
  } else {
    append_packed_row(target, Vector::constant(value, 1), 0);
  }
}

void append_packed_row(std::string& target, const Vector& flat, size_t index) {
  switch (flat.type().physical()) {
    case PhysicalType::kBool:
      put_packed(target, flat.data<uint8_t>()[index]);
      return;
    case PhysicalType::kInt16:
      put_packed(target, flat.data<int16_t>()[index]);
      return;
    case PhysicalType::kInt32:
      put_packed(target, flat.data<int32_t>()[index]);
      return;
    case PhysicalType::kInt64:
      put_packed(target, flat.data<int64_t>()[index]);
      return;
    case PhysicalType::kUInt64:
      put_packed(target, flat.data<uint64_t>()[index]);
      return;
    case PhysicalType::kFloat32:
      put_packed(target, flat.data<float>()[index]);
      return;
    case PhysicalType::kFloat64:
      put_packed(target, flat.data<double>()[index]);
      return;
    case PhysicalType::kInterval:
      put_packed_interval(target, flat.data<Interval>()[index]);
      return;
    case PhysicalType::kUuid: {
      const Uuid& uuid = flat.data<Uuid>()[index];
      target.append(std::begin(uuid.bytes), std::end(uuid.bytes));
      return;
    }
    case PhysicalType::kBytes:
      target += flat.data<std::string_view>()[index];
      return;
  }
}

Value unpack_value(LogicalType type, std::string_view bytes) {
  check_width(type.physical(), bytes);
  const char* at = bytes.data();
  switch (type.physical()) {
    case PhysicalType::kBool:
      return Value::integer(type, load_little_endian<uint8_t>(at));
    case PhysicalType::kInt16:
      return Value::integer(type, load_little_endian<int16_t>(at));
    case PhysicalType::kInt32:
      return Value::integer(type, load_little_endian<int32_t>(at));
    case PhysicalType::kInt64:
      return Value::integer(type, load_little_endian<int64_t>(at));
    case PhysicalType::kUInt64:
      return Value::uint64(load_little_endian<uint64_t>(at)).with_type(type);
    case PhysicalType::kFloat32:
      return Value::float32(load_little_endian<float>(at));
    case PhysicalType::kFloat64:
      return Value::float64(load_little_endian<double>(at));
    case PhysicalType::kInterval:
      return Value::interval(load_interval(at)).with_type(type);
    case PhysicalType::kUuid:
      return Value::uuid(load_uuid(at));
    case PhysicalType::kBytes:
      return Value::bytes(type, std::string(bytes));
  }
  TIDEMARK_CHECK(false);
}

void unpack_into(Vector& column, size_t row, std::string_view bytes) {
  check_width(column.type().physical(), bytes);
  const char* at = bytes.data();
  switch (column.type().physical()) {
    case PhysicalType::kBool:
      column.mutable_data<uint8_t>()[row] = load_little_endian<uint8_t>(at);
      return;
    case PhysicalType::kInt16:
      column.mutable_data<int16_t>()[row] = load_little_endian<int16_t>(at);
      return;
    case PhysicalType::kInt32:
      column.mutable_data<int32_t>()[row] = load_little_endian<int32_t>(at);
      return;
    case PhysicalType::kInt64:
      column.mutable_data<int64_t>()[row] = load_little_endian<int64_t>(at);
      return;
    case PhysicalType::kUInt64:
      column.mutable_data<uint64_t>()[row] = load_little_endian<uint64_t>(at);
      return;
    case PhysicalType::kFloat32:
      column.mutable_data<float>()[row] = load_little_endian<float>(at);
      return;
    case PhysicalType::kFloat64:
      column.mutable_data<double>()[row] = load_little_endian<double>(at);
      return;
    case PhysicalType::kInterval:
      column.mutable_data<Interval>()[row] = load_interval(at);
      return;
    case PhysicalType::kUuid:
      column.mutable_data<Uuid>()[row] = load_uuid(at);
      return;
    case PhysicalType::kBytes:
      column.mutable_data<std::string_view>()[row] = column.heap().add(bytes);
      return;
  }
}

}  // namespace tidemark
