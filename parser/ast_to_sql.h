#pragma once

#include <string>
#include <string_view>

#include "parser/ast.h"

namespace tidemark {

/// The canonical text of a syntax tree: key words in capitals, names quoted only where they must be,
/// parentheses only where precedence needs them. Parsing it gives the same tree again (positions aside).
[[nodiscard]] std::string to_sql(const ast::Statement& statement);
[[nodiscard]] std::string to_sql(const ast::Expression& expression);
[[nodiscard]] std::string to_sql(const ast::TypeName& type);
[[nodiscard]] std::string to_sql(const ast::QualifiedName& name);

/// `name` as an identifier in SQL text: as it is, or in double quotes where folding or a key word would change it.
[[nodiscard]] std::string quote_identifier(std::string_view name);
/// `text` as a string literal: quotes doubled, and E'…' where it holds a backslash.
[[nodiscard]] std::string quote_literal(std::string_view text);

}  // namespace tidemark
