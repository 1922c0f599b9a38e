#pragma once

#include "parser/ast.h"
#include "parser/ast_expression.h"
#include "parser/ast_query.h"

/// Statements other than queries. Options of the `WITH (name = value)` kind stay a list of names and texts: what they
/// mean is the business of whoever runs the statement.
namespace tidemark::ast {

/// `name = value` in WITH (…), COPY (…), EXPLAIN (…), …: the value may be missing (`BINARY`), a word, a number, a
/// string, or a list.
struct Option {
  enum class ValueKind : uint8_t { None, Word, Number, String, List };
  int position = 0;
  std::string name;  ///< Lower case; a qualified `toast.x` keeps its dot.
  ValueKind value_kind = ValueKind::None;
  std::string
      value;  ///< Words in lower case unless quoted; `true`, `false`, `on`, `off` are words. Numbers with their sign.
  std::vector<std::string> list;  ///< `FORCE_QUOTE (a, b)`; a star is the one entry `*`.
};

// ---------------------------------------------------------------------------------------------------------------- data

/// One entry of UPDATE … SET, ON CONFLICT … SET: `a = e`, or `(a, b) = row or subquery` with several targets.
struct Assignment {
  struct Target {
    int position = 0;
    std::string column;
    std::vector<std::string> fields;  ///< `a.b = …`.
    struct Subscript {
      ExpressionPtr low;   ///< Of a slice, may be null.
      ExpressionPtr high;  ///< The index itself where `slice` is false; of a slice, may be null.
      bool slice = false;
    };
    std::vector<Subscript> subscripts;  ///< `a[1] = …`, `a[1:2] = …`.
  };
  int position = 0;
  std::vector<Target> targets;  ///< One, or the list in parentheses (then `multiple`).
  bool multiple = false;
  ExpressionPtr value;  ///< With `multiple`: a RowExpression, a scalar subquery, or anything (an error of the binder).
};

/// One entry of `ON CONFLICT (…)`, or of CREATE INDEX.
struct IndexElement {
  int position = 0;
  std::string column;        ///< Empty if an expression.
  ExpressionPtr expression;  ///< Null if a column.
  QualifiedName collation;
  QualifiedName operator_class;
  OrderItem::Direction direction = OrderItem::Direction::Default;
  OrderItem::Nulls nulls = OrderItem::Nulls::Default;
};

struct OnConflict {
  int position = 0;
  std::vector<IndexElement> target;  ///< `ON CONFLICT (a, b)`.
  ExpressionPtr target_where;
  std::string constraint;  ///< `ON CONFLICT ON CONSTRAINT name`.
  bool update = false;     ///< Else DO NOTHING.
  std::vector<Assignment> assignments;
  ExpressionPtr where;
};

enum class Overriding : uint8_t { None, User, System };

/// `INSERT INTO t [AS a] (columns) …` and `UPSERT INTO t (columns) …`.
struct InsertStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Insert;
  InsertStatement() : Statement(kKind) {}
  bool upsert = false;
  std::unique_ptr<WithClause> with;
  QualifiedName table;
  std::string alias;
  std::vector<Assignment::Target> columns;  ///< Empty: all.
  Overriding overriding = Overriding::None;
  QueryPtr query;  ///< Null: DEFAULT VALUES. A ValuesQuery may hold DefaultValue expressions.
  std::unique_ptr<OnConflict> on_conflict;
  std::vector<SelectTarget> returning;
};

struct UpdateStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Update;
  UpdateStatement() : Statement(kKind) {}
  std::unique_ptr<WithClause> with;
  std::unique_ptr<TableReference> table;
  std::vector<Assignment> assignments;
  std::vector<TableExpressionPtr> from;
  ExpressionPtr where;
  std::vector<SelectTarget> returning;
};

struct DeleteStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Delete;
  DeleteStatement() : Statement(kKind) {}
  std::unique_ptr<WithClause> with;
  std::unique_ptr<TableReference> table;
  std::vector<TableExpressionPtr> using_tables;
  ExpressionPtr where;
  std::vector<SelectTarget> returning;
};

/// `WHEN [NOT] MATCHED [AND condition] THEN …`.
struct MergeAction {
  enum class Kind : uint8_t { DoNothing, Insert, Update, Delete };
  int position = 0;
  bool matched = true;
  ExpressionPtr condition;
  Kind kind = Kind::DoNothing;
  std::vector<Assignment> assignments;      ///< Update.
  std::vector<Assignment::Target> columns;  ///< Insert.
  Overriding overriding = Overriding::None;
  ExpressionList values;  ///< Insert; empty: DEFAULT VALUES.
};

struct MergeStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Merge;
  MergeStatement() : Statement(kKind) {}
  std::unique_ptr<WithClause> with;
  std::unique_ptr<TableReference> target;
  TableExpressionPtr source;
  ExpressionPtr condition;
  std::vector<MergeAction> actions;
};

/// `COPY table (columns) | (query) FROM | TO 'file' | PROGRAM 'x' | STDIN | STDOUT …`. The old option words become
/// options.
struct CopyStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Copy;
  CopyStatement() : Statement(kKind) {}
  QualifiedName table;  ///< Empty with a query.
  std::vector<Name> columns;
  StatementPtr query;
  bool from = true;
  bool program = false;
  bool standard_stream = false;  ///< STDIN or STDOUT.
  std::string file;
  std::vector<Option> options;
  ExpressionPtr where;
};

struct TruncateStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Truncate;
  TruncateStatement() : Statement(kKind) {}
  std::vector<QualifiedName> tables;
  bool restart_identity = false;
  bool cascade = false;
};

// ----------------------------------------------------------------------------------------------------------
// definitions

enum class ConstraintKind : uint8_t {
  NotNull,
  Null,
  Default,
  Check,
  PrimaryKey,
  Unique,
  ForeignKey,
  Generated,
  Identity,
  Exclusion
};

/// A constraint of a column or of a table.
struct Constraint {
  enum class Action : uint8_t { NoAction, Restrict, Cascade, SetNull, SetDefault };
  ConstraintKind kind = ConstraintKind::NotNull;
  int position = 0;
  std::string name;           ///< CONSTRAINT name; empty if not written.
  ExpressionPtr expression;   ///< Default, Check, Generated.
  std::vector<Name> columns;  ///< Of a table constraint: PrimaryKey, Unique, ForeignKey.
  std::vector<Name> include;
  std::vector<Option> options;  ///< WITH (…).
  bool nulls_not_distinct = false;
  std::string using_index;         ///< ALTER TABLE … ADD PRIMARY KEY USING INDEX name.
  QualifiedName referenced_table;  ///< ForeignKey.
  std::vector<Name> referenced_columns;
  enum class Match : uint8_t { Simple, Full, Partial } match = Match::Simple;
  Action on_update = Action::NoAction, on_delete = Action::NoAction;
  std::vector<Name> on_delete_columns;
  bool identity_always = false;          ///< Identity: GENERATED ALWAYS, else BY DEFAULT.
  std::vector<Option> sequence_options;  ///< Identity, names as in CreateSequence.
  bool deferrable = false, initially_deferred = false, not_valid = false, no_inherit = false;
};

struct ColumnDefinition {
  int position = 0;
  std::string name;
  bool has_type = true;  ///< False in CREATE TABLE … OF and CREATE TABLE t (a, b) AS.
  TypeName type;         ///< `serial` and its kin are plain names here.
  QualifiedName collation;
  std::string compression, storage;
  std::vector<Constraint> constraints;
};

/// `LIKE table INCLUDING ALL EXCLUDING INDEXES`.
struct LikeClause {
  int position = 0;
  QualifiedName table;
  std::vector<std::pair<std::string, bool>> options;  ///< (`defaults`, including?).
};

enum class Persistence : uint8_t { Permanent, Temporary, Unlogged };
enum class OnCommit : uint8_t { Default, PreserveRows, DeleteRows, Drop };

struct CreateTableStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateTable;
  CreateTableStatement() : Statement(kKind) {}
  QualifiedName table;
  bool if_not_exists = false;
  Persistence persistence = Persistence::Permanent;
  std::vector<ColumnDefinition> columns;
  std::vector<Constraint> constraints;
  std::vector<LikeClause> likes;
  std::vector<size_t> like_columns;  ///< For each of `likes`: before which of `columns` it stands.
  std::vector<QualifiedName> inherits;
  std::string partition_strategy;  ///< PARTITION BY range | list | hash (…): empty without.
  std::vector<IndexElement> partition_elements;
  QualifiedName partition_of;  ///< Refused by whoever runs it; the bounds are not kept.
  std::vector<Option>
      options;  ///< WITH (…): this is where `partition_interval`, `retention`, `time`, `on_duplicate` come from.
  OnCommit on_commit = OnCommit::Default;
  std::string access_method, tablespace;
};

/// `CREATE TABLE t AS query`, `CREATE MATERIALIZED VIEW t AS query`, and `SELECT … INTO` stays a query.
struct CreateTableAsStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateTableAs;
  CreateTableAsStatement() : Statement(kKind) {}
  QualifiedName table;
  bool if_not_exists = false;
  bool materialized_view = false;
  Persistence persistence = Persistence::Permanent;
  std::vector<Name> columns;
  std::vector<Option> options;
  OnCommit on_commit = OnCommit::Default;
  std::string access_method, tablespace;
  StatementPtr query;  ///< A query, or EXECUTE.
  bool with_data = true;
};

struct CreateViewStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateView;
  CreateViewStatement() : Statement(kKind) {}
  QualifiedName view;
  bool or_replace = false;
  bool recursive = false;
  Persistence persistence = Persistence::Permanent;
  std::vector<Name> columns;
  std::vector<Option> options;
  QueryPtr query;
  enum class CheckOption : uint8_t { None, Local, Cascaded } check_option = CheckOption::None;
};

struct CreateIndexStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateIndex;
  CreateIndexStatement() : Statement(kKind) {}
  std::string name;  ///< Empty: one is made up.
  bool unique = false, concurrently = false, if_not_exists = false, only = false;
  QualifiedName table;
  std::string method;  ///< `btree` if not written.
  std::vector<IndexElement> elements;
  std::vector<Name> include;
  bool nulls_not_distinct = false;
  std::vector<Option> options;
  std::string tablespace;
  ExpressionPtr where;
};

/// Sequence options, by name: `as` (a type), `increment`, `minvalue`, `maxvalue` (no value: NO MINVALUE), `start`,
/// `restart`, `cache`, `cycle` (word true or false), `owned_by` (a list: the qualified name's parts, or the word none),
/// `sequence_name`.
struct CreateSequenceStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateSequence;
  CreateSequenceStatement() : Statement(kKind) {}
  QualifiedName sequence;
  bool if_not_exists = false;
  Persistence persistence = Persistence::Permanent;
  std::vector<Option> options;
};

struct AlterSequenceStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::AlterSequence;
  AlterSequenceStatement() : Statement(kKind) {}
  QualifiedName sequence;
  bool if_exists = false;
  std::vector<Option> options;
};

struct CreateSchemaStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateSchema;
  CreateSchemaStatement() : Statement(kKind) {}
  std::string name;  ///< Empty: the role's name.
  std::string authorization;
  bool if_not_exists = false;
  std::vector<StatementPtr> elements;
};

struct CreateDatabaseStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateDatabase;
  CreateDatabaseStatement() : Statement(kKind) {}
  std::string name;
  bool if_not_exists = false;  ///< An extension.
  std::vector<Option> options;
};

/// `ALTER DATABASE d WITH …`, or `ALTER DATABASE d SET x = y`: then `setting` is a SetStatement or ResetStatement.
struct AlterDatabaseStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::AlterDatabase;
  AlterDatabaseStatement() : Statement(kKind) {}
  std::string name;
  std::vector<Option> options;
  StatementPtr setting;
};

struct CreateEnumStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateEnum;
  CreateEnumStatement() : Statement(kKind) {}
  QualifiedName type;
  std::vector<std::string> labels;
};

/// `ALTER TYPE t ADD VALUE 'x' BEFORE | AFTER 'y'`, `RENAME VALUE 'x' TO 'y'`.
struct AlterEnumStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::AlterEnum;
  AlterEnumStatement() : Statement(kKind) {}
  QualifiedName type;
  std::string old_label;  ///< Not empty: rename.
  std::string new_label;
  std::string neighbour;  ///< Empty: at the end.
  bool after = true;
  bool if_not_exists = false;
};

struct CreateCompositeTypeStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateCompositeType;
  CreateCompositeTypeStatement() : Statement(kKind) {}
  QualifiedName type;
  std::vector<ColumnTypePair> columns;
};

struct CreateDomainStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateDomain;
  CreateDomainStatement() : Statement(kKind) {}
  QualifiedName domain;
  TypeName type;
  QualifiedName collation;
  std::vector<Constraint> constraints;
};

struct AlterDomainStatement final : Statement {
  enum class Action : uint8_t {
    SetDefault,
    DropDefault,
    SetNotNull,
    DropNotNull,
    AddConstraint,
    DropConstraint,
    ValidateConstraint
  };
  static constexpr StatementKind kKind = StatementKind::AlterDomain;
  AlterDomainStatement() : Statement(kKind) {}
  QualifiedName domain;
  Action action = Action::SetDefault;
  ExpressionPtr expression;
  std::unique_ptr<Constraint> constraint;
  std::string constraint_name;
  bool if_exists = false, cascade = false;
};

enum class AlterTableKind : uint8_t {
  AddColumn,
  DropColumn,
  SetDefault,
  DropDefault,
  SetNotNull,
  DropNotNull,
  ColumnType,
  SetStatistics,
  SetStorage,
  SetCompression,
  SetColumnOptions,
  ResetColumnOptions,
  AddIdentity,
  SetIdentity,
  DropIdentity,
  DropExpression,
  AddConstraint,
  AlterConstraint,
  ValidateConstraint,
  DropConstraint,
  SetOptions,
  ResetOptions,
  SetLogged,
  SetUnlogged,
  OwnerTo,
  Inherit,
  NoInherit,
  SetTablespace,
  ClusterOn,
  NoEffect,       ///< REPLICA IDENTITY, SET WITHOUT OIDS, ENABLE TRIGGER ALL …: there is nothing to do here.
  EnableTrigger,  ///< By name.
  DisableTrigger,
  Other
};

/// One comma-separated action of ALTER TABLE.
struct AlterTableAction {
  AlterTableKind kind = AlterTableKind::Other;
  int position = 0;
  std::string name;        ///< The column or constraint, the role of OwnerTo; of Other and NoEffect: the words.
  bool if_exists = false;  ///< Or IF NOT EXISTS of AddColumn.
  bool cascade = false;
  std::unique_ptr<ColumnDefinition> column;  ///< AddColumn; ColumnType (type and collation).
  ExpressionPtr expression;                  ///< SetDefault; ColumnType: USING.
  std::unique_ptr<Constraint> constraint;    ///< AddConstraint, AddIdentity, AlterConstraint.
  std::vector<Option> options;  ///< SetOptions, ResetOptions, SetIdentity, SetColumnOptions; `value` of SetStorage,
                                ///< SetStatistics, SetCompression.
  QualifiedName other_table;    ///< Inherit.
};

enum class ObjectKind : uint8_t {
  Table,
  View,
  MaterializedView,
  Index,
  Sequence,
  Schema,
  Database,
  Type,
  Domain,
  Role,
  Column,
  Constraint,
  DomainConstraint,
  Function,
  Procedure,
  Routine,
  Aggregate,
  Operator,
  Extension,
  Collation,
  Trigger,
  Rule,
  Policy,
  Language,
  Tablespace,
  Cast,
  Conversion,
  ForeignTable,
  Publication,
  Subscription,
  Server,
  Statistics,
  AccessMethod,
  EventTrigger,
  TextSearchConfiguration,
  TextSearchDictionary,
  TextSearchParser,
  TextSearchTemplate,
  LargeObject,
  Transform,
  OperatorClass,
  OperatorFamily,
  ForeignDataWrapper,
  UserMapping,
  Attribute
};

/// `ALTER TABLE | VIEW | INDEX | SEQUENCE | MATERIALIZED VIEW name action, …`.
struct AlterTableStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::AlterTable;
  AlterTableStatement() : Statement(kKind) {}
  ObjectKind object = ObjectKind::Table;
  QualifiedName table;
  bool if_exists = false;
  bool only = false;
  std::vector<AlterTableAction> actions;
};

/// `ALTER x [IF EXISTS] name RENAME [COLUMN | CONSTRAINT old] TO new`.
struct RenameStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Rename;
  RenameStatement() : Statement(kKind) {}
  ObjectKind object = ObjectKind::Table;  ///< What is renamed: Column and Constraint are parts of `relation`.
  ObjectKind relation_kind = ObjectKind::Table;
  QualifiedName name;  ///< The relation (or schema, role, …).
  std::string part;    ///< The column or constraint.
  std::string new_name;
  bool if_exists = false, cascade = false;
};

/// `ALTER x name SET SCHEMA s`.
struct SetSchemaStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::SetSchema;
  SetSchemaStatement() : Statement(kKind) {}
  ObjectKind object = ObjectKind::Table;
  QualifiedName name;
  std::string schema;
  bool if_exists = false;
};

/// `ALTER x name OWNER TO r`, for what is no table.
struct SetOwnerStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::SetOwner;
  SetOwnerStatement() : Statement(kKind) {}
  ObjectKind object = ObjectKind::Schema;
  QualifiedName name;
  std::string owner;
};

/// Function-like objects in DROP, COMMENT and GRANT bear their argument types.
struct ObjectName {
  QualifiedName name;
  bool has_arguments = false;
  std::vector<TypeName> arguments;
};

struct DropStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Drop;
  DropStatement() : Statement(kKind) {}
  ObjectKind object = ObjectKind::Table;
  std::vector<ObjectName> names;
  QualifiedName on_table;  ///< DROP TRIGGER x ON table.
  bool if_exists = false, cascade = false, concurrently = false, force = false;
};

struct CommentStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Comment;
  CommentStatement() : Statement(kKind) {}
  ObjectKind object = ObjectKind::Table;
  ObjectName name;         ///< Of a column: with the column as last part. Of a constraint: its name.
  QualifiedName on_table;  ///< Of a constraint, trigger, rule or policy.
  bool has_text = false;   ///< False: IS NULL removes the comment.
  std::string text;
};

struct RefreshMaterializedViewStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::RefreshMaterializedView;
  RefreshMaterializedViewStatement() : Statement(kKind) {}
  QualifiedName view;
  bool concurrently = false;
  bool with_data = true;
};

/// `REINDEX TABLE | INDEX | SCHEMA | DATABASE | SYSTEM name`.
struct ReindexStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Reindex;
  ReindexStatement() : Statement(kKind) {}
  ObjectKind object = ObjectKind::Table;
  QualifiedName name;
  std::vector<Option> options;
};

// ----------------------------------------------------------------------------------------------------------------
// roles

/// Options by name: `superuser`, `createdb`, `createrole`, `inherit`, `login`, `replication`, `bypassrls` (words true
/// and false), `password` (None: PASSWORD NULL), `connection_limit`, `valid_until`, `in_role`, `role`, `admin` (lists),
/// `sysid`.
struct CreateRoleStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CreateRole;
  CreateRoleStatement() : Statement(kKind) {}
  enum class Word : uint8_t { Role, User, Group } word = Word::Role;  ///< CREATE USER can log in.
  std::string name;
  std::vector<Option> options;
};

struct AlterRoleStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::AlterRole;
  AlterRoleStatement() : Statement(kKind) {}
  std::string name;
  std::vector<Option> options;
};

/// `ALTER ROLE r | ALL [IN DATABASE d] SET x = y`.
struct AlterRoleSetStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::AlterRoleSet;
  AlterRoleSetStatement() : Statement(kKind) {}
  std::string name;  ///< Empty: ALL.
  std::string database;
  StatementPtr setting;  ///< SetStatement or ResetStatement.
};

/// `GRANT role, role TO r`, and REVOKE.
struct GrantRoleStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::GrantRole;
  GrantRoleStatement() : Statement(kKind) {}
  bool grant = true;
  std::vector<std::string> roles, grantees;
  bool admin_option = false;  ///< WITH ADMIN OPTION, or ADMIN OPTION FOR.
  bool cascade = false;
  std::string granted_by;
};

struct Privilege {
  std::string name;  ///< Lower case; `all`.
  std::vector<Name> columns;
};

/// `GRANT privileges ON objects TO roles`, and REVOKE.
struct GrantPrivilegesStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::GrantPrivileges;
  GrantPrivilegesStatement() : Statement(kKind) {}
  bool grant = true;
  bool grant_option = false;  ///< WITH GRANT OPTION, or GRANT OPTION FOR.
  std::vector<Privilege> privileges;
  ObjectKind object = ObjectKind::Table;
  bool all_in_schema = false;  ///< ON ALL TABLES IN SCHEMA: `objects` are schemas.
  std::vector<ObjectName> objects;
  std::vector<std::string> grantees;  ///< `public` is everyone.
  bool cascade = false;
  std::string granted_by;
};

// ------------------------------------------------------------------------------------------------ session and
// transaction

enum class TransactionKind : uint8_t {
  Begin,
  Commit,
  Rollback,
  Savepoint,
  ReleaseSavepoint,
  RollbackToSavepoint,
  PrepareTransaction,
  CommitPrepared,
  RollbackPrepared
};
enum class IsolationLevel : uint8_t { Default, ReadUncommitted, ReadCommitted, RepeatableRead, Serializable };

struct TransactionModes {
  IsolationLevel isolation = IsolationLevel::Default;
  std::optional<bool> read_only;
  std::optional<bool> deferrable;
};

struct TransactionStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Transaction;
  TransactionStatement() : Statement(kKind) {}
  TransactionKind transaction_kind = TransactionKind::Begin;
  std::string name;        ///< Savepoint, or the identifier of a prepared transaction.
  TransactionModes modes;  ///< Of Begin.
  bool chain = false;      ///< AND CHAIN.
  bool start = false;      ///< START TRANSACTION, not BEGIN.
};

/// `SET [SESSION] TRANSACTION …`, `SET SESSION CHARACTERISTICS AS TRANSACTION …`.
struct SetTransactionStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::SetTransaction;
  SetTransactionStatement() : Statement(kKind) {}
  bool session = false;
  TransactionModes modes;
  std::string snapshot;  ///< SET TRANSACTION SNAPSHOT.
};

/// `SET [LOCAL] name = values | DEFAULT`. `SET TIME ZONE x`, `SET NAMES x`, `SET ROLE x`, `SET SCHEMA x`, `SET SESSION
/// AUTHORIZATION x`, `SET XML OPTION` are this with the names `timezone`, `client_encoding`, `role`, `search_path`,
/// `session_authorization`.
struct SetStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Set;
  SetStatement() : Statement(kKind) {}
  bool local = false;
  std::string name;  ///< Lower case, with its dots.
  bool use_default = false;
  bool from_current = false;
  /// Literals (strings and words are String; numbers keep their kind and sign, a minus stands in the text), or a Cast
  /// to interval.
  ExpressionList values;
};

struct ShowStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Show;
  ShowStatement() : Statement(kKind) {}
  std::string name;  ///< `all` for SHOW ALL.
};

struct ResetStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Reset;
  ResetStatement() : Statement(kKind) {}
  std::string name;  ///< `all` for RESET ALL.
};

/// `SET CONSTRAINTS ALL | names DEFERRED | IMMEDIATE`.
struct SetConstraintsStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::SetConstraints;
  SetConstraintsStatement() : Statement(kKind) {}
  std::vector<QualifiedName> names;  ///< Empty: ALL.
  bool deferred = false;
};

struct PrepareStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Prepare;
  PrepareStatement() : Statement(kKind) {}
  std::string name;
  std::vector<TypeName> types;
  StatementPtr statement;
};

struct ExecuteStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Execute;
  ExecuteStatement() : Statement(kKind) {}
  std::string name;
  ExpressionList arguments;
};

struct DeallocateStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Deallocate;
  DeallocateStatement() : Statement(kKind) {}
  std::string name;  ///< Empty: ALL.
};

struct DeclareCursorStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::DeclareCursor;
  DeclareCursorStatement() : Statement(kKind) {}
  std::string name;
  bool binary = false, hold = false, insensitive = false, asensitive = false;
  std::optional<bool> scroll;  ///< SCROLL, NO SCROLL, or neither.
  QueryPtr query;
};

/// `FETCH | MOVE direction FROM cursor`.
struct FetchStatement final : Statement {
  enum class Direction : uint8_t { Forward, Backward, Absolute, Relative };
  static constexpr StatementKind kKind = StatementKind::Fetch;
  static constexpr int64_t kAll = INT64_MAX;
  FetchStatement() : Statement(kKind) {}
  std::string cursor;
  bool move = false;
  Direction direction = Direction::Forward;
  int64_t count = 1;  ///< May be negative; `kAll` for ALL.
};

struct CloseCursorStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::CloseCursor;
  CloseCursorStatement() : Statement(kKind) {}
  std::string name;  ///< Empty: ALL.
};

/// `EXPLAIN [ANALYZE] [VERBOSE] statement` or `EXPLAIN (options) statement`; the old words become options.
struct ExplainStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Explain;
  ExplainStatement() : Statement(kKind) {}
  std::vector<Option> options;
  StatementPtr statement;
};

/// One table of ANALYZE or VACUUM.
struct MaintenanceTarget {
  QualifiedName table;
  std::vector<Name> columns;
};

struct AnalyzeStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Analyze;
  AnalyzeStatement() : Statement(kKind) {}
  std::vector<Option> options;
  std::vector<MaintenanceTarget> targets;  ///< Empty: all.
};

struct VacuumStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Vacuum;
  VacuumStatement() : Statement(kKind) {}
  std::vector<Option> options;
  std::vector<MaintenanceTarget> targets;  ///< Empty: all.
};

struct ClusterStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Cluster;
  ClusterStatement() : Statement(kKind) {}
  QualifiedName table;  ///< Empty: all.
  std::string index;
};

struct CheckpointStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Checkpoint;
  CheckpointStatement() : Statement(kKind) {}
};

/// `FLUSH [table]`: writes memtables to segments.
struct FlushStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Flush;
  FlushStatement() : Statement(kKind) {}
  QualifiedName table;  ///< Empty: all.
};

/// `COMPACT [table]`: merges segments until none overlap.
struct CompactStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Compact;
  CompactStatement() : Statement(kKind) {}
  QualifiedName table;  ///< Empty: all.
};

struct DiscardStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Discard;
  DiscardStatement() : Statement(kKind) {}
  enum class What : uint8_t { All, Plans, Sequences, Temporary } what = What::All;
};

struct LockTableStatement final : Statement {
  enum class Mode : uint8_t {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive
  };
  static constexpr StatementKind kKind = StatementKind::LockTable;
  LockTableStatement() : Statement(kKind) {}
  std::vector<QualifiedName> tables;
  Mode mode = Mode::AccessExclusive;
  bool no_wait = false;
};

struct ListenStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Listen;
  ListenStatement() : Statement(kKind) {}
  std::string channel;
};

struct UnlistenStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Unlisten;
  UnlistenStatement() : Statement(kKind) {}
  std::string channel;  ///< Empty: `*`.
};

struct NotifyStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Notify;
  NotifyStatement() : Statement(kKind) {}
  std::string channel, payload;
};

/// `USE database`: the session's database from now on.
struct UseStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Use;
  UseStatement() : Statement(kKind) {}
  std::string database;
};

struct DoStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Do;
  DoStatement() : Statement(kKind) {}
  std::string language;  ///< `plpgsql` if not written.
  std::string body;
};

struct CallStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Call;
  CallStatement() : Statement(kKind) {}
  std::unique_ptr<FunctionCall> call;
};

/// A statement of PostgreSQL that this product knows by its first words only, such as CREATE FUNCTION: whoever runs it
/// answers 0A000.
struct UnsupportedStatement final : Statement {
  static constexpr StatementKind kKind = StatementKind::Unsupported;
  UnsupportedStatement() : Statement(kKind) {}
  std::string words;  ///< `CREATE FUNCTION`: also its command tag.
  std::string text;   ///< The whole statement as written.
};

}  // namespace tidemark::ast
