#pragma once

#include <cstdint>
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
  uint32_t find_or_add(std::string_view text);

  [[nodiscard]] size_t size() const { return strings_.size(); }
  [[nodiscard]] size_t memory_bytes() const;

 private:
  void grow();

  std::vector<std::string_view> strings_;  ///< number - 1 → string, in heap_
  std::vector<uint64_t> slots_;            ///< high half: hash; low half: number; 0: free. Size a power of two
  StringHeap heap_;
};

}  // namespace tidemark
