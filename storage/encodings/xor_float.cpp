// Each double XORed with the one before (Pelkonen et al., "Gorilla", VLDB 2015), in whole bytes instead of bits: one
// control byte says how many bytes are zero at the high and at the low end, and the others follow. Slow to decode and
// rarely small: the last resort for true reals that change little.
//
//     control   count × 1 byte: zero bytes at the low end × 16 + bytes that follow
//     bytes     the middle bytes of each XOR

#include <bit>

#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/float_encoding.h"

namespace tidemark {

namespace {

bool encode(std::span<const double> values, PageGoal /*goal*/, ByteWriter& out) {
  ByteWriter bytes;
  uint64_t before = 0;
  for (const double value : values) {
    const auto bits = std::bit_cast<uint64_t>(value);
    const uint64_t difference = bits ^ before;
    before = bits;
    const unsigned low = difference == 0 ? 0 : static_cast<unsigned>(std::countr_zero(difference)) / 8;
    const unsigned high = static_cast<unsigned>(std::countl_zero(difference)) / 8;
    const unsigned length = difference == 0 ? 0 : 8 - low - high;
    out.put(static_cast<uint8_t>(low * 16 + length));
    const uint64_t middle = difference >> (low * 8);
    bytes.put_bytes({reinterpret_cast<const char*>(&middle), length});
  }
  out.put_bytes(bytes.view());
  return true;
}

bool decode(std::string_view bytes, std::span<double> out) {
  ByteCursor cursor(bytes);
  const std::string_view controls = cursor.take(out.size());
  if (!cursor.ok()) {
    return false;
  }
  uint64_t before = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const auto control = static_cast<uint8_t>(controls[i]);
    const unsigned low = control / 16;
    const unsigned length = control % 16;
    const std::string_view middle_bytes = cursor.take(length);
    if (low + length > 8 || low > 7 || !cursor.ok()) {
      return false;
    }
    uint64_t middle = 0;
    if (length > 0) {
      std::memcpy(&middle, middle_bytes.data(), length);
    }
    before ^= middle << (low * 8);
    out[i] = std::bit_cast<double>(before);
  }
  return true;
}

}  // namespace

const FloatEncoding<double> kXorFloatEncoding{EncodingId::kXorFloat, "xor_float", encode, decode};

}  // namespace tidemark
