#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/scanned_token.h"

/// SQL text → tokens, by PostgreSQL's rules; the types are those of grammar/SqlLexer.g4, which defines the same tokens.
/// Written by hand because it is six times faster than the generated lexer. Key words that need a look at what follows
/// (NOT IN, WITH TIME, LATEST ON …) become tokens of their own here, as PostgreSQL does it.
namespace tidemark {

/// Never fails: what is no token of SQL becomes a token that no rule of the grammar takes, and `scan_error` knows its
/// message. `text` must be valid UTF-8.
[[nodiscard]] std::vector<ScannedToken> scan_sql(std::string_view text);

/// Throws the error for the token at which parsing stopped; `index == tokens.size()` is the end of the text. `words`
/// stand for `syntax error`, if given.
[[noreturn]] void throw_syntax_error(std::string_view text, const std::vector<ScannedToken>& tokens, size_t index,
                                     std::string_view words = "");

/// The value of an identifier token: folded to lower case, or unquoted.
[[nodiscard]] std::string identifier_value(std::string_view text, const ScannedToken& token);

/// The value of a string token of any form, of bit and hex strings (their digits), escapes undone.
/// Throws Error 22025 and 22021 for escapes that mean nothing.
[[nodiscard]] std::string string_value(std::string_view text, const ScannedToken& token);

/// True if `word` (lower case) is a key word that may not stand as a column's name without quotes.
[[nodiscard]] bool needs_quotes_as_identifier(std::string_view word);

}  // namespace tidemark
