#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace tidemark {
namespace {

// The first outputs of xoshiro256** for the state that SplitMix64 makes of seed 0; a recorded seed must repeat forever.
TEST(Random, OneSeedGivesOneSequenceForEver) {
  Random first(0);
  EXPECT_EQ(first.next(), 0x99ec5f36cb75f2b4U);
  EXPECT_EQ(first.next(), 0xbf6e1f784956452aU);
  Random second(0);
  second.next();
  second.next();
  EXPECT_EQ(first.next(), second.next());
  EXPECT_NE(Random(1).next(), Random(2).next());
}

TEST(Random, BoundsAreReachedAndKept) {
  Random random(3);
  std::vector<int> seen(7);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1000; ++i) {
    ++seen.at(random.below(7));
    const int64_t value = random.between(-2, 2);
    ASSERT_TRUE(value >= -2 && value <= 2);
    low = low || value == -2;
    high = high || value == 2;
    const double uniform = random.uniform();
    ASSERT_TRUE(uniform >= 0 && uniform < 1);
  }
  EXPECT_TRUE(low && high);
  EXPECT_GT(*std::min_element(seen.begin(), seen.end()), 80);
  EXPECT_EQ(random.between(5, 5), 5);
  static_cast<void>(random.between(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()));
}

TEST(Random, ServesTheStandardAlgorithms) {
  Random random(4);
  std::vector<int> values = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<int> before = values;
  std::shuffle(values.begin(), values.end(), random);
  EXPECT_NE(values, before);
  EXPECT_TRUE(std::is_permutation(values.begin(), values.end(), before.begin()));
}

}  // namespace
}  // namespace tidemark
