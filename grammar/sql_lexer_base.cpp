#include "grammar/sql_lexer_base.h"

#include <string_view>

#include "grammar/SqlLexer.h"

namespace tidemark::sql_grammar {
namespace {

size_t operator_token(std::string_view text) {
  struct Entry {
    std::string_view text;
    size_t token;
  };
  static constexpr Entry kEntries[] = {{"+", SqlLexer::PLUS},  {"-", SqlLexer::MINUS},   {"*", SqlLexer::STAR},
                                       {"/", SqlLexer::SLASH}, {"%", SqlLexer::PERCENT}, {"^", SqlLexer::CARET},
                                       {"<", SqlLexer::LT},    {">", SqlLexer::GT},      {"=", SqlLexer::EQ},
                                       {"<=", SqlLexer::LE},   {">=", SqlLexer::GE},     {"<>", SqlLexer::NE},
                                       {"!=", SqlLexer::NE},   {"=>", SqlLexer::ARROW}};
  for (const Entry& entry : kEntries) {
    if (entry.text == text) return entry.token;
  }
  return SqlLexer::OP;
}

}  // namespace

void SqlLexerBase::trim_operator() {
  std::string text = getText();
  size_t length = text.size();
  for (const std::string_view comment : {"--", "/*"}) {
    const size_t start = text.find(comment);
    if (start != std::string::npos && start < length) length = start;
  }
  if (length > 1 && text.substr(0, length).find_first_of("~!@#^&|`?%") == std::string::npos) {
    while (length > 1 && (text[length - 1] == '+' || text[length - 1] == '-')) --length;
  }
  _input->seek(tokenStartCharIndex + length);
  text.resize(length);
  setType(operator_token(text));
}

void SqlLexerBase::classify_integer() {
  const std::string text = getText();
  const size_t first = text.find_first_not_of('0');
  if (first == std::string::npos) return;
  const std::string_view digits = std::string_view(text).substr(first);
  if (digits.size() > 10 || (digits.size() == 10 && digits > "2147483647")) setType(SqlLexer::DECIMAL);
}

bool SqlLexerBase::closes_dollar() { return getText() == tag_; }

}  // namespace tidemark::sql_grammar
