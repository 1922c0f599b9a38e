// JOIN … ON, USING, NATURAL and ASOF.

#include <algorithm>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/name_uses.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

JoinType join_type(ast::JoinKind kind) {
  switch (kind) {
    case ast::JoinKind::Left:
      return JoinType::kLeft;
    case ast::JoinKind::Right:
      return JoinType::kRight;
    case ast::JoinKind::Full:
      return JoinType::kFull;
    case ast::JoinKind::Inner:
    case ast::JoinKind::Cross:
      break;
  }
  return JoinType::kInner;
}

}  // namespace

LogicalPtr Binder::bind_join(const ast::JoinReference& join) {
  const JoinType type = join_type(join.join_kind);
  const size_t first_item = level_->items.size();
  const bool left_may_miss = type == JoinType::kRight || type == JoinType::kFull;
  const bool right_may_miss = type == JoinType::kLeft || type == JoinType::kFull;
  const SelfReferences none_yet(*this);
  LogicalPtr left = bind_from_item(*join.left);
  if (left_may_miss) none_yet.refuse_more("an outer join");
  const size_t middle_item = level_->items.size();
  std::vector<bool> allowed_before;
  for (size_t i = first_item; i < middle_item; ++i) {
    allowed_before.push_back(level_->items[i].lateral_allowed);
    if (left_may_miss) level_->items[i].lateral_allowed = false;
  }
  const SelfReferences left_only(*this);
  LogicalPtr right = bind_from_item(*join.right);
  if (right_may_miss) left_only.refuse_more("an outer join");
  for (size_t i = first_item; i < middle_item; ++i) level_->items[i].lateral_allowed = allowed_before[i - first_item];
  check_duplicate_aliases(first_item, first_item);  // Outside, the join may get a name that hides these.

  std::vector<ast::Name> names = join.using_columns;
  if (join.natural) names = natural_columns(join.position, first_item, middle_item);
  if (NameUses* uses = join.natural ? name_uses() : nullptr) uses->natural_joins.push_back({&join, names});
  LogicalPtr plan;
  if (!names.empty() || join.natural) {
    plan = bind_using(join, names, type, std::move(left), std::move(right), first_item, middle_item);
  } else {
    std::vector<ExpressionPtr> conditions;
    if (join.condition) conditions.push_back(bind_join_condition(*join.condition, first_item));
    plan = join.asof ? bind_asof(join, std::move(left), std::move(right), std::move(conditions))
                     : join_with_condition(type, std::move(left), std::move(right), std::move(conditions));
  }
  for (size_t i = first_item; i < level_->items.size(); ++i) {
    if (i < middle_item ? left_may_miss : right_may_miss) level_->items[i].may_be_missing = true;
  }
  if (!join.alias.empty()) name_join(join, first_item);
  return plan;
}

/// `(a JOIN b …) AS j (x, y)`: the parts can no longer be named.
void Binder::name_join(const ast::JoinReference& join, size_t first_item) {
  ScopeItem item;
  item.alias = join.alias;
  item.lateral_only = true;
  item.columns = visible_columns(first_item, level_->items.size());
  for (size_t i = first_item; i < level_->items.size(); ++i) {
    level_->items[i].relation_visible = false;
    level_->items[i].columns_visible = false;
  }
  rename_columns(item, join.column_aliases);
  level_->items.push_back(std::move(item));
}

/// ON sees the two sides of its join, and outer queries; nothing else of FROM.
ExpressionPtr Binder::bind_join_condition(const ast::Expression& condition, size_t first_item) {
  std::vector<ScopeItem>& items = level_->items;
  std::vector<ScopeItem> own(std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(first_item)),
                             std::make_move_iterator(items.end()));
  items.resize(first_item);
  std::vector<ScopeItem> others = std::exchange(items, std::move(own));
  std::vector<ScopeItem> hidden_before = std::exchange(level_->hidden_items, std::move(others));
  std::vector<bool> lateral_only;
  for (ScopeItem& item : items) lateral_only.push_back(std::exchange(item.lateral_only, false));
  ExpressionPtr bound = bind_predicate(condition, ExpressionPlace::kJoin);
  for (size_t i = 0; i < items.size(); ++i) items[i].lateral_only = lateral_only[i];
  std::vector<ScopeItem> all = std::exchange(level_->hidden_items, std::move(hidden_before));
  std::ranges::move(items, std::back_inserter(all));
  items = std::move(all);
  return bound;
}

LogicalPtr Binder::join_with_condition(JoinType type, LogicalPtr left, LogicalPtr right,
                                       std::vector<ExpressionPtr> conditions) {
  std::vector<ExpressionPtr> plain;
  std::vector<ExpressionPtr> with_subquery;
  std::vector<ExpressionPtr> flat;
  for (ExpressionPtr& condition : conditions) split_conjuncts(std::move(condition), flat);
  for (ExpressionPtr& condition : flat) {
    (has_subquery(*condition) ? with_subquery : plain).push_back(std::move(condition));
  }
  if (with_subquery.empty()) return make_apply(type, std::move(left), std::move(right), std::move(plain));
  if (type == JoinType::kInner) {
    LogicalPtr plan = make_apply(type, std::move(left), std::move(right), std::move(plain));
    return filter_with_subqueries(std::move(plan), join_conjuncts(std::move(with_subquery)));
  }
  if (type == JoinType::kFull) {
    throw Error(sqlstate::kFeatureNotSupported,
                "FULL JOIN is only supported with merge-joinable or hash-joinable join conditions");
  }
  if (type == JoinType::kRight) {
    std::vector<PlanOutput> outputs = left->outputs;
    outputs.insert(outputs.end(), right->outputs.begin(), right->outputs.end());
    std::ranges::move(with_subquery, std::back_inserter(plain));
    return make_narrowing(join_with_condition(JoinType::kLeft, std::move(right), std::move(left), std::move(plain)),
                          outputs);
  }
  // LEFT: the subqueries are run for the right's rows, once for each left row where they read those.
  right = filter_with_subqueries(std::move(right), join_conjuncts(std::move(with_subquery)));
  return make_apply(type, std::move(left), std::move(right), std::move(plain));
}

// -------------------------------------------------------------------------------------------------- USING and NATURAL

std::vector<ScopeColumn> Binder::visible_columns(size_t first_item, size_t last_item) const {
  std::vector<ScopeColumn> columns;
  for (size_t i = first_item; i < last_item; ++i) {
    if (!level_->items[i].columns_visible) continue;
    for (const ScopeColumn& column : level_->items[i].columns) {
      if (!column.hidden) columns.push_back(column);
    }
  }
  return columns;
}

std::vector<ast::Name> Binder::natural_columns(int position, size_t first_item, size_t middle_item) const {
  std::vector<ast::Name> names;
  const std::vector<ScopeColumn> right = visible_columns(middle_item, level_->items.size());
  for (const ScopeColumn& column : visible_columns(first_item, middle_item)) {
    const auto same_name = [&](const auto& other) { return other.name == column.name; };
    const auto same_text = [&](const ast::Name& other) { return other.text == column.name; };
    if (std::ranges::any_of(right, same_name) && std::ranges::none_of(names, same_text)) {
      names.push_back({position, column.name});
    }
  }
  return names;
}

namespace {

size_t find_using_column(const std::vector<ScopeColumn>& columns, const ast::Name& name, const char* side) {
  size_t found = columns.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name != name.text) continue;
    if (found != columns.size()) {
      throw Error(sqlstate::kAmbiguousColumn,
                  "common column name \"" + name.text + "\" appears more than once in " + side + " table");
    }
    found = i;
  }
  if (found == columns.size()) {
    throw Error(sqlstate::kUndefinedColumn,
                "column \"" + name.text + "\" specified in USING clause does not exist in " + side + " table");
  }
  return found;
}

}  // namespace

LogicalPtr Binder::bind_using(const ast::JoinReference& join, const std::vector<ast::Name>& names, JoinType type,
                              LogicalPtr left, LogicalPtr right, size_t first_item, size_t middle_item) {
  const std::vector<ScopeColumn> left_columns = visible_columns(first_item, middle_item);
  const std::vector<ScopeColumn> right_columns = visible_columns(middle_item, level_->items.size());
  std::vector<ExpressionPtr> conditions;
  std::vector<ExpressionPtr> merged;
  std::vector<bool> left_used(left_columns.size());
  std::vector<bool> right_used(right_columns.size());
  for (size_t i = 0; i < names.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (names[j].text == names[i].text) {
        throw Error(sqlstate::kDuplicateColumn,
                    "column name \"" + names[i].text + "\" appears more than once in USING clause");
      }
    }
    const size_t l = find_using_column(left_columns, names[i], "left");
    const size_t r = find_using_column(right_columns, names[i], "right");
    left_used[l] = true;
    right_used[r] = true;
    std::vector<ExpressionPtr> sides;
    sides.push_back(column_reference(left_columns[l].output, names[i].position));
    sides.push_back(column_reference(right_columns[r].output, names[i].position));
    const LogicalType common = common_type(sides, "JOIN/USING");
    conditions.push_back(call_operator("=", sides[0]->clone(), sides[1]->clone(), names[i].position));
    coerce_all(sides, common);
    if (type == JoinType::kFull) {
      merged.push_back(std::make_unique<ControlExpression>(ExpressionKind::kCoalesce, common, std::move(sides)));
    } else if (type == JoinType::kRight) {
      merged.push_back(std::move(sides[1]));
    } else {
      const bool take_right = type == JoinType::kInner && sides[0]->kind != ExpressionKind::kColumn &&
                              sides[1]->kind == ExpressionKind::kColumn;
      merged.push_back(std::move(sides[take_right ? 1 : 0]));
    }
  }
  LogicalPtr plan = join.asof ? bind_asof(join, std::move(left), std::move(right), std::move(conditions))
                              : make_apply(type, std::move(left), std::move(right), std::move(conditions));

  // Merged columns that are no plain column are computed above the join.
  ScopeItem item;
  item.lateral_only = true;
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs = plan->outputs;
  for (const PlanOutput& output : outputs) expressions.push_back(column_reference(output));
  bool computed = false;
  for (size_t i = 0; i < names.size(); ++i) {
    PlanOutput output = new_output(context_, names[i].text, merged[i]->type);
    if (merged[i]->kind == ExpressionKind::kColumn) {
      const PlanColumn column = merged[i]->as<ColumnExpression>().column;
      output = *std::ranges::find(plan->outputs, column, &PlanOutput::column);
    } else {
      expressions.push_back(std::move(merged[i]));
      outputs.push_back(output);
      computed = true;
    }
    item.columns.push_back({names[i].text, output});
  }
  if (computed) plan = make_project(std::move(plan), std::move(expressions), std::move(outputs));
  if (!join.using_alias.empty()) {
    ScopeItem named = item;
    named.alias = join.using_alias;
    named.columns_visible = false;
    register_columns(named);
    level_->items.push_back(std::move(named));
  }
  for (size_t i = 0; i < left_columns.size(); ++i) {
    if (!left_used[i]) item.columns.push_back(left_columns[i]);
  }
  for (size_t i = 0; i < right_columns.size(); ++i) {
    if (!right_used[i]) item.columns.push_back(right_columns[i]);
  }
  for (size_t i = first_item; i < level_->items.size(); ++i) level_->items[i].columns_visible = false;
  register_columns(item);
  level_->items.push_back(std::move(item));
  return plan;
}

// ---------------------------------------------------------------------------------------------------------------- ASOF

/// `a ASOF JOIN b ON a.k = b.k AND a.t >= b.t TOLERANCE interval`. Exactly one condition is an inequality of the sides.
LogicalPtr Binder::bind_asof(const ast::JoinReference& join, LogicalPtr left, LogicalPtr right,
                             std::vector<ExpressionPtr> conditions) {
  auto node = std::make_unique<LogicalJoin>();
  node->type = join.join_kind == ast::JoinKind::Left ? JoinType::kLeft : JoinType::kInner;
  if (join.join_kind == ast::JoinKind::Right || join.join_kind == ast::JoinKind::Full) {
    throw Error(sqlstate::kFeatureNotSupported, "ASOF JOIN is an inner or a left join").at(join.position);
  }
  node->asof = true;
  for (ExpressionPtr& condition : conditions) split_conjuncts(std::move(condition), node->conditions);
  const PlanColumnSet left_columns = output_columns(*left);
  const PlanColumnSet right_columns = output_columns(*right);
  std::optional<uint32_t> inequality;
  for (uint32_t i = 0; i < node->conditions.size(); ++i) {
    if (has_subquery(*node->conditions[i])) {
      throw Error(sqlstate::kFeatureNotSupported, "subqueries are not allowed in the condition of ASOF JOIN")
          .at(join.position);
    }
    if (!orient_inequality(node->conditions[i], left_columns, right_columns)) continue;
    if (inequality) {
      throw Error(sqlstate::kSyntaxError, "ASOF JOIN needs exactly one inequality between its two sides")
          .at(join.position);
    }
    inequality = i;
  }
  if (!inequality) {
    throw Error(sqlstate::kSyntaxError, "ASOF JOIN needs exactly one inequality between its two sides")
        .with_hint("Write a condition such as a.time >= b.time.")
        .at(join.position);
  }
  node->asof_condition = *inequality;
  if (join.tolerance) {
    ExpressionPtr tolerance = bind_in_place(*join.tolerance, ExpressionPlace::kJoin);
    const LogicalType time = node->conditions[*inequality]->children[0]->type;
    const bool is_time = is_timestamp_type(time.id) || time.id == TypeId::kDate || time.id == TypeId::kTime;
    node->tolerance =
        coerce_argument(std::move(tolerance), is_time ? LogicalType(TypeId::kInterval) : time, "TOLERANCE");
  }
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  derive_outputs(*node);
  return node;
}

/// Whether `condition` compares the two sides by <, <=, > or >=; the left side's expression comes to stand left.
bool Binder::orient_inequality(ExpressionPtr& condition, const PlanColumnSet& left, const PlanColumnSet& right) {
  if (condition->kind != ExpressionKind::kFunction || condition->children.size() != 2) return false;
  const std::string_view name = condition->as<FunctionExpression>().function->name;
  if (name != "<" && name != "<=" && name != ">" && name != ">=") return false;
  const PlanColumnSet first = columns_of(*condition->children[0]);
  const PlanColumnSet second = columns_of(*condition->children[1]);
  if (first.empty() || second.empty()) return false;
  if (is_subset(first, left) && is_subset(second, right)) return true;
  if (!is_subset(first, right) || !is_subset(second, left)) return false;
  const std::string mirrored = name == "<" ? ">" : name == "<=" ? ">=" : name == ">" ? "<" : "<=";
  ExpressionPtr a = std::move(condition->children[0]);
  ExpressionPtr b = std::move(condition->children[1]);
  condition = call_operator(mirrored, std::move(b), std::move(a), condition->position);
  return true;
}

}  // namespace tidemark
