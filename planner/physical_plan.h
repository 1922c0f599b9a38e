#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "functions/expression.h"
#include "planner/logical_plan.h"

namespace tidemark {

/// The physical plan: how a statement runs. Immutable after planning and shared by the plan cache; all state lives in
/// executor/.
///
/// Expressions read the incoming chunk by position (InputExpression); joins read the left's columns, then the right's.
/// ParameterExpression stays: the executor puts values in at start, together with folding stable functions.
enum class PhysicalKind : uint8_t {
  kScan,
  kVirtualScan,
  kValues,
  kTableFunction,
  kCteScan,
  kFilter,
  kProject,
  kAggregate,
  kWindow,
  kSort,
  kLimit,
  kDistinctOn,
  kGapFill,
  kHashJoin,
  kNestedLoopJoin,
  kAsofJoin,
  kApply,
  kUnionAll,
  kSetOperation,
  kRecursive,
  kWith,
  kInsert,
  kUpdate,
  kMerge,
  kDelete,
  kLockRows,
};

struct PhysicalNode;
using PhysicalPtr = std::unique_ptr<const PhysicalNode>;

struct PhysicalNode {
  PhysicalKind kind;
  std::vector<PhysicalPtr> children;
  std::vector<PlanOutput> outputs;  ///< names and types; `column` numbers only help EXPLAIN
  double estimated_rows = 0;
  std::string relation_name;  ///< for EXPLAIN: the table that a writing node changes
  explicit PhysicalNode(PhysicalKind node_kind) : kind(node_kind) {}
  PhysicalNode(const PhysicalNode&) = delete;
  PhysicalNode& operator=(const PhysicalNode&) = delete;
  virtual ~PhysicalNode() = default;
  template <class T>
  [[nodiscard]] const T& as() const {
    return static_cast<const T&>(*this);
  }
};

/// A conjunct that storage evaluates: column, comparison, and constants that are known at execution start (they hold no
/// input).
struct PushedPredicate {
  enum class Comparison : uint8_t {
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kIn,
    kIsNull,
    kIsNotNull,
    kDictionary
  };
  ColumnId column = kNoColumn;
  Comparison comparison = Comparison::kEqual;
  std::vector<ExpressionPtr> constants;  ///< a NULL constant: nothing passes
  ExpressionPtr callback;                ///< kDictionary: over one input (the column), immutable, e.g. LIKE
  bool indexed = false;                  ///< kEqual, kIn: an index begins with the column
  std::string column_name;               ///< for EXPLAIN
};

enum class WantedOrder : uint8_t {
  kAny,
  kKey,
  kNewestFirst,
  kNewestOfSeries,  ///< of each series the newest row alone is needed
};

struct PhysicalScan final : PhysicalNode {
  ObjectId table = kNoObject;
  std::string table_name, alias;
  std::vector<ColumnId> columns;        ///< one an output
  std::vector<PushedPredicate> pushed;  ///< exact
  ExpressionPtr residual;               ///< what is left, over the outputs; null: nothing
  WantedOrder order = WantedOrder::kAny;
  /// kNewestOfSeries: if not empty, for each of these columns the newest row that holds a value there.
  std::vector<ColumnId> newest_values;
  PhysicalScan() : PhysicalNode(PhysicalKind::kScan) {}
};

struct PhysicalVirtualScan final : PhysicalNode {
  const VirtualTable* table = nullptr;
  std::string alias;
  std::vector<uint32_t> columns;  ///< index of the table's column, one an output
  ExpressionPtr residual;
  PhysicalVirtualScan() : PhysicalNode(PhysicalKind::kVirtualScan) {}
};

struct PhysicalValues final : PhysicalNode {
  std::vector<std::vector<ExpressionPtr>> rows;
  std::vector<Vector> literals;
  size_t literal_row_count = 0;
  PhysicalValues() : PhysicalNode(PhysicalKind::kValues) {}
};

struct PhysicalTableFunction final : PhysicalNode {
  struct Call {
    const TableFunction* function = nullptr;
    std::vector<ExpressionPtr> arguments;
    size_t output_count = 1;
  };
  std::vector<Call> calls;
  bool ordinality = false;
  PhysicalTableFunction() : PhysicalNode(PhysicalKind::kTableFunction) {}
};

struct PhysicalCteScan final : PhysicalNode {
  uint32_t cte = 0;
  std::string name;               ///< for EXPLAIN
  std::vector<uint32_t> columns;  ///< position in the definition's output, one an output
  PhysicalCteScan() : PhysicalNode(PhysicalKind::kCteScan) {}
};

struct PhysicalFilter final : PhysicalNode {
  ExpressionPtr predicate;
  PhysicalFilter() : PhysicalNode(PhysicalKind::kFilter) {}
};

struct PhysicalProject final : PhysicalNode {
  std::vector<ExpressionPtr> expressions;
  PhysicalProject() : PhysicalNode(PhysicalKind::kProject) {}
};

/// Fixed-width time buckets, as date_bin and time_bucket make them: lets the aggregate find group edges by searching in
/// time.
struct BucketSpec {
  uint32_t group = 0;       ///< which of `groups`
  uint32_t time_input = 0;  ///< the chunk column that is bucketed
  int64_t width = 0;        ///< in the time column's own unit
  int64_t origin = 0;       ///< likewise
  /// How many of the column's units are one of the group's: 1000 where nanoseconds are bucketed as microseconds.
  int64_t units = 1;
  /// What is then taken away: nanoseconds count from 1970, microseconds from 2000.
  int64_t shift = 0;
};

struct PhysicalAggregate final : PhysicalNode {
  std::vector<ExpressionPtr> groups;
  std::vector<ExpressionPtr> aggregates;  ///< each an AggregateExpression
  std::vector<std::vector<uint32_t>> grouping_sets;
  std::vector<std::vector<uint32_t>> grouping_calls;
  /// The input comes from a scan whose rows lie in runs of the group keys (key columns and perhaps one bucket): use
  /// range kernels.
  bool run_aware = false;
  std::optional<BucketSpec> bucket;
  bool zone_answers = true;  ///< pages may be taken as their zone maps where these tell enough
  /// Above, the groups are sorted by this bucket before all else, and only the first limit + offset of them are wanted:
  /// what lies in later buckets need not be read. `bucket.group` is one of `groups`; time is never NULL.
  struct FirstGroups {
    BucketSpec bucket;
    bool descending = false;
    ExpressionPtr limit, offset;  ///< offset: null for none
  };
  std::optional<FirstGroups> first_groups;
  PhysicalAggregate() : PhysicalNode(PhysicalKind::kAggregate) {}
};

struct PhysicalWindow final : PhysicalNode {
  std::vector<ExpressionPtr> calls;
  bool input_sorted = false;  ///< by partition, then order
  PhysicalWindow() : PhysicalNode(PhysicalKind::kWindow) {}
};

/// With `limit`: a top-N.
struct PhysicalSort final : PhysicalNode {
  std::vector<SortKey> keys;
  ExpressionPtr limit, offset;  ///< null: a full sort
  bool with_ties = false;
  PhysicalSort() : PhysicalNode(PhysicalKind::kSort) {}
};

struct PhysicalLimit final : PhysicalNode {
  ExpressionPtr limit, offset;
  PhysicalLimit() : PhysicalNode(PhysicalKind::kLimit) {}
};

struct PhysicalDistinctOn final : PhysicalNode {
  std::vector<ExpressionPtr> keys;
  std::vector<SortKey> order;  ///< decides which row stays; output order is that of `keys`, then `order`
  PhysicalDistinctOn() : PhysicalNode(PhysicalKind::kDistinctOn) {}
};

struct PhysicalGapFill final : PhysicalNode {
  uint32_t bucket = 0;
  std::vector<uint32_t> groups;
  ExpressionPtr width, from, to;
  struct Fill {
    uint32_t column = 0;
    FillKind kind = FillKind::kNull;
    ExpressionPtr value;
  };
  std::vector<Fill> fills;
  PhysicalGapFill() : PhysicalNode(PhysicalKind::kGapFill) {}
};

/// Builds on the right child, probes with the left. Keys may be NULL-safe (IS NOT DISTINCT FROM).
struct PhysicalHashJoin final : PhysicalNode {
  JoinType type = JoinType::kInner;
  std::vector<ExpressionPtr> left_keys, right_keys;
  std::vector<uint8_t> null_safe;  ///< one a key
  ExpressionPtr residual;          ///< over left columns, then right columns; null: none
  PhysicalHashJoin() : PhysicalNode(PhysicalKind::kHashJoin) {}
};

struct PhysicalNestedLoopJoin final : PhysicalNode {
  JoinType type = JoinType::kInner;
  ExpressionPtr condition;  ///< over left, then right; null: cross
  PhysicalNestedLoopJoin() : PhysicalNode(PhysicalKind::kNestedLoopJoin) {}
};

/// For each left row the right row with equal keys whose order value is the nearest that satisfies `left_order OP
/// right_order`.
struct PhysicalAsofJoin final : PhysicalNode {
  bool left_outer = false;
  std::vector<ExpressionPtr> left_keys, right_keys;
  ExpressionPtr left_order, right_order;
  enum class Comparison : uint8_t { kGreaterEqual, kGreater, kLessEqual, kLess } comparison = Comparison::kGreaterEqual;
  ExpressionPtr tolerance;  ///< constant; null: none
  ExpressionPtr residual;
  PhysicalAsofJoin() : PhysicalNode(PhysicalKind::kAsofJoin) {}
};

/// Numbers from here on are values of the left row in the right side of an Apply, not the client's parameters.
inline constexpr uint32_t kApplyParameterBase = 1u << 20;

/// Runs children[1] for each distinct combination of `bindings` (over the left row), whose values stand in for
/// ParameterExpression kApplyParameterBase + first_parameter + i.
struct PhysicalApply final : PhysicalNode {
  JoinType type = JoinType::kInner;
  std::vector<ExpressionPtr> bindings;
  uint32_t first_parameter = 0;
  ExpressionPtr condition;  ///< over left, then right; null: none
  PhysicalApply() : PhysicalNode(PhysicalKind::kApply) {}
};

struct PhysicalUnionAll final : PhysicalNode {
  PhysicalUnionAll() : PhysicalNode(PhysicalKind::kUnionAll) {}
};

/// INTERSECT and EXCEPT, with and without ALL. (UNION is an Aggregate over UnionAll.)
struct PhysicalSetOperation final : PhysicalNode {
  SetOperationType type = SetOperationType::kIntersect;
  bool all = false;
  PhysicalSetOperation() : PhysicalNode(PhysicalKind::kSetOperation) {}
};

struct PhysicalRecursive final : PhysicalNode {
  uint32_t cte = 0;
  bool all = false;
  PhysicalRecursive() : PhysicalNode(PhysicalKind::kRecursive) {}
};

struct PhysicalWith final : PhysicalNode {
  std::vector<uint32_t> ctes;
  PhysicalWith() : PhysicalNode(PhysicalKind::kWith) {}
};

/// As WriteTarget, by position. `row` below is a chunk with every column of the table in catalog order (for append
/// tables the row id last, but not where RETURNING reads it).
struct PhysicalWriteTarget {
  ObjectId table = kNoObject;
  struct Generated {
    uint32_t column = 0;
    ExpressionPtr expression;  ///< over `row`
  };
  std::vector<Generated> generated;
  struct Check {
    std::string name;
    ExpressionPtr expression;  ///< over `row`
    bool of_view = false;      ///< WITH CHECK OPTION of the view `name`
  };
  std::vector<Check> checks;
  /// A unique index over expressions or with a predicate.
  struct UniqueKey {
    ObjectId constraint = kNoObject;
    std::vector<ExpressionPtr> expressions;  ///< those of its elements that are no columns, over `row`
    ExpressionPtr predicate;                 ///< over `row`; null: all rows take part
  };
  std::vector<UniqueKey> unique_keys;
  std::vector<ExpressionPtr> returning;  ///< over `row` (the new one; for DELETE the old one), then the child's columns
};

struct PhysicalInsert final : PhysicalNode {
  PhysicalWriteTarget target;
  /// One for each column of the table: over the child's chunk; a constant NULL for columns without value or default;
  /// null for generated ones.
  std::vector<ExpressionPtr> row;
  std::vector<uint32_t> named_columns;  ///< kMerge sets only these
  ConflictAction conflict = ConflictAction::kError;
  std::vector<ObjectId> conflict_constraints;  ///< whose conflicts count; empty: those of all
  struct Assignment {
    uint32_t column = 0;
    ExpressionPtr value;  ///< over the existing `row`, then the proposed `row`; or over the second child's chunk
  };
  std::vector<Assignment> update;
  ExpressionPtr update_where;  ///< over the existing `row`, then the proposed `row`
  /// If there is a second child (see LogicalInsert): the working table that it reads, with each row's number behind the
  /// two rows, and which of its columns is that number.
  uint32_t conflict_cte = 0;
  uint32_t conflict_number = 0;
  PhysicalInsert() : PhysicalNode(PhysicalKind::kInsert) {}
};

/// The child's chunk begins with the old `row`.
struct PhysicalUpdate final : PhysicalNode {
  PhysicalWriteTarget target;
  struct Assignment {
    uint32_t column = 0;
    ExpressionPtr value;  ///< over the child's chunk
  };
  std::vector<Assignment> assignments;
  PhysicalUpdate() : PhysicalNode(PhysicalKind::kUpdate) {}
};

/// The child's chunk begins with the old `row`. If `rectangle`, the child is a bare scan whose pushed predicates are a
/// key prefix and a time range, and a range tombstone may stand for it (D13).
struct PhysicalDelete final : PhysicalNode {
  PhysicalWriteTarget target;
  bool rectangle = false;
  PhysicalDelete() : PhysicalNode(PhysicalKind::kDelete) {}
};

/// The child's chunk begins with the old `row`, NULL where there is none.
struct PhysicalMerge final : PhysicalNode {
  struct Action {
    LogicalMerge::ActionKind kind = LogicalMerge::ActionKind::kNothing;
    bool matched = true;
    ExpressionPtr condition;  ///< over the child's chunk; null: always
    std::vector<PhysicalUpdate::Assignment> values;
  };
  PhysicalWriteTarget target;
  uint32_t is_matched = 0;  ///< which column of the child says so
  std::vector<Action> actions;
  PhysicalMerge() : PhysicalNode(PhysicalKind::kMerge) {}
};

struct PhysicalLockRows final : PhysicalNode {
  ObjectId table = kNoObject;
  std::vector<uint32_t> key_columns;
  bool skip_locked = false;
  bool no_wait = false;
  PhysicalLockRows() : PhysicalNode(PhysicalKind::kLockRows) {}
};

}  // namespace tidemark
