#include "base/arena.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace tidemark {
namespace {
constexpr std::align_val_t kBlockAlignment{64};  // A cache line, and the widest SIMD register.
}

void Arena::Free::operator()(char* block) const noexcept { ::operator delete(block, kBlockAlignment); }

void* Arena::allocate_in_new_block(size_t bytes) {
  // Each block is twice as large as the one before, up to a limit; a large request gets a block of its own size.
  const size_t wanted = std::min(kBlockBytesMax, kFirstBlockBytes << std::min<size_t>(blocks_.size(), 20));
  const size_t block_bytes = std::max(wanted, bytes);
  std::unique_ptr<char, Free> data(static_cast<char*>(::operator new(block_bytes, kBlockAlignment)));
  reservation_.grow(static_cast<int64_t>(block_bytes));
  block_ = data.get();
  blocks_.push_back({std::move(data), block_bytes});
  block_bytes_ = block_bytes;
  used_ = bytes;
  return block_;
}

std::string_view Arena::copy(std::string_view bytes) {
  if (bytes.empty()) {
    return {};
  }
  auto* target = static_cast<char*>(allocate(bytes.size(), 1));
  std::memcpy(target, bytes.data(), bytes.size());
  return {target, bytes.size()};
}

void Arena::clear() noexcept {
  if (blocks_.empty()) {
    return;
  }
  const auto largest = std::max_element(blocks_.begin(), blocks_.end(),
                                        [](const Block& a, const Block& b) { return a.bytes < b.bytes; });
  std::swap(blocks_.front(), *largest);
  blocks_.erase(blocks_.begin() + 1, blocks_.end());
  block_ = blocks_.front().data.get();
  block_bytes_ = blocks_.front().bytes;
  used_ = 0;
  reservation_.resize(static_cast<int64_t>(block_bytes_));
}

}  // namespace tidemark
