// The select list, and the ways in which ORDER BY, GROUP BY and DISTINCT ON refer to it.

#include <algorithm>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/name_uses.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"

namespace tidemark {

std::vector<Binder::Target> Binder::bind_targets(const std::vector<ast::SelectTarget>& list) {
  const bool returning = level_->place == ExpressionPlace::kReturning;
  PlaceScope here(*this, returning ? ExpressionPlace::kReturning : ExpressionPlace::kSelect);
  std::vector<Target> targets;
  if (NameUses* uses = name_uses()) uses->lists.push_back(&list);
  for (const ast::SelectTarget& target : list) {
    if (target.expression->kind == ast::ExpressionKind::ColumnReference) {
      const auto& reference = target.expression->as<ast::ColumnReference>();
      if (reference.star) {
        expand_star(reference, targets);
        continue;
      }
    }
    if (target.expression->kind == ast::ExpressionKind::FieldSelection &&
        target.expression->as<ast::FieldSelection>().star) {
      const auto& selection = target.expression->as<ast::FieldSelection>();
      if (selection.operand->kind == ast::ExpressionKind::ColumnReference) {
        ast::ColumnReference star;
        star.position = selection.operand->position;
        star.parts = selection.operand->as<ast::ColumnReference>().parts;
        star.star = true;
        QueryLevel* found_level = nullptr;
        if (find_item(star.parts, star.position, &found_level)) {
          expand_star(star, targets);
          continue;
        }
      }
      expand_record(selection, targets);
      continue;
    }
    targets.push_back(bind_target(target));
  }
  return targets;
}

/// `(record).*`
void Binder::expand_record(const ast::FieldSelection& selection, std::vector<Target>& targets) {
  RecordShape shape;
  const ExpressionPtr record = bind_record(selection, shape);
  for (size_t i = 0; i < shape.names.size(); ++i) {
    Target& target = targets.emplace_back();
    target.expression = record_field(*record, shape, i, selection.position);
    target.name = shape.names[i];
    target.position = selection.position;
  }
}

Binder::Target Binder::bind_target(const ast::SelectTarget& target) {
  Target result;
  result.fill = fill_of_target(*target.expression);
  result.expression =
      bind(result.fill ? *target.expression->as<ast::FunctionCall>().arguments[0].value : *target.expression);
  result.name = target.alias.empty() ? target_name(*target.expression) : target.alias;
  result.position = target.position;
  result.syntax = target.expression.get();
  return result;
}

void Binder::expand_star(const ast::ColumnReference& star, std::vector<Target>& targets) {
  NameUses::Star spelt{&star, {}};
  bool can_spell = true;
  const auto spell = [&](const ScopeItem& item, const ScopeColumn& column) {
    const ScopeItem* origin = origin_of(item, column);
    if (origin && std::ranges::count(origin->columns, column.name, &ScopeColumn::name) == 1) {
      spelt.columns.push_back({origin->alias, column.name});
    } else if (!origin && std::ranges::count(item.columns, column.name, &ScopeColumn::name) == 1) {
      spelt.columns.push_back({column.name});
    } else {
      can_spell = false;
    }
  };
  const auto note = [&] {
    if (!can_spell) return note_whole_row();
    if (NameUses* uses = name_uses()) uses->stars.push_back(std::move(spelt));
  };
  const auto add_columns_of = [&](const ScopeItem& item) {
    for (const ScopeColumn& column : item.columns) {
      if (column.hidden) continue;
      Target& target = targets.emplace_back();
      target.expression = read_scope_column(item, column, star.position);
      target.name = column.name;
      target.position = star.position;
      if (name_uses()) spell(item, column);
    }
  };
  if (!star.parts.empty()) {
    QueryLevel* found_level = nullptr;
    const ScopeItem* item = find_item(star.parts, star.position, &found_level);
    if (!item) throw_missing_relation(star.parts, star.position);
    add_columns_of(*item);
    note();
    return;
  }
  const bool any = std::ranges::any_of(level_->items, [](const ScopeItem& item) { return item.columns_visible; });
  if (!any) throw Error(sqlstate::kSyntaxError, "SELECT * with no tables specified is not valid").at(star.position);
  for (const ScopeItem& item : level_->items) {
    if (item.columns_visible) add_columns_of(item);
  }
  note();
}

namespace {

/// How much a name is worth: a CASE takes the name of its ELSE only if that is a column's or a function's.
enum class NameStrength : uint8_t { kNone, kWeak, kStrong };

struct FoundName {
  std::string name;
  NameStrength strength = NameStrength::kNone;
};

std::string builtin_name(ast::BuiltinKind kind) {
  switch (kind) {
    case ast::BuiltinKind::Coalesce:
      return "coalesce";
    case ast::BuiltinKind::NullIf:
      return "nullif";
    case ast::BuiltinKind::Greatest:
      return "greatest";
    case ast::BuiltinKind::Least:
      return "least";
    case ast::BuiltinKind::Grouping:
      return "grouping";
    case ast::BuiltinKind::CurrentDate:
      return "current_date";
    case ast::BuiltinKind::CurrentTime:
      return "current_time";
    case ast::BuiltinKind::CurrentTimestamp:
      return "current_timestamp";
    case ast::BuiltinKind::LocalTime:
      return "localtime";
    case ast::BuiltinKind::LocalTimestamp:
      return "localtimestamp";
    case ast::BuiltinKind::CurrentCatalog:
      return "current_catalog";
    case ast::BuiltinKind::CurrentRole:
      return "current_role";
    case ast::BuiltinKind::CurrentSchema:
      return "current_schema";
    case ast::BuiltinKind::CurrentUser:
      return "current_user";
    case ast::BuiltinKind::SessionUser:
      return "session_user";
    case ast::BuiltinKind::User:
      return "user";
  }
  return "?column?";
}

FoundName find_name(const ast::Expression& expression);

FoundName subquery_name(const ast::SubqueryExpression& subquery) {
  if (subquery.subquery_kind == ast::SubqueryKind::Exists) return {"exists", NameStrength::kStrong};
  if (subquery.subquery_kind == ast::SubqueryKind::Array) return {"array", NameStrength::kStrong};
  const ast::Query* query = subquery.query.get();
  while (query->query_kind == ast::QueryKind::SetOperation) query = query->as<ast::SetOperationQuery>().left.get();
  if (query->query_kind == ast::QueryKind::Values) return {"column1", NameStrength::kStrong};
  const auto& targets = query->as<ast::SelectQuery>().targets;
  if (targets.empty()) return {};
  if (!targets[0].alias.empty()) return {targets[0].alias, NameStrength::kStrong};
  return find_name(*targets[0].expression);
}

FoundName case_name(const ast::CaseExpression& expression) {
  FoundName found = expression.otherwise ? find_name(*expression.otherwise) : FoundName{};
  return found.strength == NameStrength::kStrong ? found : FoundName{"case", NameStrength::kWeak};
}

FoundName cast_name(const ast::CastExpression& expression) {
  FoundName found = find_name(*expression.operand);
  return found.strength == NameStrength::kStrong ? found : FoundName{expression.type.name.last(), NameStrength::kWeak};
}

FoundName find_name(const ast::Expression& expression) {
  using Kind = ast::ExpressionKind;
  switch (expression.kind) {
    case Kind::ColumnReference:
      return {expression.as<ast::ColumnReference>().parts.back(), NameStrength::kStrong};
    case Kind::FunctionCall:
      return {expression.as<ast::FunctionCall>().name.last(), NameStrength::kStrong};
    case Kind::Builtin:
      return {builtin_name(expression.as<ast::BuiltinExpression>().builtin), NameStrength::kStrong};
    case Kind::AtTimeZone:
      return {"timezone", NameStrength::kStrong};
    case Kind::Subquery:
      return subquery_name(expression.as<ast::SubqueryExpression>());
    case Kind::Case:
      return case_name(expression.as<ast::CaseExpression>());
    case Kind::Cast:
      return cast_name(expression.as<ast::CastExpression>());
    case Kind::Collate:
      return find_name(*expression.as<ast::CollateExpression>().operand);
    case Kind::Subscript:
      return find_name(*expression.as<ast::SubscriptExpression>().operand);
    case Kind::FieldSelection:
      return {expression.as<ast::FieldSelection>().field, NameStrength::kStrong};
    case Kind::Array:
      return {"array", NameStrength::kStrong};
    case Kind::Row:
      return {"row", NameStrength::kStrong};
    default:
      return {};
  }
}

}  // namespace

std::string Binder::target_name(const ast::Expression& expression) {
  FoundName found = find_name(expression);
  return found.name.empty() ? "?column?" : std::move(found.name);
}

// ------------------------------------------------------------------------------------------ referring to the targets

std::optional<size_t> Binder::target_by_ordinal(const ast::Expression& expression, std::string_view clause,
                                                size_t visible_count) const {
  if (expression.kind != ast::ExpressionKind::Literal) return std::nullopt;
  const auto& literal = expression.as<ast::Literal>();
  if (literal.literal_kind == ast::LiteralKind::Null) return std::nullopt;
  if (literal.literal_kind != ast::LiteralKind::Integer) {
    throw Error(sqlstate::kSyntaxError, "non-integer constant in " + std::string(clause)).at(expression.position);
  }
  const long long number = std::stoll(literal.text);
  if (number < 1 || static_cast<size_t>(number) > visible_count) {
    throw Error(sqlstate::kInvalidColumnReference,
                std::string(clause) + " position " + literal.text + " is not in select list")
        .at(expression.position);
  }
  return static_cast<size_t>(number) - 1;
}

std::optional<size_t> Binder::target_by_alias(const ast::Expression& expression, std::string_view clause,
                                              const std::vector<Target>& targets, size_t visible_count) const {
  if (expression.kind != ast::ExpressionKind::ColumnReference) return std::nullopt;
  const auto& reference = expression.as<ast::ColumnReference>();
  if (reference.star || reference.parts.size() != 1) return std::nullopt;
  std::optional<size_t> found;
  for (size_t i = 0; i < visible_count; ++i) {
    if (targets[i].name != reference.parts[0]) continue;
    if (found && !same_expression(*targets[*found].expression, *targets[i].expression)) {
      throw Error(sqlstate::kAmbiguousColumn, std::string(clause) + " \"" + reference.parts[0] + "\" is ambiguous")
          .at(expression.position);
    }
    if (!found) found = i;
  }
  return found;
}

size_t Binder::find_or_add_target(const ast::Expression& expression, std::vector<Target>& targets) {
  ExpressionPtr bound = to_text_if_unknown(bind(expression));
  for (size_t i = 0; i < targets.size(); ++i) {
    if (same_expression(*targets[i].expression, *bound)) return i;
  }
  Target& added = targets.emplace_back();
  added.expression = std::move(bound);
  added.name = target_name(expression);
  added.position = expression.position;
  added.syntax = &expression;
  return targets.size() - 1;
}

void Binder::sort_directions(const ast::OrderItem& item, bool& descending, bool& nulls_first) {
  descending = item.direction == ast::OrderItem::Direction::Descending;
  if (item.direction == ast::OrderItem::Direction::Using) {
    if (item.using_operator.symbol != "<" && item.using_operator.symbol != ">") {
      throw Error(sqlstate::kWrongObjectType,
                  "operator " + item.using_operator.symbol + " is not a valid ordering operator")
          .with_hint("Ordering operators must be \"<\" or \">\" members of btree operator families.")
          .at(item.using_operator.position);
    }
    descending = item.using_operator.symbol == ">";
  }
  nulls_first = item.nulls == ast::OrderItem::Nulls::Default ? descending : item.nulls == ast::OrderItem::Nulls::First;
}

void Binder::check_sortable(const Expression& expression, int position) const {
  const TypeId type = expression.type.is_array() ? expression.type.element : expression.type.id;
  if (type == TypeId::kJson || type == TypeId::kXid || type == TypeId::kPgNodeTree) {
    throw Error(sqlstate::kUndefinedFunction,
                "could not identify an ordering operator for type " + expression.type.to_string())
        .with_hint("Use an explicit ordering operator or modify the query.")
        .at(position);
  }
}

std::vector<Binder::SortItem> Binder::bind_order_by(const std::vector<ast::OrderItem>& items,
                                                    std::vector<Target>& targets, size_t visible_count, bool distinct) {
  PlaceScope here(*this, ExpressionPlace::kOrderBy);
  std::vector<SortItem> order;
  for (const ast::OrderItem& item : items) {
    SortItem sort;
    std::optional<size_t> target = target_by_alias(*item.expression, "ORDER BY", targets, visible_count);
    if (!target) target = target_by_ordinal(*item.expression, "ORDER BY", visible_count);
    sort.target = target ? *target : find_or_add_target(*item.expression, targets);
    sort.position = start_position(*targets[sort.target].expression);
    if (target) sort.position = item.expression->position;
    if (distinct && sort.target >= visible_count) {
      throw Error(sqlstate::kInvalidColumnReference,
                  "for SELECT DISTINCT, ORDER BY expressions must appear in select list")
          .at(sort.position);
    }
    sort_directions(item, sort.descending, sort.nulls_first);
    check_sortable(*targets[sort.target].expression, sort.position);
    const bool repeated =
        std::ranges::any_of(order, [&](const SortItem& before) { return before.target == sort.target; });
    if (!repeated) order.push_back(sort);
  }
  return order;
}

}  // namespace tidemark
