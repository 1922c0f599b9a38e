#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// Splits a list of names separated by commas, as search_path is written: names without quotes are folded to lower case
/// (ASCII only), names in double quotes are kept, "" in them is one quote. No value if the syntax is wrong. An empty
/// text is an empty list.
[[nodiscard]] std::optional<std::vector<std::string>> split_identifier_list(std::string_view text);

}  // namespace tidemark
