#pragma once

#include <string>
#include <string_view>

namespace tidemark {

/// PostgreSQL's internal "char": one byte, or none for 0. Read from a text: its first byte, or the one that it names in
/// octal, as \101.
inline std::string parse_char_byte(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  if (text.size() == 4 && text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) && is_octal(text[3])) {
    const int code = (text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0');
    return code == 0 ? std::string() : std::string(1, static_cast<char>(code));
  }
  return std::string(text.substr(0, 1));
}

/// And its text: bytes that are no characters in octal.
inline void append_char_byte(std::string& target, std::string_view byte) {
  const auto code = byte.empty() ? 0U : static_cast<unsigned char>(byte[0]);
  if (code < 0x80) {
    target += byte;
    return;
  }
  target += '\\';
  for (const unsigned shift : {6U, 3U, 0U}) {
    target += static_cast<char>('0' + (code >> shift & 7U));
  }
}

}  // namespace tidemark
