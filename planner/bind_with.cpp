// WITH: each definition is bound where it stands; each reference is a CteScan. When the part of the statement that WITH
// belongs to is bound, definitions that are read once move to their place, unread ones go, and the others are kept in a
// With node, to be run once.

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"

namespace tidemark {

void Binder::bind_with(const ast::WithClause& with) {
  for (size_t i = 0; i < with.tables.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (with.tables[i].name == with.tables[j].name) {
        throw Error(sqlstate::kDuplicateAlias,
                    "WITH query name \"" + with.tables[i].name + "\" specified more than once")
            .at(with.tables[i].position);
      }
    }
  }
  if (!with.recursive) {
    for (const ast::CommonTable& table : with.tables) {
      level_->common_tables.push_back(bind_common_table(table, false));
    }
    return;
  }
  const ast::WithClause* const outer_with = std::exchange(level_->recursive_with, &with);
  std::vector<bool> outer_begun = std::exchange(level_->with_begun, std::vector<bool>(with.tables.size(), false));
  for (size_t i = 0; i < with.tables.size(); ++i) {
    if (!level_->with_begun[i]) bind_recursive_item(*level_, i);
  }
  level_->recursive_with = outer_with;
  level_->with_begun = std::move(outer_begun);
}

/// A query of WITH RECURSIVE, where it stands or when another one names it. It goes before those that are being bound.
CommonTableBinding* Binder::bind_recursive_item(QueryLevel& level, size_t index) {
  level.with_begun[index] = true;
  QueryLevel* const here = std::exchange(level_, &level);
  const auto binding = bind_common_table(level.recursive_with->tables[index], true);
  level_ = here;
  const auto place = std::ranges::find_if(level.common_tables, [](const auto& table) { return table->binding_itself; });
  level.common_tables.insert(place, binding);
  return binding.get();
}

CommonTableBinding* Binder::find_common_table(const std::string& name) {
  for (QueryLevel* level = level_; level; level = level->outer) {
    for (auto table = level->common_tables.rbegin(); table != level->common_tables.rend(); ++table) {
      if ((*table)->name != name) continue;
      if ((*table)->binding_itself && !level->binding.empty() && level->binding.back() != table->get()) {
        throw Error(sqlstate::kFeatureNotSupported, "mutual recursion between WITH items is not implemented")
            .at(level->binding.front()->position);
      }
      return table->get();
    }
    if (level->recursive_with == nullptr) continue;
    const std::vector<ast::CommonTable>& tables = level->recursive_with->tables;
    for (size_t i = 0; i < tables.size(); ++i) {
      if (tables[i].name == name && !level->with_begun[i]) return bind_recursive_item(*level, i);
    }
  }
  return nullptr;
}

namespace {

void name_outputs(std::vector<PlanOutput>& outputs, const ast::CommonTable& table) {
  if (table.columns.size() > outputs.size()) {
    throw Error(sqlstate::kInvalidColumnReference, "WITH query \"" + table.name + "\" has " +
                                                       std::to_string(outputs.size()) + " columns available but " +
                                                       std::to_string(table.columns.size()) + " columns specified")
        .at(table.position);
  }
  for (size_t i = 0; i < table.columns.size(); ++i) outputs[i].name = table.columns[i].text;
}

/// Whether an INSERT reads a WITH query of this name in its FROM.
bool names_table(const ast::Statement& statement, const std::string& name) {
  if (statement.kind != ast::StatementKind::Insert) return false;
  const auto& insert = statement.as<ast::InsertStatement>();
  if (!insert.query || insert.query->query_kind != ast::QueryKind::Select) return false;
  const auto& from = insert.query->as<ast::SelectQuery>().from;
  return std::ranges::any_of(from, [&name](const ast::TableExpressionPtr& item) {
    return item->kind == ast::TableExpressionKind::Table && item->as<ast::TableReference>().name.parts.size() == 1 &&
           item->as<ast::TableReference>().name.last() == name;
  });
}

}  // namespace

std::shared_ptr<CommonTableBinding> Binder::bind_common_table(const ast::CommonTable& table, bool recursive) {
  auto binding = std::make_shared<CommonTableBinding>();
  binding->name = table.name;
  binding->cte = context_.next_cte++;
  binding->materialized = table.materialized;
  const bool is_query = table.statement->kind == ast::StatementKind::Query;
  if (!is_query && level_->outer) {
    throw Error(sqlstate::kFeatureNotSupported,
                "WITH clause containing a data-modifying statement must be at the top level")
        .at(table.position);
  }
  if (recursive && !is_query && names_table(*table.statement, table.name)) {
    throw Error("42P19", "recursive query \"" + table.name + "\" must not contain data-modifying statements")
        .at(table.position);
  }
  if (recursive && is_query) {
    // Bound as a recursive query first; if it never reads itself, it is an ordinary one.
    binding->binding_itself = true;
    binding->position = table.position;
    level_->common_tables.push_back(binding);
    level_->binding.push_back(binding.get());
    binding->plan = bind_recursive(table, *binding);
    level_->binding.pop_back();
    level_->common_tables.pop_back();
    binding->binding_itself = false;
    binding->reference_count = 0;
  }
  if (!binding->plan && (table.search || table.cycle)) {
    throw Error(sqlstate::kSyntaxError, "WITH query is not recursive").at(table.position);
  }
  if (!binding->plan) {
    binding->plan = bind_statement_node(*table.statement);
    binding->writes = !is_query;
    binding->has_rows = is_query || !binding->plan->outputs.empty();
  }
  binding->outputs = binding->plan->outputs;
  name_outputs(binding->outputs, table);
  return binding;
}

/// Null if the query does not read itself.
LogicalPtr Binder::bind_recursive(const ast::CommonTable& table, CommonTableBinding& binding) {
  const auto& query = table.statement->as<ast::Query>();
  const auto wrong_form = [&] {
    throw Error("42P19", "recursive query \"" + table.name +
                             "\" does not have the form non-recursive-term UNION [ALL] recursive-term")
        .at(table.position);
  };
  const bool is_union = query.query_kind == ast::QueryKind::SetOperation &&
                        query.as<ast::SetOperationQuery>().operation == ast::SetOperationKind::Union;
  binding.working_cte = context_.next_cte++;
  LevelScope scope(*this);
  if (query.with) {
    if (is_union) {
      binding.self_reference_words =
          "recursive reference to query \"" + table.name + "\" must not appear within a subquery";
    }
    bind_with(*query.with);
    binding.self_reference_words.clear();
  }
  const size_t with_count = level_->common_tables.size();
  if (!is_union) {
    binding.self_reference_words =
        "recursive query \"" + table.name + "\" does not have the form non-recursive-term UNION [ALL] recursive-term";
    binding.self_reference_position = table.position;
    LogicalPtr plan = bind_query_body(query, true);
    if (binding.reference_count > 0) wrong_form();
    binding.self_reference_words.clear();
    return finish_with(std::move(plan), 0);
  }
  const auto& operation = query.as<ast::SetOperationQuery>();
  binding.self_reference_words =
      "recursive reference to query \"" + table.name + "\" must not appear within its non-recursive term";
  LogicalPtr base = bind_query(*operation.left, true);
  binding.self_reference_words.clear();
  auto node = std::make_unique<LogicalRecursive>();
  node->cte = binding.working_cte;
  node->all = operation.all;
  for (const PlanOutput& output : base->outputs) {
    node->outputs.push_back(new_output(context_, output.name, output.type));
  }
  binding.outputs = node->outputs;
  name_outputs(binding.outputs, table);
  std::unique_ptr<RecursionPath> path;
  if (table.search || table.cycle) {
    path = bind_recursion_path(table, operation, binding);
    base = start_path(*path, std::move(base), *node);
    const auto first_new = node->outputs.end() - static_cast<std::ptrdiff_t>(path->outputs.size());
    binding.outputs.insert(binding.outputs.end(), first_new, node->outputs.end());
    binding.path_column_count = path->outputs.size();
    step_with_path_ = &binding;
  }
  binding.step_depth = level_->depth + 1;
  LogicalPtr step = bind_query(*operation.right, false);
  binding.step_depth = 0;
  if (binding.reference_count == 0) {
    LogicalPtr plan = sort_and_limit(
        combine(SetOperationType::kUnion, operation.all, std::move(base), std::move(step), operation.right->position),
        query);
    return finish_with(std::move(plan), 0);
  }
  if (!query.locking.empty() || !operation.right->locking.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "FOR UPDATE/SHARE in a recursive query is not implemented");
  }
  if (!query.order_by.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "ORDER BY in a recursive query is not implemented")
        .at(query.order_by[0].expression->position);
  }
  if (query.limit || query.offset) {
    const ast::Expression& count = query.limit ? *query.limit : *query.offset;
    throw Error(sqlstate::kFeatureNotSupported,
                std::string(query.limit ? "LIMIT" : "OFFSET") + " in a recursive query is not implemented")
        .at(count.position);
  }
  if (base->outputs.size() != step->outputs.size()) {
    throw Error(sqlstate::kSyntaxError, "each UNION query must have the same number of columns")
        .at(operation.right->position);
  }
  if (path) step = extend_path(*path, std::move(step));
  std::vector<LogicalType> types;
  for (size_t i = 0; i < node->outputs.size(); ++i) {
    std::vector<ExpressionPtr> both_sides;
    int position = table.position;
    if (base->kind == LogicalKind::kProject) {
      position = start_position(*base->as<LogicalProject>().expressions[i]);
    }
    both_sides.push_back(column_reference(base->outputs[i], position));
    both_sides.push_back(column_reference(step->outputs[i], operation.right->position));
    const LogicalType common = common_type(both_sides, "UNION");
    const LogicalType type = node->outputs[i].type;
    if (!common.same_base(type)) {
      throw Error(sqlstate::kDatatypeMismatch, "recursive query \"" + table.name + "\" column " +
                                                   std::to_string(i + 1) + " has type " + type.to_string() +
                                                   " in non-recursive term but type " + common.to_string() + " overall")
          .with_hint("Cast the output of the non-recursive term to the correct type.")
          .at(both_sides[0]->position);
    }
    if (step->outputs[i].type.modifier != type.modifier && type.modifier >= 0) {
      LogicalType overall = type;
      overall.modifier = -1;
      throw Error(sqlstate::kDatatypeMismatch,
                  "recursive query \"" + table.name + "\" column " + std::to_string(i + 1) + " has type " +
                      type.to_string() + " in non-recursive term but type " + overall.to_string() + " overall")
          .with_hint("Cast the output of the non-recursive term to the correct type.")
          .at(both_sides[0]->position);
    }
    types.push_back(type);
  }
  node->children.push_back(std::move(base));
  node->children.push_back(coerce_outputs(std::move(step), types));
  TIDEMARK_CHECK(level_->common_tables.size() == with_count);
  return finish_with(std::move(node), 0);
}

LogicalPtr Binder::bind_cte_reference(CommonTableBinding& common_table, int position) {
  if (!common_table.self_reference_words.empty()) {
    throw Error("42P19", common_table.self_reference_words)
        .at(common_table.self_reference_position != 0 ? common_table.self_reference_position : position);
  }
  if (common_table.step_depth != 0) {
    level_->reads_itself = true;
    for (const QueryLevel* level = level_; level && level->depth > common_table.step_depth; level = level->outer) {
      const ExpressionPlace place = level->outer ? level->outer->place : ExpressionPlace::kOther;
      if (place == ExpressionPlace::kFromSubquery || place == ExpressionPlace::kOther) continue;
      throw Error("42P19",
                  "recursive reference to query \"" + common_table.name + "\" must not appear within a subquery")
          .at(position);
    }
    if (common_table.reference_count > 0) {
      throw Error("42P19", "recursive reference to query \"" + common_table.name + "\" must not appear more than once")
          .at(position);
    }
  }
  if (!common_table.has_rows) {
    throw Error(sqlstate::kFeatureNotSupported,
                "WITH query \"" + common_table.name + "\" does not have a RETURNING clause")
        .at(position);
  }
  ++common_table.reference_count;
  common_table.reference_position = position;
  auto scan = std::make_unique<LogicalCteScan>();
  scan->cte = common_table.binding_itself ? common_table.working_cte : common_table.cte;
  scan->name = common_table.name;
  for (const PlanOutput& output : common_table.outputs) {
    PlanOutput own = new_output(context_, output.name, output.type);
    own.table = output.table;
    own.table_column = output.table_column;
    if (const auto shape = shape_of_column_.find(output.column); shape != shape_of_column_.end()) {
      shape_of_column_.emplace(own.column, RecordShape(shape->second));
    }
    scan->outputs.push_back(std::move(own));
    scan->definition_columns.push_back(output.column);
  }
  if (common_table.step_depth != 0) {
    common_table.path_columns.assign(scan->outputs.end() - static_cast<std::ptrdiff_t>(common_table.path_column_count),
                                     scan->outputs.end());
  }
  return scan;
}

SelfReferences::SelfReferences(const Binder& binder) : binder_(binder) {
  const CommonTableBinding* table = binder.table_in_step();
  before_ = table ? table->reference_count : 0;
}

void SelfReferences::refuse_more(const char* where) const {
  const CommonTableBinding* table = binder_.table_in_step();
  if (!table || table->reference_count == before_) return;
  throw Error("42P19", "recursive reference to query \"" + table->name + "\" must not appear within " + where)
      .at(table->reference_position);
}

const CommonTableBinding* Binder::table_in_step() const {
  for (const QueryLevel* level = level_; level; level = level->outer) {
    for (const auto& table : level->common_tables) {
      if (table->step_depth != 0) return table.get();
    }
  }
  return nullptr;
}

namespace {

LogicalPtr* find_cte_scan(LogicalPtr& plan, uint32_t cte) {
  if (plan->kind == LogicalKind::kCteScan && plan->as<LogicalCteScan>().cte == cte) return &plan;
  for (LogicalPtr& child : plan->children) {
    if (LogicalPtr* found = find_cte_scan(child, cte)) return found;
  }
  return nullptr;
}

size_t count_cte_scans(const LogicalNode& plan, uint32_t cte) {
  size_t count = plan.kind == LogicalKind::kCteScan && plan.as<LogicalCteScan>().cte == cte ? 1 : 0;
  for (const LogicalPtr& child : plan.children) count += count_cte_scans(*child, cte);
  return count;
}

/// The definition in the place of its only scan; the scan's columns become names for the definition's.
void move_definition(LogicalPtr& scan, LogicalPtr definition) {
  const auto& cte_scan = scan->as<LogicalCteScan>();
  std::vector<ExpressionPtr> expressions;
  for (size_t i = 0; i < cte_scan.outputs.size(); ++i) {
    PlanOutput output = cte_scan.outputs[i];
    output.column = cte_scan.definition_columns[i];
    expressions.push_back(column_reference(output));
  }
  std::vector<PlanOutput> outputs = cte_scan.outputs;
  scan = make_project(std::move(definition), std::move(expressions), std::move(outputs));
}

}  // namespace

LogicalPtr Binder::finish_with(LogicalPtr body, size_t first_table) {
  std::vector<std::shared_ptr<CommonTableBinding>> tables(
      level_->common_tables.begin() + static_cast<std::ptrdiff_t>(first_table), level_->common_tables.end());
  level_->common_tables.resize(first_table);
  // Later definitions may read earlier ones, so the last goes first.
  auto with = std::make_unique<LogicalWith>();
  std::vector<LogicalPtr> kept;
  for (size_t i = tables.size(); i-- > 0;) {
    CommonTableBinding& table = *tables[i];
    size_t count = count_cte_scans(*body, table.cte);
    for (const LogicalPtr& later : kept) count += count_cte_scans(*later, table.cte);
    if (count == 0 && !table.writes) continue;
    const bool inlined = count == 1 && !table.writes && !is_volatile(*table.plan) &&
                         table.materialized != ast::CommonTable::Materialized::Always;
    if (!inlined) {
      with->ctes.push_back(table.cte);
      kept.push_back(std::move(table.plan));
      continue;
    }
    LogicalPtr* scan = find_cte_scan(body, table.cte);
    for (size_t later = 0; !scan && later < kept.size(); ++later) scan = find_cte_scan(kept[later], table.cte);
    move_definition(*scan, std::move(table.plan));
  }
  if (kept.empty()) return body;
  std::ranges::reverse(kept);
  std::ranges::reverse(with->ctes);
  with->outputs = body->outputs;
  with->children = std::move(kept);
  with->children.push_back(std::move(body));
  return with;
}

}  // namespace tidemark
