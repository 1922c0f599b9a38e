// Expressions as EXPLAIN prints them, in PostgreSQL's manner: operators in parentheses, constants with their type where
// their form does not show it.

#include <cctype>

#include "functions/expression.h"
#include "functions/function.h"
#include "functions/window_function.h"
#include "types/type_io.h"

namespace tidemark {

namespace {

std::string list(const std::vector<ExpressionPtr>& expressions, size_t count = SIZE_MAX) {
  std::string text;
  for (size_t i = 0; i < expressions.size() && i < count; ++i) {
    text += (i == 0 ? "" : ", ") + to_string(*expressions[i]);
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c;
  }
  return result + "'";
}

std::string constant_text(const Value& value) {
  const LogicalType type = value.type();
  if (value.is_null()) {
    return type.id == TypeId::kUnknown ? "NULL" : "NULL::" + type.to_string();
  }
  if (type.id == TypeId::kUnknown) return quoted(value.as_bytes());
  std::string text = to_text(value);
  if (type.id == TypeId::kInt32) return text;
  if (type.id == TypeId::kBoolean) return value.as_bool() ? "true" : "false";
  return quoted(text) + "::" + type.to_string();
}

/// Whether a function's name stands between or before its arguments: symbols, and words of the grammar (`IS NULL`).
bool is_operator_name(std::string_view name) {
  const auto first = static_cast<unsigned char>(name.empty() ? 'a' : name[0]);
  return (std::isalnum(first) == 0 && first != '_') || std::isupper(first) != 0;
}

std::string function_text(const FunctionExpression& call) {
  const std::string name(call.function->name);
  const size_t count = call.children.size();
  if (name == "cast") {
    const Expression& operand = *call.children[0];
    const bool simple = operand.kind == ExpressionKind::kColumn || operand.kind == ExpressionKind::kInput ||
                        operand.kind == ExpressionKind::kParameter;
    const std::string text = to_string(operand);
    return (simple ? text : "(" + text + ")") + "::" + call.type.to_string();
  }
  if (!is_operator_name(name)) return name + "(" + list(call.children) + ")";
  if (count == 2) return "(" + to_string(*call.children[0]) + " " + name + " " + to_string(*call.children[1]) + ")";
  if (count != 1) return name + "[" + list(call.children) + "]";
  if (name.starts_with("IS ")) return "(" + to_string(*call.children[0]) + " " + name + ")";
  return "(" + name + " " + to_string(*call.children[0]) + ")";
}

std::string joined(const std::vector<ExpressionPtr>& parts, const char* word) {
  std::string text = "(";
  for (size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : word) + to_string(*parts[i]);
  return text + ")";
}

std::string case_text(const std::vector<ExpressionPtr>& parts) {
  std::string text = "CASE";
  for (size_t i = 0; i + 1 < parts.size(); i += 2) {
    text += " WHEN " + to_string(*parts[i]) + " THEN " + to_string(*parts[i + 1]);
  }
  return text + " ELSE " + to_string(*parts.back()) + " END";
}

std::string keys_text(const std::vector<SortKey>& keys) {
  std::string text;
  for (const SortKey& key : keys) {
    text += (text.empty() ? "" : ", ") + to_string(*key.expression);
    if (key.descending) text += " DESC";
    if (key.nulls_first != key.descending) text += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return text;
}

std::string aggregate_text(const AggregateExpression& call) {
  std::string text = std::string(call.function->name) + "(";
  if (call.children.empty()) text += "*";
  if (call.distinct) text += "DISTINCT ";
  text += list(call.children);
  if (!call.order_by.empty()) text += " ORDER BY " + keys_text(call.order_by);
  text += ")";
  if (call.filter) text += " FILTER (WHERE " + to_string(*call.filter) + ")";
  return text;
}

std::string bound_text(FrameBoundKind kind, const ExpressionPtr& offset) {
  switch (kind) {
    case FrameBoundKind::kUnboundedPreceding:
      return "UNBOUNDED PRECEDING";
    case FrameBoundKind::kPreceding:
      return to_string(*offset) + " PRECEDING";
    case FrameBoundKind::kCurrentRow:
      return "CURRENT ROW";
    case FrameBoundKind::kFollowing:
      return to_string(*offset) + " FOLLOWING";
    case FrameBoundKind::kUnboundedFollowing:
      break;
  }
  return "UNBOUNDED FOLLOWING";
}

std::string window_text(const WindowExpression& call) {
  std::string text(call.function ? call.function->name : call.aggregate->name);
  text += "(" + (call.aggregate && call.children.empty() ? std::string("*") : list(call.children)) + ")";
  if (call.filter) text += " FILTER (WHERE " + to_string(*call.filter) + ")";
  std::string window;
  if (!call.partition_by.empty()) window += "PARTITION BY " + list(call.partition_by);
  if (!call.order_by.empty()) window += (window.empty() ? "" : " ") + ("ORDER BY " + keys_text(call.order_by));
  const WindowFrame& frame = call.frame;
  const bool usual = frame.unit == FrameUnit::kRange && frame.start == FrameBoundKind::kUnboundedPreceding &&
                     frame.end == FrameBoundKind::kCurrentRow && frame.exclusion == FrameExclusion::kNone;
  if (!usual) {
    const char* unit = frame.unit == FrameUnit::kRows ? "ROWS" : frame.unit == FrameUnit::kRange ? "RANGE" : "GROUPS";
    window += (window.empty() ? "" : " ") + std::string(unit) + " BETWEEN " +
              bound_text(frame.start, frame.start_offset) + " AND " + bound_text(frame.end, frame.end_offset);
  }
  return text + " OVER (" + window + ")";
}

}  // namespace

std::string to_string(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kConstant:
      return constant_text(expression.as<ConstantExpression>().value);
    case ExpressionKind::kColumn:
      return expression.as<ColumnExpression>().name;
    case ExpressionKind::kInput:
      return "#" + std::to_string(expression.as<InputExpression>().index);
    case ExpressionKind::kParameter:
      return "$" + std::to_string(expression.as<ParameterExpression>().number);
    case ExpressionKind::kFunction:
      return function_text(expression.as<FunctionExpression>());
    case ExpressionKind::kAnd:
      return joined(expression.children, " AND ");
    case ExpressionKind::kOr:
      return joined(expression.children, " OR ");
    case ExpressionKind::kCase:
      return case_text(expression.children);
    case ExpressionKind::kCoalesce:
      return "COALESCE(" + list(expression.children) + ")";
    case ExpressionKind::kAggregate:
      return aggregate_text(expression.as<AggregateExpression>());
    case ExpressionKind::kWindow:
      return window_text(expression.as<WindowExpression>());
    case ExpressionKind::kSubquery:
      return "(SubPlan)";
  }
  return {};
}

}  // namespace tidemark
