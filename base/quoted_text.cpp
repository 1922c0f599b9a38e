#include "base/quoted_text.h"

#include "base/check.h"

namespace tidemark {

std::optional<std::string> take_quoted(std::string_view& text) {
  TIDEMARK_CHECK(!text.empty());
  const char quote = text.front();
  std::string content;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] != quote) {
      content += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == quote) {
      content += text[i++];
    } else {
      text.remove_prefix(i + 1);
      return content;
    }
  }
  return std::nullopt;
}

}  // namespace tidemark
