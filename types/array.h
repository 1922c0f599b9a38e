#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

struct TypeIoOptions;

/// PostgreSQL's arrays: up to six dimensions, each with a lower bound, and elements that may be NULL. Packed form,
/// which Value and Vector hold for TypeId::kArray, int2vector and oidvector (little-endian):
///   uint8 dimensions (0 for an empty array); uint8 flags (bit 0: there is a bitmap);
///   per dimension: int32 length, int32 lower bound;
///   if flagged: ceil(n / 8) bytes with a bit for each of the n elements, 1 = a value is there;
///   elements of fixed width: n × that width; others: n × uint32 end of the element's bytes, then all the bytes.
/// The element type is not in it: the column's type says it.

struct ArrayDimension {
  int32_t length = 0;
  int32_t lower_bound = 1;
  friend bool operator==(const ArrayDimension&, const ArrayDimension&) = default;
};

inline constexpr int kArrayDimensionsMax = 6;
inline constexpr size_t kArrayElementsMax = 134'217'727;

/// The type of the elements of an array, int2vector or oidvector.
LogicalType array_element_type(LogicalType array_type);

/// Reads a packed array, which must outlive it.
class ArrayView {
 public:
  /// Throws XX001 if the bytes are malformed.
  ArrayView(std::string_view packed, LogicalType element_type);

  [[nodiscard]] LogicalType element_type() const { return element_type_; }
  [[nodiscard]] std::span<const ArrayDimension> dimensions() const { return {dimensions_, dimension_count_}; }
  /// Elements over all dimensions, the last dimension running fastest.
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool has_nulls() const { return bitmap_ != nullptr; }
  [[nodiscard]] bool is_null(size_t index) const {
    return bitmap_ != nullptr && ((static_cast<uint8_t>(bitmap_[index / 8]) >> (index % 8)) & 1) == 0;
  }
  /// The bytes of element `index` as in types/packed_value.h; empty if NULL and of varying width.
  [[nodiscard]] std::string_view packed_element(size_t index) const;
  [[nodiscard]] Value value(size_t index) const;
  /// All elements as a flat vector.
  [[nodiscard]] Vector elements() const;

 private:
  LogicalType element_type_;
  ArrayDimension dimensions_[kArrayDimensionsMax];
  size_t dimension_count_ = 0;
  size_t size_ = 0;
  size_t width_ = 0;  ///< 0: varies
  const char* bitmap_ = nullptr;
  const char* elements_ = nullptr;  ///< or the ends, if the width varies
  std::string_view bytes_;          ///< if the width varies
};

/// Collects elements and packs them.
class ArrayBuilder {
 public:
  explicit ArrayBuilder(LogicalType element_type);

  /// `value` is of the element type (its modifier may differ) or NULL.
  void add(const Value& value);
  void add_null();
  /// Row `row` of a vector of the element type, any form; NULL too.
  void add(const Vector& column, size_t row);
  /// An element from another array's `packed_element`; not NULL.
  void add_packed(std::string_view element);
  [[nodiscard]] size_t size() const { return size_; }

  /// One dimension with this lower bound; an empty array has none. Leaves the builder empty. 54000 if too large.
  std::string finish(int32_t lower_bound = 1);
  /// Precondition: the product of the lengths is size().
  std::string finish(std::span<const ArrayDimension> dimensions);

 private:
  LogicalType element_type_;
  size_t width_;
  size_t size_ = 0;
  std::string bytes_;
  std::vector<uint32_t> ends_;  ///< if the width varies
  std::string bitmap_;          ///< from the first NULL on
};

/// `{a,"b c",NULL}`, `{{1,2},{3,4}}`, `[0:1]={7,8}`. Errors: 22P02 `malformed array literal: "…"` with detail, and
/// those of the elements. Int2vector and oidvector: numbers with blanks between.
std::string parse_array(LogicalType array_type, std::string_view text, const TypeIoOptions& options);
void append_array_text(std::string& target, LogicalType array_type, std::string_view packed,
                       const TypeIoOptions& options);

/// PostgreSQL's array_send and array_recv.
void append_array_binary(std::string& target, LogicalType array_type, std::string_view packed);
std::string read_array_binary(LogicalType array_type, std::string_view bytes);

}  // namespace tidemark
