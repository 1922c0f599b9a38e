#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tidemark {

/// Packs unsigned numbers into `width` bits each, laid out so that unpacking is a loop over lanes that the compiler
/// turns into SIMD on any CPU (after Afroozeh and Boncz, "The FastLanes Compression Layout", VLDB 2023).
///
///     512 numbers → 32 rows of 16 lanes; number i lies in row i / 16, lane i % 16.
///     Each lane packs its 32 numbers into `width` 32-bit words, lowest bits first.
///     The words are stored lane-interleaved: word 0 of lanes 0 … 15, word 1 of lanes 0 … 15, …
///
/// What is left over after the last full 512 is packed as one plain stream of bits, so that small pages stay small.
/// Widths above 32 are two planes one after the other: the low 32 bits as they are, then the rest packed.

/// How far `high` lies above `low`: exact over all of int64, where a signed difference would overflow.
[[nodiscard]] constexpr uint64_t distance(int64_t low, int64_t high) {
  return static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
}

/// Bytes that `count` numbers take.
[[nodiscard]] size_t packed_bytes(size_t count, unsigned width);

/// Appends `count` numbers; each must fit `width` (0 … 64).
void pack_bits(const uint64_t* values, size_t count, unsigned width, std::string& out);

/// out[i] = base + number i, modulo 2^64. `in` holds packed_bytes(count, width) bytes, need not be aligned.
void unpack_add(const char* in, size_t count, unsigned width, uint64_t base, int64_t* out);

/// The running sum: out[i] = out[i - 1] + step + number i, with `start` as out[-1], modulo 2^64.
void unpack_running_sum(const char* in, size_t count, unsigned width, uint64_t start, uint64_t step, int64_t* out);

/// For codes: width at most 32.
void unpack_codes(const char* in, size_t count, unsigned width, uint32_t base, uint32_t* out);

}  // namespace tidemark
