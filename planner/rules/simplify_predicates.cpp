#include <algorithm>
#include <span>

#include "functions/function.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

constexpr size_t kComparedConjunctsMax = 256;

ExpressionPtr control(ExpressionKind kind, std::vector<ExpressionPtr> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  return std::make_unique<ControlExpression>(kind, LogicalType(TypeId::kBoolean), std::move(parts));
}

void simplify(ExpressionPtr& expression);

/// NOT of `expression` without the NOT, where the operand has a form for it.
bool push_not(ExpressionPtr& expression) {
  ExpressionPtr& operand = expression->children[0];
  if (operand->kind == ExpressionKind::kAnd || operand->kind == ExpressionKind::kOr) {
    std::vector<ExpressionPtr> parts;
    for (ExpressionPtr& part : operand->children) parts.push_back(make_test("NOT", std::move(part)));
    const bool was_and = operand->kind == ExpressionKind::kAnd;
    expression = control(was_and ? ExpressionKind::kOr : ExpressionKind::kAnd, std::move(parts));
    return true;
  }
  if (match_test(*operand, "NOT")) {
    ExpressionPtr inner = std::move(operand->children[0]);
    expression = std::move(inner);
    return true;
  }
  for (const auto& [name, negated] : {std::pair{"IS NULL", "IS NOT NULL"}, std::pair{"IS NOT NULL", "IS NULL"}}) {
    if (!match_test(*operand, name)) continue;
    expression = make_test(negated, std::move(operand->children[0]));
    return true;
  }
  if (match_comparison(*operand)) {
    const std::string_view negated = negated_comparison(operand->as<FunctionExpression>().function->name);
    const int position = operand->position;
    expression = make_comparison(negated, std::move(operand->children[0]), std::move(operand->children[1]));
    expression->position = position;
    return true;
  }
  return false;
}

/// AND of ANDs is one AND; a part that was there before goes.
void flatten(ExpressionPtr& expression) {
  std::vector<ExpressionPtr> parts;
  for (ExpressionPtr& part : expression->children) {
    if (part->kind == expression->kind) {
      for (ExpressionPtr& inner : part->children) parts.push_back(std::move(inner));
    } else {
      parts.push_back(std::move(part));
    }
  }
  std::vector<ExpressionPtr> kept;
  constexpr size_t kComparedMax = 64;  // Long IN lists are not compared pair by pair.
  const bool compare = parts.size() <= kComparedMax;
  for (ExpressionPtr& part : parts) {
    const bool repeated = compare && !is_volatile(*part) && std::ranges::any_of(kept, [&](const ExpressionPtr& before) {
                            return same_expression(*before, *part);
                          });
    if (!repeated) kept.push_back(std::move(part));
  }
  const ExpressionKind kind = expression->kind;
  expression = control(kind, std::move(kept));
}

/// (a AND b) OR (a AND c) is a AND (b OR c): a may then be pushed down.
void factor(ExpressionPtr& expression) {
  if (expression->kind != ExpressionKind::kOr) return;
  std::vector<ExpressionPtr>& branches = expression->children;
  const auto all_are_and =
      std::ranges::any_of(branches, [](const ExpressionPtr& branch) { return branch->kind == ExpressionKind::kAnd; });
  if (!all_are_and || is_volatile(*expression)) return;
  const auto has = [](const ExpressionPtr& branch, const Expression& part) {
    if (branch->kind != ExpressionKind::kAnd) return same_expression(*branch, part);
    return std::ranges::any_of(branch->children, [&](const ExpressionPtr& own) { return same_expression(*own, part); });
  };
  std::vector<ExpressionPtr> shared;
  const auto consider = [&](const Expression& part) {
    if (std::ranges::all_of(branches, [&](const ExpressionPtr& branch) { return has(branch, part); })) {
      shared.push_back(part.clone());
    }
  };
  if (branches[0]->kind == ExpressionKind::kAnd) {
    for (const ExpressionPtr& part : branches[0]->children) consider(*part);
  } else {
    consider(*branches[0]);
  }
  if (shared.empty()) return;
  std::vector<ExpressionPtr> rest;
  for (ExpressionPtr& branch : branches) {
    const auto is_shared = [&](const ExpressionPtr& part) {
      return std::ranges::any_of(shared, [&](const ExpressionPtr& one) { return same_expression(*one, *part); });
    };
    std::vector<ExpressionPtr> own;
    if (branch->kind == ExpressionKind::kAnd) {
      for (ExpressionPtr& part : branch->children) {
        if (!is_shared(part)) own.push_back(std::move(part));
      }
    }
    if (own.empty()) {  // One branch says no more than what all share: the OR says just that.
      expression = control(ExpressionKind::kAnd, std::move(shared));
      return;
    }
    rest.push_back(control(ExpressionKind::kAnd, std::move(own)));
  }
  shared.push_back(control(ExpressionKind::kOr, std::move(rest)));
  expression = control(ExpressionKind::kAnd, std::move(shared));
}

void simplify(ExpressionPtr& expression) {
  while (match_test(*expression, "NOT") && push_not(expression)) {
  }
  if (expression->kind != ExpressionKind::kAnd && expression->kind != ExpressionKind::kOr) return;
  for (ExpressionPtr& part : expression->children) simplify(part);
  flatten(expression);
  factor(expression);
}

void simplify_list(std::vector<ExpressionPtr>& conjuncts) {
  std::vector<ExpressionPtr> flat;
  for (ExpressionPtr& conjunct : conjuncts) {
    simplify(conjunct);
    split_conjuncts(std::move(conjunct), flat);
  }
  conjuncts.clear();
  for (ExpressionPtr& conjunct : flat) {
    // A NOT IN may bring a hundred thousand: repetition is looked for among the first ones only.
    const auto first = std::span(conjuncts).first(std::min(conjuncts.size(), kComparedConjunctsMax));
    const bool repeated = !is_volatile(*conjunct) && std::ranges::any_of(first, [&](const ExpressionPtr& before) {
      return same_expression(*before, *conjunct);
    });
    if (!repeated) conjuncts.push_back(std::move(conjunct));
  }
}

/// Only where NULL and false mean the same: WHERE, HAVING, ON. (NOT moves inwards without changing NULL.)
void simplify_plan(LogicalNode& plan) {
  if (plan.kind == LogicalKind::kFilter) simplify_list(plan.as<LogicalFilter>().conjuncts);
  if (plan.kind == LogicalKind::kJoin && !plan.as<LogicalJoin>().asof) simplify_list(plan.as<LogicalJoin>().conditions);
  for (LogicalPtr& child : plan.children) simplify_plan(*child);
}

}  // namespace

LogicalPtr simplify_predicates(LogicalPtr plan, PlannerContext& /*context*/) {
  simplify_plan(*plan);
  return plan;
}

}  // namespace tidemark
