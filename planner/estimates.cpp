#include "planner/estimates.h"

#include <algorithm>
#include <cmath>

#include "functions/function.h"
#include "functions/table_function.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"

namespace tidemark {

namespace {

// PostgreSQL's defaults (selfuncs.h), for what nothing is known about.
constexpr double kEqualSelectivity = 0.005;
constexpr double kRangeSelectivity = 1.0 / 3;
constexpr double kPatternSelectivity = 0.05;
constexpr double kNullSelectivity = 0.005;
constexpr double kDefaultRows = 1000;
constexpr double kSubqueryRows = 100;

const LogicalScan* scan_of(PlanColumn column, const LogicalNode& plan, ColumnId& table_column) {
  if (plan.kind == LogicalKind::kScan) {
    const auto& scan = plan.as<LogicalScan>();
    for (const auto* outputs : {&scan.outputs, &scan.filter_columns}) {
      const auto found = std::ranges::find(*outputs, column, &PlanOutput::column);
      if (found == outputs->end()) continue;
      table_column = found->table_column;
      return &scan;
    }
  }
  if (plan.kind == LogicalKind::kProject || plan.kind == LogicalKind::kAggregate) {
    const auto found = std::ranges::find(plan.outputs, column, &PlanOutput::column);
    if (found == plan.outputs.end()) return nullptr;
    const auto index = static_cast<size_t>(found - plan.outputs.begin());
    const auto& sources =
        plan.kind == LogicalKind::kProject ? plan.as<LogicalProject>().expressions : plan.as<LogicalAggregate>().groups;
    if (index >= sources.size() || sources[index]->kind != ExpressionKind::kColumn) return nullptr;
    return scan_of(sources[index]->as<ColumnExpression>().column, *plan.children[0], table_column);
  }
  for (const LogicalPtr& child : plan.children) {
    if (const LogicalScan* found = scan_of(column, *child, table_column)) return found;
  }
  return nullptr;
}

double table_rows(ObjectId table, const PlannerContext& context) {
  if (!context.statistics) return kDefaultRows;
  return std::max(1.0, static_cast<double>(context.statistics->row_count(table)));
}

double clamp_selectivity(double value) { return std::clamp(value, 1e-9, 1.0); }

/// Where a constant lies between the column's least and greatest value.
std::optional<double> part_below(const Expression& column, const Value& value, const LogicalNode& plan,
                                 const PlannerContext& context) {
  if (column.kind != ExpressionKind::kColumn || !context.statistics || value.is_null()) return std::nullopt;
  ColumnId table_column = kNoColumn;
  const LogicalScan* scan = scan_of(column.as<ColumnExpression>().column, plan, table_column);
  if (!scan) return std::nullopt;
  const auto bounds = context.statistics->bounds(scan->table, table_column);
  if (!bounds || bounds->min.is_null() || bounds->max.is_null()) return std::nullopt;
  const auto number = [](const Value& one) -> std::optional<double> {
    switch (one.type().physical()) {
      case PhysicalType::kInt16:
      case PhysicalType::kInt32:
      case PhysicalType::kInt64:
        return static_cast<double>(one.as_int64());
      case PhysicalType::kFloat32:
      case PhysicalType::kFloat64:
        return one.as_double();
      default:
        return std::nullopt;
    }
  };
  const std::optional<double> low = number(bounds->min);
  const std::optional<double> high = number(bounds->max);
  const std::optional<double> at = number(value);
  if (!low || !high || !at || !value.type().same_base(bounds->min.type())) return std::nullopt;
  if (*high <= *low) return *at < *low ? 0.0 : 1.0;
  return std::clamp((*at - *low) / (*high - *low), 0.0, 1.0);
}

double comparison_selectivity(const FunctionExpression& call, const LogicalNode& plan, const PlannerContext& context) {
  std::string_view name = call.function->name;
  const Expression* left = call.children[0].get();
  const Expression* right = call.children[1].get();
  if (left->kind == ExpressionKind::kConstant) {
    std::swap(left, right);
    name = mirrored_comparison(name);
  }
  if (name == "=" || name == "<>") {
    double distinct = 0;
    for (const Expression* side : {left, right}) {
      if (side->kind != ExpressionKind::kColumn) continue;
      const auto found = distinct_values(side->as<ColumnExpression>().column, plan, context);
      if (found) distinct = std::max(distinct, *found);
    }
    const double equal = distinct > 0 ? 1 / distinct : kEqualSelectivity;
    return clamp_selectivity(name == "=" ? equal : 1 - equal);
  }
  if (right->kind != ExpressionKind::kConstant) return kRangeSelectivity;
  const auto below = part_below(*left, right->as<ConstantExpression>().value, plan, context);
  if (!below) return kRangeSelectivity;
  return clamp_selectivity(name == "<" || name == "<=" ? *below : 1 - *below);
}

double filtered(double rows, const std::vector<ExpressionPtr>& conjuncts, const LogicalNode& plan,
                const PlannerContext& context) {
  for (const ExpressionPtr& conjunct : conjuncts) rows *= selectivity(*conjunct, plan, context);
  return rows;
}

double join_rows(JoinType type, double left, double right, double selected) {
  const double matches = left * right * selected;
  switch (type) {
    case JoinType::kInner:
      return matches;
    case JoinType::kLeft:
      return std::max(left, matches);
    case JoinType::kRight:
      return std::max(right, matches);
    case JoinType::kFull:
      return std::max(left + right, matches);
    case JoinType::kSemi:
      return left * std::min(1.0, std::max(0.1, right * selected));
    case JoinType::kAnti:
      return left * std::max(0.1, 1 - std::min(1.0, right * selected));
    case JoinType::kMark:
    case JoinType::kSingle:
      return left;
  }
  return matches;
}

double group_count(const LogicalAggregate& aggregate, double input, const PlannerContext& context) {
  double groups = 1;
  for (const ExpressionPtr& group : aggregate.groups) {
    std::optional<double> distinct;
    if (group->kind == ExpressionKind::kColumn) {
      distinct = distinct_values(group->as<ColumnExpression>().column, *aggregate.children[0], context);
    }
    groups *= distinct ? std::max(1.0, *distinct) : std::max(1.0, std::sqrt(input));
  }
  const double sets = aggregate.grouping_sets.empty() ? 1 : static_cast<double>(aggregate.grouping_sets.size());
  return std::min(groups, std::max(1.0, input)) * sets;
}

double limited(const LogicalLimit& limit, double rows) {
  const auto count = [](const ExpressionPtr& expression) {
    const bool constant = expression && expression->kind == ExpressionKind::kConstant;
    if (!constant || expression->as<ConstantExpression>().value.is_null()) return -1.0;
    return static_cast<double>(expression->as<ConstantExpression>().value.as_int64());
  };
  const double skipped = count(limit.offset);
  if (skipped > 0) rows = std::max(0.0, rows - skipped);
  const double most = count(limit.limit);
  return most >= 0 ? std::min(rows, most) : rows;
}

double function_rows(const LogicalTableFunction& node, double input) {
  double most = 1;
  for (const auto& call : node.calls) {
    double rows = kSubqueryRows;
    std::vector<Value> values;
    for (const ExpressionPtr& argument : call.arguments) {
      if (argument->kind == ExpressionKind::kConstant) values.push_back(argument->as<ConstantExpression>().value);
    }
    const bool all_constant = values.size() == call.arguments.size();
    const bool any_null = std::ranges::any_of(values, [](const Value& value) { return value.is_null(); });
    if (call.function->estimate && all_constant && !any_null) {
      const double known = call.function->estimate(values);
      if (known > 0) rows = known;
    }
    most = std::max(most, rows);
  }
  return input * most;
}

double own_rows(LogicalNode& node, const PlannerContext& context) {
  const auto child = [&](size_t i) { return node.children[i]->estimated_rows; };
  switch (node.kind) {
    case LogicalKind::kScan: {
      const auto& scan = node.as<LogicalScan>();
      return filtered(table_rows(scan.table, context), scan.filters, node, context);
    }
    case LogicalKind::kVirtualScan:
      return kSubqueryRows;
    case LogicalKind::kCteScan:
      return kSubqueryRows;
    case LogicalKind::kValues: {
      const auto& values = node.as<LogicalValues>();
      return static_cast<double>(values.literals.empty() ? values.rows.size() : values.literal_row_count);
    }
    case LogicalKind::kTableFunction:
      return function_rows(node.as<LogicalTableFunction>(), node.children.empty() ? 1 : child(0));
    case LogicalKind::kFilter:
      return filtered(child(0), node.as<LogicalFilter>().conjuncts, node, context);
    case LogicalKind::kAggregate:
      return group_count(node.as<LogicalAggregate>(), child(0), context);
    case LogicalKind::kLimit:
      return limited(node.as<LogicalLimit>(), child(0));
    case LogicalKind::kDistinctOn:
      return std::max(1.0, std::sqrt(child(0)));
    case LogicalKind::kJoin: {
      const auto& join = node.as<LogicalJoin>();
      if (join.asof) return child(0);
      return join_rows(join.type, child(0), child(1), filtered(1, join.conditions, node, context));
    }
    case LogicalKind::kApply: {
      const auto& apply = node.as<LogicalApply>();
      return join_rows(apply.type, child(0), child(1), filtered(1, apply.conditions, node, context));
    }
    case LogicalKind::kSetOperation:
      return node.as<LogicalSetOperation>().type == SetOperationType::kUnion ? child(0) + child(1) : child(0);
    case LogicalKind::kRecursive: {
      constexpr double kRounds = 10;  // PostgreSQL's guess.
      return child(0) + kRounds * child(1);
    }
    case LogicalKind::kWith:
      return node.children.back()->estimated_rows;
    default:
      return node.children.empty() ? 1 : child(0);
  }
}

}  // namespace

std::optional<double> distinct_values(PlanColumn column, const LogicalNode& plan, const PlannerContext& context) {
  ColumnId table_column = kNoColumn;
  const LogicalScan* scan = scan_of(column, plan, table_column);
  if (!scan) return std::nullopt;
  const TableEntry* table = context.catalog.table(scan->table);
  const double rows = table_rows(scan->table, context);
  // A key of one column tells rows apart.
  if (table && table->key && table->key->columns.size() == 1 && table->key->columns[0] == table_column) return rows;
  if (!context.statistics) return std::nullopt;
  if (const auto known = context.statistics->distinct_count(scan->table, table_column)) {
    return std::clamp(static_cast<double>(*known), 1.0, rows);
  }
  if (table && table->kind == TableKind::kSeries && table->is_key_column(table_column) &&
      table_column != table->time_column) {
    return std::max(1.0, static_cast<double>(context.statistics->series_count(scan->table)));
  }
  return std::nullopt;
}

double selectivity(const Expression& predicate, const LogicalNode& plan, const PlannerContext& context) {
  switch (predicate.kind) {
    case ExpressionKind::kConstant:
      return is_true_constant(predicate) ? 1 : 1e-9;
    case ExpressionKind::kAnd: {
      double result = 1;
      for (const ExpressionPtr& part : predicate.children) result *= selectivity(*part, plan, context);
      return clamp_selectivity(result);
    }
    case ExpressionKind::kOr: {
      double none = 1;
      for (const ExpressionPtr& part : predicate.children) none *= 1 - selectivity(*part, plan, context);
      return clamp_selectivity(1 - none);
    }
    case ExpressionKind::kCoalesce:
      if (const FunctionExpression* equal = match_null_safe(predicate)) {
        return comparison_selectivity(*equal, plan, context);
      }
      return kRangeSelectivity;
    case ExpressionKind::kFunction:
      break;
    default:
      return 0.5;
  }
  if (const FunctionExpression* call = match_comparison(predicate)) return comparison_selectivity(*call, plan, context);
  if (match_test(predicate, "IS NULL")) return kNullSelectivity;
  if (match_test(predicate, "IS NOT NULL")) return 1 - kNullSelectivity;
  if (const Expression* negated = match_test(predicate, "NOT")) {
    return clamp_selectivity(1 - selectivity(*negated, plan, context));
  }
  return predicate.as<FunctionExpression>().function->name.starts_with("~") ? kPatternSelectivity : kRangeSelectivity;
}

double estimate(LogicalNode& node, const PlannerContext& context) {
  for (LogicalPtr& child : node.children) estimate(*child, context);
  node.estimated_rows = std::max(0.0, own_rows(node, context));
  return node.estimated_rows;
}

}  // namespace tidemark
