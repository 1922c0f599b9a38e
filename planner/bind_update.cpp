// UPDATE … FROM and DELETE … USING: a scan of the table joined with the others, below the node that writes.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"
#include "planner/subquery_expression.h"

namespace tidemark {

/// The column as the row has it: what an assignment to an element starts from.
ExpressionPtr Binder::value_before_update(const TableEntry& table, uint32_t index) {
  for (const ScopeItem& item : level_->items) {
    if (item.table != table.id) continue;
    for (const ScopeColumn& column : item.columns) {
      if (column.name == table.columns[index].name) return read_scope_column(item, column, 0);
    }
  }
  return std::make_unique<ConstantExpression>(Value::null(table.columns[index].type));
}

/// What is assigned to: the column, elements of it, or a field.
LogicalType Binder::type_for_target(const ast::Assignment::Target& target, const ColumnEntry& column) const {
  if (!target.fields.empty()) {
    if (!target.subscripts.empty()) {
      throw Error(sqlstate::kFeatureNotSupported, "assigning to fields of array elements is not supported")
          .at(target.position);
    }
    LogicalType type = column.type;
    for (const std::string& field : target.fields) {
      const std::string words = "cannot assign to field \"" + field + "\" of column \"" + column.name + "\" because ";
      const auto shape = type.id == TypeId::kRecord ? shape_of(ConstantExpression(Value::null(type))) : std::nullopt;
      if (!shape) {
        throw Error(sqlstate::kDatatypeMismatch, words + "its type " + type.to_string() + " is not a composite type")
            .at(target.position);
      }
      const auto name = std::ranges::find(shape->names, field);
      if (name == shape->names.end()) {
        throw Error(sqlstate::kUndefinedColumn, words + "there is no such column in data type " + type.to_string())
            .at(target.position);
      }
      type = shape->types[static_cast<size_t>(name - shape->names.begin())];
    }
    return type;
  }
  if (target.subscripts.empty() || column.type.id == TypeId::kJsonb) return column.type;
  if (!column.type.is_array()) {
    throw Error(sqlstate::kDatatypeMismatch,
                "cannot subscript type " + column.type.to_string() + " because it does not support subscripting")
        .at(target.position);
  }
  const bool slice = std::ranges::any_of(target.subscripts, &ast::Assignment::Target::Subscript::slice);
  return slice ? column.type : column.type.element_type();
}

ExpressionPtr Binder::coerce_for_elements(const ast::Assignment::Target& target, const ColumnEntry& column,
                                          ExpressionPtr value) {
  const LogicalType wanted = type_for_target(target, column);
  if (!can_coerce(*value, wanted, CastContext::kAssignment)) {
    LogicalType bare = value->type;
    bare.modifier = -1;
    const std::string words =
        target.fields.empty() ? "subscripted assignment to \"" + column.name + "\" requires type " + wanted.to_string()
                              : "subfield \"" + target.fields.back() + "\" is of type " + wanted.to_string();
    throw Error(sqlstate::kDatatypeMismatch, words + " but expression is of type " + bare.to_string())
        .with_hint("You will need to rewrite or cast the expression.")
        .at(start_position(*value));
  }
  return coerce(std::move(value), wanted, CastContext::kAssignment, target.position);
}

ExpressionPtr Binder::with_field(const Expression& old, std::span<const std::string> path, ExpressionPtr value,
                                 int position) {
  const RecordShape shape = *shape_of(old);
  std::vector<ExpressionPtr> fields;
  for (size_t i = 0; i < shape.types.size(); ++i) {
    if (shape.names[i] != path.front()) {
      fields.push_back(record_field(old, shape, i, position));
    } else if (path.size() == 1) {
      const ObjectId domain = shape.domains.empty() ? kNoObject : shape.domains[i];
      fields.push_back(domain == kNoObject ? std::move(value) : check_domain(std::move(value), domain));
    } else {
      fields.push_back(with_field(*record_field(old, shape, i, position), path.subspan(1), std::move(value), position));
    }
  }
  ExpressionPtr row = make_named_record(std::move(fields), shape.names, position);
  row->type = old.type;
  return row;
}

/// `SET a[i] = value`, `SET a.b = value`: the whole new value of the column.
ExpressionPtr Binder::assign_element(const ast::Assignment::Target& target, const ColumnEntry& column,
                                     ExpressionPtr old, ExpressionPtr value) {
  if (!target.fields.empty()) {
    ExpressionPtr fitted = coerce_for_elements(target, column, std::move(value));
    return with_field(*old, target.fields, std::move(fitted), target.position);
  }
  std::vector<SubscriptBounds> bounds;
  for (const ast::Assignment::Target::Subscript& subscript : target.subscripts) {
    bounds.push_back({subscript.low.get(), subscript.high.get(), subscript.slice});
  }
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(old));
  parts.push_back(coerce_for_elements(target, column, std::move(value)));
  if (column.type.id == TypeId::kJsonb) {
    // An integer as the first subscript of nothing makes an array.
    const bool array_first = target.subscripts[0].high != nullptr && !target.subscripts[0].slice &&
                             is_integer_type(bind(*target.subscripts[0].high)->type.id);
    parts.push_back(bind_json_subscripts(bounds, target.position));
    parts.push_back(std::make_unique<ConstantExpression>(Value::boolean(array_first)));
    return call_constructor("jsonb[]=", std::move(parts), column.type, target.position);
  }
  const bool slice = std::ranges::any_of(bounds, &SubscriptBounds::slice);
  bind_array_subscripts(bounds, parts, target.position);
  return call_constructor(slice ? "[:]=" : "[]=", std::move(parts), column.type, target.position);
}

/// `plan`: where subqueries in values are put; null: they are left to the caller.
std::vector<ColumnAssignment> Binder::bind_assignments(const std::vector<ast::Assignment>& assignments,
                                                       const WrittenRelation& relation, const ScopeItem& item,
                                                       const WriteTarget& written, LogicalPtr* plan) {
  const TableEntry& table = *relation.table;
  std::vector<ColumnAssignment> result;
  const auto add = [&](const ast::Assignment::Target& target, const ast::Expression* syntax, ExpressionPtr bound) {
    const uint32_t index = written_column(relation, item, written, target.column, "update", target.position);
    const ColumnEntry& column = table.columns[index];
    const auto before = std::ranges::find(result, index, &ColumnAssignment::column);
    if (before != result.end() && !names_part(target)) {
      throw Error(sqlstate::kSyntaxError, "multiple assignments to same column \"" + target.column + "\"");
    }
    const bool is_default = syntax && syntax->kind == ast::ExpressionKind::Default;
    if (!column.generated_sql.empty() && !is_default) {
      throw Error("428C9", "column \"" + column.name + "\" can only be updated to DEFAULT")
          .with_detail("Column \"" + column.name + "\" is a generated column.");
    }
    if (column.identity == Identity::kAlways && !is_default) {
      throw Error("428C9", "column \"" + column.name + "\" can only be updated to DEFAULT")
          .with_detail("Column \"" + column.name + "\" is an identity column defined as GENERATED ALWAYS.");
    }
    if (is_default && names_part(target)) {
      throw Error(sqlstate::kFeatureNotSupported,
                  target.fields.empty() ? "cannot set an array element to DEFAULT" : "cannot set a subfield to DEFAULT")
          .at(target.position);
    }
    if (is_default) {
      if (!column.generated_sql.empty()) return;  // It is computed anyway.
      bound = default_of(table, index);
      if (!bound) bound = std::make_unique<ConstantExpression>(Value::null(column.type));
    } else if (!bound) {
      bound = bind(*syntax);
    }
    if (!names_part(target)) {
      bound = assign(std::move(bound), column, target.position);
    } else {
      ExpressionPtr old = before != result.end() ? std::move(before->value) : value_before_update(table, index);
      if (before != result.end()) result.erase(before);
      bound = assign_element(target, column, std::move(old), std::move(bound));
    }
    if (plan) plan_subqueries(bound, *plan);
    result.push_back({index, std::move(bound)});
  };
  for (const ast::Assignment& assignment : assignments) {
    if (!assignment.multiple) {
      add(assignment.targets[0], assignment.value.get(), nullptr);
      continue;
    }
    const auto check_count = [&](size_t count) {
      if (count != assignment.targets.size()) {
        throw Error(sqlstate::kSyntaxError, "number of columns does not match number of values")
            .at(assignment.value->position);
      }
    };
    if (const ast::RowExpression* row = as_row(*assignment.value)) {
      check_count(row->fields.size());
      for (size_t i = 0; i < row->fields.size(); ++i) add(assignment.targets[i], row->fields[i].get(), nullptr);
    } else if (assignment.value->kind == ast::ExpressionKind::Subquery) {
      auto shared = std::make_shared<SubqueryExpression::Shared>();
      shared->plan = bind_inner_query(*assignment.value->as<ast::SubqueryExpression>().query);
      const std::vector<PlanOutput> outputs = shared->plan->outputs;
      check_count(outputs.size());
      for (size_t i = 0; i < outputs.size(); ++i) {
        auto value = std::make_unique<SubqueryExpression>(outputs[i].type, shared, outputs[i].column);
        value->position = assignment.value->position;
        add(assignment.targets[i], nullptr, std::move(value));
      }
    } else {
      throw Error(sqlstate::kFeatureNotSupported,
                  "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression")
          .at(assignment.value->position);
    }
  }
  return result;
}

/// The relation to be written as the first item of scope; the scan's outputs become the target's row_columns.
LogicalPtr Binder::bind_target_scan(const ast::TableReference& reference, const WrittenRelation& relation,
                                    WriteTarget& target, std::optional<PlanColumn>& row_id) {
  const TableEntry& table = *relation.table;
  const std::string& alias = reference.alias.empty() ? *relation.name : reference.alias;
  LogicalPtr plan = bind_scan(table, alias);
  for (const PlanOutput& output : plan->outputs) target.row_columns.push_back(output.column);
  if (relation.views.empty()) {
    add_item(reference, table.name, plan->outputs, table.id);
  }
  if (table.kind == TableKind::kAppend) {
    PlanOutput output = new_output(context_, "row_id", TypeId::kInt64);
    output.table = table.id;
    output.table_column = kRowIdColumn;
    row_id = output.column;
    plan->outputs.push_back(std::move(output));
  }
  bind_write_target(target, table);
  if (!relation.views.empty()) {
    const ScopeItem row = target_item(table, table.name, target.row_columns);
    std::vector<ExpressionPtr> conditions;
    ScopeItem item = seen_through(relation, row, &conditions, &target);
    register_columns(row);
    item.alias = alias;
    level_->items.push_back(std::move(item));
    for (ExpressionPtr& condition : conditions) plan = filter_with_subqueries(std::move(plan), std::move(condition));
  }
  if (reference.alias.empty()) {
    level_->items.back().schema = relation.schema;
    level_->items.back().database = relation.database;
  }
  return plan;
}

LogicalPtr Binder::bind_other_tables(LogicalPtr plan, const std::vector<ast::TableExpressionPtr>& tables) {
  for (const ast::TableExpressionPtr& table : tables) {
    const size_t first_item = level_->items.size();
    LogicalPtr next = bind_from_item(*table);
    check_duplicate_aliases(first_item);
    plan = make_apply(JoinType::kInner, std::move(plan), std::move(next), {});
  }
  for (ScopeItem& item : level_->items) item.lateral_only = false;
  return plan;
}

LogicalPtr Binder::bind_update(const ast::UpdateStatement& update) {
  LevelScope scope(*this);
  const size_t first_table = level_->common_tables.size();
  if (update.with) bind_with(*update.with);
  const WrittenRelation relation = find_written(update.table->name, "update");
  auto node = std::make_unique<LogicalUpdate>();
  LogicalPtr plan = bind_target_scan(*update.table, relation, node->target, node->row_id);
  const ScopeItem item = level_->items.back();
  plan = bind_other_tables(std::move(plan), update.from);
  ExpressionPtr where = update.where ? bind_predicate(*update.where, ExpressionPlace::kWhere) : nullptr;
  if (where) plan = filter_with_subqueries(std::move(plan), std::move(where));
  {
    PlaceScope here(*this, ExpressionPlace::kUpdateSource);
    node->assignments = bind_assignments(update.assignments, relation, item, node->target, &plan);
  }
  std::vector<Target> returned = bind_returning(update.returning, node->target, *node);
  node->children.push_back(std::move(plan));
  return finish_with(finish_returning(std::move(node), std::move(returned)), first_table);
}

LogicalPtr Binder::bind_delete(const ast::DeleteStatement& statement) {
  LevelScope scope(*this);
  const size_t first_table = level_->common_tables.size();
  if (statement.with) bind_with(*statement.with);
  const WrittenRelation relation = find_written(statement.table->name, "delete from");
  auto node = std::make_unique<LogicalDelete>();
  LogicalPtr plan = bind_target_scan(*statement.table, relation, node->target, node->row_id);
  plan = bind_other_tables(std::move(plan), statement.using_tables);
  ExpressionPtr where = statement.where ? bind_predicate(*statement.where, ExpressionPlace::kWhere) : nullptr;
  if (where) plan = filter_with_subqueries(std::move(plan), std::move(where));
  node->target.generated.clear();
  node->target.checks.clear();
  std::vector<Target> returned = bind_returning(statement.returning, node->target, *node);
  node->children.push_back(std::move(plan));
  return finish_with(finish_returning(std::move(node), std::move(returned)), first_table);
}

}  // namespace tidemark
