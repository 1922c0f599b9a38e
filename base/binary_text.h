#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// The value of a hex digit of either case; -1 for any other character.
[[nodiscard]] int hex_digit(char c);
/// Bytes as text: two lower-case hex digits each.
[[nodiscard]] std::string to_hex(std::string_view bytes);
/// No value if the length is odd or a character is no hex digit; both cases are read.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

/// RFC 4648 base64 with padding, without line breaks.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// No value if `text` is anything else than that.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace tidemark
