#include "text/similar_pattern.h"

#include "base/error.h"
#include "base/utf8.h"

namespace tidemark {

std::string similar_to_regular_expression(std::string_view pattern, std::string_view escape) {
  if (count_utf8_characters(escape) > 1) {
    throw Error(sqlstate::kInvalidEscapeSequence, "invalid escape string")
        .with_hint("Escape string must be empty or one character.");
  }
  // The part between separators is the only group that captures; what comes before is to be short, hence lazy.
  std::string result = "^(?:";
  int separators = 0;
  bool in_bracket = false;
  while (!pattern.empty()) {
    const size_t bytes = utf8_prefix_bytes(pattern, 1);
    const std::string_view character = pattern.substr(0, bytes);
    pattern.remove_prefix(bytes);
    if (!escape.empty() && character == escape) {
      if (pattern.empty()) {
        break;
      }
      const size_t next_bytes = utf8_prefix_bytes(pattern, 1);
      const std::string_view next = pattern.substr(0, next_bytes);
      pattern.remove_prefix(next_bytes);
      if (next != "\"" || in_bracket) {
        result += '\\';  // Letters too: \d is a digit here as there.
        result += next;
      } else if (++separators == 1) {
        result = "^(?:" + result.substr(4) + "){1,1}?(";
      } else if (separators == 2) {
        result += "){1,1}(?:";
      } else {
        throw Error("2200C", "SQL regular expression may not contain more than two escape-double-quote separators");
      }
      continue;
    }
    const char c = character[0];
    if (in_bracket) {
      result += c == '\\' ? "\\" : "";
      result += character;
      in_bracket = c != ']';
    } else if (c == '[') {
      result += c;
      in_bracket = true;
    } else if (c == '%') {
      result += ".*";
    } else if (c == '_') {
      result += '.';
    } else if (c == '(') {
      result += "(?:";
    } else {
      result += c == '\\' || c == '.' || c == '^' || c == '$' ? "\\" : "";
      result += character;
    }
  }
  return result + ")$";
}

}  // namespace tidemark
