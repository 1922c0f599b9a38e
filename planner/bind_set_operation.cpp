// UNION, INTERSECT, EXCEPT and VALUES: several row sources that agree on their columns' types.

#include <algorithm>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"

namespace tidemark {

namespace {

SetOperationType operation_type(ast::SetOperationKind kind) {
  switch (kind) {
    case ast::SetOperationKind::Union:
      return SetOperationType::kUnion;
    case ast::SetOperationKind::Intersect:
      return SetOperationType::kIntersect;
    case ast::SetOperationKind::Except:
      break;
  }
  return SetOperationType::kExcept;
}

std::string operation_words(SetOperationType type) {
  return type == SetOperationType::kUnion ? "UNION" : type == SetOperationType::kIntersect ? "INTERSECT" : "EXCEPT";
}

}  // namespace

LogicalPtr Binder::coerce_outputs(LogicalPtr plan, std::span<const LogicalType> types) {
  bool fits = true;
  for (size_t i = 0; i < types.size(); ++i) {
    if (plan->outputs[i].type == types[i]) continue;
    if (plan->kind == LogicalKind::kProject) {
      // In place: a literal is read as the wanted type.
      ExpressionPtr& expression = plan->as<LogicalProject>().expressions[i];
      if (expression->kind == ExpressionKind::kConstant || expression->kind == ExpressionKind::kParameter) {
        expression = coerce(std::move(expression), types[i], CastContext::kImplicit);
        plan->outputs[i].type = types[i];
        continue;
      }
    }
    fits = false;
  }
  if (fits) return plan;
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs;
  for (size_t i = 0; i < plan->outputs.size(); ++i) {
    const PlanOutput& output = plan->outputs[i];
    ExpressionPtr expression = column_reference(output);
    if (i < types.size() && output.type != types[i]) {
      expression = coerce(std::move(expression), types[i], CastContext::kImplicit);
      outputs.push_back(new_output(context_, output.name, types[i]));
    } else {
      outputs.push_back(output);
    }
    expressions.push_back(std::move(expression));
  }
  return make_project(std::move(plan), std::move(expressions), std::move(outputs));
}

LogicalPtr Binder::combine(SetOperationType type, bool all, LogicalPtr left, LogicalPtr right, int right_position) {
  const std::string words = operation_words(type);
  const auto expression_of = [](const LogicalNode& plan, size_t i) {
    int position = 0;
    if (plan.kind == LogicalKind::kProject) position = start_position(*plan.as<LogicalProject>().expressions[i]);
    return column_reference(plan.outputs[i], position);
  };
  if (left->outputs.size() != right->outputs.size()) {
    const int position = right->outputs.empty() ? 0 : expression_of(*right, 0)->position;
    throw Error(sqlstate::kSyntaxError, "each " + words + " query must have the same number of columns")
        .at(position != 0 ? position : right_position);
  }
  std::vector<LogicalType> types;
  auto node = std::make_unique<LogicalSetOperation>();
  for (size_t i = 0; i < left->outputs.size(); ++i) {
    std::vector<ExpressionPtr> both_sides;
    both_sides.push_back(expression_of(*left, i));
    both_sides.push_back(expression_of(*right, i));
    types.push_back(common_type(both_sides, words));
    if (!(type == SetOperationType::kUnion && all)) check_sortable(*both_sides[0], both_sides[0]->position);
    node->outputs.push_back(new_output(context_, left->outputs[i].name, types.back()));
  }
  node->type = type;
  node->all = all;
  node->children.push_back(coerce_outputs(std::move(left), types));
  node->children.push_back(coerce_outputs(std::move(right), types));
  return node;
}

LogicalPtr Binder::bind_set_operation(const ast::SetOperationQuery& query) {
  // A long chain of UNIONs leans to the left: walked, not recursed.
  std::vector<const ast::SetOperationQuery*> chain = {&query};
  while (true) {
    const ast::Query& left = *chain.back()->left;
    const bool plain = left.query_kind == ast::QueryKind::SetOperation && !left.with && left.order_by.empty() &&
                       !left.limit && !left.offset && left.locking.empty();
    if (!plain) break;
    chain.push_back(&left.as<ast::SetOperationQuery>());
  }
  LogicalPtr plan = bind_query(*chain.back()->left, false);
  for (auto operation = chain.rbegin(); operation != chain.rend(); ++operation) {
    const ast::Query& right = *(*operation)->right;
    const SelfReferences left_only(*this);
    LogicalPtr other = bind_query(right, false);
    if ((*operation)->operation == ast::SetOperationKind::Except) left_only.refuse_more("EXCEPT");
    plan = combine(operation_type((*operation)->operation), (*operation)->all, std::move(plan), std::move(other),
                   right.position);
  }
  return plan;
}

// -------------------------------------------------------------------------------------------------------------- VALUES

LogicalPtr Binder::bind_values(const ast::ValuesQuery& values) {
  LevelScope scope(*this);
  PlaceScope here(*this, ExpressionPlace::kValues);
  std::vector<std::vector<ExpressionPtr>> rows;
  if (values.literal_rows) {
    const ast::LiteralRows& literals = *values.literal_rows;
    for (size_t row = 0; row < literals.row_count(); ++row) {
      auto& bound = rows.emplace_back();
      for (size_t column = 0; column < literals.column_count(); ++column) {
        bound.push_back(bind(*literals.expression(literals.cell(row, column))));
      }
    }
  }
  for (const ast::ExpressionList& row : values.rows) {
    if (!rows.empty() && rows[0].size() != row.size()) {
      throw Error(sqlstate::kSyntaxError, "VALUES lists must all be the same length")
          .at(row.empty() ? values.position : row[0]->position);
    }
    auto& bound = rows.emplace_back();
    for (const ast::ExpressionPtr& value : row) bound.push_back(bind(*value));
  }
  const size_t width = rows.empty() ? 0 : rows[0].size();
  std::vector<PlanOutput> outputs;
  for (size_t column = 0; column < width; ++column) {
    std::vector<ExpressionPtr> cells;
    for (auto& row : rows) cells.push_back(std::move(row[column]));
    const LogicalType type = common_type(cells, "VALUES");
    coerce_all(cells, type);
    for (size_t row = 0; row < rows.size(); ++row) rows[row][column] = std::move(cells[row]);
    outputs.push_back(new_output(context_, "column" + std::to_string(column + 1), type));
  }
  return make_values(std::move(rows), std::move(outputs));
}

/// Rows with subqueries become single projections, one after the other.
LogicalPtr Binder::make_values(std::vector<std::vector<ExpressionPtr>> rows, std::vector<PlanOutput> outputs) {
  const bool subqueries = std::ranges::any_of(rows, [](const std::vector<ExpressionPtr>& row) {
    return std::ranges::any_of(row, [](const ExpressionPtr& value) { return has_subquery(*value); });
  });
  if (!subqueries) {
    auto node = std::make_unique<LogicalValues>();
    node->rows = std::move(rows);
    node->outputs = std::move(outputs);
    return node;
  }
  LogicalPtr all;
  for (std::vector<ExpressionPtr>& row : rows) {
    LogicalPtr plan = make_single_row();
    plan_subqueries(row, plan);
    std::vector<PlanOutput> own;
    for (const PlanOutput& output : outputs) own.push_back(new_output(context_, output.name, output.type));
    plan = make_project(std::move(plan), std::move(row), std::move(own));
    if (!all) {
      all = std::move(plan);
      continue;
    }
    auto node = std::make_unique<LogicalSetOperation>();
    node->all = true;
    for (const PlanOutput& output : outputs) node->outputs.push_back(new_output(context_, output.name, output.type));
    node->children.push_back(std::move(all));
    node->children.push_back(std::move(plan));
    all = std::move(node);
  }
  return all;
}

}  // namespace tidemark
