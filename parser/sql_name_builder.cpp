#include <algorithm>

#include "base/error.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_scanner.h"

// Names, literals and option lists: the small change of all statements.
namespace tidemark {

const ScannedToken& SqlAstBuilder::first_token(const ParseNode* node) const {
  return tokens_[node->start->getTokenIndex()];
}

std::string SqlAstBuilder::name(const ParseNode* node) const { return identifier_value(text_, first_token(node)); }

ast::QualifiedName SqlAstBuilder::qualified_name(const ParseNode* node) const {
  ast::QualifiedName result;
  result.position = position(node);
  for (TreeCursor children = cursor(node); !children.done();) {
    if (children.rule() == TreeCursor::kNoRule) {
      if (children.token() != Sql::DOT) break;
      children.skip();
    } else {
      result.parts.push_back(name(children.take_rule()));
    }
  }
  return result;
}

std::vector<ast::QualifiedName> SqlAstBuilder::qualified_names(const ParseNode* node) const {
  std::vector<ast::QualifiedName> result;
  for (TreeCursor children = cursor(node); !children.done(); children.accept(Sql::COMMA))
    result.push_back(qualified_name(children.take_rule()));
  return result;
}

std::vector<ast::Name> SqlAstBuilder::names(const ParseNode* node) const {
  TreeCursor children = cursor(node);
  if (children.accept(Sql::LP)) return names(children.take_rule());
  std::vector<ast::Name> result;
  for (; !children.done(); children.accept(Sql::COMMA)) result.push_back(placed_name(children.take_rule()));
  return result;
}

std::vector<std::string> SqlAstBuilder::role_names(const ParseNode* node) const {
  std::vector<std::string> result;
  for (TreeCursor children = cursor(node); !children.done();) {
    if (children.rule() == TreeCursor::kNoRule) {
      children.skip();  // A comma, or GROUP.
    } else {
      result.push_back(name(children.take_rule()));
    }
  }
  return result;
}

std::string SqlAstBuilder::string_literal(const ParseNode* node) const {
  return string_value(text_, first_token(node));
}

std::string SqlAstBuilder::signed_number(const ParseNode* node) const {
  TreeCursor children = cursor(node);
  const bool minus = children.accept(Sql::MINUS);
  if (!minus) children.accept(Sql::PLUS);
  return (minus ? "-" : "") + std::string(source(children.take_token()));
}

ast::ExpressionPtr SqlAstBuilder::literal(const ScannedToken& token) const {
  if (token.type == Sql::K_DEFAULT) {
    auto value = std::make_unique<ast::DefaultValue>();
    value->position = token.position;
    return value;
  }
  auto result = std::make_unique<ast::Literal>();
  result->position = token.position;
  switch (token.type) {
    case Sql::K_NULL:
      break;
    case Sql::K_TRUE:
    case Sql::K_FALSE:
      result->literal_kind = ast::LiteralKind::Boolean;
      result->text = token.type == Sql::K_TRUE ? "true" : "false";
      break;
    case Sql::INTEGER:
    case Sql::DECIMAL:
      result->literal_kind = token.type == Sql::INTEGER ? ast::LiteralKind::Integer : ast::LiteralKind::Decimal;
      result->text = source(token);
      break;
    case Sql::BSTRING:
    case Sql::XSTRING:
      result->literal_kind = token.type == Sql::BSTRING ? ast::LiteralKind::BitString : ast::LiteralKind::HexString;
      result->text = string_value(text_, token);
      break;
    default:
      result->literal_kind = ast::LiteralKind::String;
      result->text = string_value(text_, token);
  }
  return result;
}

void SqlAstBuilder::option_value(const ParseNode* node, ast::Option& option) const {
  using Kind = ast::Option::ValueKind;
  TreeCursor children = cursor(node);
  const auto item = [this](const ParseNode* part) {
    const size_t rule = part->getRuleIndex();
    return rule == Sql::RuleStringLiteral  ? string_literal(part)
           : rule == Sql::RuleSignedNumber ? signed_number(part)
                                           : name(part);
  };
  if (children.accept(Sql::LP)) {
    option.value_kind = Kind::List;
    for (; children.rule() == Sql::RuleOptionItem; children.accept(Sql::COMMA)) {
      TreeCursor inner = cursor(children.take_rule());
      option.list.push_back(item(inner.take_rule()));
    }
  } else if (children.accept(Sql::STAR)) {
    option.value_kind = Kind::List;
    option.list.emplace_back("*");
  } else if (children.rule() == TreeCursor::kNoRule) {  // TRUE, FALSE, ON
    option.value_kind = Kind::Word;
    option.value = identifier_value(text_, children.take_token());
  } else {
    const size_t rule = children.rule();
    option.value_kind = rule == Sql::RuleStringLiteral  ? Kind::String
                        : rule == Sql::RuleSignedNumber ? Kind::Number
                                                        : Kind::Word;
    option.value = item(children.take_rule());
    while (children.accept(Sql::DOT)) option.value += "." + name(children.take_rule());
  }
}

ast::Option SqlAstBuilder::option_entry(const ParseNode* node) const {
  ast::Option option;
  option.position = position(node);
  TreeCursor parts = cursor(node);
  // In EXPLAIN's list the name may be the bare token ANALYZE.
  option.name = identifier_value(
      text_, parts.rule() == TreeCursor::kNoRule ? parts.take_token() : first_token(parts.take_rule()));
  if (parts.accept(Sql::DOT)) option.name += "." + name(parts.take_rule());
  parts.accept(Sql::EQ);
  if (!parts.done()) option_value(parts.take_rule(), option);
  return option;
}

std::vector<ast::Option> SqlAstBuilder::option_list(const ParseNode* node) const {
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_WITH)) return option_list(children.take_rule());
  children.accept(Sql::LP);
  std::vector<ast::Option> result;
  for (; children.rule() != TreeCursor::kNoRule; children.accept(Sql::COMMA)) {
    result.push_back(option_entry(children.take_rule()));
  }
  return result;
}

ast::QualifiedName SqlAstBuilder::optional_qualified_name(TreeCursor& children, size_t keyword) const {
  return children.accept(keyword) ? qualified_name(children.take_rule()) : ast::QualifiedName{};
}

void SqlAstBuilder::fail_at(const ScannedToken& token) const {
  throw_syntax_error(text_, tokens_, static_cast<size_t>(&token - tokens_.data()));
}

void SqlAstBuilder::fail_at_index(size_t token_index) const { throw_syntax_error(text_, tokens_, token_index); }

void SqlAstBuilder::fail_after(const ParseNode* node, std::string_view words) const {
  throw_syntax_error(text_, tokens_, node->stop->getTokenIndex() + 1, words);
}

}  // namespace tidemark
