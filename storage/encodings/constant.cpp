// One value for all rows: a zigzag varint.

#include <algorithm>

#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

constexpr size_t kVarintBytesUsual = 3;

size_t estimate_constant(const IntegerProfile& profile) {
  return profile.run_count == 1 ? kVarintBytesUsual : SIZE_MAX;
}

void encode_constant(const IntegerProfile& profile, ByteWriter& out) { out.put_zigzag(profile.values[0]); }

bool decode_constant(std::string_view bytes, std::span<int64_t> out) {
  ByteCursor cursor(bytes);
  std::ranges::fill(out, cursor.get_zigzag());
  return cursor.ok();
}

}  // namespace

const IntegerEncoding kConstantEncoding{EncodingId::kConstant, "constant", estimate_constant, encode_constant,
                                        decode_constant};

}  // namespace tidemark
