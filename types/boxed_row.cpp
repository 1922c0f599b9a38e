#include "types/boxed_row.h"

#include <algorithm>

namespace tidemark {

void set_row(Vector& vector, size_t row, const Value& value) {
  if (value.is_null()) {
    if (vector.type().physical() != PhysicalType::kBytes) {
      std::fill_n(vector.mutable_data<char>() + row * physical_width(vector.type().physical()),
                  physical_width(vector.type().physical()), '\0');
    }
    vector.set_null(row);
    return;
  }
  switch (vector.type().physical()) {
    case PhysicalType::kBool:
      vector.mutable_data<uint8_t>()[row] = static_cast<uint8_t>(value.as_int64());
      break;
    case PhysicalType::kInt16:
      vector.mutable_data<int16_t>()[row] = static_cast<int16_t>(value.as_int64());
      break;
    case PhysicalType::kInt32:
      vector.mutable_data<int32_t>()[row] = static_cast<int32_t>(value.as_int64());
      break;
    case PhysicalType::kInt64:
      vector.mutable_data<int64_t>()[row] = value.as_int64();
      break;
    case PhysicalType::kUInt64:
      vector.mutable_data<uint64_t>()[row] = value.as_uint64();
      break;
    case PhysicalType::kFloat32:
      vector.mutable_data<float>()[row] = static_cast<float>(value.as_double());
      break;
    case PhysicalType::kFloat64:
      vector.mutable_data<double>()[row] = value.as_double();
      break;
    case PhysicalType::kInterval:
      vector.mutable_data<Interval>()[row] = value.as_interval();
      break;
    case PhysicalType::kUuid:
      vector.mutable_data<Uuid>()[row] = value.as_uuid();
      break;
    case PhysicalType::kBytes:
      vector.mutable_data<std::string_view>()[row] = vector.heap().add(value.as_bytes());
      break;
  }
}

}  // namespace tidemark
