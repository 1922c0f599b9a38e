#include "engine/ddl/create_table.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "engine/ddl/foreign_key.h"
#include "engine/ddl/index_definition.h"
#include "engine/ddl/stored_text.h"
#include "engine/ddl/table_options.h"
#include "functions/coercion.h"
#include "parser/ast_expression.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"

namespace tidemark {
namespace {

/// D23.
constexpr size_t kColumnsMax = 4096;

struct SerialType {
  std::string_view name;
  TypeId type;
};
constexpr SerialType kSerialTypes[] = {
    {"smallserial", TypeId::kInt16}, {"serial2", TypeId::kInt16},   {"serial", TypeId::kInt32},
    {"serial4", TypeId::kInt32},     {"bigserial", TypeId::kInt64}, {"serial8", TypeId::kInt64},
};

const SerialType* serial_type(const ast::TypeName& type) {
  for (const SerialType& serial : kSerialTypes) {
    if (type.name.parts.size() == 1 && type.name.last() == serial.name && type.array_bounds.empty()) {
      return &serial;
    }
  }
  return nullptr;
}

[[noreturn]] void refuse(const std::string& what, int position) {
  throw Error(sqlstate::kFeatureNotSupported, what + " is not supported").at(position);
}

ColumnEntry& column_by_name(TableEntry& table, const ast::Name& name) {
  for (ColumnEntry& column : table.columns) {
    if (column.name == name.text) {
      return column;
    }
  }
  throw Error(sqlstate::kUndefinedColumn, "column \"" + name.text + "\" named in key does not exist").at(name.position);
}

bool has_constraint(const TableEntry& table, const std::string& name) {
  const auto same = [&name](const auto& constraint) { return constraint.name == name; };
  return (table.key && table.key->name == name) || std::ranges::any_of(table.uniques, same) ||
         std::ranges::any_of(table.checks, same) || std::ranges::any_of(table.foreign_keys, same);
}

/// `t_a_b_key`, with a number behind if that is taken in the table's schema.
std::string free_constraint_name(const TableEntry& table, const std::string& wanted, const DdlContext& context) {
  const auto taken = [&](const std::string& name) {
    return has_constraint(table, name) || context.catalog().relation(table.schema, name) != nullptr;
  };
  std::string name = wanted;
  for (int number = 1; taken(name); ++number) {
    name = wanted + std::to_string(number);
  }
  return name;
}

/// The sequence behind a serial or identity column; it is dropped with the column.
void own_sequence(const TableEntry& table, ColumnEntry& column, SequenceEntry sequence, DdlContext& context) {
  sequence.schema = table.schema;
  sequence.owner = table.owner;
  const std::string wanted = table.name + "_" + column.name + "_seq";
  sequence.name = wanted;
  for (int number = 1; context.catalog().relation(table.schema, sequence.name) != nullptr; ++number) {
    sequence.name = wanted + std::to_string(number);
  }
  sequence.owned_by_table = table.id;
  sequence.owned_by_column = column.id;
  column.owned_sequence = sequence.id;
  column.not_null = true;
  context.put(std::move(sequence));
}

}  // namespace

void make_identity(const TableEntry& table, ColumnEntry& column, const ast::Constraint& constraint,
                   DdlContext& context) {
  column.identity = constraint.identity_always ? Identity::kAlways : Identity::kByDefault;
  own_sequence(table, column, make_sequence(constraint.sequence_options, column.type, context), context);
  column.default_sql = next_value_sql(context, column.owned_sequence);
}

namespace {

[[noreturn]] void throw_two_specifications(const std::string& which, const TableEntry& table, const ColumnEntry& column,
                                           int position) {
  throw Error(sqlstate::kSyntaxError,
              "both " + which + " specified for column \"" + column.name + "\" of table \"" + table.name + "\"")
      .at(position);
}

/// A column has one source of values.
void check_one_source(const TableEntry& table, const ColumnEntry& column, const ast::Constraint& last) {
  if (column.generated_sql.empty()) {
    return;
  }
  if (column.identity != Identity::kNone) {
    throw_two_specifications("identity and generation expression", table, column, last.position);
  }
  if (!column.default_sql.empty()) {
    throw_two_specifications("default and generation expression", table, column, last.position);
  }
}

void apply_column_constraint(TableEntry& table, ColumnEntry& column, const ast::Constraint& constraint,
                             DdlContext& context) {
  switch (constraint.kind) {
    case ast::ConstraintKind::NotNull:
      column.not_null = true;
      break;
    case ast::ConstraintKind::Null:
      if (column.not_null) {
        throw Error(sqlstate::kSyntaxError, "conflicting NULL/NOT NULL declarations for column \"" + column.name +
                                                "\" of table \"" + table.name + "\"")
            .at(constraint.position);
      }
      break;
    case ast::ConstraintKind::Default: {
      if (!column.default_sql.empty()) {
        throw Error(sqlstate::kSyntaxError, "multiple default values specified for column \"" + column.name +
                                                "\" of table \"" + table.name + "\"")
            .at(constraint.position);
      }
      column.default_sql = stored_default(*constraint.expression, column, context);
      break;
    }
    case ast::ConstraintKind::Generated:
      if (!column.generated_sql.empty()) {
        throw Error(sqlstate::kSyntaxError, "multiple generation clauses specified for column \"" + column.name +
                                                "\" of table \"" + table.name + "\"")
            .at(constraint.position);
      }
      column.generated_sql = to_sql(*constraint.expression);
      break;
    case ast::ConstraintKind::Identity:
      if (!is_integer_type(column.type.id)) {
        throw Error(sqlstate::kInvalidParameterValue, "identity column type must be smallint, integer, or bigint");
      }
      if (column.identity != Identity::kNone) {
        throw Error(sqlstate::kSyntaxError, "multiple identity specifications for column \"" + column.name +
                                                "\" of table \"" + table.name + "\"")
            .at(constraint.position);
      }
      if (!column.default_sql.empty()) {
        throw_two_specifications("default and identity", table, column, 0);
      }
      make_identity(table, column, constraint, context);
      break;
    case ast::ConstraintKind::Exclusion:
      refuse("EXCLUDE", constraint.position);
    case ast::ConstraintKind::ForeignKey:
    case ast::ConstraintKind::Check:
    case ast::ConstraintKind::PrimaryKey:
    case ast::ConstraintKind::Unique:
      break;
  }
}

void bind_generated_columns(const TableEntry& table, DdlContext& context) {
  for (const ColumnEntry& column : table.columns) {
    if (!column.generated_sql.empty()) {
      check_generation(table, column, context);
    }
  }
}

void add_like(TableEntry& table, const ast::LikeClause& like, DdlContext& context) {
  if (context.find_relation(like.table) == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(like.table) + "\" does not exist")
        .at(like.table.position);
  }
  const TableEntry source = context.table(like.table);
  const auto including = [&like](std::string_view what) {
    bool result = false;
    for (const auto& [option, on] : like.options) {
      if (option == what || option == "all") {
        result = on;
      }
    }
    return result;
  };
  for (const ColumnEntry& from : source.columns) {
    ColumnEntry column;
    column.id = table.next_column_id++;
    column.name = from.name;
    if (table.find_column(column.name) != nullptr) {
      throw Error(sqlstate::kDuplicateColumn, "column \"" + column.name + "\" specified more than once");
    }
    column.type = from.type;
    column.domain = from.domain;
    column.not_null = from.not_null;
    if (including("defaults")) {
      column.default_sql = from.default_sql;
    }
    if (including("generated")) {
      column.generated_sql = from.generated_sql;
    }
    if (including("comments")) {
      column.comment = from.comment;
    }
    table.columns.push_back(std::move(column));
  }
  const auto same_columns = [&](UniqueConstraint constraint, const std::string& name) {
    for (ColumnId& id : constraint.columns) {
      id = id == kNoColumn ? id : table.find_column(source.find_column(id)->name)->id;
    }
    constraint.id = context.allocate_id();
    constraint.name = name;
    constraint.hidden_table = kNoObject;
    return constraint;
  };
  const auto key_name = [&](const UniqueConstraint& constraint) {
    std::string wanted = table.name;
    for (const ColumnId id : constraint.columns) {
      wanted += "_" + source.find_column(id)->name;
    }
    return free_constraint_name(table, constraint.primary ? table.name + "_pkey" : wanted + "_key", context);
  };
  if (including("indexes")) {
    if (source.key) {
      table.key = same_columns(*source.key, key_name(*source.key));
    }
    for (const UniqueConstraint& unique : source.uniques) {
      if (unique.index_sql.empty()) {
        table.uniques.push_back(same_columns(unique, key_name(unique)));
        continue;
      }
      std::string wanted = table.name;
      for (const std::string& column : index_column_names(unique.index_sql)) {
        wanted += "_" + column;
      }
      UniqueConstraint& index =
          table.uniques.emplace_back(same_columns(unique, free_constraint_name(table, wanted + "_idx", context)));
      const auto& schema = std::get<SchemaEntry>(*context.catalog().object(table.schema));
      index.index_sql = index_with_names(unique.index_sql, index.name, schema.name, table.name);
    }
  }
  if (including("constraints")) {
    for (CheckConstraint check : source.checks) {
      check.id = context.allocate_id();
      table.checks.push_back(std::move(check));
    }
  }
}

/// A table without PRIMARY KEY takes the first UNIQUE constraint that can be a key: NULLS NOT DISTINCT, or over NOT
/// NULL columns (D5, D31).
void choose_key(TableEntry& table) {
  if (table.key) {
    return;
  }
  for (auto unique = table.uniques.begin(); unique != table.uniques.end(); ++unique) {
    if (!unique->index_sql.empty()) {
      continue;  // It may be dropped by itself.
    }
    const bool no_nulls = std::all_of(unique->columns.begin(), unique->columns.end(),
                                      [&table](ColumnId id) { return table.find_column(id)->not_null; });
    if (unique->nulls_not_distinct || no_nulls) {
      table.key = std::move(*unique);
      table.uniques.erase(unique);
      return;
    }
  }
}

const SchemaEntry& schema_of_new_relation(const ast::QualifiedName& name, bool if_not_exists, bool temporary,
                                          DdlContext& context, bool& exists) {
  const SchemaEntry& schema = context.schema_for_creation(name, temporary);
  exists = context.catalog().relation(schema.id, name.last()) != nullptr;
  if (exists) {
    Error taken(sqlstate::kDuplicateTable,
                "relation \"" + name.last() + "\" already exists" + (if_not_exists ? ", skipping" : ""));
    if (!if_not_exists) {
      throw taken;
    }
    context.notice("NOTICE", taken);
  }
  return schema;
}

void set_persistence(TableEntry& table, const SchemaEntry& schema, ast::OnCommit on_commit, const DdlContext& context) {
  if (context.is_temporary(schema)) {
    table.temporary_session = schema.id;
  } else if (on_commit != ast::OnCommit::Default) {
    throw Error(sqlstate::kInvalidTableDefinition, "ON COMMIT can only be used on temporary tables");
  }
  switch (on_commit) {
    case ast::OnCommit::Default:
    case ast::OnCommit::PreserveRows:
      table.on_commit = OnCommit::kPreserveRows;
      return;
    case ast::OnCommit::DeleteRows:
      table.on_commit = OnCommit::kDeleteRows;
      return;
    case ast::OnCommit::Drop:
      table.on_commit = OnCommit::kDrop;
      return;
  }
}

}  // namespace

void check_generation(const TableEntry& table, const ColumnEntry& column, DdlContext& context) {
  PlannerContext planner = context.planner();
  const ExpressionPtr bound =
      bind_table_expression(*parse_expression(column.generated_sql), &table, column.type, planner);
  const std::function<void(const Expression&)> visit = [&](const Expression& part) {
    if (part.kind == ExpressionKind::kInput) {
      const ColumnEntry& read = table.columns[part.as<InputExpression>().index];
      if (!read.generated_sql.empty()) {
        throw Error("42P17", "cannot use generated column \"" + read.name + "\" in column generation expression")
            .with_detail(read.id == column.id ? "This would cause the generated column to depend on its own value."
                                              : "A generated column cannot reference another generated column.");
      }
    }
    if (part.kind == ExpressionKind::kFunction &&
        part.as<FunctionExpression>().function->volatility != Volatility::kImmutable) {
      throw Error("42P17", "generation expression is not immutable");
    }
    for (const ExpressionPtr& child : part.children) {
      if (child) {
        visit(*child);
      }
    }
  };
  visit(*bound);
}

void put_hidden_table(const TableEntry& table, UniqueConstraint& constraint, DdlContext& context) {
  TableEntry hidden;
  hidden.id = context.allocate_id();
  hidden.schema = table.schema;
  hidden.owner = table.owner;
  hidden.name = constraint.name;
  hidden.hidden = true;
  hidden.enforces_for = table.id;
  hidden.kind = TableKind::kKeyed;
  hidden.temporary_session = table.temporary_session;
  UniqueConstraint key;
  key.id = context.allocate_id();
  key.name = constraint.name;
  key.nulls_not_distinct = true;
  const std::vector<std::string> names =
      constraint.index_sql.empty() ? std::vector<std::string>() : index_column_names(constraint.index_sql);
  size_t next_expression = 0;
  for (size_t element = 0; element < constraint.columns.size(); ++element) {
    const ColumnId id = constraint.columns[element];
    ColumnEntry column;
    column.id = hidden.next_column_id++;
    column.name = names.empty() ? table.find_column(id)->name : names[element];
    if (id == kNoColumn) {
      PlannerContext planner = context.planner();
      const ast::ExpressionPtr syntax = parse_expression(constraint.expressions[next_expression++]);
      column.type = bind_index_expression(*syntax, table, false, planner)->type;
    } else {
      column.type = table.find_column(id)->type;
    }
    key.columns.push_back(column.id);
    hidden.columns.push_back(std::move(column));
  }
  hidden.key = std::move(key);
  constraint.hidden_table = hidden.id;
  context.put(std::move(hidden));
}

void add_column(TableEntry& table, const ast::ColumnDefinition& definition, DdlContext& context) {
  if (table.find_column(definition.name) != nullptr) {
    throw Error(sqlstate::kDuplicateColumn, "column \"" + definition.name + "\" specified more than once");
  }
  if (table.columns.size() >= kColumnsMax) {
    throw Error(sqlstate::kTooManyColumns, "tables can have at most " + std::to_string(kColumnsMax) + " columns");
  }
  ColumnEntry column;
  column.id = table.next_column_id++;
  column.name = definition.name;
  if (const SerialType* serial = serial_type(definition.type)) {
    column.type = serial->type;
    own_sequence(table, column, make_sequence({}, column.type, context), context);
    column.default_sql = next_value_sql(context, column.owned_sequence);
  } else {
    PlannerContext planner = context.planner();
    column.type = resolve_type(definition.type, planner);
    require_column_type(column.name, column.type);
    if (const TypeEntry* domain = find_domain(definition.type, planner)) {
      column.domain = domain->id;
    }
  }
  for (const ast::Constraint& constraint : definition.constraints) {
    apply_column_constraint(table, column, constraint, context);
    check_one_source(table, column, constraint);
  }
  table.columns.push_back(std::move(column));
}

void require_column_type(const std::string& column, LogicalType type) {
  if (type_category(type) == 'P' || type.id == TypeId::kUnknown) {
    throw Error(sqlstate::kInvalidTableDefinition, "column \"" + column + "\" has pseudo-type " + type.to_string());
  }
}

namespace {

/// As PostgreSQL names it: after the column, if it reads just one.
std::string check_name(const CheckConstraint& check, const TableEntry& table, const DdlContext& context) {
  std::vector<ColumnId> columns = columns_read(check.sql, table, context);
  std::ranges::sort(columns);
  const auto repeated = std::ranges::unique(columns);
  columns.erase(repeated.begin(), repeated.end());
  return columns.size() == 1 ? table.name + "_" + table.find_column(columns[0])->name + "_check"
                             : table.name + "_check";
}

}  // namespace

void add_constraint(TableEntry& table, const ast::Constraint& constraint, const std::string& column,
                    DdlContext& context) {
  if (!constraint.name.empty() && has_constraint(table, constraint.name)) {
    const bool is_index =
        constraint.kind == ast::ConstraintKind::PrimaryKey || constraint.kind == ast::ConstraintKind::Unique;
    const bool names_index = is_index && std::ranges::none_of(table.checks, [&](const auto& check) {
                               return check.name == constraint.name;
                             });
    if (names_index) {
      throw Error(sqlstate::kDuplicateTable, "relation \"" + constraint.name + "\" already exists");
    }
    throw Error(sqlstate::kDuplicateObject,
                "constraint \"" + constraint.name + "\" for relation \"" + table.name + "\" already exists");
  }
  switch (constraint.kind) {
    case ast::ConstraintKind::Check: {
      PlannerContext planner = context.planner();
      static_cast<void>(bind_table_expression(*constraint.expression, &table, LogicalType(TypeId::kBoolean), planner));
      CheckConstraint check;
      check.id = context.allocate_id();
      check.sql = to_sql(*constraint.expression);
      check.name = constraint.name.empty() ? free_constraint_name(table, check_name(check, table, context), context)
                                           : constraint.name;
      table.checks.push_back(std::move(check));
      return;
    }
    case ast::ConstraintKind::PrimaryKey:
    case ast::ConstraintKind::Unique: {
      if (constraint.initially_deferred) {
        throw Error(sqlstate::kFeatureNotSupported, "UNIQUE and PRIMARY KEY cannot be INITIALLY DEFERRED")
            .with_detail("They are checked at the end of each statement.");
      }
      UniqueConstraint unique;
      unique.id = context.allocate_id();
      unique.primary = constraint.kind == ast::ConstraintKind::PrimaryKey;
      unique.nulls_not_distinct = constraint.nulls_not_distinct;
      std::vector<ast::Name> names = constraint.columns;
      if (names.empty()) {
        names.push_back({constraint.position, column});
      }
      std::string wanted = table.name;
      for (const ast::Name& name : names) {
        ColumnEntry& entry = column_by_name(table, name);
        if (std::find(unique.columns.begin(), unique.columns.end(), entry.id) != unique.columns.end()) {
          throw Error(sqlstate::kDuplicateColumn, "column \"" + name.text + "\" appears twice in " +
                                                      (unique.primary ? "primary key" : "unique") + " constraint")
              .at(name.position);
        }
        unique.columns.push_back(entry.id);
        entry.not_null = entry.not_null || unique.primary;
        wanted += "_" + name.text;
      }
      if (unique.primary && table.key && table.key->primary) {
        throw Error(sqlstate::kInvalidTableDefinition,
                    "multiple primary keys for table \"" + table.name + "\" are not allowed")
            .at(constraint.position);
      }
      wanted = unique.primary ? table.name + "_pkey" : wanted + "_key";
      unique.name = constraint.name.empty() ? free_constraint_name(table, wanted, context) : constraint.name;
      if (unique.primary) {
        table.key = std::move(unique);
      } else {
        table.uniques.push_back(std::move(unique));
      }
      return;
    }
    case ast::ConstraintKind::ForeignKey: {
      std::string wanted = table.name;
      for (const ast::Name& name : constraint.columns) {
        wanted += "_" + name.text;
      }
      wanted += column.empty() ? "_fkey" : "_" + column + "_fkey";
      static_cast<void>(
          add_foreign_key(table, constraint, column, free_constraint_name(table, wanted, context), context));
      return;
    }
    case ast::ConstraintKind::Exclusion:
      refuse("EXCLUDE", constraint.position);
    default:
      return;
  }
}

void create_table(const ast::CreateTableStatement& statement, DdlContext& context) {
  if (!statement.inherits.empty()) {
    refuse("INHERITS", statement.inherits.front().position);
  }
  if (!statement.partition_strategy.empty() || !statement.partition_of.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "PARTITION BY is not supported")
        .with_hint("Tables with a time column are partitioned by time already: see WITH (partition_interval = …).");
  }
  bool exists = false;
  const SchemaEntry& schema = schema_of_new_relation(
      statement.table, statement.if_not_exists, statement.persistence == ast::Persistence::Temporary, context, exists);
  if (exists) {
    return;
  }
  TableEntry table;
  table.id = context.allocate_id();
  table.schema = schema.id;
  table.name = statement.table.last();
  table.owner = context.environment().role;
  set_persistence(table, schema, statement.on_commit, context);

  size_t next_like = 0;
  const auto likes_before = [&](size_t column) {
    while (next_like < statement.likes.size() && statement.like_columns[next_like] <= column) {
      add_like(table, statement.likes[next_like++], context);
    }
  };
  for (size_t i = 0; i < statement.columns.size(); ++i) {
    likes_before(i);
    add_column(table, statement.columns[i], context);
  }
  likes_before(statement.columns.size());
  // Foreign keys last: they may refer to keys of this very table.
  for (const bool foreign : {false, true}) {
    const auto add = [&](const ast::Constraint& constraint, const std::string& column) {
      if ((constraint.kind == ast::ConstraintKind::ForeignKey) == foreign) {
        add_constraint(table, constraint, column, context);
      }
    };
    for (const ast::ColumnDefinition& column : statement.columns) {
      for (const ast::Constraint& constraint : column.constraints) {
        add(constraint, column.name);
      }
    }
    for (const ast::Constraint& constraint : statement.constraints) {
      add(constraint, "");
    }
  }
  bind_generated_columns(table, context);
  apply_table_options(table, statement.options, context);
  choose_key(table);
  decide_kind(table);
  for (UniqueConstraint& unique : table.uniques) {
    put_hidden_table(table, unique, context);
  }
  context.put(std::move(table));
}

const TableEntry* create_table_as(const ast::CreateTableAsStatement& statement, const std::vector<PlanOutput>& outputs,
                                  DdlContext& context) {
  bool exists = false;
  const SchemaEntry& schema = schema_of_new_relation(
      statement.table, statement.if_not_exists, statement.persistence == ast::Persistence::Temporary, context, exists);
  if (exists) {
    return nullptr;
  }
  if (statement.columns.size() > outputs.size()) {
    throw Error(sqlstate::kSyntaxError, "too many column names were specified");
  }
  TableEntry table;
  table.id = context.allocate_id();
  table.schema = schema.id;
  table.name = statement.table.last();
  table.owner = context.environment().role;
  set_persistence(table, schema, statement.on_commit, context);
  for (size_t i = 0; i < outputs.size(); ++i) {
    ColumnEntry column;
    column.id = table.next_column_id++;
    column.name = i < statement.columns.size() ? statement.columns[i].text : outputs[i].name;
    column.type = outputs[i].type.id == TypeId::kUnknown ? LogicalType(TypeId::kText) : outputs[i].type;
    if (table.find_column(column.name) != nullptr) {
      throw Error(sqlstate::kDuplicateColumn, "column \"" + column.name + "\" specified more than once");
    }
    table.columns.push_back(std::move(column));
  }
  apply_table_options(table, statement.options, context);
  decide_kind(table);
  const ObjectId id = table.id;
  context.put(std::move(table));
  return context.catalog().table(id);
}

}  // namespace tidemark
