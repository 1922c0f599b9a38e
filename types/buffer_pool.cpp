#include "types/buffer_pool.h"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <vector>

#include "base/check.h"

namespace tidemark {
namespace {

constexpr std::align_val_t kAlignment{64};  // A cache line, and any SIMD width that we meet.
/// In front of the bytes, for the counts of their shared_ptr.
constexpr size_t kHeaderBytes = 64;
constexpr size_t kSmallestBytes = 64;
constexpr size_t kSizes = 11;  // 64 bytes to 64 KiB, by powers of two
constexpr size_t kKeptBytesMax = 1 << 20;
constexpr size_t kUnpooled = kSizes;
#ifdef TIDEMARK_SANITIZED
constexpr bool kPools = false;  // So that a use after the end is seen.
#else
constexpr bool kPools = true;
#endif

size_t size_class(size_t bytes) {
  return std::min<size_t>(std::bit_width((std::max(bytes, kSmallestBytes) - 1) / kSmallestBytes), kUnpooled);
}

void* take_memory(size_t bytes) { return ::operator new(kHeaderBytes + bytes, kAlignment); }
void free_memory(void* block) { ::operator delete(block, kAlignment); }

class Pool {
 public:
  Pool() { life = Life::kOpen; }
  ~Pool() {
    life = Life::kGone;
    for (const auto& blocks : free_) std::ranges::for_each(blocks, free_memory);
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void* take(size_t number) {
    auto& blocks = free_[number];
    if (blocks.empty()) return take_memory(kSmallestBytes << number);
    void* block = blocks.back();
    blocks.pop_back();
    return block;
  }
  void give(void* block, size_t number) noexcept {
    auto& blocks = free_[number];
    if (blocks.capacity() == 0) reserve(blocks, number);
    if (blocks.size() == blocks.capacity()) return free_memory(block);
    blocks.push_back(block);
  }

  /// Buffers are made and freed on threads that end, and on threads that never had a pool.
  enum class Life : char { kNotYet, kOpen, kGone };
  static thread_local Life life;

 private:
  /// Small buffers are kept in lesser number than their bytes would allow.
  static void reserve(std::vector<void*>& blocks, size_t number) noexcept {
    try {
      blocks.reserve(std::min<size_t>(kKeptBytesMax / (kSmallestBytes << number), 256));
    } catch (const std::bad_alloc&) {
      return;  // Nothing is kept.
    }
  }

  std::array<std::vector<void*>, kSizes> free_;
};

thread_local Pool::Life Pool::life = Pool::Life::kNotYet;
thread_local Pool pool;

/// Gives a shared_ptr's counts the header of the block that holds the bytes; the block goes when the counts go.
template <class T>
struct HeaderAllocator {
  using value_type = T;
  void* block;
  size_t number;

  HeaderAllocator(void* of_block, size_t of_class) : block(of_block), number(of_class) {}
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): allocators convert.
  HeaderAllocator(const HeaderAllocator<U>& other) : block(other.block), number(other.number) {}

  T* allocate(size_t count) {
    TIDEMARK_CHECK(count * sizeof(T) <= kHeaderBytes);
    return static_cast<T*>(block);
  }
  void deallocate(T* counts, size_t /*count*/) noexcept {
    if (number != kUnpooled && Pool::life == Pool::Life::kOpen) {
      pool.give(counts, number);
    } else {
      free_memory(counts);
    }
  }
};

}  // namespace

std::shared_ptr<void> allocate_buffer(size_t bytes) {
  const size_t number = kPools && Pool::life != Pool::Life::kGone ? size_class(bytes) : kUnpooled;
  void* block = number == kUnpooled ? take_memory(bytes) : pool.take(number);
  return {static_cast<char*>(block) + kHeaderBytes, [](void*) {}, HeaderAllocator<char>(block, number)};
}

}  // namespace tidemark
