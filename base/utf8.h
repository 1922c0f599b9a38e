#pragma once

#include <cstddef>
#include <string_view>

namespace tidemark {

/// The length of the longest prefix that is valid UTF-8 (Unicode's table 3-7: no surrogates, nothing overlong, at most
/// U+10FFFF) and bears no zero byte, which PostgreSQL's text never holds.
[[nodiscard]] size_t valid_utf8_prefix(std::string_view text) noexcept;

/// Throws Error 22021 `invalid byte sequence for encoding "UTF8": 0x…` unless all of `text` is such.
void require_utf8(std::string_view text);

/// The number of characters of valid UTF-8.
[[nodiscard]] size_t count_utf8_characters(std::string_view text) noexcept;

/// The bytes that the first `characters` characters of valid UTF-8 take; all if there are fewer.
[[nodiscard]] size_t utf8_prefix_bytes(std::string_view text, size_t characters) noexcept;

}  // namespace tidemark
