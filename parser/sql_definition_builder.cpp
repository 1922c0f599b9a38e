#include <algorithm>

#include "base/error.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_scanner.h"

// CREATE.
namespace tidemark {
ast::StatementPtr SqlAstBuilder::create_statement(const ParseNode* node) {
  TreeCursor children = cursor(node);
  const int place = children.take_token().position;
  bool or_replace = children.accept(Sql::K_OR, Sql::K_REPLACE);
  ast::Persistence persistence = ast::Persistence::Permanent;
  if (const ParseNode* words = children.accept_rule(Sql::RulePersistence)) {
    persistence = first_token(words).type == Sql::K_UNLOGGED ? ast::Persistence::Unlogged : ast::Persistence::Temporary;
  }
  if (children.token() == Sql::K_RECURSIVE) return create_view(children, persistence, or_replace, place);
  const ScannedToken& word = children.take_token();
  switch (word.type) {
    case Sql::K_TABLE:
      return create_table(children, persistence, place);
    case Sql::K_MATERIALIZED:
      return create_materialized_view(children, place);
    case Sql::K_VIEW:
      return create_view(children, persistence, or_replace, place);
    case Sql::K_UNIQUE:
      children.skip();
      return create_index(children, true, place);
    case Sql::K_INDEX:
      return create_index(children, false, place);
    case Sql::K_SEQUENCE: {
      auto sequence = make<ast::CreateSequenceStatement>(place);
      sequence->persistence = persistence;
      sequence->if_not_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
      sequence->sequence = qualified_name(children.take_rule());
      sequence->options = sequence_options(children);
      return sequence;
    }
    case Sql::K_SCHEMA: {
      auto schema = make<ast::CreateSchemaStatement>(place);
      schema->if_not_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
      if (const ParseNode* label = children.accept_rule(Sql::RuleColumnName)) schema->name = name(label);
      if (children.accept(Sql::K_AUTHORIZATION)) schema->authorization = name(children.take_rule());
      while (const ParseNode* element = children.accept_rule(Sql::RuleCreateStatement)) {
        if (schema->if_not_exists) {
          throw Error(sqlstate::kFeatureNotSupported, "CREATE SCHEMA IF NOT EXISTS cannot include schema elements")
              .at(position(element));
        }
        schema->elements.push_back(create_statement(element));
      }
      return schema;
    }
    case Sql::K_DATABASE: {
      auto database = make<ast::CreateDatabaseStatement>(place);
      database->if_not_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
      database->name = name(children.take_rule());
      database->options = database_options(children);
      return database;
    }
    case Sql::K_TYPE:
      return create_type(children, place);
    case Sql::K_DOMAIN:
      return create_domain(children, place);
    default: {
      auto role = make<ast::CreateRoleStatement>(place);
      using Word = ast::CreateRoleStatement::Word;
      role->word = word.type == Sql::K_USER ? Word::User : word.type == Sql::K_GROUP ? Word::Group : Word::Role;
      role->name = name(children.take_rule());
      role->options = role_options(children);
      return role;
    }
  }
}

// ---------------------------------------------------------------------------------------------------------- tables

ast::StatementPtr SqlAstBuilder::create_table(TreeCursor& children, ast::Persistence persistence, int place) {
  const bool if_not_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
  auto table = make<ast::CreateTableStatement>(place);
  table->if_not_exists = if_not_exists;
  table->persistence = persistence;
  table->table = qualified_name(children.take_rule());
  const ParseNode* body_node = children.take_rule();
  TreeCursor body = cursor(body_node);
  if (body.accept(Sql::K_PARTITION))
    throw Error(sqlstate::kFeatureNotSupported, "PARTITION OF is not supported").at(position(body_node));
  if (body.accept(Sql::K_OF))
    throw Error(sqlstate::kFeatureNotSupported, "typed tables are not supported").at(position(body_node));
  const ParseNode* untyped = nullptr;
  const ScannedToken* parenthesis = nullptr;
  if (body.accept(Sql::LP)) {
    for (; body.rule() == Sql::RuleTableElement; body.accept(Sql::COMMA)) {
      const ParseNode* element = body.take_rule();
      add_table_element(*table, element);
      if (!table->columns.empty() && !table->columns.back().has_type && untyped == nullptr) untyped = element;
    }
    parenthesis = &body.take_token();
  }
  if (body.accept(Sql::K_INHERITS)) {
    body.skip();
    table->inherits = qualified_names(body.take_rule());
    body.skip();
  }
  if (const ParseNode* partition = body.accept_rule(Sql::RulePartitionBy)) {
    TreeCursor parts = cursor(partition);
    parts.skip();
    parts.skip();
    table->partition_strategy = name(parts.take_rule());
    parts.skip();
    for (; parts.rule() == Sql::RuleIndexElement; parts.accept(Sql::COMMA))
      table->partition_elements.push_back(index_element(parts.take_rule()));
  }
  while (const ParseNode* suffix = body.accept_rule(Sql::RuleTableSuffix)) {
    TreeCursor parts = cursor(suffix);
    if (const ParseNode* options = parts.accept_rule(Sql::RuleWithOptions)) {
      table->options = option_list(options);
    } else if (parts.accept(Sql::K_USING)) {
      table->access_method = name(parts.take_rule());
    } else if (parts.accept(Sql::K_TABLESPACE)) {
      table->tablespace = name(parts.take_rule());
    } else if (parts.accept(Sql::K_ON)) {
      parts.skip();
      const size_t word = parts.take_token().type;
      table->on_commit = word == Sql::K_DROP     ? ast::OnCommit::Drop
                         : word == Sql::K_DELETE ? ast::OnCommit::DeleteRows
                                                 : ast::OnCommit::PreserveRows;
    }
  }
  // `(a, b)` without types can only be followed by AS, and AS only follows such a list or none.
  const bool names_only = !table->columns.empty() && table->constraints.empty() && table->likes.empty() &&
                          std::ranges::none_of(table->columns, &ast::ColumnDefinition::has_type);
  if (body.token() != Sql::K_AS) {
    if (names_only) fail_at_index(static_cast<size_t>(parenthesis - tokens_.data()) + 1);
    if (untyped != nullptr) fail_after(untyped);
    return table;
  }
  const ScannedToken& as = body.take_token();
  if (parenthesis != nullptr && !names_only) {
    if (untyped != nullptr) fail_after(untyped);
    fail_at(as);
  }
  auto from_query = make<ast::CreateTableAsStatement>(place);
  for (const ast::ColumnDefinition& column : table->columns)
    from_query->columns.push_back({column.position, column.name});
  from_query->table = std::move(table->table);
  from_query->if_not_exists = if_not_exists;
  from_query->persistence = persistence;
  from_query->options = std::move(table->options);
  from_query->on_commit = table->on_commit;
  from_query->access_method = std::move(table->access_method);
  from_query->tablespace = std::move(table->tablespace);
  TreeCursor query = cursor(body.take_rule());
  const ParseNode* source_query = query.take_rule();
  from_query->query = source_query->getRuleIndex() == Sql::RuleExecuteStatement
                          ? session_statement(source_query)
                          : ast::StatementPtr(query_statement(source_query));
  if (query.accept(Sql::K_WITH)) from_query->with_data = !query.accept(Sql::K_NO);
  return from_query;
}

void SqlAstBuilder::add_table_element(ast::CreateTableStatement& table, const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_LIKE)) {
    ast::LikeClause like;
    like.position = position(node);
    like.table = qualified_name(children.take_rule());
    while (!children.done()) {
      const bool including = children.take_token().type == Sql::K_INCLUDING;
      like.options.emplace_back(name(children.take_rule()), including);
    }
    table.like_columns.push_back(table.columns.size());
    table.likes.push_back(std::move(like));
  } else if (const ParseNode* column = children.accept_rule(Sql::RuleColumnDefinition)) {
    table.columns.push_back(column_definition(column));
  } else {
    table.constraints.push_back(table_constraint(children.take_rule()));
  }
}

ast::ColumnDefinition SqlAstBuilder::column_definition(const ParseNode* node) {
  ast::ColumnDefinition column;
  column.position = position(node);
  TreeCursor children = cursor(node);
  column.name = name(children.take_rule());
  column.has_type = !children.done();
  if (!column.has_type) return column;
  column.type = type_name(children.take_rule());
  while (const ParseNode* storage = children.accept_rule(Sql::RuleColumnStorage)) {
    TreeCursor parts = cursor(storage);
    std::string& target = parts.take_token().type == Sql::K_STORAGE ? column.storage : column.compression;
    target = parts.accept(Sql::K_DEFAULT) ? "default" : name(parts.take_rule());
  }
  while (const ParseNode* constraint = children.accept_rule(Sql::RuleColumnConstraint))
    add_column_constraint(column, constraint);
  return column;
}

/// DEFERRABLE and its like belong to the constraint before them.
void SqlAstBuilder::constraint_attribute(ast::Constraint& constraint, TreeCursor& children) {
  const bool negated = children.accept(Sql::K_NOT) || children.accept(Sql::K_NO);
  switch (children.take_token().type) {
    case Sql::K_DEFERRABLE:
      constraint.deferrable = !negated;
      break;
    case Sql::K_INITIALLY:
      constraint.initially_deferred = children.accept(Sql::K_DEFERRED);
      if (constraint.initially_deferred) constraint.deferrable = true;
      break;
    case Sql::K_VALID:
      constraint.not_valid = true;
      break;
    default:
      constraint.no_inherit = true;
      break;
  }
}

void SqlAstBuilder::add_column_constraint(ast::ColumnDefinition& column, const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_COLLATE)) {
    if (!column.collation.empty())
      throw Error(sqlstate::kSyntaxError, "multiple COLLATE clauses not allowed").at(position(node));
    column.collation = qualified_name(children.take_rule());
    return;
  }
  ast::Constraint constraint;
  constraint.position = position(node);
  if (children.accept(Sql::K_CONSTRAINT)) constraint.name = name(children.take_rule());
  if (children.rule() == TreeCursor::kNoRule) {
    if (column.constraints.empty())
      throw Error(sqlstate::kSyntaxError, "misplaced DEFERRABLE clause").at(position(node));
    return constraint_attribute(column.constraints.back(), children);
  }
  TreeCursor body = cursor(children.take_rule());
  if (const ParseNode* foreign = body.accept_rule(Sql::RuleReferences)) {
    constraint.kind = ast::ConstraintKind::ForeignKey;
    references(constraint, foreign);
    column.constraints.push_back(std::move(constraint));
    return;
  }
  switch (body.take_token().type) {
    case Sql::K_NOT:
      constraint.kind = ast::ConstraintKind::NotNull;
      break;
    case Sql::K_NULL:
      constraint.kind = ast::ConstraintKind::Null;
      break;
    case Sql::K_DEFAULT:
      constraint.kind = ast::ConstraintKind::Default;
      constraint.expression = expression(body.take_rule());
      break;
    case Sql::K_CHECK:
      constraint.kind = ast::ConstraintKind::Check;
      body.skip();
      constraint.expression = expression(body.take_rule());
      body.skip();
      constraint.no_inherit = body.accept(Sql::K_NO);
      break;
    case Sql::K_GENERATED: {
      const bool always = body.accept(Sql::K_ALWAYS);
      int place = 0;
      if (!always) {
        place = body.take_token().position;
        body.skip();
      }
      body.skip();
      if (body.accept(Sql::K_IDENTITY)) {
        constraint.kind = ast::ConstraintKind::Identity;
        constraint.identity_always = always;
        if (body.accept(Sql::LP)) constraint.sequence_options = sequence_options(body);
      } else {
        if (!always)
          throw Error(sqlstate::kSyntaxError, "for a generated column, GENERATED ALWAYS must be specified").at(place);
        constraint.kind = ast::ConstraintKind::Generated;
        body.skip();
        constraint.expression = expression(body.take_rule());
      }
      break;
    }
    case Sql::K_PRIMARY:
      body.skip();
      constraint.kind = ast::ConstraintKind::PrimaryKey;
      if (const ParseNode* options = body.accept_rule(Sql::RuleWithOptions)) constraint.options = option_list(options);
      break;
    default:  // UNIQUE
      constraint.kind = ast::ConstraintKind::Unique;
      if (const ParseNode* nulls = body.accept_rule(Sql::RuleNullsDistinct))
        constraint.nulls_not_distinct = nulls->children.size() == 3;
      if (const ParseNode* options = body.accept_rule(Sql::RuleWithOptions)) constraint.options = option_list(options);
      break;
  }
  column.constraints.push_back(std::move(constraint));
}

void SqlAstBuilder::references(ast::Constraint& constraint, const ParseNode* node) {
  using Action = ast::Constraint::Action;
  TreeCursor children = cursor(node);
  children.skip();
  constraint.referenced_table = qualified_name(children.take_rule());
  if (const ParseNode* columns = children.accept_rule(Sql::RuleColumnList))
    constraint.referenced_columns = names(columns);
  if (children.accept(Sql::K_MATCH)) {
    const size_t word = children.take_token().type;
    constraint.match = word == Sql::K_FULL      ? ast::Constraint::Match::Full
                       : word == Sql::K_PARTIAL ? ast::Constraint::Match::Partial
                                                : ast::Constraint::Match::Simple;
  }
  while (const ParseNode* entry = children.accept_rule(Sql::RuleKeyAction)) {
    TreeCursor parts = cursor(entry);
    parts.skip();
    const bool on_delete = parts.take_token().type == Sql::K_DELETE;
    Action action = Action::NoAction;
    switch (parts.take_token().type) {
      case Sql::K_RESTRICT:
        action = Action::Restrict;
        break;
      case Sql::K_CASCADE:
        action = Action::Cascade;
        break;
      case Sql::K_SET:
        action = parts.take_token().type == Sql::K_NULL ? Action::SetNull : Action::SetDefault;
        if (const ParseNode* columns = parts.accept_rule(Sql::RuleColumnList)) {
          if (!on_delete) {
            throw Error(sqlstate::kFeatureNotSupported, std::string("a column list with ") +
                                                            (action == Action::SetNull ? "SET NULL" : "SET DEFAULT") +
                                                            " is only supported for ON DELETE actions")
                .at(position(entry));
          }
          constraint.on_delete_columns = names(columns);
        }
        break;
      default:
        break;
    }
    (on_delete ? constraint.on_delete : constraint.on_update) = action;
  }
}

ast::Constraint SqlAstBuilder::table_constraint(const ParseNode* node) {
  ast::Constraint constraint;
  constraint.position = position(node);
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_CONSTRAINT)) constraint.name = name(children.take_rule());
  TreeCursor body = cursor(children.take_rule());
  const auto key = [&] {
    if (body.accept(Sql::K_USING)) {
      body.skip();
      constraint.using_index = name(body.take_rule());
      return;
    }
    if (const ParseNode* nulls = body.accept_rule(Sql::RuleNullsDistinct))
      constraint.nulls_not_distinct = nulls->children.size() == 3;
    constraint.columns = names(body.take_rule());
    if (body.accept(Sql::K_INCLUDE)) constraint.include = names(body.take_rule());
    if (const ParseNode* options = body.accept_rule(Sql::RuleWithOptions)) constraint.options = option_list(options);
  };
  switch (body.take_token().type) {
    case Sql::K_CHECK:
      constraint.kind = ast::ConstraintKind::Check;
      body.skip();
      constraint.expression = expression(body.take_rule());
      break;
    case Sql::K_PRIMARY:
      constraint.kind = ast::ConstraintKind::PrimaryKey;
      body.skip();
      key();
      break;
    case Sql::K_UNIQUE:
      constraint.kind = ast::ConstraintKind::Unique;
      key();
      break;
    case Sql::K_FOREIGN:
      constraint.kind = ast::ConstraintKind::ForeignKey;
      body.skip();
      constraint.columns = names(body.take_rule());
      references(constraint, body.take_rule());
      break;
    default:
      throw Error(sqlstate::kFeatureNotSupported, "exclusion constraints are not supported").at(constraint.position);
  }
  while (const ParseNode* attribute = children.accept_rule(Sql::RuleConstraintAttribute)) {
    TreeCursor parts = cursor(attribute);
    constraint_attribute(constraint, parts);
  }
  return constraint;
}

// ---------------------------------------------------------------------------------------------------------- other
// objects

ast::StatementPtr SqlAstBuilder::create_materialized_view(TreeCursor& children, int place) {
  auto view = make<ast::CreateTableAsStatement>(place);
  view->materialized_view = true;
  children.skip();
  view->if_not_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
  view->table = qualified_name(children.take_rule());
  if (const ParseNode* columns = children.accept_rule(Sql::RuleColumnList)) view->columns = names(columns);
  if (children.accept(Sql::K_USING)) view->access_method = name(children.take_rule());
  if (const ParseNode* options = children.accept_rule(Sql::RuleWithOptions)) view->options = option_list(options);
  if (children.accept(Sql::K_TABLESPACE)) view->tablespace = name(children.take_rule());
  children.skip();
  view->query = query_statement(children.take_rule());
  if (children.accept(Sql::K_WITH)) view->with_data = !children.accept(Sql::K_NO);
  return view;
}

ast::StatementPtr SqlAstBuilder::create_view(TreeCursor& children, ast::Persistence persistence, bool or_replace,
                                             int place) {
  auto view = make<ast::CreateViewStatement>(place);
  view->or_replace = or_replace;
  view->persistence = persistence;
  if (children.accept(Sql::K_RECURSIVE)) {
    view->recursive = true;
    children.skip();
  }
  view->view = qualified_name(children.take_rule());
  if (const ParseNode* columns = children.accept_rule(Sql::RuleColumnList)) view->columns = names(columns);
  if (const ParseNode* options = children.accept_rule(Sql::RuleWithOptions)) view->options = option_list(options);
  children.skip();
  view->query = query_statement(children.take_rule());
  if (children.accept(Sql::K_WITH)) {
    view->check_option = children.accept(Sql::K_LOCAL) ? ast::CreateViewStatement::CheckOption::Local
                                                       : ast::CreateViewStatement::CheckOption::Cascaded;
  }
  return view;
}

ast::StatementPtr SqlAstBuilder::create_index(TreeCursor& children, bool unique, int place) {
  auto index = make<ast::CreateIndexStatement>(place);
  index->unique = unique;
  index->concurrently = children.accept(Sql::K_CONCURRENTLY);
  index->if_not_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
  if (const ParseNode* label = children.accept_rule(Sql::RuleIndexName)) index->name = name(label);
  children.skip();
  index->only = children.accept(Sql::K_ONLY);
  index->table = qualified_name(children.take_rule());
  index->method = children.accept(Sql::K_USING) ? name(children.take_rule()) : "btree";
  children.skip();
  for (; children.rule() == Sql::RuleIndexElement; children.accept(Sql::COMMA))
    index->elements.push_back(index_element(children.take_rule()));
  children.skip();
  if (children.accept(Sql::K_INCLUDE)) index->include = names(children.take_rule());
  if (const ParseNode* nulls = children.accept_rule(Sql::RuleNullsDistinct))
    index->nulls_not_distinct = nulls->children.size() == 3;
  if (const ParseNode* options = children.accept_rule(Sql::RuleWithOptions)) index->options = option_list(options);
  if (children.accept(Sql::K_TABLESPACE)) index->tablespace = name(children.take_rule());
  if (children.accept(Sql::K_WHERE)) index->where = expression(children.take_rule());
  return index;
}

ast::StatementPtr SqlAstBuilder::create_type(TreeCursor& children, int place) {
  ast::QualifiedName type = qualified_name(children.take_rule());
  children.skip();
  if (children.accept(Sql::K_ENUM)) {
    auto enumeration = make<ast::CreateEnumStatement>(place);
    enumeration->type = std::move(type);
    children.skip();
    for (; children.rule() == Sql::RuleStringLiteral; children.accept(Sql::COMMA))
      enumeration->labels.push_back(string_literal(children.take_rule()));
    return enumeration;
  }
  auto composite = make<ast::CreateCompositeTypeStatement>(place);
  composite->type = std::move(type);
  children.skip();
  for (; children.rule() == Sql::RuleFunctionAliasColumn; children.accept(Sql::COMMA))
    composite->columns.push_back(column_type_pair(children.take_rule()));
  return composite;
}

ast::StatementPtr SqlAstBuilder::create_domain(TreeCursor& children, int place) {
  auto domain = make<ast::CreateDomainStatement>(place);
  domain->domain = qualified_name(children.take_rule());
  children.accept(Sql::K_AS);
  ast::ColumnDefinition column;
  column.type = type_name(children.take_rule());
  while (const ParseNode* constraint = children.accept_rule(Sql::RuleColumnConstraint))
    add_column_constraint(column, constraint);
  domain->type = std::move(column.type);
  domain->collation = std::move(column.collation);
  domain->constraints = std::move(column.constraints);
  return domain;
}

std::vector<ast::Option> SqlAstBuilder::sequence_options(TreeCursor& children) {
  using Kind = ast::Option::ValueKind;
  std::vector<ast::Option> result;
  while (const ParseNode* node = children.accept_rule(Sql::RuleSequenceOption)) {
    ast::Option option;
    option.position = position(node);
    TreeCursor parts = cursor(node);
    const auto number = [&](const char* option_name) {
      option.name = option_name;
      if (parts.done()) return;
      option.value_kind = Kind::Number;
      option.value = signed_number(parts.take_rule());
    };
    const auto word = [&](const char* option_name, const char* value) {
      option.name = option_name;
      option.value_kind = Kind::Word;
      option.value = value;
    };
    const auto list = [&](const char* option_name) {
      option.name = option_name;
      option.value_kind = Kind::List;
      option.list = qualified_name(parts.take_rule()).parts;
    };
    switch (parts.take_token().type) {
      case Sql::K_AS: {
        const ast::TypeName type = type_name(parts.take_rule());
        word("as", type.name.last().c_str());
        break;
      }
      case Sql::K_CACHE:
        number("cache");
        break;
      case Sql::K_CYCLE:
        word("cycle", "true");
        break;
      case Sql::K_NO:
        if (parts.accept(Sql::K_CYCLE)) {
          word("cycle", "false");
        } else {
          option.name = parts.accept(Sql::K_MAXVALUE) ? "maxvalue" : "minvalue";
        }
        break;
      case Sql::K_INCREMENT:
        parts.accept(Sql::K_BY);
        number("increment");
        break;
      case Sql::K_MAXVALUE:
        number("maxvalue");
        break;
      case Sql::K_MINVALUE:
        number("minvalue");
        break;
      case Sql::K_OWNED:
        parts.skip();
        list("owned_by");
        break;
      case Sql::K_SEQUENCE:
        parts.skip();
        list("sequence_name");
        break;
      case Sql::K_START:
        parts.accept(Sql::K_WITH);
        number("start");
        break;
      default:
        parts.accept(Sql::K_WITH);
        number("restart");
    }
    result.push_back(std::move(option));
  }
  return result;
}

}  // namespace tidemark
