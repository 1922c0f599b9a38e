#include "base/config_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/error.h"
#include "base/quoted_text.h"

namespace tidemark {
namespace {

/// A name or a value without quotes: anything up to a space, a comment, an equals sign or a quote.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t\r\f\v#='"));
  text.remove_prefix(word.size());
  return word;
}

/// None if the syntax is wrong; then `rest` begins with what is not understood.
std::optional<ConfigLine> parse_line(std::string_view& rest, size_t line) {
  ConfigLine result{.name = std::string(take_word(rest)), .value = {}, .line = line};
  rest = trim_ascii_spaces(rest);
  if (rest.starts_with('=')) {
    rest = trim_ascii_spaces(rest.substr(1));
  }
  const bool quoted = rest.starts_with('\'');
  auto value = quoted ? take_quoted(rest) : std::string(take_word(rest));
  if (result.name.empty() || !value || (value->empty() && !quoted)) {
    return std::nullopt;
  }
  result.value = std::move(*value);
  rest = trim_ascii_spaces(rest);
  if (!rest.empty() && !rest.starts_with('#')) {
    return std::nullopt;
  }
  return result;
}

}  // namespace

std::vector<ConfigLine> parse_config(std::string_view text, std::string_view file) {
  std::vector<ConfigLine> lines;
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::string_view rest = trim_ascii_spaces(line);
    if (rest.empty() || rest.starts_with('#')) {
      continue;
    }
    auto parsed = parse_line(rest, number);
    if (!parsed) {
      std::string message = "syntax error in file \"";
      message.append(file).append("\" line ").append(std::to_string(number));
      message.append(rest.empty() ? ", near end of line" : ", near token \"" + std::string(rest) + "\"");
      throw Error(sqlstate::kSyntaxError, std::move(message));
    }
    lines.push_back(std::move(*parsed));
  }
  return lines;
}

}  // namespace tidemark
