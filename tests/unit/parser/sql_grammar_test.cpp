#include <gtest/gtest.h>

#include "grammar/SqlParser.h"
#include "parser/antlr_parser.h"
#include "parser/sql_scanner.h"
#include "tests/unit/parser/sql_corpus.h"

// What the grammar promises to the prediction: that SLL is enough, that nothing is ambiguous, and that work grows with
// the text.
namespace tidemark {
namespace {

using Sql = sql_grammar::SqlParser;

/// The tree as text: rule numbers and token numbers.
std::string tree_text(antlr4::tree::ParseTree* node) {
  if (auto* rule = dynamic_cast<antlr4::ParserRuleContext*>(node)) {
    std::string text = "(" + std::to_string(rule->getRuleIndex());
    for (auto* child : rule->children) text += " " + tree_text(child);
    return text + ")";
  }
  return std::to_string(dynamic_cast<antlr4::tree::TerminalNode&>(*node).getSymbol()->getTokenIndex());
}

class AmbiguityRecorder final : public antlr4::BaseErrorListener {
 public:
  void reportAmbiguity(antlr4::Parser* parser, const antlr4::dfa::DFA& dfa, size_t start, size_t stop, bool exact,
                       const antlrcpp::BitSet& /*alternatives*/,
                       antlr4::atn::ATNConfigSet* /*configurations*/) override {
    if (!exact) return;
    const auto* state = parser->getATN().decisionToState[dfa.decision];
    found += "rule " + parser->getRuleNames()[state->ruleIndex] + ", tokens " + std::to_string(start) + " to " +
             std::to_string(stop) + "\n";
  }
  std::string found;
};

TEST(SqlGrammar, IsWithoutAmbiguityOnTheCorpus) {
  for (const std::string& line : valid_corpus()) {
    VectorTokenStream stream(scan_sql(line));
    Sql parser(&stream);
    AmbiguityRecorder recorder;
    parser.removeErrorListeners();
    parser.addErrorListener(&recorder);
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
        antlr4::atn::PredictionMode::LL_EXACT_AMBIG_DETECTION);
    parser.setErrorHandler(std::make_shared<FailFastStrategy>());
    parser.statements();
    EXPECT_EQ(recorder.found, "") << line;
  }
}

TEST(SqlGrammar, GivesTheSameTreeInSllAndLlMode) {
  for (const std::string& line : valid_corpus()) {
    const auto tree = [&](antlr4::atn::PredictionMode mode) -> std::string {
      VectorTokenStream stream(scan_sql(line));
      AcceleratedParser<Sql> parser(&stream, mode);
      try {
        return tree_text(parser.statements());
      } catch (const SyntaxFailure& failure) {
        return "fails at token " + std::to_string(failure.token_index);
      }
    };
    const std::string first = tree(antlr4::atn::PredictionMode::SLL);
    EXPECT_EQ(first, tree(antlr4::atn::PredictionMode::LL)) << line;
    EXPECT_EQ(first, tree(antlr4::atn::PredictionMode::SLL)) << line;  // From the memo.
    EXPECT_FALSE(first.starts_with("fails")) << line;
  }
}

TEST(SqlGrammar, WorkGrowsLinearlyWithTheText) {
  const auto repeated = [](size_t count, std::string_view before, std::string_view part, std::string_view middle,
                           std::string_view close) {
    std::string text(before);
    for (size_t i = 0; i < count; ++i) text += part;
    text += middle;
    for (size_t i = 0; i < count; ++i) text += close;
    return text;
  };
  const auto work = [](const std::string& text) {
    for (int round = 0;; ++round) {  // The first round fills the memo.
      VectorTokenStream stream(scan_sql(text));
      AcceleratedParser<Sql> parser(&stream, antlr4::atn::PredictionMode::SLL);
      parser.statements();
      if (round == 1) return static_cast<double>(parser.simulator().tokens_examined());
    }
  };
  struct Case {
    std::string_view before, part, middle, close;
  };
  static constexpr Case kCases[] = {
      {"SELECT ", "(", "1", ")"},
      {"SELECT ", "((", "SELECT 1", "))"},
      {"SELECT * FROM ", "(SELECT * FROM ", "t", ") x"},
      {"SELECT * FROM ", "(", "a JOIN b ON true", ")"},
      {"SELECT 1", " AND 1", "", ""},
      {"SELECT 1", ", f(a.b, c + 1)", "", ""},
      {"SELECT ", "CASE WHEN a THEN ", "1", " END"},
      {"SELECT a", " BETWEEN 1 AND 2 AND a", "", ""},
      {"INSERT INTO t VALUES (1)", ", (1, 'x', NULL)", "", ""},
      {"WITH a AS (SELECT 1)", ", b AS (SELECT 2)", " SELECT 3", ""},
  };
  for (const Case& entry : kCases) {
    const double once = work(repeated(200, entry.before, entry.part, entry.middle, entry.close));
    const double twice = work(repeated(400, entry.before, entry.part, entry.middle, entry.close));
    EXPECT_LT(twice, 2.1 * once) << entry.before << entry.part;
  }
}

}  // namespace
}  // namespace tidemark
