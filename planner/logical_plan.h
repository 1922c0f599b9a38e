#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/virtual_table.h"
#include "functions/expression.h"

namespace tidemark {

struct TableFunction;
struct LiteralRows;

/// The logical plan: what a statement means, without saying how. SQL and InfluxQL both end here, and rules rewrite it.
///
/// Every node lists its output columns by numbers that are unique in the statement (PlanColumn); expressions name
/// columns by these numbers, so moving a node never renumbers anything.
enum class LogicalKind : uint8_t {
  kScan,
  kVirtualScan,
  kValues,
  kTableFunction,
  kCteScan,  // leaves
  kFilter,
  kProject,
  kAggregate,
  kWindow,
  kSort,
  kLimit,
  kDistinctOn,
  kGapFill,  // one child
  kJoin,
  kApply,
  kSetOperation,
  kRecursive,  // two children
  kWith,       // definitions, then the body as the last child
  kInsert,
  kUpdate,
  kDelete,
  kMerge,
  kLockRows,
};

struct PlanOutput {
  PlanColumn column = 0;
  std::string name;
  LogicalType type;
  /// The table column this is, unchanged: pgwire's RowDescription names it, DML and sorted-input rules need it.
  ObjectId table = kNoObject;
  ColumnId table_column = kNoColumn;
};

struct LogicalNode;
using LogicalPtr = std::unique_ptr<LogicalNode>;

struct LogicalNode {
  LogicalKind kind;
  std::vector<LogicalPtr> children;
  std::vector<PlanOutput> outputs;
  double estimated_rows = 0;

  explicit LogicalNode(LogicalKind node_kind) : kind(node_kind) {}
  LogicalNode(const LogicalNode&) = delete;
  LogicalNode& operator=(const LogicalNode&) = delete;
  virtual ~LogicalNode() = default;

  template <class T>
  [[nodiscard]] const T& as() const {
    return static_cast<const T&>(*this);
  }
  template <class T>
  [[nodiscard]] T& as() {
    return static_cast<T&>(*this);
  }
};

/// Reads a stored table. `outputs` are the columns that are read (kRowIdColumn included where DML needs it).
struct LogicalScan final : LogicalNode {
  ObjectId table = kNoObject;
  std::string alias;  ///< for EXPLAIN
  std::vector<ExpressionPtr>
      filters;  ///< conjuncts that the push-down rule has moved here; the physical planner splits them
  std::vector<PlanOutput> filter_columns;  ///< columns that only `filters` read: no outputs
  LogicalScan() : LogicalNode(LogicalKind::kScan) {}
};

struct LogicalVirtualScan final : LogicalNode {
  const VirtualTable* table = nullptr;
  std::string alias;
  LogicalVirtualScan() : LogicalNode(LogicalKind::kVirtualScan) {}
};

/// Rows of expressions (which may name outer columns under an Apply only), or bulk literals.
struct LogicalValues final : LogicalNode {
  std::vector<std::vector<ExpressionPtr>> rows;
  std::vector<Vector> literals;  ///< instead of `rows`: one whole column each (bulk INSERT … VALUES)
  size_t literal_row_count = 0;
  LogicalValues() : LogicalNode(LogicalKind::kValues) {}
};

/// Set-returning functions in FROM; several (ROWS FROM) run side by side. With ORDINALITY adds a last int8 output.
struct LogicalTableFunction final : LogicalNode {
  struct Call {
    const TableFunction* function = nullptr;
    std::vector<ExpressionPtr> arguments;
    size_t output_count = 1;
  };
  std::vector<Call> calls;
  bool ordinality = false;
  /// 0 children: arguments are constant. 1 child: for each of its rows (set-returning functions in the select list):
  /// child's columns stay.
  LogicalTableFunction() : LogicalNode(LogicalKind::kTableFunction) {}
};

struct LogicalCteScan final : LogicalNode {
  uint32_t cte = 0;                            ///< number of the definition in the statement
  std::string name;                            ///< for EXPLAIN
  std::vector<PlanColumn> definition_columns;  ///< one an output
  LogicalCteScan() : LogicalNode(LogicalKind::kCteScan) {}
};

struct LogicalFilter final : LogicalNode {
  std::vector<ExpressionPtr> conjuncts;
  LogicalFilter() : LogicalNode(LogicalKind::kFilter) {}
};

/// outputs[i] is expressions[i].
struct LogicalProject final : LogicalNode {
  std::vector<ExpressionPtr> expressions;
  LogicalProject() : LogicalNode(LogicalKind::kProject) {}
};

/// Outputs: the groups, then the aggregates, then (with grouping sets) one int4 a GROUPING() call. No groups: one row.
struct LogicalAggregate final : LogicalNode {
  std::vector<ExpressionPtr> groups;
  std::vector<ExpressionPtr> aggregates;              ///< each an AggregateExpression
  std::vector<std::vector<uint32_t>> grouping_sets;   ///< indexes into groups; empty: one set with all groups
  std::vector<std::vector<uint32_t>> grouping_calls;  ///< arguments of GROUPING(): indexes into groups
  LogicalAggregate() : LogicalNode(LogicalKind::kAggregate) {}
};

/// Outputs: the child's, then one a window call. All calls share partition and order.
struct LogicalWindow final : LogicalNode {
  std::vector<ExpressionPtr> calls;  ///< each a WindowExpression
  LogicalWindow() : LogicalNode(LogicalKind::kWindow) {}
};

struct LogicalSort final : LogicalNode {
  std::vector<SortKey> keys;
  LogicalSort() : LogicalNode(LogicalKind::kSort) {}
};

/// `limit` and `offset` read no column; null: none. With ties: the child is a Sort whose keys decide.
struct LogicalLimit final : LogicalNode {
  ExpressionPtr limit;
  ExpressionPtr offset;
  bool with_ties = false;
  LogicalLimit() : LogicalNode(LogicalKind::kLimit) {}
};

/// Keeps the first row of each group of equal `keys`, in the order of `order` (DISTINCT ON, LATEST ON). DISTINCT is an
/// Aggregate without aggregates.
struct LogicalDistinctOn final : LogicalNode {
  std::vector<ExpressionPtr> keys;
  std::vector<SortKey> order;
  LogicalDistinctOn() : LogicalNode(LogicalKind::kDistinctOn) {}
};

enum class FillKind : uint8_t { kNull, kPrevious, kLinear, kValue };

/// Adds the missing buckets of each group between `from` and `to`. The child gives groups, bucket and values; output
/// columns are the child's.
struct LogicalGapFill final : LogicalNode {
  PlanColumn bucket = 0;
  std::vector<PlanColumn> groups;
  ExpressionPtr width;     ///< interval, or a number in the bucket's unit
  ExpressionPtr from, to;  ///< of the bucket's type; `to` excluded; null: the data's own bounds
  struct Fill {
    PlanColumn column = 0;
    FillKind kind = FillKind::kNull;
    ExpressionPtr value;  ///< kValue
  };
  std::vector<Fill> fills;
  LogicalGapFill() : LogicalNode(LogicalKind::kGapFill) {}
};

enum class JoinType : uint8_t {
  kInner,
  kLeft,
  kRight,
  kFull,
  kSemi,    ///< left rows with a match; outputs of the left only
  kAnti,    ///< left rows without a match
  kMark,    ///< left columns and a boolean: true, false or NULL as `x IN (…)` says
  kSingle,  ///< as kLeft, but a second match is 21000 `more than one row returned by a subquery used as an expression`
};

/// Children: left, right. The right never names columns of the left (that is kApply).
struct LogicalJoin final : LogicalNode {
  JoinType type = JoinType::kInner;
  std::vector<ExpressionPtr> conditions;  ///< conjuncts; empty: cross
  PlanColumn mark = 0;                    ///< kMark: the output that bears it
  /// ASOF: of all right rows that satisfy the conditions, the one with the greatest (or least) value of this
  /// condition's right side.
  bool asof = false;
  uint32_t asof_condition = 0;  ///< which of `conditions` is the inequality
  ExpressionPtr tolerance;
  LogicalJoin() : LogicalNode(LogicalKind::kJoin) {}
};

/// As Join, but the right may name the left's columns (LATERAL, correlated subqueries). Rules turn most of them into
/// Joins; the rest runs the right side once for each distinct combination of the columns it names.
struct LogicalApply final : LogicalNode {
  JoinType type = JoinType::kInner;
  std::vector<ExpressionPtr> conditions;
  PlanColumn mark = 0;
  LogicalApply() : LogicalNode(LogicalKind::kApply) {}
};

enum class SetOperationType : uint8_t { kUnion, kIntersect, kExcept };

/// Outputs are new columns; children give theirs by position.
struct LogicalSetOperation final : LogicalNode {
  SetOperationType type = SetOperationType::kUnion;
  bool all = false;
  LogicalSetOperation() : LogicalNode(LogicalKind::kSetOperation) {}
};

/// WITH RECURSIVE: children are the non-recursive term and the recursive one, which reads `cte` by a CteScan.
struct LogicalRecursive final : LogicalNode {
  uint32_t cte = 0;
  bool all = false;
  LogicalRecursive() : LogicalNode(LogicalKind::kRecursive) {}
};

/// Materialised definitions: children[i] defines ctes[i]; the last child is the body.
struct LogicalWith final : LogicalNode {
  std::vector<uint32_t> ctes;
  LogicalWith() : LogicalNode(LogicalKind::kWith) {}
};

/// What all writers of a table need to know to keep its rules (D33). Expressions read the *table row*: one column for
/// each column of the table in catalog order, named by `row_columns`.
struct WriteTarget {
  ObjectId table = kNoObject;
  std::vector<PlanColumn> row_columns;
  struct Generated {
    uint32_t column = 0;  ///< index into the table's columns
    ExpressionPtr expression;
  };
  std::vector<Generated> generated;
  struct Check {
    std::string name;
    ExpressionPtr expression;
    bool of_view = false;  ///< WITH CHECK OPTION of the view `name`
  };
  std::vector<Check> checks;
  /// A unique index over expressions or with a predicate.
  struct UniqueKey {
    ObjectId constraint = kNoObject;
    std::vector<ExpressionPtr> expressions;  ///< those of its elements that are no columns
    ExpressionPtr predicate;                 ///< null: all rows take part
  };
  std::vector<UniqueKey> unique_keys;
  /// RETURNING, over row_columns and the child's outputs; the node's outputs are these. Empty: none.
  std::vector<ExpressionPtr> returning;
};

struct ColumnAssignment {
  uint32_t column = 0;  ///< index into the table's columns
  ExpressionPtr value;
};

enum class ConflictAction : uint8_t {
  kError,     ///< 23505
  kIgnore,    ///< ON CONFLICT DO NOTHING, on_duplicate = ignore
  kUpdate,    ///< ON CONFLICT DO UPDATE
  kMerge,     ///< UPSERT: sets the named columns, blind if the table allows (D6)
  kReplace,   ///< on_duplicate = replace
  kKeepBoth,  ///< append tables
};

/// The child's outputs are the values of `columns` in this order, already of the columns' types; columns not named take
/// `defaults`. Where DO UPDATE has subqueries there is a second child: it reads the rows in conflict as the rows of
/// `conflict_cte` (row_columns, excluded_columns, conflict_number), gives those that DO UPDATE's WHERE lets pass, and
/// `update` reads its outputs.
struct LogicalInsert final : LogicalNode {
  WriteTarget target;
  std::vector<uint32_t> columns;           ///< indexes into the table's columns
  std::vector<ColumnAssignment> defaults;  ///< for the columns not named that have one; they read nothing
  ConflictAction conflict = ConflictAction::kError;
  std::vector<ObjectId> conflict_constraints;  ///< whose conflicts count; empty: those of all
  std::vector<PlanColumn> excluded_columns;    ///< kUpdate: the proposed row, as `excluded`
  std::vector<ColumnAssignment> update;        ///< kUpdate: over row_columns (the existing row) and excluded_columns
  ExpressionPtr update_where;
  uint32_t conflict_cte = 0;
  PlanColumn conflict_number = 0;
  LogicalInsert() : LogicalNode(LogicalKind::kInsert) {}
};

/// The child gives the old table row (target.row_columns, and the row id for append tables as `row_id`) and what the
/// assignments read.
struct LogicalUpdate final : LogicalNode {
  WriteTarget target;
  std::optional<PlanColumn> row_id;
  std::vector<ColumnAssignment> assignments;
  LogicalUpdate() : LogicalNode(LogicalKind::kUpdate) {}
};

/// The child gives the old table row (and row id).
struct LogicalDelete final : LogicalNode {
  WriteTarget target;
  std::optional<PlanColumn> row_id;
  LogicalDelete() : LogicalNode(LogicalKind::kDelete) {}
};

/// MERGE. The child gives the old table row (and row id), NULL where no target row matches, `is_matched`, and what the
/// actions read. The first action of a row's kind whose condition holds is taken.
struct LogicalMerge final : LogicalNode {
  enum class ActionKind : uint8_t { kNothing, kInsert, kUpdate, kDelete };
  struct Action {
    ActionKind kind = ActionKind::kNothing;
    bool matched = true;                   ///< for rows with a target row, or for those without
    ExpressionPtr condition;               ///< null: always
    std::vector<ColumnAssignment> values;  ///< kUpdate: what changes; kInsert: the row, where not NULL
  };
  WriteTarget target;
  std::optional<PlanColumn> row_id;
  PlanColumn is_matched = 0;  ///< true or NULL
  std::vector<Action> actions;
  LogicalMerge() : LogicalNode(LogicalKind::kMerge) {}
};

/// SELECT … FOR UPDATE / SHARE: locks the keys of the rows that pass through.
struct LogicalLockRows final : LogicalNode {
  ObjectId table = kNoObject;
  std::vector<PlanColumn> key_columns;
  bool skip_locked = false;
  bool no_wait = false;
  LogicalLockRows() : LogicalNode(LogicalKind::kLockRows) {}
};

/// An indented tree, one node a line, for plan tests.
std::string to_string(const LogicalNode& plan);

}  // namespace tidemark
