#pragma once

#include <string>
#include <string_view>

namespace tidemark {

/// `name` as it must be written in SQL: in double quotes if folding or a key word would change it. What quote_ident()
/// answers.
std::string quoted_identifier(std::string_view name);

}  // namespace tidemark
