// SELECT: binds its clauses, then puts its nodes together from the bottom up:
//   FROM → WHERE → LATEST ON → aggregate → HAVING → windows → set-returning calls → select list → gap filling
//   → DISTINCT → ORDER BY → LIMIT.

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

void check_window_names(const std::vector<ast::WindowDefinition>& windows) {
  for (size_t i = 0; i < windows.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (windows[i].name == windows[j].name) {
        throw Error(sqlstate::kWindowingError, "window \"" + windows[i].name + "\" is already defined")
            .at(windows[i].position);
      }
    }
  }
}

}  // namespace

LogicalPtr Binder::bind_select(const ast::SelectQuery& select, bool resolve_unknown) {
  if (!select.into.empty()) {
    throw Error(sqlstate::kSyntaxError, "SELECT ... INTO is not allowed here").at(select.into.position);
  }
  LevelScope scope(*this);
  const CommonTableBinding* const with_path = std::exchange(step_with_path_, nullptr);
  check_window_names(select.windows);
  level_->named_windows = &select.windows;
  LogicalPtr plan = bind_from(select.from);

  // Bind.
  std::vector<Target> targets = bind_targets(select.targets);
  if (with_path) add_path_targets(*with_path, targets);
  const size_t visible_count = targets.size();
  ExpressionPtr where = select.where ? bind_predicate(*select.where, ExpressionPlace::kWhere) : nullptr;
  ExpressionPtr having = select.having ? bind_predicate(*select.having, ExpressionPlace::kHaving) : nullptr;
  // As in PostgreSQL, ORDER BY finds its errors before GROUP BY does.
  const bool order_first = select.has_group_by && !select.sample_by;
  const auto bind_order = [&] {
    return bind_order_by(select.order_by, targets, visible_count, select.distinct && select.distinct_on.empty());
  };
  std::vector<SortItem> order;
  if (order_first) order = bind_order();
  GroupingPlan grouping = bind_group_by(select, targets, visible_count);
  if (select.sample_by) bind_sample_by(*select.sample_by, targets, grouping);
  if (!grouping.present && !level_->aggregates.empty() && context_.implicit_group_by) {
    group_implicitly(targets, grouping);
  }
  if (!order_first) order = bind_order();
  const std::vector<size_t> distinct_keys = bind_distinct_on(select, targets, visible_count, order);
  if (level_->gap_fill) {
    infer_gap_fill_bounds(where.get());
    lay_out_gap_fill(targets, grouping);
  }
  if (resolve_unknown || select.distinct) {
    for (Target& target : targets) target.expression = to_text_if_unknown(std::move(target.expression));
  }

  if (level_->reads_itself && !level_->aggregates.empty()) {
    throw Error("42P19", "aggregate functions are not allowed in a recursive query's recursive term")
        .at(level_->aggregates[0].expression->position);
  }

  // Assemble.
  const bool collects = grouping.present || !level_->aggregates.empty() || !level_->groupings.empty();
  if (having && !collects) {
    // HAVING alone makes one group of whatever there is: no row is looked at.
    plan = make_single_row();
    where = nullptr;
  }
  if (where) plan = filter_with_subqueries(std::move(plan), std::move(where));
  if (select.latest_on) plan = bind_latest_on(*select.latest_on, std::move(plan));
  if (!select.locking.empty()) plan = lock_selected_rows(std::move(plan), select, grouping);
  if (having || collects) {
    plan = make_set_calls(std::move(plan), std::move(level_->grouped_set_calls));
    plan = make_aggregate(std::move(plan), grouping);
    auto& aggregate = plan->as<LogicalAggregate>();
    for (Target& target : targets) rewrite_grouped(target.expression, aggregate);
    for (CollectedCall& call : level_->windows) rewrite_grouped(call.expression, aggregate);
    for (CollectedSetCall& call : level_->set_calls) {
      for (ExpressionPtr& argument : call.arguments) rewrite_grouped(argument, aggregate);
    }
    if (having) {
      rewrite_grouped(having, aggregate);
      plan = filter_with_subqueries(std::move(plan), std::move(having));
    }
  }
  plan = make_windows(std::move(plan), std::move(level_->windows));
  LateTargets late = take_late_targets(select, targets, visible_count, order, distinct_keys);
  plan = make_set_calls(std::move(plan), std::move(level_->set_calls));

  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs;
  for (Target& target : targets) {
    plan_subqueries(target.expression, plan);
    PlanOutput output = new_output(context_, target.name, target.expression->type);
    if (target.expression->kind == ExpressionKind::kColumn) keep_origin(*plan, *target.expression, output);
    if (output.type.id == TypeId::kRecord) {
      if (std::optional<RecordShape> shape = shape_of(*target.expression)) {
        shape_of_column_.emplace(output.column, std::move(*shape));
      }
    }
    outputs.push_back(std::move(output));
    expressions.push_back(std::move(target.expression));
  }
  for (const PlanOutput& output : plan->outputs) {
    if (!late.reads.contains(output.column)) continue;
    expressions.push_back(column_reference(output));
    outputs.push_back(output);
  }
  plan = make_project(std::move(plan), std::move(expressions), outputs);
  if (level_->gap_fill) plan = make_gap_fill(std::move(plan), targets);
  return finish_select(std::move(plan), select, visible_count, order, distinct_keys, std::move(late));
}

/// As in PostgreSQL: with ORDER BY, nextval() counts in that order and only for the rows that LIMIT lets through, and a
/// set-returning call makes rows of the sorted ones. Sort keys are computed before, of course, and with them all
/// set-returning calls if one is a key. In its place a NULL goes through the sort.
Binder::LateTargets Binder::take_late_targets(const ast::SelectQuery& select, std::vector<Target>& targets,
                                              size_t visible_count, const std::vector<SortItem>& order,
                                              const std::vector<size_t>& distinct_keys) {
  LateTargets late;
  const bool plain_distinct = select.distinct && select.distinct_on.empty();
  if (order.empty() || plain_distinct || level_->gap_fill) return late;
  PlanColumnSet made;
  for (const CollectedSetCall& call : level_->set_calls) {
    for (const PlanOutput& output : call.outputs) made.insert(output.column);
  }
  std::vector<bool> is_key(targets.size(), false);
  for (const SortItem& item : order) is_key[item.target] = true;
  for (const size_t key : distinct_keys) is_key[key] = true;
  bool late_calls = !level_->set_calls.empty() && !select.with_ties;
  for (size_t i = 0; i < targets.size(); ++i) {
    const bool stays = is_key[i] || i >= visible_count || has_subquery(*targets[i].expression);
    if (stays && intersects(columns_of(*targets[i].expression), made)) late_calls = false;
  }
  for (const CollectedSetCall& call : level_->set_calls) {
    for (const ExpressionPtr& argument : call.arguments) late_calls = late_calls && !has_subquery(*argument);
  }
  for (size_t i = 0; i < visible_count; ++i) {
    ExpressionPtr& expression = targets[i].expression;
    const PlanColumnSet columns = columns_of(*expression);
    const bool is_late = !is_key[i] && !has_subquery(*expression) &&
                         (is_volatile(*expression) || (late_calls && intersects(columns, made)));
    if (!is_late) continue;
    late.expressions.resize(visible_count);
    late.reads.insert(columns.begin(), columns.end());
    const LogicalType type = expression->type;
    late.expressions[i] = std::exchange(expression, std::make_unique<ConstantExpression>(Value::null(type)));
  }
  if (late_calls) {
    late.set_calls = std::exchange(level_->set_calls, {});
    late.expressions.resize(visible_count);
    for (const CollectedSetCall& call : late.set_calls) {
      for (const ExpressionPtr& argument : call.arguments) add_columns(*argument, late.reads);
    }
  }
  return late;
}

LogicalPtr Binder::compute_late(LogicalPtr plan, LateTargets late) {
  std::vector<PlanOutput> outputs;
  for (size_t i = 0; i < late.expressions.size(); ++i) {
    PlanOutput output = plan->outputs[i];
    if (late.expressions[i]) {
      output = new_output(context_, output.name, output.type);
    } else {
      late.expressions[i] = column_reference(output);
    }
    outputs.push_back(std::move(output));
  }
  return make_project(std::move(plan), std::move(late.expressions), std::move(outputs));
}

LogicalPtr Binder::finish_select(LogicalPtr plan, const ast::SelectQuery& select, size_t visible_count,
                                 const std::vector<SortItem>& order, const std::vector<size_t>& distinct_keys,
                                 LateTargets late) {
  // The columns' numbers change in DISTINCT; sort items keep counting targets.
  if (select.distinct && select.distinct_on.empty()) plan = make_distinct(std::move(plan), context_);
  const auto sort_keys = [&] {
    std::vector<SortKey> keys;
    for (const SortItem& item : order) {
      keys.push_back({column_reference(plan->outputs[item.target]), item.descending, item.nulls_first});
    }
    return keys;
  };
  if (!select.distinct_on.empty()) {
    auto distinct = std::make_unique<LogicalDistinctOn>();
    for (const size_t target : distinct_keys) distinct->keys.push_back(column_reference(plan->outputs[target]));
    distinct->order = sort_keys();
    distinct->outputs = plan->outputs;
    distinct->children.push_back(std::move(plan));
    plan = std::move(distinct);
  }
  plan = make_sort(std::move(plan), sort_keys());
  plan = limit_rows(make_set_calls(std::move(plan), std::move(late.set_calls)), select);
  if (!late.expressions.empty()) return compute_late(std::move(plan), std::move(late));
  if (plan->outputs.size() > visible_count) {
    std::vector<PlanOutput> visible(plan->outputs.begin(),
                                    plan->outputs.begin() + static_cast<std::ptrdiff_t>(visible_count));
    plan = make_narrowing(std::move(plan), visible);
  }
  return plan;
}

/// A plain column of a stored table stays known as that.
void Binder::keep_origin(const LogicalNode& plan, const Expression& expression, PlanOutput& output) {
  for (const PlanOutput& input : plan.outputs) {
    if (input.column != expression.as<ColumnExpression>().column) continue;
    output.table = input.table;
    output.table_column = input.table_column;
  }
}

LogicalPtr Binder::lock_selected_rows(LogicalPtr plan, const ast::SelectQuery& select, const GroupingPlan& grouping) {
  const auto refuse = [&](const char* clause) {
    throw Error(sqlstate::kFeatureNotSupported, locking_words(select.locking[0]) + " is not allowed with " + clause);
  };
  if (select.distinct) refuse("DISTINCT clause");
  if (grouping.present) refuse("GROUP BY clause");
  if (select.having) refuse("HAVING clause");
  if (!level_->aggregates.empty()) refuse("aggregate functions");
  if (!level_->windows.empty()) refuse("window functions");
  return lock_rows(std::move(plan), select, level_->items);
}

std::vector<size_t> Binder::bind_distinct_on(const ast::SelectQuery& select, std::vector<Target>& targets,
                                             size_t visible_count, const std::vector<SortItem>& order) {
  std::vector<size_t> keys;
  PlaceScope here(*this, ExpressionPlace::kDistinctOn);
  for (const ast::ExpressionPtr& expression : select.distinct_on) {
    std::optional<size_t> target = target_by_ordinal(*expression, "DISTINCT ON", visible_count);
    if (!target) target = target_by_alias(*expression, "DISTINCT ON", targets, visible_count);
    if (!target) target = find_or_add_target(*expression, targets);
    check_sortable(*targets[*target].expression, expression->position);
    if (std::ranges::find(keys, *target) == keys.end()) keys.push_back(*target);
  }
  if (keys.empty()) return keys;
  // ORDER BY must begin with the keys, in any order; keys that it does not name come behind.
  const auto refuse = [&](size_t key) {
    throw Error(sqlstate::kInvalidColumnReference,
                "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
        .at(select.distinct_on[key]->position);
  };
  bool skipped = false;
  std::vector<size_t> named;
  for (const SortItem& item : order) {
    const auto key = std::ranges::find(keys, item.target);
    if (key == keys.end()) {
      skipped = true;
    } else if (skipped) {
      refuse(0);
    } else {
      named.push_back(item.target);
    }
  }
  for (size_t i = 0; i < keys.size() && skipped; ++i) {
    if (std::ranges::find(named, keys[i]) == named.end()) refuse(i);
  }
  return keys;
}

}  // namespace tidemark
