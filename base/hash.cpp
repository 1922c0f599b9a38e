#include "base/hash.h"

// Inlined: most of what is hashed is a few bytes long.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <bit>

namespace tidemark {

static_assert(std::endian::native == std::endian::little, "stored bytes are little-endian and are read in place");

uint64_t hash64(std::string_view bytes, uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(std::string_view bytes, uint64_t seed) noexcept {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {.low = hash.low64, .high = hash.high64};
}

uint64_t block_checksum(uint64_t file_id, uint64_t offset, std::string_view bytes) noexcept {
  const std::array<uint64_t, 3> place = {file_id, offset, bytes.size()};
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), XXH3_64bits(place.data(), sizeof(place)));
}

}  // namespace tidemark
