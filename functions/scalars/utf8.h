#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

/// UTF-8 that is known to be valid (D16: only valid text enters), walked by characters.

constexpr bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Characters of `text`.
size_t count_characters(std::string_view text);
/// Bytes of the first `characters` characters; all of them if there are fewer.
size_t prefix_bytes(std::string_view text, size_t characters);
/// Bytes of the character that `text` begins with. Precondition: not empty.
size_t character_bytes(std::string_view text);
/// Takes the first character off `text`. Precondition: not empty.
uint32_t take_character(std::string_view& text);
void append_character(std::string& text, uint32_t code_point);

}  // namespace tidemark
