#include "planner/predicate_forms.h"

#include <utility>
#include <vector>

#include "functions/coercion.h"
#include "functions/overload_resolution.h"

namespace tidemark {

namespace {

ExpressionPtr call(std::string_view name, std::vector<ExpressionPtr> operands) {
  std::vector<LogicalType> types;
  for (const ExpressionPtr& operand : operands) types.push_back(operand->type);
  const ResolvedScalar resolved = resolve_operator(name, types);
  const int position = operands[0]->position;
  for (size_t i = 0; i < operands.size(); ++i) {
    const LogicalType wanted = resolved.arguments[i];
    if (is_pseudo_type(wanted.id) || operands[i]->type.same_base(wanted)) continue;
    operands[i] = coerce(std::move(operands[i]), wanted, CastContext::kImplicit);
  }
  auto result = std::make_unique<FunctionExpression>(*resolved.function, resolved.result, std::move(operands));
  result->position = position;
  return result;
}

std::string_view operator_name(const Expression& expression) {
  if (expression.kind != ExpressionKind::kFunction) return {};
  return expression.as<FunctionExpression>().function->name;
}

}  // namespace

ExpressionPtr make_test(std::string_view name, ExpressionPtr operand) {
  std::vector<ExpressionPtr> operands;
  operands.push_back(std::move(operand));
  return call(name, std::move(operands));
}

ExpressionPtr make_comparison(std::string_view name, ExpressionPtr left, ExpressionPtr right) {
  std::vector<ExpressionPtr> operands;
  operands.push_back(std::move(left));
  operands.push_back(std::move(right));
  return call(name, std::move(operands));
}

const Expression* match_test(const Expression& expression, std::string_view name) {
  if (expression.children.size() != 1 || operator_name(expression) != name) return nullptr;
  return expression.children[0].get();
}

ExpressionPtr make_null_safe(ExpressionPtr equal) {
  const int position = equal->position;
  std::vector<ExpressionPtr> nulls;
  nulls.push_back(make_test("IS NULL", equal->children[0]->clone()));
  nulls.push_back(make_test("IS NULL", equal->children[1]->clone()));
  const LogicalType boolean(TypeId::kBoolean);
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(equal));
  parts.push_back(std::make_unique<ControlExpression>(ExpressionKind::kAnd, boolean, std::move(nulls)));
  auto result = std::make_unique<ControlExpression>(ExpressionKind::kCoalesce, boolean, std::move(parts));
  result->position = position;
  return result;
}

const FunctionExpression* match_null_safe(const Expression& expression) {
  if (expression.kind != ExpressionKind::kCoalesce || expression.children.size() != 2) return nullptr;
  const FunctionExpression* equal = match_equality(*expression.children[0]);
  const Expression& nulls = *expression.children[1];
  if (!equal || nulls.kind != ExpressionKind::kAnd || nulls.children.size() != 2) return nullptr;
  for (size_t side = 0; side < 2; ++side) {
    const Expression* operand = match_test(*nulls.children[side], "IS NULL");
    if (!operand || !same_expression(*operand, *equal->children[side])) return nullptr;
  }
  return equal;
}

const FunctionExpression* match_comparison(const Expression& expression) {
  const std::string_view name = operator_name(expression);
  if (expression.children.size() != 2) return nullptr;
  const bool found = name == "=" || name == "<>" || name == "<" || name == "<=" || name == ">" || name == ">=";
  return found ? &expression.as<FunctionExpression>() : nullptr;
}

const FunctionExpression* match_equality(const Expression& expression) {
  if (expression.children.size() != 2 || operator_name(expression) != "=") return nullptr;
  return &expression.as<FunctionExpression>();
}

std::string_view mirrored_comparison(std::string_view name) {
  if (name == "<") return ">";
  if (name == "<=") return ">=";
  if (name == ">") return "<";
  if (name == ">=") return "<=";
  return name;
}

std::string_view negated_comparison(std::string_view name) {
  if (name == "=") return "<>";
  if (name == "<>") return "=";
  if (name == "<") return ">=";
  if (name == "<=") return ">";
  if (name == ">") return "<=";
  if (name == ">=") return "<";
  if (name == "~~") return "!~~";
  if (name == "!~~") return "~~";
  if (name == "~~*") return "!~~*";
  if (name == "!~~*") return "~~*";
  return {};
}

int start_position(const Expression& expression) {
  int start = expression.position;
  if (expression.kind != ExpressionKind::kFunction && expression.kind != ExpressionKind::kAnd &&
      expression.kind != ExpressionKind::kOr) {
    return start;
  }
  for (const ExpressionPtr& child : expression.children) {
    const int inner = start_position(*child);
    if (inner > 0 && (start == 0 || inner < start)) start = inner;
  }
  return start;
}

bool is_true_constant(const Expression& expression) {
  if (expression.kind != ExpressionKind::kConstant || expression.type.id != TypeId::kBoolean) return false;
  const Value& value = expression.as<ConstantExpression>().value;
  return !value.is_null() && value.as_bool();
}

bool is_false_constant(const Expression& expression) {
  if (expression.kind != ExpressionKind::kConstant || expression.type.id != TypeId::kBoolean) return false;
  const Value& value = expression.as<ConstantExpression>().value;
  return !value.is_null() && !value.as_bool();
}

bool is_false_or_null_constant(const Expression& expression) {
  if (expression.kind != ExpressionKind::kConstant) return false;
  const Value& value = expression.as<ConstantExpression>().value;
  return value.is_null() || (expression.type.id == TypeId::kBoolean && !value.as_bool());
}

}  // namespace tidemark
