#include "types/compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "types/array.h"
#include "types/bpchar.h"
#include "types/canonical_key.h"
#include "types/interval.h"
#include "types/json.h"
#include "types/numeric.h"
#include "types/record.h"

namespace tidemark {
namespace {

std::weak_ordering compare_floats(double left, double right) {
  if (left < right) {
    return std::weak_ordering::less;
  }
  if (left > right) {
    return std::weak_ordering::greater;
  }
  return std::isnan(left) <=> std::isnan(right);
}

std::weak_ordering compare_bytes(std::string_view left, std::string_view right) { return left <=> right; }

/// NULLs above values and equal to each other.
std::weak_ordering compare_elements(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) {
    return left.is_null() <=> right.is_null();
  }
  return compare_values(left, right);
}

/// Elements first; among arrays with the same ones the larger has more, then more dimensions, then longer ones.
std::weak_ordering compare_arrays(LogicalType element_type, std::string_view left_packed,
                                  std::string_view right_packed) {
  const ArrayView left(left_packed, element_type);
  const ArrayView right(right_packed, element_type);
  const size_t common = std::min(left.size(), right.size());
  for (size_t i = 0; i < common; ++i) {
    if (const auto order = compare_elements(left.value(i), right.value(i)); order != 0) {
      return order;
    }
  }
  if (const auto order = left.size() <=> right.size(); order != 0) {
    return order;
  }
  const auto left_dimensions = left.dimensions();
  const auto right_dimensions = right.dimensions();
  if (const auto order = left_dimensions.size() <=> right_dimensions.size(); order != 0) {
    return order;
  }
  for (size_t i = 0; i < left_dimensions.size(); ++i) {
    if (const auto order = left_dimensions[i].length <=> right_dimensions[i].length; order != 0) {
      return order;
    }
  }
  for (size_t i = 0; i < left_dimensions.size(); ++i) {
    if (const auto order = left_dimensions[i].lower_bound <=> right_dimensions[i].lower_bound; order != 0) {
      return order;
    }
  }
  return std::weak_ordering::equivalent;
}

std::weak_ordering compare_records(std::string_view left_packed, std::string_view right_packed) {
  const std::vector<Value> left = unpack_record(left_packed);
  const std::vector<Value> right = unpack_record(right_packed);
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const auto order = compare_elements(left[i], right[i]); order != 0) {
      return order;
    }
  }
  return left.size() <=> right.size();
}

}  // namespace

std::weak_ordering compare_packed(LogicalType type, std::string_view left, std::string_view right) {
  switch (type.id) {
    case TypeId::kNumeric:
      return Numeric::unpack(left) <=> Numeric::unpack(right);
    case TypeId::kBpchar:
      return compare_bytes(without_trailing_blanks(left), without_trailing_blanks(right));
    case TypeId::kArray:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      return compare_arrays(array_element_type(type), left, right);
    case TypeId::kRecord:
      return compare_records(left, right);
    case TypeId::kJsonb:
      return compare_jsonb(left, right);
    default:
      return compare_bytes(left, right);
  }
}

std::weak_ordering compare_values(const Value& left, const Value& right) {
  TIDEMARK_ASSERT(left.type().same_base(right.type()) && !left.is_null() && !right.is_null());
  switch (left.type().physical()) {
    case PhysicalType::kUInt64:
      return left.as_uint64() <=> right.as_uint64();
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64:
      return compare_floats(left.as_double(), right.as_double());
    case PhysicalType::kInterval:
      return interval_length(left.as_interval()) <=> interval_length(right.as_interval());
    case PhysicalType::kUuid:
      return left.as_uuid() <=> right.as_uuid();
    case PhysicalType::kBytes:
      return compare_packed(left.type(), left.as_bytes(), right.as_bytes());
    default:
      return left.as_int64() <=> right.as_int64();
  }
}

std::weak_ordering compare_rows(const Vector& left, size_t left_row, const Vector& right, size_t right_row) {
  const bool left_null = left.is_null(left_row);
  const bool right_null = right.is_null(right_row);
  if (left_null || right_null) {
    return left_null <=> right_null;
  }
  const Vector& a = left.is_flat() || left.is_constant() ? left : left.entries();
  const Vector& b = right.is_flat() || right.is_constant() ? right : right.entries();
  const size_t i = left.physical_index(left_row);
  const size_t j = right.physical_index(right_row);
  switch (a.type().physical()) {
    case PhysicalType::kBool:
      return a.data<uint8_t>()[i] <=> b.data<uint8_t>()[j];
    case PhysicalType::kInt16:
      return a.data<int16_t>()[i] <=> b.data<int16_t>()[j];
    case PhysicalType::kInt32:
      return a.data<int32_t>()[i] <=> b.data<int32_t>()[j];
    case PhysicalType::kInt64:
      return a.data<int64_t>()[i] <=> b.data<int64_t>()[j];
    case PhysicalType::kUInt64:
      return a.data<uint64_t>()[i] <=> b.data<uint64_t>()[j];
    case PhysicalType::kFloat32:
      return compare_floats(a.data<float>()[i], b.data<float>()[j]);
    case PhysicalType::kFloat64:
      return compare_floats(a.data<double>()[i], b.data<double>()[j]);
    case PhysicalType::kInterval:
      return interval_length(a.data<Interval>()[i]) <=> interval_length(b.data<Interval>()[j]);
    case PhysicalType::kUuid:
      return a.data<Uuid>()[i] <=> b.data<Uuid>()[j];
    case PhysicalType::kBytes:
      return compare_packed(a.type(), a.data<std::string_view>()[i], b.data<std::string_view>()[j]);
  }
  TIDEMARK_CHECK(false);
}

void append_sort_keys(std::span<std::string> keys, const Vector& column, SortOrder order) {
  std::vector<size_t> starts(keys.size());
  for (size_t row = 0; row < keys.size(); ++row) {
    // A byte of its own puts NULLs where they are wanted, whatever the direction.
    keys[row] += column.is_null(row) == order.nulls_first ? '\0' : '\1';
    starts[row] = keys[row].size();
  }
  append_keys(keys, column);
  if (order.descending) {
    for (size_t row = 0; row < keys.size(); ++row) {
      for (size_t at = starts[row]; at < keys[row].size(); ++at) {
        keys[row][at] = static_cast<char>(~keys[row][at]);
      }
    }
  }
}

}  // namespace tidemark
