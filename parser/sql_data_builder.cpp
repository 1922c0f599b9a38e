#include "base/error.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_scanner.h"

// Statements that read and write rows.
namespace tidemark {
ast::StatementPtr SqlAstBuilder::preparable_statement(const ParseNode* node) {
  const bool wrapped = node->getRuleIndex() == Sql::RulePreparableStatement;
  TreeCursor children = cursor(node);
  const ParseNode* inner = wrapped ? children.take_rule() : node;
  switch (inner->getRuleIndex()) {
    case Sql::RuleBareQuery:
      return bare_query(inner);
    case Sql::RuleInsertStatement:
      return insert_statement(inner);
    case Sql::RuleUpdateStatement:
      return update_statement(inner);
    case Sql::RuleDeleteStatement:
      return delete_statement(inner);
    case Sql::RuleMergeStatement:
      return merge_statement(inner);
    default:
      return with_statement(inner);
  }
}

ast::StatementPtr SqlAstBuilder::with_statement(const ParseNode* node) {
  TreeCursor children = cursor(node);
  std::unique_ptr<ast::WithClause> with = with_clause(children.take_rule());
  ast::StatementPtr result = preparable_statement(children.take_rule());
  switch (result->kind) {
    case ast::StatementKind::Query: {
      auto& query = result->as<ast::Query>();
      if (query.with != nullptr)
        throw Error(sqlstate::kSyntaxError, "multiple WITH clauses not allowed").at(with->position);
      query.with = std::move(with);
      break;
    }
    case ast::StatementKind::Insert:
      result->as<ast::InsertStatement>().with = std::move(with);
      break;
    case ast::StatementKind::Update:
      result->as<ast::UpdateStatement>().with = std::move(with);
      break;
    case ast::StatementKind::Delete:
      result->as<ast::DeleteStatement>().with = std::move(with);
      break;
    default:
      result->as<ast::MergeStatement>().with = std::move(with);
      break;
  }
  return result;
}

ast::Assignment::Target SqlAstBuilder::assignment_target(const ParseNode* node) {
  TreeCursor children = cursor(node);
  ast::Assignment::Target target;
  target.position = position(node);
  target.column = name(children.take_rule());
  while (const ParseNode* part = children.accept_rule(Sql::RuleIndirection)) {
    TreeCursor step = cursor(part);
    if (step.accept(Sql::DOT)) {
      if (step.token() == Sql::STAR) fail_after(node, "improper use of \"*\"");
      target.fields.push_back(name(step.take_rule()));
      continue;
    }
    step.skip();
    ast::ExpressionPtr low;
    ast::ExpressionPtr high;
    if (const ParseNode* bound = step.accept_rule(Sql::RuleExpression)) high = expression(bound);
    const bool slice = step.accept(Sql::COLON);
    if (slice) {
      low = std::move(high);
      if (const ParseNode* bound = step.accept_rule(Sql::RuleExpression)) high = expression(bound);
    }
    target.subscripts.push_back({std::move(low), std::move(high), slice});
  }
  return target;
}

std::vector<ast::Assignment::Target> SqlAstBuilder::insert_columns(const ParseNode* node) {
  std::vector<ast::Assignment::Target> result;
  TreeCursor children = cursor(node);
  children.skip();
  for (; children.rule() == Sql::RuleAssignmentTarget; children.accept(Sql::COMMA))
    result.push_back(assignment_target(children.take_rule()));
  return result;
}

std::vector<ast::Assignment> SqlAstBuilder::assignments(const ParseNode* node) {
  std::vector<ast::Assignment> result;
  for (TreeCursor children = cursor(node); !children.done(); children.accept(Sql::COMMA)) {
    const ParseNode* entry = children.take_rule();
    TreeCursor parts = cursor(entry);
    ast::Assignment assignment;
    assignment.position = position(entry);
    if (const ParseNode* list = parts.accept_rule(Sql::RuleInsertColumns)) {
      assignment.multiple = true;
      assignment.targets = insert_columns(list);
    } else {
      assignment.targets.push_back(assignment_target(parts.take_rule()));
    }
    parts.skip();
    assignment.value = expression(parts.take_rule());
    result.push_back(std::move(assignment));
  }
  return result;
}

ast::StatementPtr SqlAstBuilder::insert_statement(const ParseNode* node) {
  TreeCursor children = cursor(node);
  const ScannedToken& word = children.take_token();
  auto insert = make<ast::InsertStatement>(word.position);
  insert->upsert = word.type == Sql::K_UPSERT;
  children.skip();
  insert->table = qualified_name(children.take_rule());
  if (children.accept(Sql::K_AS)) insert->alias = name(children.take_rule());
  if (const ParseNode* columns = children.accept_rule(Sql::RuleInsertColumns))
    insert->columns = insert_columns(columns);
  if (children.accept(Sql::K_OVERRIDING)) {
    insert->overriding = children.take_token().type == Sql::K_USER ? ast::Overriding::User : ast::Overriding::System;
    children.skip();
  }
  if (const ParseNode* query = children.accept_rule(Sql::RuleQueryStatement)) {
    insert->query = query_statement(query);
  } else {
    children.skip();
    children.skip();
  }
  if (const ParseNode* conflict = children.accept_rule(Sql::RuleOnConflict)) {
    if (insert->upsert) fail_at(conflict);
    insert->on_conflict = on_conflict(conflict);
  }
  if (const ParseNode* clause = children.accept_rule(Sql::RuleReturning)) {
    TreeCursor parts = cursor(clause);
    parts.skip();
    insert->returning = select_targets(parts.take_rule());
  }
  return insert;
}

std::unique_ptr<ast::OnConflict> SqlAstBuilder::on_conflict(const ParseNode* node) {
  auto result = std::make_unique<ast::OnConflict>();
  result->position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  children.skip();
  if (children.accept(Sql::LP)) {
    for (; children.rule() == Sql::RuleIndexElement; children.accept(Sql::COMMA))
      result->target.push_back(index_element(children.take_rule()));
    children.skip();
    if (children.accept(Sql::K_WHERE)) result->target_where = expression(children.take_rule());
  } else if (children.accept(Sql::K_ON, Sql::K_CONSTRAINT)) {
    result->constraint = name(children.take_rule());
  }
  children.skip();
  if (children.accept(Sql::K_NOTHING)) return result;
  children.skip();
  children.skip();
  result->update = true;
  result->assignments = assignments(children.take_rule());
  if (const ParseNode* clause = children.accept_rule(Sql::RuleWhereClause)) result->where = where_clause(clause);
  return result;
}

ast::IndexElement SqlAstBuilder::index_element(const ParseNode* node) {
  ast::IndexElement result;
  result.position = position(node);
  TreeCursor children = cursor(node);
  if (children.accept(Sql::LP)) {
    result.expression = expression(children.take_rule());
    children.skip();
  } else if (const ParseNode* call_node = children.accept_rule(Sql::RuleIndexCall)) {
    TreeCursor parts = cursor(call_node);
    result.expression = table_function_call(parts.take_rule());
  } else {
    result.column = name(children.take_rule());
  }
  result.collation = optional_qualified_name(children, Sql::K_COLLATE);
  if (const ParseNode* operator_class = children.accept_rule(Sql::RuleQualifiedName))
    result.operator_class = qualified_name(operator_class);
  children.accept_rule(Sql::RuleOptionList);
  if (children.accept(Sql::K_ASC)) result.direction = ast::OrderItem::Direction::Ascending;
  if (children.accept(Sql::K_DESC)) result.direction = ast::OrderItem::Direction::Descending;
  if (children.accept(Sql::NULLS_LA))
    result.nulls = children.accept(Sql::K_FIRST) ? ast::OrderItem::Nulls::First : ast::OrderItem::Nulls::Last;
  return result;
}

std::unique_ptr<ast::TableReference> SqlAstBuilder::target_table(const ParseNode* node) {
  TreeCursor children = cursor(node);
  auto table = relation(children.take_rule());
  children.accept(Sql::K_AS);
  if (!children.done()) table->alias = name(children.take_rule());
  return table;
}

ast::StatementPtr SqlAstBuilder::update_statement(const ParseNode* node) {
  auto update = make<ast::UpdateStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  update->table = target_table(children.take_rule());
  children.skip();
  update->assignments = assignments(children.take_rule());
  if (const ParseNode* clause = children.accept_rule(Sql::RuleFromClause)) update->from = from_clause(clause);
  if (const ParseNode* clause = children.accept_rule(Sql::RuleWhereClause)) update->where = where_clause(clause);
  if (const ParseNode* clause = children.accept_rule(Sql::RuleReturning)) {
    TreeCursor parts = cursor(clause);
    parts.skip();
    update->returning = select_targets(parts.take_rule());
  }
  return update;
}

ast::StatementPtr SqlAstBuilder::delete_statement(const ParseNode* node) {
  auto statement_node = make<ast::DeleteStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  children.skip();
  statement_node->table = target_table(children.take_rule());
  if (children.accept(Sql::K_USING)) {
    for (; children.rule() == Sql::RuleTableReference; children.accept(Sql::COMMA)) {
      statement_node->using_tables.push_back(table_reference(children.take_rule()));
    }
  }
  if (const ParseNode* clause = children.accept_rule(Sql::RuleWhereClause))
    statement_node->where = where_clause(clause);
  if (const ParseNode* clause = children.accept_rule(Sql::RuleReturning)) {
    TreeCursor parts = cursor(clause);
    parts.skip();
    statement_node->returning = select_targets(parts.take_rule());
  }
  return statement_node;
}

ast::StatementPtr SqlAstBuilder::merge_statement(const ParseNode* node) {
  auto merge = make<ast::MergeStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  children.skip();
  merge->target = target_table(children.take_rule());
  children.skip();
  merge->source = table_primary(children.take_rule());
  children.skip();
  merge->condition = expression(children.take_rule());
  while (const ParseNode* branch = children.accept_rule(Sql::RuleMergeBranch))
    merge->actions.push_back(merge_action(branch));
  return merge;
}

ast::MergeAction SqlAstBuilder::merge_action(const ParseNode* node) {
  using Kind = ast::MergeAction::Kind;
  ast::MergeAction action;
  action.position = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  action.matched = !children.accept(Sql::K_NOT);
  children.skip();
  if (children.accept(Sql::K_AND)) action.condition = expression(children.take_rule());
  children.skip();
  const ScannedToken& word = children.take_token();
  switch (word.type) {
    case Sql::K_UPDATE:
      if (!action.matched) fail_at(word);
      action.kind = Kind::Update;
      children.skip();
      action.assignments = assignments(children.take_rule());
      break;
    case Sql::K_DELETE:
      if (!action.matched) fail_at(word);
      action.kind = Kind::Delete;
      break;
    case Sql::K_INSERT: {
      if (action.matched) fail_at(word);
      action.kind = Kind::Insert;
      if (const ParseNode* columns = children.accept_rule(Sql::RuleInsertColumns))
        action.columns = insert_columns(columns);
      if (children.accept(Sql::K_OVERRIDING)) {
        action.overriding = children.take_token().type == Sql::K_USER ? ast::Overriding::User : ast::Overriding::System;
        children.skip();
      }
      if (children.accept(Sql::K_VALUES)) {
        TreeCursor row = cursor(children.take_rule());
        row.skip();
        action.values = expression_list(row.take_rule());
      }
      break;
    }
    default:
      break;  // DO NOTHING
  }
  return action;
}

ast::StatementPtr SqlAstBuilder::truncate_statement(const ParseNode* node) {
  auto truncate = make<ast::TruncateStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  children.accept(Sql::K_TABLE);
  for (; children.rule() == Sql::RuleRelation; children.accept(Sql::COMMA))
    truncate->tables.push_back(relation(children.take_rule())->name);
  truncate->restart_identity = children.accept(Sql::K_RESTART, Sql::K_IDENTITY);
  children.accept(Sql::K_CONTINUE, Sql::K_IDENTITY);
  if (const ParseNode* behavior = children.accept_rule(Sql::RuleDropBehavior))
    truncate->cascade = first_token(behavior).type == Sql::K_CASCADE;
  return truncate;
}

ast::StatementPtr SqlAstBuilder::copy_statement(const ParseNode* node) {
  using ValueKind = ast::Option::ValueKind;
  auto copy = make<ast::CopyStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  const auto add_option = [&](int place, std::string name_text, ValueKind kind, std::string value) {
    ast::Option option;
    option.position = place;
    option.name = std::move(name_text);
    option.value_kind = kind;
    option.value = std::move(value);
    copy->options.push_back(std::move(option));
  };
  if (children.token() == Sql::K_BINARY)
    add_option(children.take_token().position, "format", ValueKind::Word, "binary");
  if (children.accept(Sql::LP)) {
    copy->query = preparable_statement(children.take_rule());
    children.skip();
  } else {
    copy->table = qualified_name(children.take_rule());
    if (const ParseNode* columns = children.accept_rule(Sql::RuleColumnList)) copy->columns = names(columns);
  }
  copy->from = children.take_token().type == Sql::K_FROM;
  copy->program = children.accept(Sql::K_PROGRAM);
  if (const ParseNode* file = children.accept_rule(Sql::RuleStringLiteral)) {
    copy->file = string_literal(file);
  } else {
    const ScannedToken& stream = children.take_token();
    if (copy->program) throw Error(sqlstate::kSyntaxError, "STDIN/STDOUT not allowed with PROGRAM").at(stream.position);
    copy->standard_stream = true;
  }
  if (const ParseNode* delimiters = children.accept_rule(Sql::RuleCopyDelimiters)) {
    TreeCursor parts = cursor(delimiters);
    parts.accept(Sql::K_USING);
    parts.skip();
    add_option(position(delimiters), "delimiter", ValueKind::String, string_literal(parts.take_rule()));
  }
  children.accept(Sql::K_WITH);
  if (const ParseNode* list = children.accept_rule(Sql::RuleOptionList)) {
    for (ast::Option& option : option_list(list)) copy->options.push_back(std::move(option));
  }
  while (const ParseNode* entry = children.accept_rule(Sql::RuleCopyOption)) {
    TreeCursor parts = cursor(entry);
    const ScannedToken& word = parts.take_token();
    switch (word.type) {
      case Sql::K_BINARY:
      case Sql::K_CSV:
        add_option(word.position, "format", ValueKind::Word, word.type == Sql::K_CSV ? "csv" : "binary");
        break;
      case Sql::K_FREEZE:
      case Sql::K_HEADER:
        add_option(word.position, word.type == Sql::K_HEADER ? "header" : "freeze", ValueKind::Word, "true");
        break;
      case Sql::K_FORCE: {
        ast::Option option;
        option.position = word.position;
        option.value_kind = ValueKind::List;
        option.name = parts.accept(Sql::K_QUOTE) ? "force_quote"
                      : parts.accept(Sql::K_NOT) ? "force_not_null"
                                                 : "force_null";
        parts.accept(Sql::K_NULL);
        if (parts.accept(Sql::STAR)) {
          option.list.emplace_back("*");
        } else {
          for (const ast::Name& column : names(parts.take_rule())) option.list.push_back(column.text);
        }
        copy->options.push_back(std::move(option));
        break;
      }
      default: {
        std::string option_name = identifier_value(text_, word);
        parts.accept(Sql::K_AS);
        add_option(word.position, std::move(option_name), ValueKind::String, string_literal(parts.take_rule()));
      }
    }
  }
  if (children.token() == Sql::K_WHERE) {
    const ScannedToken& word = children.take_token();
    if (!copy->from) {
      throw Error(sqlstate::kSyntaxError, "WHERE clause not allowed with COPY TO").at(word.position);
    }
    copy->where = expression(children.take_rule());
  }
  return copy;
}

}  // namespace tidemark
