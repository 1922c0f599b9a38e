#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tidemark {
namespace {

// Values from the XXH3 reference implementation: what is stored today must be read tomorrow.
TEST(Hash, StoredValuesNeverChange) {
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2U);
  EXPECT_EQ(hash64("tidemark"), hash64("tidemark", 0));
  EXPECT_NE(hash64("tidemark", 1), hash64("tidemark", 2));
  EXPECT_EQ(hash128(""), (Hash128{.low = 0x6001c324468d497f, .high = 0x99aa06d3014798d8}));
}

TEST(Hash, BlockChecksumDependsOnPlaceLengthAndEachBit) {
  std::string block(100, 'x');
  const uint64_t checksum = block_checksum(1, 4096, block);
  EXPECT_EQ(block_checksum(1, 4096, std::string(100, 'x')), checksum);
  EXPECT_NE(block_checksum(2, 4096, block), checksum);
  EXPECT_NE(block_checksum(1, 8192, block), checksum);
  EXPECT_NE(block_checksum(1, 4096, std::string_view(block).substr(1)), checksum);
  for (size_t bit = 0; bit < 8 * block.size(); ++bit) {
    block[bit / 8] = static_cast<char>(block[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(block_checksum(1, 4096, block), checksum);
    block[bit / 8] = static_cast<char>(block[bit / 8] ^ (1 << bit % 8));
  }
}

TEST(Hash, CombiningDependsOnOrder) {
  EXPECT_NE(hash_combine(hash_integer(1), hash_integer(2)), hash_combine(hash_integer(2), hash_integer(1)));
  std::set<uint64_t> hashes;
  for (uint64_t a = 0; a < 100; ++a) {
    for (uint64_t b = 0; b < 100; ++b) {
      hashes.insert(hash_combine(hash_integer(a), hash_integer(b)) >> 32);
    }
  }
  EXPECT_GT(hashes.size(), 9'990U);  // The upper half alone tells nearly all apart.
}

}  // namespace
}  // namespace tidemark
