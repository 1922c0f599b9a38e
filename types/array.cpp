#include "types/array.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/error.h"
#include "types/packed_value.h"

namespace tidemark {
namespace {

constexpr uint8_t kHasBitmap = 1;

[[noreturn]] void throw_malformed_array() { throw Error(sqlstate::kDataCorrupted, "packed array is malformed"); }

[[noreturn]] void throw_too_large() {
  throw Error(sqlstate::kProgramLimitExceeded,
              "array size exceeds the maximum allowed (" + std::to_string(kArrayElementsMax) + ")");
}

}  // namespace

LogicalType array_element_type(LogicalType array_type) {
  switch (array_type.id) {
    case TypeId::kInt2Vector:
      return TypeId::kInt16;
    case TypeId::kOidVector:
      return TypeId::kOid;
    default:
      TIDEMARK_CHECK(array_type.is_array());
      return array_type.element_type();
  }
}

ArrayView::ArrayView(std::string_view packed, LogicalType element_type)
    : element_type_(element_type), width_(packed_width(element_type.physical())) {
  ByteReader reader(packed, "packed array");
  dimension_count_ = reader.get<uint8_t>();
  const auto flags = reader.get<uint8_t>();
  if (dimension_count_ > kArrayDimensionsMax) {
    throw_malformed_array();
  }
  size_ = dimension_count_ == 0 ? 0 : 1;
  for (size_t i = 0; i < dimension_count_; ++i) {
    dimensions_[i].length = reader.get<int32_t>();
    dimensions_[i].lower_bound = reader.get<int32_t>();
    if (dimensions_[i].length < 0 ||
        __builtin_mul_overflow(size_, static_cast<size_t>(dimensions_[i].length), &size_) ||
        size_ > kArrayElementsMax) {
      throw_malformed_array();
    }
  }
  if ((flags & kHasBitmap) != 0) {
    bitmap_ = reader.get_bytes((size_ + 7) / 8).data();
  }
  elements_ = reader.get_bytes(size_ * (width_ != 0 ? width_ : sizeof(uint32_t))).data();
  if (width_ == 0) {
    bytes_ = reader.get_bytes(reader.remaining());
    uint32_t before = 0;
    for (size_t i = 0; i < size_; ++i) {
      const auto end = load_little_endian<uint32_t>(elements_ + i * sizeof(uint32_t));
      if (end < before || end > bytes_.size()) {
        throw_malformed_array();
      }
      before = end;
    }
  }
  reader.expect_end();
}

std::string_view ArrayView::packed_element(size_t index) const {
  TIDEMARK_ASSERT(index < size_);
  if (width_ != 0) {
    return {elements_ + index * width_, width_};
  }
  const char* end_at = elements_ + index * sizeof(uint32_t);
  const uint32_t from = index == 0 ? 0 : load_little_endian<uint32_t>(end_at - sizeof(uint32_t));
  return bytes_.substr(from, load_little_endian<uint32_t>(end_at) - from);
}

Value ArrayView::value(size_t index) const {
  return is_null(index) ? Value::null(element_type_) : unpack_value(element_type_, packed_element(index));
}

Vector ArrayView::elements() const {
  Vector vector = Vector::flat(element_type_, size_);
  for (size_t i = 0; i < size_; ++i) {
    if (is_null(i)) {
      vector.set_null(i);
    }
    unpack_into(vector, i, packed_element(i));  // Zeros, or nothing, under a NULL.
  }
  return vector;
}

ArrayBuilder::ArrayBuilder(LogicalType element_type)
    : element_type_(element_type), width_(packed_width(element_type.physical())) {}

void ArrayBuilder::add_packed(std::string_view element) {
  TIDEMARK_ASSERT(width_ == 0 || element.size() == width_);
  bytes_ += element;
  if (width_ == 0) {
    if (bytes_.size() > UINT32_MAX) {
      throw_too_large();
    }
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
  if (!bitmap_.empty()) {
    bitmap_.resize(size_ / 8 + 1);
    bitmap_[size_ / 8] = static_cast<char>(bitmap_[size_ / 8] | (1 << (size_ % 8)));
  }
  ++size_;
}

void ArrayBuilder::add_null() {
  if (bitmap_.empty()) {  // All before are valid.
    bitmap_.assign(size_ / 8 + 1, '\xff');
    bitmap_.back() = static_cast<char>((1 << (size_ % 8)) - 1);
  }
  bitmap_.resize(size_ / 8 + 1);
  bytes_.append(width_, '\0');
  if (width_ == 0) {
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
  ++size_;
}

void ArrayBuilder::add(const Value& value) {
  if (value.is_null()) {
    add_null();
    return;
  }
  TIDEMARK_ASSERT(value.type().same_base(element_type_));
  std::string element;
  append_packed_value(element, value);
  add_packed(element);
}

void ArrayBuilder::add(const Vector& column, size_t row) {
  if (column.is_null(row)) {
    add_null();
    return;
  }
  const Vector& flat = column.is_flat() || column.is_constant() ? column : column.entries();
  std::string element;
  append_packed_row(element, flat, column.physical_index(row));
  add_packed(element);
}

std::string ArrayBuilder::finish(int32_t lower_bound) {
  if (size_ > kArrayElementsMax) {
    throw_too_large();
  }
  const ArrayDimension dimension{static_cast<int32_t>(size_), lower_bound};
  return finish(std::span<const ArrayDimension>(&dimension, size_ == 0 ? 0 : 1));
}

std::string ArrayBuilder::finish(std::span<const ArrayDimension> dimensions) {
  ByteWriter writer;
  writer.reserve(2 + dimensions.size() * sizeof(ArrayDimension) + bitmap_.size() + ends_.size() * sizeof(uint32_t) +
                 bytes_.size());
  writer.put(static_cast<uint8_t>(dimensions.size()));
  writer.put(bitmap_.empty() ? uint8_t{0} : kHasBitmap);
  size_t product = dimensions.empty() ? 0 : 1;
  for (const ArrayDimension& dimension : dimensions) {
    writer.put(dimension.length);
    writer.put(dimension.lower_bound);
    product *= static_cast<size_t>(dimension.length);
  }
  TIDEMARK_CHECK(product == size_ && dimensions.size() <= kArrayDimensionsMax);
  writer.put_bytes(bitmap_);
  for (const uint32_t end : ends_) {
    writer.put(end);
  }
  writer.put_bytes(bytes_);
  *this = ArrayBuilder(element_type_);
  return writer.take();
}

}  // namespace tidemark
