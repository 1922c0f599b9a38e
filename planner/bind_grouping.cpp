// GROUP BY: its items and sets, the aggregate node, and the check that nothing else of the input is read above it.

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/subquery_expression.h"

namespace tidemark {

using GroupingSets = std::vector<std::vector<uint32_t>>;

namespace {

constexpr size_t kGroupingSetsMax = 4096;  // PostgreSQL's limit.

GroupingSets cross(const GroupingSets& left, const GroupingSets& right) {
  GroupingSets sets;
  for (const auto& a : left) {
    for (const auto& b : right) {
      std::vector<uint32_t> set = a;
      for (const uint32_t group : b) {
        if (std::ranges::find(set, group) == set.end()) set.push_back(group);
      }
      sets.push_back(std::move(set));
    }
  }
  return sets;
}

}  // namespace

Binder::GroupingPlan Binder::bind_group_by(const ast::SelectQuery& select, std::vector<Target>& targets,
                                           size_t visible_count) {
  GroupingPlan grouping;
  grouping.present = select.has_group_by || !select.group_by.empty();
  PlaceScope here(*this, ExpressionPlace::kGroupBy);
  GroupingSets sets = {{}};
  bool plain = true;
  for (const ast::GroupingItem& item : select.group_by) {
    plain = plain && item.kind == ast::GroupingKind::Expression;
    sets = cross(sets, expand_grouping_item(item, targets, visible_count, grouping));
    if (sets.size() > kGroupingSetsMax) {
      throw Error(sqlstate::kStatementTooComplex, "too many grouping sets present (maximum 4096)").at(item.position);
    }
  }
  if (select.group_distinct) {
    GroupingSets distinct;
    for (std::vector<uint32_t> set : sets) {
      std::ranges::sort(set);
      if (std::ranges::find(distinct, set) == distinct.end()) distinct.push_back(std::move(set));
    }
    sets = std::move(distinct);
  }
  const bool one_full_set = sets.size() == 1 && sets[0].size() == grouping.groups.size();
  if (!plain && !one_full_set) grouping.sets = std::move(sets);
  return grouping;
}

GroupingSets Binder::expand_grouping_item(const ast::GroupingItem& item, std::vector<Target>& targets,
                                          size_t visible_count, GroupingPlan& grouping) {
  // What one item of ROLLUP or CUBE stands for: the groups that come and go together.
  const auto together = [&](const ast::GroupingItem& part) {
    const GroupingSets sets = expand_grouping_item(part, targets, visible_count, grouping);
    return sets.empty() ? std::vector<uint32_t>{} : sets[0];
  };
  switch (item.kind) {
    case ast::GroupingKind::Empty:
      return {{}};
    case ast::GroupingKind::Expression: {
      std::vector<uint32_t> set;
      // `(a, (b, c))` is a list of expressions, ROW (a, b) is one.
      const std::function<void(const ast::Expression&)> add = [&](const ast::Expression& expression) {
        const ast::RowExpression* row = as_row(expression);
        if (!row || row->explicit_row) {
          set.push_back(add_group(expression, targets, visible_count, grouping));
          return;
        }
        for (const ast::ExpressionPtr& field : row->fields) add(*field);
      };
      add(*item.expression);
      return cross({{}}, {set});
    }
    case ast::GroupingKind::Rollup: {
      GroupingSets sets = {{}};
      for (const ast::GroupingItem& part : item.items) sets.push_back(cross({sets.back()}, {together(part)})[0]);
      std::ranges::reverse(sets);
      return sets;
    }
    case ast::GroupingKind::Cube: {
      constexpr size_t kCubeMax = 12;
      if (item.items.size() > kCubeMax) {
        throw Error(sqlstate::kTooManyColumns, "CUBE is limited to 12 elements").at(item.position);
      }
      std::vector<std::vector<uint32_t>> parts;
      for (const ast::GroupingItem& part : item.items) parts.push_back(together(part));
      GroupingSets sets;
      for (size_t mask = size_t{1} << parts.size(); mask-- > 0;) {
        GroupingSets one = {{}};
        for (size_t i = 0; i < parts.size(); ++i) {
          if (((mask >> (parts.size() - 1 - i)) & 1) != 0) one = cross(one, {parts[i]});
        }
        sets.push_back(one[0]);
      }
      return sets;
    }
    case ast::GroupingKind::Sets: {
      GroupingSets sets;
      for (const ast::GroupingItem& part : item.items) {
        for (auto& set : expand_grouping_item(part, targets, visible_count, grouping)) sets.push_back(std::move(set));
      }
      return sets;
    }
  }
  return {};
}

/// A plain name is a column of the input before it is one of the select list (in ORDER BY it is the other way round).
uint32_t Binder::add_group(const ast::Expression& expression, std::vector<Target>& targets, size_t visible_count,
                           GroupingPlan& grouping) {
  std::optional<size_t> target = target_by_ordinal(expression, "GROUP BY", visible_count);
  ExpressionPtr bound;
  if (!target && expression.kind == ast::ExpressionKind::ColumnReference && !is_input_column(expression)) {
    target = target_by_alias(expression, "GROUP BY", targets, visible_count);
  }
  if (target) {
    targets[*target].expression = to_text_if_unknown(std::move(targets[*target].expression));
    bound = targets[*target].expression->clone();
    check_groupable(*bound, targets[*target].position);
  } else {
    bound = to_text_if_unknown(bind(expression));
    group_set_calls(columns_of(*bound));
  }
  check_sortable(*bound, expression.position);
  for (uint32_t i = 0; i < grouping.groups.size(); ++i) {
    if (same_expression(*grouping.groups[i], *bound)) return i;
  }
  grouping.groups.push_back(std::move(bound));
  return static_cast<uint32_t>(grouping.groups.size() - 1);
}

bool Binder::is_input_column(const ast::Expression& expression) const {
  const auto& reference = expression.as<ast::ColumnReference>();
  if (reference.star || reference.parts.size() != 1) return true;
  return std::ranges::any_of(level_->items, [&](const ScopeItem& item) {
    return item.columns_visible && std::ranges::any_of(item.columns, [&](const ScopeColumn& column) {
             return column.name == reference.parts[0];
           });
  });
}

/// A target that GROUP BY names must not hold aggregates or window calls.
void Binder::check_groupable(const Expression& expression, int position) {
  const PlanColumnSet columns = columns_of(expression);
  for (const CollectedCall& call : level_->aggregates) {
    if (columns.contains(call.output.column)) {
      throw Error(sqlstate::kGroupingError, "aggregate functions are not allowed in GROUP BY").at(position);
    }
  }
  for (const CollectedCall& call : level_->windows) {
    if (columns.contains(call.output.column)) {
      throw Error(sqlstate::kWindowingError, "window functions are not allowed in GROUP BY").at(position);
    }
  }
  group_set_calls(columns);
}

/// Set-returning calls whose results are among `columns`, and those whose results they read, run before the groups.
void Binder::group_set_calls(const PlanColumnSet& columns) {
  std::vector<CollectedSetCall>& calls = level_->set_calls;
  for (size_t i = 0; i < calls.size();) {
    const bool grouped = std::ranges::any_of(calls[i].outputs,
                                             [&](const PlanOutput& output) { return columns.contains(output.column); });
    if (!grouped) {
      ++i;
      continue;
    }
    CollectedSetCall call = std::move(calls[i]);
    calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(i));
    for (const ExpressionPtr& argument : call.arguments) group_set_calls(columns_of(*argument));
    level_->grouped_set_calls.push_back(std::move(call));
    i = 0;
  }
}

/// D21: `SELECT user_id, count() FROM t` groups by what stands beside the aggregates.
void Binder::group_implicitly(std::vector<Target>& targets, GroupingPlan& grouping) {
  PlanColumnSet collected;
  for (const CollectedCall& call : level_->aggregates) collected.insert(call.output.column);
  for (const CollectedCall& call : level_->windows) collected.insert(call.output.column);
  for (const CollectedSetCall& call : level_->set_calls) collected.insert(call.outputs[0].column);
  for (Target& target : targets) {
    const PlanColumnSet columns = columns_of(*target.expression);
    if (columns.empty() || intersects(columns, collected)) continue;
    grouping.present = true;
    grouping.groups.push_back(target.expression->clone());
  }
}

// ------------------------------------------------------------------------------------------------------------ the node

LogicalPtr Binder::make_aggregate(LogicalPtr plan, GroupingPlan& grouping) {
  auto node = std::make_unique<LogicalAggregate>();
  plan_subqueries(grouping.groups, plan);
  for (CollectedCall& call : level_->aggregates) plan_subqueries(call.expression, plan);
  for (const ExpressionPtr& group : grouping.groups) {
    std::string name = group->kind == ExpressionKind::kColumn ? group->as<ColumnExpression>().name : "group";
    PlanOutput output = new_output(context_, std::move(name), group->type);
    if (group->kind == ExpressionKind::kColumn) keep_origin(*plan, *group, output);
    node->outputs.push_back(std::move(output));
  }
  node->groups = std::move(grouping.groups);
  node->grouping_sets = std::move(grouping.sets);
  for (CollectedCall& call : level_->aggregates) {
    node->outputs.push_back(call.output);
    node->aggregates.push_back(std::move(call.expression));
  }
  for (const CollectedGrouping& call : level_->groupings) {
    std::vector<uint32_t> indexes;
    for (const ExpressionPtr& argument : call.arguments) {
      const auto found = std::ranges::find_if(
          node->groups, [&](const ExpressionPtr& group) { return same_expression(*group, *argument); });
      if (found == node->groups.end()) {
        throw Error(sqlstate::kGroupingError,
                    "arguments to GROUPING must be grouping expressions of the associated query level")
            .at(argument->position);
      }
      indexes.push_back(static_cast<uint32_t>(found - node->groups.begin()));
    }
    node->grouping_calls.push_back(std::move(indexes));
    node->outputs.push_back(call.output);
  }
  node->children.push_back(std::move(plan));
  return node;
}

ExpressionPtr Binder::bind_grouping_call(const ast::BuiltinExpression& expression) {
  constexpr size_t kArgumentsMax = 31;
  if (expression.arguments.size() > kArgumentsMax) {
    throw Error(sqlstate::kTooManyArguments, "GROUPING must have fewer than 32 arguments").at(expression.position);
  }
  CollectedGrouping call;
  call.position = expression.position;
  for (const ast::ExpressionPtr& argument : expression.arguments) call.arguments.push_back(bind(*argument));
  // As an aggregate, it belongs to the query whose columns it names.
  QueryLevel& owner = call.arguments.empty() ? *level_ : level_of_aggregate(*call.arguments[0]);
  check_aggregate_allowed(owner, expression.position);
  call.output = new_output(context_, "grouping", TypeId::kInt32);
  ExpressionPtr result = column_reference(call.output, expression.position);
  owner.groupings.push_back(std::move(call));
  return result;
}

// ------------------------------------------------------------------------------------------------- reading the groups

/// `SELECT t.b … GROUP BY t.id`, where id is the primary key: b is one value a group. It becomes a group of its own.
bool Binder::add_dependent_group(const ColumnExpression& column, LogicalAggregate& aggregate) {
  for (const ScopeItem& item : level_->items) {
    const TableEntry* table = item.table == kNoObject ? nullptr : context_.catalog.table(item.table);
    if (!table || !table->key || !table->key->primary) continue;
    const auto own =
        std::ranges::find_if(item.columns, [&](const ScopeColumn& one) { return one.output.column == column.column; });
    if (own == item.columns.end()) continue;
    for (const ColumnId key : table->key->columns) {
      const auto grouped = [&](const ScopeColumn& one) {
        if (one.output.table_column != key) return false;
        for (uint32_t i = 0; i < aggregate.groups.size(); ++i) {
          const Expression& group = *aggregate.groups[i];
          if (group.kind != ExpressionKind::kColumn || group.as<ColumnExpression>().column != one.output.column)
            continue;
          return std::ranges::all_of(aggregate.grouping_sets, [&](const std::vector<uint32_t>& set) {
            return std::ranges::find(set, i) != set.end();
          });
        }
        return false;
      };
      if (std::ranges::none_of(item.columns, grouped)) return false;
    }
    const auto index = static_cast<uint32_t>(aggregate.groups.size());
    PlanOutput output = own->output;
    output.column = new_column(context_);
    aggregate.outputs.insert(aggregate.outputs.begin() + index, output);
    aggregate.groups.push_back(column.clone());
    for (auto& set : aggregate.grouping_sets) set.push_back(index);
    return true;
  }
  return false;
}

void Binder::rewrite_grouped(ExpressionPtr& expression, LogicalAggregate& aggregate, bool inside_subquery) {
  for_each_part(expression, [&](ExpressionPtr& part) {
    if (part->kind == ExpressionKind::kSubquery) {
      const auto& subquery = part->as<SubqueryExpression>();
      if (!subquery.shared->plan) {
        // A copy was planned below the aggregate, as a group or an argument: what is read here is its column.
        const int position = part->position;
        part = std::make_unique<ColumnExpression>(subquery.column, part->type, "subquery");
        part->position = position;
      } else {
        for (ExpressionPtr& condition : subquery.shared->conditions)
          rewrite_grouped(condition, aggregate, inside_subquery);
        rewrite_grouped_plan(*subquery.shared->plan, aggregate);
        return false;
      }
    }
    for (size_t i = 0; i < aggregate.groups.size(); ++i) {
      if (!same_expression(*part, *aggregate.groups[i])) continue;
      part = column_reference(aggregate.outputs[i], part->position);
      return false;
    }
    if (part->kind != ExpressionKind::kColumn) return true;
    const auto& column = part->as<ColumnExpression>();
    const auto depth = depth_of_column_.find(column.column);
    if (depth == depth_of_column_.end() || depth->second != level_->depth) return false;
    if (add_dependent_group(column, aggregate)) {
      part = column_reference(aggregate.outputs[aggregate.groups.size() - 1], part->position);
      return false;
    }
    const auto name = name_of_column_.find(column.column);
    const std::string& words = name == name_of_column_.end() ? column.name : name->second;
    throw Error(sqlstate::kGroupingError,
                inside_subquery
                    ? "subquery uses ungrouped column \"" + words + "\" from outer query"
                    : "column \"" + words + "\" must appear in the GROUP BY clause or be used in an aggregate function")
        .at(part->position);
  });
}

/// Inside a subquery, the columns of this query are outer ones; they, too, must be grouped.
void Binder::rewrite_grouped_plan(LogicalNode& plan, LogicalAggregate& aggregate) {
  for_each_expression(plan, [&](ExpressionPtr& expression) { rewrite_grouped(expression, aggregate, true); });
  for (LogicalPtr& child : plan.children) rewrite_grouped_plan(*child, aggregate);
}

}  // namespace tidemark
