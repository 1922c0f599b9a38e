#include "base/simd.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace tidemark {
namespace {

template <typename T>
TIDEMARK_ALWAYS_INLINE T multiply_and_add(const T* left, const T* right, size_t count) {
  T sum = 0;
  for (size_t i = 0; i < count; ++i) {
    sum += left[i] * right[i];
  }
  return sum;
}

TIDEMARK_SIMD_CLONES int64_t dot_product(const int64_t* left, const int64_t* right, size_t count) {
  return multiply_and_add(left, right, count);
}

TIDEMARK_SIMD_CLONES double dot_product(const double* left, const double* right, size_t count) {
  return multiply_and_add(left, right, count);
}

// Runs before main: the choice of the clone must have been made.
const int64_t kBeforeMain = [] {
  const std::vector<int64_t> ones(100, 1);
  return dot_product(ones.data(), ones.data(), ones.size());
}();

TEST(Simd, ClonedFunctionsAnswerAsOthersDo) {
  EXPECT_EQ(kBeforeMain, 100);
  std::vector<int64_t> values(1001);
  std::iota(values.begin(), values.end(), 0);
  EXPECT_EQ(dot_product(values.data(), values.data(), values.size()), 333'833'500);
}

TEST(Simd, NoMultiplyAddIsFused) {
  // x * x is 1 + 2^-29 + 2^-60, which rounds to 1 + 2^-29; fused, the last term would be left over.
  const double x = 1 + 0x1p-30;
  const std::vector<double> left = {-(1 + 0x1p-29), x};
  const std::vector<double> right = {1, x};
  EXPECT_EQ(dot_product(left.data(), right.data(), 2), 0.0);
}

}  // namespace
}  // namespace tidemark
