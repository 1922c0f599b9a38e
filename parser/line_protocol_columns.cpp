#include "parser/line_protocol_columns.h"

#include <algorithm>

namespace tidemark {
namespace {

bool marked(const std::vector<uint64_t>& marks, size_t row) {
  return row / 64 < marks.size() && ((marks[row / 64] >> (row % 64)) & 1) != 0;
}

}  // namespace

void FieldColumnBuilder::mark(size_t row) {
  if (row / 64 >= marks_.size()) {
    marks_.resize(row / 64 + 1, 0);
  }
  marks_[row / 64] |= uint64_t{1} << (row % 64);
}

void FieldColumnBuilder::begin_marks() {
  if (all_set_) {
    all_set_ = false;
    marks_.assign(size_ / 64 + 1, 0);
    for (size_t row = 0; row < size_; ++row) {
      mark(row);
    }
  }
}

template <class T>
void FieldColumnBuilder::place_apart(std::vector<T>& values, size_t row, T value) {
  if (row < size_) {
    values[row] = value;  // the same field twice in one line: the later one counts
    return;
  }
  begin_marks();
  values.resize(row);
  values.push_back(value);
  size_ = row + 1;
  mark(row);
}

template void FieldColumnBuilder::place_apart(std::vector<int64_t>&, size_t, int64_t);
template void FieldColumnBuilder::place_apart(std::vector<double>&, size_t, double);
template void FieldColumnBuilder::place_apart(std::vector<uint8_t>&, size_t, uint8_t);
template void FieldColumnBuilder::place_apart(std::vector<std::string_view>&, size_t, std::string_view);

bool FieldColumnBuilder::empty() const {
  return size_ == 0 ||
         (!all_set_ && std::all_of(marks_.begin(), marks_.end(), [](uint64_t word) { return word == 0; }));
}

void FieldColumnBuilder::cut(size_t row) {
  if (size_ <= row) {
    return;
  }
  size_ = row;
  switch (type_) {
    case TypeId::kFloat64:
      floats_.resize(row);
      break;
    case TypeId::kBoolean:
      booleans_.resize(row);
      break;
    case TypeId::kText:
      texts_.resize(row);
      break;
    default:
      integers_.resize(row);
  }
  if (!all_set_ && marked(marks_, row)) {
    marks_[row / 64] &= ~(uint64_t{1} << (row % 64));
  }
}

template <class T>
ColumnBatch::Field FieldColumnBuilder::finish_values(std::vector<T>&& values, size_t rows) {
  struct Owned {
    std::vector<T> values;
    std::vector<uint64_t> marks;
    std::shared_ptr<StringHeap> heap;
  };
  if (size_ < rows) {
    begin_marks();
    values.resize(rows);
  }
  auto owned = std::make_shared<Owned>();
  owned->values = std::move(values);
  owned->heap = heap_;
  ColumnBatch::Field field;
  field.name = std::move(name_);
  field.values = Vector::view(type_, owned->values.data(), rows, Validity(), owned);
  if (!all_set_) {
    owned->marks = std::move(marks_);
    owned->marks.resize(rows / 64 + 1, 0);
    field.set = Validity::over(owned->marks.data(), owned);
  }
  return field;
}

ColumnBatch::Field FieldColumnBuilder::finish(size_t rows) && {
  switch (type_) {
    case TypeId::kFloat64:
      return finish_values(std::move(floats_), rows);
    case TypeId::kBoolean:
      return finish_values(std::move(booleans_), rows);
    case TypeId::kText:
      return finish_values(std::move(texts_), rows);
    default:
      return finish_values(std::move(integers_), rows);
  }
}

}  // namespace tidemark
