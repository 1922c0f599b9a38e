#include "planner/predicate_forms.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "types/compare.h"

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

namespace {

/// `operand op constant`, with the constant on the right; `value` null if it is none.
struct ConstantComparison {
  std::string_view name;
  const Expression* operand = nullptr;
  const Value* value = nullptr;
};

ConstantComparison match_constant_comparison(const Expression& expression) {
  const FunctionExpression* comparison = match_comparison(expression);
  if (comparison == nullptr) return {};
  const Expression& left = *comparison->children[0];
  const Expression& right = *comparison->children[1];
  const std::string_view name = comparison->function->name;
  if (right.kind == ExpressionKind::kConstant) return {name, &left, &right.as<ConstantExpression>().value};
  if (left.kind == ExpressionKind::kConstant) {
    return {mirrored_comparison(name), &right, &left.as<ConstantExpression>().value};
  }
  return {};
}

/// `x op known` implies `x name wanted`; `order`: how known compares with wanted.
bool comparison_implies(std::string_view op, std::weak_ordering order, std::string_view name) {
  if (op == "=") {
    return (name == "=" && order == 0) || (name == "<>" && order != 0) || (name == "<" && order < 0) ||
           (name == "<=" && order <= 0) || (name == ">" && order > 0) || (name == ">=" && order >= 0);
  }
  if (op == "<>") return name == "<>" && order == 0;
  const bool strict = op == "<" || op == ">";
  const bool below = op.front() == '<';
  const bool same_direction = name.front() == (below ? '<' : '>') && name != "<>";
  if (name != "<>" && !same_direction) return false;
  const bool within = below ? order < 0 : order > 0;
  const bool wants_strict = name == "<" || name == ">" || name == "<>";
  return within || (order == 0 && (strict || !wants_strict));
}

bool one_implies(const Expression& premise, const Expression& conclusion) {
  if (same_expression(premise, conclusion)) return true;
  if (premise.kind == ExpressionKind::kAnd) return is_implied(conclusion, premise.children);
  if (premise.kind == ExpressionKind::kOr) {
    return std::ranges::all_of(premise.children,
                               [&](const ExpressionPtr& branch) { return one_implies(*branch, conclusion); });
  }
  if (const Expression* operand = match_test(conclusion, "IS NOT NULL")) {
    const FunctionExpression* comparison = match_comparison(premise);
    return comparison != nullptr &&
           (same_expression(*comparison->children[0], *operand) || same_expression(*comparison->children[1], *operand));
  }
  const ConstantComparison known = match_constant_comparison(premise);
  const ConstantComparison wanted = match_constant_comparison(conclusion);
  if (known.value == nullptr || wanted.value == nullptr || known.value->is_null() || wanted.value->is_null() ||
      !known.value->type().same_base(wanted.value->type()) || !same_expression(*known.operand, *wanted.operand)) {
    return false;
  }
  return comparison_implies(known.name, compare_values(*known.value, *wanted.value), wanted.name);
}

}  // namespace

bool is_implied(const Expression& conclusion, std::span<const ExpressionPtr> premises) {
  const auto implied = [&](const ExpressionPtr& part) { return is_implied(*part, premises); };
  if (conclusion.kind == ExpressionKind::kAnd) return std::ranges::all_of(conclusion.children, implied);
  const bool directly =
      std::ranges::any_of(premises, [&](const ExpressionPtr& premise) { return one_implies(*premise, conclusion); });
  return directly || (conclusion.kind == ExpressionKind::kOr && std::ranges::any_of(conclusion.children, implied));
}

}  // namespace tidemark
