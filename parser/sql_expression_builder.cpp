#include "base/error.h"
#include "base/stack_depth.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_precedence_pass.h"
#include "parser/sql_scanner.h"

// Primaries: names, calls, parentheses, CASE, arrays, windows. Operators are the business of PrecedencePass.
namespace tidemark {
namespace {

ast::FunctionArgument plain_argument(ast::ExpressionPtr value) { return {"", std::move(value)}; }

std::unique_ptr<ast::FunctionCall> system_call(int position, const char* function, ast::CallSyntax syntax) {
  auto call = make<ast::FunctionCall>(position);
  call->name = {position, {"pg_catalog", function}};
  call->syntax = syntax;
  return call;
}

}  // namespace

ast::ExpressionPtr SqlAstBuilder::expression(const ParseNode* node) { return PrecedencePass(*this, node).run(); }

ast::ExpressionList SqlAstBuilder::expression_list(const ParseNode* node) {
  ast::ExpressionList result;
  for (TreeCursor children = cursor(node); !children.done(); children.accept(Sql::COMMA))
    result.push_back(expression(children.take_rule()));
  return result;
}

ast::ExpressionPtr SqlAstBuilder::primary(const ParseNode* node) {
  TreeCursor children = cursor(node);
  switch (children.rule()) {
    case TreeCursor::kNoRule: {
      const ScannedToken& token = children.take_token();
      if (token.type != Sql::PARAMETER) return literal(token);
      auto parameter = make<ast::Parameter>(token.position);
      const std::string digits(source(token).substr(1));
      if (digits.size() > 9)
        throw Error(sqlstate::kUndefinedParameter, "there is no parameter $" + digits).at(token.position);
      parameter->number = std::stoi(digits);
      return with_indirection(std::move(parameter), children);
    }
    case Sql::RuleNameExpression:
      return name_expression(children.take_rule());
    case Sql::RuleParentheses: {
      ast::ExpressionPtr inner = parentheses(children.take_rule());
      if (inner->kind == ast::ExpressionKind::Subscript) inner->as<ast::SubscriptExpression>().closed = true;
      return with_indirection(std::move(inner), children);
    }
    case Sql::RuleCaseExpression:
      return case_expression(children.take_rule());
    case Sql::RuleTypedLiteral:
      return typed_literal(children.take_rule());
    case Sql::RuleSpecialCall:
      return special_call(children.take_rule());
    case Sql::RuleSubqueryExpression: {
      const ParseNode* subquery = children.take_rule();
      TreeCursor parts = cursor(subquery);
      auto result = make<ast::SubqueryExpression>(position(subquery));
      result->subquery_kind =
          parts.take_token().type == Sql::K_EXISTS ? ast::SubqueryKind::Exists : ast::SubqueryKind::Array;
      result->query = query_in_parentheses(parts.take_rule());
      return result;
    }
    case Sql::RuleArrayExpression: {
      const ParseNode* array = children.take_rule();
      TreeCursor parts = cursor(array);
      const int place = parts.take_token().position;
      return array_elements(parts.take_rule(), place);
    }
    default: {
      const ParseNode* row = children.take_rule();
      auto result = make<ast::RowExpression>(position(row));
      result->explicit_row = true;
      TreeCursor parts = cursor(row);
      parts.skip();
      parts.skip();
      if (const ParseNode* fields = parts.accept_rule(Sql::RuleExpressionList))
        result->fields = expression_list(fields);
      return result;
    }
  }
}

ast::ExpressionPtr SqlAstBuilder::array_elements(const ParseNode* node, int place) {
  check_stack_depth();
  auto result = make<ast::ArrayExpression>(place);
  TreeCursor children = cursor(node);
  children.skip();
  if (const ParseNode* list = children.accept_rule(Sql::RuleExpressionList)) {
    result->elements = expression_list(list);
    return result;
  }
  for (; children.rule() == Sql::RuleArrayElements; children.accept(Sql::COMMA)) {
    const ParseNode* inner = children.take_rule();
    result->elements.push_back(array_elements(inner, position(inner)));
  }
  return result;
}

ast::ExpressionPtr SqlAstBuilder::case_expression(const ParseNode* node) {
  auto result = make<ast::CaseExpression>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  if (const ParseNode* operand = children.accept_rule(Sql::RuleExpression)) result->operand = expression(operand);
  while (const ParseNode* branch = children.accept_rule(Sql::RuleCaseBranch)) {
    TreeCursor parts = cursor(branch);
    ast::CaseBranch made;
    made.position = parts.take_token().position;
    made.condition = expression(parts.take_rule());
    parts.skip();
    made.result = expression(parts.take_rule());
    result->branches.push_back(std::move(made));
  }
  if (children.accept(Sql::K_ELSE)) result->otherwise = expression(children.take_rule());
  return result;
}

// ----------------------------------------------------------------------------------------------------------
// parentheses

ast::QueryPtr SqlAstBuilder::query_of_parentheses(const ParseNode* node) {
  check_stack_depth();
  TreeCursor children = cursor(node);
  children.skip();
  if (const ParseNode* query = children.accept_rule(Sql::RulePlainQuery)) return plain_query(query);
  const ParseNode* first = children.take_rule();
  const bool list = children.token() == Sql::COMMA;
  while (children.accept(Sql::COMMA)) children.skip();
  const ParseNode* set_tail = children.accept_rule(Sql::RuleSetTail);
  const ParseNode* tail = children.accept_rule(Sql::RuleQueryTail);
  // `((SELECT 1))`, `((SELECT 1) UNION SELECT 2)`: the expression is nothing but parentheses around a query.
  ast::QueryPtr inner;
  if (!list && first->children.size() == 1) {
    TreeCursor primary_part = cursor(static_cast<const ParseNode*>(first->children[0]));
    if (primary_part.rule() == Sql::RuleParentheses) {
      const ParseNode* nested = primary_part.take_rule();
      if (primary_part.done()) inner = query_of_parentheses(nested);
    }
  }
  if (inner == nullptr) {
    if (set_tail != nullptr) fail_at(set_tail);
    if (tail != nullptr && !tail->children.empty()) fail_at(tail);
    return nullptr;
  }
  inner = with_set_tail(std::move(inner), set_tail);
  add_query_tail(*inner, tail);
  return inner;
}

ast::ExpressionPtr SqlAstBuilder::parentheses(const ParseNode* node) {
  const int place = position(node);
  if (ast::QueryPtr query = query_of_parentheses(node)) {
    auto result = make<ast::SubqueryExpression>(place);
    result->query = std::move(query);
    return result;
  }
  TreeCursor children = cursor(node);
  children.skip();
  ast::ExpressionPtr first = expression(children.take_rule());
  if (children.token() != Sql::COMMA) return first;
  auto row = make<ast::RowExpression>(place);
  row->fields.push_back(std::move(first));
  while (children.accept(Sql::COMMA)) row->fields.push_back(expression(children.take_rule()));
  return row;
}

// ---------------------------------------------------------------------------------------------------------- names and
// calls

ast::ExpressionPtr SqlAstBuilder::with_indirection(ast::ExpressionPtr operand, TreeCursor& children) {
  size_t count = 0;
  while (const ParseNode* part = children.accept_rule(Sql::RuleIndirection)) {
    if (++count > 1000) throw Error(sqlstate::kStatementTooComplex, "stack depth limit exceeded").at(position(part));
    operand = add_indirection(std::move(operand), part);
  }
  return operand;
}

ast::ExpressionPtr SqlAstBuilder::add_indirection(ast::ExpressionPtr operand, const ParseNode* node) {
  TreeCursor children = cursor(node);
  const int place = operand->position;
  if (children.accept(Sql::DOT)) {
    if (operand->kind == ast::ExpressionKind::FieldSelection && operand->as<ast::FieldSelection>().star) {
      fail_after(node, "improper use of \"*\"");
    }
    auto field = make<ast::FieldSelection>(place);
    field->operand = std::move(operand);
    field->star = children.accept(Sql::STAR);
    if (!field->star) field->field = name(children.take_rule());
    return field;
  }
  auto subscript = make<ast::SubscriptExpression>(place);
  children.skip();
  subscript->operand = std::move(operand);
  ast::ExpressionPtr first;
  if (const ParseNode* bound = children.accept_rule(Sql::RuleExpression)) first = expression(bound);
  subscript->slice = children.accept(Sql::COLON);
  if (!subscript->slice) {
    subscript->high = std::move(first);
    return subscript;
  }
  subscript->low = std::move(first);
  if (const ParseNode* bound = children.accept_rule(Sql::RuleExpression)) subscript->high = expression(bound);
  return subscript;
}

ast::ExpressionPtr SqlAstBuilder::name_expression(const ParseNode* node) {
  TreeCursor children = cursor(node);
  auto column = make<ast::ColumnReference>(position(node));
  column->parts.push_back(name(children.take_rule()));
  // Dots first: they belong to the name.
  const ParseNode* part = nullptr;
  while ((part = children.accept_rule(Sql::RuleIndirection)) != nullptr) {
    TreeCursor step = cursor(part);
    if (!step.accept(Sql::DOT)) break;
    if (column->star) fail_after(node, "improper use of \"*\"");
    column->star = step.accept(Sql::STAR);
    if (!column->star) column->parts.push_back(name(step.take_rule()));
  }
  const bool has_more = children.rule() == Sql::RuleCall || children.rule() == Sql::RuleStringLiteral;
  if (part == nullptr && has_more && !column->star) {
    ast::QualifiedName function{column->position, std::move(column->parts)};
    return finish_call(std::move(function), children);
  }
  ast::ExpressionPtr result = std::move(column);
  if (part != nullptr) {
    if (result->as<ast::ColumnReference>().star) fail_after(node, "improper use of \"*\"");
    result = with_indirection(add_indirection(std::move(result), part), children);
  }
  if (!children.done()) fail_at(children.take_rule());
  return result;
}

/// After a name: `(…) FILTER …`, `(…) 'literal'`, or `'literal'`.
ast::ExpressionPtr SqlAstBuilder::finish_call(ast::QualifiedName function, TreeCursor& children) {
  const auto as_type = [](ast::QualifiedName type_words) {
    ast::TypeName type;
    type.position = type_words.position;
    type.name = std::move(type_words);
    return type;
  };
  if (const ParseNode* string = children.accept_rule(Sql::RuleStringLiteral))
    return typed_literal_of(as_type(std::move(function)), string);
  const ParseNode* call_node = children.take_rule();
  std::unique_ptr<ast::FunctionCall> result = call(std::move(function), call_node);
  while (const ParseNode* option = children.accept_rule(Sql::RuleCallOption)) {
    TreeCursor parts = cursor(option);
    const ScannedToken& word = parts.take_token();
    if (word.type == Sql::K_WITHIN) {
      const auto refuse = [&](const char* with) {
        throw Error(sqlstate::kSyntaxError, std::string("cannot use ") + with + " with WITHIN GROUP").at(word.position);
      };
      if (!result->order_by.empty())
        throw Error(sqlstate::kSyntaxError, "cannot use multiple ORDER BY clauses with WITHIN GROUP").at(word.position);
      if (result->distinct) refuse("DISTINCT");
      if (result->variadic) refuse("VARIADIC");
      parts.skip();
      parts.skip();
      result->within_group = true;
      result->order_by = order_by(parts.take_rule());
    } else if (word.type == Sql::K_FILTER) {
      parts.skip();
      parts.skip();
      if (result->filter != nullptr) fail_at(word);
      result->filter = expression(parts.take_rule());
    } else {
      if (result->over != nullptr) fail_at(word);
      const ParseNode* window = parts.take_rule();
      result->over = std::make_unique<ast::WindowDefinition>();
      if (window->getRuleIndex() == Sql::RuleWindowSpecification) {
        *result->over = window_specification(window);
      } else {
        result->over->position = position(window);
        result->over->name = name(window);
      }
    }
  }
  const ParseNode* string = children.accept_rule(Sql::RuleStringLiteral);
  if (string == nullptr) return result;
  // `timestamptz(9) '…'`: the arguments are type modifiers.
  if (result->star || result->distinct || result->variadic || result->filter != nullptr || result->over != nullptr)
    fail_at(string);
  if (!result->order_by.empty())
    throw Error(sqlstate::kSyntaxError, "type modifier cannot have ORDER BY").at(position(call_node));
  ast::TypeName type = as_type(std::move(result->name));
  for (auto& modifier : result->arguments) {
    if (!modifier.name.empty())
      throw Error(sqlstate::kSyntaxError, "type modifier cannot have parameter name").at(modifier.value->position);
    type.modifiers.push_back(std::move(modifier.value));
  }
  return typed_literal_of(std::move(type), string);
}

ast::FunctionArgument SqlAstBuilder::argument(const ParseNode* node, bool& variadic) {
  TreeCursor children = cursor(node);
  if (variadic) fail_at(tokens_[node->start->getTokenIndex() - 1]);  // Nothing follows VARIADIC x, not even the comma.
  variadic = children.accept(Sql::K_VARIADIC);
  ast::FunctionArgument result;
  if (const ParseNode* label = children.accept_rule(Sql::RuleTypeFunctionName)) {
    result.name = name(label);
    children.skip();
  }
  result.value = expression(children.take_rule());
  return result;
}

std::unique_ptr<ast::FunctionCall> SqlAstBuilder::call(ast::QualifiedName function, const ParseNode* node) {
  auto result = make<ast::FunctionCall>(function.position);
  result->name = std::move(function);
  TreeCursor children = cursor(node);
  children.skip();
  const ParseNode* arguments = children.accept_rule(Sql::RuleCallArguments);
  if (arguments == nullptr) return result;
  TreeCursor parts = cursor(arguments);
  if (parts.accept(Sql::STAR)) {
    result->star = true;
    return result;
  }
  result->distinct = parts.accept(Sql::K_DISTINCT);
  parts.accept(Sql::K_ALL);
  while (const ParseNode* entry = parts.accept_rule(Sql::RuleArgument)) {
    result->arguments.push_back(argument(entry, result->variadic));
    parts.accept(Sql::COMMA);
  }
  if (const ParseNode* order = parts.accept_rule(Sql::RuleOrderBy)) result->order_by = order_by(order);
  return result;
}

ast::ExpressionPtr SqlAstBuilder::typed_literal_of(ast::TypeName type, const ParseNode* string) {
  auto cast = make<ast::CastExpression>(position(string));
  cast->syntax = ast::CastSyntax::TypedLiteral;
  cast->operand = literal(first_token(string));
  cast->type = std::move(type);
  return cast;
}

ast::OperatorName SqlAstBuilder::operator_name(const ParseNode* node) {
  ast::OperatorName result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_OPERATOR)) {
    children.skip();
    for (; children.rule() == Sql::RuleColumnName; children.accept(Sql::DOT))
      result.schema.push_back(name(children.take_rule()));
    children = cursor(children.take_rule());
  }
  const ScannedToken& token = children.take_token();
  result.symbol = token.type == Sql::NE ? "<>" : source(token);
  return result;
}

// ---------------------------------------------------------------------------------------------------------- special
// calls

ast::ExpressionPtr SqlAstBuilder::special_call(const ParseNode* node) {
  TreeCursor children = cursor(node);
  const ScannedToken& word = children.take_token();
  const int place = word.position;
  children.accept(Sql::LP);
  const auto builtin = [&](ast::BuiltinKind kind) {
    auto result = make<ast::BuiltinExpression>(place);
    result->builtin = kind;
    return result;
  };
  const auto with_list = [&](ast::BuiltinKind kind) {
    auto result = builtin(kind);
    result->arguments = expression_list(children.take_rule());
    return result;
  };
  const auto with_precision = [&](ast::BuiltinKind kind) {
    auto result = builtin(kind);
    if (children.token() == Sql::INTEGER) result->arguments.push_back(literal(children.take_token()));
    return result;
  };
  using Kind = ast::BuiltinKind;
  switch (word.type) {
    case Sql::K_COALESCE:
      return with_list(Kind::Coalesce);
    case Sql::K_GREATEST:
      return with_list(Kind::Greatest);
    case Sql::K_LEAST:
      return with_list(Kind::Least);
    case Sql::K_GROUPING:
      return with_list(Kind::Grouping);
    case Sql::K_NULLIF: {
      auto result = builtin(Kind::NullIf);
      result->arguments.push_back(expression(children.take_rule()));
      children.skip();
      result->arguments.push_back(expression(children.take_rule()));
      return result;
    }
    case Sql::K_CURRENT_DATE:
      return builtin(Kind::CurrentDate);
    case Sql::K_CURRENT_ROLE:
      return builtin(Kind::CurrentRole);
    case Sql::K_CURRENT_USER:
      return builtin(Kind::CurrentUser);
    case Sql::K_SESSION_USER:
      return builtin(Kind::SessionUser);
    case Sql::K_USER:
      return builtin(Kind::User);
    case Sql::K_CURRENT_CATALOG:
      return builtin(Kind::CurrentCatalog);
    case Sql::K_CURRENT_SCHEMA:
      return builtin(Kind::CurrentSchema);
    case Sql::K_CURRENT_TIME:
      return with_precision(Kind::CurrentTime);
    case Sql::K_CURRENT_TIMESTAMP:
      return with_precision(Kind::CurrentTimestamp);
    case Sql::K_LOCALTIME:
      return with_precision(Kind::LocalTime);
    case Sql::K_LOCALTIMESTAMP:
      return with_precision(Kind::LocalTimestamp);
    case Sql::K_CAST:
    case Sql::K_TREAT: {
      if (word.type == Sql::K_TREAT) throw Error(sqlstate::kFeatureNotSupported, "TREAT is not supported").at(place);
      auto cast = make<ast::CastExpression>(place);
      cast->syntax = ast::CastSyntax::Cast;
      cast->operand = expression(children.take_rule());
      children.skip();
      cast->type = type_name(children.take_rule());
      return cast;
    }
    case Sql::K_EXTRACT: {
      auto result = system_call(place, "extract", ast::CallSyntax::Extract);
      auto field = make<ast::Literal>(place);
      field->literal_kind = ast::LiteralKind::String;
      if (const ParseNode* string = children.accept_rule(Sql::RuleStringLiteral)) {
        field->position = position(string);
        field->text = string_literal(string);
      } else {
        const ScannedToken& token = children.take_token();
        field->position = token.position;
        field->text = identifier_value(text_, token);
      }
      result->arguments.push_back(plain_argument(std::move(field)));
      children.skip();
      result->arguments.push_back(plain_argument(expression(children.take_rule())));
      return result;
    }
    case Sql::K_POSITION: {
      auto result = system_call(place, "position", ast::CallSyntax::Position);
      ast::ExpressionPtr part = expression(children.take_rule());
      children.skip();
      result->arguments.push_back(plain_argument(expression(children.take_rule())));
      result->arguments.push_back(plain_argument(std::move(part)));
      return result;
    }
    case Sql::K_OVERLAY: {
      auto result = system_call(place, "overlay", ast::CallSyntax::Overlay);
      TreeCursor parts = cursor(children.take_rule());
      while (const ParseNode* entry = parts.accept_rule(Sql::RuleArgument)) {
        result->arguments.push_back(argument(entry, result->variadic));
        if (parts.accept(Sql::COMMA)) result->syntax = ast::CallSyntax::Plain;
      }
      if (parts.done()) {
        result->syntax = ast::CallSyntax::Plain;
        result->name.parts = {"overlay"};
      }
      while (!parts.done()) {
        parts.skip();  // PLACING, FROM, FOR: in the order of the function's arguments.
        result->arguments.push_back(plain_argument(expression(parts.take_rule())));
      }
      return result;
    }
    case Sql::K_SUBSTRING: {
      auto result = system_call(place, "substring", ast::CallSyntax::Substring);
      const ParseNode* arguments = children.accept_rule(Sql::RuleSubstringArguments);
      const auto plain = [&] {
        result->syntax = ast::CallSyntax::Plain;
        result->name.parts = {"substring"};
      };
      if (arguments == nullptr) {
        plain();
        return result;
      }
      TreeCursor parts = cursor(arguments);
      while (const ParseNode* entry = parts.accept_rule(Sql::RuleArgument)) {
        result->arguments.push_back(argument(entry, result->variadic));
        parts.accept(Sql::COMMA);
      }
      if (parts.done()) {
        plain();
        return result;
      }
      ast::ExpressionPtr start, length;
      while (!parts.done()) {
        const ScannedToken& preposition = parts.take_token();
        ast::ExpressionPtr value = expression(parts.take_rule());
        (preposition.type == Sql::K_FOR || preposition.type == Sql::K_ESCAPE ? length : start) = std::move(value);
      }
      if (start == nullptr) {  // FOR n alone counts from the first character.
        auto one = make<ast::Literal>(0);
        one->literal_kind = ast::LiteralKind::Integer;
        one->text = "1";
        start = std::move(one);
      }
      result->arguments.push_back(plain_argument(std::move(start)));
      if (length != nullptr) result->arguments.push_back(plain_argument(std::move(length)));
      return result;
    }
    case Sql::K_TRIM: {
      const bool leading = children.accept(Sql::K_LEADING);
      const bool trailing = !leading && children.accept(Sql::K_TRAILING);
      children.accept(Sql::K_BOTH);
      auto result = leading    ? system_call(place, "ltrim", ast::CallSyntax::TrimLeading)
                    : trailing ? system_call(place, "rtrim", ast::CallSyntax::TrimTrailing)
                               : system_call(place, "btrim", ast::CallSyntax::Trim);
      TreeCursor parts = cursor(children.take_rule());
      ast::ExpressionList characters;
      if (!parts.accept(Sql::K_FROM)) {
        characters = expression_list(parts.take_rule());
        parts.accept(Sql::K_FROM);
      }
      if (!parts.done()) {
        for (auto& value : expression_list(parts.take_rule()))
          result->arguments.push_back(plain_argument(std::move(value)));
      }
      for (auto& value : characters) result->arguments.push_back(plain_argument(std::move(value)));
      return result;
    }
    case Sql::K_NORMALIZE: {
      auto result = system_call(place, "normalize", ast::CallSyntax::Normalize);
      result->arguments.push_back(plain_argument(expression(children.take_rule())));
      if (children.accept(Sql::COMMA)) {
        result->arguments.push_back(plain_argument(normal_form(children.take_rule())));
      }
      return result;
    }
    default: {  // COLLATION FOR (x)
      children.skip();
      children.skip();
      auto result = system_call(place, "pg_collation_for", ast::CallSyntax::CollationFor);
      result->arguments.push_back(plain_argument(expression(children.take_rule())));
      return result;
    }
  }
}

ast::ExpressionPtr SqlAstBuilder::normal_form(const ParseNode* node) {
  auto form = make<ast::Literal>(position(node));
  form->literal_kind = ast::LiteralKind::String;
  switch (cursor(node).token()) {
    case Sql::K_NFC:
      form->text = "NFC";
      break;
    case Sql::K_NFD:
      form->text = "NFD";
      break;
    case Sql::K_NFKC:
      form->text = "NFKC";
      break;
    default:
      form->text = "NFKD";
      break;
  }
  return form;
}

// ---------------------------------------------------------------------------------------------------------- windows
// and order

std::vector<ast::OrderItem> SqlAstBuilder::order_by(const ParseNode* node) {
  std::vector<ast::OrderItem> result;
  TreeCursor children = cursor(node);
  children.skip();
  children.skip();
  for (; !children.done(); children.accept(Sql::COMMA)) result.push_back(order_item(children.take_rule()));
  return result;
}

ast::OrderItem SqlAstBuilder::order_item(const ParseNode* node) {
  ast::OrderItem result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  result.expression = expression(children.take_rule());
  if (children.accept(Sql::K_ASC)) result.direction = ast::OrderItem::Direction::Ascending;
  if (children.accept(Sql::K_DESC)) result.direction = ast::OrderItem::Direction::Descending;
  if (children.accept(Sql::K_USING)) {
    result.direction = ast::OrderItem::Direction::Using;
    result.using_operator = operator_name(children.take_rule());
  }
  if (children.accept(Sql::NULLS_LA))
    result.nulls = children.accept(Sql::K_FIRST) ? ast::OrderItem::Nulls::First : ast::OrderItem::Nulls::Last;
  return result;
}

ast::WindowDefinition SqlAstBuilder::window_specification(const ParseNode* node) {
  ast::WindowDefinition result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  if (const ParseNode* base = children.accept_rule(Sql::RulePlainName)) result.base = name(base);
  if (children.accept(Sql::K_PARTITION, Sql::K_BY)) result.partition_by = expression_list(children.take_rule());
  if (const ParseNode* order = children.accept_rule(Sql::RuleOrderBy)) result.order_by = order_by(order);
  if (const ParseNode* frame = children.accept_rule(Sql::RuleWindowFrame)) result.frame = window_frame(frame);
  return result;
}

std::unique_ptr<ast::WindowFrame> SqlAstBuilder::window_frame(const ParseNode* node) {
  auto result = std::make_unique<ast::WindowFrame>();
  result->position = position(node);
  TreeCursor children = cursor(node);
  const size_t unit = children.take_token().type;
  result->unit = unit == Sql::K_ROWS    ? ast::FrameUnit::Rows
                 : unit == Sql::K_RANGE ? ast::FrameUnit::Range
                                        : ast::FrameUnit::Groups;
  const bool between = children.accept(Sql::K_BETWEEN);
  const auto fail = [](const char* message, int place) { throw Error(sqlstate::kWindowingError, message).at(place); };
  using Kind = ast::FrameBoundKind;
  result->start = frame_bound(children.take_rule());
  if (between) {
    children.skip();
    result->end = frame_bound(children.take_rule());
  }
  const Kind start = result->start.kind;
  const Kind end = result->end.kind;
  if (start == Kind::UnboundedFollowing) fail("frame start cannot be UNBOUNDED FOLLOWING", result->start.position);
  if (!between) {
    if (start == Kind::Following)
      fail("frame starting from following row cannot end with current row", result->start.position);
  } else {
    if (end == Kind::UnboundedPreceding) fail("frame end cannot be UNBOUNDED PRECEDING", result->end.position);
    if (start == Kind::CurrentRow && end == Kind::Preceding)
      fail("frame starting from current row cannot have preceding rows", result->end.position);
    if (start == Kind::Following && (end == Kind::Preceding || end == Kind::CurrentRow)) {
      fail("frame starting from following row cannot have preceding rows", result->end.position);
    }
  }
  if (const ParseNode* exclusion = children.accept_rule(Sql::RuleFrameExclusion)) {
    TreeCursor parts = cursor(exclusion);
    parts.skip();
    switch (parts.take_token().type) {
      case Sql::K_CURRENT:
        result->exclusion = ast::FrameExclusion::CurrentRow;
        break;
      case Sql::K_GROUP:
        result->exclusion = ast::FrameExclusion::Group;
        break;
      case Sql::K_TIES:
        result->exclusion = ast::FrameExclusion::Ties;
        break;
      default:
        break;
    }
  }
  return result;
}

ast::FrameBound SqlAstBuilder::frame_bound(const ParseNode* node) {
  ast::FrameBound result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_CURRENT)) {
    result.kind = ast::FrameBoundKind::CurrentRow;
    return result;
  }
  const ParseNode* offset = children.take_rule();
  const bool unbounded = first_token(offset).type == Sql::K_UNBOUNDED && offset->start == offset->stop;
  const bool preceding = children.take_token().type == Sql::K_PRECEDING;
  if (unbounded) {
    result.kind = preceding ? ast::FrameBoundKind::UnboundedPreceding : ast::FrameBoundKind::UnboundedFollowing;
  } else {
    result.kind = preceding ? ast::FrameBoundKind::Preceding : ast::FrameBoundKind::Following;
    result.offset = expression(offset);
  }
  return result;
}

}  // namespace tidemark
