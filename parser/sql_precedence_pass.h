#pragma once

#include <vector>

#include "parser/sql_ast_builder.h"

namespace tidemark {

/// The grammar gives an expression as a flat list: prefix operators, a primary, and tails (`+ b`, `IS NULL`, `::int`
/// …). This pass makes the tree by precedence climbing, with PostgreSQL's precedences and its errors for operators that
/// do not associate (`a < b < c`).
class PrecedencePass {
 public:
  /// `node` is of rule expression or simpleExpression.
  PrecedencePass(SqlAstBuilder& builder, const ParseNode* node);
  ast::ExpressionPtr run();

 private:
  /// Low to high, as in the manual's table.
  enum Level : int {
    kLowest,
    kOr,
    kAnd,
    kNot,
    kIs,
    kComparison,
    kLike,
    kEscape,
    kOperator,
    kSum,
    kProduct,
    kPower,
    kAt,
    kCollate,
    kSign,
    kTypecast
  };

  struct Tail {
    const ParseNode* node;
    size_t type;  ///< Of its first token; K_OPERATOR for OPERATOR(…). NOT_LA counts as what follows it.
    Level level;
    bool negated;
  };

  ast::ExpressionPtr operand(const ParseNode* node);
  ast::ExpressionPtr prefixed(TreeCursor& children);
  /// Takes tails that bind at least as tightly as `lowest`.
  ast::ExpressionPtr climb(ast::ExpressionPtr left, int lowest);
  ast::ExpressionPtr apply(ast::ExpressionPtr left, const Tail& tail);
  ast::ExpressionPtr apply_operator(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children);
  ast::ExpressionPtr apply_between(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children);
  ast::ExpressionPtr apply_in(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children);
  ast::ExpressionPtr apply_pattern(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children);
  ast::ExpressionPtr apply_is(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children);
  ast::ExpressionPtr is_normalized(ast::ExpressionPtr operand, bool negated, TreeCursor& children, int place);
  ast::ExpressionPtr apply_overlaps(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children);
  ast::ExpressionPtr quantified(ast::ExpressionPtr left, ast::OperatorName name, const ParseNode* quantifier);
  static ast::ExpressionPtr logical(bool is_and, int position, ast::ExpressionPtr left, ast::ExpressionPtr right);
  [[nodiscard]] Tail make_tail(const ParseNode* node) const;
  /// Inside BETWEEN … AND only PostgreSQL's b_expr may stand: what the words AND, IN, LIKE, IS NULL … would make
  /// ambiguous is left out.
  [[nodiscard]] static bool allowed_when_restricted(const Tail& tail);

  SqlAstBuilder& builder_;
  const ParseNode* node_;
  std::vector<Tail> tails_;
  size_t next_ = 0;  ///< The first tail that is not used yet.
  bool restricted_ = false;
};

}  // namespace tidemark
