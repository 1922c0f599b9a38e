#include "base/identifier_list.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/quoted_text.h"

namespace tidemark {
namespace {

void skip_spaces(std::string_view& text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_ascii_space);
  text.remove_prefix(static_cast<size_t>(first - text.begin()));
}

std::string take_plain(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c == ',' || is_ascii_space(c); });
  const auto length = static_cast<size_t>(end - text.begin());
  std::string name = to_ascii_lower(text.substr(0, length));
  text.remove_prefix(length);
  return name;
}

}  // namespace

std::optional<std::vector<std::string>> split_identifier_list(std::string_view text) {
  std::vector<std::string> names;
  skip_spaces(text);
  if (text.empty()) {
    return names;
  }
  while (true) {
    const bool quoted = text.starts_with('"');
    auto name = quoted ? take_quoted(text) : take_plain(text);
    if (!name || (name->empty() && !quoted)) {
      return std::nullopt;
    }
    names.push_back(std::move(*name));
    skip_spaces(text);
    if (text.empty()) {
      return names;
    }
    if (text.front() != ',') {
      return std::nullopt;
    }
    text.remove_prefix(1);
    skip_spaces(text);
  }
}

}  // namespace tidemark
