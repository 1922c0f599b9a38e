#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/memory_tracker.h"

namespace tidemark {

/// Memory for many small things that die together. Allocation moves a pointer; nothing is freed before `clear` or the
/// end. Each block is reserved in a MemoryTracker. Not thread-safe.
class Arena {
 public:
  static constexpr size_t kFirstBlockBytes = 4096;
  static constexpr size_t kBlockBytesMax = 1 << 20;

  /// `tracker` may be null: then nothing is counted. It must outlive the arena.
  explicit Arena(MemoryTracker* tracker = nullptr) : reservation_(tracker) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Memory that is not initialized. Throws Error 53200. Precondition: `alignment` is a power of two, at most 64.
  [[nodiscard]] void* allocate(size_t bytes, size_t alignment = alignof(std::max_align_t)) {
    const size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start > block_bytes_ || bytes > block_bytes_ - start) {
      return allocate_in_new_block(bytes);
    }
    used_ = start + bytes;
    return block_ + start;
  }
  /// `count` values, not initialized.
  template <typename T>
  [[nodiscard]] std::span<T> allocate_array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
    return {static_cast<T*>(allocate(count * sizeof(T), alignof(T))), count};
  }
  /// A copy that lives as long as the arena.
  [[nodiscard]] std::string_view copy(std::string_view bytes);

  /// Frees everything but the largest block, which is used again.
  void clear() noexcept;
  /// Bytes held from the system, used or not.
  [[nodiscard]] size_t allocated_bytes() const { return static_cast<size_t>(reservation_.bytes()); }

 private:
  struct Free {
    void operator()(char* block) const noexcept;
  };
  struct Block {
    std::unique_ptr<char, Free> data;
    size_t bytes;
  };

  void* allocate_in_new_block(size_t bytes);

  MemoryReservation reservation_;
  std::vector<Block> blocks_;
  char* block_ = nullptr;   ///< The block that is being filled: the last of `blocks_`, or null.
  size_t block_bytes_ = 0;  ///< Its size.
  size_t used_ = 0;         ///< Bytes of it that are taken.
};

}  // namespace tidemark
