#include "parser/sql_scanner.h"

#include <gtest/gtest.h>

#include "grammar/SqlLexer.h"
#include "parser/antlr_token_stream.h"
#include "tests/unit/parser/sql_corpus.h"

// ANTLR's runtime 4.9 loses a set of lexer configurations where a predicate is met; only this test runs the generated
// lexer.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:antlr4::atn::LexerATNSimulator::computeTargetState";
}

namespace tidemark {
namespace {

using Lexer = sql_grammar::SqlLexer;

/// `type@offset+length …` as the generated lexer reads the text.
std::string generated_tokens(std::string_view text) {
  ByteStream stream(text);
  Lexer lexer(&stream);
  lexer.removeErrorListeners();
  std::string result;
  for (const auto& token : lexer.getAllTokens()) {
    result += std::to_string(token->getType()) + "@" + std::to_string(token->getStartIndex()) + "+" +
              std::to_string(token->getStopIndex() + 1 - token->getStartIndex()) + " ";
  }
  return result;
}

/// The same from the hand-written scanner, with the tokens that look ahead turned back into their key words.
std::string scanned_tokens(std::string_view text) {
  std::string result;
  for (const ScannedToken& token : scan_sql(text)) {
    size_t type = token.type;
    switch (type) {
      case Lexer::NOT_LA:
        type = Lexer::K_NOT;
        break;
      case Lexer::NULLS_LA:
        type = Lexer::K_NULLS;
        break;
      case Lexer::WITH_LA:
        type = Lexer::K_WITH;
        break;
      case Lexer::LATEST_LA:
        type = Lexer::K_LATEST;
        break;
      case Lexer::ASOF_LA:
        type = Lexer::K_ASOF;
        break;
      case Lexer::SAMPLE_LA:
        type = Lexer::K_SAMPLE;
        break;
      default:
        break;
    }
    result += std::to_string(type) + "@" + std::to_string(token.offset) + "+" + std::to_string(token.length) + " ";
  }
  return result;
}

TEST(SqlScanner, MakesTheTokensThatTheGrammarDefines) {
  for (const std::string& line : valid_corpus()) {
    if (line.find("UESCAPE") != std::string::npos) continue;  // One token here, three words there.
    EXPECT_EQ(scanned_tokens(line), generated_tokens(line)) << line;
  }
  for (const std::string_view text : {
           "'a'\n 'b'",
           "'a' -- x\n 'b'",
           "E'a\\'b'\n'c\\\\'",
           "a-- b\n+c",
           "a/**/b",
           "/* a /* b */ c */ d",
           "a+/* x */-b",
           "1.5e+3 .5 5. 007",
           "2147483647 2147483648 00002147483647",
           "a<=b>=c<>d!=e=>f",
           "@-- x\n1",
           "a*-b",
           "@-b",
           "~-",
           "+-",
           "<-",
           "?|&#`",
           "$1 $23",
           "$$a$$ $x$ $$ $x$ $y$$x$$y$",
           "a$b",
           "\"a\"\"b\" U&\"c\"",
           "x'1F' X'0' b'01' N'x'",
           "a::b:=c:d..e.f",
           "[(])",
           "1h 15m 1h30m",
       }) {
    EXPECT_EQ(scanned_tokens(text), generated_tokens(text)) << text;
  }
}

TEST(SqlScanner, UndoesEscapes) {
  const auto value = [](std::string_view text) { return string_value(text, scan_sql(text).at(0)); };
  EXPECT_EQ(value("'it''s'"), "it's");
  EXPECT_EQ(value("'a'\n  'b'"), "ab");
  EXPECT_EQ(value("'a' -- it's\n 'b'"), "ab");
  EXPECT_EQ(value("E'\\n\\t\\x41\\101\\u00e4\\U0001F600\\q\\''''"), "\n\tAAä😀q''");
  EXPECT_EQ(value("E'\\uD83D\\uDE00'"), "😀");
  EXPECT_EQ(value("U&'d\\0061t\\+000061'"), "data");
  EXPECT_EQ(value("U&'d!0061!!' UESCAPE '!'"), "da!");
  EXPECT_EQ(value("U&'uescape'"), "uescape");
  EXPECT_EQ(value("$$a'b$$"), "a'b");
  EXPECT_EQ(value("$t$a$$b$t$"), "a$$b");
  const auto name = [](std::string_view text) { return identifier_value(text, scan_sql(text).at(0)); };
  EXPECT_EQ(name("MixedCase"), "mixedcase");
  EXPECT_EQ(name("\"Mixed \"\"Case\"\"\""), "Mixed \"Case\"");
  EXPECT_EQ(name("U&\"d\\0061ta\""), "data");
  EXPECT_EQ(name("U&\"d!0061ta\" UESCAPE '!'"), "data");
}

}  // namespace
}  // namespace tidemark
