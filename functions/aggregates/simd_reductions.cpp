#include "functions/aggregates/simd_reductions.h"

#include <cmath>
#include <limits>

#include "base/simd.h"

namespace tidemark {
namespace {

template <class T>
TIDEMARK_ALWAYS_INLINE void lanes_loop(T* lanes, const T* values, size_t count) {
  T sums[kSumLanes];
  for (size_t lane = 0; lane < kSumLanes; ++lane) sums[lane] = lanes[lane];
  size_t i = 0;
  for (; i + kSumLanes <= count; i += kSumLanes) {
    for (size_t lane = 0; lane < kSumLanes; ++lane) sums[lane] += values[i + lane];
  }
  for (size_t lane = 0; i < count; ++i, ++lane) sums[lane] += values[i];
  for (size_t lane = 0; lane < kSumLanes; ++lane) lanes[lane] = sums[lane];
}

template <class T>
TIDEMARK_ALWAYS_INLINE int64_t narrow_sum(const T* values, size_t count) {
  int64_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += values[i];
  return sum;
}

// Lanes side by side, so that the minimum's latency does not bound the loop.
constexpr size_t kLanes = 16;

template <class T>
TIDEMARK_ALWAYS_INLINE T least_loop(const T* values, size_t count, T start) {
  T least[kLanes];
  for (T& lane : least) lane = start;
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      least[lane] = values[i + lane] < least[lane] ? values[i + lane] : least[lane];
  }
  for (; i < count; ++i) least[0] = values[i] < least[0] ? values[i] : least[0];
  for (size_t lane = 1; lane < kLanes; ++lane) least[0] = least[lane] < least[0] ? least[lane] : least[0];
  return least[0];
}

template <class T>
TIDEMARK_ALWAYS_INLINE T greatest_loop(const T* values, size_t count, T start) {
  T greatest[kLanes];
  for (T& lane : greatest) lane = start;
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      greatest[lane] = values[i + lane] > greatest[lane] ? values[i + lane] : greatest[lane];
    }
  }
  for (; i < count; ++i) greatest[0] = values[i] > greatest[0] ? values[i] : greatest[0];
  for (size_t lane = 1; lane < kLanes; ++lane)
    greatest[0] = greatest[lane] > greatest[0] ? greatest[lane] : greatest[0];
  return greatest[0];
}

template <class T>
TIDEMARK_ALWAYS_INLINE bool nan_loop(const T* values, size_t count) {
  unsigned found = 0;
  for (size_t i = 0; i < count; ++i) found |= static_cast<unsigned>(values[i] != values[i]);
  return found != 0;
}

template <class T>
TIDEMARK_ALWAYS_INLINE bool not_finite_loop(const T* values, size_t count) {
  unsigned found = 0;
  for (size_t i = 0; i < count; ++i) {
    found |= static_cast<unsigned>(!(std::abs(values[i]) <= std::numeric_limits<T>::max()));
  }
  return found != 0;
}

}  // namespace

TIDEMARK_SIMD_CLONES void add_to_lanes(double* lanes, const double* values, size_t count) {
  lanes_loop(lanes, values, count);
}
TIDEMARK_SIMD_CLONES void add_to_lanes(float* lanes, const float* values, size_t count) {
  lanes_loop(lanes, values, count);
}

TIDEMARK_SIMD_CLONES int64_t sum_of(const int16_t* values, size_t count) { return narrow_sum(values, count); }
TIDEMARK_SIMD_CLONES int64_t sum_of(const int32_t* values, size_t count) { return narrow_sum(values, count); }
TIDEMARK_SIMD_CLONES SplitSum sum_of(const int64_t* values, size_t count) {
  // Unsigned halves of value + 2^63 vectorize where an arithmetic shift of 64 bits would not.
  constexpr uint64_t kBias = uint64_t{1} << 63;
  uint64_t high = 0;
  uint64_t low = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t biased = static_cast<uint64_t>(values[i]) ^ kBias;
    high += biased >> 32;
    low += biased & 0xFFFFFFFF;
  }
  return {static_cast<int64_t>(high) - static_cast<int64_t>(count << 31), static_cast<int64_t>(low)};
}
TIDEMARK_SIMD_CLONES SplitSum sum_of(const uint64_t* values, size_t count) {
  uint64_t high = 0;
  uint64_t low = 0;
  for (size_t i = 0; i < count; ++i) {
    high += values[i] >> 32;
    low += values[i] & 0xFFFFFFFF;
  }
  return {static_cast<int64_t>(high), static_cast<int64_t>(low)};
}

#define TIDEMARK_REDUCTION(TYPE)                                                        \
  TIDEMARK_SIMD_CLONES TYPE least_of(const TYPE* values, size_t count, TYPE start) {    \
    return least_loop(values, count, start);                                            \
  }                                                                                     \
  TIDEMARK_SIMD_CLONES TYPE greatest_of(const TYPE* values, size_t count, TYPE start) { \
    return greatest_loop(values, count, start);                                         \
  }
TIDEMARK_REDUCTION(int16_t)
TIDEMARK_REDUCTION(int32_t)
TIDEMARK_REDUCTION(int64_t)
TIDEMARK_REDUCTION(uint64_t)
TIDEMARK_REDUCTION(float)
TIDEMARK_REDUCTION(double)
#undef TIDEMARK_REDUCTION

TIDEMARK_SIMD_CLONES bool any_nan(const float* values, size_t count) { return nan_loop(values, count); }
TIDEMARK_SIMD_CLONES bool any_nan(const double* values, size_t count) { return nan_loop(values, count); }
TIDEMARK_SIMD_CLONES bool any_not_finite(const float* values, size_t count) { return not_finite_loop(values, count); }
TIDEMARK_SIMD_CLONES bool any_not_finite(const double* values, size_t count) { return not_finite_loop(values, count); }

}  // namespace tidemark
