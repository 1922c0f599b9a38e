#include "base/bytes.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemark {

uint64_t ByteReader::get_long_varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = get<uint8_t>();
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      // The tenth byte has room for one bit only.
      if (shift == 63 && byte > 1) {
        fail("varint is too large");
      }
      return value;
    }
  }
  fail("varint is too long");
}

bool ByteReader::get_bool() {
  const auto byte = get<uint8_t>();
  if (byte > 1) {
    fail("not a boolean");
  }
  return byte == 1;
}

size_t ByteReader::get_count(size_t item_bytes_min) {
  TIDEMARK_ASSERT(item_bytes_min > 0);
  const uint64_t count = get_varint();
  if (count > remaining() / item_bytes_min) {
    fail("count is larger than what follows");
  }
  return count;
}

void ByteReader::expect_end() const {
  if (!at_end()) {
    fail(std::to_string(remaining()) + " bytes too many");
  }
}

void ByteReader::fail(std::string_view reason) const {
  std::string message(what_);
  message.append(" is malformed at byte ").append(std::to_string(position_)).append(": ").append(reason);
  throw Error(sqlstate::kDataCorrupted, std::move(message));
}

void ByteReader::fail_short(size_t count) const {
  fail(std::to_string(count) + " bytes wanted, " + std::to_string(remaining()) + " left");
}

}  // namespace tidemark
