#pragma once

#include <string>
#include <string_view>

namespace tidemark {

/// `text` with each character in lower case, by Unicode's simple mapping (one character for one; ß stays ß). Returns
/// `text` itself if nothing changes, else a view of `buffer`. ASCII takes a fast path.
std::string_view fold_case(std::string_view text, std::string& buffer);

}  // namespace tidemark
