#include "storage/bloom_filter.h"

#include <array>

#include "base/bytes.h"

namespace tidemark {

namespace {

constexpr size_t kWords = 8;
constexpr size_t kBlockBytes = kWords * sizeof(uint32_t);
constexpr size_t kBitsPerKey = 12;
/// Odd numbers with well spread bits; one a word, to take five bits of the hash in eight different ways.
constexpr std::array<uint32_t, kWords> kMultipliers = {0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f,
                                                       0x165667b1, 0xd3a2646d, 0xfd7046c5, 0xb55a4f09};

size_t block_of(uint64_t hash, size_t blocks) { return static_cast<size_t>(((hash >> 32) * blocks) >> 32); }
uint32_t bit_of(uint64_t hash, size_t word) {
  return uint32_t{1} << ((static_cast<uint32_t>(hash) * kMultipliers[word]) >> 27);
}

}  // namespace

std::string make_bloom_filter(const std::vector<uint64_t>& hashes) {
  const size_t blocks = (hashes.size() * kBitsPerKey + kBlockBytes * 8 - 1) / (kBlockBytes * 8);
  std::string filter(blocks * kBlockBytes, '\0');
  for (const uint64_t hash : hashes) {
    char* block = filter.data() + block_of(hash, blocks) * kBlockBytes;
    for (size_t word = 0; word < kWords; ++word) {
      char* place = block + word * sizeof(uint32_t);
      store_little_endian(place, load_little_endian<uint32_t>(place) | bit_of(hash, word));
    }
  }
  return filter;
}

bool bloom_filter_may_hold(std::string_view filter, uint64_t hash) {
  const size_t blocks = filter.size() / kBlockBytes;
  if (blocks == 0) {
    return true;
  }
  const char* block = filter.data() + block_of(hash, blocks) * kBlockBytes;
  for (size_t word = 0; word < kWords; ++word) {
    if ((load_little_endian<uint32_t>(block + word * sizeof(uint32_t)) & bit_of(hash, word)) == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace tidemark
