#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "functions/overload_resolution.h"
#include "functions/registry.h"
#include "parser/ast_statement.h"
#include "planner/plan_walk.h"
#include "planner/planner.h"
#include "planner/scope.h"

namespace tidemark {

/// A name with dots between its parts, as messages show it.
[[nodiscard]] std::string joined(const ast::QualifiedName& name);

/// What values of the user-defined type are that the search path, or its own schema, finds; nothing if there is none.
std::optional<LogicalType> find_user_type(const ast::QualifiedName& name, const PlannerContext& context);

/// Whether a part of a column is assigned to: elements of an array, a field of a row.
inline bool names_part(const ast::Assignment::Target& target) {
  return !target.subscripts.empty() || !target.fields.empty();
}

/// Turns the syntax tree of one statement into a logical plan: decides what each name, literal and call means. One
/// object a statement; its methods are spread over the bind_*.cpp files by what they bind.
///
/// Expressions are bound first, with the calls that need nodes of their own (aggregates, window calls, set-returning
/// functions, subqueries) set aside and replaced by columns; then the nodes are put together.
class Binder {
 public:
  explicit Binder(PlannerContext& context)
      : context_(context), stack_base_(static_cast<const char*>(__builtin_frame_address(0))) {}
  Binder(const Binder&) = delete;
  Binder& operator=(const Binder&) = delete;

  LogicalPtr bind_statement(const ast::Statement& statement);
  /// See planner.h. Columns come out as InputExpressions.
  std::unordered_map<PlanColumn, uint32_t> show_row(const TableEntry& table);
  ExpressionPtr bind_copy_condition(const ast::Expression& condition, const TableEntry& table);
  ExpressionPtr bind_table_expression(const ast::Expression& expression, const TableEntry* entry,
                                      std::optional<LogicalType> target);
  ExpressionPtr bind_index_expression(const ast::Expression& expression, const TableEntry& table, bool predicate);
  /// Whether functions of this name give sets of rows.
  static bool is_set_function(const ast::QualifiedName& name);
  /// What a select list calls a column of this expression.
  static std::string target_name(const ast::Expression& expression);
  /// `value` held against the rules of a domain and those below it, when it is evaluated (bind_domain.cpp).
  ExpressionPtr check_domain(ExpressionPtr value, ObjectId domain, const std::string& named = {});
  void check_domain_expression(const ast::Expression& expression, LogicalType base);
  [[nodiscard]] bool has_domain_fields(LogicalType type) const;
  ExpressionPtr checked_row(ExpressionPtr row);

 private:
  /// An entry of a select list, of RETURNING, or a value of VALUES.
  struct Target {
    ExpressionPtr expression;
    std::string name;
    int position = 0;
    const ast::Expression* syntax = nullptr;  ///< null where a star was expanded
    std::optional<FillKind> fill = {};        ///< how gap filling makes its missing values
    ExpressionPtr fill_value = nullptr;
  };

  /// ORDER BY: what is sorted by, as the number of a target (those from the select list first, added ones behind).
  struct SortItem {
    size_t target = 0;
    bool descending = false;
    bool nulls_first = false;
    int position = 0;
  };

  struct GroupingPlan {
    std::vector<ExpressionPtr> groups;
    std::vector<int> positions;
    std::vector<std::vector<uint32_t>> sets;  ///< empty: one set of all groups
    bool present = false;
  };

  // -------------------------------------------------------------------------------- queries (bind_query, bind_select)
  /// `resolve_unknown`: output columns that are still untyped literals become text. INSERT and set operations do that
  /// themselves.
  LogicalPtr bind_query(const ast::Query& query, bool resolve_unknown = true);
  LogicalPtr bind_query_body(const ast::Query& query, bool resolve_unknown);
  LogicalPtr bind_select(const ast::SelectQuery& select, bool resolve_unknown);
  /// What of a select list is computed when the rows are in order: calls that are volatile, and set-returning ones.
  struct LateTargets {
    std::vector<ExpressionPtr> expressions;  ///< one a visible target; null: it is computed before
    std::vector<CollectedSetCall> set_calls;
    PlanColumnSet reads;  ///< columns that must come through the sort
  };
  LateTargets take_late_targets(const ast::SelectQuery& select, std::vector<Target>& targets, size_t visible_count,
                                const std::vector<SortItem>& order, const std::vector<size_t>& distinct_keys);
  LogicalPtr compute_late(LogicalPtr plan, LateTargets late);
  LogicalPtr bind_values(const ast::ValuesQuery& values);
  LogicalPtr make_values(std::vector<std::vector<ExpressionPtr>> rows, std::vector<PlanOutput> outputs);
  LogicalPtr bind_set_operation(const ast::SetOperationQuery& query);
  LogicalPtr combine(SetOperationType type, bool all, LogicalPtr left, LogicalPtr right, int right_position);
  LogicalPtr sort_and_limit(LogicalPtr plan, const ast::Query& query);
  LogicalPtr limit_rows(LogicalPtr plan, const ast::Query& query);
  LogicalPtr lock_rows(LogicalPtr plan, const ast::Query& query, const std::vector<ScopeItem>& items);
  ExpressionPtr bind_limit(const ast::Expression& expression, ExpressionPlace place);
  /// Gives output i of `plan` types[i]: in place where it is a literal, else by a projection above.
  LogicalPtr coerce_outputs(LogicalPtr plan, std::span<const LogicalType> types);

  std::vector<Target> bind_targets(const std::vector<ast::SelectTarget>& targets);
  void expand_star(const ast::ColumnReference& star, std::vector<Target>& targets);
  void expand_record(const ast::FieldSelection& selection, std::vector<Target>& targets);
  Target bind_target(const ast::SelectTarget& target);
  std::vector<SortItem> bind_order_by(const std::vector<ast::OrderItem>& items, std::vector<Target>& targets,
                                      size_t visible_count, bool distinct);
  /// A target that is the same expression, or a new one behind the others.
  size_t find_or_add_target(const ast::Expression& expression, std::vector<Target>& targets);
  std::vector<size_t> bind_distinct_on(const ast::SelectQuery& select, std::vector<Target>& targets,
                                       size_t visible_count, const std::vector<SortItem>& order);
  LogicalPtr finish_select(LogicalPtr plan, const ast::SelectQuery& select, size_t visible_count,
                           const std::vector<SortItem>& order, const std::vector<size_t>& distinct_keys,
                           LateTargets late);
  LogicalPtr lock_selected_rows(LogicalPtr plan, const ast::SelectQuery& select, const GroupingPlan& grouping);
  static void keep_origin(const LogicalNode& plan, const Expression& expression, PlanOutput& output);
  /// ORDER BY and GROUP BY and DISTINCT ON: a target by its number or name. Nothing if the expression is no such thing.
  std::optional<size_t> target_by_ordinal(const ast::Expression& expression, std::string_view clause,
                                          size_t visible_count) const;
  std::optional<size_t> target_by_alias(const ast::Expression& expression, std::string_view clause,
                                        const std::vector<Target>& targets, size_t visible_count) const;
  void check_sortable(const Expression& expression, int position) const;
  static void sort_directions(const ast::OrderItem& item, bool& descending, bool& nulls_first);

  // ------------------------------------------------------------------------------------------------ FROM (bind_from)
  LogicalPtr bind_from(const std::vector<ast::TableExpressionPtr>& from);
  /// Appends its items to the current level.
  LogicalPtr bind_from_item(const ast::TableExpression& table);
  LogicalPtr bind_table_reference(const ast::TableReference& reference);
  LogicalPtr bind_subquery_reference(const ast::SubqueryReference& reference);
  CollectedSetCall bind_record_call(const ast::FunctionCall& call, const std::vector<ast::ColumnTypePair>& declared);
  LogicalPtr spread_rows(LogicalPtr plan, const std::vector<PlanColumn>& rows, std::vector<PlanOutput>& shown,
                         int position);
  LogicalPtr bind_function_reference(const ast::FunctionReference& reference);
  LogicalPtr bind_join(const ast::JoinReference& join);
  LogicalPtr bind_scan(const TableEntry& table, const std::string& alias);
  LogicalPtr bind_view(const ViewEntry& view);
  /// While it lives, names are not noted: what is bound is not the statement's own syntax.
  class ForeignSyntax {
   public:
    explicit ForeignSyntax(PlannerContext& context)
        : context_(context), uses_(std::exchange(context.name_uses, nullptr)) {}
    ForeignSyntax(const ForeignSyntax&) = delete;
    ForeignSyntax& operator=(const ForeignSyntax&) = delete;
    ~ForeignSyntax() { context_.name_uses = uses_; }

   private:
    PlannerContext& context_;
    NameUses* const uses_;
  };
  /// While it lives, names are looked for in this schema first. The texts of checks, defaults and domains stand as they
  /// were written, and find the types beside them whatever the session's search_path is.
  class HomeSchema {
   public:
    HomeSchema(PlannerContext& context, ObjectId schema);
    HomeSchema(const HomeSchema&) = delete;
    HomeSchema& operator=(const HomeSchema&) = delete;
    ~HomeSchema() { context_.search_path = std::move(search_path_); }

   private:
    PlannerContext& context_;
    std::vector<std::string> search_path_;
  };
  /// Where to note what names mean; null inside a view, whose names are not the statement's.
  [[nodiscard]] NameUses* name_uses() const;
  /// 42P17 if `view` is read by itself, after CREATE OR REPLACE VIEW has closed a circle; else it is among the open
  /// views.
  void open_view(const ViewEntry& view);
  LogicalPtr bind_sequence(const SequenceEntry& sequence);
  LogicalPtr bind_cte_reference(CommonTableBinding& common_table, int position);
  static void rename_columns(ScopeItem& item, const std::vector<ast::Name>& names);
  void add_item(const ast::TableExpression& table, const std::string& name, const std::vector<PlanOutput>& outputs,
                ObjectId table_id = kNoObject);
  void check_duplicate_aliases(size_t first_item, size_t first_other = 0);
  struct FoundRelation {
    const CatalogEntry* entry = nullptr;
    const VirtualTable* virtual_table = nullptr;
    std::string schema, database;
  };
  /// Nothing found: throws 42P01 (3F000, 3D000 …).
  FoundRelation find_relation(const ast::QualifiedName& name);
  [[nodiscard]] std::string schema_of_name(const std::string& name) const;
  /// What INSERT, UPDATE, DELETE or MERGE writes: a table, perhaps through views (bind_view_target.cpp).
  struct WrittenRelation {
    const TableEntry* table = nullptr;
    const std::string* name = nullptr;  ///< as the statement calls it: the view's, or the table's
    std::string schema, database;       ///< where that is
    struct View {
      const ViewEntry* entry = nullptr;
      ast::StatementPtr query;
      std::string inner_alias;  ///< how the query calls what it reads
      std::string_view verb;    ///< what is done to it, in an error's words
    };
    std::vector<View> views;  ///< outermost first
  };
  WrittenRelation find_written(const ast::QualifiedName& name, std::string_view verb);
  WrittenRelation::View updatable_view(const ViewEntry& view, std::string_view verb);
  /// The table's row as the statement sees it: `item` as the views show it. `conditions`: those of the views' WHERE.
  ScopeItem seen_through(const WrittenRelation& relation, ScopeItem item, std::vector<ExpressionPtr>* conditions,
                         WriteTarget* target);
  uint32_t written_column(const WrittenRelation& relation, const ScopeItem& item, const WriteTarget& target,
                          const std::string& name, std::string_view verb, int position) const;
  void depend_on(ObjectId id);

  LogicalPtr join_with_condition(JoinType type, LogicalPtr left, LogicalPtr right,
                                 std::vector<ExpressionPtr> conditions);
  ExpressionPtr bind_join_condition(const ast::Expression& condition, size_t first_item);
  void name_join(const ast::JoinReference& join, size_t first_item);
  std::vector<ast::Name> natural_columns(int position, size_t first_item, size_t middle_item) const;
  bool orient_inequality(ExpressionPtr& condition, const PlanColumnSet& left, const PlanColumnSet& right);
  LogicalPtr bind_using(const ast::JoinReference& join, const std::vector<ast::Name>& names, JoinType type,
                        LogicalPtr left, LogicalPtr right, size_t first_item, size_t middle_item);
  LogicalPtr bind_asof(const ast::JoinReference& join, LogicalPtr left, LogicalPtr right,
                       std::vector<ExpressionPtr> conditions);
  std::vector<ScopeColumn> visible_columns(size_t first_item, size_t last_item) const;

  // ---------------------------------------------------------------------------------------------- names (bind_name)
  ExpressionPtr bind_column_reference(const ast::ColumnReference& reference);
  /// `syntax`: what says it, if that is to be noted (name_uses.h).
  ExpressionPtr find_column(const std::string& name, int position, const ast::ColumnReference* syntax = nullptr);
  ExpressionPtr find_qualified_column(std::span<const std::string> qualifier, const std::string& name, int position,
                                      const ast::ColumnReference* syntax = nullptr);
  void note_whole_row() const;
  const ScopeItem* origin_of(const ScopeItem& item, const ScopeColumn& column) const;
  void note_column(const ast::ColumnReference* syntax, const ScopeItem& item, const ScopeColumn& column) const;
  ExpressionPtr read_scope_column(const ScopeItem& item, const ScopeColumn& column, int position);
  ExpressionPtr system_column(const ScopeItem& item, const std::string& name, int position);
  ScopeItem* find_item(std::span<const std::string> qualifier, int position, QueryLevel** found_level);
  [[noreturn]] void throw_missing_column(const std::string& relation, const std::string& name, int position);
  [[noreturn]] void throw_missing_relation(std::span<const std::string> qualifier, int position);
  ExpressionPtr whole_row(const ScopeItem& item, int position);
  /// A value of type record. 0A000 while the registry has no function `row`.
  ExpressionPtr make_named_record(std::vector<ExpressionPtr> fields, const std::vector<std::string>& names,
                                  int position);
  ExpressionPtr make_record(std::vector<ExpressionPtr> fields, int position);
  /// Nothing if the record's fields are known only when it is computed.
  [[nodiscard]] std::optional<RecordShape> shape_of(const Expression& record) const;
  /// A row of no named type as one of the named type `target`, field by field. 42846 if they are not as many.
  ExpressionPtr as_named_row(ExpressionPtr record, LogicalType target, CastContext context, int position);
  static ExpressionPtr record_field(const Expression& record, const RecordShape& shape, size_t index, int position);
  ExpressionPtr bind_record(const ast::FieldSelection& selection, RecordShape& shape);

  // ------------------------------------------------------------------------------- expressions (bind_expression …)
  ExpressionPtr bind(const ast::Expression& expression);
  ExpressionPtr bind_uncounted(const ast::Expression& expression);
  /// Bound and made boolean: 42804 `argument of WHERE must be type boolean, not type integer`.
  ExpressionPtr bind_predicate(const ast::Expression& expression, ExpressionPlace place);
  ExpressionPtr bind_in_place(const ast::Expression& expression, ExpressionPlace place);
  ExpressionPtr bind_by_kind(const ast::Expression& expression);
  ExpressionPtr bind_literal(const ast::Literal& literal);
  ExpressionPtr number(const std::string& text, int position);
  ExpressionPtr bind_parameter(const ast::Parameter& parameter);
  ExpressionPtr bind_operator(const ast::OperatorExpression& expression);
  ExpressionPtr bind_logical(const ast::LogicalExpression& expression);
  ExpressionPtr bind_between(const ast::BetweenExpression& expression);
  ExpressionPtr bind_in(const ast::InExpression& expression);
  ExpressionPtr bind_pattern(const ast::PatternExpression& expression);
  ExpressionPtr bind_test(const ast::TestExpression& expression);
  ExpressionPtr bind_distinct_from(const ast::DistinctFromExpression& expression);
  ExpressionPtr null_safe_equal(ExpressionPtr left, ExpressionPtr right, int position);
  ExpressionPtr bind_case(const ast::CaseExpression& expression);
  ExpressionPtr bind_cast(const ast::CastExpression& expression);
  ExpressionPtr bind_domain_check(const ast::Expression& check, const Expression& value);
  ExpressionPtr bind_collate(const ast::CollateExpression& expression);
  ExpressionPtr bind_array(const ast::ArrayExpression& expression, std::optional<LogicalType> target = {});
  ExpressionPtr bind_row(const ast::RowExpression& expression);
  /// One `[…]`: low is that of a slice; without `slice`, high is the index itself.
  struct SubscriptBounds {
    const ast::Expression* low;
    const ast::Expression* high;
    bool slice;
  };
  bool bind_array_subscripts(const std::vector<SubscriptBounds>& bounds, std::vector<ExpressionPtr>& parts,
                             int position);
  ExpressionPtr bind_json_subscripts(const std::vector<SubscriptBounds>& bounds, int position);
  ExpressionPtr bind_subscript(const ast::SubscriptExpression& expression);
  ExpressionPtr bind_field_selection(const ast::FieldSelection& expression);
  ExpressionPtr bind_builtin(const ast::BuiltinExpression& expression);
  ExpressionPtr bind_null_if(std::vector<ExpressionPtr> arguments, int position);
  ExpressionPtr bind_quantified(const ast::QuantifiedExpression& expression);
  ExpressionPtr bind_quantified_array(const ast::QuantifiedExpression& expression);
  static ExpressionPtr both(ExpressionKind kind, ExpressionPtr left, ExpressionPtr right);

  // Rows are no values of their own in comparisons (bind_row.cpp).
  static const ast::RowExpression* as_row(const ast::Expression& expression);
  static bool is_star(const ast::Expression& expression);
  static void check_row_sizes(size_t left, size_t right, int position);
  ExpressionPtr compare_rows(const std::string& symbol, const ast::RowExpression& left, const ast::RowExpression& right,
                             int position);
  ExpressionPtr compare_lists(const std::string& symbol, std::vector<ExpressionPtr> left,
                              std::vector<ExpressionPtr> right, int position);

  // ----------------------------------------------------------------------------- calls (bind_function, bind_aggregate)
  ExpressionPtr bind_function_call(const ast::FunctionCall& call);
  ExpressionPtr bind_scalar_call(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_aggregate_call(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr collect_aggregate(std::unique_ptr<AggregateExpression> aggregate, const std::string& name,
                                  int position);
  static bool is_hypothetical(const std::string& name);
  ExpressionPtr bind_hypothetical_call(const ast::FunctionCall& call, const std::string& name);
  std::vector<ExpressionPtr> hypothetical_row(const ast::FunctionCall& call, const std::string& name,
                                              std::vector<SortKey>& keys);
  ExpressionPtr sorts_before(const std::vector<SortKey>& keys, const std::vector<ExpressionPtr>& row, bool peers,
                             int position);
  std::unique_ptr<AggregateExpression> resolve_aggregate_call(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_window_call(const ast::FunctionCall& call, const std::string& name);
  std::unique_ptr<WindowExpression> resolve_window_call(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_set_call(const ast::FunctionCall& call);
  [[noreturn]] static void throw_not_an_aggregate(const ast::FunctionCall& call);
  static void check_aggregate_allowed(const QueryLevel& level, int position);
  std::vector<ExpressionPtr> bind_arguments(const ast::FunctionCall& call);
  static std::vector<ExpressionPtr> in_declared_order(const ast::FunctionCall& call,
                                                      std::vector<ExpressionPtr> arguments,
                                                      std::span<const std::string_view> names);
  ExpressionPtr bind_variadic_call(const ast::FunctionCall& call, const std::string& name);
  CollectedSetCall resolve_set_call(const ast::FunctionCall& call, std::vector<ExpressionPtr> arguments);
  CollectedSetCall resolve_set_call(const ast::FunctionCall& call, std::vector<ExpressionPtr> arguments,
                                    const std::string& name);
  void check_populated_row(const Expression& row, const std::vector<ast::ColumnTypePair>& declared, int position);
  ExpressionPtr bind_grouping_call(const ast::BuiltinExpression& expression);
  std::vector<SortKey> bind_sort_keys(const std::vector<ast::OrderItem>& items);
  void bind_window_definition(const ast::WindowDefinition& definition, WindowExpression& window);
  void bind_frame(const ast::WindowFrame& frame, WindowExpression& window, int position);
  const ast::WindowDefinition& named_window(const std::string& name, int position) const;
  QueryLevel& level_of_aggregate(const Expression& call);

  /// A function or operator by name and arguments, casts put in. 42883, 42725.
  ExpressionPtr call_function(const std::string& name, std::vector<ExpressionPtr> arguments, int position);
  ExpressionPtr call_operator(const std::string& symbol, ExpressionPtr left, ExpressionPtr right, int position);
  ExpressionPtr call_resolved(const ResolvedScalar& resolved, std::vector<ExpressionPtr> arguments, int position);
  /// What only the grammar can name: "ARRAY", "ROW", "[]", "= ANY". 0A000 if the registry has none.
  static ExpressionPtr call_constructor(const char* name, std::vector<ExpressionPtr> parts, LogicalType type,
                                        int position);

  // ------------------------------------------------------------------------------------- grouping (bind_grouping)
  GroupingPlan bind_group_by(const ast::SelectQuery& select, std::vector<Target>& targets, size_t visible_count);
  uint32_t add_group(const ast::Expression& expression, std::vector<Target>& targets, size_t visible_count,
                     GroupingPlan& grouping);
  std::vector<std::vector<uint32_t>> expand_grouping_item(const ast::GroupingItem& item, std::vector<Target>& targets,
                                                          size_t visible_count, GroupingPlan& grouping);
  bool is_input_column(const ast::Expression& expression) const;
  void check_groupable(const Expression& expression, int position);
  void group_set_calls(const PlanColumnSet& columns);
  void group_implicitly(std::vector<Target>& targets, GroupingPlan& grouping);
  LogicalPtr make_aggregate(LogicalPtr plan, GroupingPlan& grouping);
  /// Puts the group's columns in the place of the expressions that are grouped by; 42803 for what is left of the input.
  void rewrite_grouped(ExpressionPtr& expression, LogicalAggregate& aggregate, bool inside_subquery = false);
  void rewrite_grouped_plan(LogicalNode& plan, LogicalAggregate& aggregate);
  bool add_dependent_group(const ColumnExpression& column, LogicalAggregate& aggregate);

  // ----------------------------------------------------------------------------------- subqueries (bind_subquery)
  ExpressionPtr bind_subquery(const ast::SubqueryExpression& expression);
  ExpressionPtr bind_in_query(const ast::Expression& operand, const std::string& symbol, const ast::Query& query,
                              int position, bool all);
  ExpressionPtr bind_array_subquery(LogicalPtr plan, int position);
  ExpressionPtr compare_row_with_query(const std::string& symbol, const ast::RowExpression& row,
                                       const ast::SubqueryExpression& subquery, int position);
  ExpressionPtr compare_lists_or_call(const std::string& symbol, std::vector<ExpressionPtr> left,
                                      std::vector<ExpressionPtr> right, int position);
  LogicalPtr bind_inner_query(const ast::Query& query);
  /// Puts the subqueries of `expression` below: `plan` becomes an Apply over itself, the expression reads its column.
  void plan_subqueries(ExpressionPtr& expression, LogicalPtr& plan);
  void plan_subqueries(std::vector<ExpressionPtr>& expressions, LogicalPtr& plan);
  LogicalPtr filter_with_subqueries(LogicalPtr plan, ExpressionPtr predicate);

  // -------------------------------------------------------------------------------------------------- WITH (bind_with)
  void bind_with(const ast::WithClause& with);
  CommonTableBinding* bind_recursive_item(QueryLevel& level, size_t index);
  std::shared_ptr<CommonTableBinding> bind_common_table(const ast::CommonTable& table, bool recursive);
  LogicalPtr bind_recursive(const ast::CommonTable& table, CommonTableBinding& binding);
  /// Ends what bind_with began: definitions that are read once move to their place, the others stand above `body`.
  LogicalPtr finish_with(LogicalPtr body, size_t first_table);
  CommonTableBinding* find_common_table(const std::string& name);

  // SEARCH and CYCLE (bind_recursion_path)
  std::unique_ptr<RecursionPath> bind_recursion_path(const ast::CommonTable& table,
                                                     const ast::SetOperationQuery& operation,
                                                     const CommonTableBinding& binding);
  LogicalPtr start_path(RecursionPath& path, LogicalPtr base, LogicalRecursive& node);
  void add_path_targets(const CommonTableBinding& table, std::vector<Target>& targets);
  LogicalPtr extend_path(const RecursionPath& path, LogicalPtr step);
  /// The recursive query whose recursive term is being bound; null if there is none.
  [[nodiscard]] const CommonTableBinding* table_in_step() const;

  // -------------------------------------------------------------------------------------- windows and set-returning
  LogicalPtr make_windows(LogicalPtr plan, std::vector<CollectedCall> windows);
  [[nodiscard]] const CollectedSetCall* find_set_call(const CollectedSetCall& wanted) const;
  void refuse_new_set_calls(size_t count_before, const char* where, int position) const;
  LogicalPtr make_set_calls(LogicalPtr plan, std::vector<CollectedSetCall> calls);

  // ------------------------------------------------------------------------------------- sugar (bind_sugar, D21)
  LogicalPtr bind_latest_on(const ast::LatestOnClause& latest, LogicalPtr plan);
  ExpressionPtr bind_gap_fill_call(const ast::FunctionCall& call);
  std::optional<FillKind> fill_of_target(const ast::Expression& target);
  void infer_gap_fill_bounds(const Expression* where);
  void lay_out_gap_fill(std::vector<Target>& targets, const GroupingPlan& grouping);
  LogicalPtr make_gap_fill(LogicalPtr plan, std::vector<Target>& targets);
  /// Adds its bucket to the groups, and with FILL a GapFillRequest to the level.
  void bind_sample_by(const ast::SampleByClause& sample, std::vector<Target>& targets, GroupingPlan& grouping);
  void bind_sample_fill(const ast::SampleByClause& sample, std::vector<Target>& targets, const GroupingPlan& grouping);
  static bool is_fill_word(const ast::Expression& expression, std::string_view word);
  ExpressionPtr sampled_time(int position);

  // ------------------------------------------------------------------------ writing (bind_insert, bind_update …)
  LogicalPtr bind_insert(const ast::InsertStatement& insert);
  LogicalPtr bind_update(const ast::UpdateStatement& update);
  LogicalPtr bind_delete(const ast::DeleteStatement& statement);
  std::vector<uint32_t> target_columns(const std::vector<ast::Assignment::Target>& named,
                                       const WrittenRelation& relation, const ScopeItem& item,
                                       const WriteTarget& target) const;
  static void check_insertable(const ColumnEntry& column, ast::Overriding overriding);
  LogicalPtr bind_merge(const ast::MergeStatement& merge);
  LogicalMerge::Action bind_merge_action(const ast::MergeAction& action, const WrittenRelation& relation,
                                         const ScopeItem& item, const WriteTarget& target, LogicalPtr& plan);
  std::vector<ColumnAssignment> bind_merge_insert(const ast::MergeAction& action, const WrittenRelation& relation,
                                                  const ScopeItem& item, const WriteTarget& target);
  LogicalPtr bind_insert_rows(const ast::InsertStatement& insert, const TableEntry& table,
                              std::vector<uint32_t>& columns);
  ExpressionPtr assign_target(ExpressionPtr value, const ast::InsertStatement& insert, size_t index,
                              const ColumnEntry& column, int position);
  LogicalPtr gather_elements(const ast::InsertStatement& insert, const TableEntry& table,
                             const std::vector<uint32_t>& named, std::vector<uint32_t>& columns, LogicalPtr rows);
  [[nodiscard]] LogicalType type_for_target(const ast::Assignment::Target& target, const ColumnEntry& column) const;
  ExpressionPtr coerce_for_elements(const ast::Assignment::Target& target, const ColumnEntry& column,
                                    ExpressionPtr value);
  LogicalPtr bind_insert_values(const ast::InsertStatement& insert, const ast::ValuesQuery& values,
                                const TableEntry& table, std::vector<uint32_t>& columns,
                                const std::function<void(size_t, int)>& check_width);
  LogicalPtr bind_literal_rows(const ast::LiteralRows& rows, const TableEntry& table,
                               const std::vector<uint32_t>& columns);
  void bind_write_target(WriteTarget& target, const TableEntry& table);
  std::vector<Target> bind_returning(const std::vector<ast::SelectTarget>& returning, WriteTarget& target,
                                     LogicalNode& node);
  LogicalPtr finish_returning(LogicalPtr node, std::vector<Target> targets);
  PlanOutput target_output(const Target& target);
  ScopeItem target_item(const TableEntry& table, const std::string& alias, const std::vector<PlanColumn>& columns);
  void choose_conflict_action(const ast::InsertStatement& insert, const WrittenRelation& relation, LogicalInsert& node);
  static void check_upsert_names_key(const ast::InsertStatement& insert, const TableEntry& table,
                                     const LogicalInsert& node);
  void update_named_columns(const TableEntry& table, LogicalInsert& node);
  void bind_on_conflict(const ast::OnConflict& conflict, const WrittenRelation& relation, LogicalInsert& node);
  void plan_conflict_subqueries(const TableEntry& table, LogicalInsert& node);
  std::vector<ObjectId> arbiters(const ast::OnConflict& conflict, const WrittenRelation& relation,
                                 const ScopeItem& item, const WriteTarget& target);
  /// `item`: the relation as it was before further items were added.
  std::vector<ColumnAssignment> bind_assignments(const std::vector<ast::Assignment>& assignments,
                                                 const WrittenRelation& relation, const ScopeItem& item,
                                                 const WriteTarget& target, LogicalPtr* plan);
  LogicalPtr bind_target_scan(const ast::TableReference& reference, const WrittenRelation& relation,
                              WriteTarget& target, std::optional<PlanColumn>& row_id);
  LogicalPtr bind_other_tables(LogicalPtr plan, const std::vector<ast::TableExpressionPtr>& tables);
  ExpressionPtr default_of(const TableEntry& table, uint32_t column);
  ExpressionPtr bind_stored(const std::string& sql, const TableEntry& table, const std::vector<PlanColumn>& row,
                            std::optional<LogicalType> target, ExpressionPlace place);
  ExpressionPtr assign(ExpressionPtr value, const ColumnEntry& column, int position);
  ExpressionPtr value_before_update(const TableEntry& table, uint32_t index);
  /// `old` with `value`, which has the field's type already, as the field at the end of `path`.
  ExpressionPtr with_field(const Expression& old, std::span<const std::string> path, ExpressionPtr value, int position);
  ExpressionPtr assign_element(const ast::Assignment::Target& target, const ColumnEntry& column, ExpressionPtr old,
                               ExpressionPtr value);

  // -------------------------------------------------------------------------------------------- types (coercion.cpp)
  [[nodiscard]] bool can_coerce(const Expression& expression, LogicalType target, CastContext context) const;
  /// Precondition: can_coerce. Literals are read at once (22P02 …), parameters learn their type.
  ExpressionPtr coerce(ExpressionPtr expression, LogicalType target, CastContext context, int position = 0);
  ExpressionPtr coerce_unchecked(ExpressionPtr expression, LogicalType target, CastContext context, int position = 0);
  /// 42804 `argument of LIMIT must be type bigint, not type text`.
  ExpressionPtr coerce_argument(ExpressionPtr expression, LogicalType target, std::string_view words);
  ExpressionPtr coerce_boolean(ExpressionPtr expression, std::string_view words);
  /// PostgreSQL's select_common_type. 42804 `CASE types integer and text cannot be matched`.
  LogicalType common_type(const std::vector<ExpressionPtr>& expressions, std::string_view words) const;
  void coerce_all(std::vector<ExpressionPtr>& expressions, LogicalType type);
  ExpressionPtr to_text_if_unknown(ExpressionPtr expression);
  void set_parameter_type(uint32_t number, LogicalType type, int position);
  Value evaluate_constant(const Expression& expression) const;

  // ------------------------------------------------------------------------------------------------------ levels
  friend class LevelScope;
  friend class PlaceScope;
  friend class SelfReferences;
  void register_columns(const ScopeItem& item);
  void check_depth() const;

  LogicalPtr bind_statement_node(const ast::Statement& statement);

  PlannerContext& context_;
  const char* stack_base_;
  QueryLevel* level_ = nullptr;
  const CommonTableBinding* step_with_path_ = nullptr;           ///< the next SELECT is its recursive term
  std::unordered_map<PlanColumn, RecordShape> shape_of_column_;  ///< of columns that hold records
  /// At which depth of nesting each column is visible: tells outer references from own ones.
  std::unordered_map<PlanColumn, uint32_t> depth_of_column_;
  /// `alias.name` of the columns in scope, for messages.
  std::unordered_map<PlanColumn, std::string> name_of_column_;
  std::vector<ObjectId> open_views_ = {};  ///< views whose queries are being bound, outermost first
  /// Where the depth of levels starts: inside a view, below the query that names it.
  uint32_t depth_base_ = 0;
};

/// The references of a recursive query to itself, counted from here on.
class SelfReferences {
 public:
  explicit SelfReferences(const Binder& binder);
  /// 42P19 `recursive reference to query "t" must not appear within …` if there are more by now.
  void refuse_more(const char* where) const;

 private:
  const Binder& binder_;
  size_t before_ = 0;
};

/// A query level for the time of a block.
class LevelScope {
 public:
  explicit LevelScope(Binder& binder) : binder_(binder) {
    level.outer = binder.level_;
    level.depth = level.outer ? level.outer->depth + 1 : binder.depth_base_ + 1;
    binder.level_ = &level;
  }
  ~LevelScope() { binder_.level_ = level.outer; }
  LevelScope(const LevelScope&) = delete;
  LevelScope& operator=(const LevelScope&) = delete;
  QueryLevel level;

 private:
  Binder& binder_;
};

/// The place of expressions for the time of a block.
class PlaceScope {
 public:
  PlaceScope(Binder& binder, ExpressionPlace place) : level_(*binder.level_), before_(level_.place) {
    level_.place = place;
  }
  ~PlaceScope() { level_.place = before_; }
  PlaceScope(const PlaceScope&) = delete;
  PlaceScope& operator=(const PlaceScope&) = delete;

 private:
  QueryLevel& level_;
  ExpressionPlace before_;
};

/// `FOR UPDATE`, as errors name the clause.
std::string locking_words(const ast::LockingClause& lock);

}  // namespace tidemark
