#pragma once

#include <antlr4-runtime.h>

#include <cstdint>
#include <string>

namespace tidemark::sql_grammar {

/// What a regular expression cannot say about SQL's tokens; the base of the generated lexer.
class SqlLexerBase : public antlr4::Lexer {
 public:
  explicit SqlLexerBase(antlr4::CharStream* input) : antlr4::Lexer(input) {}

 protected:
  /// PostgreSQL's trimming: an operator ends before a comment, and `+` or `-` at its end belong to what follows unless
  /// a character that no SQL operator has shows it to be a user's. Then `+`, `<=` and their like get types of their
  /// own.
  void trim_operator();
  /// Integers past int32 are DECIMAL.
  void classify_integer();
  /// `1e` and the like stay durations here; the parser refuses what it does not expect.
  void classify_duration() {}
  void open_dollar() { tag_ = getText(); }
  /// True if the part just matched is the opening tag again.
  bool closes_dollar();

 private:
  std::string tag_;
};

}  // namespace tidemark::sql_grammar
