// Scans: which conjuncts storage evaluates, and what is left of the filter.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/evaluator.h"
#include "planner/physical_planner.h"
#include "planner/plan_builder.h"
#include "planner/predicate_forms.h"

namespace tidemark {

namespace {

using Comparison = PushedPredicate::Comparison;

/// The types whose values storage compares as SQL does.
bool storage_compares(LogicalType type) {
  switch (type.id) {
    case TypeId::kBoolean:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kUInt64:
    case TypeId::kFloat32:
    case TypeId::kFloat64:
    case TypeId::kText:
    case TypeId::kVarchar:
    case TypeId::kEnum:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
    case TypeId::kUuid:
      return true;
    default:
      return false;
  }
}

/// The scan's column under casts that change no byte (varchar read as text); null if it is no such thing.
const PlanOutput* scan_column(const Expression& expression, const LogicalScan& scan) {
  const Expression* inner = &expression;
  while (inner->kind == ExpressionKind::kFunction && inner->children.size() == 1 &&
         inner->as<FunctionExpression>().function->name == "cast" &&
         is_binary_coercible(inner->children[0]->type, inner->type)) {
    inner = inner->children[0].get();
  }
  if (inner->kind != ExpressionKind::kColumn) return nullptr;
  const PlanColumn column = inner->as<ColumnExpression>().column;
  for (const auto* outputs : {&scan.outputs, &scan.filter_columns}) {
    const auto found = std::ranges::find(*outputs, column, &PlanOutput::column);
    if (found != outputs->end() && found->table_column != kRowIdColumn) return &*found;
  }
  return nullptr;
}

std::optional<Comparison> comparison_of(std::string_view name) {
  if (name == "=") return Comparison::kEqual;
  if (name == "<>") return Comparison::kNotEqual;
  if (name == "<") return Comparison::kLess;
  if (name == "<=") return Comparison::kLessEqual;
  if (name == ">") return Comparison::kGreater;
  if (name == ">=") return Comparison::kGreaterEqual;
  return std::nullopt;
}

}  // namespace

/// The constant as a value of the column's own type; null if it is of another.
ExpressionPtr PhysicalPlanner::scan_constant(const Expression& constant, LogicalType column_type) const {
  if (!constant.type.same_base(column_type) && !is_binary_coercible(constant.type, column_type) &&
      !is_binary_coercible(column_type, constant.type)) {
    return nullptr;
  }
  LogicalType bare = column_type;
  bare.modifier = -1;
  ExpressionPtr translated = translate(constant, {});
  return translated->type.same_base(bare) ? std::move(translated)
                                          : coerce(std::move(translated), bare, CastContext::kExplicit);
}

bool PhysicalPlanner::push_comparison(const Expression& conjunct, const LogicalScan& scan,
                                      std::vector<PushedPredicate>& pushed) const {
  const FunctionExpression* call = match_comparison(conjunct);
  if (!call) return false;
  std::string_view name = call->function->name;
  const Expression* left = call->children[0].get();
  const Expression* right = call->children[1].get();
  if (!scan_column(*left, scan)) {
    std::swap(left, right);
    name = mirrored_comparison(name);
  }
  const PlanOutput* column = scan_column(*left, scan);
  if (!column || !storage_compares(column->type) || !is_known_at_start(*right)) return false;
  // Both sides compare as the column's own type, or as one with the same bytes.
  if (!left->type.same_base(right->type)) return false;
  ExpressionPtr constant = scan_constant(*right, column->type);
  if (!constant) return false;
  PushedPredicate predicate;
  predicate.column = column->table_column;
  predicate.column_name = column->name;
  predicate.comparison = *comparison_of(name);
  predicate.constants.push_back(std::move(constant));
  pushed.push_back(std::move(predicate));
  return true;
}

/// No column of the scan: constants, parameters, and columns of outer rows, which are parameters by then.
bool PhysicalPlanner::is_known_at_start(const Expression& expression) const {
  bool known = !is_volatile(expression) && !has_subquery(expression);
  for_each_part(expression, [&](const Expression& part) {
    if (part.kind != ExpressionKind::kColumn) return;
    const PlanColumn column = part.as<ColumnExpression>().column;
    if (!outer_parameters_.contains(column)) known = false;
  });
  return known;
}

/// `c = 1 OR c = 2 OR …`.
bool PhysicalPlanner::push_in_list(const Expression& conjunct, const LogicalScan& scan,
                                   std::vector<PushedPredicate>& pushed) const {
  if (conjunct.kind != ExpressionKind::kOr) return false;
  PushedPredicate predicate;
  predicate.comparison = Comparison::kIn;
  for (const ExpressionPtr& part : conjunct.children) {
    std::vector<PushedPredicate> one;
    if (!match_equality(*part) || !push_comparison(*part, scan, one)) return false;
    if (predicate.column != kNoColumn && predicate.column != one[0].column) return false;
    predicate.column = one[0].column;
    predicate.column_name = one[0].column_name;
    predicate.constants.push_back(std::move(one[0].constants[0]));
  }
  pushed.push_back(std::move(predicate));
  return true;
}

/// An immutable test of one text column that is not true for NULL: run over dictionaries, once an entry.
bool PhysicalPlanner::push_dictionary(const Expression& conjunct, const LogicalScan& scan,
                                      std::vector<PushedPredicate>& pushed) const {
  if (!is_immutable(conjunct) || has_subquery(conjunct)) return false;
  const PlanColumnSet columns = columns_of(conjunct);
  const PlanOutput* column = nullptr;
  bool parameters = false;
  for_each_part(conjunct, [&](const Expression& part) { parameters |= part.kind == ExpressionKind::kParameter; });
  for (const PlanColumn read : columns) {
    if (outer_parameters_.contains(read)) return false;
    for (const auto* outputs : {&scan.outputs, &scan.filter_columns}) {
      const auto found = std::ranges::find(*outputs, read, &PlanOutput::column);
      if (found != outputs->end()) column = &*found;
    }
  }
  if (columns.size() != 1 || !column || parameters || column->table_column == kRowIdColumn) return false;
  if (column->type.id != TypeId::kText && column->type.id != TypeId::kVarchar && column->type.id != TypeId::kEnum) {
    return false;
  }
  // What does NULL give? Storage never asks the callback about it.
  ExpressionPtr on_null = conjunct.clone();
  const ConstantExpression null(Value::null(column->type));
  replace_columns(on_null, {{column->column, &null}});
  try {
    const Value value = Evaluator(context_.query).evaluate_constant(*on_null);
    if (!value.is_null() && value.as_bool()) return false;
  } catch (const Error&) {
    return false;
  }
  PushedPredicate predicate;
  predicate.column = column->table_column;
  predicate.column_name = column->name;
  predicate.comparison = Comparison::kDictionary;
  predicate.callback = translate(conjunct, {{column->column, 0}});
  pushed.push_back(std::move(predicate));
  return true;
}

bool PhysicalPlanner::push(const Expression& conjunct, const LogicalScan& scan,
                           std::vector<PushedPredicate>& pushed) const {
  if (push_comparison(conjunct, scan, pushed) || push_in_list(conjunct, scan, pushed)) return true;
  for (const bool wants_null : {true, false}) {
    const Expression* operand = match_test(conjunct, wants_null ? "IS NULL" : "IS NOT NULL");
    const PlanOutput* column = operand ? scan_column(*operand, scan) : nullptr;
    if (!column) continue;
    PushedPredicate predicate;
    predicate.column = column->table_column;
    predicate.column_name = column->name;
    predicate.comparison = wants_null ? Comparison::kIsNull : Comparison::kIsNotNull;
    pushed.push_back(std::move(predicate));
    return true;
  }
  // A boolean column alone.
  const Expression* negated = match_test(conjunct, "NOT");
  const PlanOutput* flag = scan_column(negated ? *negated : conjunct, scan);
  if (flag && flag->type.id == TypeId::kBoolean) {
    PushedPredicate predicate;
    predicate.column = flag->table_column;
    predicate.column_name = flag->name;
    predicate.constants.push_back(std::make_unique<ConstantExpression>(Value::boolean(negated == nullptr)));
    pushed.push_back(std::move(predicate));
    return true;
  }
  return push_dictionary(conjunct, scan, pushed);
}

namespace {

void note_indexes(const Catalog& catalog, ObjectId table, std::vector<PushedPredicate>& pushed) {
  const auto names_values = [](const PushedPredicate& predicate) {
    return predicate.comparison == Comparison::kEqual || predicate.comparison == Comparison::kIn;
  };
  if (std::ranges::none_of(pushed, names_values)) return;
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kIndex)) {
    const auto& index = std::get<IndexEntry>(*entry);
    if (index.table != table || index.columns.empty()) continue;
    for (PushedPredicate& predicate : pushed) {
      predicate.indexed |= names_values(predicate) && predicate.column == index.columns.front();
    }
  }
}

}  // namespace

PhysicalPlanner::NodePtr PhysicalPlanner::plan_scan(const LogicalScan& scan) {
  auto node = std::make_unique<PhysicalScan>();
  const TableEntry* table = context_.catalog.table(scan.table);
  node->table = scan.table;
  node->table_name = table ? table->name : scan.alias;
  node->alias = scan.alias;
  if (const auto wish = scan_orders_.find(&scan); wish != scan_orders_.end()) {
    node->order = wish->second.order;
    node->newest_values = wish->second.newest_values;
  }
  node->outputs = scan.outputs;
  std::vector<const Expression*> residual;
  for (const ExpressionPtr& conjunct : scan.filters) {
    if (!push(*conjunct, scan, node->pushed)) residual.push_back(conjunct.get());
  }
  note_indexes(context_.catalog, node->table, node->pushed);
  // What is left of the filter reads columns that nothing above may want.
  PlanColumnSet read;
  for (const Expression* conjunct : residual) add_columns(*conjunct, read);
  for (const PlanOutput& output : scan.filter_columns) {
    if (read.contains(output.column)) node->outputs.push_back(output);
  }
  for (const PlanOutput& output : node->outputs) node->columns.push_back(output.table_column);
  node->residual = translate_conjunction(residual, layout_of(node->outputs));
  return node;
}

PhysicalPlanner::NodePtr PhysicalPlanner::plan_filter(const LogicalFilter& filter) {
  if (filter.conjuncts.empty()) return plan_by_kind(*filter.children[0]);  // A rule found them all true.
  std::vector<const Expression*> conjuncts;
  for (const ExpressionPtr& conjunct : filter.conjuncts) conjuncts.push_back(conjunct.get());
  PhysicalPtr child = plan(*filter.children[0]);
  auto node = std::make_unique<PhysicalFilter>();
  node->outputs = child->outputs;
  node->predicate = translate_conjunction(conjuncts, layout_of(child->outputs));
  node->children.push_back(std::move(child));
  return node;
}

}  // namespace tidemark
