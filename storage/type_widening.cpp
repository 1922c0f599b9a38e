#include "storage/type_widening.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tidemark {

namespace {

/// As atttypmod holds it: ((precision << 16) | scale) + 4.
int32_t numeric_scale(LogicalType type) { return (type.modifier - 4) & 0xffff; }

template <class From, class To>
Vector convert(const Vector& values, LogicalType type) {
  const Vector flat = values.flatten();
  Vector result = Vector::flat(type, flat.size());
  const From* from = flat.data<From>();
  To* to = result.mutable_data<To>();
  for (size_t i = 0; i < flat.size(); ++i) {
    to[i] = static_cast<To>(from[i]);
  }
  result.validity() = flat.validity();
  return result;
}

template <class From>
bool convert_from(const Vector& values, LogicalType type, Vector& result) {
  switch (type.physical()) {
    case PhysicalType::kInt32:
      if constexpr (sizeof(From) < sizeof(int32_t) && std::is_integral_v<From>) {
        result = convert<From, int32_t>(values, type);
        return true;
      }
      return false;
    case PhysicalType::kInt64:
      if constexpr (sizeof(From) < sizeof(int64_t) && std::is_integral_v<From>) {
        result = convert<From, int64_t>(values, type);
        return true;
      }
      return false;
    case PhysicalType::kFloat64:
      result = convert<From, double>(values, type);
      return true;
    default:
      return false;
  }
}

}  // namespace

bool reads_as(LogicalType from, LogicalType to) {
  const bool is_wider = to.modifier == -1 || (from.modifier != -1 && from.modifier <= to.modifier);
  switch (from.id) {
    case TypeId::kInt16:
      return to.id == TypeId::kInt16 || to.id == TypeId::kInt32 || to.id == TypeId::kInt64 || to.id == TypeId::kFloat64;
    case TypeId::kInt32:
      return to.id == TypeId::kInt32 || to.id == TypeId::kInt64 || to.id == TypeId::kFloat64;
    case TypeId::kInt64:
      return to.id == TypeId::kInt64 || to.id == TypeId::kFloat64;
    case TypeId::kFloat32:
      return to.id == TypeId::kFloat32 || to.id == TypeId::kFloat64;
    case TypeId::kText:
    case TypeId::kVarchar:
      return to.id == TypeId::kText || (to.id == TypeId::kVarchar && is_wider);
    case TypeId::kNumeric:
      return to.id == TypeId::kNumeric && (to.modifier == -1 || (is_wider && numeric_scale(from) == numeric_scale(to)));
    default:
      return from == to;
  }
}

Vector widen(const Vector& values, LogicalType type) {
  if (values.type() == type) {
    return values;
  }
  const PhysicalType from = values.type().physical();
  // Packed numerics are no texts though both are bytes.
  const bool same_family = values.type().id == type.id || from != PhysicalType::kBytes ||
                           (is_string_type(values.type().id) && is_string_type(type.id));
  if (from == type.physical() && same_family) {
    return values.reinterpret(type);
  }
  Vector result;
  const bool done = from == PhysicalType::kInt16     ? convert_from<int16_t>(values, type, result)
                    : from == PhysicalType::kInt32   ? convert_from<int32_t>(values, type, result)
                    : from == PhysicalType::kInt64   ? convert_from<int64_t>(values, type, result)
                    : from == PhysicalType::kUInt64  ? convert_from<uint64_t>(values, type, result)
                    : from == PhysicalType::kFloat32 ? convert_from<float>(values, type, result)
                                                     : false;
  if (!done) {
    throw Error(sqlstate::kFeatureNotSupported, fmt::format("stored values of type {} cannot be read as {}",
                                                            values.type().to_string(), type.to_string()));
  }
  return result;
}

}  // namespace tidemark
