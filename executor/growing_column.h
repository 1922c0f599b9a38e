#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "types/vector.h"

namespace tidemark {

/// Rows kept for later, one column of them: grows at its end, is read at any place. Owns its memory, strings too, so
/// that no page or chunk is kept alive. What breakers gather their input into.
class GrowingColumn {
 public:
  static constexpr uint32_t kNullRow = UINT32_MAX;

  explicit GrowingColumn(LogicalType type);

  /// All rows of `values`; any form.
  void append(const Vector& values);
  /// The rows named, in that order.
  void append(const Vector& values, std::span<const uint32_t> rows);
  void append_nulls(size_t count);

  [[nodiscard]] LogicalType type() const { return type_; }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool is_null(size_t row) const {
    return has_nulls_ && ((null_words()[row >> 6] >> (row & 63)) & 1) == 0;
  }
  [[nodiscard]] bool has_nulls() const { return has_nulls_; }
  template <class T>
  [[nodiscard]] const T* data() const {
    return reinterpret_cast<const T*>(data_.get());
  }

  /// Rows [first, first + count) as a flat vector that shares this memory; later appends do not disturb it.
  [[nodiscard]] Vector view(size_t first, size_t count) const;
  /// The rows named, in that order; kNullRow gives NULL.
  [[nodiscard]] Vector gather(std::span<const uint32_t> rows) const;

  [[nodiscard]] size_t memory_bytes() const;
  /// Empties it. Views that were given out stay valid.
  void clear();

 private:
  void grow_to(size_t rows);
  void make_nulls();
  [[nodiscard]] const uint64_t* null_words() const { return valid_words_.get(); }
  template <class Visit>
  void append_visited(const Vector& values, size_t count, const Visit& visit);
  template <class Visit>
  void append_strings(const Vector& values, size_t count, const Visit& visit);

  LogicalType type_;
  size_t width_ = 0;
  size_t size_ = 0;
  size_t capacity_ = 0;
  std::shared_ptr<std::byte[]> data_;
  std::shared_ptr<uint64_t[]> valid_words_;  ///< 1 = there is a value; made with the first NULL
  bool has_nulls_ = false;
  std::shared_ptr<StringHeap> heap_;
  /// Strings of the last dictionary met, once copied: the next chunk usually brings the same.
  std::shared_ptr<const Vector> copied_entries_;
  std::vector<std::string_view> copies_;
};

}  // namespace tidemark
