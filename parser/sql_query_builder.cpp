#include "base/error.h"
#include "base/stack_depth.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_scanner.h"

// Queries and what stands in FROM.
namespace tidemark {
namespace {

/// A long list of set operations or joins nests to the left; walkers of the tree recurse along it.
constexpr size_t kQueryChainMax = 5'000;

[[noreturn]] void fail_chain(int position) {
  throw Error(sqlstate::kStatementTooComplex, "stack depth limit exceeded").at(position);
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------- shape of a
// query

ast::QueryPtr SqlAstBuilder::query_statement(const ParseNode* node) {
  TreeCursor children = cursor(node);
  std::unique_ptr<ast::WithClause> with;
  if (const ParseNode* clause = children.accept_rule(Sql::RuleWithClause)) with = with_clause(clause);
  ast::QueryPtr query = query_set(children.take_rule());
  add_query_tail(*query, children.take_rule());
  if (with != nullptr) {
    if (query->with != nullptr)
      throw Error(sqlstate::kSyntaxError, "multiple WITH clauses not allowed").at(with->position);
    query->with = std::move(with);
  }
  return query;
}

ast::QueryPtr SqlAstBuilder::query_set(const ParseNode* node) {
  TreeCursor children = cursor(node);
  ast::QueryPtr first = query_term(children.take_rule());
  return with_set_tail(std::move(first), children.accept_rule(Sql::RuleSetTail));
}

ast::QueryPtr SqlAstBuilder::query_term(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (const ParseNode* plain = children.accept_rule(Sql::RulePlainTerm)) return plain_term(plain);
  return query_in_parentheses(children.take_rule());
}

ast::QueryPtr SqlAstBuilder::query_in_parentheses(const ParseNode* node) {
  check_stack_depth();
  TreeCursor children = cursor(node);
  children.skip();
  if (const ParseNode* plain = children.accept_rule(Sql::RulePlainQuery)) return plain_query(plain);
  ast::QueryPtr query = query_in_parentheses(children.take_rule());
  query = with_set_tail(std::move(query), children.accept_rule(Sql::RuleSetTail));
  add_query_tail(*query, children.take_rule());
  return query;
}

ast::QueryPtr SqlAstBuilder::plain_query(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (children.rule() == Sql::RuleWithClause) return query_statement(node);
  ast::QueryPtr query = plain_term(children.take_rule());
  query = with_set_tail(std::move(query), children.accept_rule(Sql::RuleSetTail));
  add_query_tail(*query, children.take_rule());
  return query;
}

ast::QueryPtr SqlAstBuilder::plain_term(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (const ParseNode* select = children.accept_rule(Sql::RuleSelectCore)) return select_core(select);
  if (const ParseNode* values = children.accept_rule(Sql::RuleValuesClause)) return values_clause(values);
  // TABLE t
  const int place = children.take_token().position;
  auto select = make<ast::SelectQuery>(place);
  auto star = make<ast::ColumnReference>(0);
  star->star = true;
  select->targets.push_back({0, std::move(star), ""});
  select->from.push_back(relation(children.take_rule()));
  return select;
}

ast::QueryPtr SqlAstBuilder::with_set_tail(ast::QueryPtr first, const ParseNode* set_tail) {
  if (set_tail == nullptr) return first;
  if (set_tail->children.size() > 3 * kQueryChainMax) fail_chain(position(set_tail));
  const auto combine = [](ast::SetOperationKind operation, bool all, int place, ast::QueryPtr left,
                          ast::QueryPtr right) -> ast::QueryPtr {
    auto result = make<ast::SetOperationQuery>(place);
    result->operation = operation;
    result->all = all;
    result->left = std::move(left);
    result->right = std::move(right);
    return result;
  };
  // INTERSECT binds tighter than UNION and EXCEPT: `sum` is what they have joined so far, `product` what INTERSECT may
  // still extend.
  ast::QueryPtr sum;
  ast::QueryPtr product = std::move(first);
  ast::SetOperationKind pending = ast::SetOperationKind::Union;
  bool pending_all = false;
  int pending_position = 0;
  for (TreeCursor children = cursor(set_tail); !children.done();) {
    const ScannedToken& word = children.take_token();
    const bool all = children.accept(Sql::K_ALL);
    children.accept(Sql::K_DISTINCT);
    ast::QueryPtr term = query_term(children.take_rule());
    if (word.type == Sql::K_INTERSECT) {
      product = combine(ast::SetOperationKind::Intersect, all, word.position, std::move(product), std::move(term));
      continue;
    }
    sum = sum == nullptr ? std::move(product)
                         : combine(pending, pending_all, pending_position, std::move(sum), std::move(product));
    product = std::move(term);
    pending = word.type == Sql::K_UNION ? ast::SetOperationKind::Union : ast::SetOperationKind::Except;
    pending_all = all;
    pending_position = word.position;
  }
  return sum == nullptr ? std::move(product)
                        : combine(pending, pending_all, pending_position, std::move(sum), std::move(product));
}

void SqlAstBuilder::add_query_tail(ast::Query& query, const ParseNode* tail) {
  if (tail == nullptr) return;
  TreeCursor children = cursor(tail);
  const auto refuse_second = [](const char* what, int place) {
    throw Error(sqlstate::kSyntaxError, std::string("multiple ") + what + " clauses not allowed").at(place);
  };
  if (const ParseNode* order = children.accept_rule(Sql::RuleOrderBy)) {
    std::vector<ast::OrderItem> items = order_by(order);
    if (!query.order_by.empty()) refuse_second("ORDER BY", items.front().expression->position);
    query.order_by = std::move(items);
  }
  size_t limits = 0;
  size_t offsets = 0;
  while (!children.done()) {
    const size_t rule = children.rule();
    const ParseNode* clause = children.take_rule();
    if (rule == Sql::RuleLockingClause) {
      TreeCursor parts = cursor(clause);
      if (parts.peek_token(1) == Sql::K_READ) continue;  // FOR READ ONLY says nothing.
      query.locking.push_back(locking_clause(clause));
    } else if (rule == Sql::RuleOffsetClause) {
      if (++offsets > 1) fail_at(clause);
      TreeCursor parts = cursor(clause);
      parts.skip();
      ast::ExpressionPtr offset = expression(parts.take_rule());
      if (query.offset != nullptr) refuse_second("OFFSET", offset->position);
      query.offset = std::move(offset);
    } else {
      if (++limits > 1) fail_at(clause);
      ast::ExpressionPtr inner = std::move(query.limit);
      add_limit(query, clause);
      if (inner != nullptr && query.limit != nullptr) refuse_second("LIMIT", query.limit->position);
      if (query.limit == nullptr) query.limit = std::move(inner);
    }
  }
  if (query.with_ties && query.order_by.empty()) {
    throw Error(sqlstate::kSyntaxError, "WITH TIES cannot be specified without ORDER BY clause");
  }
}

void SqlAstBuilder::add_limit(ast::Query& query, const ParseNode* node) {
  TreeCursor children = cursor(node);
  const ScannedToken& word = children.take_token();
  if (word.type == Sql::K_LIMIT) {
    if (children.accept(Sql::K_ALL)) return;
    query.limit = expression(children.take_rule());
    if (children.token() == Sql::COMMA) {
      throw Error(sqlstate::kSyntaxError, "LIMIT #,# syntax is not supported")
          .with_hint("Use separate LIMIT and OFFSET clauses.")
          .at(word.position);
    }
    return;
  }
  const ScannedToken& first_or_next = children.take_token();
  if (const ParseNode* count = children.accept_rule(Sql::RuleFetchCount)) {
    TreeCursor parts = cursor(count);
    if (const ParseNode* value = parts.accept_rule(Sql::RulePrimary)) {
      query.limit = primary(value);
    } else {
      const ScannedToken& sign = parts.take_token();
      auto signed_value = make<ast::OperatorExpression>(sign.position);
      signed_value->name = {sign.position, {}, std::string(source(sign))};
      signed_value->right = literal(parts.take_token());
      query.limit = std::move(signed_value);
    }
  } else {
    auto one = make<ast::Literal>(first_or_next.position);
    one->literal_kind = ast::LiteralKind::Integer;
    one->text = "1";
    query.limit = std::move(one);
  }
  children.skip();  // ROW or ROWS.
  query.with_ties = children.accept(Sql::K_WITH);
}

ast::LockingClause SqlAstBuilder::locking_clause(const ParseNode* node) {
  using Strength = ast::LockingClause::Strength;
  ast::LockingClause result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  if (children.accept(Sql::K_UPDATE)) {
    result.strength = Strength::Update;
  } else if (children.accept(Sql::K_NO)) {
    children.skip();
    children.skip();
    result.strength = Strength::NoKeyUpdate;
  } else if (children.accept(Sql::K_SHARE)) {
    result.strength = Strength::Share;
  } else {
    children.skip();
    children.skip();
    result.strength = Strength::KeyShare;
  }
  if (children.accept(Sql::K_OF)) result.tables = qualified_names(children.take_rule());
  if (children.accept(Sql::K_NOWAIT)) result.wait = ast::LockingClause::Wait::NoWait;
  if (children.accept(Sql::K_SKIP)) result.wait = ast::LockingClause::Wait::SkipLocked;
  return result;
}

ast::CommonTable::Search SqlAstBuilder::search_clause(const ParseNode* node) {
  ast::CommonTable::Search result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  result.depth_first = !children.accept(Sql::K_BREADTH);
  if (result.depth_first) children.skip();
  children.skip();
  children.skip();
  result.columns = names(children.take_rule());
  children.skip();
  result.sequence = name(children.take_rule());
  return result;
}

ast::CommonTable::Cycle SqlAstBuilder::cycle_clause(const ParseNode* node) {
  ast::CommonTable::Cycle result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  result.columns = names(children.take_rule());
  children.skip();
  result.mark = name(children.take_rule());
  if (children.accept(Sql::K_TO)) {
    result.value = expression(children.take_rule());
    children.skip();
    result.otherwise = expression(children.take_rule());
  }
  children.skip();
  result.path = name(children.take_rule());
  return result;
}

std::unique_ptr<ast::WithClause> SqlAstBuilder::with_clause(const ParseNode* node) {
  auto result = std::make_unique<ast::WithClause>();
  result->position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  result->recursive = children.accept(Sql::K_RECURSIVE);
  for (; !children.done(); children.accept(Sql::COMMA)) {
    const ParseNode* entry = children.take_rule();
    TreeCursor parts = cursor(entry);
    ast::CommonTable table;
    table.position = position(entry);
    table.name = name(parts.take_rule());
    if (const ParseNode* columns = parts.accept_rule(Sql::RuleColumnList)) table.columns = names(columns);
    parts.skip();
    using Materialized = ast::CommonTable::Materialized;
    if (parts.accept(Sql::K_NOT, Sql::K_MATERIALIZED)) table.materialized = Materialized::Never;
    if (parts.accept(Sql::K_MATERIALIZED)) table.materialized = Materialized::Always;
    parts.skip();
    table.statement = preparable_statement(parts.take_rule());
    parts.skip();
    if (const ParseNode* search = parts.accept_rule(Sql::RuleSearchClause)) table.search = search_clause(search);
    if (const ParseNode* cycle = parts.accept_rule(Sql::RuleCycleClause)) table.cycle = cycle_clause(cycle);
    result->tables.push_back(std::move(table));
  }
  return result;
}

// ---------------------------------------------------------------------------------------------------------- SELECT and
// VALUES

std::vector<ast::SelectTarget> SqlAstBuilder::select_targets(const ParseNode* node) {
  std::vector<ast::SelectTarget> result;
  for (TreeCursor children = cursor(node); !children.done(); children.accept(Sql::COMMA)) {
    const ParseNode* entry = children.take_rule();
    TreeCursor parts = cursor(entry);
    ast::SelectTarget target;
    target.position = position(entry);
    if (parts.accept(Sql::STAR)) {
      auto star = make<ast::ColumnReference>(target.position);
      star->star = true;
      target.expression = std::move(star);
    } else {
      target.expression = expression(parts.take_rule());
      parts.accept(Sql::K_AS);
      if (!parts.done()) target.alias = name(parts.take_rule());
    }
    result.push_back(std::move(target));
  }
  return result;
}

ast::QueryPtr SqlAstBuilder::select_core(const ParseNode* node) {
  check_stack_depth();
  auto select = make<ast::SelectQuery>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  children.accept(Sql::K_ALL);
  if (children.token() == Sql::K_DISTINCT) {
    const ScannedToken* last = &children.take_token();
    select->distinct = true;
    if (children.accept(Sql::K_ON)) {
      children.skip();
      select->distinct_on = expression_list(children.take_rule());
      last = &children.take_token();
    }
    if (children.rule() != Sql::RuleSelectTargets) fail_at_index(static_cast<size_t>(last - tokens_.data()) + 1);
  }
  while (!children.done()) {
    switch (children.rule()) {
      case Sql::RuleSelectTargets:
        select->targets = select_targets(children.take_rule());
        break;
      case Sql::RuleIntoClause: {
        const ParseNode* into = children.take_rule();
        TreeCursor parts = cursor(into);
        while (parts.rule() == TreeCursor::kNoRule) {
          const size_t word = parts.take_token().type;
          select->into_temporary |= word == Sql::K_TEMPORARY || word == Sql::K_TEMP;
        }
        select->into = qualified_name(parts.take_rule());
        break;
      }
      case Sql::RuleFromClause:
        select->from = from_clause(children.take_rule());
        break;
      case Sql::RuleWhereClause: {
        const ParseNode* clause = children.take_rule();
        select->where = where_clause(clause);
        if (select->where->kind == ast::ExpressionKind::CurrentOf) fail_at(clause);
        break;
      }
      case Sql::RuleLatestOn: {
        const ParseNode* clause = children.take_rule();
        select->latest_on = std::make_unique<ast::LatestOnClause>();
        select->latest_on->position = position(clause);
        TreeCursor parts = cursor(clause);
        parts.skip();
        parts.skip();
        ast::QualifiedName time = qualified_name(parts.take_rule());
        auto column = make<ast::ColumnReference>(time.position);
        column->parts = std::move(time.parts);
        select->latest_on->time = std::move(column);
        parts.skip();
        parts.skip();
        select->latest_on->partition_by = expression_list(parts.take_rule());
        break;
      }
      case Sql::RuleSampleBy:
        select->sample_by = sample_by(children.take_rule());
        break;
      case Sql::RuleGroupBy: {
        const ParseNode* clause = children.take_rule();
        TreeCursor parts = cursor(clause);
        parts.skip();
        parts.skip();
        select->has_group_by = true;
        parts.accept(Sql::K_ALL);
        select->group_distinct = parts.accept(Sql::K_DISTINCT);
        for (; !parts.done(); parts.accept(Sql::COMMA)) select->group_by.push_back(grouping_item(parts.take_rule()));
        break;
      }
      default:
        if (children.accept(Sql::K_HAVING)) {
          select->having = expression(children.take_rule());
        } else {  // WINDOW a AS (…), b AS (…)
          children.skip();
          for (; children.rule() == Sql::RuleWindowDefinition; children.accept(Sql::COMMA)) {
            TreeCursor parts = cursor(children.take_rule());
            const ParseNode* label = parts.take_rule();
            parts.skip();
            ast::WindowDefinition window = window_specification(parts.take_rule());
            window.name = name(label);
            window.position = position(label);
            select->windows.push_back(std::move(window));
          }
        }
    }
  }
  return select;
}

ast::ExpressionPtr SqlAstBuilder::where_clause(const ParseNode* node) {
  TreeCursor children = cursor(node);
  children.skip();
  if (const ParseNode* condition = children.accept_rule(Sql::RuleExpression)) return expression(condition);
  auto result = make<ast::CurrentOf>(children.take_token().position);
  children.skip();
  result->cursor = name(children.take_rule());
  return result;
}

ast::GroupingItem SqlAstBuilder::grouping_item(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (const ParseNode* value = children.accept_rule(Sql::RuleExpression)) return grouping_item(expression(value), node);
  ast::GroupingItem item;
  item.position = position(node);
  if (children.accept(Sql::LP)) {
    item.kind = ast::GroupingKind::Empty;
    return item;
  }
  item.kind = ast::GroupingKind::Sets;
  children.skip();
  children.skip();
  children.skip();
  for (; children.rule() == Sql::RuleGroupingItem; children.accept(Sql::COMMA))
    item.items.push_back(grouping_item(children.take_rule()));
  return item;
}

/// ROLLUP(…) and CUBE(…) look like calls; in GROUP BY they are not, unless quoted.
ast::GroupingItem SqlAstBuilder::grouping_item(ast::ExpressionPtr value, const ParseNode* node) {
  ast::GroupingItem item;
  item.position = value->position;
  const size_t word = first_token(node).type;
  if ((word == Sql::K_ROLLUP || word == Sql::K_CUBE) && value->kind == ast::ExpressionKind::FunctionCall) {
    auto& call_node = value->as<ast::FunctionCall>();
    const bool plain = call_node.name.parts.size() == 1 && !call_node.star && !call_node.distinct &&
                       !call_node.variadic && call_node.order_by.empty() && call_node.filter == nullptr &&
                       call_node.over == nullptr && !call_node.arguments.empty();
    if (plain) {
      item.kind = word == Sql::K_ROLLUP ? ast::GroupingKind::Rollup : ast::GroupingKind::Cube;
      for (auto& entry : call_node.arguments) {
        ast::GroupingItem part;
        part.position = entry.value->position;
        part.expression = std::move(entry.value);
        item.items.push_back(std::move(part));
      }
      return item;
    }
  }
  item.expression = std::move(value);
  return item;
}

ast::QueryPtr SqlAstBuilder::values_clause(const ParseNode* node) {
  auto values = make<ast::ValuesQuery>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  for (; !children.done(); children.accept(Sql::COMMA)) {
    TreeCursor row = cursor(children.take_rule());
    row.skip();
    values->rows.push_back(expression_list(row.take_rule()));
  }
  return values;
}

std::unique_ptr<ast::SampleByClause> SqlAstBuilder::sample_by(const ParseNode* node) {
  auto result = std::make_unique<ast::SampleByClause>();
  result->position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  children.skip();
  TreeCursor stride = cursor(children.take_rule());
  if (const ParseNode* string = stride.accept_rule(Sql::RuleStringLiteral)) {
    result->stride = string_literal(string);
  } else {
    result->stride = source(stride.take_token());
    if (!stride.done()) result->stride += " " + identifier_value(text_, stride.take_token());
  }
  if (children.accept(Sql::K_FROM)) result->from = expression(children.take_rule());
  if (children.accept(Sql::K_TO)) result->to = expression(children.take_rule());
  if (children.accept(Sql::K_FILL)) {
    children.skip();
    result->fill = expression_list(children.take_rule());
    children.skip();
  }
  if (children.accept(Sql::K_ALIGN)) {
    children.skip();
    result->align = children.take_token().type == Sql::K_CALENDAR ? ast::SampleByClause::Align::Calendar
                                                                  : ast::SampleByClause::Align::FirstObservation;
    while (const ParseNode* detail = children.accept_rule(Sql::RuleSampleCalendar)) {
      TreeCursor parts = cursor(detail);
      const bool zone = parts.take_token().type == Sql::K_TIME;
      parts.skip();
      (zone ? result->time_zone : result->offset) = expression(parts.take_rule());
    }
  }
  return result;
}

// ---------------------------------------------------------------------------------------------------------- FROM

std::vector<ast::TableExpressionPtr> SqlAstBuilder::from_clause(const ParseNode* node) {
  std::vector<ast::TableExpressionPtr> result;
  TreeCursor children = cursor(node);
  children.accept(Sql::K_FROM);
  for (; !children.done(); children.accept(Sql::COMMA)) result.push_back(table_reference(children.take_rule()));
  return result;
}

ast::TableExpressionPtr SqlAstBuilder::table_reference(const ParseNode* node) {
  check_stack_depth();
  if (node->children.size() > kQueryChainMax) fail_chain(position(node));
  TreeCursor children = cursor(node);
  ast::TableExpressionPtr result = table_primary(children.take_rule());
  while (const ParseNode* tail = children.accept_rule(Sql::RuleJoinTail)) result = joined(std::move(result), tail);
  return result;
}

ast::TableExpressionPtr SqlAstBuilder::joined(ast::TableExpressionPtr left, const ParseNode* tail) {
  auto join = make<ast::JoinReference>(position(tail));
  join->left = std::move(left);
  TreeCursor children = cursor(tail);
  if (children.accept(Sql::K_CROSS)) {
    join->join_kind = ast::JoinKind::Cross;
  } else if (children.accept(Sql::K_LEFT)) {  // Only before ASOF does LEFT stand here.
    join->join_kind = ast::JoinKind::Left;
  }
  join->natural = children.accept(Sql::K_NATURAL);
  if (const ParseNode* type = children.accept_rule(Sql::RuleJoinType)) {
    switch (first_token(type).type) {
      case Sql::K_LEFT:
        join->join_kind = ast::JoinKind::Left;
        break;
      case Sql::K_RIGHT:
        join->join_kind = ast::JoinKind::Right;
        break;
      case Sql::K_FULL:
        join->join_kind = ast::JoinKind::Full;
        break;
      default:
        break;
    }
  }
  join->asof = children.accept(Sql::ASOF_LA);
  children.skip();
  const bool reference = children.rule() == Sql::RuleTableReference;
  const ParseNode* right = children.take_rule();
  join->right = reference ? table_reference(right) : table_primary(right);
  if (const ParseNode* condition = children.accept_rule(Sql::RuleJoinCondition)) {
    TreeCursor parts = cursor(condition);
    if (parts.accept(Sql::K_ON)) {
      join->condition = expression(parts.take_rule());
    } else {
      parts.skip();
      join->using_columns = names(parts.take_rule());
      if (parts.accept(Sql::K_AS)) join->using_alias = name(parts.take_rule());
    }
  }
  if (children.accept(Sql::K_TOLERANCE)) join->tolerance = expression(children.take_rule());
  return join;
}

void SqlAstBuilder::add_alias(ast::TableExpression& table, TreeCursor& children) {
  const ParseNode* alias = children.accept_rule(Sql::RuleAlias);
  if (alias == nullptr) return;
  TreeCursor parts = cursor(alias);
  parts.accept(Sql::K_AS);
  table.alias = name(parts.take_rule());
  if (const ParseNode* columns = parts.accept_rule(Sql::RuleColumnList)) table.column_aliases = names(columns);
}

std::unique_ptr<ast::TableReference> SqlAstBuilder::relation(const ParseNode* node) {
  auto table = make<ast::TableReference>(position(node));
  TreeCursor children = cursor(node);
  table->only = children.accept(Sql::K_ONLY);
  children.accept(Sql::LP);
  table->name = qualified_name(children.take_rule());
  table->position = table->name.position;
  return table;
}

ast::TableExpressionPtr SqlAstBuilder::table_primary(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (const ParseNode* name_node = children.accept_rule(Sql::RuleRelation)) {
    auto table = relation(name_node);
    add_alias(*table, children);
    if (const ParseNode* sample = children.accept_rule(Sql::RuleTableSample)) {
      TreeCursor parts = cursor(sample);
      parts.skip();
      table->sample_method = qualified_name(parts.take_rule());
      parts.skip();
      table->sample_arguments = expression_list(parts.take_rule());
      parts.skip();
      if (parts.accept(Sql::K_REPEATABLE)) {
        parts.skip();
        table->sample_seed = expression(parts.take_rule());
      }
    }
    return table;
  }
  const int place = position(node);
  const bool lateral = children.accept(Sql::K_LATERAL);
  if (children.rule() == Sql::RuleTableFunction) return function_reference(node);
  const ScannedToken& parenthesis = children.take_token();
  ast::QueryPtr query;
  if (const ParseNode* plain = children.accept_rule(Sql::RulePlainQuery)) {
    query = plain_query(plain);
  } else {
    const ParseNode* inner_node = children.take_rule();
    ast::TableExpressionPtr inner = table_reference(inner_node);
    const ParseNode* set_tail = children.accept_rule(Sql::RuleSetTail);
    const ParseNode* tail = children.accept_rule(Sql::RuleQueryTail);
    const bool is_query = inner->kind == ast::TableExpressionKind::Subquery && inner->alias.empty() && !inner->lateral;
    if (!is_query) {
      if (set_tail != nullptr) fail_at(set_tail);
      if (tail != nullptr && !tail->children.empty()) fail_at(tail);
      // Parentheses hold a join, or nothing: `(t)` is no table.
      if (inner->kind != ast::TableExpressionKind::Join) fail_after(inner_node);
      children.skip();
      if (lateral) fail_at(parenthesis);
      if (inner->alias.empty()) {
        add_alias(*inner, children);
      } else if (!children.done()) {
        fail_at(children.take_rule());
      }
      return inner;
    }
    query = with_set_tail(std::move(inner->as<ast::SubqueryReference>().query), set_tail);
    add_query_tail(*query, tail);
  }
  children.skip();
  auto subquery = make<ast::SubqueryReference>(lateral ? place : parenthesis.position);
  subquery->lateral = lateral;
  subquery->query = std::move(query);
  add_alias(*subquery, children);
  return subquery;
}

ast::ColumnTypePair SqlAstBuilder::column_type_pair(const ParseNode* node) {
  TreeCursor children = cursor(node);
  ast::ColumnTypePair result;
  result.position = position(node);
  result.name = name(children.take_rule());
  if (children.done()) fail_after(node);
  result.type = type_name(children.take_rule());
  result.collation = optional_qualified_name(children, Sql::K_COLLATE);
  return result;
}

ast::ExpressionPtr SqlAstBuilder::table_function_call(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (const ParseNode* special = children.accept_rule(Sql::RuleSpecialCall)) return special_call(special);
  ast::QualifiedName function;
  function.position = position(node);
  function.parts.push_back(name(children.take_rule()));
  while (children.accept(Sql::DOT)) function.parts.push_back(name(children.take_rule()));
  return call(std::move(function), children.take_rule());
}

ast::TableExpressionPtr SqlAstBuilder::function_reference(const ParseNode* node) {
  auto result = make<ast::FunctionReference>(position(node));
  TreeCursor children = cursor(node);
  result->lateral = children.accept(Sql::K_LATERAL);
  const auto column_definitions = [this](TreeCursor& list) {
    std::vector<ast::ColumnTypePair> columns;
    for (; list.rule() == Sql::RuleFunctionAliasColumn; list.accept(Sql::COMMA))
      columns.push_back(column_type_pair(list.take_rule()));
    return columns;
  };
  TreeCursor functions = cursor(children.take_rule());
  if (functions.accept(Sql::K_ROWS)) {
    result->rows_from = true;
    functions.skip();
    functions.skip();
    for (; functions.rule() == Sql::RuleRowsFromItem; functions.accept(Sql::COMMA)) {
      TreeCursor item = cursor(functions.take_rule());
      ast::TableFunctionCall entry;
      entry.call = table_function_call(item.take_rule());
      if (item.accept(Sql::K_AS)) {
        item.skip();
        entry.columns = column_definitions(item);
      }
      result->calls.push_back(std::move(entry));
    }
  } else {
    ast::TableFunctionCall entry;
    entry.call = table_function_call(functions.take_rule());
    result->calls.push_back(std::move(entry));
  }
  if (children.accept(Sql::WITH_LA)) {
    children.skip();
    result->ordinality = true;
  }
  const ParseNode* alias = children.accept_rule(Sql::RuleFunctionAlias);
  if (alias == nullptr) return result;
  TreeCursor parts = cursor(alias);
  parts.accept(Sql::K_AS);
  if (const ParseNode* label = parts.accept_rule(Sql::RuleColumnName)) result->alias = name(label);
  if (!parts.accept(Sql::LP)) return result;
  // Either names only, or names with types.
  TreeCursor look = parts;
  const ParseNode* first = look.take_rule();
  if (first->children.size() > 1 || result->alias.empty()) {
    result->columns = column_definitions(parts);
    return result;
  }
  for (; parts.rule() == Sql::RuleFunctionAliasColumn; parts.accept(Sql::COMMA)) {
    const ParseNode* column = parts.take_rule();
    TreeCursor words = cursor(column);
    result->column_aliases.push_back(placed_name(words.take_rule()));
    if (!words.done()) fail_at(words.take_rule());
  }
  return result;
}

}  // namespace tidemark
