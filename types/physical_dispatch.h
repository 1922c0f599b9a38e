#pragma once

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "types/logical_type.h"

namespace tidemark {

/// Calls `body` with a value of the C++ type that `type` has in memory; only its type is of interest. One dispatch a
/// chunk, then a typed loop.
template <class Body>
decltype(auto) dispatch_physical(PhysicalType type, const Body& body) {
  switch (type) {
    case PhysicalType::kBool:
      return body(uint8_t{});
    case PhysicalType::kInt16:
      return body(int16_t{});
    case PhysicalType::kInt32:
      return body(int32_t{});
    case PhysicalType::kInt64:
      return body(int64_t{});
    case PhysicalType::kUInt64:
      return body(uint64_t{});
    case PhysicalType::kFloat32:
      return body(float{});
    case PhysicalType::kFloat64:
      return body(double{});
    case PhysicalType::kInterval:
      return body(Interval{});
    case PhysicalType::kUuid:
      return body(Uuid{});
    case PhysicalType::kBytes:
      return body(std::string_view{});
  }
  TIDEMARK_CHECK(false);
}

}  // namespace tidemark
