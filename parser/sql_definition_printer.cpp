#include <algorithm>

#include "parser/sql_printer.h"

// CREATE, ALTER, DROP, COMMENT.
namespace tidemark {
namespace {

std::string_view persistence_word(ast::Persistence persistence) {
  return persistence == ast::Persistence::Temporary  ? "TEMPORARY "
         : persistence == ast::Persistence::Unlogged ? "UNLOGGED "
                                                     : "";
}

std::string_view on_commit_words(ast::OnCommit on_commit) {
  switch (on_commit) {
    case ast::OnCommit::PreserveRows:
      return " ON COMMIT PRESERVE ROWS";
    case ast::OnCommit::DeleteRows:
      return " ON COMMIT DELETE ROWS";
    case ast::OnCommit::Drop:
      return " ON COMMIT DROP";
    default:
      return "";
  }
}

std::string_view action_words(ast::Constraint::Action action) {
  switch (action) {
    case ast::Constraint::Action::Restrict:
      return "RESTRICT";
    case ast::Constraint::Action::Cascade:
      return "CASCADE";
    case ast::Constraint::Action::SetNull:
      return "SET NULL";
    case ast::Constraint::Action::SetDefault:
      return "SET DEFAULT";
    default:
      return "NO ACTION";
  }
}

}  // namespace

std::string_view object_words(ast::ObjectKind kind) {
  static constexpr std::string_view kWords[] = {"TABLE",
                                                "VIEW",
                                                "MATERIALIZED VIEW",
                                                "INDEX",
                                                "SEQUENCE",
                                                "SCHEMA",
                                                "DATABASE",
                                                "TYPE",
                                                "DOMAIN",
                                                "ROLE",
                                                "COLUMN",
                                                "CONSTRAINT",
                                                "CONSTRAINT",
                                                "FUNCTION",
                                                "PROCEDURE",
                                                "ROUTINE",
                                                "AGGREGATE",
                                                "OPERATOR",
                                                "EXTENSION",
                                                "COLLATION",
                                                "TRIGGER",
                                                "RULE",
                                                "POLICY",
                                                "LANGUAGE",
                                                "TABLESPACE",
                                                "CAST",
                                                "CONVERSION",
                                                "FOREIGN TABLE",
                                                "PUBLICATION",
                                                "SUBSCRIPTION",
                                                "SERVER",
                                                "STATISTICS",
                                                "ACCESS METHOD",
                                                "EVENT TRIGGER",
                                                "TEXT SEARCH CONFIGURATION",
                                                "TEXT SEARCH DICTIONARY",
                                                "TEXT SEARCH PARSER",
                                                "TEXT SEARCH TEMPLATE",
                                                "LARGE OBJECT",
                                                "TRANSFORM",
                                                "OPERATOR CLASS",
                                                "OPERATOR FAMILY",
                                                "FOREIGN DATA WRAPPER",
                                                "USER MAPPING",
                                                "ATTRIBUTE"};
  static_assert(std::size(kWords) == static_cast<size_t>(ast::ObjectKind::Attribute) + 1);
  return kWords[static_cast<size_t>(kind)];
}

bool SqlPrinter::definition(const ast::Statement& node) {
  using Kind = ast::StatementKind;
  switch (node.kind) {
    case Kind::CreateTable:
      create_table(node.as<ast::CreateTableStatement>());
      return true;
    case Kind::CreateTableAs:
      create_table_as(node.as<ast::CreateTableAsStatement>());
      return true;
    case Kind::CreateView:
      create_view(node.as<ast::CreateViewStatement>());
      return true;
    case Kind::CreateIndex:
      create_index(node.as<ast::CreateIndexStatement>());
      return true;
    case Kind::AlterTable:
      alter_table(node.as<ast::AlterTableStatement>());
      return true;
    case Kind::AlterDomain:
      alter_domain(node.as<ast::AlterDomainStatement>());
      return true;
    case Kind::AlterEnum:
      alter_enum(node.as<ast::AlterEnumStatement>());
      return true;
    case Kind::Drop:
      drop(node.as<ast::DropStatement>());
      return true;
    case Kind::Comment:
      comment(node.as<ast::CommentStatement>());
      return true;
    case Kind::Rename:
      rename(node.as<ast::RenameStatement>());
      return true;
    case Kind::CreateSequence: {
      const auto& sequence = node.as<ast::CreateSequenceStatement>();
      put("CREATE ", persistence_word(sequence.persistence), "SEQUENCE ",
          sequence.if_not_exists ? "IF NOT EXISTS " : "");
      name(sequence.sequence);
      sequence_options(sequence.options);
      return true;
    }
    case Kind::AlterSequence: {
      const auto& sequence = node.as<ast::AlterSequenceStatement>();
      put("ALTER SEQUENCE ", sequence.if_exists ? "IF EXISTS " : "");
      name(sequence.sequence);
      sequence_options(sequence.options);
      return true;
    }
    case Kind::CreateSchema: {
      const auto& schema = node.as<ast::CreateSchemaStatement>();
      put("CREATE SCHEMA", schema.if_not_exists ? " IF NOT EXISTS" : "");
      if (!schema.name.empty()) {
        put(" ");
        identifier(schema.name);
      }
      if (!schema.authorization.empty()) {
        put(" AUTHORIZATION ");
        identifier(schema.authorization);
      }
      for (const ast::StatementPtr& element : schema.elements) {
        put(" ");
        statement(*element);
      }
      return true;
    }
    case Kind::CreateDatabase:
    case Kind::AlterDatabase: {
      const bool create = node.kind == Kind::CreateDatabase;
      const auto print = [&](const std::string& database, const std::vector<ast::Option>& items) {
        identifier(database);
        if (!items.empty()) put(" WITH");
        for (const ast::Option& option : items) {
          put(" ", option.name == "connection_limit" ? "CONNECTION LIMIT" : option.name, " = ");
          option_value(option);
        }
      };
      if (create) {
        const auto& database = node.as<ast::CreateDatabaseStatement>();
        put("CREATE DATABASE ", database.if_not_exists ? "IF NOT EXISTS " : "");
        print(database.name, database.options);
        return true;
      }
      const auto& database = node.as<ast::AlterDatabaseStatement>();
      put("ALTER DATABASE ");
      print(database.name, database.options);
      if (database.setting != nullptr) {
        put(" ");
        statement(*database.setting);
      }
      return true;
    }
    case Kind::CreateEnum: {
      const auto& enumeration = node.as<ast::CreateEnumStatement>();
      put("CREATE TYPE ");
      name(enumeration.type);
      put(" AS ENUM (");
      list(enumeration.labels, [&](const std::string& label) { literal(label); });
      put(")");
      return true;
    }
    case Kind::CreateCompositeType: {
      const auto& composite = node.as<ast::CreateCompositeTypeStatement>();
      put("CREATE TYPE ");
      name(composite.type);
      put(" AS ");
      column_types(composite.columns);
      return true;
    }
    case Kind::CreateDomain: {
      const auto& domain = node.as<ast::CreateDomainStatement>();
      put("CREATE DOMAIN ");
      name(domain.domain);
      put(" AS ");
      type(domain.type);
      if (!domain.collation.empty()) {
        put(" COLLATE ");
        name(domain.collation);
      }
      for (const ast::Constraint& entry : domain.constraints) {
        put(" ");
        constraint(entry, false);
      }
      return true;
    }
    case Kind::SetSchema: {
      const auto& schema = node.as<ast::SetSchemaStatement>();
      put("ALTER ", object_words(schema.object), schema.if_exists ? " IF EXISTS " : " ");
      name(schema.name);
      put(" SET SCHEMA ");
      identifier(schema.schema);
      return true;
    }
    case Kind::SetOwner: {
      const auto& owner = node.as<ast::SetOwnerStatement>();
      put("ALTER ", object_words(owner.object), " ");
      name(owner.name);
      put(" OWNER TO ");
      identifier(owner.owner);
      return true;
    }
    case Kind::RefreshMaterializedView: {
      const auto& refresh = node.as<ast::RefreshMaterializedViewStatement>();
      put("REFRESH MATERIALIZED VIEW ", refresh.concurrently ? "CONCURRENTLY " : "");
      name(refresh.view);
      put(refresh.with_data ? "" : " WITH NO DATA");
      return true;
    }
    case Kind::Reindex: {
      const auto& reindex = node.as<ast::ReindexStatement>();
      put("REINDEX ");
      if (!reindex.options.empty()) {
        options(reindex.options);
        put(" ");
      }
      put(object_words(reindex.object), " ");
      name(reindex.name);
      return true;
    }
    default:
      return false;
  }
}

// ---------------------------------------------------------------------------------------------------------- tables

void SqlPrinter::create_table(const ast::CreateTableStatement& node) {
  put("CREATE ", persistence_word(node.persistence), "TABLE ", node.if_not_exists ? "IF NOT EXISTS " : "");
  name(node.table);
  put(" (");
  bool first = true;
  const auto separate = [&] {
    put(first ? "" : ", ");
    first = false;
  };
  size_t next_like = 0;
  for (size_t i = 0; i <= node.columns.size(); ++i) {
    for (; next_like < node.likes.size() && node.like_columns[next_like] == i; ++next_like) {
      separate();
      put("LIKE ");
      name(node.likes[next_like].table);
      for (const auto& [what, including] : node.likes[next_like].options)
        put(including ? " INCLUDING " : " EXCLUDING ", what);
    }
    if (i == node.columns.size()) break;
    separate();
    column(node.columns[i]);
  }
  for (const ast::Constraint& entry : node.constraints) {
    separate();
    constraint(entry, true);
  }
  put(")");
  if (!node.inherits.empty()) {
    put(" INHERITS (");
    qualified_names(node.inherits);
    put(")");
  }
  if (!node.partition_strategy.empty()) {
    put(" PARTITION BY ", node.partition_strategy, " ");
    index_elements(node.partition_elements);
  }
  if (!node.access_method.empty()) {
    put(" USING ");
    identifier(node.access_method);
  }
  with_options(node.options);
  put(on_commit_words(node.on_commit));
  if (node.tablespace.empty()) return;
  put(" TABLESPACE ");
  identifier(node.tablespace);
}

void SqlPrinter::create_table_as(const ast::CreateTableAsStatement& node) {
  put("CREATE ", persistence_word(node.persistence), node.materialized_view ? "MATERIALIZED VIEW " : "TABLE ",
      node.if_not_exists ? "IF NOT EXISTS " : "");
  name(node.table);
  name_list(node.columns);
  if (!node.access_method.empty()) {
    put(" USING ");
    identifier(node.access_method);
  }
  with_options(node.options);
  put(on_commit_words(node.on_commit));
  if (!node.tablespace.empty()) {
    put(" TABLESPACE ");
    identifier(node.tablespace);
  }
  put(" AS ");
  statement(*node.query);
  if (!node.with_data) put(" WITH NO DATA");
}

void SqlPrinter::create_view(const ast::CreateViewStatement& node) {
  put("CREATE ", node.or_replace ? "OR REPLACE " : "", persistence_word(node.persistence),
      node.recursive ? "RECURSIVE " : "", "VIEW ");
  name(node.view);
  name_list(node.columns);
  with_options(node.options);
  put(" AS ");
  query(*node.query);
  if (node.check_option == ast::CreateViewStatement::CheckOption::Local) put(" WITH LOCAL CHECK OPTION");
  if (node.check_option == ast::CreateViewStatement::CheckOption::Cascaded) put(" WITH CASCADED CHECK OPTION");
}

void SqlPrinter::create_index(const ast::CreateIndexStatement& node) {
  put("CREATE ", node.unique ? "UNIQUE " : "", "INDEX ", node.concurrently ? "CONCURRENTLY " : "",
      node.if_not_exists ? "IF NOT EXISTS " : "");
  if (!node.name.empty()) {
    identifier(node.name);
    put(" ");
  }
  put("ON ", node.only ? "ONLY " : "");
  name(node.table);
  put(" USING ");
  identifier(node.method);
  put(" ");
  index_elements(node.elements);
  if (!node.include.empty()) put(" INCLUDE");
  name_list(node.include);
  if (node.nulls_not_distinct) put(" NULLS NOT DISTINCT");
  with_options(node.options);
  if (!node.tablespace.empty()) {
    put(" TABLESPACE ");
    identifier(node.tablespace);
  }
  if (node.where == nullptr) return;
  const bool is_bare =
      node.where->kind == ast::ExpressionKind::ColumnReference || node.where->kind == ast::ExpressionKind::FunctionCall;
  put(is_bare ? " WHERE " : " WHERE (");
  expression(*node.where);
  put(is_bare ? "" : ")");
}

void SqlPrinter::column(const ast::ColumnDefinition& node) {
  identifier(node.name);
  put(" ");
  type(node.type);
  if (!node.storage.empty()) put(" STORAGE ", node.storage);
  if (!node.compression.empty()) put(" COMPRESSION ", node.compression);
  if (!node.collation.empty()) {
    put(" COLLATE ");
    name(node.collation);
  }
  for (const ast::Constraint& entry : node.constraints) {
    put(" ");
    constraint(entry, false);
  }
}

void SqlPrinter::constraint(const ast::Constraint& node, bool of_table) {
  using Kind = ast::ConstraintKind;
  if (!node.name.empty()) {
    put("CONSTRAINT ");
    identifier(node.name);
    put(" ");
  }
  const auto key = [&] {
    if (!node.using_index.empty()) {
      put(" USING INDEX ");
      return identifier(node.using_index);
    }
    if (node.nulls_not_distinct) put(" NULLS NOT DISTINCT");
    name_list(node.columns);
    if (!node.include.empty()) put(" INCLUDE");
    name_list(node.include);
    with_options(node.options);
  };
  switch (node.kind) {
    case Kind::NotNull:
      put("NOT NULL");
      break;
    case Kind::Null:
      put("NULL");
      break;
    case Kind::Default:
      put("DEFAULT ");
      restricted(*node.expression);
      break;
    case Kind::Check:
      put("CHECK (");
      expression(*node.expression);
      put(")");
      break;
    case Kind::PrimaryKey:
      put("PRIMARY KEY");
      key();
      break;
    case Kind::Unique:
      put("UNIQUE");
      key();
      break;
    case Kind::ForeignKey:
      if (of_table) {
        put("FOREIGN KEY");
        name_list(node.columns);
        put(" ");
      }
      foreign_key(node);
      break;
    case Kind::Generated:
      put("GENERATED ALWAYS AS (");
      expression(*node.expression);
      put(") STORED");
      break;
    case Kind::Identity:
      put("GENERATED ", node.identity_always ? "ALWAYS" : "BY DEFAULT", " AS IDENTITY");
      if (!node.sequence_options.empty()) {
        put(" (");
        sequence_options(node.sequence_options);
        put(")");
      }
      break;
    case Kind::Exclusion:
      break;
  }
  if (node.no_inherit) put(" NO INHERIT");
  if (node.deferrable) put(" DEFERRABLE");
  if (node.initially_deferred) put(" INITIALLY DEFERRED");
  if (node.not_valid) put(" NOT VALID");
}

void SqlPrinter::foreign_key(const ast::Constraint& node) {
  put("REFERENCES ");
  name(node.referenced_table);
  name_list(node.referenced_columns);
  if (node.match == ast::Constraint::Match::Full) put(" MATCH FULL");
  if (node.match == ast::Constraint::Match::Partial) put(" MATCH PARTIAL");
  if (node.on_delete != ast::Constraint::Action::NoAction) put(" ON DELETE ", action_words(node.on_delete));
  name_list(node.on_delete_columns);
  if (node.on_update != ast::Constraint::Action::NoAction) put(" ON UPDATE ", action_words(node.on_update));
}

void SqlPrinter::sequence_options(const std::vector<ast::Option>& items) {
  for (const ast::Option& option : items) {
    const bool none = option.value_kind == ast::Option::ValueKind::None;
    if (!out_.ends_with("(")) put(" ");
    if (option.name == "as") {
      put("AS ", option.value);
    } else if (option.name == "cycle") {
      put(option.value == "false" ? "NO CYCLE" : "CYCLE");
    } else if (option.name == "maxvalue" || option.name == "minvalue") {
      put(none ? "NO " : "", option.name == "maxvalue" ? "MAXVALUE" : "MINVALUE", none ? "" : " ", option.value);
    } else if (option.name == "owned_by" || option.name == "sequence_name") {
      put(option.name == "owned_by" ? "OWNED BY " : "SEQUENCE NAME ");
      name({0, option.list});
    } else if (option.name == "increment") {
      put("INCREMENT BY ", option.value);
    } else if (option.name == "generated") {
      put("GENERATED ", option.value == "always" ? "ALWAYS" : "BY DEFAULT");
    } else {
      put(option.name == "start"     ? "START WITH"
          : option.name == "restart" ? "RESTART"
                                     : "CACHE",
          none ? "" : " ", option.value);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------- ALTER

void SqlPrinter::alter_table(const ast::AlterTableStatement& node) {
  put("ALTER ", object_words(node.object), node.if_exists ? " IF EXISTS" : "", node.only ? " ONLY " : " ");
  name(node.table);
  put(" ");
  list(node.actions, [&](const ast::AlterTableAction& action) { alter_action(action); });
}

void SqlPrinter::alter_action(const ast::AlterTableAction& node) {
  using Kind = ast::AlterTableKind;
  const auto of_column = [&](std::string_view words) {
    put("ALTER COLUMN ");
    identifier(node.name);
    put(" ", words);
  };
  const auto with_value = [&](std::string_view words) {
    of_column(words);
    put(" ", node.options.front().value);
  };
  const auto named = [&](std::string_view words) {
    put(words, " ");
    identifier(node.name);
  };
  const auto if_exists = [&] { put(node.if_exists ? " IF EXISTS" : ""); };
  const auto behavior = [&] { put(node.cascade ? " CASCADE" : ""); };
  switch (node.kind) {
    case Kind::AddColumn:
      put("ADD COLUMN ", node.if_exists ? "IF NOT EXISTS " : "");
      return column(*node.column);
    case Kind::DropColumn:
      put("DROP COLUMN", node.if_exists ? " IF EXISTS " : " ");
      identifier(node.name);
      return behavior();
    case Kind::SetDefault:
      of_column("SET DEFAULT ");
      return expression(*node.expression);
    case Kind::DropDefault:
      return of_column("DROP DEFAULT");
    case Kind::SetNotNull:
      return of_column("SET NOT NULL");
    case Kind::DropNotNull:
      return of_column("DROP NOT NULL");
    case Kind::ColumnType:
      of_column("TYPE ");
      type(node.column->type);
      if (!node.column->collation.empty()) {
        put(" COLLATE ");
        name(node.column->collation);
      }
      if (node.expression != nullptr) {
        put(" USING ");
        expression(*node.expression);
      }
      return;
    case Kind::SetStatistics:
      return with_value("SET STATISTICS");
    case Kind::SetStorage:
      return with_value("SET STORAGE");
    case Kind::SetCompression:
      return with_value("SET COMPRESSION");
    case Kind::SetColumnOptions:
      of_column("SET ");
      return options(node.options);
    case Kind::ResetColumnOptions:
      of_column("RESET ");
      return options(node.options);
    case Kind::AddIdentity:
      of_column("ADD ");
      return constraint(*node.constraint, false);
    case Kind::SetIdentity:
      of_column("");
      for (const ast::Option& option : node.options) {
        put(option.name == "restart" ? "" : " SET");
        sequence_options({option});
      }
      return;
    case Kind::DropIdentity:
      of_column("DROP IDENTITY");
      return if_exists();
    case Kind::DropExpression:
      of_column("DROP EXPRESSION");
      return if_exists();
    case Kind::AddConstraint:
      put("ADD ");
      return constraint(*node.constraint, true);
    case Kind::AlterConstraint:
      named("ALTER CONSTRAINT");
      return put(node.constraint->deferrable ? " DEFERRABLE" : "",
                 node.constraint->initially_deferred ? " INITIALLY DEFERRED" : "");
    case Kind::ValidateConstraint:
      return named("VALIDATE CONSTRAINT");
    case Kind::DropConstraint:
      put("DROP CONSTRAINT", node.if_exists ? " IF EXISTS " : " ");
      identifier(node.name);
      return behavior();
    case Kind::SetOptions:
      put("SET ");
      return options(node.options);
    case Kind::ResetOptions:
      put("RESET ");
      return options(node.options);
    case Kind::SetLogged:
      return put("SET LOGGED");
    case Kind::SetUnlogged:
      return put("SET UNLOGGED");
    case Kind::OwnerTo:
      return named("OWNER TO");
    case Kind::Inherit:
      put("INHERIT ");
      return name(node.other_table);
    case Kind::NoInherit:
      put("NO INHERIT ");
      return name(node.other_table);
    case Kind::SetTablespace:
      return named("SET TABLESPACE");
    case Kind::ClusterOn:
      return named("CLUSTER ON");
    case Kind::EnableTrigger:
      return named("ENABLE TRIGGER");
    case Kind::DisableTrigger:
      return named("DISABLE TRIGGER");
    case Kind::NoEffect:
    case Kind::Other:
      return put(node.name);
  }
}

void SqlPrinter::alter_domain(const ast::AlterDomainStatement& node) {
  using Action = ast::AlterDomainStatement::Action;
  put("ALTER DOMAIN ");
  name(node.domain);
  switch (node.action) {
    case Action::SetDefault:
      put(" SET DEFAULT ");
      return expression(*node.expression);
    case Action::DropDefault:
      return put(" DROP DEFAULT");
    case Action::SetNotNull:
      return put(" SET NOT NULL");
    case Action::DropNotNull:
      return put(" DROP NOT NULL");
    case Action::AddConstraint:
      put(" ADD ");
      return constraint(*node.constraint, true);
    case Action::DropConstraint:
      put(" DROP CONSTRAINT ", node.if_exists ? "IF EXISTS " : "");
      identifier(node.constraint_name);
      return put(node.cascade ? " CASCADE" : "");
    case Action::ValidateConstraint:
      put(" VALIDATE CONSTRAINT ");
      return identifier(node.constraint_name);
  }
}

void SqlPrinter::alter_enum(const ast::AlterEnumStatement& node) {
  put("ALTER TYPE ");
  name(node.type);
  if (!node.old_label.empty()) {
    put(" RENAME VALUE ");
    literal(node.old_label);
    put(" TO ");
    return literal(node.new_label);
  }
  put(" ADD VALUE ", node.if_not_exists ? "IF NOT EXISTS " : "");
  literal(node.new_label);
  if (node.neighbour.empty()) return;
  put(node.after ? " AFTER " : " BEFORE ");
  literal(node.neighbour);
}

void SqlPrinter::rename(const ast::RenameStatement& node) {
  put("ALTER ", object_words(node.relation_kind), node.if_exists ? " IF EXISTS " : " ");
  name(node.name);
  put(" RENAME ");
  if (!node.part.empty()) {
    put(object_words(node.object), " ");
    identifier(node.part);
    put(" ");
  }
  put("TO ");
  identifier(node.new_name);
  put(node.cascade ? " CASCADE" : "");
}

// ---------------------------------------------------------------------------------------------------------- DROP,
// COMMENT

void SqlPrinter::object_name(const ast::ObjectName& node) {
  name(node.name);
  if (!node.has_arguments) return;
  put("(");
  list(node.arguments, [&](const ast::TypeName& argument) { type(argument); });
  put(")");
}

void SqlPrinter::drop(const ast::DropStatement& node) {
  put("DROP ", object_words(node.object), node.concurrently ? " CONCURRENTLY" : "",
      node.if_exists ? " IF EXISTS " : " ");
  list(node.names, [&](const ast::ObjectName& item) { object_name(item); });
  if (!node.on_table.empty()) {
    put(" ON ");
    name(node.on_table);
  }
  put(node.force ? " WITH (FORCE)" : "", node.cascade ? " CASCADE" : "");
}

void SqlPrinter::comment(const ast::CommentStatement& node) {
  put("COMMENT ON ", object_words(node.object), " ");
  object_name(node.name);
  if (!node.on_table.empty()) {
    put(node.object == ast::ObjectKind::DomainConstraint ? " ON DOMAIN " : " ON ");
    name(node.on_table);
  }
  put(" IS ");
  if (!node.has_text) return put("NULL");
  literal(node.text);
}

}  // namespace tidemark
