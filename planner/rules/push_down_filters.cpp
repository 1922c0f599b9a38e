#include <algorithm>

#include "base/stack_depth.h"
#include "functions/function.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

using Conjuncts = std::vector<ExpressionPtr>;

LogicalPtr push(LogicalPtr node, Conjuncts conjuncts);

/// Moves those conjuncts out that `test` holds for.
Conjuncts take_if(Conjuncts& conjuncts, const std::function<bool(const Expression&)>& test) {
  Conjuncts taken;
  Conjuncts kept;
  for (ExpressionPtr& conjunct : conjuncts) (test(*conjunct) ? taken : kept).push_back(std::move(conjunct));
  conjuncts = std::move(kept);
  return taken;
}

void push_into_child(LogicalNode& node, size_t child, Conjuncts conjuncts) {
  node.children[child] = push(std::move(node.children[child]), std::move(conjuncts));
}

/// Pushes conjuncts whose columns all lie in `columns`; the others stay above.
LogicalPtr push_those_over(LogicalPtr node, Conjuncts conjuncts, const PlanColumnSet& columns) {
  Conjuncts below = take_if(conjuncts, [&](const Expression& conjunct) {
    return !is_volatile(conjunct) && is_subset(columns_of(conjunct), columns);
  });
  push_into_child(*node, 0, std::move(below));
  return make_filter(std::move(node), std::move(conjuncts));
}

// ------------------------------------------------------------------------------------------------- nodes of one child

LogicalPtr push_project(LogicalPtr node, Conjuncts conjuncts) {
  auto& project = node->as<LogicalProject>();
  ColumnReplacements replacements;
  PlanColumnSet movable;
  for (size_t i = 0; i < project.outputs.size(); ++i) {
    if (is_volatile(*project.expressions[i])) continue;
    replacements[project.outputs[i].column] = project.expressions[i].get();
  }
  PlanColumnSet fixed;
  for (const PlanOutput& output : project.outputs) {
    if (!replacements.contains(output.column)) fixed.insert(output.column);
  }
  Conjuncts below = take_if(conjuncts, [&](const Expression& conjunct) {
    return !is_volatile(conjunct) && !intersects(columns_of(conjunct), fixed);
  });
  for (ExpressionPtr& conjunct : below) replace_columns(conjunct, replacements);
  push_into_child(*node, 0, std::move(below));
  return make_filter(std::move(node), std::move(conjuncts));
}

/// What reads nothing but groups may be decided before grouping.
LogicalPtr push_aggregate(LogicalPtr node, Conjuncts conjuncts) {
  auto& aggregate = node->as<LogicalAggregate>();
  ColumnReplacements replacements;
  PlanColumnSet groups;
  for (uint32_t i = 0; i < aggregate.groups.size(); ++i) {
    const bool in_all_sets = std::ranges::all_of(aggregate.grouping_sets, [&](const std::vector<uint32_t>& set) {
      return std::ranges::find(set, i) != set.end();
    });
    if (!in_all_sets || is_volatile(*aggregate.groups[i])) continue;
    groups.insert(aggregate.outputs[i].column);
    replacements[aggregate.outputs[i].column] = aggregate.groups[i].get();
  }
  Conjuncts below = take_if(conjuncts, [&](const Expression& conjunct) {
    const PlanColumnSet columns = columns_of(conjunct);
    return !is_volatile(conjunct) && !columns.empty() && !groups.empty() && is_subset(columns, groups);
  });
  for (ExpressionPtr& conjunct : below) replace_columns(conjunct, replacements);
  push_into_child(*node, 0, std::move(below));
  return make_filter(std::move(node), std::move(conjuncts));
}

/// A filter on columns by which every call is partitioned takes or leaves whole partitions.
PlanColumnSet partition_columns(const LogicalWindow& window) {
  PlanColumnSet shared;
  bool first = true;
  for (const ExpressionPtr& call : window.calls) {
    PlanColumnSet own;
    for (const ExpressionPtr& key : call->as<WindowExpression>().partition_by) {
      if (key->kind == ExpressionKind::kColumn) own.insert(key->as<ColumnExpression>().column);
    }
    if (first) {
      shared = own;
    } else {
      std::erase_if(shared, [&](PlanColumn column) { return !own.contains(column); });
    }
    first = false;
  }
  return shared;
}

PlanColumnSet plain_columns(const std::vector<ExpressionPtr>& expressions) {
  PlanColumnSet columns;
  for (const ExpressionPtr& expression : expressions) {
    if (expression->kind == ExpressionKind::kColumn) columns.insert(expression->as<ColumnExpression>().column);
  }
  return columns;
}

// --------------------------------------------------------------------------------------------------------------- joins

/// Whether the expression is NULL whenever all of `columns` are.
bool is_null_with(const Expression& expression, const PlanColumnSet& columns) {
  if (expression.kind == ExpressionKind::kColumn) return columns.contains(expression.as<ColumnExpression>().column);
  if (expression.kind != ExpressionKind::kFunction) return false;
  if (expression.as<FunctionExpression>().function->null_rule != NullRule::kStrict) return false;
  return std::ranges::any_of(expression.children,
                             [&](const ExpressionPtr& child) { return is_null_with(*child, columns); });
}

/// Whether the predicate is not true whenever all of `columns` are NULL.
bool rejects_null(const Expression& predicate, const PlanColumnSet& columns) {
  const auto rejects = [&](const ExpressionPtr& part) { return rejects_null(*part, columns); };
  if (predicate.kind == ExpressionKind::kAnd) return std::ranges::any_of(predicate.children, rejects);
  if (predicate.kind == ExpressionKind::kOr) return std::ranges::all_of(predicate.children, rejects);
  if (const Expression* operand = match_test(predicate, "IS NOT NULL")) return is_null_with(*operand, columns);
  if (const Expression* operand = match_test(predicate, "IS TRUE")) return rejects_null(*operand, columns);
  return is_null_with(predicate, columns);
}

void strengthen_outer_join(LogicalJoin& join, const Conjuncts& conjuncts, const PlanColumnSet& left,
                           const PlanColumnSet& right) {
  if (join.asof) return;
  for (const ExpressionPtr& conjunct : conjuncts) {
    if ((join.type == JoinType::kLeft || join.type == JoinType::kFull) && rejects_null(*conjunct, right)) {
      join.type = join.type == JoinType::kLeft ? JoinType::kInner : JoinType::kRight;
    }
    if ((join.type == JoinType::kRight || join.type == JoinType::kFull) && rejects_null(*conjunct, left)) {
      join.type = join.type == JoinType::kRight ? JoinType::kInner : JoinType::kLeft;
    }
  }
}

LogicalPtr push_join(LogicalPtr node, Conjuncts conjuncts) {
  auto& join = node->as<LogicalJoin>();
  const PlanColumnSet left = output_columns(*join.children[0]);
  const PlanColumnSet right = output_columns(*join.children[1]);
  strengthen_outer_join(join, conjuncts, left, right);
  const JoinType type = join.type;
  // What the left's rows alone decide; constants go there, too.
  const auto is_left = [&](const Expression& conjunct) {
    return !is_volatile(conjunct) && !intersects(columns_of(conjunct), right) &&
           (type != JoinType::kMark || !columns_of(conjunct).contains(join.mark));
  };
  const auto is_right = [&](const Expression& conjunct) {
    const PlanColumnSet columns = columns_of(conjunct);
    return !is_volatile(conjunct) && intersects(columns, right) && !intersects(columns, left);
  };
  Conjuncts to_left;
  Conjuncts to_right;
  const auto add = [](Conjuncts& target, Conjuncts source) { std::ranges::move(source, std::back_inserter(target)); };
  const bool keeps_right = type == JoinType::kRight || type == JoinType::kFull;
  if (!keeps_right) add(to_left, take_if(conjuncts, is_left));
  if (!join.asof && (type == JoinType::kInner || type == JoinType::kRight)) {
    add(to_right, take_if(conjuncts, is_right));
  }
  if (type == JoinType::kInner && !join.asof) {
    for (ExpressionPtr& conjunct : take_if(conjuncts, [](const Expression& one) { return !is_volatile(one); })) {
      join.conditions.push_back(std::move(conjunct));
    }
  }
  if (!join.asof) {
    const bool left_decides = type == JoinType::kInner || type == JoinType::kSemi || type == JoinType::kRight;
    const bool right_decides = type == JoinType::kInner || type == JoinType::kLeft || type == JoinType::kSemi ||
                               type == JoinType::kAnti || type == JoinType::kSingle;
    if (left_decides) {
      add(to_left, take_if(join.conditions, [&](const Expression& condition) {
            return is_left(condition) && intersects(columns_of(condition), left);
          }));
    }
    if (right_decides) add(to_right, take_if(join.conditions, is_right));
  }
  push_into_child(*node, 0, std::move(to_left));
  push_into_child(*node, 1, std::move(to_right));
  derive_outputs(*node);
  return make_filter(std::move(node), std::move(conjuncts));
}

LogicalPtr push_apply(LogicalPtr node, Conjuncts conjuncts) {
  auto& apply = node->as<LogicalApply>();
  const PlanColumnSet left = output_columns(*apply.children[0]);
  const PlanColumnSet right = output_columns(*apply.children[1]);
  Conjuncts to_left = take_if(conjuncts, [&](const Expression& conjunct) {
    return !is_volatile(conjunct) && is_subset(columns_of(conjunct), left);
  });
  Conjuncts to_right;
  if (apply.type == JoinType::kInner) {
    to_right = take_if(conjuncts, [&](const Expression& conjunct) {
      return !is_volatile(conjunct) && is_subset(columns_of(conjunct), right);
    });
  }
  push_into_child(*node, 0, std::move(to_left));
  push_into_child(*node, 1, std::move(to_right));
  derive_outputs(*node);
  return make_filter(std::move(node), std::move(conjuncts));
}

/// Into both sides, in the words of their own columns.
LogicalPtr push_set_operation(LogicalPtr node, Conjuncts conjuncts) {
  Conjuncts movable = take_if(conjuncts, [](const Expression& conjunct) { return !is_volatile(conjunct); });
  for (size_t side = 0; side < 2; ++side) {
    const LogicalNode& child = *node->children[side];
    std::vector<ExpressionPtr> columns;
    ColumnReplacements replacements;
    for (size_t i = 0; i < node->outputs.size(); ++i) {
      columns.push_back(column_reference(child.outputs[i]));
      replacements[node->outputs[i].column] = columns.back().get();
    }
    Conjuncts own;
    for (const ExpressionPtr& conjunct : movable) {
      own.push_back(conjunct->clone());
      replace_columns(own.back(), replacements);
    }
    // The side's outputs are read by position: what is put above them must hand all of them up, in order.
    push_into_child(*node, side, std::move(own));
  }
  return make_filter(std::move(node), std::move(conjuncts));
}

LogicalPtr push(LogicalPtr node, Conjuncts conjuncts) {
  check_stack_depth();
  switch (node->kind) {
    case LogicalKind::kFilter: {
      for (ExpressionPtr& own : node->as<LogicalFilter>().conjuncts) conjuncts.push_back(std::move(own));
      LogicalPtr child = std::move(node->children[0]);
      return push(std::move(child), std::move(conjuncts));
    }
    case LogicalKind::kProject:
      return push_project(std::move(node), std::move(conjuncts));
    case LogicalKind::kAggregate:
      return push_aggregate(std::move(node), std::move(conjuncts));
    case LogicalKind::kSort: {
      push_into_child(*node, 0, std::move(conjuncts));
      derive_outputs(*node);
      return node;
    }
    case LogicalKind::kWindow: {
      const PlanColumnSet columns = partition_columns(node->as<LogicalWindow>());
      return push_those_over(std::move(node), std::move(conjuncts), columns);
    }
    case LogicalKind::kDistinctOn: {
      const PlanColumnSet columns = plain_columns(node->as<LogicalDistinctOn>().keys);
      return push_those_over(std::move(node), std::move(conjuncts), columns);
    }
    case LogicalKind::kGapFill: {
      const auto& groups = node->as<LogicalGapFill>().groups;
      const PlanColumnSet columns(groups.begin(), groups.end());
      return push_those_over(std::move(node), std::move(conjuncts), columns);
    }
    case LogicalKind::kTableFunction:
      if (!node->children.empty()) {
        const PlanColumnSet columns = output_columns(*node->children[0]);
        return push_those_over(std::move(node), std::move(conjuncts), columns);
      }
      break;
    case LogicalKind::kJoin:
      return push_join(std::move(node), std::move(conjuncts));
    case LogicalKind::kApply:
      return push_apply(std::move(node), std::move(conjuncts));
    case LogicalKind::kSetOperation:
      return push_set_operation(std::move(node), std::move(conjuncts));
    case LogicalKind::kScan: {
      auto& scan = node->as<LogicalScan>();
      Conjuncts below = take_if(conjuncts, [](const Expression& conjunct) { return !is_volatile(conjunct); });
      for (ExpressionPtr& conjunct : below) split_conjuncts(std::move(conjunct), scan.filters);
      return make_filter(std::move(node), std::move(conjuncts));
    }
    case LogicalKind::kWith: {
      for (size_t i = 0; i + 1 < node->children.size(); ++i) push_into_child(*node, i, {});
      push_into_child(*node, node->children.size() - 1, std::move(conjuncts));
      derive_outputs(*node);
      return node;
    }
    default:
      break;
  }
  for (size_t i = 0; i < node->children.size(); ++i) push_into_child(*node, i, {});
  return make_filter(std::move(node), std::move(conjuncts));
}

}  // namespace

LogicalPtr push_down_filters(LogicalPtr plan, PlannerContext& /*context*/) { return push(std::move(plan), {}); }

}  // namespace tidemark
