#pragma once

#include <optional>

#include "parser/ast.h"
#include "parser/ast_expression.h"
#include "parser/literal_rows.h"

/// Queries and what stands in FROM.
namespace tidemark::ast {

struct CommonTable {
  enum class Materialized : uint8_t { Default, Always, Never };
  int position = 0;
  std::string name;
  std::vector<Name> columns;
  Materialized materialized = Materialized::Default;
  StatementPtr statement;  ///< A query, or INSERT, UPDATE, DELETE.
  /// `SEARCH DEPTH FIRST BY a, b SET sequence`
  struct Search {
    int position = 0;
    bool depth_first = false;
    std::vector<Name> columns;
    std::string sequence;
  };
  std::optional<Search> search;
  /// `CYCLE a, b SET mark TO value DEFAULT otherwise USING path`
  struct Cycle {
    int position = 0;
    std::vector<Name> columns;
    std::string mark;
    ExpressionPtr value, otherwise;  ///< both null: true and false
    std::string path;
  };
  std::optional<Cycle> cycle;
};

/// `WITH [RECURSIVE] a AS (…), b AS (…)`.
struct WithClause {
  int position = 0;
  bool recursive = false;
  std::vector<CommonTable> tables;
};

/// `FOR UPDATE OF a, b NOWAIT`.
struct LockingClause {
  enum class Strength : uint8_t { KeyShare, Share, NoKeyUpdate, Update };
  enum class Wait : uint8_t { Block, NoWait, SkipLocked };
  int position = 0;
  Strength strength = Strength::Update;
  Wait wait = Wait::Block;
  std::vector<QualifiedName> tables;  ///< Empty: all.
};

enum class QueryKind : uint8_t { Select, SetOperation, Values };

/// What all queries share. Parentheses leave no trace: `(SELECT 1 ORDER BY 1) LIMIT 1` is one node, as in PostgreSQL.
struct Query : Statement {
  static constexpr StatementKind kKind = StatementKind::Query;
  explicit Query(QueryKind a_query_kind) : Statement(kKind), query_kind(a_query_kind) {}
  QueryKind query_kind;
  std::unique_ptr<WithClause> with;  ///< Null without WITH.
  std::vector<OrderItem> order_by;
  ExpressionPtr limit;   ///< Null: none. LIMIT ALL is null, too. LIMIT NULL is a Null literal.
  ExpressionPtr offset;  ///< Null: none.
  bool with_ties = false;
  std::vector<LockingClause> locking;
};

/// One entry of the select list (or of RETURNING).
struct SelectTarget {
  int position = 0;
  ExpressionPtr expression;
  std::string alias;  ///< Empty if not written.
};

enum class TableExpressionKind : uint8_t { Table, Subquery, Function, Join };

/// An item of FROM.
struct TableExpression {
  TableExpressionKind kind;
  int position = 0;
  std::string alias;  ///< Empty if not written.
  std::vector<Name> column_aliases;
  bool lateral = false;

  explicit TableExpression(TableExpressionKind table_kind) : kind(table_kind) {}
  TableExpression(const TableExpression&) = delete;
  TableExpression& operator=(const TableExpression&) = delete;
  virtual ~TableExpression() = default;

  template <class T>
  [[nodiscard]] const T& as() const {
    return static_cast<const T&>(*this);
  }
  template <class T>
  [[nodiscard]] T& as() {
    return static_cast<T&>(*this);
  }
};
using TableExpressionPtr = std::unique_ptr<TableExpression>;

/// `[ONLY] name [*] [AS alias (columns)] [TABLESAMPLE …]`.
struct TableReference final : TableExpression {
  static constexpr TableExpressionKind kKind = TableExpressionKind::Table;
  TableReference() : TableExpression(kKind) {}
  QualifiedName name;
  bool only = false;
  QualifiedName sample_method;  ///< Empty without TABLESAMPLE.
  ExpressionList sample_arguments;
  ExpressionPtr sample_seed;
};

/// `[LATERAL] (query) AS alias`; VALUES in FROM is this with a ValuesQuery.
struct SubqueryReference final : TableExpression {
  static constexpr TableExpressionKind kKind = TableExpressionKind::Subquery;
  SubqueryReference() : TableExpression(kKind) {}
  QueryPtr query;
};

/// A column of `AS t(a integer, b text)`, or of a composite type.
struct ColumnTypePair {
  int position = 0;
  std::string name;
  TypeName type;
  QualifiedName collation;
};

struct TableFunctionCall {
  ExpressionPtr call;                   ///< A FunctionCall, a Builtin, or a Cast made from such syntax.
  std::vector<ColumnTypePair> columns;  ///< `ROWS FROM (f() AS (a int))`.
};

/// `f(…) [WITH ORDINALITY]`, or `ROWS FROM (f(…), g(…))`.
struct FunctionReference final : TableExpression {
  static constexpr TableExpressionKind kKind = TableExpressionKind::Function;
  FunctionReference() : TableExpression(kKind) {}
  std::vector<TableFunctionCall> calls;  ///< More than one only with ROWS FROM.
  bool rows_from = false;
  bool ordinality = false;
  std::vector<ColumnTypePair> columns;  ///< `AS t(a int, b text)`: the column definition list.
};

enum class JoinKind : uint8_t { Inner, Left, Right, Full, Cross };

/// `left JOIN right …`. The comma of FROM is not a Join: it is the next entry of SelectQuery::from.
struct JoinReference final : TableExpression {
  static constexpr TableExpressionKind kKind = TableExpressionKind::Join;
  JoinReference() : TableExpression(kKind) {}
  JoinKind join_kind = JoinKind::Inner;
  bool natural = false;
  bool asof = false;  ///< `[LEFT] ASOF JOIN`: for each left row the newest right row that satisfies the one inequality
                      ///< of `condition`.
  TableExpressionPtr left, right;
  std::vector<Name> using_columns;
  std::string using_alias;  ///< `USING (a) AS x`.
  ExpressionPtr condition;  ///< Null without ON.
  ExpressionPtr tolerance;  ///< ASOF … TOLERANCE interval; null without.
};

enum class GroupingKind : uint8_t { Expression, Empty, Rollup, Cube, Sets };

/// One item of GROUP BY: an expression, `()`, ROLLUP(…), CUBE(…), GROUPING SETS(…). Items of the last three are
/// Expressions (a RowExpression that was not written ROW(…) is a list of columns), Empty, or nested sets.
struct GroupingItem {
  GroupingKind kind = GroupingKind::Expression;
  int position = 0;
  ExpressionPtr expression;
  std::vector<GroupingItem> items;
};

/// `SAMPLE BY 1h [FROM a TO b] [FILL(…)] [ALIGN TO CALENDAR [TIME ZONE z] [WITH OFFSET o] | FIRST OBSERVATION]`: sugar
/// for a time bucket.
struct SampleByClause {
  enum class Align : uint8_t { Default, Calendar, FirstObservation };
  int position = 0;
  std::string stride;      ///< As written: `1h`, `15m`, `1 day`.
  ExpressionPtr from, to;  ///< Null if not written.
  ExpressionList fill;  ///< One for all, or one a column: PREV, NULL, LINEAR, NONE as column references with that name,
                        ///< or constants.
  Align align = Align::Default;
  ExpressionPtr time_zone, offset;
};

/// `LATEST ON time PARTITION BY keys`: the newest row of each key.
struct LatestOnClause {
  int position = 0;
  ExpressionPtr time;
  ExpressionList partition_by;
};

/// `SELECT …`. `TABLE t` is `SELECT * FROM t`.
struct SelectQuery final : Query {
  static constexpr QueryKind kQueryKind = QueryKind::Select;
  SelectQuery() : Query(kQueryKind) {}
  bool distinct = false;
  ExpressionList distinct_on;         ///< Not empty: DISTINCT ON (…), `distinct` is true then, too.
  std::vector<SelectTarget> targets;  ///< May be empty, as in PostgreSQL.
  QualifiedName into;                 ///< SELECT INTO: makes a table. Empty: none.
  bool into_temporary = false;
  std::vector<TableExpressionPtr> from;
  std::unique_ptr<LatestOnClause> latest_on;  ///< Null without.
  ExpressionPtr where;                        ///< Null without.
  std::unique_ptr<SampleByClause> sample_by;  ///< Null without.
  bool group_distinct = false;                ///< GROUP BY DISTINCT.
  bool has_group_by = false;                  ///< True even for `GROUP BY ()`.
  std::vector<GroupingItem> group_by;
  ExpressionPtr having;  ///< Null without.
  std::vector<WindowDefinition> windows;
};

enum class SetOperationKind : uint8_t { Union, Intersect, Except };

struct SetOperationQuery final : Query {
  static constexpr QueryKind kQueryKind = QueryKind::SetOperation;
  SetOperationQuery() : Query(kQueryKind) {}
  SetOperationKind operation = SetOperationKind::Union;
  bool all = false;
  QueryPtr left, right;
};

/// `VALUES (…), (…)`. Either `rows`, or, for a long list of plain literals, the compact `literal_rows`.
struct ValuesQuery final : Query {
  static constexpr QueryKind kQueryKind = QueryKind::Values;
  ValuesQuery() : Query(kQueryKind) {}
  std::vector<ExpressionList>
      rows;  ///< Not all of one length: the binder says `VALUES lists must all be the same length`.
  std::unique_ptr<LiteralRows> literal_rows;  ///< Null, or all rows, and then `rows` is empty.
};

}  // namespace tidemark::ast
