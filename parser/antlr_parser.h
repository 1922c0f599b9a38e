#pragma once

#include <antlr4-runtime.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/stack_depth.h"
#include "parser/antlr_prediction.h"
#include "parser/antlr_token_stream.h"

namespace tidemark {

/// Thrown by the parser at the first token that does not fit. Caught where the grammar's own error words are known.
struct SyntaxFailure {
  size_t token_index;
};

/// ANTLR's error strategy that repairs nothing: the first error ends the parse.
class FailFastStrategy final : public antlr4::ANTLRErrorStrategy {
 public:
  void reset(antlr4::Parser* /*parser*/) override {}
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    throw SyntaxFailure{parser->getCurrentToken()->getTokenIndex()};
  }
  void recover(antlr4::Parser* parser, std::exception_ptr /*error*/) override {
    throw SyntaxFailure{parser->getCurrentToken()->getTokenIndex()};
  }
  void sync(antlr4::Parser* /*parser*/) override {}
  bool inErrorRecoveryMode(antlr4::Parser* /*parser*/) override { return false; }
  void reportMatch(antlr4::Parser* /*parser*/) override {}
  void reportError(antlr4::Parser* /*parser*/, const antlr4::RecognitionException& error) override {
    throw SyntaxFailure{error.getOffendingToken()->getTokenIndex()};
  }
};

/// A generated parser with the memoized prediction, no error repair, and a guard against deep nesting.
template <class GeneratedParser>
class AcceleratedParser final : public GeneratedParser {
 public:
  AcceleratedParser(antlr4::TokenStream* tokens, antlr4::atn::PredictionMode mode) : GeneratedParser(tokens) {
    static thread_local PredictionMemo memo;  // One a thread and grammar.
    auto* original = this->template getInterpreter<antlr4::atn::ParserATNSimulator>();
    simulator_ = new MemoizedSimulator(this, *original, memo);
    this->setInterpreter(simulator_);  // Owns it from here on, and frees the original.
    simulator_->setPredictionMode(mode);
    this->setErrorHandler(strategy());
    this->removeErrorListeners();
  }
  [[nodiscard]] const MemoizedSimulator& simulator() const { return *simulator_; }

  void enterRule(antlr4::ParserRuleContext* context, size_t state, size_t rule) override {
    check_stack_depth();
    GeneratedParser::enterRule(context, state, rule);
  }

 private:
  static const std::shared_ptr<antlr4::ANTLRErrorStrategy>& strategy() {
    static const std::shared_ptr<antlr4::ANTLRErrorStrategy> instance =
        std::make_shared<FailFastStrategy>();  // Has no state.
    return instance;
  }
  MemoizedSimulator* simulator_;
};

/// Parses `tokens` beginning with `rule` (a member function of the generated parser) and hands the tree to `use(tree)`,
/// while it lives. SLL prediction first; what fails is tried once more with full LL, so that only a real error is one.
/// Throws SyntaxFailure, Error 54001.
template <class GeneratedParser, class Tree, class Use>
auto parse_with_antlr(const std::vector<ScannedToken>& tokens, Tree* (GeneratedParser::*rule)(), Use&& use) {
  VectorTokenStream stream(tokens);
  {
    AcceleratedParser<GeneratedParser> parser(&stream, antlr4::atn::PredictionMode::SLL);
    Tree* tree = nullptr;
    try {
      tree = (parser.*rule)();
    } catch (const SyntaxFailure&) {
    }
    if (tree != nullptr) return std::forward<Use>(use)(tree);
  }
  stream.seek(0);
  AcceleratedParser<GeneratedParser> parser(&stream, antlr4::atn::PredictionMode::LL);
  Tree* tree = nullptr;
  try {
    tree = (parser.*rule)();
  } catch (const SyntaxFailure& failure) {
    throw SyntaxFailure{std::max(failure.token_index, parser.simulator().dead_end())};
  }
  return std::forward<Use>(use)(tree);
}

}  // namespace tidemark
