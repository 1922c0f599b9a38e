#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// What stands in quotes at the start of `text`, which moves on behind it. The first character is the quote; two of
/// them inside are one. No value if the end is missing.
[[nodiscard]] std::optional<std::string> take_quoted(std::string_view& text);

}  // namespace tidemark
