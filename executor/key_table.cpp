#include "executor/key_table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "executor/row_positions.h"
#include "types/canonical_key.h"
#include "types/interval.h"

namespace tidemark {
namespace {

constexpr size_t kFirstKeySlots = 1024;
// Rows between the fetch of a slot and its use: hides most of a cache miss.
constexpr size_t kAhead = 12;
constexpr uint32_t kAbsentNumber = StringInterner::kAbsent;

/// Strings whose bytes are not what SQL compares go by their canonical key.
bool needs_canonical(LogicalType type) {
  return type.physical() == PhysicalType::kBytes && !(is_string_type(type.id) && type.id != TypeId::kBpchar) &&
         type.id != TypeId::kBytea && type.id != TypeId::kJson && type.id != TypeId::kChar && type.id != TypeId::kEnum;
}

uint64_t normal_bits(double value) {
  if (std::isnan(value)) {
    value = std::numeric_limits<double>::quiet_NaN();
  }
  return value == 0 ? 0 : std::bit_cast<uint64_t>(value);
}
uint64_t normal_bits(float value) {
  if (std::isnan(value)) {
    value = std::numeric_limits<float>::quiet_NaN();
  }
  return value == 0 ? 0 : std::bit_cast<uint32_t>(value);
}

uint32_t bits_of(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
      return 8;
    case PhysicalType::kInt16:
      return 16;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
    case PhysicalType::kBytes:  // the number of an interned string
      return 32;
    default:
      return 64;
  }
}

/// Puts value(index) of every row into the key words, and sets the NULL bit where there is none.
template <class Value>
void place(const Vector& column, uint64_t* words, size_t stride, uint32_t shift, const Value& value) {
  const Vector& flat = values_of(column);
  if (flat.validity().all_valid()) {
    for_each_row(column, [&](size_t row, size_t index) { words[row * stride] |= value(index) << shift; });
    return;
  }
  for_each_row(column, [&](size_t row, size_t index) {
    if (flat.validity().is_valid(index)) {
      words[row * stride] |= value(index) << shift;
    }
  });
}

}  // namespace

KeyTable::KeyTable(std::span<const LogicalType> types) { lay_out(types); }

KeyTable::~KeyTable() = default;

void KeyTable::lay_out(std::span<const LogicalType> types) {
  std::vector<uint32_t> used;  // bits of each word
  const auto take = [&](uint32_t bits, uint32_t& word, uint32_t& shift) {
    for (word = 0; word < used.size() && used[word] + bits > 64; ++word) {
    }
    if (word == used.size()) {
      used.push_back(0);
    }
    shift = used[word];
    used[word] += bits;
  };
  for (const LogicalType type : types) {
    Part& part = parts_.emplace_back();
    part.physical = type.physical();
    if (part.physical == PhysicalType::kBytes) {
      part.interned = true;
      part.canonical = needs_canonical(type);
      part.interner = static_cast<uint32_t>(interners_.size());
      interners_.push_back(std::make_unique<StringInterner>());
    }
    take(bits_of(part.physical), part.word, part.shift);
    if (part.physical == PhysicalType::kUuid || part.physical == PhysicalType::kInterval) {
      uint32_t shift = 0;
      take(64, part.second_word, shift);
    }
  }
  null_apart_ = parts_.size() == 1 && used.size() == 1 && used[0] == 64;
  for (Part& part : parts_) {
    if (!part.interned && !null_apart_) {
      take(1, part.null_word, part.null_shift);
    }
  }
  words_ = used.size();
  direct_ = parts_.size() == 1 && parts_[0].interned;
}

void KeyTable::encode_fixed(const Part& part, const Vector& column, Scratch& scratch) const {
  const Vector& flat = values_of(column);
  uint64_t* words = scratch.words.data() + part.word;
  const auto put = [&](const auto& value) { place(column, words, words_, part.shift, value); };
  switch (part.physical) {
    case PhysicalType::kBool:
      put([data = flat.data<uint8_t>()](size_t index) { return uint64_t{data[index]}; });
      break;
    case PhysicalType::kInt16:
      put([data = flat.data<uint16_t>()](size_t index) { return uint64_t{data[index]}; });
      break;
    case PhysicalType::kInt32:
      put([data = flat.data<uint32_t>()](size_t index) { return uint64_t{data[index]}; });
      break;
    case PhysicalType::kInt64:
    case PhysicalType::kUInt64:
      put([data = flat.data<uint64_t>()](size_t index) { return data[index]; });
      break;
    case PhysicalType::kFloat32:
      put([data = flat.data<float>()](size_t index) { return normal_bits(data[index]); });
      break;
    case PhysicalType::kFloat64:
      put([data = flat.data<double>()](size_t index) { return normal_bits(data[index]); });
      break;
    case PhysicalType::kInterval: {
      const auto* data = flat.data<Interval>();
      put([data](size_t index) { return static_cast<uint64_t>(interval_length(data[index])); });
      place(column, scratch.words.data() + part.second_word, words_, 0,
            [data](size_t index) { return static_cast<uint64_t>(interval_length(data[index]) >> 64); });
      break;
    }
    case PhysicalType::kUuid: {
      const auto* data = flat.data<Uuid>();
      const auto half = [data](size_t index, size_t offset) {
        uint64_t word = 0;
        std::memcpy(&word, data[index].bytes + offset, sizeof(word));
        return word;
      };
      put([&](size_t index) { return half(index, 0); });
      place(column, scratch.words.data() + part.second_word, words_, 0, [&](size_t index) { return half(index, 8); });
      break;
    }
    case PhysicalType::kBytes:
      TIDEMARK_CHECK(false);
  }
  if (!flat.validity().all_valid() && null_apart_) {
    scratch.nulls.assign(column.size(), 0);
    for_each_row(column,
                 [&](size_t row, size_t index) { scratch.nulls[row] = flat.validity().is_valid(index) ? 0 : 1; });
  } else if (!flat.validity().all_valid()) {
    uint64_t* nulls = scratch.words.data() + part.null_word;
    for_each_row(column, [&](size_t row, size_t index) {
      if (!flat.validity().is_valid(index)) {
        nulls[row * words_] |= uint64_t{1} << part.null_shift;
      }
    });
  }
}

template <class Interner>
void KeyTable::intern(const Part& part, const Vector& column, Scratch& scratch, Interner& interner) const {
  constexpr bool kAdds = !std::is_const_v<Interner>;
  const Vector& flat = values_of(column);
  const auto* strings = flat.data<std::string_view>();
  std::vector<std::string> canonical;
  if (part.canonical) {
    canonical.resize(column.is_constant() ? 1 : flat.size());
    append_keys(canonical, column.is_constant() ? column.slice(0, 1) : flat);
  }
  const auto number_at = [&](size_t index) -> uint32_t {
    if (!flat.validity().is_valid(index)) {
      return 0;
    }
    const std::string_view text = part.canonical ? std::string_view(canonical[index]) : strings[index];
    if constexpr (kAdds) {
      return interner.find_or_add(text);
    } else {
      return interner.find(text);
    }
  };
  scratch.numbers.resize(column.size());
  uint32_t* numbers = scratch.numbers.data();
  if (column.size() == 0) {
    return;
  }
  switch (column.form()) {
    case VectorForm::kConstant:
      std::fill_n(numbers, column.size(), number_at(0));
      return;
    case VectorForm::kFlat:
      if constexpr (kAdds) {
        if (!part.canonical && flat.validity().all_valid()) {
          interner.find_or_add({strings, column.size()}, scratch.numbers);
          return;
        }
      }
      for (size_t row = 0; row < column.size(); ++row) {
        numbers[row] = number_at(row);
      }
      return;
    case VectorForm::kRun: {
      size_t row = 0;
      for (size_t run = 0; run < column.run_ends().size(); ++run) {
        const size_t end = column.run_ends()[run];
        if (row < end) {
          std::fill(numbers + row, numbers + end, number_at(run));
        }
        row = end;
      }
      return;
    }
    case VectorForm::kDictionary: {
      Scratch::Interned& cache = scratch.interned[part.interner];
      if (cache.entries != column.shared_entries()) {
        cache.entries = column.shared_entries();
        cache.numbers.assign(flat.size(), 0);
      }
      const std::span<const uint32_t> codes = column.codes();
      for (size_t row = 0; row < codes.size(); ++row) {
        uint32_t& known = cache.numbers[codes[row]];
        if (known == 0) [[unlikely]] {
          const uint32_t number = number_at(codes[row]);
          if (number == kAbsentNumber) {  // Not remembered: it may be added later.
            numbers[row] = number;
            continue;
          }
          known = number + 1;
        }
        numbers[row] = known - 1;
      }
      return;
    }
  }
}

void KeyTable::place_numbers(const Part& part, size_t size, Scratch& scratch) const {
  uint64_t* words = scratch.words.data() + part.word;
  for (size_t row = 0; row < size; ++row) {
    words[row * words_] |= uint64_t{scratch.numbers[row]} << part.shift;
  }
}

void KeyTable::encode(std::span<const Vector> columns, size_t size, Scratch& scratch, bool add) {
  TIDEMARK_ASSERT(columns.size() == parts_.size());
  scratch.interned.resize(interners_.size());
  if (direct_) {
    intern(parts_[0], columns[0], scratch, *interners_[0]);
    return;
  }
  TIDEMARK_ASSERT(add);
  static_cast<void>(add);
  scratch.words.assign(size * words_, 0);
  scratch.nulls.clear();
  for (size_t index = 0; index < parts_.size(); ++index) {
    const Part& part = parts_[index];
    if (!part.interned) {
      encode_fixed(part, columns[index], scratch);
      continue;
    }
    intern(part, columns[index], scratch, *interners_[part.interner]);
    place_numbers(part, size, scratch);
  }
}

void KeyTable::encode_known(std::span<const Vector> columns, size_t size, Scratch& scratch) const {
  TIDEMARK_ASSERT(columns.size() == parts_.size());
  scratch.interned.resize(interners_.size());
  scratch.words.assign(size * words_, 0);
  scratch.nulls.clear();
  scratch.absent.clear();
  for (size_t index = 0; index < parts_.size(); ++index) {
    const Part& part = parts_[index];
    if (!part.interned) {
      encode_fixed(part, columns[index], scratch);
      continue;
    }
    intern(part, columns[index], scratch, std::as_const(*interners_[part.interner]));
    for (size_t row = 0; row < size; ++row) {
      if (scratch.numbers[row] == kAbsentNumber) {
        scratch.absent.resize(size);
        scratch.absent[row] = 1;
      }
    }
    if (!direct_) {
      place_numbers(part, size, scratch);
    }
  }
}

void KeyTable::hash_words(size_t size, Scratch& scratch) const {
  scratch.hashes.resize(size);
  const uint64_t* words = scratch.words.data();
  uint64_t* hashes = scratch.hashes.data();
  switch (words_) {
    case 1:
      for (size_t row = 0; row < size; ++row) {
        hashes[row] = hash_integer(words[row]);
      }
      return;
    case 2:
      for (size_t row = 0; row < size; ++row) {
        hashes[row] = hash_combine(hash_integer(words[2 * row]), words[2 * row + 1]);
      }
      return;
    default:
      for (size_t row = 0; row < size; ++row) {
        uint64_t hash = 0;
        for (size_t word = 0; word < words_; ++word) {
          hash = hash_combine(hash, words[row * words_ + word]);
        }
        hashes[row] = hash;
      }
  }
}

void KeyTable::grow(size_t keys) {
  if (keys * 2 <= slots_.size()) {
    return;
  }
  std::vector<uint64_t> slots(std::bit_ceil(std::max(kFirstKeySlots, keys * 3)));
  const size_t mask = slots.size() - 1;
  constexpr size_t kBatch = 1024;
  Scratch scratch;
  for (size_t first = 0; first < count_; first += kBatch) {
    const size_t size = std::min(kBatch, count_ - first);
    scratch.words.assign(keys_.begin() + static_cast<std::ptrdiff_t>(first * words_),
                         keys_.begin() + static_cast<std::ptrdiff_t>((first + size) * words_));
    hash_words(size, scratch);
    for (size_t row = 0; row < size; ++row) {
      size_t slot = scratch.hashes[row] & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = tag_of(scratch.hashes[row]) | (first + row + 1);
    }
  }
  slots_ = std::move(slots);
}

void KeyTable::grow_one(size_t keys) {
  if (keys * 4 <= word_slots_.size() * 3) {
    return;
  }
  std::vector<WordSlot> slots(std::bit_ceil(std::max(kFirstKeySlots, keys * 4 / 3 + 1)));
  const size_t mask = slots.size() - 1;
  for (const WordSlot& old : word_slots_) {
    if (old.id == kAbsent) {
      continue;
    }
    size_t slot = hash_integer(old.key) & mask;
    while (slots[slot].id != kAbsent) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = old;
  }
  word_slots_ = std::move(slots);
}

void KeyTable::find_or_add_one(size_t size, std::span<uint32_t> ids, SelectionVector& new_rows,
                               const Scratch& scratch) {
  const size_t mask = word_slots_.size() - 1;
  WordSlot* slots = word_slots_.data();
  const uint64_t* words = scratch.words.data();
  const uint64_t* hashes = scratch.hashes.data();
  const bool has_nulls = !scratch.nulls.empty();
  for (size_t row = 0; row < size; ++row) {
    if (row + kAhead < size) {
      __builtin_prefetch(&slots[hashes[row + kAhead] & mask], 1);
    }
    if (has_nulls && scratch.nulls[row] != 0) [[unlikely]] {
      if (null_id_ == kAbsent) {
        null_id_ = static_cast<uint32_t>(count_++);
        new_rows.push_back(static_cast<uint32_t>(row));
      }
      ids[row] = null_id_;
      continue;
    }
    const uint64_t key = words[row];
    size_t slot = hashes[row] & mask;
    while (slots[slot].key != key && slots[slot].id != kAbsent) {
      slot = (slot + 1) & mask;
    }
    if (slots[slot].id == kAbsent) {
      slots[slot] = {key, static_cast<uint32_t>(count_++)};
      new_rows.push_back(static_cast<uint32_t>(row));
    }
    ids[row] = slots[slot].id;
  }
}

void KeyTable::find_one(size_t size, std::span<uint32_t> ids, const Scratch& scratch) const {
  const size_t mask = word_slots_.size() - 1;
  const WordSlot* slots = word_slots_.data();
  const uint64_t* words = scratch.words.data();
  const uint64_t* hashes = scratch.hashes.data();
  for (size_t row = 0; row < size; ++row) {
    if (row + kAhead < size) {
      __builtin_prefetch(&slots[hashes[row + kAhead] & mask]);
    }
    const uint64_t key = words[row];
    size_t slot = hashes[row] & mask;
    while (slots[slot].key != key && slots[slot].id != kAbsent) {
      slot = (slot + 1) & mask;
    }
    ids[row] = slots[slot].id;
  }
  for (size_t row = 0; row < scratch.absent.size(); ++row) {
    ids[row] = scratch.absent[row] != 0 ? kAbsent : ids[row];
  }
  for (size_t row = 0; row < scratch.nulls.size(); ++row) {
    ids[row] = scratch.nulls[row] != 0 ? null_id_ : ids[row];
  }
}

template <size_t kWords>
void KeyTable::find_or_add_words(size_t size, std::span<uint32_t> ids, SelectionVector& new_rows,
                                 const Scratch& scratch) {
  const size_t width = kWords == 0 ? words_ : kWords;
  const size_t mask = slots_.size() - 1;
  const uint64_t* words = scratch.words.data();
  for (size_t row = 0; row < size; ++row) {
    if (row + kAhead < size) {
      __builtin_prefetch(&slots_[scratch.hashes[row + kAhead] & mask]);
    }
    const uint64_t* key = words + row * width;
    if (row > 0 && std::equal(key, key + width, key - width)) {
      ids[row] = ids[row - 1];
      continue;
    }
    const uint64_t hash = scratch.hashes[row];
    size_t slot = hash & mask;
    uint32_t id = kAbsent;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
      if (tag_of(slots_[slot]) == tag_of(hash)) {
        const auto candidate = static_cast<uint32_t>(slots_[slot]) - 1;
        if (std::equal(key, key + width, keys_.data() + candidate * width)) {
          id = candidate;
          break;
        }
      }
    }
    if (id == kAbsent) {
      id = static_cast<uint32_t>(count_++);
      slots_[slot] = tag_of(hash) | (uint64_t{id} + 1);
      keys_.insert(keys_.end(), key, key + width);
      new_rows.push_back(static_cast<uint32_t>(row));
    }
    ids[row] = id;
  }
}

template <size_t kWords>
void KeyTable::find_words(size_t size, std::span<uint32_t> ids, const Scratch& scratch) const {
  const size_t width = kWords == 0 ? words_ : kWords;
  const size_t mask = slots_.size() - 1;
  const uint64_t* words = scratch.words.data();
  for (size_t row = 0; row < size; ++row) {
    if (row + kAhead < size) {
      __builtin_prefetch(&slots_[scratch.hashes[row + kAhead] & mask]);
    }
    ids[row] = kAbsent;
    if (!scratch.absent.empty() && scratch.absent[row] != 0) {
      continue;
    }
    const uint64_t* key = words + row * width;
    const uint64_t hash = scratch.hashes[row];
    for (size_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
      if (tag_of(slots_[slot]) == tag_of(hash)) {
        const auto candidate = static_cast<uint32_t>(slots_[slot]) - 1;
        if (std::equal(key, key + width, keys_.data() + candidate * width)) {
          ids[row] = candidate;
          break;
        }
      }
    }
  }
}

void KeyTable::find_or_add_direct(size_t size, std::span<uint32_t> ids, SelectionVector& new_rows,
                                  const Scratch& scratch) {
  id_of_number_.resize(interners_[0]->size() + 1, kAbsent);
  for (size_t row = 0; row < size; ++row) {
    uint32_t& id = id_of_number_[scratch.numbers[row]];
    if (id == kAbsent) [[unlikely]] {
      id = static_cast<uint32_t>(count_++);
      new_rows.push_back(static_cast<uint32_t>(row));
    }
    ids[row] = id;
  }
}

void KeyTable::find_or_add(std::span<const Vector> columns, size_t size, std::span<uint32_t> ids,
                           SelectionVector& new_rows, Scratch& scratch) {
  TIDEMARK_ASSERT(ids.size() >= size);
  if (size == 0) {
    return;
  }
  if (parts_.empty()) {  // The empty key: all rows alike.
    if (count_ == 0) {
      count_ = 1;
      new_rows.push_back(0);
    }
    std::fill_n(ids.begin(), size, 0);
    return;
  }
  if (count_ + size >= kAbsent) {
    throw Error(sqlstate::kProgramLimitExceeded, "an operator cannot hold more than 4294967294 distinct keys");
  }
  encode(columns, size, scratch, true);
  if (direct_) {
    find_or_add_direct(size, ids, new_rows, scratch);
    return;
  }
  hash_words(size, scratch);
  if (words_ == 1) {
    grow_one(count_ + size);
    find_or_add_one(size, ids, new_rows, scratch);
    return;
  }
  grow(count_ + size);
  switch (words_) {
    case 2:
      find_or_add_words<2>(size, ids, new_rows, scratch);
      return;
    default:
      find_or_add_words<0>(size, ids, new_rows, scratch);
  }
}

void KeyTable::find(std::span<const Vector> columns, size_t size, std::span<uint32_t> ids, Scratch& scratch) const {
  TIDEMARK_ASSERT(ids.size() >= size);
  if (count_ == 0) {
    std::fill_n(ids.begin(), size, kAbsent);
    return;
  }
  if (parts_.empty()) {
    std::fill_n(ids.begin(), size, 0);
    return;
  }
  encode_known(columns, size, scratch);
  if (direct_) {
    for (size_t row = 0; row < size; ++row) {
      const uint32_t number = scratch.numbers[row];
      ids[row] = number < id_of_number_.size() ? id_of_number_[number] : kAbsent;
    }
    return;
  }
  hash_words(size, scratch);
  switch (words_) {
    case 1:
      find_one(size, ids, scratch);
      return;
    case 2:
      find_words<2>(size, ids, scratch);
      return;
    default:
      find_words<0>(size, ids, scratch);
  }
}

size_t KeyTable::memory_bytes() const {
  size_t bytes = word_slots_.size() * sizeof(WordSlot) + keys_.capacity() * sizeof(uint64_t) +
                 slots_.size() * sizeof(uint64_t) + id_of_number_.capacity() * sizeof(uint32_t);
  for (const auto& interner : interners_) {
    bytes += interner->memory_bytes();
  }
  return bytes;
}

}  // namespace tidemark
