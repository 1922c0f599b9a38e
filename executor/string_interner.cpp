#include "executor/string_interner.h"

#include <array>
#include <bit>

#include "base/check.h"
#include "base/hash.h"

namespace tidemark {
namespace {

constexpr size_t kFirstSlots = 64;
// Strings between the fetch of a slot, that of the string it names, and their use.
constexpr size_t kAhead = 8;
// Partitions of rows are cut by the unseeded hash: their strings would crowd in a part of the slots.
constexpr uint64_t kSeed = 0x9e3779b97f4a7c15;

constexpr uint32_t number_of(uint64_t slot) { return static_cast<uint32_t>(slot); }

}  // namespace

uint64_t StringInterner::hash_of(std::string_view text) { return hash64(text, kSeed); }

uint32_t StringInterner::find(std::string_view text) const {
  if (slots_.empty()) {
    return kAbsent;
  }
  const uint64_t hash = hash_of(text);
  const size_t mask = slots_.size() - 1;
  for (size_t slot = slot_of(hash); slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (tag_of(slots_[slot]) == tag_of(hash) && strings_[number_of(slots_[slot]) - 1] == text) {
      return number_of(slots_[slot]);
    }
  }
  return kAbsent;
}

void StringInterner::find_or_add(std::span<const std::string_view> texts, std::span<uint32_t> numbers) {
  TIDEMARK_CHECK(texts.size() == numbers.size());
  for (; texts.size() > kVectorSize; texts = texts.subspan(kVectorSize), numbers = numbers.subspan(kVectorSize)) {
    find_or_add_some(texts.first(kVectorSize), numbers.first(kVectorSize));
  }
  find_or_add_some(texts, numbers);
}

void StringInterner::find_or_add_some(std::span<const std::string_view> texts, std::span<uint32_t> numbers) {
  std::array<uint64_t, kVectorSize> hashes;
  // Neighbours are often the same string in the same memory.
  const auto is_repeated = [&](size_t i) {
    return i > 0 && texts[i].data() == texts[i - 1].data() && texts[i].size() == texts[i - 1].size();
  };
  for (size_t i = 0; i < texts.size(); ++i) {
    hashes[i] = is_repeated(i) ? hashes[i - 1] : hash_of(texts[i]);
  }
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i + 2 * kAhead < texts.size() && !slots_.empty()) {
      __builtin_prefetch(&slots_[slot_of(hashes[i + 2 * kAhead])]);
      if (const uint32_t number = number_of(slots_[slot_of(hashes[i + kAhead])]); number != 0) {
        __builtin_prefetch(strings_[number - 1].data());
      }
    }
    numbers[i] = is_repeated(i) ? numbers[i - 1] : find_or_add(texts[i], hashes[i]);
  }
}

uint32_t StringInterner::find_or_add(std::string_view text, uint64_t hash) {
  if (strings_.size() * 2 >= slots_.size()) {
    grow();
  }
  const size_t mask = slots_.size() - 1;
  size_t slot = slot_of(hash);
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (tag_of(slots_[slot]) == tag_of(hash) && strings_[number_of(slots_[slot]) - 1] == text) {
      return number_of(slots_[slot]);
    }
  }
  strings_.push_back(heap_.add(text));
  const auto number = static_cast<uint32_t>(strings_.size());
  slots_[slot] = tag_of(hash) | number;
  return number;
}

void StringInterner::grow() {
  std::vector<uint64_t> slots(slots_.empty() ? kFirstSlots : slots_.size() * 4);
  const size_t mask = slots.size() - 1;
  shift_ = 64 - static_cast<uint32_t>(std::countr_zero(slots.size()));
  for (const uint64_t old : slots_) {
    if (old == 0) {
      continue;
    }
    size_t slot = slot_of(old);
    while (slots[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = old;
  }
  slots_ = std::move(slots);
}

size_t StringInterner::memory_bytes() const {
  return heap_.bytes() + strings_.capacity() * sizeof(std::string_view) + slots_.size() * sizeof(uint64_t);
}

}  // namespace tidemark
