#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/binary_text.h"
#include "base/error.h"

namespace tidemark {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

bool is_continuation(char byte) { return (static_cast<uint8_t>(byte) & 0xc0) == 0x80; }

/// Bytes of the character that a lead byte announces, 1 for what is none.
size_t announced_bytes(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 1;
}

/// Bytes of the valid character at the front; 0 if there is none.
size_t valid_character(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) {
    return lead == 0 ? 0 : 1;
  }
  const size_t bytes = announced_bytes(text[0]);
  if (bytes == 1 || lead < 0xc2 || text.size() < bytes) {
    return 0;
  }
  const auto second = static_cast<uint8_t>(text[1]);
  const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (lead > 0xf4 || second < low || second > high) {
    return 0;
  }
  return std::all_of(text.begin() + 2, text.begin() + static_cast<ptrdiff_t>(bytes), is_continuation) ? bytes : 0;
}

}  // namespace

size_t valid_utf8_prefix(std::string_view text) noexcept {
  size_t at = 0;
  while (at < text.size()) {
    while (text.size() - at >= sizeof(uint64_t)) {
      uint64_t eight = 0;
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      // No byte of these has its high bit, and none is zero: subtracting one from each borrows only at zeros.
      if (((eight | (eight - 0x0101010101010101)) & kHighBits) != 0) {
        break;
      }
      at += sizeof(eight);
    }
    for (size_t step = 0; step < sizeof(uint64_t) && at < text.size(); ++step) {
      const size_t bytes = valid_character(text.substr(at));
      if (bytes == 0) {
        return at;
      }
      at += bytes;
    }
  }
  return at;
}

void require_utf8(std::string_view text) {
  const size_t valid = valid_utf8_prefix(text);
  if (valid == text.size()) {
    return;
  }
  std::string message = "invalid byte sequence for encoding \"UTF8\":";
  for (const char c : text.substr(valid, announced_bytes(text[valid]))) {
    message += " 0x" + to_hex({&c, 1});
  }
  throw Error(sqlstate::kCharacterNotInRepertoire, message);
}

size_t count_utf8_characters(std::string_view text) noexcept {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return !is_continuation(byte); }));
}

size_t utf8_prefix_bytes(std::string_view text, size_t characters) noexcept {
  if (text.size() <= characters) {
    return text.size();
  }
  size_t at = 0;
  while (at < text.size()) {
    if (!is_continuation(text[at]) && characters-- == 0) {
      break;
    }
    ++at;
  }
  return at;
}

}  // namespace tidemark
