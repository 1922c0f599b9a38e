#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "planner/physical_plan.h"
#include "planner/plan_walk.h"
#include "planner/planner.h"

namespace tidemark {

/// Turns a logical plan into a physical one: chooses operators and gives every column its position. One object a plan;
/// its methods are spread over physical_*.cpp by what they plan.
class PhysicalPlanner {
 public:
  explicit PhysicalPlanner(PlannerContext& context) : context_(context) {}
  PhysicalPlanner(const PhysicalPlanner&) = delete;
  PhysicalPlanner& operator=(const PhysicalPlanner&) = delete;

  /// The outputs come in the order of the logical node's.
  PhysicalPtr plan_root(const LogicalNode& node);

 private:
  using NodePtr = std::unique_ptr<PhysicalNode>;
  /// Where each column lies in a chunk.
  using Layout = std::unordered_map<PlanColumn, uint32_t>;

  PhysicalPtr plan(const LogicalNode& node);
  NodePtr plan_by_kind(const LogicalNode& node);
  /// As `plan`, with a projection above where positions would differ from `wanted`.
  PhysicalPtr plan_aligned(const LogicalNode& node, const std::vector<PlanOutput>& wanted);

  static Layout layout_of(const std::vector<PlanOutput>& outputs);
  static Layout layout_of_both(const PhysicalNode& left, const PhysicalNode& right);
  /// Columns become positions, outer columns parameters.
  ExpressionPtr translate(const Expression& expression, const Layout& layout) const;
  ExpressionPtr translate(const ExpressionPtr& expression, const Layout& layout) const;
  std::vector<ExpressionPtr> translate(const std::vector<ExpressionPtr>& expressions, const Layout& layout) const;
  std::vector<SortKey> translate(const std::vector<SortKey>& keys, const Layout& layout) const;
  ExpressionPtr translate_conjunction(const std::vector<const Expression*>& conjuncts, const Layout& layout) const;

  // physical_scan.cpp
  NodePtr plan_scan(const LogicalScan& scan);
  NodePtr plan_filter(const LogicalFilter& filter);
  bool push(const Expression& conjunct, const LogicalScan& scan, std::vector<PushedPredicate>& pushed) const;
  bool push_comparison(const Expression& conjunct, const LogicalScan& scan, std::vector<PushedPredicate>& pushed) const;
  bool push_in_list(const Expression& conjunct, const LogicalScan& scan, std::vector<PushedPredicate>& pushed) const;
  bool push_dictionary(const Expression& conjunct, const LogicalScan& scan, std::vector<PushedPredicate>& pushed) const;
  ExpressionPtr scan_constant(const Expression& constant, LogicalType column_type) const;
  bool is_known_at_start(const Expression& expression) const;

  // physical_aggregate.cpp
  NodePtr plan_aggregate(const LogicalAggregate& aggregate);
  void make_run_aware(const LogicalAggregate& aggregate, const Layout& layout, PhysicalAggregate& node) const;
  std::optional<BucketSpec> bucket_of(const Expression& group, PlanColumn& time) const;
  std::optional<BucketSpec> time_bucket_of(const LogicalAggregate& aggregate, uint32_t group,
                                           const Layout& layout) const;
  void wish_first_groups(const LogicalSort& sort, const LogicalLimit& limit);
  /// Whether the session's TimeZone has one offset at all times.
  [[nodiscard]] bool has_fixed_zone() const;

  // physical_join.cpp
  NodePtr plan_join(const LogicalJoin& join);
  NodePtr plan_asof(const LogicalJoin& join);
  NodePtr plan_apply(const LogicalApply& apply);

  // physical_sort.cpp
  static const LogicalScan* scan_below(const LogicalNode& node);
  static ColumnId stored_column(const Expression& expression, const LogicalNode& node);
  bool is_key_order(const std::vector<SortKey>& keys, const LogicalNode& child) const;
  bool is_newest_first(const std::vector<SortKey>& keys, const LogicalNode& child) const;
  NodePtr plan_sort(const LogicalSort& sort, const LogicalLimit* limit);
  NodePtr plan_limit(const LogicalLimit& limit);
  NodePtr plan_distinct_on(const LogicalDistinctOn& distinct);
  NodePtr plan_window(const LogicalWindow& window);
  NodePtr plan_gap_fill(const LogicalGapFill& fill);
  NodePtr plan_set_operation(const LogicalSetOperation& operation);

  // physical_newest.cpp
  [[nodiscard]] const LogicalScan* series_scan_below(const LogicalNode& node) const;
  [[nodiscard]] bool is_of_series(const Expression& expression, const LogicalNode& below,
                                  const TableEntry& table) const;
  void wish_newest(const LogicalDistinctOn& distinct);
  void wish_newest(const LogicalAggregate& aggregate);

  // physical_write.cpp
  PhysicalWriteTarget plan_target(const WriteTarget& target, const PhysicalNode& child, uint32_t child_offset) const;
  static std::vector<PlanOutput> row_first(const LogicalNode& child, const WriteTarget& target,
                                           std::optional<PlanColumn> row_id);
  NodePtr plan_insert(const LogicalInsert& insert);
  NodePtr plan_update(const LogicalUpdate& update);
  NodePtr plan_delete(const LogicalDelete& statement);
  NodePtr plan_merge(const LogicalMerge& merge);

  /// Whether `SET disabled_rules` names a choice that is made here.
  [[nodiscard]] bool is_disabled(std::string_view rule) const;

  PlannerContext& context_;
  /// In which order a scan should run, where a node above it profits.
  struct ScanWish {
    WantedOrder order = WantedOrder::kAny;
    std::vector<ColumnId> newest_values;
  };
  std::unordered_map<const LogicalScan*, ScanWish> scan_orders_;
  /// Aggregates of which the first groups by a bucket are wanted.
  struct FirstGroupsWish {
    uint32_t group = 0;
    bool descending = false;
    const LogicalLimit* limit = nullptr;
  };
  std::unordered_map<const LogicalAggregate*, FirstGroupsWish> first_groups_;
  /// Columns of outer rows, while the right side of an Apply is planned: their parameter numbers.
  std::unordered_map<PlanColumn, uint32_t> outer_parameters_;
  uint32_t next_parameter_ = 0;
  /// The outputs of WITH definitions, by number.
  std::unordered_map<uint32_t, std::vector<PlanColumn>> definitions_;
};

}  // namespace tidemark
