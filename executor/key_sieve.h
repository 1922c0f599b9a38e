#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// Tells quickly of most values that they are none of a join's keys, so that a scan can leave their rows out. Whole
/// numbers that lie close together have a bit each, and the answer is exact; others go through a Bloom filter of which
/// each key touches one word (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007).
///
/// Where most values pass, testing is not worth its time, and from then on all of them do. Safe for many threads.
class KeySieve {
 public:
  /// `keys`: flat, without NULL, at least one.
  explicit KeySieve(const Vector& keys);

  /// pass[i] = 0 if value i is none of the keys, else 1. A flat vector of the keys' type; under a NULL anything.
  void test(const Vector& values, std::span<uint8_t> pass);

  /// Whether `test` lets nothing pass that is no key, as long as it tests at all.
  [[nodiscard]] bool is_exact() const { return exact_; }
  /// The least and the greatest key, of types that storage keeps bounds of.
  [[nodiscard]] const std::optional<std::pair<Value, Value>>& bounds() const { return bounds_; }
  [[nodiscard]] size_t memory_bytes() const { return words_.size() * sizeof(uint64_t); }

 private:
  void add_bits(const Vector& keys);
  void add_hashes(const Vector& keys);

  std::optional<std::pair<Value, Value>> bounds_;
  bool exact_ = false;
  int64_t first_ = 0;   ///< exact: the key of the first bit
  uint64_t bits_ = 0;   ///< exact: how many there are
  unsigned shift_ = 0;  ///< else: takes a hash to its word
  std::vector<uint64_t> words_;
  std::atomic<uint64_t> tested_{0}, passed_{0};
  std::atomic<bool> worth_it_{true};
};

}  // namespace tidemark
