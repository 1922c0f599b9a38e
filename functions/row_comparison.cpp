#include "functions/row_comparison.h"

#include <string>

#include "functions/comparison_kernel.h"
#include "types/canonical_key.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

template <class T>
int compare_values(const Vector& left, size_t left_row, const Vector& right, size_t right_row) {
  const T& a = left.data<T>()[left_row];
  const T& b = right.data<T>()[right_row];
  return Order<T>::less(a, b) ? -1 : Order<T>::less(b, a) ? 1 : 0;
}

int compare_texts(const Vector& left, size_t left_row, const Vector& right, size_t right_row) {
  return left.data<std::string_view>()[left_row].compare(right.data<std::string_view>()[right_row]);
}

int compare_uuids(const Vector& left, size_t left_row, const Vector& right, size_t right_row) {
  const auto order = left.data<Uuid>()[left_row] <=> right.data<Uuid>()[right_row];
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_numerics(const Vector& left, size_t left_row, const Vector& right, size_t right_row) {
  const auto order = Numeric::unpack(left.data<std::string_view>()[left_row]) <=>
                     Numeric::unpack(right.data<std::string_view>()[right_row]);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_keys(const Vector& left, size_t left_row, const Vector& right, size_t right_row) {
  std::string left_key;
  std::string right_key;
  append_key(left_key, left.value(left_row));
  append_key(right_key, right.value(right_row));
  return left_key.compare(right_key);
}

}  // namespace

RowComparison row_comparison(LogicalType type) {
  if (type.id == TypeId::kNumeric) return compare_numerics;
  switch (type.physical()) {
    case PhysicalType::kBool:
      return compare_values<uint8_t>;
    case PhysicalType::kInt16:
      return compare_values<int16_t>;
    case PhysicalType::kInt32:
      return compare_values<int32_t>;
    case PhysicalType::kInt64:
      return compare_values<int64_t>;
    case PhysicalType::kUInt64:
      return compare_values<uint64_t>;
    case PhysicalType::kFloat32:
      return compare_values<float>;
    case PhysicalType::kFloat64:
      return compare_values<double>;
    case PhysicalType::kInterval:
      return compare_values<Interval>;
    case PhysicalType::kUuid:
      return compare_uuids;
    case PhysicalType::kBytes:
      break;
  }
  const bool is_plain = type.id == TypeId::kText || type.id == TypeId::kVarchar || type.id == TypeId::kName ||
                        type.id == TypeId::kChar || type.id == TypeId::kBytea;
  return is_plain ? compare_texts : compare_keys;
}

}  // namespace tidemark
