#pragma once

#include <cstddef>
#include <cstdint>

namespace tidemark {

/// Tight reductions over flat values without NULLs, compiled for several instruction sets. `count` may be 0.

inline constexpr size_t kSumLanes = 4;

/// lanes[i % kSumLanes] += values[i]: the one order in which long float sums are added, whatever the machine (D30).
void add_to_lanes(double* lanes, const double* values, size_t count);
void add_to_lanes(float* lanes, const float* values, size_t count);

/// Sums that cannot overflow: of at most 2^31 values.
int64_t sum_of(const int16_t* values, size_t count);
int64_t sum_of(const int32_t* values, size_t count);
/// An exact sum of 64-bit values as high · 2^32 + low. Precondition: count <= 2^31.
struct SplitSum {
  int64_t high = 0;
  int64_t low = 0;
};
SplitSum sum_of(const int64_t* values, size_t count);
SplitSum sum_of(const uint64_t* values, size_t count);

/// The least and the greatest, starting from `start`. NaN is skipped.
int16_t least_of(const int16_t* values, size_t count, int16_t start);
int32_t least_of(const int32_t* values, size_t count, int32_t start);
int64_t least_of(const int64_t* values, size_t count, int64_t start);
uint64_t least_of(const uint64_t* values, size_t count, uint64_t start);
float least_of(const float* values, size_t count, float start);
double least_of(const double* values, size_t count, double start);
int16_t greatest_of(const int16_t* values, size_t count, int16_t start);
int32_t greatest_of(const int32_t* values, size_t count, int32_t start);
int64_t greatest_of(const int64_t* values, size_t count, int64_t start);
uint64_t greatest_of(const uint64_t* values, size_t count, uint64_t start);
float greatest_of(const float* values, size_t count, float start);
double greatest_of(const double* values, size_t count, double start);

bool any_nan(const float* values, size_t count);
bool any_nan(const double* values, size_t count);
/// Whether one is NaN or ±Infinity.
bool any_not_finite(const float* values, size_t count);
bool any_not_finite(const double* values, size_t count);

}  // namespace tidemark
