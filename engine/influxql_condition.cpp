#include "engine/influxql_condition.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/error.h"
#include "engine/influxql_syntax.h"
#include "types/datetime_input.h"

namespace tidemark::influxql {
namespace {

using Kind = ExpressionKind;

bool is_time(const Expression& expression) {
  return expression.kind == Kind::kReference && to_ascii_lower(expression.text) == "time";
}

bool is_comparison(Operator operation) { return operation >= Operator::kEqual && operation <= Operator::kNotMatches; }

Operator mirrored(Operator operation) {
  switch (operation) {
    case Operator::kLess:
      return Operator::kGreater;
    case Operator::kLessEqual:
      return Operator::kGreaterEqual;
    case Operator::kGreater:
      return Operator::kLess;
    case Operator::kGreaterEqual:
      return Operator::kLessEqual;
    default:
      return operation;
  }
}

[[noreturn]] void refuse_time(std::string_view what) {
  throw Error(sqlstate::kDatatypeMismatch,
              "invalid operation: time and *influxql." + std::string(what) + " are not compatible");
}

int64_t time_value(const Expression& expression, int64_t now_ns) {
  switch (expression.kind) {
    case Kind::kInteger:
    case Kind::kDuration:
      return expression.integer;
    case Kind::kNumber:
      return static_cast<int64_t>(expression.number);
    case Kind::kString:
      if (const auto time = parse_time(expression.text)) return *time;
      refuse_time("StringLiteral");
    case Kind::kCall:
      if (expression.text == "now" && expression.children.empty()) return now_ns;
      refuse_time("Call");
    case Kind::kBinary: {
      const int64_t left = time_value(expression.children[0], now_ns);
      const int64_t right = time_value(expression.children[1], now_ns);
      int64_t result = 0;
      bool overflow = false;
      switch (expression.operation) {
        case Operator::kAdd:
          overflow = __builtin_add_overflow(left, right, &result);
          break;
        case Operator::kSubtract:
          overflow = __builtin_sub_overflow(left, right, &result);
          break;
        case Operator::kMultiply:
          overflow = __builtin_mul_overflow(left, right, &result);
          break;
        case Operator::kDivide:
          if (right == 0) refuse_time("BinaryExpr");
          result = left / right;
          break;
        default:
          refuse_time("BinaryExpr");
      }
      if (overflow) throw Error(sqlstate::kDatetimeFieldOverflow, "time outside range");
      return result;
    }
    case Kind::kBoolean:
      refuse_time("BooleanLiteral");
    case Kind::kRegex:
      refuse_time("RegexLiteral");
    case Kind::kReference:
      refuse_time("VarRef");
    case Kind::kWildcard:
      refuse_time("Wildcard");
    case Kind::kParameter:
      throw Error(sqlstate::kUndefinedParameter, "missing parameter: " + expression.text);
  }
  refuse_time("Expr");
}

void narrow(TimeRange& range, Operator operation, int64_t time) {
  const auto at_least = [&](int64_t bound) { range.from_ns = std::max(range.from_ns.value_or(INT64_MIN), bound); };
  const auto at_most = [&](int64_t bound) { range.to_ns = std::min(range.to_ns.value_or(INT64_MAX), bound); };
  switch (operation) {
    case Operator::kEqual:
      at_least(time);
      at_most(time);
      return;
    case Operator::kLess:
      at_most(time == INT64_MIN ? time : time - 1);
      return;
    case Operator::kLessEqual:
      at_most(time);
      return;
    case Operator::kGreater:
      at_least(time == INT64_MAX ? time : time + 1);
      return;
    case Operator::kGreaterEqual:
      at_least(time);
      return;
    default:
      throw Error(sqlstate::kSyntaxError, "invalid time comparison operator: !=");
  }
}

/// Nothing is left of `condition`: true.
bool take_times(Expression& condition, TimeRange& range, int64_t now_ns) {
  if (condition.kind != Kind::kBinary) return false;
  Expression& left = condition.children[0];
  Expression& right = condition.children[1];
  if (is_comparison(condition.operation)) {
    if (is_time(left)) {
      narrow(range, condition.operation, time_value(right, now_ns));
      return true;
    }
    if (is_time(right)) {
      narrow(range, mirrored(condition.operation), time_value(left, now_ns));
      return true;
    }
    return false;
  }
  if (condition.operation != Operator::kAnd && condition.operation != Operator::kOr) return false;
  const bool left_gone = take_times(left, range, now_ns);
  const bool right_gone = take_times(right, range, now_ns);
  if (left_gone && right_gone) return true;
  if (left_gone || right_gone) {
    Expression rest = std::move(left_gone ? right : left);
    condition = std::move(rest);
  }
  return false;
}

std::string symbol_of(Operator operation) {
  switch (operation) {
    case Operator::kAdd:
      return "+";
    case Operator::kSubtract:
      return "-";
    case Operator::kMultiply:
      return "*";
    case Operator::kDivide:
      return "/";
    case Operator::kModulo:
      return "%";
    case Operator::kBitAnd:
      return "&";
    case Operator::kBitOr:
      return "|";
    case Operator::kBitXor:
      return "^";
    case Operator::kEqual:
      return "=";
    case Operator::kNotEqual:
      return "<>";
    case Operator::kLess:
      return "<";
    case Operator::kLessEqual:
      return "<=";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterEqual:
      return ">=";
    case Operator::kMatches:
      return "~";
    case Operator::kNotMatches:
      return "!~";
    default:
      return "";
  }
}

/// A tag (null: one that nobody has) against a text or a regular expression.
ast::ExpressionPtr translate_tag_test(const Measurement& measurement, const ColumnEntry* tag, Operator operation,
                                      const Expression& operand) {
  const auto read = [&] { return measurement.read(*tag); };
  if (operand.kind == Kind::kRegex) {
    const bool empty_matches = compile_regex(operand.text)("");
    const bool negated = operation == Operator::kNotMatches;
    if (!negated && operation != Operator::kMatches) return make_boolean(false);
    if (tag == nullptr) return make_boolean(empty_matches != negated);
    ast::ExpressionPtr test = make_operator(negated ? "!~" : "~", read(), make_text(operand.text));
    // A missing tag is the empty text.
    if (empty_matches == negated) return test;
    return make_logical(false, make_list(make_is_null(read(), false), std::move(test)));
  }
  if (operand.kind != Kind::kString) return make_boolean(false);
  const bool equal = operation == Operator::kEqual;
  if (!equal && operation != Operator::kNotEqual) return make_boolean(false);
  if (tag == nullptr) return make_boolean(operand.text.empty() == equal);
  if (operand.text.empty()) {
    // A declared table may hold '' in a tag (D3); InfluxQL sees no difference between that and none.
    if (equal)
      return make_logical(false, make_list(make_is_null(read(), false), make_operator("=", read(), make_text(""))));
    return make_operator("<>", read(), make_text(""));
  }
  return equal ? make_operator("=", read(), make_text(operand.text))
               : make_distinct_from(read(), make_text(operand.text));
}

/// Of what kind the values of an expression over fields are; nothing: no such field.
std::optional<FieldType> type_of(const Expression& expression, const Measurement& measurement) {
  switch (expression.kind) {
    case Kind::kReference: {
      const ColumnEntry* field = measurement.field(expression.text);
      if (field == nullptr) return std::nullopt;
      return field_type_of(field->type);
    }
    case Kind::kString:
      return FieldType::kString;
    case Kind::kInteger:
    case Kind::kDuration:
      return FieldType::kInteger;
    case Kind::kNumber:
      return FieldType::kFloat;
    case Kind::kBoolean:
      return FieldType::kBoolean;
    case Kind::kBinary: {
      const auto left = type_of(expression.children[0], measurement);
      const auto right = type_of(expression.children[1], measurement);
      if (!left || !right) return std::nullopt;
      if (*left > FieldType::kInteger || *right > FieldType::kInteger) return FieldType::kBoolean;
      return *left == FieldType::kInteger && *right == FieldType::kInteger ? FieldType::kInteger : FieldType::kFloat;
    }
    default:
      return std::nullopt;
  }
}

bool is_number(FieldType type) { return type == FieldType::kFloat || type == FieldType::kInteger; }

ast::ExpressionPtr translate_comparison(const Expression& left, Operator operation, const Expression& right,
                                        const Measurement& measurement) {
  if (left.kind != Kind::kReference && right.kind == Kind::kReference) {
    return translate_comparison(right, mirrored(operation), left, measurement);
  }
  if (left.kind == Kind::kReference) {
    const bool is_field = left.column != ColumnKind::kTag && measurement.field(left.text) != nullptr;
    if (!is_field) {
      const ColumnEntry* tag = left.column == ColumnKind::kField ? nullptr : measurement.tag(left.text);
      // A double-quoted word on the other side is a tag or field, not a text: it equals only itself.
      if (right.kind == Kind::kReference) {
        const ColumnEntry* other = measurement.tag(right.text);
        if (tag == nullptr || other == nullptr) return make_boolean(false);
        return make_operator(symbol_of(operation), measurement.read(*tag), measurement.read(*other));
      }
      return translate_tag_test(measurement, tag, operation, right);
    }
    if (right.kind == Kind::kRegex) {
      if (type_of(left, measurement) != FieldType::kString) return make_boolean(false);
      static_cast<void>(compile_regex(right.text));
      return make_operator(symbol_of(operation), measurement.read(*measurement.field(left.text)),
                           make_text(right.text));
    }
  }
  const auto left_type = type_of(left, measurement);
  const auto right_type = type_of(right, measurement);
  const bool comparable =
      left_type && right_type && (*left_type == *right_type || (is_number(*left_type) && is_number(*right_type)));
  if (!comparable) return make_boolean(false);
  const bool ordered = operation != Operator::kEqual && operation != Operator::kNotEqual;
  if (ordered && (*left_type == FieldType::kBoolean || *left_type == FieldType::kString)) return make_boolean(false);
  return make_operator(symbol_of(operation), translate_value(left, measurement, nullptr),
                       translate_value(right, measurement, nullptr));
}

}  // namespace

std::optional<int64_t> parse_time(std::string_view text) {
  // Only InfluxDB's forms: a date, perhaps a time after `T` or a blank, perhaps `Z` or an offset.
  const auto digits = [&](size_t first, size_t count) {
    return text.size() >= first + count &&
           std::all_of(text.begin() + static_cast<ptrdiff_t>(first),
                       text.begin() + static_cast<ptrdiff_t>(first + count), is_ascii_digit);
  };
  if (!digits(0, 4) || text.size() < 10 || text[4] != '-' || !digits(5, 2) || text[7] != '-' || !digits(8, 2))
    return {};
  if (text.size() > 10 && ((text[10] != 'T' && text[10] != ' ') || !digits(11, 2))) return {};
  try {
    DateTimeOptions options;
    std::string utc(text);
    const bool has_zone = text.back() == 'Z' || text.find_first_of("+-", 10) != std::string_view::npos;
    if (!has_zone) utc += text.size() == 10 ? " 00:00:00Z" : "Z";
    return parse_timestamptz_ns(utc, options);
  } catch (const Error&) {
    return {};
  }
}

TimeRange take_time_range(std::optional<Expression>& condition, int64_t now_ns) {
  TimeRange range;
  if (condition && take_times(*condition, range, now_ns)) condition.reset();
  return range;
}

ast::ExpressionPtr translate_value(const Expression& expression, const Measurement& measurement,
                                   const TranslateCall& call) {
  switch (expression.kind) {
    case Kind::kReference: {
      const ColumnEntry* column = expression.column == ColumnKind::kTag ? nullptr : measurement.field(expression.text);
      if (column == nullptr && expression.column != ColumnKind::kField) column = measurement.tag(expression.text);
      return column == nullptr ? make_null() : measurement.read(*column);
    }
    case Kind::kString:
      return make_text(expression.text);
    case Kind::kInteger:
    case Kind::kDuration:
      return make_integer(expression.integer);
    case Kind::kNumber:
      return make_number(expression.number);
    case Kind::kBoolean:
      return make_boolean(expression.integer != 0);
    case Kind::kCall:
      if (call) return call(expression);
      break;
    case Kind::kBinary:
      return make_operator(symbol_of(expression.operation), translate_value(expression.children[0], measurement, call),
                           translate_value(expression.children[1], measurement, call));
    case Kind::kParameter:
      throw Error(sqlstate::kUndefinedParameter, "missing parameter: " + expression.text);
    case Kind::kWildcard:
    case Kind::kRegex:
      break;
  }
  throw Error(sqlstate::kSyntaxError, "invalid condition");
}

ast::ExpressionPtr translate_condition(const Expression& condition, const Measurement& measurement) {
  if (condition.kind == Kind::kBinary) {
    const bool is_and = condition.operation == Operator::kAnd;
    if (is_and || condition.operation == Operator::kOr) {
      ast::ExpressionList sides;
      for (const Expression& side : condition.children) sides.push_back(translate_condition(side, measurement));
      return make_logical(is_and, std::move(sides));
    }
    if (is_comparison(condition.operation)) {
      return translate_comparison(condition.children[0], condition.operation, condition.children[1], measurement);
    }
  }
  if (condition.kind == Kind::kBoolean) return make_boolean(condition.integer != 0);
  if (condition.kind == Kind::kReference && type_of(condition, measurement) == FieldType::kBoolean) {
    return translate_value(condition, measurement, nullptr);
  }
  return make_boolean(false);
}

ast::ExpressionPtr translate_range(const TimeRange& range, const Measurement& measurement) {
  const ColumnEntry* time = measurement.time();
  if (time == nullptr) return nullptr;
  ast::ExpressionList bounds;
  if (range.from_ns) {
    bounds.push_back(make_operator(">=", make_column(time->name), make_time(*range.from_ns, time->type, true)));
  }
  if (range.to_ns) {
    bounds.push_back(make_operator("<=", make_column(time->name), make_time(*range.to_ns, time->type, false)));
  }
  return make_logical(true, std::move(bounds));
}

}  // namespace tidemark::influxql
