#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "functions/aggregates/simd_reductions.h"
#include "functions/function_errors.h"

namespace tidemark {

/// A sum of floats in one fixed order (D30): the first 1,024 values one after the other, as PostgreSQL and InfluxDB add
/// them, and from then on value number i into lane i mod 4. The result depends on the values' order alone, never on how
/// they were cut into ranges, nor on the machine.
template <class T>
struct FloatSum {
  static constexpr int64_t kExactCount = 1024;

  T head = 0;
  T lanes[kSumLanes] = {};
  int64_t count = 0;

  /// Where the next value is added.
  T& slot() { return count < kExactCount ? head : lanes[static_cast<size_t>(count) % kSumLanes]; }

  void add(T value) {
    slot() += value;
    ++count;
  }

  void add_range(const T* values, size_t size) {
    while (size > 0 && (count < kExactCount || static_cast<size_t>(count) % kSumLanes != 0)) {
      add(*values++);
      --size;
    }
    add_to_lanes(lanes, values, size);
    count += static_cast<int64_t>(size);
  }

  void merge(const FloatSum& other) {
    head += other.head;
    for (size_t lane = 0; lane < kSumLanes; ++lane) lanes[lane] += other.lanes[lane];
    count += other.count;
  }

  [[nodiscard]] T total() const { return head + ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])); }
};

}  // namespace tidemark
