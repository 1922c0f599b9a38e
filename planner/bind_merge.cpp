// MERGE: the source joined with the target, below the node that inserts, updates and deletes.

#include <algorithm>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

void check_reachable(const std::vector<ast::MergeAction>& actions) {
  bool ended[2] = {false, false};
  for (const ast::MergeAction& action : actions) {
    if (ended[action.matched ? 1 : 0]) {
      throw Error(sqlstate::kSyntaxError, "unreachable WHEN clause specified after unconditional WHEN clause");
    }
    ended[action.matched ? 1 : 0] = !action.condition;
  }
}

LogicalMerge::ActionKind kind_of(ast::MergeAction::Kind kind) {
  switch (kind) {
    case ast::MergeAction::Kind::DoNothing:
      return LogicalMerge::ActionKind::kNothing;
    case ast::MergeAction::Kind::Insert:
      return LogicalMerge::ActionKind::kInsert;
    case ast::MergeAction::Kind::Update:
      return LogicalMerge::ActionKind::kUpdate;
    case ast::MergeAction::Kind::Delete:
      return LogicalMerge::ActionKind::kDelete;
  }
  return LogicalMerge::ActionKind::kNothing;
}

}  // namespace

LogicalPtr Binder::bind_merge(const ast::MergeStatement& merge) {
  LevelScope scope(*this);
  const size_t first_table = level_->common_tables.size();
  if (merge.with) bind_with(*merge.with);
  const WrittenRelation relation = find_written(merge.target->name, "merge into");
  check_reachable(merge.actions);
  auto node = std::make_unique<LogicalMerge>();
  LogicalPtr target = bind_target_scan(*merge.target, relation, node->target, node->row_id);
  const ScopeItem item = level_->items.back();
  // Below a left join the mark is NULL where no target row was found, whatever the row's own values are.
  const PlanOutput mark = new_output(context_, "is_matched", TypeId::kBoolean);
  node->is_matched = mark.column;
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs = target->outputs;
  for (const PlanOutput& output : outputs) expressions.push_back(column_reference(output));
  expressions.push_back(std::make_unique<ConstantExpression>(Value::boolean(true)));
  outputs.push_back(mark);
  target = make_project(std::move(target), std::move(expressions), std::move(outputs));

  const size_t first_item = level_->items.size();
  LogicalPtr source = bind_from_item(*merge.source);
  check_duplicate_aliases(first_item);
  for (ScopeItem& any : level_->items) any.lateral_only = false;
  std::vector<ExpressionPtr> conditions;
  conditions.push_back(bind_predicate(*merge.condition, ExpressionPlace::kJoin));
  const bool only_matched =
      std::ranges::all_of(merge.actions, [](const ast::MergeAction& action) { return action.matched; });
  LogicalPtr plan = join_with_condition(only_matched ? JoinType::kInner : JoinType::kLeft, std::move(source),
                                        std::move(target), std::move(conditions));
  for (const ast::MergeAction& action : merge.actions) {
    // What is not matched has no target row: there the source is seen alone.
    if (!action.matched) {
      level_->hidden_items.push_back(std::move(level_->items.front()));
      level_->items.erase(level_->items.begin());
    }
    node->actions.push_back(bind_merge_action(action, relation, item, node->target, plan));
    if (!action.matched) {
      level_->items.insert(level_->items.begin(), std::move(level_->hidden_items.back()));
      level_->hidden_items.pop_back();
    }
  }
  node->children.push_back(std::move(plan));
  return finish_with(std::move(node), first_table);
}

/// `plan`: where subqueries are put.
LogicalMerge::Action Binder::bind_merge_action(const ast::MergeAction& action, const WrittenRelation& relation,
                                               const ScopeItem& item, const WriteTarget& target, LogicalPtr& plan) {
  LogicalMerge::Action result;
  result.kind = kind_of(action.kind);
  result.matched = action.matched;
  if (action.condition) {
    result.condition = bind_predicate(*action.condition, ExpressionPlace::kMergeWhen);
    plan_subqueries(result.condition, plan);
  }
  if (result.kind == LogicalMerge::ActionKind::kUpdate) {
    PlaceScope here(*this, ExpressionPlace::kUpdateSource);
    result.values = bind_assignments(action.assignments, relation, item, target, &plan);
  } else if (result.kind == LogicalMerge::ActionKind::kInsert) {
    PlaceScope here(*this, ExpressionPlace::kInsertValues);
    result.values = bind_merge_insert(action, relation, item, target);
    for (ColumnAssignment& value : result.values) plan_subqueries(value.value, plan);
  }
  return result;
}

std::vector<ColumnAssignment> Binder::bind_merge_insert(const ast::MergeAction& action, const WrittenRelation& relation,
                                                        const ScopeItem& item, const WriteTarget& target) {
  const TableEntry& table = *relation.table;
  std::vector<ColumnAssignment> result;
  std::vector<uint32_t> columns;
  if (!action.values.empty()) {
    columns = target_columns(action.columns, relation, item, target);
    for (const ast::Assignment::Target& one : action.columns) {
      if (names_part(one)) {
        throw Error(sqlstate::kFeatureNotSupported, "INSERT into array elements or fields is not supported in MERGE")
            .at(one.position);
      }
    }
    if (action.values.size() > columns.size()) {
      throw Error(sqlstate::kSyntaxError, "INSERT has more expressions than target columns")
          .at(action.values[columns.size()]->position);
    }
    if (action.values.size() < columns.size() && !action.columns.empty()) {
      throw Error(sqlstate::kSyntaxError, "INSERT has more target columns than expressions")
          .at(action.columns[action.values.size()].position);
    }
    columns.resize(action.values.size());
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    const ast::Expression& value = *action.values[i];
    if (value.kind == ast::ExpressionKind::Default) continue;
    const ColumnEntry& column = table.columns[columns[i]];
    check_insertable(column, action.overriding);
    result.push_back({columns[i], assign(bind(value), column, value.position)});
  }
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    if (std::ranges::find(result, i, &ColumnAssignment::column) != result.end()) continue;
    if (!table.columns[i].generated_sql.empty()) continue;
    if (ExpressionPtr value = default_of(table, i)) result.push_back({i, std::move(value)});
  }
  return result;
}

}  // namespace tidemark
