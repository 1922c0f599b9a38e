#include "base/error.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_scanner.h"

// ALTER, DROP, COMMENT, GRANT and REVOKE.
namespace tidemark {
namespace {

bool is_cascade(const ScannedToken& token) { return token.type == Sql::K_CASCADE; }

}  // namespace

// ---------------------------------------------------------------------------------------------------------- ALTER

ast::StatementPtr SqlAstBuilder::alter_statement(const ParseNode* node) {
  const int place = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  const ScannedToken& word = children.take_token();
  switch (word.type) {
    case Sql::K_TABLE:
    case Sql::K_VIEW:
    case Sql::K_INDEX:
    case Sql::K_MATERIALIZED: {
      if (word.type == Sql::K_MATERIALIZED) children.skip();
      const ast::ObjectKind object = word.type == Sql::K_TABLE   ? ast::ObjectKind::Table
                                     : word.type == Sql::K_VIEW  ? ast::ObjectKind::View
                                     : word.type == Sql::K_INDEX ? ast::ObjectKind::Index
                                                                 : ast::ObjectKind::MaterializedView;
      const bool if_exists = children.accept_rule(Sql::RuleIfExists) != nullptr;
      auto table = relation(children.take_rule());
      return alter_relation(object, std::move(table->name), if_exists, table->only, children.take_rule(), place);
    }
    case Sql::K_SEQUENCE: {
      const bool if_exists = children.accept_rule(Sql::RuleIfExists) != nullptr;
      ast::QualifiedName sequence_name = qualified_name(children.take_rule());
      if (children.rule() == Sql::RuleAlterRelation) {
        return alter_relation(ast::ObjectKind::Sequence, std::move(sequence_name), if_exists, false,
                              children.take_rule(), place);
      }
      auto sequence = make<ast::AlterSequenceStatement>(place);
      sequence->sequence = std::move(sequence_name);
      sequence->if_exists = if_exists;
      sequence->options = sequence_options(children);
      return sequence;
    }
    case Sql::K_SCHEMA:
    case Sql::K_DATABASE: {
      const ast::ObjectKind object = word.type == Sql::K_SCHEMA ? ast::ObjectKind::Schema : ast::ObjectKind::Database;
      const ast::Name label = placed_name(children.take_rule());
      if (children.accept(Sql::K_RENAME, Sql::K_TO)) {
        auto rename = make<ast::RenameStatement>(place);
        rename->object = rename->relation_kind = object;
        rename->name = {label.position, {label.text}};
        rename->new_name = name(children.take_rule());
        return rename;
      }
      if (children.token() == Sql::K_OWNER && children.peek_token(1) == Sql::K_TO) {
        children.skip();
        children.skip();
        auto owner = make<ast::SetOwnerStatement>(place);
        owner->object = object;
        owner->name = {label.position, {label.text}};
        owner->owner = name(children.take_rule());
        return owner;
      }
      auto database = make<ast::AlterDatabaseStatement>(place);
      database->name = label.text;
      if (const ParseNode* clause = children.accept_rule(Sql::RuleSettingClause)) {
        database->setting = setting_clause(clause);
      } else {
        database->options = database_options(children);
      }
      return database;
    }
    case Sql::K_TYPE:
      return alter_type_or_domain(children, ast::ObjectKind::Type, place);
    case Sql::K_DOMAIN:
      return alter_type_or_domain(children, ast::ObjectKind::Domain, place);
    default:
      return alter_role(children, word.type == Sql::K_GROUP, place);
  }
}

ast::StatementPtr SqlAstBuilder::alter_role(TreeCursor& children, bool group, int place) {
  static_cast<void>(group);
  std::string role;
  if (!children.accept(Sql::K_ALL)) role = name(children.take_rule());
  if (children.accept(Sql::K_RENAME, Sql::K_TO)) {
    auto rename = make<ast::RenameStatement>(place);
    rename->object = rename->relation_kind = ast::ObjectKind::Role;
    rename->name = {place, {std::move(role)}};
    rename->new_name = name(children.take_rule());
    return rename;
  }
  if (children.token() == Sql::K_ADD ||
      children.token() == Sql::K_DROP) {  // ALTER GROUP g ADD USER a, b: an older GRANT.
    auto grant = make<ast::GrantRoleStatement>(place);
    grant->grant = children.take_token().type == Sql::K_ADD;
    children.skip();
    grant->roles = {std::move(role)};
    grant->grantees = role_names(children.take_rule());
    return grant;
  }
  std::string database;
  if (children.accept(Sql::K_IN, Sql::K_DATABASE)) database = name(children.take_rule());
  if (const ParseNode* clause = children.accept_rule(Sql::RuleSettingClause)) {
    auto setting_node = make<ast::AlterRoleSetStatement>(place);
    setting_node->name = std::move(role);
    setting_node->database = std::move(database);
    setting_node->setting = setting_clause(clause);
    return setting_node;
  }
  auto alter = make<ast::AlterRoleStatement>(place);
  alter->name = std::move(role);
  alter->options = role_options(children);
  return alter;
}

ast::StatementPtr SqlAstBuilder::alter_type_or_domain(TreeCursor& children, ast::ObjectKind object, int place) {
  ast::QualifiedName label = qualified_name(children.take_rule());
  if (const ParseNode* action = children.accept_rule(Sql::RuleDomainAction))
    return domain_action(std::move(label), action, place);
  const size_t word = children.take_token().type;
  if (word == Sql::K_ADD) {  // ADD VALUE
    auto alter = make<ast::AlterEnumStatement>(place);
    alter->type = std::move(label);
    children.skip();
    alter->if_not_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
    alter->new_label = string_literal(children.take_rule());
    if (!children.done()) {
      alter->after = children.take_token().type == Sql::K_AFTER;
      alter->neighbour = string_literal(children.take_rule());
    }
    return alter;
  }
  if (word == Sql::K_SET) {
    auto schema = make<ast::SetSchemaStatement>(place);
    children.skip();
    schema->object = object;
    schema->name = std::move(label);
    schema->schema = name(children.take_rule());
    return schema;
  }
  if (word == Sql::K_OWNER) {
    auto owner = make<ast::SetOwnerStatement>(place);
    children.skip();
    owner->object = object;
    owner->name = std::move(label);
    owner->owner = name(children.take_rule());
    return owner;
  }
  if (children.accept(Sql::K_VALUE)) {
    auto alter = make<ast::AlterEnumStatement>(place);
    alter->type = std::move(label);
    alter->old_label = string_literal(children.take_rule());
    children.skip();
    alter->new_label = string_literal(children.take_rule());
    return alter;
  }
  auto rename = make<ast::RenameStatement>(place);
  rename->object = rename->relation_kind = object;
  rename->name = std::move(label);
  if (children.accept(Sql::K_ATTRIBUTE)) {
    rename->object = ast::ObjectKind::Attribute;
    rename->part = name(children.take_rule());
  } else if (children.accept(Sql::K_CONSTRAINT)) {
    rename->object = ast::ObjectKind::DomainConstraint;
    rename->part = name(children.take_rule());
  }
  children.skip();
  rename->new_name = name(children.take_rule());
  if (const ParseNode* behavior = children.accept_rule(Sql::RuleDropBehavior))
    rename->cascade = is_cascade(first_token(behavior));
  return rename;
}

ast::StatementPtr SqlAstBuilder::domain_action(ast::QualifiedName domain, const ParseNode* node, int place) {
  using Action = ast::AlterDomainStatement::Action;
  auto alter = make<ast::AlterDomainStatement>(place);
  alter->domain = std::move(domain);
  TreeCursor children = cursor(node);
  const size_t word = children.take_token().type;
  switch (word) {
    case Sql::K_ADD:
      alter->action = Action::AddConstraint;
      alter->constraint = std::make_unique<ast::Constraint>(table_constraint(children.take_rule()));
      return alter;
    case Sql::K_VALIDATE:
      children.skip();
      alter->action = Action::ValidateConstraint;
      alter->constraint_name = name(children.take_rule());
      return alter;
    default:
      break;
  }
  const bool set = word == Sql::K_SET;
  if (children.accept(Sql::K_DEFAULT)) {
    alter->action = set ? Action::SetDefault : Action::DropDefault;
    if (set) alter->expression = expression(children.take_rule());
  } else if (children.accept(Sql::K_NOT)) {
    alter->action = set ? Action::SetNotNull : Action::DropNotNull;
  } else {
    children.skip();
    alter->action = Action::DropConstraint;
    alter->if_exists = children.accept_rule(Sql::RuleIfExists) != nullptr;
    alter->constraint_name = name(children.take_rule());
    if (const ParseNode* behavior = children.accept_rule(Sql::RuleDropBehavior))
      alter->cascade = is_cascade(first_token(behavior));
  }
  return alter;
}

ast::StatementPtr SqlAstBuilder::alter_relation(ast::ObjectKind object, ast::QualifiedName table, bool if_exists,
                                                bool only, const ParseNode* node, int place) {
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_RENAME)) {
    auto rename = make<ast::RenameStatement>(place);
    rename->object = rename->relation_kind = object;
    rename->name = std::move(table);
    rename->if_exists = if_exists;
    if (children.accept(Sql::K_CONSTRAINT)) {
      rename->object = ast::ObjectKind::Constraint;
      rename->part = name(children.take_rule());
    } else {
      children.accept(Sql::K_COLUMN);
      if (children.rule() == Sql::RuleColumnName) {
        rename->object = ast::ObjectKind::Column;
        rename->part = name(children.take_rule());
      }
    }
    children.skip();
    rename->new_name = name(children.take_rule());
    return rename;
  }
  if (children.accept(Sql::K_SET)) {
    auto schema = make<ast::SetSchemaStatement>(place);
    children.skip();
    schema->object = object;
    schema->name = std::move(table);
    schema->schema = name(children.take_rule());
    schema->if_exists = if_exists;
    return schema;
  }
  auto alter = make<ast::AlterTableStatement>(place);
  alter->object = object;
  alter->table = std::move(table);
  alter->if_exists = if_exists;
  alter->only = only;
  for (; !children.done(); children.accept(Sql::COMMA)) alter->actions.push_back(alter_action(children.take_rule()));
  return alter;
}

ast::AlterTableAction SqlAstBuilder::alter_action(const ParseNode* node) {
  using Kind = ast::AlterTableKind;
  ast::AlterTableAction action;
  action.position = position(node);
  TreeCursor children = cursor(node);
  const ScannedToken& word = children.take_token();
  const auto other = [&] {
    action.kind = Kind::Other;
    const ScannedToken& last = tokens_[node->stop->getTokenIndex()];
    action.name = text_.substr(word.offset, last.offset + last.length - word.offset);
  };
  const auto behavior = [&] {
    if (const ParseNode* drop = children.accept_rule(Sql::RuleDropBehavior))
      action.cascade = is_cascade(first_token(drop));
  };
  switch (word.type) {
    case Sql::K_ADD:
      if (const ParseNode* constraint = children.accept_rule(Sql::RuleTableConstraint)) {
        action.kind = Kind::AddConstraint;
        action.constraint = std::make_unique<ast::Constraint>(table_constraint(constraint));
        break;
      }
      children.accept(Sql::K_COLUMN);
      action.kind = Kind::AddColumn;
      action.if_exists = children.accept_rule(Sql::RuleIfNotExists) != nullptr;
      action.column = std::make_unique<ast::ColumnDefinition>(column_definition(children.take_rule()));
      if (!action.column->has_type) fail_after(node);
      action.name = action.column->name;
      break;
    case Sql::K_DROP:
      action.kind = children.accept(Sql::K_CONSTRAINT) ? Kind::DropConstraint : Kind::DropColumn;
      children.accept(Sql::K_COLUMN);
      action.if_exists = children.accept_rule(Sql::RuleIfExists) != nullptr;
      action.name = name(children.take_rule());
      behavior();
      break;
    case Sql::K_ALTER:
      if (children.accept(Sql::K_CONSTRAINT)) {
        action.kind = Kind::AlterConstraint;
        action.name = name(children.take_rule());
        action.constraint = std::make_unique<ast::Constraint>();
        while (const ParseNode* attribute = children.accept_rule(Sql::RuleConstraintAttribute)) {
          TreeCursor parts = cursor(attribute);
          constraint_attribute(*action.constraint, parts);
        }
        break;
      }
      children.accept(Sql::K_COLUMN);
      if (children.token() == Sql::INTEGER) {
        action.name = source(children.take_token());
      } else {
        action.name = name(children.take_rule());
      }
      alter_column(action, children.take_rule());
      break;
    case Sql::K_VALIDATE:
      children.skip();
      action.kind = Kind::ValidateConstraint;
      action.name = name(children.take_rule());
      break;
    case Sql::K_SET:
      if (const ParseNode* options = children.accept_rule(Sql::RuleOptionList)) {
        action.kind = Kind::SetOptions;
        action.options = option_list(options);
      } else if (children.accept(Sql::K_LOGGED)) {
        action.kind = Kind::SetLogged;
      } else if (children.accept(Sql::K_UNLOGGED)) {
        action.kind = Kind::SetUnlogged;
      } else if (children.accept(Sql::K_TABLESPACE)) {
        action.kind = Kind::SetTablespace;
        action.name = name(children.take_rule());
      } else {
        other();  // WITHOUT OIDS, WITHOUT CLUSTER
        action.kind = Kind::NoEffect;
      }
      break;
    case Sql::K_REPLICA:
      other();
      action.kind = Kind::NoEffect;
      break;
    case Sql::K_ENABLE:
    case Sql::K_DISABLE: {
      std::vector<std::string> words;
      while (const ParseNode* token = children.accept_rule(Sql::RuleActionToken)) {
        words.push_back(identifier_value(text_, first_token(token)));
      }
      other();
      if (words.size() != 2 || words[0] != "trigger") break;
      if (words[1] == "all" || words[1] == "user") {
        action.kind = Kind::NoEffect;
      } else {
        action.kind = word.type == Sql::K_ENABLE ? Kind::EnableTrigger : Kind::DisableTrigger;
        action.name = words[1];
      }
      break;
    }
    case Sql::K_RESET:
      action.kind = Kind::ResetOptions;
      action.options = option_list(children.take_rule());
      break;
    case Sql::K_OWNER:
      children.skip();
      action.kind = Kind::OwnerTo;
      action.name = name(children.take_rule());
      break;
    case Sql::K_INHERIT:
      action.kind = Kind::Inherit;
      action.other_table = qualified_name(children.take_rule());
      break;
    case Sql::K_CLUSTER:
      children.skip();
      action.kind = Kind::ClusterOn;
      action.name = name(children.take_rule());
      break;
    case Sql::K_NO:
      if (children.accept(Sql::K_INHERIT)) {
        action.kind = Kind::NoInherit;
        action.other_table = qualified_name(children.take_rule());
      } else {
        other();
      }
      break;
    default:
      other();
  }
  return action;
}

void SqlAstBuilder::alter_column(ast::AlterTableAction& action, const ParseNode* node) {
  using Kind = ast::AlterTableKind;
  TreeCursor children = cursor(node);
  const auto value_option = [&](Kind kind, std::string value) {
    action.kind = kind;
    ast::Option option;
    option.position = action.position;
    option.name = "value";
    option.value_kind = ast::Option::ValueKind::Word;
    option.value = std::move(value);
    action.options.push_back(std::move(option));
  };
  const auto identity = [&](TreeCursor& parts) {  // ALWAYS | BY DEFAULT
    const bool always = parts.accept(Sql::K_ALWAYS);
    if (!always) parts.accept(Sql::K_BY, Sql::K_DEFAULT);
    return always;
  };
  if (children.accept(Sql::K_DROP)) {
    switch (children.take_token().type) {
      case Sql::K_DEFAULT:
        action.kind = Kind::DropDefault;
        break;
      case Sql::K_NOT:
        action.kind = Kind::DropNotNull;
        break;
      case Sql::K_IDENTITY:
        action.kind = Kind::DropIdentity;
        break;
      default:
        action.kind = Kind::DropExpression;
        break;
    }
    action.if_exists = children.accept_rule(Sql::RuleIfExists) != nullptr;
    return;
  }
  if (children.accept(Sql::K_ADD)) {
    children.skip();
    action.kind = Kind::AddIdentity;
    action.constraint = std::make_unique<ast::Constraint>();
    action.constraint->kind = ast::ConstraintKind::Identity;
    action.constraint->position = action.position;
    action.constraint->identity_always = identity(children);
    children.skip();
    children.skip();
    if (children.accept(Sql::LP)) action.constraint->sequence_options = sequence_options(children);
    return;
  }
  if (children.accept(Sql::K_RESET)) {
    action.kind = Kind::ResetColumnOptions;
    action.options = option_list(children.take_rule());
    return;
  }
  if (children.token() == Sql::K_SET) {
    const size_t second = children.peek_token(1);
    if (second == Sql::K_DEFAULT) {
      children.skip();
      children.skip();
      action.kind = Kind::SetDefault;
      action.expression = expression(children.take_rule());
      return;
    }
    if (second == Sql::K_NOT) {
      action.kind = Kind::SetNotNull;
      return;
    }
    if (second == Sql::K_STATISTICS || second == Sql::K_STORAGE || second == Sql::K_COMPRESSION) {
      children.skip();
      children.skip();
      const Kind kind = second == Sql::K_STATISTICS ? Kind::SetStatistics
                        : second == Sql::K_STORAGE  ? Kind::SetStorage
                                                    : Kind::SetCompression;
      if (children.accept(Sql::K_DEFAULT)) {
        value_option(kind, "default");
      } else {
        const ParseNode* value = children.take_rule();
        value_option(kind, kind == Kind::SetStatistics ? signed_number(value) : name(value));
      }
      return;
    }
    if (second == TreeCursor::kNoToken) {
      TreeCursor look = children;
      look.skip();
      if (look.rule() == Sql::RuleOptionList) {
        action.kind = Kind::SetColumnOptions;
        action.options = option_list(look.take_rule());
        return;
      }
    }
  }
  if (children.token() == Sql::K_TYPE || (children.token() == Sql::K_SET && children.peek_token(1) == Sql::K_DATA)) {
    children.accept(Sql::K_SET, Sql::K_DATA);
    children.skip();
    action.kind = Kind::ColumnType;
    action.column = std::make_unique<ast::ColumnDefinition>();
    action.column->name = action.name;
    action.column->position = action.position;
    action.column->type = type_name(children.take_rule());
    action.column->collation = optional_qualified_name(children, Sql::K_COLLATE);
    if (children.accept(Sql::K_USING)) action.expression = expression(children.take_rule());
    return;
  }
  // SET GENERATED …, SET <sequence option>, RESTART …: in any order.
  action.kind = Kind::SetIdentity;
  while (!children.done()) {
    if (children.accept(Sql::K_SET)) {
      if (children.accept(Sql::K_GENERATED)) {
        ast::Option option;
        option.position = action.position;
        option.name = "generated";
        option.value_kind = ast::Option::ValueKind::Word;
        option.value = identity(children) ? "always" : "by default";
        action.options.push_back(std::move(option));
      } else {
        for (ast::Option& option : sequence_options(children)) action.options.push_back(std::move(option));
      }
      continue;
    }
    ast::Option restart;
    restart.position = children.take_token().position;
    restart.name = "restart";
    children.accept(Sql::K_WITH);
    if (const ParseNode* number = children.accept_rule(Sql::RuleSignedNumber)) {
      restart.value_kind = ast::Option::ValueKind::Number;
      restart.value = signed_number(number);
    }
    action.options.push_back(std::move(restart));
  }
}

// ---------------------------------------------------------------------------------------------------------- options of
// roles and databases

std::vector<ast::Option> SqlAstBuilder::role_options(TreeCursor& children) {
  using Kind = ast::Option::ValueKind;
  std::vector<ast::Option> result;
  children.accept(Sql::K_WITH);
  while (const ParseNode* node = children.accept_rule(Sql::RuleRoleOption)) {
    ast::Option option;
    option.position = position(node);
    TreeCursor parts = cursor(node);
    const ScannedToken& word = parts.take_token();
    const auto list = [&](const char* option_name) {
      option.name = option_name;
      option.value_kind = Kind::List;
      option.list = role_names(parts.take_rule());
    };
    const auto flag = [&](std::string flag_name) {
      option.value_kind = Kind::Word;
      option.value = flag_name.starts_with("no") ? "false" : "true";
      option.name = flag_name.starts_with("no") ? flag_name.substr(2) : flag_name;
      static constexpr std::string_view kFlags[] = {"superuser", "createdb",    "createrole", "inherit",
                                                    "login",     "replication", "bypassrls"};
      for (const std::string_view known : kFlags) {
        if (option.name == known) return;
      }
      throw Error(sqlstate::kSyntaxError, "unrecognized role option \"" + flag_name + "\"").at(option.position);
    };
    switch (word.type) {
      case Sql::K_UNENCRYPTED:
        throw Error(sqlstate::kFeatureNotSupported, "UNENCRYPTED PASSWORD is no longer supported")
            .with_hint("Remove UNENCRYPTED to store the password in encrypted form instead.")
            .at(option.position);
      case Sql::K_ENCRYPTED:
      case Sql::K_PASSWORD:
        parts.accept(Sql::K_PASSWORD);
        option.name = "password";
        if (!parts.accept(Sql::K_NULL)) {
          option.value_kind = Kind::String;
          option.value = string_literal(parts.take_rule());
        }
        break;
      case Sql::K_CONNECTION:
        parts.skip();
        option.name = "connection_limit";
        option.value_kind = Kind::Number;
        option.value = signed_number(parts.take_rule());
        break;
      case Sql::K_VALID:
        parts.skip();
        option.name = "valid_until";
        option.value_kind = Kind::String;
        option.value = string_literal(parts.take_rule());
        break;
      case Sql::K_SYSID:
        option.name = "sysid";
        option.value_kind = Kind::Number;
        option.value = source(parts.take_token());
        break;
      case Sql::K_IN:
        parts.skip();
        list("in_role");
        break;
      case Sql::K_ROLE:
      case Sql::K_USER:
        list("role");
        break;
      case Sql::K_ADMIN:
        list("admin");
        break;
      default:
        flag(identifier_value(text_, word));
    }
    result.push_back(std::move(option));
  }
  return result;
}

std::vector<ast::Option> SqlAstBuilder::database_options(TreeCursor& children) {
  using Kind = ast::Option::ValueKind;
  std::vector<ast::Option> result;
  children.accept(Sql::K_WITH);
  while (const ParseNode* node = children.accept_rule(Sql::RuleDatabaseOption)) {
    ast::Option option;
    option.position = position(node);
    TreeCursor parts = cursor(node);
    const ScannedToken& word = parts.take_token();
    option.name = word.type == Sql::K_CONNECTION ? "connection_limit" : identifier_value(text_, word);
    parts.accept(Sql::K_LIMIT);
    parts.accept(Sql::EQ);
    switch (parts.rule()) {
      case TreeCursor::kNoRule:
        option.value_kind = Kind::Word;
        option.value = identifier_value(text_, parts.take_token());
        break;
      case Sql::RuleSignedNumber:
        option.value_kind = Kind::Number;
        option.value = signed_number(parts.take_rule());
        break;
      case Sql::RuleStringLiteral:
        option.value_kind = Kind::String;
        option.value = string_literal(parts.take_rule());
        break;
      default:
        option.value_kind = Kind::Word;
        option.value = name(parts.take_rule());
    }
    result.push_back(std::move(option));
  }
  return result;
}

// ---------------------------------------------------------------------------------------------------------- DROP,
// COMMENT, REFRESH

ast::ObjectKind SqlAstBuilder::object_type(const ParseNode* node) {
  using Kind = ast::ObjectKind;
  TreeCursor children = cursor(node);
  const size_t first = children.take_token().type;
  switch (first) {
    case Sql::K_TABLE:
      return Kind::Table;
    case Sql::K_VIEW:
      return Kind::View;
    case Sql::K_MATERIALIZED:
      return Kind::MaterializedView;
    case Sql::K_INDEX:
      return Kind::Index;
    case Sql::K_SEQUENCE:
      return Kind::Sequence;
    case Sql::K_TYPE:
      return Kind::Type;
    case Sql::K_DOMAIN:
      return Kind::Domain;
    case Sql::K_COLLATION:
      return Kind::Collation;
    case Sql::K_CONVERSION:
      return Kind::Conversion;
    case Sql::K_STATISTICS:
      return Kind::Statistics;
    case Sql::K_FOREIGN:
      return children.token() == Sql::K_TABLE ? Kind::ForeignTable : Kind::ForeignDataWrapper;
    case Sql::K_TEXT:
      children.skip();
      switch (children.token()) {
        case Sql::K_PARSER:
          return Kind::TextSearchParser;
        case Sql::K_DICTIONARY:
          return Kind::TextSearchDictionary;
        case Sql::K_TEMPLATE:
          return Kind::TextSearchTemplate;
        default:
          return Kind::TextSearchConfiguration;
      }
    case Sql::K_SCHEMA:
      return Kind::Schema;
    case Sql::K_EXTENSION:
      return Kind::Extension;
    case Sql::K_LANGUAGE:
    case Sql::K_PROCEDURAL:
      return Kind::Language;
    case Sql::K_ACCESS:
      return Kind::AccessMethod;
    case Sql::K_EVENT:
      return Kind::EventTrigger;
    case Sql::K_PUBLICATION:
      return Kind::Publication;
    default:
      return Kind::Server;
  }
}

ast::ObjectKind SqlAstBuilder::function_type(const ParseNode* node) {
  switch (first_token(node).type) {
    case Sql::K_FUNCTION:
      return ast::ObjectKind::Function;
    case Sql::K_PROCEDURE:
      return ast::ObjectKind::Procedure;
    case Sql::K_ROUTINE:
      return ast::ObjectKind::Routine;
    default:
      return ast::ObjectKind::Aggregate;
  }
}

ast::ObjectName SqlAstBuilder::function_signature(const ParseNode* node) {
  ast::ObjectName result;
  TreeCursor children = cursor(node);
  result.name = qualified_name(children.take_rule());
  if (!children.accept(Sql::LP)) return result;
  result.has_arguments = true;
  children.accept(Sql::STAR);
  for (; children.rule() == Sql::RuleSignatureArgument; children.accept(Sql::COMMA)) {
    TreeCursor parts = cursor(children.take_rule());
    bool out = false;
    while (parts.rule() != Sql::RuleTypeName) {
      if (parts.rule() == TreeCursor::kNoRule) out = parts.token() == Sql::K_OUT;
      parts.skip();
    }
    ast::TypeName type = type_name(parts.take_rule());
    if (!out) result.arguments.push_back(std::move(type));  // OUT arguments do not tell functions apart.
  }
  return result;
}

ast::StatementPtr SqlAstBuilder::drop_statement(const ParseNode* node) {
  auto drop = make<ast::DropStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  const auto finish = [&] {
    if (const ParseNode* behavior = children.accept_rule(Sql::RuleDropBehavior))
      drop->cascade = is_cascade(first_token(behavior));
    return std::move(drop);
  };
  const auto add_name = [&](const ParseNode* label) {
    drop->names.push_back({{position(label), {name(label)}}, false, {}});
  };
  if (const ParseNode* functions = children.accept_rule(Sql::RuleFunctionType)) {
    drop->object = function_type(functions);
    drop->if_exists = children.accept_rule(Sql::RuleIfExists) != nullptr;
    for (; children.rule() == Sql::RuleFunctionSignature; children.accept(Sql::COMMA))
      drop->names.push_back(function_signature(children.take_rule()));
    return finish();
  }
  size_t word = 0;
  if (const ParseNode* object = children.accept_rule(Sql::RuleObjectType)) {
    drop->object = object_type(object);
  } else {
    word = children.take_token().type;
  }
  if (word == Sql::K_OPERATOR || word == Sql::K_CAST || word == Sql::K_TRANSFORM || word == Sql::K_OWNED ||
      children.token() == Sql::K_MAPPING) {
    auto refused = make<ast::UnsupportedStatement>(drop->position);
    refused->words = word == Sql::K_OPERATOR    ? "DROP OPERATOR"
                     : word == Sql::K_CAST      ? "DROP CAST"
                     : word == Sql::K_TRANSFORM ? "DROP TRANSFORM"
                     : word == Sql::K_OWNED     ? "DROP OWNED"
                                                : "DROP USER MAPPING";
    return refused;
  }
  if (word == Sql::K_INDEX) {
    drop->object = ast::ObjectKind::Index;
    drop->concurrently = children.accept(Sql::K_CONCURRENTLY);
  }
  drop->if_exists = children.accept_rule(Sql::RuleIfExists) != nullptr;
  switch (word) {
    case Sql::K_DATABASE:
      drop->object = ast::ObjectKind::Database;
      add_name(children.take_rule());
      drop->force = !children.done();
      return finish();
    case Sql::K_ROLE:
    case Sql::K_USER:
    case Sql::K_GROUP: {
      drop->object = ast::ObjectKind::Role;
      const ParseNode* list = children.take_rule();
      for (TreeCursor roles = cursor(list); !roles.done(); roles.accept(Sql::COMMA)) add_name(roles.take_rule());
      return finish();
    }
    case Sql::K_TRIGGER:
    case Sql::K_RULE:
    case Sql::K_POLICY:
      drop->object = word == Sql::K_TRIGGER ? ast::ObjectKind::Trigger
                     : word == Sql::K_RULE  ? ast::ObjectKind::Rule
                                            : ast::ObjectKind::Policy;
      add_name(children.take_rule());
      children.skip();
      drop->on_table = qualified_name(children.take_rule());
      return finish();
    case Sql::K_TABLESPACE:
    case Sql::K_SUBSCRIPTION:
      drop->object = word == Sql::K_TABLESPACE ? ast::ObjectKind::Tablespace : ast::ObjectKind::Subscription;
      add_name(children.take_rule());
      return finish();
    default:
      break;
  }
  for (ast::QualifiedName& label : qualified_names(children.take_rule()))
    drop->names.push_back({std::move(label), false, {}});
  return finish();
}

ast::StatementPtr SqlAstBuilder::comment_statement(const ParseNode* node) {
  auto comment = make<ast::CommentStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  children.skip();
  if (const ParseNode* functions = children.accept_rule(Sql::RuleFunctionType)) {
    comment->object = function_type(functions);
    comment->name = function_signature(children.take_rule());
  } else if (const ParseNode* object = children.accept_rule(Sql::RuleObjectType)) {
    comment->object = object_type(object);
    comment->name.name = qualified_name(children.take_rule());
  } else {
    switch (children.take_token().type) {
      case Sql::K_COLUMN:
        comment->object = ast::ObjectKind::Column;
        break;
      case Sql::K_DATABASE:
        comment->object = ast::ObjectKind::Database;
        break;
      case Sql::K_ROLE:
        comment->object = ast::ObjectKind::Role;
        break;
      case Sql::K_TABLESPACE:
        comment->object = ast::ObjectKind::Tablespace;
        break;
      case Sql::K_SUBSCRIPTION:
        comment->object = ast::ObjectKind::Subscription;
        break;
      case Sql::K_CONSTRAINT:
        comment->object = ast::ObjectKind::Constraint;
        break;
      case Sql::K_TRIGGER:
        comment->object = ast::ObjectKind::Trigger;
        break;
      case Sql::K_RULE:
        comment->object = ast::ObjectKind::Rule;
        break;
      case Sql::K_POLICY:
        comment->object = ast::ObjectKind::Policy;
        break;
      default: {
        auto refused = make<ast::UnsupportedStatement>(comment->position);
        refused->words = "COMMENT";
        return refused;
      }
    }
    const ParseNode* label = children.take_rule();
    if (label->getRuleIndex() == Sql::RuleQualifiedName) {
      comment->name.name = qualified_name(label);
    } else {
      comment->name.name = {position(label), {name(label)}};
      children.skip();
      if (children.accept(Sql::K_DOMAIN)) comment->object = ast::ObjectKind::DomainConstraint;
      comment->on_table = qualified_name(children.take_rule());
    }
  }
  children.skip();
  comment->has_text = children.rule() == Sql::RuleStringLiteral;
  if (comment->has_text) comment->text = string_literal(children.take_rule());
  return comment;
}

ast::StatementPtr SqlAstBuilder::refresh_statement(const ParseNode* node) {
  auto refresh = make<ast::RefreshMaterializedViewStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  children.skip();
  children.skip();
  refresh->concurrently = children.accept(Sql::K_CONCURRENTLY);
  refresh->view = qualified_name(children.take_rule());
  if (children.accept(Sql::K_WITH)) refresh->with_data = !children.accept(Sql::K_NO);
  return refresh;
}

ast::StatementPtr SqlAstBuilder::reindex_statement(const ParseNode* node) {
  auto reindex = make<ast::ReindexStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  if (const ParseNode* options = children.accept_rule(Sql::RuleOptionList)) reindex->options = option_list(options);
  switch (children.take_token().type) {
    case Sql::K_INDEX:
      reindex->object = ast::ObjectKind::Index;
      break;
    case Sql::K_TABLE:
      reindex->object = ast::ObjectKind::Table;
      break;
    case Sql::K_SCHEMA:
      reindex->object = ast::ObjectKind::Schema;
      break;
    default:
      reindex->object = ast::ObjectKind::Database;
      break;
  }
  children.accept(Sql::K_CONCURRENTLY);
  reindex->name = qualified_name(children.take_rule());
  return reindex;
}

// ---------------------------------------------------------------------------------------------------------- GRANT and
// REVOKE

ast::StatementPtr SqlAstBuilder::grant_statement(const ParseNode* node) { return grant_or_revoke(node, true); }
ast::StatementPtr SqlAstBuilder::revoke_statement(const ParseNode* node) { return grant_or_revoke(node, false); }

std::vector<ast::Privilege> SqlAstBuilder::privileges(const ParseNode* node) {
  std::vector<ast::Privilege> result;
  TreeCursor children = cursor(node);
  if (children.accept(Sql::K_ALL)) {
    children.accept(Sql::K_PRIVILEGES);
    ast::Privilege all;
    all.name = "all";
    if (!children.done()) all.columns = names(children.take_rule());
    result.push_back(std::move(all));
    return result;
  }
  for (; !children.done(); children.accept(Sql::COMMA)) {
    TreeCursor parts = cursor(children.take_rule());
    ast::Privilege privilege;
    privilege.name = identifier_value(
        text_, parts.rule() == TreeCursor::kNoRule ? parts.take_token() : first_token(parts.take_rule()));
    if (!parts.done()) privilege.columns = names(parts.take_rule());
    result.push_back(std::move(privilege));
  }
  return result;
}

void SqlAstBuilder::grant_target(ast::GrantPrivilegesStatement& grant, const ParseNode* node) {
  using Kind = ast::ObjectKind;
  TreeCursor children = cursor(node);
  const auto add_names = [&](const std::vector<ast::QualifiedName>& labels) {
    for (const ast::QualifiedName& label : labels) grant.objects.push_back({label, false, {}});
  };
  if (const ParseNode* functions = children.accept_rule(Sql::RuleFunctionType)) {
    grant.object = function_type(functions);
    for (; !children.done(); children.accept(Sql::COMMA))
      grant.objects.push_back(function_signature(children.take_rule()));
    return;
  }
  if (const ParseNode* tables = children.accept_rule(Sql::RuleQualifiedNames))
    return add_names(qualified_names(tables));
  switch (children.take_token().type) {
    case Sql::K_TABLE:
      break;
    case Sql::K_SEQUENCE:
      grant.object = Kind::Sequence;
      break;
    case Sql::K_DATABASE:
      grant.object = Kind::Database;
      break;
    case Sql::K_DOMAIN:
      grant.object = Kind::Domain;
      break;
    case Sql::K_SCHEMA:
      grant.object = Kind::Schema;
      break;
    case Sql::K_TYPE:
      grant.object = Kind::Type;
      break;
    case Sql::K_LANGUAGE:
      grant.object = Kind::Language;
      break;
    case Sql::K_TABLESPACE:
      grant.object = Kind::Tablespace;
      break;
    case Sql::K_FOREIGN:
      grant.object = children.token() == Sql::K_SERVER ? Kind::Server : Kind::ForeignDataWrapper;
      while (children.rule() == TreeCursor::kNoRule) children.skip();
      break;
    case Sql::K_ALL: {
      grant.all_in_schema = true;
      switch (children.take_token().type) {
        case Sql::K_TABLES:
          grant.object = Kind::Table;
          break;
        case Sql::K_SEQUENCES:
          grant.object = Kind::Sequence;
          break;
        case Sql::K_FUNCTIONS:
          grant.object = Kind::Function;
          break;
        case Sql::K_PROCEDURES:
          grant.object = Kind::Procedure;
          break;
        default:
          grant.object = Kind::Routine;
          break;
      }
      children.skip();
      children.skip();
      for (const ast::Name& schema : names(children.take_rule()))
        grant.objects.push_back({{schema.position, {schema.text}}, false, {}});
      return;
    }
    default:  // LARGE OBJECT
      grant.object = Kind::LargeObject;
      children.skip();
      for (; !children.done(); children.accept(Sql::COMMA))
        grant.objects.push_back({{grant.position, {signed_number(children.take_rule())}}, false, {}});
      return;
  }
  add_names(qualified_names(children.take_rule()));
}

ast::StatementPtr SqlAstBuilder::grant_or_revoke(const ParseNode* node, bool grant) {
  TreeCursor children = cursor(node);
  const int place = children.take_token().position;
  bool option = false;
  if (!grant && children.rule() == TreeCursor::kNoRule) {  // GRANT OPTION FOR, ADMIN OPTION FOR
    option = true;
    children.skip();
    children.skip();
    children.skip();
  }
  const ParseNode* privilege_node = children.take_rule();
  const ParseNode* target = children.accept(Sql::K_ON) ? children.take_rule() : nullptr;
  children.skip();
  std::vector<std::string> grantees = role_names(children.take_rule());
  std::string granted_by;
  bool cascade = false;
  while (!children.done()) {
    if (children.accept(Sql::K_WITH)) {
      option = true;
      children.skip();
      children.skip();
    } else if (children.accept(Sql::K_GRANTED, Sql::K_BY)) {
      granted_by = name(children.take_rule());
    } else {
      cascade = is_cascade(first_token(children.take_rule()));
    }
  }
  if (target != nullptr) {
    auto result = make<ast::GrantPrivilegesStatement>(place);
    result->grant = grant;
    result->grant_option = option;
    result->privileges = privileges(privilege_node);
    grant_target(*result, target);
    result->grantees = std::move(grantees);
    result->cascade = cascade;
    result->granted_by = std::move(granted_by);
    return result;
  }
  auto result = make<ast::GrantRoleStatement>(place);
  result->grant = grant;
  result->admin_option = option;
  for (const ast::Privilege& role : privileges(privilege_node)) {
    if (!role.columns.empty())
      throw Error(sqlstate::kSyntaxError, "column names cannot be included in GRANT/REVOKE ROLE").at(place);
    result->roles.push_back(role.name);
  }
  result->grantees = std::move(grantees);
  result->cascade = cascade;
  result->granted_by = std::move(granted_by);
  return result;
}

}  // namespace tidemark
