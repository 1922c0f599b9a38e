// Frame-of-reference packing with patched exceptions (after Zukowski et al., "Super-Scalar RAM-CPU Cache Compression",
// ICDE 2006), shared by the encodings that pack values or deltas:
//
//     base        zigzag varint
//     width       1 byte, 0 … 64
//     exceptions  varint k
//     packed      packed_bytes(count, width), an exception's slot is 0
//     positions   k × uint16, ascending
//     patches     k × int64, the values themselves

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "storage/encodings/bit_packing.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

constexpr size_t kExceptionBytes = sizeof(uint16_t) + sizeof(int64_t);

/// Base, width, number of exceptions.
size_t header_bytes(int64_t base) {
  std::array<char, kVarintBytesMax> bytes;
  return encode_varint(bytes.data(), zigzag_encode(base)) + 2;
}
/// A few hundred show where the bulk lies; sorting them costs about 5 µs.
constexpr size_t kWidthSampleSize = 256;

unsigned width_of(uint64_t range) { return static_cast<unsigned>(std::bit_width(range)); }

size_t count_outside(std::span<const int64_t> values, int64_t base, unsigned width) {
  const uint64_t range_max = width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  size_t outside = 0;
  for (const int64_t value : values) {
    outside += distance(base, value) > range_max ? 1 : 0;
  }
  return outside;
}

struct ValueWindow {
  int64_t base = 0;
  size_t covered = 0;
};

/// The window of 2^width values that holds most of the sorted sample.
ValueWindow best_window(std::span<const int64_t> sorted, unsigned width) {
  const uint64_t range_max = (uint64_t{1} << width) - 1;
  ValueWindow best;
  size_t low = 0;
  for (size_t high = 0; high < sorted.size(); ++high) {
    while (distance(sorted[low], sorted[high]) > range_max) {
      ++low;
    }
    if (high - low + 1 > best.covered) {
      best = {.base = sorted[low], .covered = high - low + 1};
    }
  }
  return best;
}

}  // namespace

PackPlan plan_packing(std::span<const int64_t> values) {
  TIDEMARK_ASSERT(!values.empty());
  int64_t low = values[0];
  int64_t high = values[0];
  for (const int64_t value : values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const unsigned full_width = width_of(distance(low, high));
  PackPlan plan{.base = low,
                .width = full_width,
                .exceptions = 0,
                .bytes = header_bytes(low) + packed_bytes(values.size(), full_width)};
  if (full_width < 2 || values.size() < 64 || values.size() > UINT16_MAX) {
    return plan;
  }
  std::array<int64_t, kWidthSampleSize> sample_storage;
  const size_t sample_size = std::min(kWidthSampleSize, values.size());
  const std::span<int64_t> sample(sample_storage.data(), sample_size);
  for (size_t i = 0; i < sample_size; ++i) {
    sample[i] = values[i * values.size() / sample_size];
  }
  std::ranges::sort(sample);
  // The window that leaves out the outer 4 % tells which widths are worth a look.
  const unsigned inner_width = width_of(distance(sample[sample_size / 50], sample[sample_size - 1 - sample_size / 50]));
  PackPlan guess = plan;
  for (unsigned width = inner_width > 0 ? inner_width - 1 : 0; width < full_width; ++width) {
    const ValueWindow window = best_window(sample, width);
    const size_t exceptions = (sample_size - window.covered) * values.size() / sample_size;
    const size_t bytes = header_bytes(window.base) + packed_bytes(values.size(), width) + exceptions * kExceptionBytes;
    if (bytes < guess.bytes) {
      guess = {.base = window.base, .width = width, .exceptions = exceptions, .bytes = bytes};
    }
  }
  if (guess.width == full_width) {
    return plan;
  }
  // The sample may end just inside a window that would hold more: centre what room is left, keep the low end real.
  if (distance(low, guess.base) < uint64_t{1} << guess.width &&
      distance(low, sample[sample_size - 1]) < uint64_t{1} << guess.width) {
    guess.base = low;
  }
  guess.exceptions = count_outside(values, guess.base, guess.width);
  guess.bytes =
      header_bytes(guess.base) + packed_bytes(values.size(), guess.width) + guess.exceptions * kExceptionBytes;
  return guess.bytes < plan.bytes && guess.exceptions < values.size() / 8 ? guess : plan;
}

void write_packed(std::span<const int64_t> values, const PackPlan& plan, ByteWriter& out) {
  const uint64_t range_max = plan.width >= 64 ? ~uint64_t{0} : (uint64_t{1} << plan.width) - 1;
  std::vector<uint64_t> numbers(values.size());
  std::vector<uint16_t> positions;
  for (size_t i = 0; i < values.size(); ++i) {
    numbers[i] = distance(plan.base, values[i]);
    if (numbers[i] > range_max) {
      numbers[i] = 0;
      positions.push_back(static_cast<uint16_t>(i));
    }
  }
  TIDEMARK_FATAL_CHECK(positions.empty() || values.size() <= UINT16_MAX);
  out.put_zigzag(plan.base);
  out.put(static_cast<uint8_t>(plan.width));
  out.put_varint(positions.size());
  pack_bits(numbers.data(), numbers.size(), plan.width, out.buffer());
  for (const uint16_t position : positions) {
    out.put(position);
  }
  for (const uint16_t position : positions) {
    out.put(values[position]);
  }
}

bool read_packed(std::string_view bytes, size_t count, PackedValues& packed) {
  ByteCursor cursor(bytes);
  packed.base = cursor.get_zigzag();
  packed.width = cursor.get<uint8_t>();
  packed.exceptions = cursor.get_varint();
  if (!cursor.ok() || packed.width > 64 || packed.exceptions > count) {
    return false;
  }
  packed.packed = cursor.take(packed_bytes(count, packed.width)).data();
  packed.positions = cursor.take(packed.exceptions * sizeof(uint16_t)).data();
  packed.patches = cursor.take(packed.exceptions * sizeof(int64_t)).data();
  if (!cursor.ok()) {
    return false;
  }
  for (size_t i = 0; i < packed.exceptions; ++i) {
    if (load_little_endian<uint16_t>(packed.positions + i * sizeof(uint16_t)) >= count) {
      return false;
    }
  }
  return true;
}

}  // namespace tidemark
