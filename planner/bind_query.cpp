// Queries as wholes: the kinds of query, ORDER BY and LIMIT of those that are no SELECT, LIMIT of all, row locks.

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

LogicalPtr Binder::bind_query(const ast::Query& query, bool resolve_unknown) {
  check_depth();
  if (!query.with) return bind_query_body(query, resolve_unknown);
  LevelScope scope(*this);
  const CommonTableBinding* const with_path = std::exchange(step_with_path_, nullptr);  // of the SELECT below
  bind_with(*query.with);
  step_with_path_ = with_path;
  return finish_with(bind_query_body(query, resolve_unknown), 0);
}

LogicalPtr Binder::bind_query_body(const ast::Query& query, bool resolve_unknown) {
  switch (query.query_kind) {
    case ast::QueryKind::Select:
      return bind_select(query.as<ast::SelectQuery>(), resolve_unknown);
    case ast::QueryKind::Values:
      return sort_and_limit(bind_values(query.as<ast::ValuesQuery>()), query);
    case ast::QueryKind::SetOperation:
      return sort_and_limit(bind_set_operation(query.as<ast::SetOperationQuery>()), query);
  }
  return nullptr;
}

std::string locking_words(const ast::LockingClause& lock) {
  using Strength = ast::LockingClause::Strength;
  switch (lock.strength) {
    case Strength::KeyShare:
      return "FOR KEY SHARE";
    case Strength::Share:
      return "FOR SHARE";
    case Strength::NoKeyUpdate:
      return "FOR NO KEY UPDATE";
    case Strength::Update:
      break;
  }
  return "FOR UPDATE";
}

LogicalPtr Binder::sort_and_limit(LogicalPtr plan, const ast::Query& query) {
  if (!query.locking.empty()) {
    throw Error(sqlstate::kFeatureNotSupported,
                locking_words(query.locking[0]) + (query.query_kind == ast::QueryKind::Values
                                                       ? " cannot be applied to VALUES"
                                                       : " is not allowed with UNION/INTERSECT/EXCEPT"));
  }
  if (query.order_by.empty()) return limit_rows(std::move(plan), query);
  LevelScope scope(*this);
  ScopeItem item;
  std::vector<Target> targets;
  for (const PlanOutput& output : plan->outputs) {
    item.columns.push_back({output.name, output});
    Target& target = targets.emplace_back();
    target.expression = column_reference(output);
    target.name = output.name;
  }
  register_columns(item);
  level_->items.push_back(std::move(item));
  const size_t visible_count = targets.size();
  const std::vector<SortItem> items = bind_order_by(query.order_by, targets, visible_count, false);
  std::vector<SortKey> keys;
  for (const SortItem& sort : items) {
    if (sort.target >= visible_count && query.query_kind == ast::QueryKind::SetOperation) {
      throw Error(sqlstate::kFeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause")
          .with_detail("Only result column names can be used, not expressions or functions.")
          .with_hint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
          .at(sort.position);
    }
    ExpressionPtr key = targets[sort.target].expression->clone();
    plan_subqueries(key, plan);
    keys.push_back({std::move(key), sort.descending, sort.nulls_first});
  }
  std::vector<PlanOutput> outputs = plan->outputs;
  outputs.resize(visible_count);
  const bool widened = plan->outputs.size() != visible_count;
  plan = limit_rows(make_sort(std::move(plan), std::move(keys)), query);
  return widened ? make_narrowing(std::move(plan), outputs) : std::move(plan);
}

ExpressionPtr Binder::bind_limit(const ast::Expression& expression, ExpressionPlace place) {
  LevelScope scope(*this);
  PlaceScope here(*this, place);
  const std::string_view words = words_for(place);
  ExpressionPtr bound = coerce_argument(bind(expression), TypeId::kInt64, words);
  for_each_part(*bound, [&](const Expression& part) {
    if (part.kind != ExpressionKind::kColumn) return;
    const auto found = depth_of_column_.find(part.as<ColumnExpression>().column);
    if (found != depth_of_column_.end() && found->second + 1 >= level_->depth) {
      throw Error(sqlstate::kInvalidColumnReference,
                  "argument of " + std::string(words) + " must not contain variables")
          .at(part.position);
    }
  });
  return bound;
}

LogicalPtr Binder::limit_rows(LogicalPtr plan, const ast::Query& query) {
  if (query.with_ties && query.order_by.empty()) {
    throw Error(sqlstate::kSyntaxError, "WITH TIES cannot be specified without ORDER BY clause");
  }
  const auto skips = [](const ast::LockingClause& lock) { return lock.wait == ast::LockingClause::Wait::SkipLocked; };
  if (query.with_ties && std::ranges::any_of(query.locking, skips)) {
    throw Error(sqlstate::kSyntaxError, "SKIP LOCKED and WITH TIES options cannot be used together");
  }
  ExpressionPtr offset = query.offset ? bind_limit(*query.offset, ExpressionPlace::kOffset) : nullptr;
  ExpressionPtr limit = query.limit ? bind_limit(*query.limit, ExpressionPlace::kLimit) : nullptr;
  const bool subquery = (limit && has_subquery(*limit)) || (offset && has_subquery(*offset));
  if (!subquery) return make_limit(std::move(plan), std::move(limit), std::move(offset), query.with_ties);
  // The counts come from subqueries: they are run first, and the limit reads them as columns of an outer row.
  LogicalPtr counts = make_single_row();
  if (limit) plan_subqueries(limit, counts);
  if (offset) plan_subqueries(offset, counts);
  const std::vector<PlanOutput> outputs = plan->outputs;
  plan = make_limit(std::move(plan), std::move(limit), std::move(offset), query.with_ties);
  return make_narrowing(make_apply(JoinType::kInner, std::move(counts), std::move(plan), {}), outputs);
}

LogicalPtr Binder::lock_rows(LogicalPtr plan, const ast::Query& query, const std::vector<ScopeItem>& items) {
  for (const ast::LockingClause& clause : query.locking) {
    const auto wanted = [&](const ScopeItem& item) {
      if (clause.tables.empty()) return true;
      return std::ranges::any_of(clause.tables,
                                 [&](const ast::QualifiedName& name) { return name.last() == item.alias; });
    };
    for (const ast::QualifiedName& name : clause.tables) {
      if (std::ranges::none_of(items, [&](const ScopeItem& item) { return item.alias == name.last(); })) {
        throw Error(sqlstate::kUndefinedTable,
                    "relation \"" + name.last() + "\" in FOR UPDATE clause not found in FROM clause")
            .at(name.position);
      }
    }
    for (const ScopeItem& item : items) {
      const TableEntry* table = item.table == kNoObject ? nullptr : context_.catalog.table(item.table);
      if (!table || !table->key || !wanted(item)) continue;
      auto lock = std::make_unique<LogicalLockRows>();
      lock->table = table->id;
      lock->skip_locked = clause.wait == ast::LockingClause::Wait::SkipLocked;
      lock->no_wait = clause.wait == ast::LockingClause::Wait::NoWait;
      for (const ColumnId key : table->key->columns) {
        for (const ScopeColumn& column : item.columns) {
          if (column.output.table_column == key) lock->key_columns.push_back(column.output.column);
        }
      }
      lock->outputs = plan->outputs;
      lock->children.push_back(std::move(plan));
      plan = std::move(lock);
    }
  }
  return plan;
}

}  // namespace tidemark
