#pragma once

#include <antlr4-runtime.h>

#include <typeinfo>
#include <vector>

#include "base/check.h"
#include "grammar/SqlParser.h"
#include "parser/antlr_token_stream.h"
#include "parser/scanned_token.h"

namespace tidemark {

/// A node of ANTLR's tree. The builders switch on its rule number; the generated classes' accessors search and cast,
/// which is slow.
using ParseNode = antlr4::ParserRuleContext;
/// Token types and rule numbers.
using Sql = sql_grammar::SqlParser;

/// Walks the children of one node from left to right, as a recursive-descent parser would walk tokens. The tree has
/// been parsed, so what the grammar promises is taken without asking.
class TreeCursor {
 public:
  static constexpr size_t kNoToken = 0;
  static constexpr size_t kNoRule = SIZE_MAX;

  TreeCursor(const ParseNode* node, const std::vector<ScannedToken>& tokens)
      : children_(&node->children), tokens_(&tokens) {}

  [[nodiscard]] bool done() const { return index_ >= children_->size(); }
  /// The type of the token that comes next; kNoToken if a rule or nothing does.
  [[nodiscard]] size_t token() const { return peek_token(0); }
  [[nodiscard]] size_t peek_token(size_t ahead) const {
    if (index_ + ahead >= children_->size() || !is_token((*children_)[index_ + ahead])) return kNoToken;
    return symbol((*children_)[index_ + ahead])->getType();
  }
  /// The number of the rule that comes next; kNoRule if a token or nothing does.
  [[nodiscard]] size_t rule() const {
    if (done() || is_token((*children_)[index_])) return kNoRule;
    return static_cast<ParseNode*>((*children_)[index_])->getRuleIndex();
  }
  /// Steps over the next token if it is of this type.
  bool accept(size_t type) {
    if (token() != type) return false;
    ++index_;
    return true;
  }
  /// Steps over `first second` if both come next.
  bool accept(size_t first, size_t second) {
    if (token() != first || peek_token(1) != second) return false;
    index_ += 2;
    return true;
  }
  const ScannedToken& take_token() {
    TIDEMARK_ASSERT(!done() && is_token((*children_)[index_]));
    return (*tokens_)[symbol((*children_)[index_++])->getTokenIndex()];
  }
  const ParseNode* take_rule() {
    TIDEMARK_ASSERT(!done() && !is_token((*children_)[index_]));
    return static_cast<ParseNode*>((*children_)[index_++]);
  }
  /// The next child if it is of this rule, else null.
  const ParseNode* accept_rule(size_t rule_number) { return rule() == rule_number ? take_rule() : nullptr; }
  void skip() { ++index_; }

 private:
  static bool is_token(const antlr4::tree::ParseTree* child) {
    return typeid(*child) == typeid(antlr4::tree::TerminalNodeImpl);
  }
  static antlr4::Token* symbol(antlr4::tree::ParseTree* child) {
    return static_cast<antlr4::tree::TerminalNode*>(child)->getSymbol();
  }

  const std::vector<antlr4::tree::ParseTree*>* children_;
  const std::vector<ScannedToken>* tokens_;
  size_t index_ = 0;
};

}  // namespace tidemark
