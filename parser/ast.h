#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The abstract syntax of SQL: what the parser makes and the binder reads. This header holds what all parts share; the
/// nodes are in ast_expression.h, ast_query.h and ast_statement.h.
///
/// Nodes are plain structs, owned by `std::unique_ptr`, tagged with a `kind` and cast by `node.as<T>()`; a null pointer
/// means that the part was not written. Names are as the catalog sees them: unquoted ones folded to lower case, quoted
/// ones as written. Every node bears `position`: where an error about it should point, in characters (not bytes) of the
/// statement text, from 1; 0 = unknown. It is PostgreSQL's choice of place: the operator of a binary expression, the
/// first token of most others.
namespace tidemark::ast {

struct Expression;
struct Statement;
struct Query;
struct WindowDefinition;
using ExpressionPtr = std::unique_ptr<Expression>;
using StatementPtr = std::unique_ptr<Statement>;
using QueryPtr = std::unique_ptr<Query>;
using ExpressionList = std::vector<ExpressionPtr>;

/// `a`, `schema.a`, `database.schema.a` … At least one part, except where the grammar lets a name be left out.
struct QualifiedName {
  int position = 0;
  std::vector<std::string> parts;

  [[nodiscard]] bool empty() const { return parts.empty(); }
  /// The last part: the object's own name.
  [[nodiscard]] const std::string& last() const { return parts.back(); }
  [[nodiscard]] bool operator==(const QualifiedName& other) const { return parts == other.parts; }
};

/// A single name with its place.
struct Name {
  int position = 0;
  std::string text;
  [[nodiscard]] bool empty() const { return text.empty(); }
};

/// Which fields an INTERVAL type was narrowed to, as in `interval day to second(3)`.
enum class IntervalFields : uint8_t {
  All,
  Year,
  Month,
  Day,
  Hour,
  Minute,
  Second,
  YearToMonth,
  DayToHour,
  DayToMinute,
  DayToSecond,
  HourToMinute,
  HourToSecond,
  MinuteToSecond
};

/// A type as written, normalised as PostgreSQL's grammar does: the SQL spellings of built-in types become catalog names
/// (`double precision` → `pg_catalog.float8`, `timestamp(3) with time zone` → `pg_catalog.timestamptz(3)`, `char` →
/// `pg_catalog.bpchar(1)`).
struct TypeName {
  int position = 0;
  QualifiedName name;
  ExpressionList
      modifiers;  ///< `numeric(10, 2)`: two integer literals; `timestamptz(9)`: one. Of interval: the precision.
  IntervalFields interval_fields = IntervalFields::All;
  std::vector<int>
      array_bounds;  ///< One entry a dimension; -1 where no bound was written (bounds mean nothing, as in PostgreSQL).
  bool set_of = false;
  bool percent_type = false;  ///< `table.column%TYPE`.
};

/// A name in an operator's place: `+`, or `OPERATOR(pg_catalog.+)`.
struct OperatorName {
  int position = 0;
  std::vector<std::string> schema;  ///< Empty unless written with OPERATOR(…).
  std::string symbol;               ///< `<>` for `!=`, else as written.
};

/// Base of all expressions; see ast_expression.h.
enum class ExpressionKind : uint8_t {
  ColumnReference,
  Literal,
  Parameter,
  Default,
  Operator,
  Logical,
  Not,
  Between,
  In,
  Pattern,
  Test,
  DistinctFrom,
  Case,
  Cast,
  Collate,
  AtTimeZone,
  FunctionCall,
  Builtin,
  Subquery,
  Quantified,
  Array,
  Row,
  Subscript,
  FieldSelection,
  CurrentOf
};

struct Expression {
  ExpressionKind kind;
  int position = 0;

  explicit Expression(ExpressionKind expression_kind) : kind(expression_kind) {}
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  virtual ~Expression() = default;

  /// Precondition: `T::kKind == kind`.
  template <class T>
  [[nodiscard]] const T& as() const {
    return static_cast<const T&>(*this);
  }
  template <class T>
  [[nodiscard]] T& as() {
    return static_cast<T&>(*this);
  }
};

/// Base of all statements; see ast_statement.h. Queries are statements, too (ast_query.h).
enum class StatementKind : uint8_t {
  Query,
  Insert,
  Update,
  Delete,
  Merge,
  Copy,
  CreateTable,
  CreateTableAs,
  AlterTable,
  Drop,
  Truncate,
  CreateView,
  CreateIndex,
  CreateSequence,
  AlterSequence,
  CreateSchema,
  CreateDatabase,
  AlterDatabase,
  CreateEnum,
  AlterEnum,
  CreateCompositeType,
  CreateDomain,
  AlterDomain,
  CreateRole,
  AlterRole,
  AlterRoleSet,
  GrantRole,
  GrantPrivileges,
  Rename,
  SetSchema,
  SetOwner,
  Comment,
  RefreshMaterializedView,
  Reindex,
  Transaction,
  Set,
  Show,
  Reset,
  SetTransaction,
  SetConstraints,
  Prepare,
  Execute,
  Deallocate,
  DeclareCursor,
  Fetch,
  CloseCursor,
  Explain,
  Analyze,
  Vacuum,
  Cluster,
  Checkpoint,
  Flush,
  Compact,
  Discard,
  LockTable,
  Listen,
  Unlisten,
  Notify,
  Use,
  Do,
  Call,
  Unsupported
};

struct Statement {
  StatementKind kind;
  int position = 0;
  /// The statement's own bytes within the text given to the parser, without the semicolon and the white space around
  /// it.
  size_t source_offset = 0;
  size_t source_length = 0;

  explicit Statement(StatementKind statement_kind) : kind(statement_kind) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  virtual ~Statement() = default;

  template <class T>
  [[nodiscard]] const T& as() const {
    return static_cast<const T&>(*this);
  }
  template <class T>
  [[nodiscard]] T& as() {
    return static_cast<T&>(*this);
  }
};

}  // namespace tidemark::ast
