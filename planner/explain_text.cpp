// EXPLAIN in PostgreSQL's layout. Costs are in its unit too (a page read in order is 1), so that numbers look familiar;
// they are made from the estimates of rows and are meant to be compared with each other only.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "functions/function.h"
#include "functions/table_function.h"
#include "planner/physical_plan.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

using Lines = std::vector<std::string>;

// PostgreSQL's defaults: cpu_tuple_cost and cpu_operator_cost.
constexpr double kTupleCost = 0.01;
constexpr double kOperatorCost = 0.0025;

/// Expressions with names in the place of positions.
class Names {
 public:
  explicit Names(const PhysicalNode& node) {
    for (const PhysicalPtr& child : node.children) add(child->outputs);
  }
  explicit Names(const std::vector<PlanOutput>& outputs) { add(outputs); }

  [[nodiscard]] std::string text(const Expression& expression) const {
    ExpressionPtr copy = expression.clone();
    for_each_part(copy, [&](ExpressionPtr& part) {
      if (part->kind == ExpressionKind::kInput) {
        const uint32_t index = part->as<InputExpression>().index;
        if (index < names_.size()) part = std::make_unique<ColumnExpression>(0, part->type, names_[index]);
        return false;
      }
      return true;
    });
    return to_string(*copy);
  }
  [[nodiscard]] std::string text(const std::vector<ExpressionPtr>& expressions) const {
    std::string result;
    for (const ExpressionPtr& expression : expressions) result += (result.empty() ? "" : ", ") + text(*expression);
    return result;
  }
  [[nodiscard]] std::string text(const std::vector<SortKey>& keys) const {
    std::string result;
    for (const SortKey& key : keys) {
      result += (result.empty() ? "" : ", ") + text(*key.expression);
      if (key.descending) result += " DESC";
      if (key.nulls_first != key.descending) result += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
    return result;
  }

 private:
  void add(const std::vector<PlanOutput>& outputs) {
    for (const PlanOutput& output : outputs) names_.push_back(output.name);
  }
  std::vector<std::string> names_;
};

const char* comparison_symbol(PushedPredicate::Comparison comparison) {
  using Comparison = PushedPredicate::Comparison;
  switch (comparison) {
    case Comparison::kEqual:
      return "=";
    case Comparison::kNotEqual:
      return "<>";
    case Comparison::kLess:
      return "<";
    case Comparison::kLessEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterEqual:
      return ">=";
    default:
      return "";
  }
}

std::string pushed_text(const PushedPredicate& predicate) {
  using Comparison = PushedPredicate::Comparison;
  const std::string& column = predicate.column_name;
  if (predicate.comparison == Comparison::kIsNull) return "(" + column + " IS NULL)";
  if (predicate.comparison == Comparison::kIsNotNull) return "(" + column + " IS NOT NULL)";
  if (predicate.comparison == Comparison::kDictionary) {
    PlanOutput output;
    output.name = column;
    return Names(std::vector<PlanOutput>{output}).text(*predicate.callback);
  }
  std::string constants;
  for (const ExpressionPtr& constant : predicate.constants) {
    constants += (constants.empty() ? "" : ", ") + to_string(*constant);
  }
  if (predicate.comparison == Comparison::kIn) return "(" + column + " IN (" + constants + "))";
  return "(" + column + " " + comparison_symbol(predicate.comparison) + " " + constants + ")";
}

std::string aliased(const std::string& name, const std::string& alias) {
  return alias.empty() || alias == name ? name : name + " " + alias;
}

std::string join_words(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "";
    case JoinType::kLeft:
      return " Left";
    case JoinType::kRight:
      return " Right";
    case JoinType::kFull:
      return " Full";
    case JoinType::kSemi:
      return " Semi";
    case JoinType::kAnti:
      return " Anti";
    case JoinType::kMark:
      return " Mark";
    case JoinType::kSingle:
      return " Single";
  }
  return "";
}

std::string join_title(const char* method, JoinType type) {
  const std::string words = join_words(type);
  return words.empty() ? method : method + words + " Join";
}

Lines scan_details(const PhysicalScan& scan) {
  Lines lines;
  std::string pushed;
  for (const PushedPredicate& predicate : scan.pushed) {
    pushed += (pushed.empty() ? "" : " AND ") + pushed_text(predicate);
  }
  if (scan.pushed.size() > 1) pushed = "(" + pushed + ")";
  if (!pushed.empty()) lines.push_back("Storage Filter: " + pushed);
  if (scan.order == WantedOrder::kKey) lines.emplace_back("Order: key");
  if (scan.order == WantedOrder::kNewestFirst) lines.emplace_back("Order: newest first");
  if (scan.order == WantedOrder::kNewestOfSeries) lines.emplace_back("Rows: newest of each series");
  if (scan.residual) lines.push_back("Filter: " + Names(scan.outputs).text(*scan.residual));
  return lines;
}

Lines hash_join_details(const PhysicalHashJoin& join) {
  const Names left(join.children[0]->outputs);
  const Names right(join.children[1]->outputs);
  std::string condition;
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    condition += (i == 0 ? "" : " AND ");
    condition += "(" + left.text(*join.left_keys[i]);
    condition += join.null_safe[i] != 0 ? " IS NOT DISTINCT FROM " : " = ";
    condition += right.text(*join.right_keys[i]) + ")";
  }
  if (join.left_keys.size() > 1) condition = "(" + condition + ")";
  Lines lines = {"Hash Cond: " + condition};
  if (join.residual) lines.push_back("Join Filter: " + Names(join).text(*join.residual));
  return lines;
}

std::string table_function_title(const PhysicalTableFunction& node) {
  if (!node.children.empty()) return "ProjectSet";
  std::string names;
  for (const auto& call : node.calls) names += (names.empty() ? "" : ", ") + std::string(call.function->name);
  return "Function Scan on " + names;
}

std::string aggregate_title(const PhysicalAggregate& node) {
  if (node.groups.empty()) return "Aggregate";
  return node.run_aware ? "GroupAggregate" : node.grouping_sets.size() > 1 ? "MixedAggregate" : "HashAggregate";
}

std::string write_title(const char* verb, const PhysicalNode& node) { return verb + (" on " + node.relation_name); }

std::string title(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kScan:
      return "Seq Scan on " + aliased(node.as<PhysicalScan>().table_name, node.as<PhysicalScan>().alias);
    case PhysicalKind::kVirtualScan:
      return "Seq Scan on " +
             aliased(node.as<PhysicalVirtualScan>().table->name(), node.as<PhysicalVirtualScan>().alias);
    case PhysicalKind::kValues:
      return node.outputs.empty() ? "Result" : "Values Scan on \"*VALUES*\"";
    case PhysicalKind::kTableFunction:
      return table_function_title(node.as<PhysicalTableFunction>());
    case PhysicalKind::kCteScan:
      return "CTE Scan on " + node.as<PhysicalCteScan>().name;
    case PhysicalKind::kFilter:
      return "Filter";
    case PhysicalKind::kProject:
      return node.children[0]->kind == PhysicalKind::kValues && node.children[0]->outputs.empty() ? "Result"
                                                                                                  : "Projection";
    case PhysicalKind::kAggregate:
      return aggregate_title(node.as<PhysicalAggregate>());
    case PhysicalKind::kWindow:
      return "WindowAgg";
    case PhysicalKind::kSort:
      return node.as<PhysicalSort>().limit ? "Top-N Sort" : "Sort";
    case PhysicalKind::kLimit:
      return "Limit";
    case PhysicalKind::kDistinctOn:
      return "Unique";
    case PhysicalKind::kGapFill:
      return "Gap Fill";
    case PhysicalKind::kHashJoin:
      return join_title("Hash", node.as<PhysicalHashJoin>().type) +
             (node.as<PhysicalHashJoin>().type == JoinType::kInner ? " Join" : "");
    case PhysicalKind::kNestedLoopJoin:
      return join_title("Nested Loop", node.as<PhysicalNestedLoopJoin>().type);
    case PhysicalKind::kAsofJoin:
      return node.as<PhysicalAsofJoin>().left_outer ? "Asof Left Join" : "Asof Join";
    case PhysicalKind::kApply:
      return join_title("Nested Apply", node.as<PhysicalApply>().type);
    case PhysicalKind::kUnionAll:
      return "Append";
    case PhysicalKind::kSetOperation: {
      const auto& operation = node.as<PhysicalSetOperation>();
      return std::string("HashSetOp ") + (operation.type == SetOperationType::kIntersect ? "Intersect" : "Except") +
             (operation.all ? " All" : "");
    }
    case PhysicalKind::kRecursive:
      return "Recursive Union";
    case PhysicalKind::kWith:
      return "With";
    case PhysicalKind::kInsert:
      return write_title("Insert", node);
    case PhysicalKind::kUpdate:
      return write_title("Update", node);
    case PhysicalKind::kDelete:
      return write_title("Delete", node);
    case PhysicalKind::kMerge:
      return write_title("Merge", node);
    case PhysicalKind::kLockRows:
      return "LockRows";
  }
  return {};
}

Lines details(const PhysicalNode& node) {
  const Names names(node);
  switch (node.kind) {
    case PhysicalKind::kScan:
      return scan_details(node.as<PhysicalScan>());
    case PhysicalKind::kFilter:
      return {"Filter: " + names.text(*node.as<PhysicalFilter>().predicate)};
    case PhysicalKind::kAggregate: {
      const auto& aggregate = node.as<PhysicalAggregate>();
      Lines lines;
      if (!aggregate.groups.empty()) lines.push_back("Group Key: " + names.text(aggregate.groups));
      if (aggregate.bucket) lines.emplace_back("Buckets: by search in time");
      if (aggregate.first_groups) {
        lines.emplace_back(aggregate.first_groups->descending ? "Stops: with enough groups, newest buckets first"
                                                              : "Stops: with enough groups, oldest buckets first");
      }
      return lines;
    }
    case PhysicalKind::kSort:
      return {"Sort Key: " + names.text(node.as<PhysicalSort>().keys)};
    case PhysicalKind::kDistinctOn:
      return {"Key: " + names.text(node.as<PhysicalDistinctOn>().keys)};
    case PhysicalKind::kHashJoin:
      return hash_join_details(node.as<PhysicalHashJoin>());
    case PhysicalKind::kNestedLoopJoin:
      if (!node.as<PhysicalNestedLoopJoin>().condition) return {};
      return {"Join Filter: " + names.text(*node.as<PhysicalNestedLoopJoin>().condition)};
    case PhysicalKind::kApply:
      if (!node.as<PhysicalApply>().condition) return {};
      return {"Join Filter: " + names.text(*node.as<PhysicalApply>().condition)};
    case PhysicalKind::kDelete:
      if (node.as<PhysicalDelete>().rectangle) return {"By range tombstone"};
      return {};
    default:
      return {};
  }
}

size_t width_of(const PhysicalNode& node) {
  constexpr size_t kBytesGuess = 32;  // PostgreSQL's guess for text.
  size_t width = 0;
  for (const PlanOutput& output : node.outputs) {
    const PhysicalType physical = output.type.physical();
    width += physical == PhysicalType::kBytes ? kBytesGuess : physical_width(physical);
  }
  return width;
}

struct Cost {
  double startup = 0;
  double total = 0;
};

/// Blocking nodes have their whole input behind them when the first row comes.
bool is_blocking(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kAggregate:
    case PhysicalKind::kSort:
    case PhysicalKind::kWindow:
    case PhysicalKind::kDistinctOn:
    case PhysicalKind::kSetOperation:
      return true;
    default:
      return false;
  }
}

Cost cost_of(const PhysicalNode& node) {
  Cost cost;
  double input_rows = 0;
  for (const PhysicalPtr& child : node.children) {
    const Cost below = cost_of(*child);
    cost.total += below.total;
    cost.startup = std::max(cost.startup, below.startup);
    input_rows += child->estimated_rows;
  }
  const double rows = std::max(1.0, node.estimated_rows);
  cost.total += rows * kTupleCost + input_rows * kOperatorCost;
  if (node.kind == PhysicalKind::kSort) cost.total += input_rows * std::log2(std::max(2.0, input_rows)) * kOperatorCost;
  if (node.kind == PhysicalKind::kNestedLoopJoin) {
    cost.total += std::max(1.0, node.children[0]->estimated_rows) * std::max(1.0, node.children[1]->estimated_rows) *
                  kOperatorCost;
  }
  if (is_blocking(node)) cost.startup = cost.total - rows * kTupleCost;
  return cost;
}

std::string estimates(const PhysicalNode& node) {
  const Cost cost = cost_of(node);
  char text[160];
  const double rows = std::max(1.0, std::round(node.estimated_rows));
  std::snprintf(text, sizeof(text), "  (cost=%.2f..%.2f rows=%.0f width=%zu)", cost.startup, cost.total, rows,
                width_of(node));
  return text;
}

void append_node(std::string& text, const PhysicalNode& node, size_t indent, bool root,
                 const NodeAnnotation& annotate) {
  std::string line(indent, ' ');
  if (!root) line += "->  ";
  const size_t inner = root ? indent + 2 : indent + 6;
  line += title(node) + estimates(node);
  Lines below = details(node);
  if (annotate) {
    const std::string extra = annotate(node);
    size_t start = 0;
    for (size_t end = extra.find('\n'); start <= extra.size(); end = extra.find('\n', start)) {
      const std::string part = extra.substr(start, end == std::string::npos ? std::string::npos : end - start);
      if (start == 0) {
        line += part;
      } else if (!part.empty()) {
        below.push_back(part);
      }
      if (end == std::string::npos) break;
      start = end + 1;
    }
  }
  text += line + "\n";
  for (const std::string& detail : below) text += std::string(inner, ' ') + detail + "\n";
  for (const PhysicalPtr& child : node.children) append_node(text, *child, inner, false, annotate);
}

}  // namespace

std::string explain_text(const PhysicalNode& plan, const NodeAnnotation& annotate) {
  std::string text;
  append_node(text, plan, 0, true, annotate);
  return text;
}

}  // namespace tidemark
