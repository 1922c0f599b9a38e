// The order of inner joins: by dynamic programming over sets of relations up to ten of them, greedily above (after
// Selinger et al., SIGMOD 1979, and the greedy operator ordering of Fegaras, 1998). The cost of an order is the sum of
// the rows that its joins give.

#include <algorithm>
#include <bit>

#include "planner/estimates.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/rules/rules.h"

namespace tidemark {

namespace {

constexpr size_t kExhaustiveMax = 10;  // 3^10 splits: under a millisecond.
using RelationSet = uint64_t;

struct Condition {
  ExpressionPtr expression;
  RelationSet relations = 0;
  double selectivity = 1;
};

bool is_reorderable(const LogicalNode& node) {
  return node.kind == LogicalKind::kJoin && node.as<LogicalJoin>().type == JoinType::kInner &&
         !node.as<LogicalJoin>().asof;
}

void collect(LogicalPtr node, std::vector<LogicalPtr>& relations, std::vector<ExpressionPtr>& conditions) {
  if (!is_reorderable(*node)) {
    relations.push_back(std::move(node));
    return;
  }
  for (ExpressionPtr& condition : node->as<LogicalJoin>().conditions) conditions.push_back(std::move(condition));
  collect(std::move(node->children[0]), relations, conditions);
  collect(std::move(node->children[1]), relations, conditions);
}

/// A tree of joins over a set of relations, as the two sets that its root joins; a single relation is a leaf.
struct JoinTree {
  double rows = 0;
  double cost = 0;
  RelationSet left = 0, right = 0;
};

class JoinOrder {
 public:
  JoinOrder(std::vector<LogicalPtr> relations, std::vector<ExpressionPtr> conditions, const PlannerContext& context)
      : relations_(std::move(relations)) {
    std::vector<PlanColumnSet> columns;
    for (LogicalPtr& relation : relations_) {
      estimate(*relation, context);
      columns.push_back(output_columns(*relation));
    }
    for (ExpressionPtr& expression : conditions) {
      Condition condition;
      const PlanColumnSet read = columns_of(*expression);
      condition.selectivity = 1;
      for (size_t i = 0; i < relations_.size(); ++i) {
        if (!intersects(read, columns[i])) continue;
        condition.relations |= RelationSet{1} << i;
        // The side with more distinct values decides.
        condition.selectivity = std::min(condition.selectivity, selectivity(*expression, *relations_[i], context));
      }
      condition.expression = std::move(expression);
      conditions_.push_back(std::move(condition));
    }
  }

  LogicalPtr make() {
    const size_t count = relations_.size();
    const RelationSet all = count == 64 ? ~RelationSet{0} : (RelationSet{1} << count) - 1;
    for (size_t i = 0; i < count; ++i) {
      trees_[RelationSet{1} << i] = {std::max(1.0, relations_[i]->estimated_rows), 0, 0, 0};
    }
    if (count <= kExhaustiveMax) {
      search(all);
    } else {
      join_greedily();
    }
    LogicalPtr plan = build(all);
    // Conditions that read no relation at all.
    std::vector<ExpressionPtr> rest;
    for (Condition& condition : conditions_) {
      if (condition.expression) rest.push_back(std::move(condition.expression));
    }
    return make_filter(std::move(plan), std::move(rest));
  }

 private:
  [[nodiscard]] bool connects(RelationSet left, RelationSet right) const {
    return std::ranges::any_of(conditions_, [&](const Condition& condition) {
      return (condition.relations & left) != 0 && (condition.relations & right) != 0 &&
             (condition.relations & ~(left | right)) == 0;
    });
  }

  [[nodiscard]] double rows_of(RelationSet left, RelationSet right) const {
    double rows = trees_.at(left).rows * trees_.at(right).rows;
    for (const Condition& condition : conditions_) {
      const bool decided_here = (condition.relations & ~(left | right)) == 0 && (condition.relations & ~left) != 0 &&
                                (condition.relations & ~right) != 0;
      if (decided_here) rows *= condition.selectivity;
    }
    return std::max(1.0, rows);
  }

  [[nodiscard]] JoinTree join(RelationSet left, RelationSet right) const {
    JoinTree tree;
    tree.rows = rows_of(left, right);
    tree.cost = trees_.at(left).cost + trees_.at(right).cost + tree.rows;
    tree.left = left;
    tree.right = right;
    return tree;
  }

  void search(RelationSet all) {
    for (RelationSet set = 1; set <= all; ++set) {
      if (std::popcount(set) < 2) continue;
      std::optional<JoinTree> best;
      // Cross products only where nothing connects.
      for (const bool connected : {true, false}) {
        for (RelationSet left = (set - 1) & set; left != 0; left = (left - 1) & set) {
          const RelationSet right = set & ~left;
          if (left < right || (connected && !connects(left, right))) continue;
          const JoinTree tree = join(left, right);
          if (!best || tree.cost < best->cost) best = tree;
        }
        if (best) break;
      }
      trees_[set] = *best;
    }
  }

  void join_greedily() {
    std::vector<RelationSet> sets;
    for (size_t i = 0; i < relations_.size(); ++i) sets.push_back(RelationSet{1} << i);
    while (sets.size() > 1) {
      std::optional<JoinTree> best;
      for (const bool connected : {true, false}) {
        for (size_t i = 0; i < sets.size(); ++i) {
          for (size_t j = i + 1; j < sets.size(); ++j) {
            if (connected && !connects(sets[i], sets[j])) continue;
            const JoinTree tree = join(sets[i], sets[j]);
            if (!best || tree.rows < best->rows) best = tree;
          }
        }
        if (best) break;
      }
      const RelationSet merged = best->left | best->right;
      trees_[merged] = *best;
      std::erase_if(sets, [&](RelationSet set) { return (set & merged) != 0; });
      sets.push_back(merged);
    }
  }

  LogicalPtr build(RelationSet set) {
    const JoinTree& tree = trees_.at(set);
    if (tree.left == 0) return std::move(relations_[static_cast<size_t>(std::countr_zero(set))]);
    LogicalPtr left = build(tree.left);
    LogicalPtr right = build(tree.right);
    std::vector<ExpressionPtr> own;
    for (Condition& condition : conditions_) {
      const bool fits = condition.expression && condition.relations != 0 && (condition.relations & ~set) == 0;
      if (fits) own.push_back(std::move(condition.expression));
    }
    LogicalPtr joined = make_join(JoinType::kInner, std::move(left), std::move(right), std::move(own));
    joined->estimated_rows = tree.rows;
    return joined;
  }

  std::vector<LogicalPtr> relations_;
  std::vector<Condition> conditions_;
  std::unordered_map<RelationSet, JoinTree> trees_;
};

LogicalPtr reorder(LogicalPtr node, const PlannerContext& context) {
  if (!is_reorderable(*node)) {
    for (LogicalPtr& child : node->children) child = reorder(std::move(child), context);
    derive_outputs(*node);
    return node;
  }
  const std::vector<PlanOutput> outputs = node->outputs;
  std::vector<LogicalPtr> relations;
  std::vector<ExpressionPtr> conditions;
  collect(std::move(node), relations, conditions);
  for (LogicalPtr& relation : relations) relation = reorder(std::move(relation), context);
  constexpr size_t kRelationsMax = 64;  // One bit each.
  if (relations.size() < 3 || relations.size() > kRelationsMax) {
    LogicalPtr plan = std::move(relations[0]);
    for (size_t i = 1; i < relations.size(); ++i) {
      plan = make_join(JoinType::kInner, std::move(plan), std::move(relations[i]), {});
      // A condition goes where the last of its relations comes in.
      std::vector<ExpressionPtr> later;
      const PlanColumnSet given = output_columns(*plan);
      for (ExpressionPtr& condition : conditions) {
        const bool last = i + 1 == relations.size();
        auto& target = last || is_subset(columns_of(*condition), given) ? plan->as<LogicalJoin>().conditions : later;
        target.push_back(std::move(condition));
      }
      conditions = std::move(later);
    }
    return plan;
  }
  LogicalPtr plan = JoinOrder(std::move(relations), std::move(conditions), context).make();
  const bool same = std::ranges::equal(plan->outputs, outputs, {}, &PlanOutput::column, &PlanOutput::column);
  return same ? std::move(plan) : make_narrowing(std::move(plan), outputs);
}

}  // namespace

LogicalPtr order_joins(LogicalPtr plan, PlannerContext& context) { return reorder(std::move(plan), context); }

}  // namespace tidemark
