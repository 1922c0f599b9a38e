#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

bool is_volatile_project(const LogicalProject& project) {
  for (const ExpressionPtr& expression : project.expressions) {
    if (is_volatile(*expression)) return true;
  }
  return false;
}

/// The most rows that can be wanted of a branch: limit + offset, where both are constants.
ExpressionPtr branch_limit(const LogicalLimit& limit) {
  const auto count = [](const ExpressionPtr& expression) -> std::optional<int64_t> {
    if (!expression) return 0;
    if (expression->kind != ExpressionKind::kConstant) return std::nullopt;
    const Value& value = expression->as<ConstantExpression>().value;
    return value.is_null() || value.as_int64() < 0 ? std::nullopt : std::optional(value.as_int64());
  };
  const std::optional<int64_t> rows = count(limit.limit);
  const std::optional<int64_t> skipped = count(limit.offset);
  int64_t total = 0;
  if (!limit.limit || limit.with_ties || !rows || !skipped || __builtin_add_overflow(*rows, *skipped, &total)) {
    return nullptr;
  }
  return std::make_unique<ConstantExpression>(Value::int64(total));
}

LogicalPtr push(LogicalPtr node) {
  if (node->kind == LogicalKind::kLimit) {
    LogicalNode& child = *node->children[0];
    if (child.kind == LogicalKind::kProject && !is_volatile_project(child.as<LogicalProject>()) &&
        !node->as<LogicalLimit>().with_ties) {
      LogicalPtr project = std::move(node->children[0]);
      node->children[0] = std::move(project->children[0]);
      derive_outputs(*node);
      project->children[0] = push(std::move(node));
      return project;
    }
    const bool union_all = child.kind == LogicalKind::kSetOperation &&
                           child.as<LogicalSetOperation>().type == SetOperationType::kUnion &&
                           child.as<LogicalSetOperation>().all;
    if (union_all) {
      if (const ExpressionPtr limit = branch_limit(node->as<LogicalLimit>())) {
        for (LogicalPtr& branch : child.children) {
          branch = make_limit(std::move(branch), limit->clone(), nullptr, false);
        }
      }
    }
  }
  for (LogicalPtr& child : node->children) child = push(std::move(child));
  return node;
}

}  // namespace

LogicalPtr push_down_limits(LogicalPtr plan, PlannerContext& /*context*/) { return push(std::move(plan)); }

}  // namespace tidemark
