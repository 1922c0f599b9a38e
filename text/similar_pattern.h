#pragma once

#include <string>
#include <string_view>

namespace tidemark {

/// SQL's SIMILAR TO pattern as a regular expression, anchored at both ends: what similar_to_escape() gives. The escape
/// is one character, or empty for none. With the two separators `#"` (escape and quote), the part between them is the
/// first group, for substring(… similar …). 22025 for a bad escape, 2200C for more than two separators.
std::string similar_to_regular_expression(std::string_view pattern, std::string_view escape);

}  // namespace tidemark
