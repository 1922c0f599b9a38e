#include <algorithm>

#include "engine/ddl/create_table.h"
#include "engine/ddl/definitions.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/index_definition.h"
#include "engine/ddl/stored_text.h"
#include "engine/ddl/table_options.h"
#include "engine/foreign_key_checks.h"
#include "engine/internal_sql.h"
#include "engine/session.h"
#include "engine/statement_result.h"
#include "engine/utility/unique_keys.h"
#include "engine/utility/utility.h"
#include "parser/ast_expression.h"
#include "parser/ast_query.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"
#include "storage/type_widening.h"

namespace tidemark {
namespace {

using Action = ast::AlterTableKind;

ColumnEntry& column_of(TableEntry& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&name](const ColumnEntry& column) { return column.name == name; });
  if (found == table.columns.end()) {
    throw Error(sqlstate::kUndefinedColumn,
                "column \"" + name + "\" of relation \"" + table.name + "\" does not exist");
  }
  return *found;
}

/// One action of ALTER TABLE on the table as the ones before left it. What has to be done to the rows is done at once,
/// by SQL within the same transaction: all of it commits, or none.
class TableAlteration {
 public:
  TableAlteration(Session& session, const ast::AlterTableStatement& statement)
      : session_(session), statement_(statement) {}

  void apply(const ast::AlterTableAction& action) {
    switch (action.kind) {
      case Action::AddColumn:
        add(action);
        return;
      case Action::DropColumn:
        drop(action);
        return;
      case Action::SetDefault:
        set_default(action);
        return;
      case Action::DropDefault:
        drop_default(action);
        return;
      case Action::SetNotNull:
        set_not_null(action);
        return;
      case Action::DropNotNull:
        drop_not_null(action);
        return;
      case Action::ColumnType:
        change_type(action);
        return;
      case Action::AddIdentity:
        add_identity(action);
        return;
      case Action::SetIdentity:
        set_identity(action);
        return;
      case Action::DropIdentity:
        drop_identity(action);
        return;
      case Action::DropExpression:
        drop_expression(action);
        return;
      case Action::AddConstraint:
        add_table_constraint(*action.constraint, "");
        return;
      case Action::DropConstraint:
        drop_constraint(action);
        return;
      case Action::ValidateConstraint:
        validate(action);
        return;
      case Action::SetOptions:
        change([&](TableEntry& table, DdlContext& context) {
          apply_table_options(table, action.options, context);
          decide_kind(table);
        });
        return;
      case Action::ResetOptions:
        change([&](TableEntry& table, DdlContext&) {
          for (const ast::Option& option : action.options) {
            reset_table_option(table, option.name);
          }
        });
        return;
      case Action::OwnerTo:
        change_owner(action);
        return;
      case Action::SetStatistics:
      case Action::SetStorage:
      case Action::SetCompression:
      case Action::SetLogged:
      case Action::SetUnlogged:
      case Action::SetColumnOptions:
      case Action::ResetColumnOptions:
      case Action::SetTablespace:
      case Action::NoEffect:
        return;  // PostgreSQL's storage hints mean nothing here
      case Action::ClusterOn:
        check_cluster_index(action);
        return;
      case Action::EnableTrigger:
      case Action::DisableTrigger:
        throw Error(sqlstate::kUndefinedObject,
                    "trigger \"" + action.name + "\" for table \"" + statement_.table.last() + "\" does not exist");
      case Action::AlterConstraint:
        alter_constraint(action);
        return;
      default:
        throw Error(sqlstate::kFeatureNotSupported, "this form of ALTER TABLE is not supported").at(action.position);
    }
  }

 private:
  void change(const std::function<void(TableEntry&, DdlContext&)>& edit) {
    session_.run_ddl([&](DdlContext& context) {
      TableEntry table = context.table(statement_.table);
      context.require_owner(table.owner, "table", table.name);
      edit(table, context);
      context.put(std::move(table));
    });
  }

  void change_column(const std::string& name, const std::function<void(ColumnEntry&)>& edit) {
    change([&](TableEntry& table, DdlContext&) { edit(column_of(table, name)); });
  }

  [[nodiscard]] std::string table_name() {
    std::string name;
    session_.run_ddl(
        [&](DdlContext& context) { name = qualified_name(context.table(statement_.table), context.catalog()); });
    return name;
  }

  [[nodiscard]] TableEntry current() {
    TableEntry table;
    session_.run_ddl([&](DdlContext& context) { table = context.table(statement_.table); });
    return table;
  }

  void add(const ast::AlterTableAction& action) {
    const TableEntry before = current();
    if (before.find_column(action.column->name) != nullptr) {
      Error taken(sqlstate::kDuplicateColumn, "column \"" + action.column->name + "\" of relation \"" + before.name +
                                                  "\" already exists" + (action.if_exists ? ", skipping" : ""));
      if (!action.if_exists) {
        throw taken;
      }
      session_.notify("NOTICE", taken);
      return;
    }
    bool wants_not_null = false;
    bool has_value = false;
    change([&](TableEntry& table, DdlContext& context) {
      add_column(table, *action.column, context);
      ColumnEntry& column = table.columns.back();
      // Old rows get the value of a domain too, if only to hold NULL against its rules.
      has_value = !column.default_sql.empty() || !column.generated_sql.empty() || column.domain != kNoObject;
      if (!column.generated_sql.empty()) {
        check_generation(table, column, context);
      }
      // Old rows have no value yet: the rule holds from when they have been given one.
      wants_not_null = column.not_null;
      column.not_null = false;
    });
    const std::string name = quote_identifier(action.column->name);
    if (has_value) {
      run_sql(session_, "UPDATE " + table_name() + " SET " + name + " = DEFAULT");
    }
    if (wants_not_null) {
      require_no_nulls(action.column->name);
      change_column(action.column->name, [](ColumnEntry& column) { column.not_null = true; });
    }
    for (const ast::Constraint& constraint : action.column->constraints) {
      if (constraint.kind == ast::ConstraintKind::PrimaryKey || constraint.kind == ast::ConstraintKind::Unique ||
          constraint.kind == ast::ConstraintKind::Check || constraint.kind == ast::ConstraintKind::ForeignKey) {
        add_table_constraint(constraint, action.column->name);
      }
    }
  }

  void add_identity(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext& context) {
      ColumnEntry& column = column_of(table, action.name);
      const std::string what = "column \"" + column.name + "\" of relation \"" + table.name + "\"";
      if (!column.not_null) {
        throw Error(sqlstate::kObjectNotInPrerequisiteState,
                    what + " must be declared NOT NULL before identity can be added");
      }
      if (column.identity != Identity::kNone) {
        throw Error(sqlstate::kObjectNotInPrerequisiteState, what + " is already an identity column");
      }
      if (!column.default_sql.empty()) {
        throw Error(sqlstate::kObjectNotInPrerequisiteState, what + " already has a default value");
      }
      make_identity(table, column, *action.constraint, context);
    });
  }

  void set_identity(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext& context) {
      ColumnEntry& column = identity_column(table, action.name);
      std::vector<ast::Option> options;
      for (const ast::Option& option : action.options) {
        if (option.name == "generated") {
          column.identity = option.value == "always" ? Identity::kAlways : Identity::kByDefault;
        } else {
          options.push_back(option);
        }
      }
      if (!options.empty()) {
        SequenceEntry sequence = std::get<SequenceEntry>(*context.catalog().object(column.owned_sequence));
        apply_sequence_options(sequence, options, false, context);
        context.put(std::move(sequence));
      }
    });
  }

  void drop_identity(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext& context) {
      ColumnEntry& column = column_of(table, action.name);
      if (column.identity == Identity::kNone && action.if_exists) {
        context.notice("NOTICE", Error(sqlstate::kObjectNotInPrerequisiteState,
                                       "column \"" + column.name + "\" of relation \"" + table.name +
                                           "\" is not an identity column, skipping"));
        return;
      }
      identity_column(table, action.name).identity = Identity::kNone;
      context.drop(ObjectKind::kSequence, column.owned_sequence);
      column.owned_sequence = kNoObject;
      column.default_sql.clear();
    });
  }

  static ColumnEntry& identity_column(TableEntry& table, const std::string& name) {
    ColumnEntry& column = column_of(table, name);
    if (column.identity == Identity::kNone) {
      throw Error(sqlstate::kObjectNotInPrerequisiteState,
                  "column \"" + column.name + "\" of relation \"" + table.name + "\" is not an identity column");
    }
    return column;
  }

  /// The values that have been computed stay as they are.
  void drop_expression(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext& context) {
      ColumnEntry& column = column_of(table, action.name);
      if (!column.generated_sql.empty()) {
        column.generated_sql.clear();
        return;
      }
      Error missing(sqlstate::kObjectNotInPrerequisiteState, "column \"" + column.name + "\" of relation \"" +
                                                                 table.name + "\" is not a stored generated column" +
                                                                 (action.if_exists ? ", skipping" : ""));
      if (!action.if_exists) {
        throw missing;
      }
      context.notice("NOTICE", missing);
    });
  }

  void require_no_nulls(const std::string& column) {
    if (any_row(session_,
                "SELECT 1 FROM " + table_name() + " WHERE " + quote_identifier(column) + " IS NULL LIMIT 1")) {
      throw Error(sqlstate::kNotNullViolation,
                  "column \"" + column + "\" of relation \"" + statement_.table.last() + "\" contains null values");
    }
  }

  void drop(const ast::AlterTableAction& action) {
    const TableEntry before = current();
    if (before.find_column(action.name) == nullptr && action.if_exists) {
      session_.notify("NOTICE",
                      Error(sqlstate::kSuccessfulCompletion, "column \"" + action.name + "\" of relation \"" +
                                                                 before.name + "\" does not exist, skipping"));
      return;
    }
    bool orders_rows = false;  // A key goes with any of its columns, and rows are to be laid anew.
    ColumnId dropped = kNoColumn;
    change([&](TableEntry& table, DdlContext& context) {
      const ColumnEntry column = column_of(table, action.name);
      dropped = column.id;
      orders_rows = table.is_key_column(column.id) || column.id == table.time_column;
      drop_dependent_views(table, column.id, "column " + column.name + " of table " + table.name, action.cascade,
                           context);
      drop_generated_from(table, column, action.cascade, context);
      drop_references(table, {column.id}, true, "column " + column.name + " of table " + table.name, action.cascade,
                      context);
      drop_keys_of(table, column, context);
      if (column.owned_sequence != kNoObject) {
        context.drop(ObjectKind::kSequence, column.owned_sequence);
      }
      if (!orders_rows) {
        std::erase_if(table.columns, [&](const ColumnEntry& other) { return other.id == column.id; });
      }
      std::erase_if(table.uniques, [&](const UniqueConstraint& unique) {
        const bool uses = unique.is_computed()
                              ? std::ranges::count(columns_of_index(unique.index_sql, before, context), column.id) != 0
                              : std::ranges::count(unique.columns, column.id) != 0;
        if (uses && unique.hidden_table != kNoObject) {
          context.drop(ObjectKind::kTable, unique.hidden_table);
        }
        return uses;
      });
    });
    if (!orders_rows) {
      return;
    }
    TableEntry changed = current();
    if (changed.is_key_column(dropped)) {
      changed.key.reset();
    }
    std::erase_if(changed.columns, [&](const ColumnEntry& column) { return column.id == dropped; });
    changed.time_column = kNoColumn;
    decide_kind(changed);
    rewrite(changed, column_names(changed));
  }

  static bool reads(const std::string& sql, const TableEntry& table, ColumnId column, const DdlContext& context) {
    return !sql.empty() && std::ranges::count(columns_read(sql, table, context), column) != 0;
  }

  /// Generated columns that are computed from a column which is dropped: 2BP01 without CASCADE.
  static void drop_generated_from(TableEntry& table, const ColumnEntry& column, bool cascade, DdlContext& context) {
    const TableEntry before = table;
    for (const ColumnEntry& other : before.columns) {
      if (!reads(other.generated_sql, before, column.id, context)) {
        continue;
      }
      if (!cascade) {
        const std::string what = "column " + column.name + " of table " + table.name;
        throw Error(sqlstate::kDependentObjectsStillExist,
                    "cannot drop " + what + " because other objects depend on it")
            .with_detail("column " + other.name + " of table " + table.name + " depends on " + what)
            .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
      }
      context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion,
                                     "drop cascades to column " + other.name + " of table " + table.name));
      std::erase_if(table.columns, [&](const ColumnEntry& candidate) { return candidate.id == other.id; });
    }
    std::erase_if(table.checks,
                  [&](const CheckConstraint& check) { return reads(check.sql, before, column.id, context); });
  }

  /// Its foreign keys and indexes go with a column.
  static void drop_keys_of(TableEntry& table, const ColumnEntry& column, DdlContext& context) {
    std::vector<std::string> keys;
    for (const ForeignKey& key : table.foreign_keys) {
      if (std::ranges::count(key.columns, column.id) != 0) {
        keys.push_back(key.name);
      }
    }
    for (const std::string& key : keys) {
      remove_foreign_key(table, key, context);
    }
    std::vector<ObjectId> indexes;
    for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kIndex)) {
      const auto& index = std::get<IndexEntry>(*entry);
      if (index.table == table.id &&
          std::ranges::count(columns_of_index(index.definition_sql, table, context), column.id) != 0) {
        indexes.push_back(index.id);
      }
    }
    for (const ObjectId index : indexes) {
      context.drop(ObjectKind::kIndex, index);
    }
  }

  void set_default(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext& context) {
      ColumnEntry& column = column_of(table, action.name);
      column.default_sql = stored_default(*action.expression, column, context);
    });
  }

  void set_not_null(const ast::AlterTableAction& action) {
    TableEntry table = current();
    column_of(table, action.name);
    require_no_nulls(action.name);
    change_column(action.name, [](ColumnEntry& column) { column.not_null = true; });
  }

  void drop_default(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext&) {
      ColumnEntry& column = column_of(table, action.name);
      if (!column.generated_sql.empty()) {
        throw Error(sqlstate::kSyntaxError,
                    "column \"" + column.name + "\" of relation \"" + table.name + "\" is a generated column")
            .with_hint("Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.");
      }
      column.default_sql.clear();
    });
  }

  void drop_not_null(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext&) {
      ColumnEntry& column = column_of(table, action.name);
      if (column.identity != Identity::kNone) {
        throw Error(sqlstate::kSyntaxError,
                    "column \"" + column.name + "\" of relation \"" + table.name + "\" is an identity column");
      }
      if (table.key && table.is_key_column(column.id) && (table.key->primary || !table.key->nulls_not_distinct)) {
        throw Error(sqlstate::kInvalidTableDefinition, "column \"" + column.name + "\" is in a primary key");
      }
      column.not_null = false;
    });
  }

  /// Puts `changed` in the place of `before` under a new id and copies the rows through `values`, one SQL expression a
  /// column over the old table (D31: the id is swapped at commit).
  void rewrite(TableEntry changed, const std::vector<std::string>& values) {
    const TableEntry before = current();
    const std::string old_name = before.name;
    const std::string parked = "pg_rewrite_" + std::to_string(before.id);
    std::string new_table;
    std::string old_table;
    session_.run_ddl([&](DdlContext& context) {
      TableEntry old = before;
      old.name = parked;
      context.put(old);
      changed.id = context.allocate_id();
      changed.name = old_name;
      for (UniqueConstraint& unique : changed.uniques) {
        std::string comment;
        if (const TableEntry* keys = context.catalog().table(unique.hidden_table)) {
          comment = keys->comment;
          context.drop(ObjectKind::kTable, unique.hidden_table);
        }
        put_hidden_table(changed, unique, context);
        TableEntry keys = *context.catalog().table(unique.hidden_table);
        keys.comment = std::move(comment);
        context.put(std::move(keys));
      }
      context.put(changed);
      new_table = qualified_name(changed, context.catalog());
      old_table = qualified_name(old, context.catalog());
    });
    std::string columns;
    std::string expressions;
    for (size_t i = 0; i < changed.columns.size(); ++i) {
      if (changed.columns[i].generated_sql.empty()) {
        columns += (columns.empty() ? "" : ", ") + quote_identifier(changed.columns[i].name);
        expressions += (expressions.empty() ? "" : ", ") + values[i];
      }
    }
    run_sql(session_, "INSERT INTO " + new_table + " (" + columns + ") OVERRIDING SYSTEM VALUE SELECT " + expressions +
                          " FROM " + old_table);
    session_.run_ddl([&](DdlContext& context) {
      context.drop(ObjectKind::kTable, before.id);
      move_foreign_keys(before.id, changed.id, context);
      for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
        ViewEntry view = std::get<ViewEntry>(*entry);
        if (std::ranges::count(view.depends_on, before.id) != 0) {
          std::ranges::replace(view.depends_on, before.id, changed.id);
          context.put(std::move(view));
        }
      }
      for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kIndex)) {
        IndexEntry index = std::get<IndexEntry>(*entry);
        if (index.table == before.id) {
          index.table = changed.id;
          context.put(std::move(index));
        }
      }
      for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSequence)) {
        SequenceEntry sequence = std::get<SequenceEntry>(*entry);
        if (sequence.owned_by_table == before.id) {
          sequence.owned_by_table = changed.id;
          context.put(std::move(sequence));
        }
      }
    });
  }

  [[nodiscard]] static std::vector<std::string> column_names(const TableEntry& table) {
    std::vector<std::string> names;
    for (const ColumnEntry& column : table.columns) {
      names.push_back(quote_identifier(column.name));
    }
    return names;
  }

  /// Whether values of the column are stored in more places than the column: in keys, or in what was computed from it.
  [[nodiscard]] static bool is_kept_elsewhere(const TableEntry& table, ColumnId column) {
    const auto has_column = [&](const UniqueConstraint& unique) {
      return std::ranges::find(unique.columns, column) != unique.columns.end();
    };
    return (table.key && has_column(*table.key)) || std::ranges::any_of(table.uniques, has_column) ||
           std::ranges::any_of(table.columns, [](const ColumnEntry& each) { return !each.generated_sql.empty(); });
  }

  void change_type(const ast::AlterTableAction& action) {
    TableEntry table = current();
    ColumnEntry& column = column_of(table, action.name);
    std::vector<std::string> values = column_names(table);
    const LogicalType before_type = column.type;
    if (action.expression != nullptr && !column.generated_sql.empty()) {
      throw Error("42611", "cannot specify USING when altering type of generated column")
          .with_detail("Column \"" + column.name + "\" is a generated column.");
    }
    session_.run_ddl([&](DdlContext& context) {
      for (const ColumnEntry& other : table.columns) {
        if (reads(other.generated_sql, table, column.id, context)) {
          throw Error(sqlstate::kFeatureNotSupported, "cannot alter type of a column used by a generated column")
              .with_detail("Column \"" + column.name + "\" is used by generated column \"" + other.name + "\".");
        }
      }
      PlannerContext planner = context.planner();
      column.type = resolve_type(action.column->type, planner);
      require_column_type(column.name, column.type);
      const TypeEntry* domain = find_domain(action.column->type, planner);
      column.domain = domain == nullptr ? kNoObject : domain->id;
    });
    const auto index = static_cast<size_t>(&column - table.columns.data());
    if (action.expression == nullptr && !can_assign(table.columns[index], before_type)) {
      throw Error(sqlstate::kDatatypeMismatch,
                  "column \"" + column.name + "\" cannot be cast automatically to type " + column.type.to_string())
          .with_hint("You might need to specify \"USING " + quote_identifier(column.name) +
                     "::" + column.type.to_string() + "\".");
    }
    if (action.expression == nullptr && table.columns[index].domain == kNoObject &&
        reads_as(before_type, table.columns[index].type) && !is_kept_elsewhere(table, table.columns[index].id)) {
      session_.run_ddl([&](DdlContext& context) { context.put(std::move(table)); });
      return;
    }
    const std::string source = action.expression == nullptr ? values[index] : "(" + to_sql(*action.expression) + ")";
    values[index] = source + "::" + to_sql(action.column->type);
    rewrite(std::move(table), values);
  }

  /// ADD … USING INDEX: a constraint over the index's columns takes its place.
  void add_constraint_of_index(const ast::Constraint& constraint) {
    ast::Constraint over_columns;
    over_columns.kind = constraint.kind;
    over_columns.position = constraint.position;
    over_columns.name = constraint.name.empty() ? constraint.using_index : constraint.name;
    change([&](TableEntry& table, DdlContext& context) {
      check_index_of(table, constraint.using_index, context);
      const auto unique = std::ranges::find(table.uniques, constraint.using_index, &UniqueConstraint::name);
      if (unique == table.uniques.end()) {
        throw Error(sqlstate::kWrongObjectType, "\"" + constraint.using_index + "\" is not a unique index")
            .with_detail("Cannot create a primary key or unique constraint using such an index.")
            .at(constraint.position);
      }
      if (unique->index_sql.empty()) {
        throw Error(sqlstate::kObjectNotInPrerequisiteState,
                    "index \"" + unique->name + "\" is already associated with a constraint")
            .at(constraint.position);
      }
      if (unique->is_computed()) {
        throw Error(sqlstate::kWrongObjectType, unique->expressions.empty()
                                                    ? "\"" + constraint.using_index + "\" is a partial index"
                                                    : "index \"" + constraint.using_index + "\" contains expressions")
            .with_detail("Cannot create a primary key or unique constraint using such an index.")
            .at(constraint.position);
      }
      for (const ColumnId id : unique->columns) {
        over_columns.columns.push_back({constraint.position, table.find_column(id)->name});
      }
      over_columns.nulls_not_distinct = unique->nulls_not_distinct;
      if (over_columns.name != unique->name) {
        session_.notify("NOTICE", Error(sqlstate::kSuccessfulCompletion,
                                        "ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"" + unique->name +
                                            "\" to \"" + over_columns.name + "\""));
      }
      context.drop(ObjectKind::kTable, unique->hidden_table);
      table.uniques.erase(unique);
    });
    add_table_constraint(over_columns, "");
  }

  /// `column`: the new column that it was written at, or empty.
  void add_table_constraint(const ast::Constraint& constraint, const std::string& column) {
    if (!constraint.using_index.empty()) {
      add_constraint_of_index(constraint);
      return;
    }
    TableEntry table = current();
    session_.run_ddl([&](DdlContext& context) {
      context.require_owner(table.owner, "table", table.name);
      add_constraint(table, constraint, column, context);
    });
    switch (constraint.kind) {
      case ast::ConstraintKind::Check:
        if (!constraint.not_valid) {
          require_check_holds(table, table.checks.back());
        }
        session_.run_ddl([&](DdlContext& context) { context.put(table); });
        return;
      case ast::ConstraintKind::PrimaryKey:
        for (ColumnId id : table.key->columns) {
          require_no_nulls(table.find_column(id)->name);
        }
        table.time_column = kNoColumn;
        decide_kind(table);
        try {
          rewrite(table, column_names(table));
        } catch (const Error& error) {
          if (error.sqlstate() == sqlstate::kUniqueViolation) {
            throw index_error(error, table.key->name);
          }
          throw;
        }
        return;
      case ast::ConstraintKind::ForeignKey:
        session_.run_ddl([&](DdlContext& context) { context.put(table); });
        if (table.foreign_keys.back().validated) {
          validate_foreign_key(session_, table, table.foreign_keys.back());
        }
        return;
      case ast::ConstraintKind::Unique:
        session_.run_ddl([&](DdlContext& context) {
          put_hidden_table(table, table.uniques.back(), context);
          context.put(table);
        });
        enter_existing_rows(session_, table, table.uniques.back());
        return;
      default:
        throw Error(sqlstate::kFeatureNotSupported, "this constraint is not supported");
    }
  }

  void drop_constraint(const ast::AlterTableAction& action) {
    TableEntry table = current();
    const auto named = [&](const auto& constraint) {
      // A unique index is no constraint.
      if constexpr (requires { constraint.index_sql; }) {
        return constraint.name == action.name && constraint.index_sql.empty();
      } else {
        return constraint.name == action.name;
      }
    };
    if (table.key && named(*table.key)) {
      change([&](TableEntry& changed, DdlContext& context) {
        drop_references(changed, changed.key->columns, false, "constraint " + action.name + " on table " + changed.name,
                        action.cascade, context);
      });
      table = current();
      table.key.reset();
      table.time_column = kNoColumn;
      decide_kind(table);
      rewrite(table, column_names(table));
      return;
    }
    change([&](TableEntry& changed, DdlContext& context) {
      if (std::any_of(changed.foreign_keys.begin(), changed.foreign_keys.end(), named)) {
        remove_foreign_key(changed, action.name, context);
        return;
      }
      for (const UniqueConstraint& unique : std::vector(changed.uniques)) {
        if (named(unique)) {
          drop_references(changed, unique.columns, false, "constraint " + action.name + " on table " + changed.name,
                          action.cascade, context);
        }
      }
      const size_t count = changed.checks.size() + changed.uniques.size();
      std::erase_if(changed.checks, named);
      std::erase_if(changed.uniques, [&](const UniqueConstraint& unique) {
        if (named(unique) && unique.hidden_table != kNoObject) {
          context.drop(ObjectKind::kTable, unique.hidden_table);
        }
        return named(unique);
      });
      if (count == changed.checks.size() + changed.uniques.size()) {
        Error missing(sqlstate::kUndefinedObject, "constraint \"" + action.name + "\" of relation \"" + changed.name +
                                                      "\" does not exist" + (action.if_exists ? ", skipping" : ""));
        if (!action.if_exists) {
          throw missing;
        }
        context.notice("NOTICE", missing);
      }
    });
  }

  void check_cluster_index(const ast::AlterTableAction& action) {
    session_.read_catalog([&](const DdlContext& context) {
      check_index_of(context.indexed_table(statement_.table), action.name, context);
    });
  }

  /// Only foreign keys can be deferred.
  void alter_constraint(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext&) {
      const auto named = [&](const auto& constraint) { return constraint.name == action.name; };
      const auto key = std::ranges::find_if(table.foreign_keys, named);
      const std::string what = "constraint \"" + action.name + "\" of relation \"" + table.name + "\"";
      if (key != table.foreign_keys.end()) {
        key->deferrable = action.constraint->deferrable;
        key->initially_deferred = action.constraint->initially_deferred;
        return;
      }
      const bool known = (table.key && named(*table.key)) || std::ranges::any_of(table.uniques, named) ||
                         std::ranges::any_of(table.checks, named);
      if (known) {
        throw Error(sqlstate::kWrongObjectType, what + " is not a foreign key constraint");
      }
      throw Error(sqlstate::kUndefinedObject, what + " does not exist");
    });
  }

  void validate(const ast::AlterTableAction& action) {
    const TableEntry table = current();
    const auto named = [&](const auto& constraint) { return constraint.name == action.name; };
    const auto key = std::find_if(table.foreign_keys.begin(), table.foreign_keys.end(), named);
    if (key != table.foreign_keys.end()) {
      validate_foreign_key(session_, table, *key);
      change([&](TableEntry& changed, DdlContext&) {
        std::find_if(changed.foreign_keys.begin(), changed.foreign_keys.end(), named)->validated = true;
      });
      return;
    }
    const auto check = std::find_if(table.checks.begin(), table.checks.end(), named);
    if (check == table.checks.end()) {
      throw Error(sqlstate::kUndefinedObject,
                  "constraint \"" + action.name + "\" of relation \"" + table.name + "\" does not exist");
    }
    require_check_holds(table, *check);
  }

  void require_check_holds(const TableEntry& table, const CheckConstraint& check) {
    if (any_row(session_, "SELECT 1 FROM " + table_name() + " WHERE NOT (" + check.sql + ") LIMIT 1")) {
      throw Error(sqlstate::kCheckViolation,
                  "check constraint \"" + check.name + "\" of relation \"" + table.name + "\" is violated by some row");
    }
  }

  /// Whether values of `from` become those of the column by an assignment cast.
  bool can_assign(const ColumnEntry& column, LogicalType from) {
    bool can = true;
    session_.read_catalog([&](const DdlContext& context) {
      PlannerContext planner = context.planner();
      const auto null_of_type = parse_expression("NULL::" + from.to_string());
      try {
        static_cast<void>(bind_table_expression(*null_of_type, nullptr, column.type, planner));
      } catch (const Error&) {
        can = false;
      }
    });
    return can;
  }

  void change_owner(const ast::AlterTableAction& action) {
    change([&](TableEntry& table, DdlContext& context) { table.owner = context.role(action.name).id; });
  }

  Session& session_;
  const ast::AlterTableStatement& statement_;
};

}  // namespace

namespace {

bool is_table(Session& session, const ast::AlterTableStatement& statement) {
  bool is = false;
  session.read_catalog([&](const DdlContext& context) {
    const CatalogEntry* found = context.find_relation(statement.table);
    is = statement.object == ast::ObjectKind::Table && (found == nullptr || kind_of(*found) == ObjectKind::kTable);
  });
  return is;
}

std::string_view action_words(Action kind) {
  switch (kind) {
    case Action::AddColumn:
      return "ADD COLUMN";
    case Action::DropColumn:
      return "DROP COLUMN";
    case Action::SetNotNull:
      return "ALTER COLUMN ... SET NOT NULL";
    case Action::DropNotNull:
      return "ALTER COLUMN ... DROP NOT NULL";
    case Action::ColumnType:
      return "ALTER COLUMN ... SET DATA TYPE";
    case Action::AddConstraint:
      return "ADD CONSTRAINT";
    case Action::DropConstraint:
      return "DROP CONSTRAINT";
    case Action::ValidateConstraint:
      return "VALIDATE CONSTRAINT";
    default:
      return "";
  }
}

/// SET and RESET of a view's options: who is asked for rights is the same here whatever they say. False if it is no
/// view.
bool set_view_options(const CatalogEntry& relation, const ast::AlterTableAction& action, DdlContext& context) {
  const auto* found = std::get_if<ViewEntry>(&relation);
  if (found == nullptr || found->materialized_table != kNoObject) {
    return found != nullptr;
  }
  ViewEntry view = *found;
  for (const ast::Option& option : action.options) {
    if (option.name == "check_option") {
      if (action.kind == Action::ResetOptions) {
        view.check_option = CheckOption::kNone;
      } else if (option.value == "local" || option.value == "cascaded") {
        view.check_option = option.value == "local" ? CheckOption::kLocal : CheckOption::kCascaded;
      } else {
        throw Error(sqlstate::kInvalidParameterValue, "invalid value for enum option \"check_option\": " + option.value)
            .with_detail("Valid values are \"local\" and \"cascaded\".");
      }
    } else if (option.name != "security_barrier" && option.name != "security_invoker") {
      throw Error(sqlstate::kInvalidParameterValue, "unrecognized parameter \"" + option.name + "\"");
    }
  }
  context.put(std::move(view));
  return true;
}

/// Views, materialized views, sequences and indexes take few of the actions.
void alter_other_relation(const ast::AlterTableStatement& statement, DdlContext& context) {
  const std::string name = statement.table.last();
  const UniqueConstraint* unique = nullptr;
  const CatalogEntry* found = context.find_relation(statement.table);
  const bool unique_index = found == nullptr && context.find_unique_index(statement.table, &unique) != nullptr;
  if (found == nullptr && !unique_index) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(statement.table) + "\" does not exist");
  }
  const bool index = unique_index || kind_of(*found) == ObjectKind::kIndex;
  if (index != (statement.object == ast::ObjectKind::Index)) {
    throw Error(sqlstate::kWrongObjectType, "\"" + name + "\" is not " +
                                                (statement.object == ast::ObjectKind::Index
                                                     ? "an index"
                                                     : "a table, view, materialized view, sequence, or foreign table"));
  }
  for (const ast::AlterTableAction& action : statement.actions) {
    switch (action.kind) {
      case Action::OwnerTo: {
        if (unique_index) {
          break;
        }
        CatalogEntry changed = *found;
        std::visit(
            [&](auto& entry) {
              if constexpr (requires { entry.owner; }) {
                context.require_owner(entry.owner, "relation", name);
                entry.owner = context.role(action.name).id;
              }
            },
            changed);
        context.put(std::move(changed));
        break;
      }
      case Action::SetOptions:
      case Action::ResetOptions:
        if (!index && !set_view_options(*found, action, context)) {
          throw Error(sqlstate::kFeatureNotSupported, "this form of ALTER is not supported").at(action.position);
        }
        break;
      case Action::SetTablespace:
      case Action::SetStatistics:
        break;
      default:
        if (const std::string_view words = action_words(action.kind); !words.empty()) {
          throw Error(sqlstate::kWrongObjectType,
                      "ALTER action " + std::string(words) + " cannot be performed on relation \"" + name + "\"");
        }
        throw Error(sqlstate::kFeatureNotSupported, "this form of ALTER is not supported").at(action.position);
    }
  }
}

}  // namespace

std::unique_ptr<Result> run_alter_table(Session& session, const ast::Statement& statement) {
  const auto& syntax = statement.as<ast::AlterTableStatement>();
  bool exists = true;
  session.run_ddl([&](DdlContext& context) { exists = context.find_relation(syntax.table) != nullptr; });
  if (!exists && syntax.if_exists) {
    session.notify("NOTICE", Error(sqlstate::kUndefinedTable,
                                   "relation \"" + display_name(syntax.table) + "\" does not exist, skipping"));
    return BufferedResult::command(command_words(statement));
  }
  if (!is_table(session, syntax)) {
    session.run_ddl([&](DdlContext& context) { alter_other_relation(syntax, context); });
    return BufferedResult::command(command_words(statement));
  }
  TableAlteration alteration(session, syntax);
  for (const ast::AlterTableAction& action : syntax.actions) {
    alteration.apply(action);
  }
  return BufferedResult::command(command_words(statement));
}

}  // namespace tidemark
