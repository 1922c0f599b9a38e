#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "types/vector.h"

namespace tidemark {

/// The part of a hash that slots of a hash table keep beside a number of 32 bits.
constexpr uint64_t tag_of(uint64_t hash) { return hash & 0xFFFFFFFF00000000; }

/// Numbers distinct strings from 1, so that keys of text become keys of integers. Copies what it keeps.
class StringInterner {
 public:
  static constexpr uint32_t kAbsent = UINT32_MAX;

  /// The number of `text`, or kAbsent.
  [[nodiscard]] uint32_t find(std::string_view text) const;
  uint32_t find_or_add(std::string_view text) { return find_or_add(text, hash_of(text)); }
  /// The same for many at once, which hides most of the cache misses. numbers.size() == texts.size().
  void find_or_add(std::span<const std::string_view> texts, std::span<uint32_t> numbers);

  [[nodiscard]] size_t size() const { return strings_.size(); }
  [[nodiscard]] size_t memory_bytes() const;

 private:
  [[nodiscard]] static uint64_t hash_of(std::string_view text);
  /// High bits pick the slot: they are kept beside the number, so that growing reads no strings.
  [[nodiscard]] size_t slot_of(uint64_t hash) const { return hash >> shift_; }
  uint32_t find_or_add(std::string_view text, uint64_t hash);
  /// At most kVectorSize of them.
  void find_or_add_some(std::span<const std::string_view> texts, std::span<uint32_t> numbers);
  void grow();

  uint32_t shift_ = 64;
  std::vector<std::string_view> strings_;  ///< number - 1 → string, in heap_
  std::vector<uint64_t> slots_;            ///< high half: hash; low half: number; 0: free. Size a power of two
  StringHeap heap_;
};

}  // namespace tidemark
