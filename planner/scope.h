#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast_query.h"
#include "planner/logical_plan.h"

namespace tidemark {

struct TableFunction;

/// What names mean while a query is bound. The rules are PostgreSQL's: FROM makes items; a join hides the columns (not
/// the names) of the items that it joins, and adds an item of its own, whose merged columns come first.

struct ScopeColumn {
  std::string name;
  PlanOutput output;
  bool hidden = false;  ///< found by name, left out of `*`
  /// Of a view that is written through: what its column is of the table's row. Null: `output` itself.
  std::shared_ptr<const Expression> computed = nullptr;
};

struct ScopeItem {
  std::string alias;  ///< empty: a join without a name
  /// Of a table without an alias: it may be named by these, too.
  std::string schema, database;
  ObjectId table = kNoObject;
  std::vector<ScopeColumn> columns;
  bool relation_visible = true;  ///< `alias.column` finds it
  bool columns_visible = true;   ///< `column` finds it
  /// While FROM is being bound: only LATERAL may look at it.
  bool lateral_only = false;
  /// False in the right side of a RIGHT or FULL join: naming it is 42P10.
  bool lateral_allowed = true;
  /// Of the side of an outer join that may be missing: then its row as a whole is NULL.
  bool may_be_missing = false;
  /// Of a function in FROM that gives plain values: the row as a whole is its one column.
  bool is_scalar = false;
  /// For columns that have to be computed from others when named (`_time_ns`): from which column of the item.
  int time_column = -1;
};

/// Where an expression stands: decides what may be in it, and names the place in errors.
enum class ExpressionPlace : uint8_t {
  kSelect,
  kDistinctOn,
  kOrderBy,
  kWhere,
  kHaving,
  kGroupBy,
  kJoin,
  kFromFunction,
  kFromSubquery,
  kFilter,
  kWindow,
  kLimit,
  kOffset,
  kValues,
  kInsertValues,
  kUpdateSource,
  kReturning,
  kCheck,
  kDefault,
  kGenerated,
  kMergeWhen,
  kCopyWhere,
  kIndexExpression,
  kIndexPredicate,
  kOther,
};

/// "WHERE", "JOIN conditions": as in `aggregate functions are not allowed in WHERE`.
std::string_view words_for(ExpressionPlace place);

/// A WITH query. Bound once, when WITH is met; each reference is a CteScan until the whole statement part that WITH
/// belongs to is bound (bind_with.cpp).
struct CommonTableBinding {
  uint32_t cte = 0;
  std::string name;
  std::vector<PlanOutput> outputs;
  LogicalPtr plan;  ///< null while a recursive one binds itself
  ast::CommonTable::Materialized materialized = ast::CommonTable::Materialized::Default;
  bool writes = false;
  bool has_rows = true;  ///< false: a writing statement without RETURNING
  size_t reference_count = 0;
  /// Inside its own definition, a recursive query is read through this number, which its Recursive node bears.
  uint32_t working_cte = 0;
  bool binding_itself = false;
  /// While the recursive term is bound: the depth of its level. A reference inside an expression's subquery is an
  /// error.
  uint32_t step_depth = 0;
  int position = 0;            ///< of its name in WITH RECURSIVE
  int reference_position = 0;  ///< of the reference met last
  /// Of its outputs, the last so many are those of SEARCH and CYCLE: the recursive term sees them by name only.
  size_t path_column_count = 0;
  std::vector<PlanOutput> path_columns;  ///< the same of the reference in the recursive term
  /// Not empty while a reference is an error: its words.
  std::string self_reference_words;
  int self_reference_position = 0;  ///< 0: at the reference
};

/// The fields of a row value, as far as they are known while a statement is bound.
struct RecordShape {
  std::vector<std::string> names;
  std::vector<LogicalType> types;
  std::vector<ObjectId> domains;  ///< of a named type's fields: kNoObject for those of no domain; else empty
};

/// SEARCH and CYCLE of a recursive query: the columns that they add, behind those that it has.
struct RecursionPath {
  const ast::CommonTable* table = nullptr;
  std::vector<size_t> search_columns, cycle_columns;  ///< which outputs make a row's entry of the path
  ExpressionPtr mark, no_mark;                        ///< the values of CYCLE's column, of one type
  std::vector<PlanOutput> outputs;                    ///< sequence; mark, path: as far as they are asked for
};

/// Calls that are taken out of expressions while a query is bound: they become nodes of their own below the projection,
/// and the expression keeps a column in their place.
struct CollectedCall {
  PlanOutput output;
  ExpressionPtr expression;
};

struct CollectedSetCall {
  std::vector<PlanOutput> outputs;
  const TableFunction* function = nullptr;
  std::vector<ExpressionPtr> arguments;
};

struct CollectedGrouping {
  PlanOutput output;
  std::vector<ExpressionPtr> arguments;
  int position = 0;
};

/// time_bucket_gapfill or SAMPLE BY … FILL: what the GapFill node above the select list needs.
struct GapFillRequest {
  ExpressionPtr time, bucket, width;
  ExpressionPtr from, to;  ///< null: as WHERE says, or the data's own bounds
  size_t bucket_target = 0;
  std::vector<size_t> group_targets;
};

/// One SELECT (or other statement) that is being bound, inside those around it.
struct QueryLevel {
  QueryLevel* outer = nullptr;
  uint32_t depth = 0;
  std::vector<ScopeItem> items;
  /// While the condition of a join is bound: items of FROM that it must not name. For the hints of errors.
  std::vector<ScopeItem> hidden_items;
  std::unique_ptr<GapFillRequest> gap_fill;
  ExpressionPlace place = ExpressionPlace::kOther;
  bool inside_aggregate = false;
  bool inside_window = false;
  bool inside_lateral = false;  ///< items that are lateral_only may be seen
  std::vector<CollectedCall> aggregates;
  std::vector<CollectedCall> windows;
  std::vector<CollectedSetCall> set_calls;
  std::vector<CollectedSetCall> grouped_set_calls;  ///< those whose results are grouped by: below the aggregate
  bool reads_itself = false;                        ///< FROM has a recursive query's reference to itself
  std::vector<CollectedGrouping> groupings;
  const std::vector<ast::WindowDefinition>* named_windows = nullptr;
  std::vector<std::shared_ptr<CommonTableBinding>> common_tables;
  /// While a WITH RECURSIVE is bound, whose queries may name later ones.
  const ast::WithClause* recursive_with = nullptr;
  std::vector<bool> with_begun;                    ///< which of its queries are bound, or being bound
  std::vector<const CommonTableBinding*> binding;  ///< those that are being bound, each for the one before it
};

}  // namespace tidemark
