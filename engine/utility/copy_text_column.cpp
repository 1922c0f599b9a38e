#include "engine/utility/copy_text_column.h"

#include <memory>
#include <utility>

namespace tidemark {

void CopyTextColumn::add(std::string_view text) {
  if (is_flat_) {
    if (size_ == 0) {
      values_ = Vector::flat(type_, rows_max_);
    }
    values_.mutable_data<std::string_view>()[size_++] = values_.heap().add(text);
    return;
  }
  if (!codes_.empty() && codes_.back() != null_code_ && entries_[codes_.back()] == text) {
    codes_.push_back(codes_.back());  // Neighbours are often equal.
    return;
  }
  const auto found = code_of_text_.find(text);
  if (found != code_of_text_.end()) {
    codes_.push_back(found->second);
    return;
  }
  if (entries_.size() == kEntriesMax) {
    become_flat();
    add(text);
    return;
  }
  const auto code = static_cast<uint32_t>(entries_.size());
  entries_.push_back(entry_bytes_.add(text));
  code_of_text_.emplace(entries_.back(), code);
  codes_.push_back(code);
}

void CopyTextColumn::add_null() {
  if (is_flat_) {
    if (size_ == 0) {
      values_ = Vector::flat(type_, rows_max_);
    }
    values_.set_null(size_++);
    return;
  }
  if (!null_code_) {
    null_code_ = static_cast<uint32_t>(entries_.size());
    entries_.emplace_back();
  }
  codes_.push_back(*null_code_);
}

void CopyTextColumn::become_flat() {
  is_flat_ = true;
  values_ = Vector::flat(type_, rows_max_);
  for (const uint32_t code : codes_) {
    if (code == null_code_) {
      values_.set_null(size_++);
    } else {
      values_.mutable_data<std::string_view>()[size_++] = values_.heap().add(entries_[code]);
    }
  }
  codes_.clear();
  entries_.clear();
  code_of_text_.clear();
  null_code_.reset();
  entry_bytes_ = StringHeap();
}

Vector CopyTextColumn::take() {
  if (is_flat_) {
    const size_t size = std::exchange(size_, 0);
    Vector values = std::exchange(values_, Vector());
    return size == rows_max_ ? std::move(values) : values.slice(0, size);
  }
  Vector entries = Vector::flat(type_, entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (i == null_code_) {
      entries.set_null(i);
    } else {
      entries.mutable_data<std::string_view>()[i] = entries.heap().add(entries_[i]);
    }
  }
  Vector rows = Vector::dictionary(std::make_shared<const Vector>(std::move(entries)), std::exchange(codes_, {}));
  entries_.clear();
  code_of_text_.clear();
  null_code_.reset();
  entry_bytes_ = StringHeap();
  return rows;
}

}  // namespace tidemark
