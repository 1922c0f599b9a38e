#include "executor/string_interner.h"

#include "base/hash.h"

namespace tidemark {
namespace {

constexpr size_t kFirstSlots = 64;

constexpr uint32_t number_of(uint64_t slot) { return static_cast<uint32_t>(slot); }

}  // namespace

uint32_t StringInterner::find(std::string_view text) const {
  if (slots_.empty()) {
    return kAbsent;
  }
  const uint64_t hash = hash64(text);
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (tag_of(slots_[slot]) == tag_of(hash) && strings_[number_of(slots_[slot]) - 1] == text) {
      return number_of(slots_[slot]);
    }
  }
  return kAbsent;
}

uint32_t StringInterner::find_or_add(std::string_view text) {
  if (strings_.size() * 2 >= slots_.size()) {
    grow();
  }
  const uint64_t hash = hash64(text);
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
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
  for (size_t index = 0; index < strings_.size(); ++index) {
    const uint64_t hash = hash64(strings_[index]);
    size_t slot = hash & mask;
    while (slots[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = tag_of(hash) | (index + 1);
  }
  slots_ = std::move(slots);
}

size_t StringInterner::memory_bytes() const {
  return heap_.bytes() + strings_.capacity() * sizeof(std::string_view) + slots_.size() * sizeof(uint64_t);
}

}  // namespace tidemark
