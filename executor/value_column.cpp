#include "executor/value_column.h"

#include "types/physical_dispatch.h"

namespace tidemark {
namespace {

template <class T>
void store(T& target, const Value& value, Vector& vector) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    target = vector.heap().add(value.as_bytes());
  } else if constexpr (std::is_same_v<T, Interval>) {
    target = value.as_interval();
  } else if constexpr (std::is_same_v<T, Uuid>) {
    target = value.as_uuid();
  } else if constexpr (std::is_floating_point_v<T>) {
    target = static_cast<T>(value.as_double());
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    target = value.as_uint64();
  } else {
    target = static_cast<T>(value.as_int64());
  }
}

}  // namespace

Vector ValueColumn::take() {
  Vector vector = Vector::flat(type_, values_.size());
  dispatch_physical(type_.physical(), [&](auto zero) {
    using T = decltype(zero);
    T* to = vector.mutable_data<T>();
    for (size_t row = 0; row < values_.size(); ++row) {
      to[row] = T{};
      if (!values_[row].is_null()) {
        store(to[row], values_[row], vector);
      }
    }
  });
  for (size_t row = 0; row < values_.size(); ++row) {
    if (values_[row].is_null()) {
      vector.set_null(row);
    }
  }
  values_.clear();
  return vector;
}

}  // namespace tidemark
