#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace tidemark {

/// An append-only array whose elements never move: blocks of doubling size. One thread appends; others may read
/// elements of which they learned through a synchronized publication (a snapshot), without any lock.
template <class T>
class StableArray {
 public:
  /// Only by the writer.
  void push_back(T value) {
    const Place place = place_of(size_);
    if (place.offset == 0) {
      blocks_[place.block] = std::make_unique<T[]>(kFirstBlock << place.block);
    }
    blocks_[place.block][place.offset] = std::move(value);
    ++size_;
  }
  /// Only by the writer.
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] const T& operator[](size_t index) const {
    const Place place = place_of(index);
    return blocks_[place.block][place.offset];
  }

 private:
  static constexpr size_t kFirstBlock = 64;
  static constexpr size_t kBlocksMax = 32;
  struct Place {
    size_t block;
    size_t offset;
  };
  static Place place_of(size_t index) {
    const size_t shifted = index + kFirstBlock;
    const auto block = static_cast<size_t>(std::bit_width(shifted)) - static_cast<size_t>(std::bit_width(kFirstBlock));
    return {block, shifted - (kFirstBlock << block)};
  }

  std::array<std::unique_ptr<T[]>, kBlocksMax> blocks_;
  size_t size_ = 0;
};

}  // namespace tidemark
