#pragma once

#include <string_view>

namespace tidemark {

/// What counts of a bpchar when it is compared, hashed or cast: its blanks at the end do not.
[[nodiscard]] constexpr std::string_view without_trailing_blanks(std::string_view text) noexcept {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace tidemark
