// EXPLAIN in PostgreSQL's layout. Costs are in its unit too (a page read in order is 1), so that numbers look familiar;
// they are made from the estimates of rows and are meant to be compared with each other only.

#include "planner/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "functions/function.h"
#include "functions/table_function.h"
#include "planner/plan_walk.h"
#include "types/json.h"

namespace tidemark {

namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

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

std::string join_words(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "Inner";
    case JoinType::kLeft:
      return "Left";
    case JoinType::kRight:
      return "Right";
    case JoinType::kFull:
      return "Full";
    case JoinType::kSemi:
      return "Semi";
    case JoinType::kAnti:
      return "Anti";
    case JoinType::kMark:
      return "Mark";
    case JoinType::kSingle:
      return "Single";
  }
  return "";
}

/// What a node's line says before its numbers.
struct Title {
  std::string type = {};            ///< FORMAT JSON's "Node Type"
  std::string relation_label = {};  ///< of what `relation` is the name there
  std::string relation = {};
  std::string alias = {};
  std::string join_type = {};  ///< joins only
  std::string operation = {};  ///< "Insert" and its like

  [[nodiscard]] std::string text() const {
    if (!operation.empty()) return operation + " on " + relation;
    if (join_type.empty() || join_type == "Inner") return type + (relation.empty() ? "" : " on " + aliased());
    constexpr std::string_view kJoin = " Join";
    const std::string method = type.ends_with(kJoin) ? type.substr(0, type.size() - kJoin.size()) : type;
    return method + " " + join_type + " Join";
  }

 private:
  [[nodiscard]] std::string aliased() const {
    return alias.empty() || alias == relation ? relation : relation + " " + alias;
  }
};

Title scan_title(const std::string& table, const std::string& alias) {
  return {
      .type = "Seq Scan", .relation_label = "Relation Name", .relation = table, .alias = alias.empty() ? table : alias};
}

Title join_title(const char* type, JoinType join) { return {.type = type, .join_type = join_words(join)}; }

Properties scan_details(const PhysicalScan& scan) {
  Properties lines;
  std::string pushed;
  for (const PushedPredicate& predicate : scan.pushed) {
    pushed += (pushed.empty() ? "" : " AND ") + pushed_text(predicate);
  }
  if (scan.pushed.size() > 1) pushed = "(" + pushed + ")";
  if (!pushed.empty()) lines.emplace_back("Storage Filter", pushed);
  if (scan.order == WantedOrder::kKey) lines.emplace_back("Order", "key");
  if (scan.order == WantedOrder::kNewestFirst) lines.emplace_back("Order", "newest first");
  if (scan.order == WantedOrder::kNewestOfSeries) lines.emplace_back("Rows", "newest of each series");
  if (scan.residual) lines.emplace_back("Filter", Names(scan.outputs).text(*scan.residual));
  return lines;
}

Properties hash_join_details(const PhysicalHashJoin& join) {
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
  Properties lines = {{"Hash Cond", condition}};
  if (join.residual) lines.emplace_back("Join Filter", Names(join).text(*join.residual));
  return lines;
}

Title table_function_title(const PhysicalTableFunction& node) {
  if (!node.children.empty()) return {.type = "ProjectSet"};
  std::string names;
  for (const auto& call : node.calls) names += (names.empty() ? "" : ", ") + std::string(call.function->name);
  return {.type = "Function Scan", .relation_label = "Function Name", .relation = names};
}

std::string aggregate_type(const PhysicalAggregate& node) {
  if (node.groups.empty()) return "Aggregate";
  return node.run_aware ? "GroupAggregate" : node.grouping_sets.size() > 1 ? "MixedAggregate" : "HashAggregate";
}

Title write_title(const char* operation, const PhysicalNode& node) {
  return {
      .type = "ModifyTable", .relation_label = "Relation Name", .relation = node.relation_name, .operation = operation};
}

Title title(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kScan:
      return scan_title(node.as<PhysicalScan>().table_name, node.as<PhysicalScan>().alias);
    case PhysicalKind::kVirtualScan:
      return scan_title(std::string(node.as<PhysicalVirtualScan>().table->name()),
                        node.as<PhysicalVirtualScan>().alias);
    case PhysicalKind::kValues:
      if (node.outputs.empty()) return {.type = "Result"};
      return {.type = "Values Scan", .relation_label = "Alias", .relation = "\"*VALUES*\""};
    case PhysicalKind::kTableFunction:
      return table_function_title(node.as<PhysicalTableFunction>());
    case PhysicalKind::kCteScan:
      return {.type = "CTE Scan", .relation_label = "CTE Name", .relation = node.as<PhysicalCteScan>().name};
    case PhysicalKind::kFilter:
      return {.type = "Filter"};
    case PhysicalKind::kProject: {
      const bool of_nothing = node.children[0]->kind == PhysicalKind::kValues && node.children[0]->outputs.empty();
      return {.type = of_nothing ? "Result" : "Projection"};
    }
    case PhysicalKind::kAggregate:
      return {.type = aggregate_type(node.as<PhysicalAggregate>())};
    case PhysicalKind::kWindow:
      return {.type = "WindowAgg"};
    case PhysicalKind::kSort:
      return {.type = node.as<PhysicalSort>().limit ? "Top-N Sort" : "Sort"};
    case PhysicalKind::kLimit:
      return {.type = "Limit"};
    case PhysicalKind::kDistinctOn:
      return {.type = "Unique"};
    case PhysicalKind::kGapFill:
      return {.type = "Gap Fill"};
    case PhysicalKind::kHashJoin:
      return join_title("Hash Join", node.as<PhysicalHashJoin>().type);
    case PhysicalKind::kNestedLoopJoin:
      return join_title("Nested Loop", node.as<PhysicalNestedLoopJoin>().type);
    case PhysicalKind::kAsofJoin:
      return join_title("Asof Join", node.as<PhysicalAsofJoin>().left_outer ? JoinType::kLeft : JoinType::kInner);
    case PhysicalKind::kApply:
      return join_title("Nested Apply", node.as<PhysicalApply>().type);
    case PhysicalKind::kUnionAll:
      return {.type = "Append"};
    case PhysicalKind::kSetOperation: {
      const auto& operation = node.as<PhysicalSetOperation>();
      return {.type = std::string("HashSetOp ") +
                      (operation.type == SetOperationType::kIntersect ? "Intersect" : "Except") +
                      (operation.all ? " All" : "")};
    }
    case PhysicalKind::kRecursive:
      return {.type = "Recursive Union"};
    case PhysicalKind::kWith:
      return {.type = "With"};
    case PhysicalKind::kInsert:
      return write_title("Insert", node);
    case PhysicalKind::kUpdate:
      return write_title("Update", node);
    case PhysicalKind::kDelete:
      return write_title("Delete", node);
    case PhysicalKind::kMerge:
      return write_title("Merge", node);
    case PhysicalKind::kLockRows:
      return {.type = "LockRows"};
  }
  return {};
}

Properties details(const PhysicalNode& node) {
  const Names names(node);
  switch (node.kind) {
    case PhysicalKind::kScan:
      return scan_details(node.as<PhysicalScan>());
    case PhysicalKind::kFilter:
      return {{"Filter", names.text(*node.as<PhysicalFilter>().predicate)}};
    case PhysicalKind::kAggregate: {
      const auto& aggregate = node.as<PhysicalAggregate>();
      Properties lines;
      if (!aggregate.groups.empty()) lines.emplace_back("Group Key", names.text(aggregate.groups));
      if (aggregate.bucket) lines.emplace_back("Buckets", "by search in time");
      if (aggregate.first_groups) {
        lines.emplace_back("Stops", aggregate.first_groups->descending ? "with enough groups, newest buckets first"
                                                                       : "with enough groups, oldest buckets first");
      }
      return lines;
    }
    case PhysicalKind::kSort:
      return {{"Sort Key", names.text(node.as<PhysicalSort>().keys)}};
    case PhysicalKind::kDistinctOn:
      return {{"Key", names.text(node.as<PhysicalDistinctOn>().keys)}};
    case PhysicalKind::kHashJoin:
      return hash_join_details(node.as<PhysicalHashJoin>());
    case PhysicalKind::kNestedLoopJoin:
      if (!node.as<PhysicalNestedLoopJoin>().condition) return {};
      return {{"Join Filter", names.text(*node.as<PhysicalNestedLoopJoin>().condition)}};
    case PhysicalKind::kApply:
      if (!node.as<PhysicalApply>().condition) return {};
      return {{"Join Filter", names.text(*node.as<PhysicalApply>().condition)}};
    case PhysicalKind::kDelete:
      if (node.as<PhysicalDelete>().rectangle) return {{"Deletes", "by range tombstone"}};
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

double estimated_rows(const PhysicalNode& node) { return std::max(1.0, std::round(node.estimated_rows)); }

std::string estimates(const PhysicalNode& node) {
  const Cost cost = cost_of(node);
  return fmt::format("  (cost={:.2f}..{:.2f} rows={:.0f} width={})", cost.startup, cost.total, estimated_rows(node),
                     width_of(node));
}

std::string measured_text(const std::optional<NodeMeasures>& measures, bool timing) {
  if (!measures) return " (never executed)";
  const std::string time = timing ? fmt::format("time={:.3f} ", measures->total_ms) : "";
  return fmt::format(" (actual {}rows={} loops={})", time, measures->rows, measures->loops);
}

void append_text(std::string& text, const PhysicalNode& node, size_t indent, bool root, const ExplainOptions& options) {
  text += std::string(indent, ' ') + (root ? "" : "->  ") + title(node).text();
  if (options.costs) text += estimates(node);
  Properties properties = details(node);
  if (options.measure) {
    const std::optional<NodeMeasures> measures = options.measure(node);
    text += measured_text(measures, options.timing);
    if (measures) properties.insert(properties.end(), measures->properties.begin(), measures->properties.end());
  }
  text += '\n';
  const size_t inner = root ? indent + 2 : indent + 6;
  for (const auto& [label, value] : properties) text += std::string(inner, ' ') + label + ": " + value + '\n';
  for (const PhysicalPtr& child : node.children) append_text(text, *child, inner, false, options);
}

/// One object of JSON, a member a line.
class JsonObject {
 public:
  JsonObject(std::string& text, size_t indent) : text_(text), indent_(indent) { text_ += '{'; }
  void end() { text_ += '\n' + std::string(indent_, ' ') + '}'; }
  void add_text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(text_, value);
  }
  void add_number(std::string_view name, const std::string& value) {
    begin(name);
    text_ += value;
  }
  void begin(std::string_view name) {
    text_ += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    text_ += std::string(indent_ + 2, ' ');
    append_json_string(text_, name);
    text_ += ": ";
  }

 private:
  std::string& text_;
  size_t indent_;
  bool is_first_ = true;
};

void append_json(std::string& text, const PhysicalNode& node, size_t indent, std::string_view relationship,
                 const ExplainOptions& options) {
  JsonObject object(text, indent);
  const Title name = title(node);
  object.add_text("Node Type", name.type);
  if (!relationship.empty()) object.add_text("Parent Relationship", relationship);
  if (!name.operation.empty()) object.add_text("Operation", name.operation);
  if (!name.join_type.empty()) object.add_text("Join Type", name.join_type);
  if (!name.relation.empty()) object.add_text(name.relation_label, name.relation);
  if (!name.alias.empty()) object.add_text("Alias", name.alias);
  if (options.costs) {
    const Cost cost = cost_of(node);
    object.add_number("Startup Cost", fmt::format("{:.2f}", cost.startup));
    object.add_number("Total Cost", fmt::format("{:.2f}", cost.total));
    object.add_number("Plan Rows", fmt::format("{:.0f}", estimated_rows(node)));
    object.add_number("Plan Width", std::to_string(width_of(node)));
  }
  Properties properties = details(node);
  if (options.measure) {
    const std::optional<NodeMeasures> found = options.measure(node);
    const NodeMeasures measures = found.value_or(NodeMeasures{.loops = 0});
    if (options.timing) {
      object.add_number("Actual Startup Time", "0.000");
      object.add_number("Actual Total Time", fmt::format("{:.3f}", measures.total_ms));
    }
    object.add_number("Actual Rows", std::to_string(measures.rows));
    object.add_number("Actual Loops", std::to_string(measures.loops));
    properties.insert(properties.end(), measures.properties.begin(), measures.properties.end());
  }
  for (const auto& [label, value] : properties) object.add_text(label, value);
  if (!node.children.empty()) {
    object.begin("Plans");
    text += '[';
    for (size_t i = 0; i < node.children.size(); ++i) {
      text += (i == 0 ? "\n" : ",\n") + std::string(indent + 4, ' ');
      append_json(text, *node.children[i], indent + 4, i == 0 ? "Outer" : "Inner", options);
    }
    text += '\n' + std::string(indent + 2, ' ') + ']';
  }
  object.end();
}

}  // namespace

std::string explain_text(const PhysicalNode& plan, const ExplainOptions& options) {
  std::string text;
  append_text(text, plan, 0, true, options);
  return text;
}

std::string explain_json(const PhysicalNode& plan, const ExplainOptions& options, size_t indent) {
  std::string text;
  append_json(text, plan, indent, "", options);
  return text;
}

}  // namespace tidemark
