#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "base/check.h"

namespace tidemark {

/// A fast seeded generator (xoshiro256**, Blackman and Vigna 2018; seeded by SplitMix64). One seed gives one sequence
/// on every machine, so that a failing test can be repeated. Not for secrets: see random_bytes in base/digest.h. Not
/// thread-safe.
class Random {
 public:
  using result_type = uint64_t;  // With min, max and (): a standard UniformRandomBitGenerator, for std::shuffle.

  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      uint64_t mixed = seed;
      mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      word = mixed ^ (mixed >> 31);
    }
  }

  /// 64 random bits.
  uint64_t next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  /// In [0, bound). Precondition: bound > 0. The bias of the multiplication is below 2^-32 for bounds below 2^32.
  uint64_t below(uint64_t bound) {
    TIDEMARK_ASSERT(bound > 0);
    __extension__ using Wide = unsigned __int128;
    return static_cast<uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }
  /// In [low, high], both included. Precondition: low <= high.
  int64_t between(int64_t low, int64_t high) {
    TIDEMARK_ASSERT(low <= high);
    const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
    return static_cast<int64_t>(static_cast<uint64_t>(low) + (span == 0 ? next() : below(span)));
  }
  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// True with that probability.
  bool chance(double probability) { return uniform() < probability; }

  uint64_t operator()() { return next(); }
  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return UINT64_MAX; }

 private:
  std::array<uint64_t, 4> state_{};
};

}  // namespace tidemark
