#include "text/case_folding.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "base/ascii.h"

namespace tidemark {

std::string_view fold_case(std::string_view text, std::string& buffer) {
  const auto is_settled = [](char c) { return static_cast<unsigned char>(c) < 0x80 && (c < 'A' || c > 'Z'); };
  const auto first = std::find_if_not(text.begin(), text.end(), is_settled);
  if (first == text.end()) {
    return text;
  }
  buffer.assign(text.begin(), first);
  auto at = static_cast<int32_t>(first - text.begin());
  const auto size = static_cast<int32_t>(text.size());
  while (at < size) {
    const char c = text[static_cast<size_t>(at)];
    if (static_cast<unsigned char>(c) < 0x80) {
      buffer += to_ascii_lower(c);
      ++at;
      continue;
    }
    UChar32 code = 0;
    U8_NEXT_UNSAFE(text.data(), at, code);
    code = u_tolower(code);
    char bytes[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, code);
    buffer.append(bytes, static_cast<size_t>(length));
  }
  return buffer;
}

}  // namespace tidemark
