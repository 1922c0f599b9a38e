// Joins: by hashing where sides are compared for equality, else by nested loops; ASOF; and Apply for what the rules
// could not turn into a join.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "planner/physical_planner.h"
#include "planner/plan_builder.h"
#include "planner/predicate_forms.h"

namespace tidemark {

namespace {

/// `left = right` of the two sides, for hashing.
struct KeyPair {
  const Expression* left = nullptr;
  const Expression* right = nullptr;
  bool null_safe = false;
};

/// Both as one type whose equality is that of the operator; nothing if there is no such type.
std::optional<LogicalType> key_type(LogicalType left, LogicalType right) {
  LogicalType bare = left;
  bare.modifier = -1;
  if (left.same_base(right)) return bare;
  if (is_integer_type(left.id) && is_integer_type(right.id)) {
    return LogicalType(left.id == TypeId::kInt64 || right.id == TypeId::kInt64 ? TypeId::kInt64 : TypeId::kInt32);
  }
  const auto is_float = [](LogicalType type) { return type.id == TypeId::kFloat32 || type.id == TypeId::kFloat64; };
  if (is_float(left) && is_float(right)) return LogicalType(TypeId::kFloat64);
  return std::nullopt;
}

/// `left = right` of the two sides, whether or not it can be hashed here.
bool compares_sides(const Expression& condition, const PlanColumnSet& left, const PlanColumnSet& right) {
  const FunctionExpression* equal = match_equality(condition);
  if (!equal) return false;
  const PlanColumnSet first = columns_of(*equal->children[0]);
  const PlanColumnSet second = columns_of(*equal->children[1]);
  const auto only = [](const PlanColumnSet& columns, const PlanColumnSet& side, const PlanColumnSet& other) {
    return intersects(columns, side) && !intersects(columns, other);
  };
  return (only(first, left, right) && only(second, right, left)) ||
         (only(first, right, left) && only(second, left, right));
}

/// PostgreSQL has no way to run other FULL JOINs.
void require_full_join_key(const std::vector<const Expression*>& conditions, const PlanColumnSet& left,
                           const PlanColumnSet& right) {
  bool reads_columns = false;
  for (const Expression* condition : conditions) {
    if (compares_sides(*condition, left, right)) return;
    reads_columns = reads_columns || !columns_of(*condition).empty();
  }
  if (reads_columns) {
    throw Error(sqlstate::kFeatureNotSupported,
                "FULL JOIN is only supported with merge-joinable or hash-joinable join conditions");
  }
}

std::optional<KeyPair> match_key(const Expression& condition, const PlanColumnSet& left, const PlanColumnSet& right) {
  KeyPair pair;
  const FunctionExpression* equal = match_equality(condition);
  if (!equal) {
    equal = match_null_safe(condition);
    pair.null_safe = true;
  }
  if (!equal || is_volatile(condition)) return std::nullopt;
  pair.left = equal->children[0].get();
  pair.right = equal->children[1].get();
  const PlanColumnSet first = columns_of(*pair.left);
  const PlanColumnSet second = columns_of(*pair.right);
  if (intersects(first, right) && !intersects(first, left) && !intersects(second, right)) {
    std::swap(pair.left, pair.right);
  } else if (intersects(first, right) || intersects(second, left)) {
    return std::nullopt;
  }
  if (!intersects(columns_of(*pair.left), left) || !intersects(columns_of(*pair.right), right)) return std::nullopt;
  if (pair.left->type.id == TypeId::kBpchar || !key_type(pair.left->type, pair.right->type)) return std::nullopt;
  return pair;
}

/// Positions for a join's outputs, by its type.
void set_join_outputs(PhysicalNode& node, JoinType type, const LogicalNode& logical) {
  node.outputs = node.children[0]->outputs;
  if (type == JoinType::kSemi || type == JoinType::kAnti) return;
  if (type == JoinType::kMark) {
    node.outputs.push_back(logical.outputs.back());
    return;
  }
  const std::vector<PlanOutput>& right = node.children[1]->outputs;
  node.outputs.insert(node.outputs.end(), right.begin(), right.end());
}

}  // namespace

PhysicalPlanner::NodePtr PhysicalPlanner::plan_join(const LogicalJoin& join) {
  PhysicalPtr left = plan(*join.children[0]);
  PhysicalPtr right = plan(*join.children[1]);
  JoinType type = join.type;
  // The hash table is built on the right: it should be the smaller side.
  const bool swappable = type == JoinType::kInner || type == JoinType::kLeft || type == JoinType::kRight;
  if (swappable && left->estimated_rows * 1.2 < right->estimated_rows) {
    std::swap(left, right);
    if (type != JoinType::kInner) type = type == JoinType::kLeft ? JoinType::kRight : JoinType::kLeft;
  }
  PlanColumnSet left_columns;
  for (const PlanOutput& output : left->outputs) left_columns.insert(output.column);
  PlanColumnSet right_columns;
  for (const PlanOutput& output : right->outputs) right_columns.insert(output.column);
  std::vector<KeyPair> keys;
  std::vector<const Expression*> residual;
  for (const ExpressionPtr& condition : join.conditions) {
    if (const std::optional<KeyPair> pair = match_key(*condition, left_columns, right_columns)) {
      keys.push_back(*pair);
    } else {
      residual.push_back(condition.get());
    }
  }
  const Layout both_sides = layout_of_both(*left, *right);
  if (keys.empty()) {
    if (type == JoinType::kFull) require_full_join_key(residual, left_columns, right_columns);
    auto node = std::make_unique<PhysicalNestedLoopJoin>();
    node->type = type;
    node->condition = translate_conjunction(residual, both_sides);
    node->children.push_back(std::move(left));
    node->children.push_back(std::move(right));
    set_join_outputs(*node, type, join);
    return node;
  }
  auto node = std::make_unique<PhysicalHashJoin>();
  node->type = type;
  const Layout left_layout = layout_of(left->outputs);
  const Layout right_layout = layout_of(right->outputs);
  for (const KeyPair& pair : keys) {
    const LogicalType common = *key_type(pair.left->type, pair.right->type);
    const auto as_key = [&](const Expression& side, const Layout& layout) {
      ExpressionPtr key = translate(side, layout);
      return key->type.same_base(common) ? std::move(key) : coerce(std::move(key), common, CastContext::kImplicit);
    };
    node->left_keys.push_back(as_key(*pair.left, left_layout));
    node->right_keys.push_back(as_key(*pair.right, right_layout));
    node->null_safe.push_back(pair.null_safe ? 1 : 0);
  }
  node->residual = translate_conjunction(residual, both_sides);
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  set_join_outputs(*node, type, join);
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_asof(const LogicalJoin& join) {
  auto node = std::make_unique<PhysicalAsofJoin>();
  PhysicalPtr left = plan(*join.children[0]);
  PhysicalPtr right = plan(*join.children[1]);
  node->left_outer = join.type == JoinType::kLeft;
  const PlanColumnSet left_columns = output_columns(*join.children[0]);
  const PlanColumnSet right_columns = output_columns(*join.children[1]);
  const Layout left_layout = layout_of(left->outputs);
  const Layout right_layout = layout_of(right->outputs);
  std::vector<const Expression*> residual;
  for (uint32_t i = 0; i < join.conditions.size(); ++i) {
    const Expression& condition = *join.conditions[i];
    if (i == join.asof_condition) {
      const std::string_view name = condition.as<FunctionExpression>().function->name;
      using Comparison = PhysicalAsofJoin::Comparison;
      node->comparison = name == ">="   ? Comparison::kGreaterEqual
                         : name == ">"  ? Comparison::kGreater
                         : name == "<=" ? Comparison::kLessEqual
                                        : Comparison::kLess;
      node->left_order = translate(*condition.children[0], left_layout);
      node->right_order = translate(*condition.children[1], right_layout);
      continue;
    }
    const std::optional<KeyPair> pair = match_key(condition, left_columns, right_columns);
    if (!pair || pair->null_safe) {
      residual.push_back(&condition);
      continue;
    }
    node->left_keys.push_back(translate(*pair->left, left_layout));
    node->right_keys.push_back(translate(*pair->right, right_layout));
  }
  node->residual = translate_conjunction(residual, layout_of_both(*left, *right));
  node->tolerance = translate(join.tolerance, {});
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  set_join_outputs(*node, JoinType::kInner, join);
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_apply(const LogicalApply& apply) {
  auto node = std::make_unique<PhysicalApply>();
  node->type = apply.type;
  PhysicalPtr left = plan(*apply.children[0]);
  const Layout left_layout = layout_of(left->outputs);
  const PlanColumnSet free = free_columns(*apply.children[1]);
  node->first_parameter = next_parameter_;
  std::vector<PlanColumn> bound;
  for (const PlanOutput& output : left->outputs) {
    if (!free.contains(output.column) || outer_parameters_.contains(output.column)) continue;
    node->bindings.push_back(std::make_unique<InputExpression>(left_layout.at(output.column), output.type));
    outer_parameters_[output.column] = next_parameter_++;
    bound.push_back(output.column);
  }
  PhysicalPtr right = plan(*apply.children[1]);
  for (const PlanColumn column : bound) outer_parameters_.erase(column);
  std::vector<const Expression*> conditions;
  for (const ExpressionPtr& condition : apply.conditions) conditions.push_back(condition.get());
  node->condition = translate_conjunction(conditions, layout_of_both(*left, *right));
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  set_join_outputs(*node, apply.type, apply);
  return node;
}

}  // namespace tidemark
