#include "functions/assemble.h"

#include <cstring>

namespace tidemark {

void Assembly::put(std::span<const uint32_t> rows, Vector piece) {
  pieces_.push_back({{rows.begin(), rows.end()}, std::move(piece)});
}

void Assembly::put_all(Vector piece) {
  whole_ = true;
  pieces_.push_back({{}, std::move(piece)});
}

namespace {

template <class T>
void scatter(std::span<const uint32_t> rows, const Vector& values, Vector& result) {
  T* to = result.mutable_data<T>();
  const T* from = values.data<T>();
  const size_t stride = values.is_constant() ? 0 : 1;
  for (size_t i = 0; i < rows.size(); ++i) to[rows[i]] = from[i * stride];
}

void scatter_any(std::span<const uint32_t> rows, const Vector& values, Vector& result) {
  switch (result.type().physical()) {
    case PhysicalType::kBool:
      return scatter<uint8_t>(rows, values, result);
    case PhysicalType::kInt16:
      return scatter<int16_t>(rows, values, result);
    case PhysicalType::kInt32:
      return scatter<int32_t>(rows, values, result);
    case PhysicalType::kInt64:
      return scatter<int64_t>(rows, values, result);
    case PhysicalType::kUInt64:
      return scatter<uint64_t>(rows, values, result);
    case PhysicalType::kFloat32:
      return scatter<float>(rows, values, result);
    case PhysicalType::kFloat64:
      return scatter<double>(rows, values, result);
    case PhysicalType::kInterval:
      return scatter<Interval>(rows, values, result);
    case PhysicalType::kUuid:
      return scatter<Uuid>(rows, values, result);
    case PhysicalType::kBytes:
      return scatter<std::string_view>(rows, values, result);
  }
}

}  // namespace

Vector Assembly::finish() && {
  if (whole_) return std::move(pieces_.front().values);
  Vector result = Vector::flat(type_, size_);
  size_t covered = 0;
  for (const Piece& piece : pieces_) covered += piece.rows.size();
  if (covered < size_) {
    if (type_.physical() != PhysicalType::kBytes) {
      std::memset(result.mutable_data<char>(), 0, size_ * physical_width(type_.physical()));
    }
    result.validity() = Validity::filled(size_, false);
    for (const Piece& piece : pieces_) {
      for (const uint32_t row : piece.rows) result.validity().set_valid(row);
    }
  }
  for (const Piece& piece : pieces_) {
    const Vector values = piece.values.flatten_unless_constant();
    scatter_any(piece.rows, values, result);
    if (type_.physical() == PhysicalType::kBytes) result.share_memory_of(values);
    if (values.validity().all_valid()) continue;
    for (size_t i = 0; i < piece.rows.size(); ++i) {
      if (!values.validity().is_valid(values.is_constant() ? 0 : i)) result.set_null(piece.rows[i]);
    }
  }
  return result;
}

}  // namespace tidemark
