#include <algorithm>

#include "base/stack_depth.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_printer.h"

// Expressions and types. Parentheses stand where an operand binds less tightly than its place demands; the levels are
// those of sql_precedence_pass.h.
namespace tidemark {
namespace {

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
  kTypecast,
  kPrimary
};

Level operator_level(const ast::OperatorExpression& node) {
  const std::string& symbol = node.name.symbol;
  if (!node.name.schema.empty()) return kOperator;
  if (node.left == nullptr) return symbol == "+" || symbol == "-" ? kSign : kOperator;
  if (symbol == "<" || symbol == ">" || symbol == "=" || symbol == "<=" || symbol == ">=" || symbol == "<>")
    return kComparison;
  if (symbol == "+" || symbol == "-") return kSum;
  if (symbol == "*" || symbol == "/" || symbol == "%") return kProduct;
  if (symbol == "^") return kPower;
  return kOperator;
}

Level quantified_level(const ast::QuantifiedExpression& node) {
  const std::string& symbol = node.name.symbol;
  if (node.name.schema.empty() && (symbol == "~~" || symbol == "!~~" || symbol == "~~*" || symbol == "!~~*"))
    return kLike;
  if (symbol == "<" || symbol == ">" || symbol == "=" || symbol == "<=" || symbol == ">=" || symbol == "<>")
    return kComparison;
  if (symbol == "+" || symbol == "-") return kSum;
  if (symbol == "*" || symbol == "/" || symbol == "%") return kProduct;
  return symbol == "^" ? kPower : kOperator;
}

Level level_of(const ast::Expression& node) {
  using Kind = ast::ExpressionKind;
  switch (node.kind) {
    case Kind::Logical:
      return node.as<ast::LogicalExpression>().is_and ? kAnd : kOr;
    case Kind::Not:
      return kNot;
    case Kind::Test:
    case Kind::DistinctFrom:
      return kIs;
    case Kind::Between:
    case Kind::In:
    case Kind::Pattern:
      return kLike;
    case Kind::Operator:
      return operator_level(node.as<ast::OperatorExpression>());
    case Kind::Quantified:
      return quantified_level(node.as<ast::QuantifiedExpression>());
    case Kind::AtTimeZone:
      return kAt;
    case Kind::Collate:
      return kCollate;
    case Kind::Cast:
      return node.as<ast::CastExpression>().syntax == ast::CastSyntax::DoubleColon ? kTypecast : kPrimary;
    default:
      return kPrimary;
  }
}

struct SqlSpelling {
  std::string_view catalog;
  std::string_view sql;
};
constexpr SqlSpelling kSpellings[] = {
    {"int2", "smallint"},           {"int4", "integer"}, {"int8", "bigint"},           {"float4", "real"},
    {"float8", "double precision"}, {"bool", "boolean"}, {"numeric", "numeric"},       {"varchar", "varchar"},
    {"timestamp", "timestamp"},     {"time", "time"},    {"timestamptz", "timestamp"}, {"timetz", "time"},
    {"varbit", "bit varying"},
};

std::string_view interval_words(ast::IntervalFields fields) {
  using Fields = ast::IntervalFields;
  switch (fields) {
    case Fields::All:
      return "";
    case Fields::Year:
      return " YEAR";
    case Fields::Month:
      return " MONTH";
    case Fields::Day:
      return " DAY";
    case Fields::Hour:
      return " HOUR";
    case Fields::Minute:
      return " MINUTE";
    case Fields::Second:
      return " SECOND";
    case Fields::YearToMonth:
      return " YEAR TO MONTH";
    case Fields::DayToHour:
      return " DAY TO HOUR";
    case Fields::DayToMinute:
      return " DAY TO MINUTE";
    case Fields::DayToSecond:
      return " DAY TO SECOND";
    case Fields::HourToMinute:
      return " HOUR TO MINUTE";
    case Fields::HourToSecond:
      return " HOUR TO SECOND";
    default:
      return " MINUTE TO SECOND";
  }
}

}  // namespace

void SqlPrinter::type(const ast::TypeName& node) {
  if (node.set_of) put("SETOF ");
  const auto modifiers = [&] {
    if (node.modifiers.empty()) return;
    put("(");
    expressions(node.modifiers);
    put(")");
  };
  const auto& parts = node.name.parts;
  const bool system = parts.size() == 2 && parts[0] == "pg_catalog";
  const auto* const spelling =
      system ? std::ranges::find(kSpellings, std::string_view(parts[1]), &SqlSpelling::catalog) : std::end(kSpellings);
  if (system && parts[1] == "interval") {
    put("interval");
    put(interval_words(node.interval_fields));
    modifiers();
  } else if (system && (parts[1] == "bpchar" || parts[1] == "bit") && !node.modifiers.empty()) {
    put(parts[1] == "bpchar" ? "char" : "bit");
    modifiers();
  } else if (spelling != std::end(kSpellings)) {
    put(spelling->sql);
    modifiers();
    if (parts[1].ends_with("tz")) put(" WITH TIME ZONE");
  } else {
    name(node.name);
    modifiers();
  }
  if (node.percent_type) put("%TYPE");
  for (const int bound : node.array_bounds) {
    put("[");
    if (bound >= 0) put(std::to_string(bound));
    put("]");
  }
}

/// An operand in a place that takes expressions of `level` and tighter.
void SqlPrinter::operand(const ast::Expression& node, int level) {
  // A sign before a number is no part of it: -1::int is -(1::int), and (-1)::int needs its parentheses; so do calls of
  // low words.
  if (level_of(node) >= level) return expression(node);
  put("(");
  expression(node);
  put(")");
}

/// Where AND would be taken by BETWEEN, and in column defaults: anything that is no plain operator goes into
/// parentheses.
void SqlPrinter::restricted(const ast::Expression& node) {
  const int level = level_of(node);
  const bool plain =
      level == kPrimary || level == kTypecast || level == kSign || (level >= kOperator && level <= kPower);
  if (!plain || node.kind == ast::ExpressionKind::Quantified) return operand(node, kPrimary + 1);
  if (node.kind == ast::ExpressionKind::Operator) {
    // Inside a plain operator everything down to the leaves must be plain, too; parentheses around each operand make it
    // so.
    const auto& op = node.as<ast::OperatorExpression>();
    if (op.left != nullptr) {
      put("(");
      expression(node);
      put(")");
      return;
    }
  }
  expression(node);
}

void SqlPrinter::operator_name(const ast::OperatorName& node) {
  if (node.schema.empty()) return put(node.symbol);
  put("OPERATOR(");
  for (const std::string& part : node.schema) {
    identifier(part);
    put(".");
  }
  put(node.symbol, ")");
}

void SqlPrinter::operator_expression(const ast::OperatorExpression& node) {
  const int level = operator_level(node);
  if (node.left == nullptr) {
    operator_name(node.name);
    // Two operator characters in a row would join (`- -1`, `@ -x`).
    const bool sign_follows =
        node.right->kind == ast::ExpressionKind::Operator && node.right->as<ast::OperatorExpression>().left == nullptr;
    if (!node.name.schema.empty() || level == kOperator || sign_follows) put(" ");
    return operand(*node.right, level == kSign ? kSign : kOperator + 1);
  }
  operand(*node.left, level == kComparison ? level + 1 : level);
  put(" ");
  operator_name(node.name);
  put(" ");
  operand(*node.right, level + 1);
}

void SqlPrinter::expression(const ast::Expression& node) {
  check_stack_depth();
  using Kind = ast::ExpressionKind;
  switch (node.kind) {
    case Kind::Operator:
      return operator_expression(node.as<ast::OperatorExpression>());
    case Kind::Logical: {
      const auto& logical = node.as<ast::LogicalExpression>();
      const int level = logical.is_and ? kAnd : kOr;
      for (size_t i = 0; i < logical.operands.size(); ++i) {
        if (i > 0) put(logical.is_and ? " AND " : " OR ");
        operand(*logical.operands[i], level + 1);
      }
      return;
    }
    case Kind::Not:
      put("NOT ");
      return operand(*node.as<ast::NotExpression>().operand, kNot);
    case Kind::Between: {
      const auto& between = node.as<ast::BetweenExpression>();
      operand(*between.operand, kLike + 1);
      put(between.negated ? " NOT BETWEEN " : " BETWEEN ");
      if (between.symmetric) put("SYMMETRIC ");
      restricted(*between.low);
      put(" AND ");
      return operand(*between.high, kLike + 1);
    }
    case Kind::In: {
      const auto& in = node.as<ast::InExpression>();
      operand(*in.operand, kLike + 1);
      put(in.negated ? " NOT IN " : " IN ");
      if (in.query != nullptr) return query_in_parentheses(*in.query);
      put("(");
      expressions(in.list);
      return put(")");
    }
    case Kind::Pattern: {
      const auto& pattern = node.as<ast::PatternExpression>();
      static constexpr std::string_view kWords[] = {"LIKE ", "ILIKE ", "SIMILAR TO ", "MATCHES "};
      operand(*pattern.operand, kLike + 1);
      put(pattern.negated ? " NOT " : " ");
      put(kWords[static_cast<size_t>(pattern.pattern_kind)]);
      operand(*pattern.pattern, kLike + 1);
      if (pattern.escape == nullptr) return;
      put(" ESCAPE ");
      return operand(*pattern.escape, kLike + 1);
    }
    case Kind::Test: {
      const auto& test = node.as<ast::TestExpression>();
      static constexpr std::string_view kWords[] = {"NULL", "TRUE", "FALSE", "UNKNOWN", "DOCUMENT", "NORMALIZED"};
      operand(*test.operand, kIs + 1);
      put(test.negated ? " IS NOT " : " IS ");
      return put(kWords[static_cast<size_t>(test.test_kind)]);
    }
    case Kind::DistinctFrom: {
      const auto& distinct = node.as<ast::DistinctFromExpression>();
      operand(*distinct.left, kIs + 1);
      put(distinct.negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
      return operand(*distinct.right, kIs + 1);
    }
    case Kind::Collate: {
      const auto& collate = node.as<ast::CollateExpression>();
      operand(*collate.operand, kCollate);
      put(" COLLATE ");
      return name(collate.collation);
    }
    case Kind::AtTimeZone: {
      const auto& at = node.as<ast::AtTimeZoneExpression>();
      operand(*at.operand, kAt);
      put(" AT TIME ZONE ");
      return operand(*at.zone, kAt + 1);
    }
    case Kind::Cast:
      return cast(node.as<ast::CastExpression>());
    case Kind::Quantified: {
      const auto& quantified = node.as<ast::QuantifiedExpression>();
      const int level = quantified_level(quantified);
      operand(*quantified.operand, level == kComparison || level == kLike ? level + 1 : level);
      put(" ");
      const std::string& symbol = quantified.name.symbol;
      if (level == kLike) {
        put(symbol[0] == '!' ? "NOT " : "", symbol.back() == '*' ? "ILIKE" : "LIKE");
      } else {
        operator_name(quantified.name);
      }
      put(quantified.all ? " ALL " : " ANY ");
      if (quantified.query != nullptr) return query_in_parentheses(*quantified.query);
      put("(");
      expression(*quantified.array);
      return put(")");
    }
    default:
      return primary(node);
  }
}

void SqlPrinter::primary(const ast::Expression& node) {
  using Kind = ast::ExpressionKind;
  switch (node.kind) {
    case Kind::ColumnReference: {
      const auto& column_node = node.as<ast::ColumnReference>();
      for (size_t i = 0; i < column_node.parts.size(); ++i) {
        if (i > 0) put(".");
        identifier(column_node.parts[i]);
      }
      if (column_node.star) put(column_node.parts.empty() ? "*" : ".*");
      return;
    }
    case Kind::Literal: {
      const auto& value = node.as<ast::Literal>();
      switch (value.literal_kind) {
        case ast::LiteralKind::Null:
          return put("NULL");
        case ast::LiteralKind::Boolean:
          return put(value.text == "true" ? "TRUE" : "FALSE");
        case ast::LiteralKind::Integer:
        case ast::LiteralKind::Decimal:
          return put(value.text);
        case ast::LiteralKind::String:
          return literal(value.text);
        case ast::LiteralKind::BitString:
          return put("B'", value.text, "'");
        case ast::LiteralKind::HexString:
          return put("X'", value.text, "'");
      }
      return;
    }
    case Kind::Parameter:
      return put("$", std::to_string(node.as<ast::Parameter>().number));
    case Kind::Default:
      return put("DEFAULT");
    case Kind::Case:
      return case_expression(node.as<ast::CaseExpression>());
    case Kind::FunctionCall:
      return function_call(node.as<ast::FunctionCall>());
    case Kind::Builtin:
      return builtin(node.as<ast::BuiltinExpression>());
    case Kind::Subquery: {
      const auto& subquery = node.as<ast::SubqueryExpression>();
      if (subquery.subquery_kind == ast::SubqueryKind::Exists) put("EXISTS ");
      if (subquery.subquery_kind == ast::SubqueryKind::Array) put("ARRAY");
      return query_in_parentheses(*subquery.query);
    }
    case Kind::Array:
      put("ARRAY[");
      expressions(node.as<ast::ArrayExpression>().elements);
      return put("]");
    case Kind::Row: {
      const auto& row = node.as<ast::RowExpression>();
      put(row.explicit_row ? "ROW(" : "(");
      expressions(row.fields);
      return put(")");
    }
    case Kind::Subscript: {
      const auto& subscript = node.as<ast::SubscriptExpression>();
      const Kind inner = subscript.operand->kind;
      const bool bare = inner == Kind::ColumnReference || inner == Kind::Parameter ||
                        (inner == Kind::Subscript && !subscript.operand->as<ast::SubscriptExpression>().closed);
      put(bare ? "" : "(");
      expression(*subscript.operand);
      put(bare ? "[" : ")[");
      if (subscript.slice) {
        if (subscript.low != nullptr) expression(*subscript.low);
        put(":");
      }
      if (subscript.high != nullptr) expression(*subscript.high);
      return put("]");
    }
    case Kind::FieldSelection: {
      const auto& field = node.as<ast::FieldSelection>();
      const Kind inner = field.operand->kind;
      const bool bare = inner == Kind::Subscript || inner == Kind::FieldSelection || inner == Kind::Parameter;
      put(bare ? "" : "(");
      expression(*field.operand);
      put(bare ? "." : ").");
      if (field.star) return put("*");
      return identifier(field.field);
    }
    default:
      put("CURRENT OF ");
      return identifier(node.as<ast::CurrentOf>().cursor);
  }
}

void SqlPrinter::cast(const ast::CastExpression& node) {
  if (node.syntax == ast::CastSyntax::DoubleColon) {
    operand(*node.operand, kTypecast);
    put("::");
    return type(node.type);
  }
  const bool typed_literal = node.syntax == ast::CastSyntax::TypedLiteral &&
                             node.operand->kind == ast::ExpressionKind::Literal && node.type.array_bounds.empty() &&
                             node.type.name.last() != "bpchar" && node.type.name.last() != "bit";
  if (typed_literal) {
    const bool interval = node.type.name.parts.size() == 2 && node.type.name.parts[0] == "pg_catalog" &&
                          node.type.name.parts[1] == "interval";
    if (!interval) {
      type(node.type);
      put(" ");
      return expression(*node.operand);
    }
    // The fields of an interval literal stand behind it.
    const bool precision_only = node.type.interval_fields == ast::IntervalFields::All && !node.type.modifiers.empty();
    put("interval");
    const auto precision = [&] {
      if (node.type.modifiers.empty()) return;
      put("(");
      expressions(node.type.modifiers);
      put(")");
    };
    if (precision_only) precision();
    put(" ");
    expression(*node.operand);
    put(interval_words(node.type.interval_fields));
    if (!precision_only) precision();
    return;
  }
  put("CAST(");
  expression(*node.operand);
  put(" AS ");
  type(node.type);
  put(")");
}

void SqlPrinter::case_expression(const ast::CaseExpression& node) {
  put("CASE");
  if (node.operand != nullptr) {
    put(" ");
    expression(*node.operand);
  }
  for (const ast::CaseBranch& branch : node.branches) {
    put(" WHEN ");
    expression(*branch.condition);
    put(" THEN ");
    expression(*branch.result);
  }
  if (node.otherwise != nullptr) {
    put(" ELSE ");
    expression(*node.otherwise);
  }
  put(" END");
}

void SqlPrinter::function_call(const ast::FunctionCall& node) {
  const auto argument = [&](size_t i) { expression(*node.arguments[i].value); };
  switch (node.syntax) {
    case ast::CallSyntax::Extract:
      put("EXTRACT(");
      argument(0);
      put(" FROM ");
      argument(1);
      return put(")");
    case ast::CallSyntax::Position:
      put("POSITION(");
      restricted(*node.arguments[1].value);
      put(" IN ");
      restricted(*node.arguments[0].value);
      return put(")");
    case ast::CallSyntax::Overlay:
      put("OVERLAY(");
      argument(0);
      put(" PLACING ");
      argument(1);
      put(" FROM ");
      argument(2);
      if (node.arguments.size() > 3) {
        put(" FOR ");
        argument(3);
      }
      return put(")");
    case ast::CallSyntax::Substring:
      put("SUBSTRING(");
      argument(0);
      put(" FROM ");
      argument(1);
      if (node.arguments.size() > 2) {
        put(" FOR ");
        argument(2);
      }
      return put(")");
    case ast::CallSyntax::Trim:
    case ast::CallSyntax::TrimLeading:
    case ast::CallSyntax::TrimTrailing:
      put("TRIM(", node.syntax == ast::CallSyntax::Trim          ? "BOTH"
                   : node.syntax == ast::CallSyntax::TrimLeading ? "LEADING"
                                                                 : "TRAILING");
      for (size_t i = 1; i < node.arguments.size(); ++i) {
        put(i == 1 ? " " : ", ");
        argument(i);
      }
      put(" FROM ");
      argument(0);
      return put(")");
    case ast::CallSyntax::CollationFor:
      put("COLLATION FOR (");
      argument(0);
      return put(")");
    case ast::CallSyntax::Normalize:
      put("NORMALIZE(");
      argument(0);
      if (node.arguments.size() > 1) {
        put(", ");
        put(node.arguments[1].value->as<ast::Literal>().text);
      }
      return put(")");
    case ast::CallSyntax::Plain:
      break;
  }
  const auto& parts = node.name.parts;
  if (parts.size() == 2 && parts[0] == "pg_catalog" && parts[1] == "overlaps" && node.arguments.size() == 4) {
    put("(");
    argument(0);
    put(", ");
    argument(1);
    put(") OVERLAPS (");
    argument(2);
    put(", ");
    argument(3);
    return put(")");
  }
  // These have rules of their own in the grammar, and are calls of what search_path finds.
  if (parts.size() == 1 && (parts[0] == "substring" || parts[0] == "overlay")) {
    put(parts[0]);
  } else {
    name(node.name);
  }
  put("(");
  if (node.star) put("*");
  if (node.distinct) put("DISTINCT ");
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    if (i > 0) put(", ");
    if (node.variadic && i + 1 == node.arguments.size()) put("VARIADIC ");
    if (!node.arguments[i].name.empty()) {
      identifier(node.arguments[i].name);
      put(" => ");
    }
    argument(i);
  }
  if (!node.within_group) order_by(node.order_by);
  put(")");
  if (node.within_group) {
    put(" WITHIN GROUP (ORDER BY ");
    order_items(node.order_by);
    put(")");
  }
  if (node.filter != nullptr) {
    put(" FILTER (WHERE ");
    expression(*node.filter);
    put(")");
  }
  if (node.over != nullptr) {
    put(" OVER ");
    if (!node.over->name.empty()) return identifier(node.over->name);
    window(*node.over);
  }
}

void SqlPrinter::builtin(const ast::BuiltinExpression& node) {
  static constexpr std::string_view kWords[] = {
      "COALESCE",       "NULLIF",         "GREATEST",        "LEAST",
      "GROUPING",       "CURRENT_DATE",   "CURRENT_TIME",    "CURRENT_TIMESTAMP",
      "LOCALTIME",      "LOCALTIMESTAMP", "CURRENT_CATALOG", "CURRENT_ROLE",
      "CURRENT_SCHEMA", "CURRENT_USER",   "SESSION_USER",    "USER"};
  put(kWords[static_cast<size_t>(node.builtin)]);
  if (node.arguments.empty()) return;
  put("(");
  expressions(node.arguments);
  put(")");
}

void SqlPrinter::order_items(const std::vector<ast::OrderItem>& items) {
  list(items, [&](const ast::OrderItem& item) {
    expression(*item.expression);
    using Direction = ast::OrderItem::Direction;
    if (item.direction == Direction::Ascending) put(" ASC");
    if (item.direction == Direction::Descending) put(" DESC");
    if (item.direction == Direction::Using) {
      put(" USING ");
      operator_name(item.using_operator);
    }
    if (item.nulls == ast::OrderItem::Nulls::First) put(" NULLS FIRST");
    if (item.nulls == ast::OrderItem::Nulls::Last) put(" NULLS LAST");
  });
}

void SqlPrinter::order_by(const std::vector<ast::OrderItem>& items) {
  if (items.empty()) return;
  put(" ORDER BY ");
  order_items(items);
}

void SqlPrinter::frame_bound(const ast::FrameBound& node) {
  using Kind = ast::FrameBoundKind;
  switch (node.kind) {
    case Kind::UnboundedPreceding:
      return put("UNBOUNDED PRECEDING");
    case Kind::UnboundedFollowing:
      return put("UNBOUNDED FOLLOWING");
    case Kind::CurrentRow:
      return put("CURRENT ROW");
    default:
      break;
  }
  operand(*node.offset, kIs);
  put(node.kind == Kind::Preceding ? " PRECEDING" : " FOLLOWING");
}

void SqlPrinter::frame(const ast::WindowFrame& node) {
  put(node.unit == ast::FrameUnit::Rows    ? "ROWS"
      : node.unit == ast::FrameUnit::Range ? "RANGE"
                                           : "GROUPS",
      " BETWEEN ");
  frame_bound(node.start);
  put(" AND ");
  frame_bound(node.end);
  if (node.exclusion == ast::FrameExclusion::CurrentRow) put(" EXCLUDE CURRENT ROW");
  if (node.exclusion == ast::FrameExclusion::Group) put(" EXCLUDE GROUP");
  if (node.exclusion == ast::FrameExclusion::Ties) put(" EXCLUDE TIES");
}

void SqlPrinter::window(const ast::WindowDefinition& node) {
  put("(");
  const size_t start = out_.size();
  const auto space = [&] { put(out_.size() > start ? " " : ""); };
  if (!node.base.empty()) identifier(node.base);
  if (!node.partition_by.empty()) {
    space();
    put("PARTITION BY ");
    expressions(node.partition_by);
  }
  if (!node.order_by.empty()) {
    space();
    put("ORDER BY ");
    order_items(node.order_by);
  }
  if (node.frame != nullptr) {
    space();
    frame(*node.frame);
  }
  put(")");
}

}  // namespace tidemark
