#include <charconv>

#include "base/error.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_scanner.h"

// Types. What SQL spells with words becomes a name of the catalog, as PostgreSQL's grammar does it.
namespace tidemark {
namespace {

ast::ExpressionPtr integer_literal(int position, std::string digits) {
  auto result = std::make_unique<ast::Literal>();
  result->position = position;
  result->literal_kind = ast::LiteralKind::Integer;
  result->text = std::move(digits);
  return result;
}

ast::TypeName system_type(int position, std::string name) {
  ast::TypeName type;
  type.position = position;
  type.name = {position, {"pg_catalog", std::move(name)}};
  return type;
}

}  // namespace

ast::TypeName SqlAstBuilder::type_name(const ParseNode* node) {
  TreeCursor children = cursor(node);
  const bool set_of = children.accept(Sql::K_SETOF);
  const ParseNode* simple = children.take_rule();
  TreeCursor parts = cursor(simple);
  ast::TypeName type;
  if (parts.rule() == Sql::RuleConstantType) {
    type = constant_type(parts.take_rule());
  } else if (parts.rule() == Sql::RuleIntervalType) {
    TreeCursor words = cursor(parts.take_rule());
    const int place = words.take_token().position;
    type = interval_type(place, words.rule() == Sql::RuleIntervalFields ? words.take_rule() : nullptr);
    if (words.accept(Sql::LP)) type.modifiers.push_back(literal(words.take_token()));
  } else {
    type.position = position(simple);
    type.name.position = type.position;
    type.name.parts.push_back(name(parts.take_rule()));
    while (parts.accept(Sql::DOT)) type.name.parts.push_back(name(parts.take_rule()));
    if (parts.accept(Sql::PERCENT)) type.percent_type = true;
    if (const ParseNode* modifiers = parts.accept_rule(Sql::RuleTypeModifiers)) {
      TreeCursor inner = cursor(modifiers);
      inner.skip();
      type.modifiers = expression_list(inner.take_rule());
    }
  }
  type.set_of = set_of;
  const auto bound = [&](TreeCursor& brackets) {
    if (brackets.token() != Sql::INTEGER) return -1;
    return std::stoi(std::string(source(brackets.take_token())));
  };
  while (const ParseNode* array = children.accept_rule(Sql::RuleTypeArray)) {
    TreeCursor brackets = cursor(array);
    brackets.skip();
    type.array_bounds.push_back(bound(brackets));
  }
  if (children.accept(Sql::K_ARRAY)) {
    children.accept(Sql::LBRACKET);
    type.array_bounds.push_back(bound(children));
  }
  return type;
}

ast::TypeName SqlAstBuilder::constant_type(const ParseNode* node) {
  TreeCursor children = cursor(node);
  const ScannedToken& word = children.take_token();
  const int place = word.position;
  const auto with_modifiers = [&](std::string name) {
    ast::TypeName type = system_type(place, std::move(name));
    if (const ParseNode* modifiers = children.accept_rule(Sql::RuleTypeModifiers)) {
      TreeCursor inner = cursor(modifiers);
      inner.skip();
      type.modifiers = expression_list(inner.take_rule());
    } else if (children.accept(Sql::LP)) {
      type.modifiers.push_back(literal(children.take_token()));
      children.skip();
    }
    return type;
  };
  switch (word.type) {
    case Sql::K_INT:
    case Sql::K_INTEGER:
      return system_type(place, "int4");
    case Sql::K_SMALLINT:
      return system_type(place, "int2");
    case Sql::K_BIGINT:
      return system_type(place, "int8");
    case Sql::K_REAL:
      return system_type(place, "float4");
    case Sql::K_BOOLEAN:
      return system_type(place, "bool");
    case Sql::K_DOUBLE:
      return system_type(place, "float8");
    case Sql::K_FLOAT: {
      if (!children.accept(Sql::LP)) return system_type(place, "float8");
      const ScannedToken& token = children.take_token();
      const int bits = std::stoi(std::string(source(token)));
      if (bits < 1)
        throw Error(sqlstate::kInvalidParameterValue, "precision for type float must be at least 1 bit")
            .at(token.position);
      if (bits > 53)
        throw Error(sqlstate::kInvalidParameterValue, "precision for type float must be less than 54 bits")
            .at(token.position);
      return system_type(place, bits <= 24 ? "float4" : "float8");
    }
    case Sql::K_DECIMAL:
    case Sql::K_DEC:
    case Sql::K_NUMERIC:
      return with_modifiers("numeric");
    case Sql::K_BIT: {
      const bool varying = children.accept(Sql::K_VARYING);
      ast::TypeName type = with_modifiers(varying ? "varbit" : "bit");
      if (!varying && type.modifiers.empty()) type.modifiers.push_back(integer_literal(place, "1"));
      return type;
    }
    case Sql::K_VARCHAR:
      return with_modifiers("varchar");
    case Sql::K_CHARACTER:
    case Sql::K_CHAR:
    case Sql::K_NCHAR:
    case Sql::K_NATIONAL: {
      if (word.type == Sql::K_NATIONAL) children.skip();
      const bool varying = children.accept(Sql::K_VARYING);
      ast::TypeName type = with_modifiers(varying ? "varchar" : "bpchar");
      if (!varying && type.modifiers.empty()) type.modifiers.push_back(integer_literal(place, "1"));
      return type;
    }
    default: {  // TIMESTAMP, TIME
      ast::TypeName type = with_modifiers(word.type == Sql::K_TIMESTAMP ? "timestamp" : "time");
      if (children.accept(Sql::WITH_LA)) type.name.parts.back() += "tz";
      return type;
    }
  }
}

ast::TypeName SqlAstBuilder::interval_type(int place, const ParseNode* fields) {
  using Fields = ast::IntervalFields;
  ast::TypeName type = system_type(place, "interval");
  if (fields == nullptr) return type;
  // The words come as YEAR [TO MONTH] and so on; SECOND stands in a node of its own, for its precision.
  std::vector<size_t> words;
  const auto take_second = [&](const ParseNode* second) {
    TreeCursor parts = cursor(second);
    words.push_back(parts.take_token().type);
    if (parts.accept(Sql::LP)) type.modifiers.push_back(literal(parts.take_token()));
  };
  for (TreeCursor children = cursor(fields); !children.done();) {
    if (children.accept(Sql::K_TO)) continue;
    if (const ParseNode* second = children.accept_rule(Sql::RuleIntervalSecond)) {
      take_second(second);
    } else {
      words.push_back(children.take_token().type);
    }
  }
  struct Entry {
    size_t from, to;
    Fields fields;
  };
  static constexpr Entry kEntries[] = {
      {Sql::K_YEAR, 0, Fields::Year},
      {Sql::K_MONTH, 0, Fields::Month},
      {Sql::K_DAY, 0, Fields::Day},
      {Sql::K_HOUR, 0, Fields::Hour},
      {Sql::K_MINUTE, 0, Fields::Minute},
      {Sql::K_SECOND, 0, Fields::Second},
      {Sql::K_YEAR, Sql::K_MONTH, Fields::YearToMonth},
      {Sql::K_DAY, Sql::K_HOUR, Fields::DayToHour},
      {Sql::K_DAY, Sql::K_MINUTE, Fields::DayToMinute},
      {Sql::K_DAY, Sql::K_SECOND, Fields::DayToSecond},
      {Sql::K_HOUR, Sql::K_MINUTE, Fields::HourToMinute},
      {Sql::K_HOUR, Sql::K_SECOND, Fields::HourToSecond},
      {Sql::K_MINUTE, Sql::K_SECOND, Fields::MinuteToSecond},
  };
  const size_t last = words.size() > 1 ? words[1] : 0;
  for (const Entry& entry : kEntries) {
    if (entry.from == words[0] && entry.to == last) type.interval_fields = entry.fields;
  }
  return type;
}

ast::ExpressionPtr SqlAstBuilder::typed_literal(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (children.token() == Sql::NSTRING) {
    const ScannedToken& token = children.take_token();
    auto cast = std::make_unique<ast::CastExpression>();
    cast->position = token.position;
    cast->syntax = ast::CastSyntax::TypedLiteral;
    cast->operand = literal(token);
    cast->type = system_type(token.position, "bpchar");
    return cast;
  }
  if (const ParseNode* type = children.accept_rule(Sql::RuleConstantType)) {
    ast::TypeName made = constant_type(type);
    // A bare `char 'abc'` or `bit '101'` keeps its whole text: only a declared column has length 1 by default.
    const std::string& word = made.name.last();
    if ((word == "bpchar" || word == "bit") && cursor(type).peek_token(1) != Sql::LP && made.modifiers.size() == 1 &&
        made.modifiers.front()->position == made.position) {
      made.modifiers.clear();
    }
    return typed_literal_of(std::move(made), children.take_rule());
  }
  const int place = children.take_token().position;
  ast::ExpressionPtr precision;
  if (children.accept(Sql::LP)) {
    precision = literal(children.take_token());
    children.skip();
  }
  const ParseNode* string = children.take_rule();
  ast::TypeName type = interval_type(place, children.accept_rule(Sql::RuleIntervalFields));
  if (precision != nullptr) {
    if (!children.done() || type.interval_fields != ast::IntervalFields::All) fail_after(string);
    type.modifiers.push_back(std::move(precision));
  }
  return typed_literal_of(std::move(type), string);
}

}  // namespace tidemark
