#include "planner/binder.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "parser/sql_parser.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

/// How deep the binder may nest, in bytes of stack. PostgreSQL's max_stack_depth has the same default.
constexpr std::ptrdiff_t kStackBytesMax = 2 * 1024 * 1024 - 256 * 1024;

}  // namespace

void Binder::check_depth() const {
  const char* const here = static_cast<const char*>(__builtin_frame_address(0));
  if (std::abs(here - stack_base_) < kStackBytesMax) return;
  throw Error(sqlstate::kStatementTooComplex, "stack depth limit exceeded")
      .with_hint(
          "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's "
          "stack depth limit is adequate.");
}

LogicalPtr Binder::bind_statement_node(const ast::Statement& statement) {
  switch (statement.kind) {
    case ast::StatementKind::Query:
      return bind_query(statement.as<ast::Query>());
    case ast::StatementKind::Insert:
      return bind_insert(statement.as<ast::InsertStatement>());
    case ast::StatementKind::Update:
      return bind_update(statement.as<ast::UpdateStatement>());
    case ast::StatementKind::Delete:
      return bind_delete(statement.as<ast::DeleteStatement>());
    case ast::StatementKind::Merge:
      return bind_merge(statement.as<ast::MergeStatement>());
    default:
      throw Error(sqlstate::kInternalError, "statement is not run by the executor").at(statement.position);
  }
}

LogicalPtr Binder::bind_statement(const ast::Statement& statement) {
  LogicalPtr plan = bind_statement_node(statement);
  for (size_t i = 0; i < context_.parameter_types.size(); ++i) {
    if (context_.parameter_types[i].id == TypeId::kUnknown) {
      throw Error(sqlstate::kIndeterminateDatatype,
                  "could not determine data type of parameter $" + std::to_string(i + 1));
    }
  }
  return plan;
}

/// Brings the columns of `table` into scope, by numbers that `read_input` knows.
std::unordered_map<PlanColumn, uint32_t> Binder::show_row(const TableEntry& table) {
  std::unordered_map<PlanColumn, uint32_t> index_of_column;
  std::vector<PlanColumn> columns;
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    columns.push_back(new_column(context_));
    index_of_column[columns.back()] = i;
  }
  level_->items.push_back(target_item(table, table.name, columns));
  return index_of_column;
}

namespace {

/// Columns become the places of a row's values.
void read_input(ExpressionPtr& bound, const std::unordered_map<PlanColumn, uint32_t>& index_of_column) {
  for_each_part(bound, [&](ExpressionPtr& part) {
    if (part->kind != ExpressionKind::kColumn) return true;
    auto input = std::make_unique<InputExpression>(index_of_column.at(part->as<ColumnExpression>().column), part->type);
    input->position = part->position;
    part = std::move(input);
    return false;
  });
}

}  // namespace

ExpressionPtr Binder::bind_copy_condition(const ast::Expression& condition, const TableEntry& table) {
  LevelScope scope(*this);
  const auto index_of_column = show_row(table);
  ExpressionPtr bound = coerce_boolean(bind_in_place(condition, ExpressionPlace::kCopyWhere), "WHERE");
  if (has_subquery(*bound)) {
    throw Error(sqlstate::kFeatureNotSupported, "cannot use subquery in COPY FROM WHERE condition")
        .at(condition.position);
  }
  read_input(bound, index_of_column);
  return bound;
}

Binder::HomeSchema::HomeSchema(PlannerContext& context, ObjectId schema)
    : context_(context), search_path_(context.search_path) {
  if (const CatalogEntry* entry = context.catalog.object(schema)) {
    context.search_path.insert(context.search_path.begin(), name_of(*entry));
  }
}

ExpressionPtr Binder::bind_table_expression(const ast::Expression& expression, const TableEntry* entry,
                                            std::optional<LogicalType> target) {
  LevelScope scope(*this);
  const HomeSchema home(context_, entry ? entry->schema : kNoObject);
  std::unordered_map<PlanColumn, uint32_t> index_of_column;
  if (entry) index_of_column = show_row(*entry);
  PlaceScope here(*this, entry ? ExpressionPlace::kCheck : ExpressionPlace::kDefault);
  ExpressionPtr bound = bind(expression);
  if (target) {
    if (!can_coerce(*bound, *target, CastContext::kAssignment)) {
      throw Error(sqlstate::kDatatypeMismatch, "expression is of type " + bound->type.to_string() + " but type " +
                                                   target->to_string() + " is wanted")
          .with_hint("You will need to rewrite or cast the expression.")
          .at(expression.position);
    }
    bound = coerce(std::move(bound), *target, CastContext::kAssignment);
  } else {
    bound = to_text_if_unknown(std::move(bound));
  }
  if (has_subquery(*bound)) {
    throw Error(sqlstate::kFeatureNotSupported,
                "cannot use subquery in " + std::string(entry ? "check constraint" : "DEFAULT expression"))
        .at(expression.position);
  }
  read_input(bound, index_of_column);
  return bound;
}

ExpressionPtr Binder::bind_index_expression(const ast::Expression& expression, const TableEntry& table,
                                            bool predicate) {
  LevelScope scope(*this);
  const auto index_of_column = show_row(table);
  ExpressionPtr bound = predicate ? bind_predicate(expression, ExpressionPlace::kIndexPredicate)
                                  : to_text_if_unknown(bind_in_place(expression, ExpressionPlace::kIndexExpression));
  const std::string where = predicate ? "index predicate" : "index expression";
  if (has_subquery(*bound)) {
    throw Error(sqlstate::kFeatureNotSupported, "cannot use subquery in " + where).at(expression.position);
  }
  if (!is_immutable(*bound)) {
    throw Error("42P17", "functions in " + where + " must be marked IMMUTABLE");
  }
  read_input(bound, index_of_column);
  return bound;
}

// ---------------------------------------------------------------------------------------------------- the public doors

LogicalPtr bind_statement(const ast::Statement& statement, PlannerContext& context) {
  return Binder(context).bind_statement(statement);
}

ExpressionPtr bind_table_expression(const ast::Expression& expression, const TableEntry* entry,
                                    std::optional<LogicalType> target, PlannerContext& context) {
  return Binder(context).bind_table_expression(expression, entry, target);
}

ExpressionPtr bind_copy_condition(const ast::Expression& condition, const TableEntry& table, PlannerContext& context) {
  return Binder(context).bind_copy_condition(condition, table);
}

ExpressionPtr bind_index_expression(const ast::Expression& expression, const TableEntry& table, bool predicate,
                                    PlannerContext& context) {
  return Binder(context).bind_index_expression(expression, table, predicate);
}

std::vector<PhysicalWriteTarget::UniqueKey> computed_unique_keys(const TableEntry& table, PlannerContext& context) {
  std::vector<PhysicalWriteTarget::UniqueKey> keys;
  for (const UniqueConstraint& unique : table.uniques) {
    if (!unique.is_computed()) continue;
    PhysicalWriteTarget::UniqueKey& key = keys.emplace_back();
    key.constraint = unique.id;
    for (const std::string& sql : unique.expressions) {
      key.expressions.push_back(bind_index_expression(*parse_expression(sql), table, false, context));
    }
    if (!unique.predicate.empty()) {
      key.predicate = bind_index_expression(*parse_expression(unique.predicate), table, true, context);
    }
  }
  return keys;
}

std::string index_column_name(const ast::Expression& expression) {
  std::string name = Binder::target_name(expression);
  return name == "?column?" ? "expr" : name;
}

}  // namespace tidemark
