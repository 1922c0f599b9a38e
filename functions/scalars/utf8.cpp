#include "functions/scalars/utf8.h"

namespace tidemark {

size_t count_characters(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += is_continuation(byte) ? 0 : 1;
  return count;
}

size_t prefix_bytes(std::string_view text, size_t characters) {
  size_t byte = 0;
  while (byte < text.size() && characters > 0) {
    ++byte;
    while (byte < text.size() && is_continuation(text[byte])) ++byte;
    --characters;
  }
  return byte;
}

size_t character_bytes(std::string_view text) { return prefix_bytes(text, 1); }

uint32_t take_character(std::string_view& text) {
  const size_t bytes = character_bytes(text);
  const auto first = static_cast<unsigned char>(text[0]);
  uint32_t code_point = bytes == 1 ? first : first & (0xFFu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) code_point = (code_point << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  text.remove_prefix(bytes);
  return code_point;
}

void append_character(std::string& text, uint32_t code_point) {
  const auto append = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0 | (code_point >> 6));
    append(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    append(0xE0 | (code_point >> 12));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  } else {
    append(0xF0 | (code_point >> 18));
    append(0x80 | ((code_point >> 12) & 0x3F));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  }
}

}  // namespace tidemark
