// Turns Apply into Join. The conjuncts that read the outer row are pulled up out of the right side, through the nodes
// between, and become conditions of the join; aggregates on the way are grouped by what they compare (after Kim, and
// Galindo-Legaria and Joshi, "Orthogonal optimization of subqueries and aggregation", SIGMOD 2001). What cannot be
// pulled up stays an Apply, which runs once for each distinct combination of the outer columns.

#include <algorithm>

#include "functions/function.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

using Conjuncts = std::vector<ExpressionPtr>;

/// Reads `expression` anything of the outer row?
bool is_correlated(const Expression& expression, const PlanColumnSet& outer) {
  return intersects(columns_of(expression), outer);
}

bool is_correlated(const LogicalNode& plan, const PlanColumnSet& outer) {
  return intersects(free_columns(plan), outer);
}

/// `inner = outer`, sides told apart.
struct KeyCondition {
  const Expression* inner = nullptr;
  const Expression* outer = nullptr;
};

std::optional<KeyCondition> match_key(const Expression& condition, const PlanColumnSet& outer) {
  const FunctionExpression* equal = match_equality(condition);
  if (!equal) return std::nullopt;
  for (size_t side = 0; side < 2; ++side) {
    const PlanColumnSet own = columns_of(*equal->children[side]);
    const PlanColumnSet other = columns_of(*equal->children[1 - side]);
    if (own.empty() || intersects(own, outer) || other.empty() || !is_subset(other, outer)) continue;
    return KeyCondition{equal->children[side].get(), equal->children[1 - side].get()};
  }
  return std::nullopt;
}

bool is_constant_count(const ExpressionPtr& limit, int64_t at_least, int64_t at_most) {
  if (!limit || limit->kind != ExpressionKind::kConstant || limit->type.id != TypeId::kInt64) return false;
  const Value& value = limit->as<ConstantExpression>().value;
  return !value.is_null() && value.as_int64() >= at_least && value.as_int64() <= at_most;
}

/// LIMIT 1, with or without an order: one row a group once there are several outer rows.
bool is_first_row(const LogicalLimit& limit) {
  return is_constant_count(limit.limit, 1, 1) && !limit.offset && !limit.with_ties;
}

// ------------------------------------------------------------------------------------------------------ pulling it up

/// Whether `pull` will succeed. `keys_only`: above stands a node that groups, so all must be equalities.
bool can_pull(const LogicalNode& plan, const PlanColumnSet& outer, bool keys_only) {
  if (!is_correlated(plan, outer)) return true;
  bool own_correlated = false;
  bool own_fits = true;
  for_each_expression(plan, [&](const Expression& expression) {
    if (!is_correlated(expression, outer)) return;
    own_correlated = true;
    if (is_volatile(expression) || (keys_only && !match_key(expression, outer))) own_fits = false;
  });
  switch (plan.kind) {
    case LogicalKind::kFilter:
      return own_fits && can_pull(*plan.children[0], outer, keys_only);
    case LogicalKind::kProject:
    case LogicalKind::kSort:
      return !own_correlated && can_pull(*plan.children[0], outer, keys_only);
    case LogicalKind::kJoin: {
      const auto& join = plan.as<LogicalJoin>();
      if (join.asof) return false;
      if (join.type == JoinType::kInner) {
        return own_fits && can_pull(*plan.children[0], outer, keys_only) &&
               can_pull(*plan.children[1], outer, keys_only);
      }
      const bool left_only = join.type != JoinType::kRight && join.type != JoinType::kFull;
      return left_only && !own_correlated && !is_correlated(*plan.children[1], outer) &&
             can_pull(*plan.children[0], outer, keys_only);
    }
    case LogicalKind::kAggregate: {
      const auto& aggregate = plan.as<LogicalAggregate>();
      return !own_correlated && !aggregate.groups.empty() && aggregate.grouping_sets.empty() &&
             can_pull(*plan.children[0], outer, true);
    }
    case LogicalKind::kWindow:
    case LogicalKind::kDistinctOn:
      return !own_correlated && can_pull(*plan.children[0], outer, true);
    case LogicalKind::kLimit: {
      if (!is_first_row(plan.as<LogicalLimit>())) return false;
      const LogicalNode& child = *plan.children[0];
      const LogicalNode& source = child.kind == LogicalKind::kSort ? *child.children[0] : child;
      bool sort_correlated = false;
      if (child.kind == LogicalKind::kSort) {
        for_each_expression(child, [&](const Expression& key) { sort_correlated |= is_correlated(key, outer); });
      }
      return !sort_correlated && can_pull(source, outer, true);
    }
    default:
      return false;
  }
}

class Unnesting {
 public:
  explicit Unnesting(PlannerContext& context) : context_(context) {}

  LogicalPtr rewrite(LogicalPtr node) {
    if (node->kind == LogicalKind::kFilter) {
      choose_semi_joins(node->as<LogicalFilter>());
      if (node->as<LogicalFilter>().conjuncts.empty()) {
        LogicalPtr child = std::move(node->children[0]);
        return rewrite(std::move(child));
      }
    }
    for (LogicalPtr& child : node->children) child = rewrite(std::move(child));
    if (node->kind == LogicalKind::kApply) node = rewrite_apply(std::move(node));
    derive_outputs(*node);
    return node;
  }

  /// How often each column is read in the whole statement.
  void count_uses(const LogicalNode& plan) {
    for_each_expression(plan, [&](const Expression& expression) {
      for_each_part(expression, [&](const Expression& part) {
        if (part.kind == ExpressionKind::kColumn) ++uses_[part.as<ColumnExpression>().column];
      });
    });
    for (const LogicalPtr& child : plan.children) count_uses(*child);
  }

 private:
  // -------------------------------------------------------------------------------------- WHERE EXISTS, IN, NOT EXISTS

  /// A mark that nothing but this filter reads, as a conjunct of its own, is a semi join; NOT of one that is never NULL
  /// is an anti join.
  void choose_semi_joins(LogicalFilter& filter) {
    LogicalNode& child = *filter.children[0];
    if (child.kind != LogicalKind::kApply && child.kind != LogicalKind::kJoin) return;
    JoinType& type = child.kind == LogicalKind::kApply ? child.as<LogicalApply>().type : child.as<LogicalJoin>().type;
    if (type != JoinType::kMark) return;
    const PlanColumn mark =
        child.kind == LogicalKind::kApply ? child.as<LogicalApply>().mark : child.as<LogicalJoin>().mark;
    const bool never_null = child.kind == LogicalKind::kApply ? child.as<LogicalApply>().conditions.empty()
                                                              : child.as<LogicalJoin>().conditions.empty();
    const auto reads_mark = [&](const Expression& expression) {
      return expression.kind == ExpressionKind::kColumn && expression.as<ColumnExpression>().column == mark;
    };
    if (uses_[mark] != 1) return;
    for (size_t i = 0; i < filter.conjuncts.size(); ++i) {
      const Expression& conjunct = *filter.conjuncts[i];
      const Expression* negated = match_test(conjunct, "NOT");
      if (reads_mark(conjunct)) {
        type = JoinType::kSemi;
      } else if (negated && reads_mark(*negated) && never_null) {
        type = JoinType::kAnti;
      } else {
        continue;
      }
      filter.conjuncts.erase(filter.conjuncts.begin() + static_cast<std::ptrdiff_t>(i));
      derive_outputs(child);
      break;
    }
  }

  // --------------------------------------------------------------------------------------------------------------
  // Apply

  LogicalPtr rewrite_apply(LogicalPtr node) {
    auto& apply = node->as<LogicalApply>();
    const PlanColumnSet outer = output_columns(*apply.children[0]);
    if (!is_correlated(*apply.children[1], outer)) return as_join(apply, {});
    if (apply.type == JoinType::kInner && apply.children[1]->kind == LogicalKind::kTableFunction) {
      if (LogicalPtr done = rewrite_table_function(apply)) return done;
    }
    const bool membership =
        apply.type == JoinType::kSemi || apply.type == JoinType::kAnti || apply.type == JoinType::kMark;
    if (membership) drop_what_membership_ignores(apply);
    if (!membership && scalar_aggregate_of(*apply.children[1], outer)) return rewrite_scalar_aggregate(apply, outer);
    if (!membership && apply.children[1]->kind == LogicalKind::kProject) {
      if (LogicalPtr done = rewrite_correlated_projection(apply, outer)) return done;
    }
    if (!can_pull(*apply.children[1], outer, false)) return node;
    Conjuncts pulled;
    apply.children[1] = pull(std::move(apply.children[1]), outer, pulled);
    return as_join(apply, std::move(pulled));
  }

  LogicalPtr as_join(LogicalApply& apply, Conjuncts pulled) {
    auto join = std::make_unique<LogicalJoin>();
    join->type = apply.type;
    join->mark = apply.mark;
    join->conditions = std::move(apply.conditions);
    LogicalPtr right = std::move(apply.children[1]);
    for (ExpressionPtr& condition : pulled) {
      if (apply.type == JoinType::kMark) condition = never_null(std::move(condition), right);
      join->conditions.push_back(std::move(condition));
    }
    join->outputs = apply.outputs;
    join->children.push_back(std::move(apply.children[0]));
    join->children.push_back(std::move(right));
    derive_outputs(*join);
    return join;
  }

  /// In a mark join NULL of a condition would make the mark NULL; a conjunct of the subquery's WHERE only decides which
  /// rows there are. `inner = outer` stays one that can be hashed: NULL-safe, over inner rows that are not NULL.
  ExpressionPtr never_null(ExpressionPtr condition, LogicalPtr& right) {
    const PlanColumnSet inner = output_columns(*right);
    if (const FunctionExpression* equal = match_equality(*condition)) {
      for (size_t side = 0; side < 2; ++side) {
        const PlanColumnSet own = columns_of(*equal->children[side]);
        const PlanColumnSet other = columns_of(*equal->children[1 - side]);
        if (own.empty() || !is_subset(own, inner) || intersects(other, inner)) continue;
        right = make_filter(std::move(right), make_test("IS NOT NULL", equal->children[side]->clone()));
        return make_null_safe(std::move(condition));
      }
    }
    return make_test("IS TRUE", std::move(condition));
  }

  /// EXISTS and IN do not care about order, LIMIT or (beyond the conditions) columns.
  void drop_what_membership_ignores(LogicalApply& apply) {
    while (true) {
      LogicalPtr& right = apply.children[1];
      if (right->kind == LogicalKind::kSort) {
        LogicalPtr child = std::move(right->children[0]);
        right = std::move(child);
      } else if (right->kind == LogicalKind::kLimit && apply.conditions.empty() &&
                 is_constant_count(right->as<LogicalLimit>().limit, 1, INT64_MAX) &&
                 !right->as<LogicalLimit>().offset) {
        LogicalPtr child = std::move(right->children[0]);
        right = std::move(child);
      } else if (right->kind == LogicalKind::kProject) {
        auto& project = right->as<LogicalProject>();
        if (std::ranges::any_of(project.expressions, [](const ExpressionPtr& one) { return is_volatile(*one); }))
          return;
        ColumnReplacements replacements;
        for (size_t i = 0; i < project.outputs.size(); ++i) {
          replacements[project.outputs[i].column] = project.expressions[i].get();
        }
        for (ExpressionPtr& condition : apply.conditions) replace_columns(condition, replacements);
        LogicalPtr child = std::move(project.children[0]);
        right = std::move(child);
      } else {
        return;
      }
    }
  }

  /// LATERAL generate_series(1, t.n): for each row of the left.
  LogicalPtr rewrite_table_function(LogicalApply& apply) {
    auto& function = apply.children[1]->as<LogicalTableFunction>();
    if (!function.children.empty() || !apply.conditions.empty()) return nullptr;
    LogicalPtr node = std::move(apply.children[1]);
    node->children.push_back(std::move(apply.children[0]));
    derive_outputs(*node);
    return node;
  }

  /// A select list that reads the outer row is computed above the join; where the join makes missing rows, only for
  /// rows that are there.
  LogicalPtr rewrite_correlated_projection(LogicalApply& apply, const PlanColumnSet& outer) {
    auto& project = apply.children[1]->as<LogicalProject>();
    const bool correlated =
        std::ranges::any_of(project.expressions, [&](const ExpressionPtr& one) { return is_correlated(*one, outer); });
    if (!correlated || !apply.conditions.empty()) return nullptr;
    const bool makes_missing_rows = apply.type != JoinType::kInner;
    LogicalPtr source = std::move(project.children[0]);
    PlanOutput marker;
    if (makes_missing_rows) {
      marker = new_output(context_, "found", TypeId::kBoolean);
      std::vector<ExpressionPtr> expressions;
      std::vector<PlanOutput> outputs = source->outputs;
      for (const PlanOutput& output : outputs) expressions.push_back(column_reference(output));
      expressions.push_back(std::make_unique<ConstantExpression>(Value::boolean(true)));
      outputs.push_back(marker);
      source = make_project(std::move(source), std::move(expressions), std::move(outputs));
    }
    std::vector<ExpressionPtr> expressions;
    std::vector<PlanOutput> outputs = apply.children[0]->outputs;
    for (const PlanOutput& output : outputs) expressions.push_back(column_reference(output));
    for (size_t i = 0; i < project.outputs.size(); ++i) {
      ExpressionPtr value = std::move(project.expressions[i]);
      if (makes_missing_rows) {
        const LogicalType type = value->type;
        std::vector<ExpressionPtr> parts;
        parts.push_back(column_reference(marker));
        parts.push_back(std::move(value));
        parts.push_back(std::make_unique<ConstantExpression>(Value::null(type)));
        value = std::make_unique<ControlExpression>(ExpressionKind::kCase, type, std::move(parts));
      }
      outputs.push_back(project.outputs[i]);
      expressions.push_back(std::move(value));
    }
    LogicalPtr inner = make_apply(apply.type, std::move(apply.children[0]), std::move(source), {});
    if (inner->kind == LogicalKind::kApply) inner = rewrite_apply(std::move(inner));
    return make_project(std::move(inner), std::move(expressions), std::move(outputs));
  }

  // -------------------------------------------------------------------------------------------------- scalar
  // aggregates

  /// The Aggregate without groups below projections that can be grouped by what it compares with the outer row.
  static const LogicalAggregate* scalar_aggregate_of(const LogicalNode& right, const PlanColumnSet& outer) {
    const LogicalNode* at = &right;
    while (at->kind == LogicalKind::kProject) at = at->children[0].get();
    if (at->kind != LogicalKind::kAggregate) return nullptr;
    const auto& aggregate = at->as<LogicalAggregate>();
    if (!aggregate.groups.empty() || !aggregate.grouping_sets.empty()) return nullptr;
    for (const ExpressionPtr& call : aggregate.aggregates) {
      if (is_correlated(*call, outer)) return nullptr;
    }
    return can_pull(*aggregate.children[0], outer, true) ? &aggregate : nullptr;
  }

  /// Each outer row has exactly one result: that of its group, or that of no rows at all.
  LogicalPtr rewrite_scalar_aggregate(LogicalApply& apply, const PlanColumnSet& outer) {
    std::vector<LogicalPtr> projections;
    LogicalPtr right = std::move(apply.children[1]);
    while (right->kind == LogicalKind::kProject) {
      LogicalPtr below = std::move(right->children[0]);
      projections.push_back(std::move(right));
      right = std::move(below);
    }
    auto& aggregate = right->as<LogicalAggregate>();
    Conjuncts conditions;
    group_by_keys(aggregate, outer, conditions);
    const PlanOutput key = aggregate.outputs[0];
    const size_t group_count = aggregate.groups.size();
    // The result of no rows stands in where the join found no group.
    std::vector<ExpressionPtr> expressions;
    std::vector<PlanOutput> outputs = apply.children[0]->outputs;
    for (const PlanOutput& output : outputs) expressions.push_back(column_reference(output));
    for (size_t i = 0; i < aggregate.aggregates.size(); ++i) {
      PlanOutput& output = aggregate.outputs[group_count + i];
      const PlanOutput result = output;
      output.column = new_column(context_);
      ExpressionPtr value = column_reference(output);
      const Value of_nothing = result_of_no_rows(aggregate.aggregates[i]->as<AggregateExpression>());
      if (!of_nothing.is_null()) {
        std::vector<ExpressionPtr> parts;
        parts.push_back(make_test("IS NULL", column_reference(key)));
        parts.push_back(std::make_unique<ConstantExpression>(of_nothing));
        parts.push_back(std::move(value));
        value = std::make_unique<ControlExpression>(ExpressionKind::kCase, result.type, std::move(parts));
      }
      outputs.push_back(result);
      expressions.push_back(std::move(value));
    }
    // Conditions of a LATERAL join decide about the row as a whole, above.
    const JoinType type = apply.type;
    Conjuncts above = std::move(apply.conditions);
    const std::vector<PlanOutput> left_outputs = apply.children[0]->outputs;
    LogicalPtr plan = make_join(JoinType::kLeft, std::move(apply.children[0]), std::move(right), std::move(conditions));
    plan = make_project(std::move(plan), std::move(expressions), std::move(outputs));
    for (auto projection = projections.rbegin(); projection != projections.rend(); ++projection) {
      auto& project = (*projection)->as<LogicalProject>();
      std::vector<ExpressionPtr> own;
      for (const PlanOutput& output : left_outputs) own.push_back(column_reference(output));
      for (ExpressionPtr& expression : project.expressions) own.push_back(std::move(expression));
      std::vector<PlanOutput> all = left_outputs;
      all.insert(all.end(), project.outputs.begin(), project.outputs.end());
      plan = make_project(std::move(plan), std::move(own), std::move(all));
    }
    if (above.empty()) return plan;
    if (type == JoinType::kInner) return make_filter(std::move(plan), std::move(above));
    return null_where_false(std::move(plan), left_outputs, std::move(above));
  }

  /// LEFT JOIN LATERAL (one row) ON condition: the row's columns are NULL where the condition is not true.
  static LogicalPtr null_where_false(LogicalPtr plan, const std::vector<PlanOutput>& left, Conjuncts conditions) {
    const ExpressionPtr condition = join_conjuncts(std::move(conditions));
    std::vector<ExpressionPtr> expressions;
    std::vector<PlanOutput> outputs = plan->outputs;
    for (size_t i = 0; i < outputs.size(); ++i) {
      ExpressionPtr value = column_reference(outputs[i]);
      if (i >= left.size()) {
        std::vector<ExpressionPtr> parts;
        parts.push_back(condition->clone());
        parts.push_back(std::move(value));
        parts.push_back(std::make_unique<ConstantExpression>(Value::null(outputs[i].type)));
        value = std::make_unique<ControlExpression>(ExpressionKind::kCase, outputs[i].type, std::move(parts));
      }
      expressions.push_back(std::move(value));
    }
    return make_project(std::move(plan), std::move(expressions), std::move(outputs));
  }

  Value result_of_no_rows(const AggregateExpression& call) const {
    const AggregateFunction& function = *call.function;
    std::vector<Vector> arguments;
    for (const ExpressionPtr& argument : call.children) arguments.push_back(Vector::null_constant(argument->type, 1));
    AggregateCall run{context_.query, arguments, call.type};
    std::vector<std::max_align_t> memory(function.state_bytes / sizeof(std::max_align_t) + 2);
    // States want 16 bytes of alignment.
    auto* state = reinterpret_cast<std::byte*>((reinterpret_cast<uintptr_t>(memory.data()) + 15) & ~uintptr_t{15});
    function.initialize(state);
    std::byte* const states[1] = {state};
    Vector result;
    function.finalize(run, std::span<std::byte* const>(states, 1), result);
    Value value = result.value(0);
    if (function.destroy) function.destroy(state);
    return value;
  }

  // -------------------------------------------------------------------------------------------------------------
  // pulling

  /// Groups `aggregate` by the inner sides of the conditions below it, which come out comparing the new groups.
  void group_by_keys(LogicalAggregate& aggregate, const PlanColumnSet& outer, Conjuncts& conditions) {
    Conjuncts pulled;
    aggregate.children[0] = pull(std::move(aggregate.children[0]), outer, pulled);
    std::vector<PlanOutput> keys;
    std::vector<ExpressionPtr> groups;
    for (ExpressionPtr& condition : pulled) {
      const KeyCondition key = *match_key(*condition, outer);
      keys.push_back(new_output(context_, to_string(*key.inner), key.inner->type));
      groups.push_back(key.inner->clone());
      conditions.push_back(make_comparison("=", column_reference(keys.back()), key.outer->clone()));
    }
    const auto at = static_cast<std::ptrdiff_t>(aggregate.groups.size());
    aggregate.outputs.insert(aggregate.outputs.begin() + at, keys.begin(), keys.end());
    std::ranges::move(groups, std::back_inserter(aggregate.groups));
  }

  /// The node's child hands its pulled conditions on, as equalities of columns that the child gives.
  std::vector<ExpressionPtr> keys_of_child(LogicalNode& node, const PlanColumnSet& outer, Conjuncts& conditions) {
    Conjuncts pulled;
    node.children[0] = pull(std::move(node.children[0]), outer, pulled);
    std::vector<ExpressionPtr> keys;
    for (ExpressionPtr& condition : pulled) {
      keys.push_back(match_key(*condition, outer)->inner->clone());
      conditions.push_back(std::move(condition));
    }
    return keys;
  }

  /// Precondition: can_pull. What reads the outer row moves to `conditions`, over the outer columns and the outputs of
  /// what comes back.
  LogicalPtr pull(LogicalPtr plan, const PlanColumnSet& outer, Conjuncts& conditions) {
    if (!is_correlated(*plan, outer)) return plan;
    switch (plan->kind) {
      case LogicalKind::kFilter: {
        Conjuncts kept;
        for (ExpressionPtr& conjunct : plan->as<LogicalFilter>().conjuncts) {
          (is_correlated(*conjunct, outer) ? conditions : kept).push_back(std::move(conjunct));
        }
        LogicalPtr child = pull(std::move(plan->children[0]), outer, conditions);
        return make_filter(std::move(child), std::move(kept));
      }
      case LogicalKind::kSort: {
        LogicalPtr child = std::move(plan->children[0]);
        return pull(std::move(child), outer, conditions);
      }
      case LogicalKind::kProject: {
        Conjuncts own;
        plan->children[0] = pull(std::move(plan->children[0]), outer, own);
        hand_up(plan->as<LogicalProject>(), own);
        std::ranges::move(own, std::back_inserter(conditions));
        return plan;
      }
      case LogicalKind::kJoin: {
        auto& join = plan->as<LogicalJoin>();
        Conjuncts kept;
        for (ExpressionPtr& condition : join.conditions) {
          (is_correlated(*condition, outer) ? conditions : kept).push_back(std::move(condition));
        }
        join.conditions = std::move(kept);
        join.children[0] = pull(std::move(join.children[0]), outer, conditions);
        join.children[1] = pull(std::move(join.children[1]), outer, conditions);
        derive_outputs(join);
        return plan;
      }
      case LogicalKind::kAggregate:
        group_by_keys(plan->as<LogicalAggregate>(), outer, conditions);
        return plan;
      case LogicalKind::kWindow: {
        const std::vector<ExpressionPtr> keys = keys_of_child(*plan, outer, conditions);
        for (ExpressionPtr& call : plan->as<LogicalWindow>().calls) {
          for (const ExpressionPtr& key : keys) call->as<WindowExpression>().partition_by.push_back(key->clone());
        }
        derive_outputs(*plan);
        return plan;
      }
      case LogicalKind::kDistinctOn: {
        std::vector<ExpressionPtr> keys = keys_of_child(*plan, outer, conditions);
        std::ranges::move(keys, std::back_inserter(plan->as<LogicalDistinctOn>().keys));
        derive_outputs(*plan);
        return plan;
      }
      case LogicalKind::kLimit: {
        // The first row of each group.
        auto first = std::make_unique<LogicalDistinctOn>();
        LogicalPtr source = std::move(plan->children[0]);
        if (source->kind == LogicalKind::kSort) {
          first->order = std::move(source->as<LogicalSort>().keys);
          LogicalPtr below = std::move(source->children[0]);
          source = std::move(below);
        }
        first->children.push_back(std::move(source));
        first->keys = keys_of_child(*first, outer, conditions);
        derive_outputs(*first);
        return first;
      }
      default:
        return plan;
    }
  }

  /// The projection also gives what the conditions read.
  static void hand_up(LogicalProject& project, const Conjuncts& conditions) {
    PlanColumnSet wanted;
    for (const ExpressionPtr& condition : conditions) add_columns(*condition, wanted);
    const PlanColumnSet given = output_columns(project);
    for (const PlanOutput& output : project.children[0]->outputs) {
      if (!wanted.contains(output.column) || given.contains(output.column)) continue;
      project.expressions.push_back(column_reference(output));
      project.outputs.push_back(output);
    }
  }

  PlannerContext& context_;
  std::unordered_map<PlanColumn, size_t> uses_;
};

}  // namespace

LogicalPtr unnest_subqueries(LogicalPtr plan, PlannerContext& context) {
  Unnesting unnesting(context);
  unnesting.count_uses(*plan);
  const std::vector<PlanOutput> outputs = plan->outputs;
  plan = unnesting.rewrite(std::move(plan));
  return plan;
}

}  // namespace tidemark
