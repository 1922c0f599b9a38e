// The first value, then each value's difference from the one before, packed with patches (packed_values.cpp).
//
//     first    zigzag varint
//     deltas   packed values of the same count; slot 0 holds the base and stands for no difference
//
// Regular time stamps have one difference: width 0, no patches, so that a page is two numbers and can be searched
// without being decoded (as_arithmetic_series). This is delta-of-delta for them; jitter costs its own bits only.

#include <vector>

#include "base/bytes.h"
#include "base/simd.h"
#include "storage/encodings/bit_packing.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

size_t estimate_differences(const IntegerProfile& profile) {
  return profile.values.size() < 2 ? SIZE_MAX : profile.delta_plan.bytes + 2;
}

void encode_differences(const IntegerProfile& profile, ByteWriter& out) {
  std::vector<int64_t> deltas(profile.deltas.begin(), profile.deltas.end());
  deltas[0] = profile.delta_plan.base;
  out.put_zigzag(profile.values[0]);
  write_packed(deltas, profile.delta_plan, out);
}

/// Adds to each value what the patched differences before it lacked.
void patch(const PackedValues& packed, std::span<int64_t> out) {
  uint64_t correction = 0;
  for (size_t i = 0; i < packed.exceptions; ++i) {
    const size_t first = load_little_endian<uint16_t>(packed.positions + i * sizeof(uint16_t));
    const size_t last = i + 1 < packed.exceptions
                            ? load_little_endian<uint16_t>(packed.positions + (i + 1) * sizeof(uint16_t))
                            : out.size();
    correction +=
        load_little_endian<uint64_t>(packed.patches + i * sizeof(int64_t)) - static_cast<uint64_t>(packed.base);
    for (size_t row = first; row < last; ++row) {
      out[row] = static_cast<int64_t>(static_cast<uint64_t>(out[row]) + correction);
    }
  }
}

TIDEMARK_SIMD_CLONES void fill_arithmetic(uint64_t first, uint64_t step, size_t count, int64_t* out) {
  for (size_t i = 0; i < count; ++i) {
    out[i] = static_cast<int64_t>(first + i * step);
  }
}

bool decode_differences(std::string_view bytes, std::span<int64_t> out) {
  ByteCursor cursor(bytes);
  const auto first = static_cast<uint64_t>(cursor.get_zigzag());
  PackedValues packed;
  if (!cursor.ok() || !read_packed(cursor.rest(), out.size(), packed)) {
    return false;
  }
  const auto step = static_cast<uint64_t>(packed.base);
  if (packed.width == 0) {  // regular times, but for patches where a series ends
    fill_arithmetic(first, step, out.size(), out.data());
  } else {
    unpack_running_sum(packed.packed, out.size(), packed.width, first - step, step, out.data());
  }
  patch(packed, out);
  return true;
}

}  // namespace

const IntegerEncoding kDeltaEncoding{EncodingId::kDelta, "delta", estimate_differences, encode_differences,
                                     decode_differences};

}  // namespace tidemark
