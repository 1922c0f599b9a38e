#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "types/column_batch.h"

namespace tidemark {

/// A field column of a batch under construction: values as they come, rows without the field filled up as unset.
class FieldColumnBuilder {
 public:
  FieldColumnBuilder(std::string name, TypeId type)
      : name_(std::move(name)), type_(type), needs_escapes_(name_.find_first_of("\\,= ") != std::string::npos) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The name as lines bear it, where that is one way only: no character in it is or can be escaped. Else empty.
  [[nodiscard]] std::string_view plain_key() const { return needs_escapes_ ? std::string_view() : name_; }
  [[nodiscard]] TypeId type() const { return type_; }
  /// Whether no row sets it.
  [[nodiscard]] bool empty() const;

  /// Sets the field of row `row`, the last one or a new one. The value's kind must be that of `type()`.
  void set_integer(size_t row, int64_t value) { place(integers_, row, value); }
  void set_unsigned(size_t row, uint64_t value) { place(integers_, row, static_cast<int64_t>(value)); }
  void set_float(size_t row, double value) { place(floats_, row, value); }
  void set_boolean(size_t row, bool value) { place(booleans_, row, static_cast<uint8_t>(value)); }
  void set_text(size_t row, std::string_view value) { place(texts_, row, value); }
  /// A place for strings whose escapes were undone.
  StringHeap& heap() { return *heap_; }

  /// Forgets row `row` and above: its line turned out to be bad.
  void cut(size_t row);
  /// The column over `rows` rows.
  ColumnBatch::Field finish(size_t rows) &&;

 private:
  template <class T>
  void place(std::vector<T>& values, size_t row, T value) {
    if (row == size_) {
      values.push_back(value);
      ++size_;
      if (!all_set_) {
        mark(row);
      }
    } else {
      place_apart(values, row, value);
    }
  }
  template <class T>
  void place_apart(std::vector<T>& values, size_t row, T value);
  template <class T>
  ColumnBatch::Field finish_values(std::vector<T>&& values, size_t rows);
  void mark(size_t row);
  void begin_marks();

  std::string name_;
  TypeId type_;
  bool needs_escapes_;
  size_t size_ = 0;                ///< rows that have a place so far
  bool all_set_ = true;            ///< while true, `marks_` is unused
  std::vector<uint64_t> marks_;    ///< a bit a row: the field is set
  std::vector<int64_t> integers_;  ///< integers, and the bits of unsigned ones
  std::vector<double> floats_;
  std::vector<uint8_t> booleans_;
  std::vector<std::string_view> texts_;
  std::shared_ptr<StringHeap> heap_ = std::make_shared<StringHeap>();
};

}  // namespace tidemark
