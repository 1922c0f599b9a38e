// FROM: tables, views, system tables, subqueries and functions, and the items that they bring into scope.

#include <algorithm>

#include "base/error.h"
#include "base/stack_depth.h"
#include "functions/table_function.h"
#include "parser/sql_parser.h"
#include "planner/binder.h"
#include "planner/name_uses.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

LogicalPtr Binder::bind_from(const std::vector<ast::TableExpressionPtr>& from) {
  LogicalPtr plan;
  for (const ast::TableExpressionPtr& table : from) {
    const size_t first_item = level_->items.size();
    LogicalPtr next = bind_from_item(*table);
    check_duplicate_aliases(first_item);
    plan = plan ? make_apply(JoinType::kInner, std::move(plan), std::move(next), {}) : std::move(next);
  }
  for (ScopeItem& item : level_->items) item.lateral_only = false;
  return plan ? std::move(plan) : make_single_row();
}

LogicalPtr Binder::bind_from_item(const ast::TableExpression& table) {
  check_depth();
  switch (table.kind) {
    case ast::TableExpressionKind::Table:
      return bind_table_reference(table.as<ast::TableReference>());
    case ast::TableExpressionKind::Subquery:
      return bind_subquery_reference(table.as<ast::SubqueryReference>());
    case ast::TableExpressionKind::Function:
      return bind_function_reference(table.as<ast::FunctionReference>());
    case ast::TableExpressionKind::Join:
      return bind_join(table.as<ast::JoinReference>());
  }
  return nullptr;
}

// --------------------------------------------------------------------------------------------------------------- items

void Binder::register_columns(const ScopeItem& item) {
  for (const ScopeColumn& column : item.columns) {
    depth_of_column_[column.output.column] = level_->depth;
    name_of_column_.try_emplace(column.output.column,
                                item.alias.empty() ? column.name : item.alias + "." + column.name);
  }
}

void Binder::add_item(const ast::TableExpression& table, const std::string& name,
                      const std::vector<PlanOutput>& outputs, ObjectId table_id) {
  ScopeItem item;
  item.alias = table.alias.empty() ? name : table.alias;
  item.table = table_id;
  item.lateral_only = true;
  for (const PlanOutput& output : outputs) item.columns.push_back({output.name, output});
  rename_columns(item, table.column_aliases);
  register_columns(item);
  level_->items.push_back(std::move(item));
}

void Binder::rename_columns(ScopeItem& item, const std::vector<ast::Name>& names) {
  size_t visible_count = 0;
  for (const ScopeColumn& column : item.columns) visible_count += column.hidden ? 0 : 1;
  if (names.size() > visible_count) {
    throw Error(sqlstate::kInvalidColumnReference, "table \"" + item.alias + "\" has " + std::to_string(visible_count) +
                                                       " columns available but " + std::to_string(names.size()) +
                                                       " columns specified");
  }
  for (size_t i = 0; i < names.size(); ++i) item.columns[i].name = names[i].text;
}

/// None of the items from `first_item` on has the name of one from `first_other` on.
void Binder::check_duplicate_aliases(size_t first_item, size_t first_other) {
  const std::vector<ScopeItem>& items = level_->items;
  for (size_t i = first_item; i < items.size(); ++i) {
    if (items[i].alias.empty() || !items[i].relation_visible) continue;
    for (size_t j = first_other; j < i; ++j) {
      if (items[j].alias != items[i].alias || !items[j].relation_visible) continue;
      // Two tables of one name from different schemas can be told apart by the schema.
      if (!items[i].schema.empty() && !items[j].schema.empty() && items[i].table != items[j].table) continue;
      throw Error(sqlstate::kDuplicateAlias, "table name \"" + items[i].alias + "\" specified more than once");
    }
  }
}

// -------------------------------------------------------------------------------------------------------------- tables

void Binder::depend_on(ObjectId id) {
  const auto seen = std::ranges::find(context_.depends_on, id, &std::pair<ObjectId, uint64_t>::first);
  if (seen == context_.depends_on.end()) context_.depends_on.emplace_back(id, context_.catalog.object_version(id));
  if (open_views_.empty() && std::ranges::find(context_.named, id) == context_.named.end())
    context_.named.push_back(id);
}

namespace {

bool is_system_schema(const std::string& name) { return name == "pg_catalog" || name == "information_schema"; }

}  // namespace

/// `pg_temp` stands for the session's own schema of temporary relations, which leads the search path.
std::string Binder::schema_of_name(const std::string& name) const {
  if (name != "pg_temp") return name;
  const auto own = std::ranges::find_if(context_.search_path,
                                        [](const std::string& schema) { return schema.starts_with("pg_temp_"); });
  return own == context_.search_path.end() ? name : *own;
}

Binder::FoundRelation Binder::find_relation(const ast::QualifiedName& name) {
  const std::string& own = name.last();
  const auto in_schema = [&](const DatabaseEntry& database, const std::string& schema_name) -> FoundRelation {
    if (is_system_schema(schema_name) && context_.virtual_tables) {
      if (const VirtualTable* found = context_.virtual_tables->find(schema_name, own)) {
        return {nullptr, found, schema_name, database.name};
      }
    }
    const SchemaEntry* schema = context_.catalog.schema(database.id, schema_name);
    if (!schema) return {};
    const CatalogEntry* entry = context_.catalog.relation(schema->id, own);
    const auto* table = entry ? std::get_if<TableEntry>(entry) : nullptr;
    if (table && table->hidden) {
      if (table->enforces_for == kNoObject) return {};
      throw Error(sqlstate::kWrongObjectType, "\"" + own + "\" is an index").at(name.position);
    }
    return entry ? FoundRelation{entry, nullptr, schema_name, database.name} : FoundRelation{};
  };
  FoundRelation found;
  const auto is_found = [&] { return found.entry || found.virtual_table; };
  if (name.parts.size() == 1) {
    const bool explicit_catalog = std::ranges::find(context_.search_path, "pg_catalog") != context_.search_path.end();
    if (!explicit_catalog) found = in_schema(context_.database, "pg_catalog");
    for (const std::string& schema : context_.search_path) {
      if (is_found()) break;
      found = in_schema(context_.database, schema);
    }
  } else if (name.parts.size() == 2) {
    found = in_schema(context_.database, schema_of_name(name.parts[0]));
  } else if (name.parts.size() == 3) {
    const DatabaseEntry* database = context_.catalog.database(name.parts[0]);
    if (database) found = in_schema(*database, name.parts[1]);
  } else {
    throw Error(sqlstate::kSyntaxError, "improper qualified name (too many dotted names): " + joined(name))
        .at(name.position);
  }
  if (!is_found()) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + joined(name) + "\" does not exist").at(name.position);
  }
  return found;
}

LogicalPtr Binder::bind_scan(const TableEntry& table, const std::string& alias) {
  depend_on(table.id);
  if (std::ranges::find(context_.tables_read, table.id) == context_.tables_read.end()) {
    context_.tables_read.push_back(table.id);
  }
  auto scan = std::make_unique<LogicalScan>();
  scan->table = table.id;
  scan->alias = alias;
  for (const ColumnEntry& column : table.columns) {
    PlanOutput output = new_output(context_, column.name, column.type);
    output.table = table.id;
    output.table_column = column.id;
    scan->outputs.push_back(std::move(output));
  }
  return scan;
}

LogicalPtr Binder::bind_table_reference(const ast::TableReference& reference) {
  if (!reference.sample_method.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "TABLESAMPLE is not supported").at(reference.sample_method.position);
  }
  if (reference.name.parts.size() == 1) {
    if (CommonTableBinding* common_table = find_common_table(reference.name.last())) {
      LogicalPtr plan = bind_cte_reference(*common_table, reference.position);
      add_item(reference, common_table->name, plan->outputs);
      if (common_table->step_depth != 0) {
        std::vector<ScopeColumn>& columns = level_->items.back().columns;
        for (size_t i = 0; i < common_table->path_column_count; ++i) columns[columns.size() - 1 - i].hidden = true;
      }
      return plan;
    }
  }
  const FoundRelation found = find_relation(reference.name);
  const std::string& name = reference.name.last();
  LogicalPtr plan;
  ObjectId id = kNoObject;
  if (found.virtual_table) {
    auto scan = std::make_unique<LogicalVirtualScan>();
    scan->table = found.virtual_table;
    scan->alias = reference.alias.empty() ? name : reference.alias;
    id = found.virtual_table->id();
    for (const ColumnEntry& column : found.virtual_table->columns()) {
      PlanOutput output = new_output(context_, column.name, column.type);
      output.table = id;
      output.table_column = column.id;
      scan->outputs.push_back(std::move(output));
    }
    plan = std::move(scan);
  } else if (const auto* table = std::get_if<TableEntry>(found.entry)) {
    plan = bind_scan(*table, reference.alias.empty() ? name : reference.alias);
    id = table->id;
  } else if (const auto* view = std::get_if<ViewEntry>(found.entry)) {
    plan = bind_view(*view);
    id = view->id;
  } else if (std::holds_alternative<IndexEntry>(*found.entry)) {
    throw Error(sqlstate::kWrongObjectType, "\"" + name + "\" is an index").at(reference.name.position);
  } else {
    const auto& sequence = std::get<SequenceEntry>(*found.entry);
    plan = bind_sequence(sequence);
    id = sequence.id;
  }
  add_item(reference, name, plan->outputs, id);
  if (NameUses* uses = name_uses()) uses->relations.push_back({&reference, id});
  ScopeItem& item = level_->items.back();
  if (reference.alias.empty()) {
    item.schema = found.schema;
    item.database = found.database;
  }
  return plan;
}

/// A sequence is a table of one row.
LogicalPtr Binder::bind_sequence(const SequenceEntry& sequence) {
  depend_on(sequence.id);
  const ForeignSyntax foreign(context_);
  const std::string oid = std::to_string(sequence.id) + "::oid::regclass";
  const std::vector<ast::StatementPtr> statements =
      parse_sql("SELECT sequence_position(" + oid + ") AS last_value, 0::bigint AS log_cnt, pg_sequence_last_value(" +
                oid + ") IS NOT NULL AS is_called");
  QueryLevel* const outer = std::exchange(level_, nullptr);
  LogicalPtr plan;
  try {
    plan = bind_query(statements.at(0)->as<ast::Query>());
  } catch (...) {
    level_ = outer;
    throw;
  }
  level_ = outer;
  return plan;
}

NameUses* Binder::name_uses() const { return open_views_.empty() ? context_.name_uses : nullptr; }

void Binder::open_view(const ViewEntry& view) {
  check_stack_depth();
  if (std::ranges::find(open_views_, view.id) != open_views_.end()) {
    throw Error("42P17", "infinite recursion detected in rules for relation \"" + view.name + "\"");
  }
  open_views_.push_back(view.id);
}

LogicalPtr Binder::bind_view(const ViewEntry& view) {
  depend_on(view.id);
  if (view.materialized_table != kNoObject) {
    const TableEntry* table = context_.catalog.table(view.materialized_table);
    if (!view.populated) {
      throw Error(sqlstate::kObjectNotInPrerequisiteState,
                  "materialized view \"" + view.name + "\" has not been populated")
          .with_hint("Use the REFRESH MATERIALIZED VIEW command.");
    }
    if (!table) throw Error(sqlstate::kInternalError, "materialized view \"" + view.name + "\" has no table");
    return bind_scan(*table, view.name);
  }
  open_view(view);
  // A view sees nothing of the query that names it.
  const uint32_t base_before = std::exchange(depth_base_, level_ ? level_->depth : depth_base_);
  QueryLevel* const outer = std::exchange(level_, nullptr);
  const std::vector<std::string> path = std::exchange(context_.search_path, view.search_path);
  LogicalPtr plan;
  try {
    const std::vector<ast::StatementPtr> statements = parse_sql(view.sql);
    plan = bind_query(statements.at(0)->as<ast::Query>());
  } catch (Error& error) {
    level_ = outer;
    context_.search_path = path;
    open_views_.pop_back();
    error.at(0);
    throw;
  }
  level_ = outer;
  context_.search_path = path;
  depth_base_ = base_before;
  open_views_.pop_back();
  for (size_t i = 0; i < plan->outputs.size() && i < view.columns.size(); ++i) {
    plan->outputs[i].name = view.columns[i].name;
    plan->outputs[i].table = view.id;
    plan->outputs[i].table_column = view.columns[i].id;
  }
  return plan;
}

LogicalPtr Binder::bind_subquery_reference(const ast::SubqueryReference& reference) {
  if (reference.alias.empty()) {
    const bool is_values = reference.query->query_kind == ast::QueryKind::Values;
    const std::string what = is_values ? "VALUES" : "subquery";
    throw Error(sqlstate::kSyntaxError, what + " in FROM must have an alias")
        .with_hint(is_values ? "For example, FROM (VALUES ...) [AS] foo." : "For example, FROM (SELECT ...) [AS] foo.")
        .at(reference.position);
  }
  LogicalPtr plan;
  {
    const bool before = std::exchange(level_->inside_lateral, reference.lateral);
    const ExpressionPlace place = std::exchange(level_->place, ExpressionPlace::kFromSubquery);
    plan = bind_query(*reference.query);
    level_->inside_lateral = before;
    level_->place = place;
  }
  add_item(reference, reference.alias, plan->outputs);
  return plan;
}

// ----------------------------------------------------------------------------------------------------------- functions

namespace {

/// Whether a set-returning function's columns are those that the call declares.
bool returns_record(std::string_view name) {
  const auto overloads = FunctionRegistry::instance().table_functions(name);
  return !overloads.empty() && overloads.front()->columns[0].type.id == TypeId::kRecord;
}

/// Whether a call takes the row to start from as its first argument, and else does what another function does.
bool populates_records(const ast::FunctionCall& call) {
  const std::string& name = call.name.last();
  return name.ends_with("_populate_record") || name.ends_with("_populate_recordset");
}

const ast::FunctionCall* plain_call(const ast::Expression& expression) {
  return expression.kind == ast::ExpressionKind::FunctionCall ? &expression.as<ast::FunctionCall>() : nullptr;
}

}  // namespace

/// The row under json_populate_record (…) AS (…) must be NULL.
void Binder::check_populated_row(const Expression& row, const std::vector<ast::ColumnTypePair>& declared,
                                 int position) {
  if (row.kind == ExpressionKind::kConstant && row.as<ConstantExpression>().value.is_null()) return;
  if (const std::optional<RecordShape> shape = shape_of(row)) {
    bool same = shape->types.size() == declared.size();
    for (size_t i = 0; same && i < declared.size(); ++i) {
      same = shape->types[i].same_base(resolve_type(declared[i].type, context_));
    }
    if (!same) {
      throw Error(sqlstate::kDatatypeMismatch, "function return row and query-specified return row do not match");
    }
  }
  throw Error(sqlstate::kFeatureNotSupported, "a column definition list over a row to start from is not supported")
      .at(position);
}

/// `json_to_record(j) AS (a int, b text)`: the function is told the names.
CollectedSetCall Binder::bind_record_call(const ast::FunctionCall& call,
                                          const std::vector<ast::ColumnTypePair>& declared) {
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  std::vector<ExpressionPtr> names;
  for (const ast::ColumnTypePair& column : declared) {
    names.push_back(std::make_unique<ConstantExpression>(Value::text(column.name)));
  }
  arguments.push_back(call_constructor("ARRAY", std::move(names), LogicalType::array_of(TypeId::kText), call.position));
  std::string name = call.name.last();
  if (populates_records(call)) {
    // Over no row, json_populate_record is json_to_record.
    name.replace(name.find("populate"), std::string_view("populate").size(), "to");
    check_populated_row(*arguments[0], declared, call.position);
    arguments.erase(arguments.begin());
  }
  CollectedSetCall set = resolve_set_call(call, std::move(arguments), name);
  set.outputs.clear();
  for (const ast::ColumnTypePair& column : declared) {
    set.outputs.push_back(new_output(context_, column.name, resolve_type(column.type, context_)));
  }
  return set;
}

/// Puts the fields of `rows` in their places among the columns `shown`.
LogicalPtr Binder::spread_rows(LogicalPtr plan, const std::vector<PlanColumn>& rows, std::vector<PlanOutput>& shown,
                               int position) {
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs;
  for (const PlanOutput& output : shown) {
    ExpressionPtr value = column_reference(output, position);
    const auto shape = std::ranges::find(rows, output.column) == rows.end() ? std::nullopt : shape_of(*value);
    if (shape) value = checked_row(std::move(value));
    if (!shape) {
      outputs.push_back(new_output(context_, output.name, output.type));
      expressions.push_back(std::move(value));
      continue;
    }
    for (size_t i = 0; i < shape->names.size(); ++i) {
      outputs.push_back(new_output(context_, shape->names[i], shape->types[i]));
      expressions.push_back(record_field(*value, *shape, i, position));
    }
  }
  shown = outputs;
  return make_project(std::move(plan), std::move(expressions), std::move(outputs));
}

LogicalPtr Binder::bind_function_reference(const ast::FunctionReference& reference) {
  const bool before = std::exchange(level_->inside_lateral, true);
  PlaceScope here(*this, ExpressionPlace::kFromFunction);
  std::vector<CollectedSetCall> outer_calls = std::exchange(level_->set_calls, {});
  auto node = std::make_unique<LogicalTableFunction>();
  node->ordinality = reference.ordinality;
  std::vector<ExpressionPtr> scalars;
  std::string name = "rows";
  bool gives_rows = false;
  std::vector<PlanColumn> rows_of_named_types;
  for (const ast::TableFunctionCall& one : reference.calls) {
    const ast::FunctionCall* call = plain_call(*one.call);
    const std::vector<ast::ColumnTypePair>& declared = one.columns.empty() ? reference.columns : one.columns;
    const bool over_row = call && populates_records(*call);
    const bool makes_records =
        over_row ? !declared.empty() : call && is_set_function(call->name) && returns_record(call->name.last());
    if (makes_records && declared.empty()) {
      throw Error(sqlstate::kSyntaxError, "a column definition list is required for functions returning \"record\"")
          .at(one.call->position);
    }
    if (makes_records) {
      CollectedSetCall set = bind_record_call(*call, declared);
      node->outputs.insert(node->outputs.end(), set.outputs.begin(), set.outputs.end());
      node->calls.push_back({set.function, std::move(set.arguments), set.outputs.size()});
      name = call->name.last();
      continue;
    }
    if (!declared.empty()) {
      throw Error(sqlstate::kSyntaxError, "a column definition list is only allowed for functions returning \"record\"")
          .at(one.call->position);
    }
    name = target_name(*one.call);
    if (call && is_set_function(call->name)) {
      // unnest(a, b) is ROWS FROM (unnest(a), unnest(b)).
      const bool many = call->name.last() == "unnest" && call->arguments.size() > 1;
      std::vector<ExpressionPtr> arguments = bind_arguments(*call);
      for (size_t i = 0; i < (many ? arguments.size() : 1); ++i) {
        std::vector<ExpressionPtr> own;
        if (many) {
          own.push_back(std::move(arguments[i]));
        } else {
          own = std::move(arguments);
        }
        CollectedSetCall set = resolve_set_call(*call, std::move(own));
        if (set.outputs.size() == 1 && set.outputs[0].type.id == TypeId::kRecord &&
            set.outputs[0].type.user_type != 0) {
          rows_of_named_types.push_back(set.outputs[0].column);
        }
        const std::string_view column = set.function->columns[0].name;
        const bool names_column = !column.empty() && column != name;
        if (set.outputs.size() == 1 && reference.calls.size() == 1 && !many && !names_column &&
            !reference.alias.empty()) {
          set.outputs[0].name = reference.alias;
        }
        node->outputs.insert(node->outputs.end(), set.outputs.begin(), set.outputs.end());
        node->calls.push_back({set.function, std::move(set.arguments), set.outputs.size()});
      }
    } else {
      if (reference.calls.size() > 1) {
        throw Error(sqlstate::kFeatureNotSupported, "ROWS FROM is supported for set-returning functions only")
            .at(one.call->position);
      }
      ExpressionPtr value = to_text_if_unknown(bind(*one.call));
      const bool over_unnamed = over_row && value->kind == ExpressionKind::kFunction &&
                                value->children[0]->kind == ExpressionKind::kFunction &&
                                value->children[0]->as<FunctionExpression>().function->name == "ROW";
      if (over_unnamed) {
        throw Error(sqlstate::kSyntaxError, "a column definition list is required for functions returning \"record\"")
            .at(one.call->position);
      }
      if (const auto shape = value->type.id == TypeId::kRecord ? shape_of(*value) : std::nullopt) {
        gives_rows = true;
        for (size_t i = 0; i < shape->names.size(); ++i) {
          node->outputs.push_back(new_output(context_, shape->names[i], shape->types[i]));
          scalars.push_back(record_field(*value, *shape, i, one.call->position));
        }
        continue;
      }
      node->outputs.push_back(new_output(context_, reference.alias.empty() ? name : reference.alias, value->type));
      scalars.push_back(std::move(value));
    }
  }
  level_->inside_lateral = before;
  if (!level_->set_calls.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "set-returning functions must appear at top level of FROM")
        .at(reference.position);
  }
  level_->set_calls = std::move(outer_calls);
  if (reference.ordinality) node->outputs.push_back(new_output(context_, "ordinality", TypeId::kInt64));

  LogicalPtr plan;
  std::vector<PlanOutput> shown = node->outputs;
  const auto asks_subquery = [](const auto& call) {
    return std::ranges::any_of(call.arguments, [](const ExpressionPtr& argument) { return has_subquery(*argument); });
  };
  if (scalars.empty()) {
    if (std::ranges::any_of(node->calls, asks_subquery)) {
      LogicalPtr input = make_single_row();
      for (auto& call : node->calls) plan_subqueries(call.arguments, input);
      node->outputs.insert(node->outputs.begin(), input->outputs.begin(), input->outputs.end());
      node->children.push_back(std::move(input));
    }
    plan = std::move(node);
    if (!rows_of_named_types.empty()) {
      gives_rows = true;
      plan = spread_rows(std::move(plan), rows_of_named_types, shown, reference.position);
    }
  } else {
    if (reference.ordinality) scalars.push_back(std::make_unique<ConstantExpression>(Value::int64(1)));
    std::vector<PlanOutput> outputs = std::move(node->outputs);
    plan = make_single_row();
    plan_subqueries(scalars, plan);
    plan = make_project(std::move(plan), std::move(scalars), std::move(outputs));
  }
  const bool is_scalar = !gives_rows && shown.size() == 1 && reference.calls.size() == 1 &&
                         reference.calls[0].columns.empty() && !reference.ordinality;
  add_item(reference, name, std::move(shown));
  level_->items.back().is_scalar = is_scalar;
  return plan;
}

}  // namespace tidemark
