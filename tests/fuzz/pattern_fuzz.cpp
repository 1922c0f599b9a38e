// LIKE patterns and regular expressions: a pattern, a zero byte, a text. Both compile or are refused, and match in a
// time that does not explode.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"
#include "text/like_pattern.h"
#include "text/regular_expression.h"
#include "text/similar_pattern.h"

namespace tidemark {
namespace {

template <class Body>
void refuse_or_do(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kInternalError || error.sqlstate() == sqlstate::kDataCorrupted) {
      throw;
    }
  }
}

void match(std::string_view pattern, std::string_view text) {
  const LikePattern like(pattern);
  refuse_or_do([&] {
    if (like.matches(text) && !text.starts_with(like.prefix())) {
      throw Error(sqlstate::kInternalError, "a match does not begin with the prefix");
    }
  });
  refuse_or_do([&] { static_cast<void>(LikePattern(pattern, "\\", LikePattern::Case::kIgnore).matches(text)); });
  refuse_or_do([&] {
    const RegularExpression expression(pattern, {});
    RegularExpression::Groups groups;
    if (expression.find(text, 0, groups) != expression.matches(text)) {
      throw Error(sqlstate::kInternalError, "a match is found and is not");
    }
  });
  refuse_or_do(
      [&] { static_cast<void>(RegularExpression(similar_to_regular_expression(pattern, "\\"), {}).matches(text)); });
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kInputMax = 4096;
  const std::string_view input(reinterpret_cast<const char*>(data), size < kInputMax ? size : kInputMax);
  const std::string_view pattern = input.substr(0, input.find('\0'));
  const std::string_view text = pattern.size() < input.size() ? input.substr(pattern.size() + 1) : std::string_view();
  // Only valid text reaches a matcher.
  tidemark::match(pattern.substr(0, tidemark::valid_utf8_prefix(pattern)),
                  text.substr(0, tidemark::valid_utf8_prefix(text)));
  return 0;
}
