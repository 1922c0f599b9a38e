#include "parser/sql_precedence_pass.h"

#include "base/error.h"
#include "base/stack_depth.h"

namespace tidemark {
namespace {

/// A chain such as `a + a + …` nests its tree to the left without deep recursion here; those who walk the tree later do
/// recurse.
constexpr size_t kOperatorChainMax = 10'000;

bool is_operator_token(size_t type) { return (type >= Sql::PLUS && type <= Sql::OP) || type == Sql::K_OPERATOR; }

}  // namespace

PrecedencePass::PrecedencePass(SqlAstBuilder& builder, const ParseNode* node) : builder_(builder), node_(node) {
  for (TreeCursor children = builder.cursor(node); !children.done();) {
    const size_t rule = children.rule();
    if (rule == Sql::RuleExpressionTail || rule == Sql::RuleSimpleTail) {
      tails_.push_back(make_tail(children.take_rule()));
    } else {
      children.skip();
    }
  }
  size_t chain = 0;  // AND and OR make flat nodes.
  for (const Tail& tail : tails_) {
    chain = tail.type == Sql::K_AND || tail.type == Sql::K_OR ? 0 : chain + 1;
    if (chain > kOperatorChainMax) {
      throw Error(sqlstate::kStatementTooComplex, "stack depth limit exceeded").at(builder.position(node));
    }
  }
}

PrecedencePass::Tail PrecedencePass::make_tail(const ParseNode* node) const {
  TreeCursor children = builder_.cursor(node);
  const bool negated = children.accept(Sql::NOT_LA);
  const size_t type = children.rule() == Sql::RuleQualifiedOperator ? size_t{Sql::K_OPERATOR} : children.token();
  const Level level = [type] {
    switch (type) {
      case Sql::K_OR:
        return kOr;
      case Sql::K_AND:
        return kAnd;
      case Sql::K_IS:
      case Sql::K_ISNULL:
      case Sql::K_NOTNULL:
        return kIs;
      case Sql::LT:
      case Sql::GT:
      case Sql::EQ:
      case Sql::LE:
      case Sql::GE:
      case Sql::NE:
        return kComparison;
      case Sql::K_BETWEEN:
      case Sql::K_IN:
      case Sql::K_LIKE:
      case Sql::K_ILIKE:
      case Sql::K_SIMILAR:
      case Sql::K_MATCHES:
      case Sql::K_OVERLAPS:
        return kLike;
      case Sql::K_ESCAPE:
        return kEscape;
      case Sql::PLUS:
      case Sql::MINUS:
        return kSum;
      case Sql::STAR:
      case Sql::SLASH:
      case Sql::PERCENT:
        return kProduct;
      case Sql::CARET:
        return kPower;
      case Sql::K_AT:
        return kAt;
      case Sql::K_COLLATE:
        return kCollate;
      case Sql::TYPECAST:
        return kTypecast;
      default:
        return kOperator;
    }
  }();
  return {node, type, level, negated};
}

ast::ExpressionPtr PrecedencePass::run() {
  check_stack_depth();
  ast::ExpressionPtr result;
  if (node_->getRuleIndex() == Sql::RuleExpression) {
    TreeCursor children = builder_.cursor(node_);
    result = climb(prefixed(children), kLowest);
  } else {
    TreeCursor children = builder_.cursor(node_);
    result = climb(operand(children.take_rule()), kLowest);
  }
  if (next_ < tails_.size()) {
    // In a select list PostgreSQL takes a stray ESCAPE for the column's name, and stumbles over what follows.
    const ParseNode* tail = tails_[next_].node;
    const auto* parent = static_cast<const ParseNode*>(node_->parent);
    const bool in_target = parent != nullptr && parent->getRuleIndex() == Sql::RuleSelectTarget;
    if (tails_[next_].type == Sql::K_ESCAPE && in_target) builder_.fail_at_index(tail->start->getTokenIndex() + 1);
    builder_.fail_at(tail);
  }
  return result;
}

ast::ExpressionPtr PrecedencePass::operand(const ParseNode* node) {
  TreeCursor children = builder_.cursor(node);
  return prefixed(children);
}

ast::ExpressionPtr PrecedencePass::prefixed(TreeCursor& children) {
  if (const ParseNode* primary = children.accept_rule(Sql::RulePrimary)) return builder_.primary(primary);
  check_stack_depth();
  ast::OperatorName name;
  if (const ParseNode* qualified = children.accept_rule(Sql::RuleQualifiedOperator)) {
    name = builder_.operator_name(qualified);
  } else {
    const ScannedToken& token = children.take_token();
    if (token.type == Sql::K_NOT || token.type == Sql::NOT_LA) {
      if (restricted_) builder_.fail_at(token);
      auto negation = make<ast::NotExpression>(token.position);
      negation->operand = climb(prefixed(children), kNot + 1);
      return negation;
    }
    name = {token.position, {}, std::string(builder_.source(token))};
    if (token.type != Sql::OP) {
      auto sign = make<ast::OperatorExpression>(token.position);
      sign->name = std::move(name);
      sign->right = climb(prefixed(children), kSign + 1);
      return sign;
    }
  }
  auto result = make<ast::OperatorExpression>(name.position);
  result->name = std::move(name);
  result->right = climb(prefixed(children), kOperator + 1);
  return result;
}

bool PrecedencePass::allowed_when_restricted(const Tail& tail) {
  if (tail.type == Sql::TYPECAST) return true;
  if (tail.type == Sql::K_IS)
    return tail.node->children.back()->children.size() > 0;  // IS DISTINCT FROM ends in an operand.
  return is_operator_token(tail.type);
}

ast::ExpressionPtr PrecedencePass::climb(ast::ExpressionPtr left, int lowest) {
  int closed_level = kLowest;  // A level that does not associate, and whose operator was just applied.
  while (next_ < tails_.size()) {
    const Tail& tail = tails_[next_];
    if (tail.level < lowest || tail.type == Sql::K_ESCAPE || (restricted_ && !allowed_when_restricted(tail))) break;
    if (tail.level == closed_level) builder_.fail_at(tail.node);
    ++next_;
    const bool ends_in_operand = tail.level == kComparison || tail.type == Sql::K_BETWEEN || tail.type == Sql::K_LIKE ||
                                 tail.type == Sql::K_ILIKE || tail.type == Sql::K_SIMILAR ||
                                 tail.type == Sql::K_MATCHES ||
                                 (tail.type == Sql::K_IS && allowed_when_restricted(tail));
    left = apply(std::move(left), tail);
    closed_level = ends_in_operand && left->kind != ast::ExpressionKind::Quantified ? int{tail.level} : int{kLowest};
  }
  return left;
}

ast::ExpressionPtr PrecedencePass::apply(ast::ExpressionPtr left, const Tail& tail) {
  TreeCursor children = builder_.cursor(tail.node);
  children.accept(Sql::NOT_LA);
  switch (tail.type) {
    case Sql::K_AND:
    case Sql::K_OR: {
      const int place = children.take_token().position;
      ast::ExpressionPtr right = climb(operand(children.take_rule()), tail.level + 1);
      return logical(tail.type == Sql::K_AND, place, std::move(left), std::move(right));
    }
    case Sql::TYPECAST: {
      auto cast = make<ast::CastExpression>(children.take_token().position);
      cast->operand = std::move(left);
      cast->type = builder_.type_name(children.take_rule());
      return cast;
    }
    case Sql::K_COLLATE: {
      auto collate = make<ast::CollateExpression>(children.take_token().position);
      collate->operand = std::move(left);
      collate->collation = builder_.qualified_name(children.take_rule());
      return collate;
    }
    case Sql::K_AT: {
      auto at = make<ast::AtTimeZoneExpression>(children.take_token().position);
      children.skip();
      children.skip();
      at->operand = std::move(left);
      at->zone = climb(operand(children.take_rule()), kAt + 1);
      return at;
    }
    case Sql::K_ISNULL:
    case Sql::K_NOTNULL: {
      auto test = make<ast::TestExpression>(children.take_token().position);
      test->negated = tail.type == Sql::K_NOTNULL;
      test->operand = std::move(left);
      return test;
    }
    case Sql::K_IS:
      return apply_is(std::move(left), tail, children);
    case Sql::K_IN:
      return apply_in(std::move(left), tail, children);
    case Sql::K_BETWEEN:
      return apply_between(std::move(left), tail, children);
    case Sql::K_LIKE:
    case Sql::K_ILIKE:
    case Sql::K_SIMILAR:
    case Sql::K_MATCHES:
      return apply_pattern(std::move(left), tail, children);
    case Sql::K_OVERLAPS:
      return apply_overlaps(std::move(left), tail, children);
    default:
      return apply_operator(std::move(left), tail, children);
  }
}

ast::ExpressionPtr PrecedencePass::logical(bool is_and, int position, ast::ExpressionPtr left,
                                           ast::ExpressionPtr right) {
  if (left->kind == ast::ExpressionKind::Logical && left->as<ast::LogicalExpression>().is_and == is_and) {
    left->as<ast::LogicalExpression>().operands.push_back(std::move(right));
    return left;
  }
  auto result = make<ast::LogicalExpression>(position);
  result->is_and = is_and;
  result->operands.push_back(std::move(left));
  result->operands.push_back(std::move(right));
  return result;
}

ast::ExpressionPtr PrecedencePass::apply_operator(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children) {
  ast::OperatorName name;
  if (const ParseNode* qualified = children.accept_rule(Sql::RuleQualifiedOperator)) {
    name = builder_.operator_name(qualified);
  } else {
    const ScannedToken& token = children.take_token();
    name = {token.position, {}, std::string(token.type == Sql::NE ? "<>" : builder_.source(token))};
  }
  if (const ParseNode* quantifier = children.accept_rule(Sql::RuleQuantifier))
    return quantified(std::move(left), std::move(name), quantifier);
  auto result = make<ast::OperatorExpression>(name.position);
  result->name = std::move(name);
  result->left = std::move(left);
  result->right = climb(operand(children.take_rule()), tail.level + 1);
  return result;
}

ast::ExpressionPtr PrecedencePass::quantified(ast::ExpressionPtr left, ast::OperatorName name,
                                              const ParseNode* quantifier) {
  auto result = make<ast::QuantifiedExpression>(name.position);
  TreeCursor children = builder_.cursor(quantifier);
  result->all = children.take_token().type == Sql::K_ALL;
  result->name = std::move(name);
  result->operand = std::move(left);
  const ParseNode* parentheses = children.take_rule();
  result->query = builder_.query_of_parentheses(parentheses);
  if (result->query == nullptr) {
    TreeCursor inner = builder_.cursor(parentheses);
    inner.skip();
    result->array = builder_.expression(inner.take_rule());
    if (inner.token() == Sql::COMMA) builder_.fail_at(inner.take_token());
  }
  return result;
}

ast::ExpressionPtr PrecedencePass::apply_between(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children) {
  auto result = make<ast::BetweenExpression>(builder_.position(tail.node));
  children.skip();
  result->negated = tail.negated;
  result->symmetric = children.accept(Sql::K_SYMMETRIC);
  children.accept(Sql::K_ASYMMETRIC);
  result->operand = std::move(left);
  const bool outer = std::exchange(restricted_, true);
  result->low = climb(operand(children.take_rule()), kLowest);
  restricted_ = outer;
  if (next_ >= tails_.size()) builder_.fail_after(node_);
  const Tail& conjunction = tails_[next_];
  if (conjunction.type != Sql::K_AND) builder_.fail_at(conjunction.node);
  ++next_;
  TreeCursor rest = builder_.cursor(conjunction.node);
  rest.skip();
  result->high = climb(operand(rest.take_rule()), kLike + 1);
  return result;
}

ast::ExpressionPtr PrecedencePass::apply_in(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children) {
  auto result = make<ast::InExpression>(builder_.position(tail.node));
  children.skip();
  result->negated = tail.negated;
  result->operand = std::move(left);
  const ParseNode* parentheses = children.take_rule();
  result->query = builder_.query_of_parentheses(parentheses);
  if (result->query == nullptr) {
    TreeCursor inner = builder_.cursor(parentheses);
    inner.skip();
    for (; inner.rule() == Sql::RuleExpression; inner.accept(Sql::COMMA))
      result->list.push_back(builder_.expression(inner.take_rule()));
  }
  return result;
}

ast::ExpressionPtr PrecedencePass::apply_pattern(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children) {
  const int place = builder_.position(tail.node);
  children.skip();
  children.accept(Sql::K_TO);
  if (const ParseNode* quantifier = children.accept_rule(Sql::RuleQuantifier)) {
    const char* symbol = tail.type == Sql::K_LIKE ? (tail.negated ? "!~~" : "~~") : (tail.negated ? "!~~*" : "~~*");
    return quantified(std::move(left), {place, {}, symbol}, quantifier);
  }
  auto result = make<ast::PatternExpression>(place);
  result->negated = tail.negated;
  result->pattern_kind = tail.type == Sql::K_LIKE      ? ast::PatternKind::Like
                         : tail.type == Sql::K_ILIKE   ? ast::PatternKind::ILike
                         : tail.type == Sql::K_SIMILAR ? ast::PatternKind::Similar
                                                       : ast::PatternKind::Matches;
  result->operand = std::move(left);
  result->pattern = climb(operand(children.take_rule()), kLike + 1);
  if (tail.type != Sql::K_MATCHES && next_ < tails_.size() && tails_[next_].type == Sql::K_ESCAPE) {
    TreeCursor escape = builder_.cursor(tails_[next_++].node);
    escape.skip();
    result->escape = climb(operand(escape.take_rule()), kLike + 1);
  }
  return result;
}

ast::ExpressionPtr PrecedencePass::apply_is(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children) {
  const int place = builder_.position(tail.node);
  children.skip();
  const bool negated = children.accept(Sql::K_NOT);
  if (children.accept(Sql::K_DISTINCT)) {
    children.skip();
    auto result = make<ast::DistinctFromExpression>(place);
    result->negated = negated;
    result->left = std::move(left);
    result->right = climb(operand(children.take_rule()), kIs + 1);
    return result;
  }
  auto result = make<ast::TestExpression>(place);
  result->negated = negated;
  result->operand = std::move(left);
  switch (children.token()) {
    case Sql::K_NULL:
      result->test_kind = ast::TestKind::Null;
      break;
    case Sql::K_TRUE:
      result->test_kind = ast::TestKind::True;
      break;
    case Sql::K_FALSE:
      result->test_kind = ast::TestKind::False;
      break;
    case Sql::K_UNKNOWN:
      result->test_kind = ast::TestKind::Unknown;
      break;
    case Sql::K_DOCUMENT:
      throw Error(sqlstate::kFeatureNotSupported, "IS DOCUMENT is not supported").at(place);
    default:
      return is_normalized(std::move(result->operand), negated, children, place);
  }
  return result;
}

/// `a IS [NOT] [form] NORMALIZED` is a call.
ast::ExpressionPtr PrecedencePass::is_normalized(ast::ExpressionPtr operand, bool negated, TreeCursor& children,
                                                 int place) {
  auto call = make<ast::FunctionCall>(place);
  call->name.parts = {"pg_catalog", "is_normalized"};
  call->name.position = place;
  call->arguments.push_back({"", std::move(operand)});
  if (children.token() != Sql::K_NORMALIZED) {
    call->arguments.push_back({"", builder_.normal_form(children.take_rule())});
  }
  if (!negated) return call;
  auto result = make<ast::NotExpression>(place);
  result->operand = std::move(call);
  return result;
}

ast::ExpressionPtr PrecedencePass::apply_overlaps(ast::ExpressionPtr left, const Tail& tail, TreeCursor& children) {
  const int place = builder_.position(tail.node);
  children.skip();
  const ParseNode* right_node = children.take_rule();
  ast::ExpressionPtr right = climb(operand(right_node), kLike + 1);
  auto call = make<ast::FunctionCall>(place);
  call->name = {place, {"pg_catalog", "overlaps"}};
  const auto take_pair = [&](ast::ExpressionPtr& side, const char* which) {
    if (side->kind != ast::ExpressionKind::Row) builder_.fail_at(tail.node);
    auto& fields = side->as<ast::RowExpression>().fields;
    if (fields.size() != 2) {
      throw Error(sqlstate::kSyntaxError,
                  std::string("wrong number of parameters on ") + which + " side of OVERLAPS expression")
          .at(side->position);
    }
    for (auto& field : fields) call->arguments.push_back({"", std::move(field)});
  };
  take_pair(left, "left");
  take_pair(right, "right");
  return call;
}

}  // namespace tidemark
