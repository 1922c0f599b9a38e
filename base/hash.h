#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark {

/// 128 bits of hash; equal inputs give equal ones, and different inputs differ for all practical purposes.
struct Hash128 {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

/// XXH3-64 of `bytes`. The value is stable between machines and versions and may be stored.
[[nodiscard]] uint64_t hash64(std::string_view bytes, uint64_t seed = 0) noexcept;
/// XXH3-128 of `bytes`, stable as well.
[[nodiscard]] Hash128 hash128(std::string_view bytes, uint64_t seed = 0) noexcept;

/// Checksum of a block on disk, keyed by its place: the same bytes in another file or at another offset give another
/// value, so that a misdirected write is found. Stored; never change it.
[[nodiscard]] uint64_t block_checksum(uint64_t file_id, uint64_t offset, std::string_view bytes) noexcept;

/// Mixes the bits of an integer so well that any of them may pick a slot (SplitMix64's finalizer). For hash tables over
/// integers; stable.
[[nodiscard]] constexpr uint64_t hash_integer(uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

/// Combines the hash of one more column into that of the columns before it. Order matters.
[[nodiscard]] constexpr uint64_t hash_combine(uint64_t before, uint64_t next) noexcept {
  return hash_integer(before + 0x9e3779b97f4a7c15 + next * 0xff51afd7ed558ccd);
}

}  // namespace tidemark
