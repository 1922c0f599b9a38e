#include "executor/growing_column.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.h"
#include "executor/row_positions.h"
#include "types/physical_dispatch.h"

namespace tidemark {
namespace {

constexpr size_t kFirstCapacity = 64;

std::shared_ptr<std::byte[]> allocate_rows(size_t bytes) {
  constexpr std::align_val_t kAlignment{64};
  return {static_cast<std::byte*>(::operator new(bytes, kAlignment)),
          [](std::byte* memory) { ::operator delete(memory, kAlignment); }};
}

constexpr size_t words_for(size_t rows) { return (rows + 63) / 64; }

struct SharedRows {
  std::shared_ptr<const std::byte[]> data;
  std::shared_ptr<const StringHeap> heap;
};

}  // namespace

GrowingColumn::GrowingColumn(LogicalType type) : type_(type), width_(physical_width(type.physical())) {
  if (type.physical() == PhysicalType::kBytes) {
    heap_ = std::make_shared<StringHeap>();
  }
}

void GrowingColumn::grow_to(size_t rows) {
  if (rows <= capacity_) {
    return;
  }
  const size_t capacity = std::max({rows, capacity_ * 2, kFirstCapacity});
  std::shared_ptr<std::byte[]> data = allocate_rows(capacity * width_);
  if (size_ > 0) {
    std::memcpy(data.get(), data_.get(), size_ * width_);
  }
  data_ = std::move(data);
  if (has_nulls_) {
    auto words = std::make_shared_for_overwrite<uint64_t[]>(words_for(capacity));
    std::copy_n(valid_words_.get(), words_for(capacity_), words.get());
    std::fill(words.get() + words_for(capacity_), words.get() + words_for(capacity), ~uint64_t{0});
    valid_words_ = std::move(words);
  }
  capacity_ = capacity;
}

void GrowingColumn::make_nulls() {
  if (has_nulls_) {
    return;
  }
  valid_words_ = std::make_shared_for_overwrite<uint64_t[]>(words_for(capacity_));
  std::fill_n(valid_words_.get(), words_for(capacity_), ~uint64_t{0});
  has_nulls_ = true;
}

template <class Visit>
void GrowingColumn::append_strings(const Vector& values, size_t count, const Visit& visit) {
  const Vector& flat = values_of(values);
  const auto* from = flat.data<std::string_view>();
  auto* to = reinterpret_cast<std::string_view*>(data_.get()) + size_;
  if (values.is_flat()) {
    visit([&](size_t i, size_t index) {
      to[i] = flat.validity().is_valid(index) ? heap_->add(from[index]) : std::string_view("", 0);
    });
    return;
  }
  // Each entry is copied once, for as long as the same dictionary comes.
  if (values.is_constant()) {
    const std::string_view copy =
        count > 0 && flat.validity().is_valid(0) ? heap_->add(from[0]) : std::string_view("", 0);
    std::fill_n(to, count, copy);
    return;
  }
  if (copied_entries_ != values.shared_entries()) {
    copied_entries_ = values.shared_entries();
    copies_.assign(copied_entries_->size(), std::string_view(nullptr, 0));
  }
  visit([&](size_t i, size_t index) {
    std::string_view& copy = copies_[index];
    if (copy.data() == nullptr) {
      copy = flat.validity().is_valid(index) ? heap_->add(from[index]) : std::string_view("", 0);
    }
    to[i] = copy;
  });
}

template <class Visit>
void GrowingColumn::append_visited(const Vector& values, size_t count, const Visit& visit) {
  TIDEMARK_ASSERT(values.type().physical() == type_.physical());
  grow_to(size_ + count);
  const Vector& flat = values_of(values);
  if (type_.physical() == PhysicalType::kBytes) {
    append_strings(values, count, visit);
  } else {
    dispatch_physical(type_.physical(), [&](auto zero) {
      using T = decltype(zero);
      const T* from = flat.data<T>();
      T* to = reinterpret_cast<T*>(data_.get()) + size_;
      visit([from, to](size_t i, size_t index) { to[i] = from[index]; });
    });
  }
  if (!flat.validity().all_valid()) {
    visit([&](size_t i, size_t index) {
      if (!flat.validity().is_valid(index)) {
        make_nulls();
        valid_words_[(size_ + i) >> 6] &= ~(uint64_t{1} << ((size_ + i) & 63));
      }
    });
  }
  size_ += count;
}

void GrowingColumn::append(const Vector& values) {
  append_visited(values, values.size(), [&](const auto& each) { for_each_row(values, each); });
}

void GrowingColumn::append(const Vector& values, std::span<const uint32_t> rows) {
  append_visited(values, rows.size(), [&](const auto& each) { for_rows(values, rows, each); });
}

void GrowingColumn::append_nulls(size_t count) {
  grow_to(size_ + count);
  make_nulls();
  if (type_.physical() == PhysicalType::kBytes) {
    std::fill_n(reinterpret_cast<std::string_view*>(data_.get()) + size_, count, std::string_view("", 0));
  } else {
    std::memset(data_.get() + size_ * width_, 0, count * width_);
  }
  for (size_t row = size_; row < size_ + count; ++row) {
    valid_words_[row >> 6] &= ~(uint64_t{1} << (row & 63));
  }
  size_ += count;
}

Vector GrowingColumn::view(size_t first, size_t count) const {
  TIDEMARK_ASSERT(first + count <= size_);
  if (count == 0) {
    return Vector::flat(type_, 0);
  }
  Validity validity;
  if (has_nulls_) {
    validity = Validity::over(valid_words_.get(), valid_words_).slice(first, count);
  }
  auto owner = std::make_shared<const SharedRows>(SharedRows{data_, heap_});
  return Vector::view(type_, data_.get() + first * width_, count, std::move(validity), std::move(owner));
}

Vector GrowingColumn::gather(std::span<const uint32_t> rows) const {
  Vector result = Vector::flat(type_, rows.size());
  bool missing = false;
  dispatch_physical(type_.physical(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = data<T>();
    T* to = result.mutable_data<T>();
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == kNullRow) [[unlikely]] {
        to[i] = T{};
        missing = true;
      } else {
        to[i] = from[rows[i]];
      }
    }
  });
  if (has_nulls_ || missing) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == kNullRow || is_null(rows[i])) {
        result.set_null(i);
      }
    }
  }
  if (heap_ != nullptr && !rows.empty()) {
    result.heap().keep(heap_);
  }
  return result;
}

size_t GrowingColumn::memory_bytes() const {
  return capacity_ * width_ + (has_nulls_ ? words_for(capacity_) * sizeof(uint64_t) : 0) +
         (heap_ != nullptr ? heap_->bytes() : 0);
}

void GrowingColumn::clear() { *this = GrowingColumn(type_); }

}  // namespace tidemark
