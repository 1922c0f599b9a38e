// INSERT and UPSERT: which values go into which columns, defaults, what happens to a row whose key is there already.

#include <algorithm>

#include "base/error.h"
#include "parser/sql_parser.h"
#include "planner/binder.h"
#include "planner/literal_vectors.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"

namespace tidemark {

/// A value for a column: assignment casts apply. 42804 with PostgreSQL's words if there is none.
ExpressionPtr Binder::assign(ExpressionPtr value, const ColumnEntry& column, int position) {
  if (!can_coerce(*value, column.type, CastContext::kAssignment)) {
    LogicalType bare = value->type;
    throw Error(sqlstate::kDatatypeMismatch, "column \"" + column.name + "\" is of type " + column.type.to_string() +
                                                 " but expression is of type " + bare.to_string())
        .with_hint("You will need to rewrite or cast the expression.")
        .at(value->position != 0 ? start_position(*value) : position);
  }
  return coerce(std::move(value), column.type, CastContext::kAssignment, position);
}

namespace {

void check_not_generated(const ColumnEntry& column, const char* what) {
  if (column.generated_sql.empty()) return;
  throw Error("428C9", std::string(what) + " column \"" + column.name + "\"")
      .with_detail("Column \"" + column.name + "\" is a generated column.");
}

/// D6: no look-up is needed if nothing of the old row decides anything.
bool allows_blind_merge(const TableEntry& table, const std::vector<uint32_t>& named, bool returning) {
  if (!table.key || returning || !table.checks.empty() || !table.uniques.empty()) return false;
  if (!table.foreign_keys.empty() || !table.referenced_by.empty()) return false;
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    const ColumnEntry& column = table.columns[i];
    if (!column.generated_sql.empty() || column.domain != kNoObject) return false;
    if (std::ranges::find(named, i) != named.end()) continue;
    if (!column.default_sql.empty() || column.not_null || column.identity != Identity::kNone) return false;
  }
  return true;
}

}  // namespace

std::vector<uint32_t> Binder::target_columns(const std::vector<ast::Assignment::Target>& named,
                                             const WrittenRelation& relation, const ScopeItem& item,
                                             const WriteTarget& target) const {
  std::vector<uint32_t> columns;
  const auto add = [&](const std::string& name, int position) {
    columns.push_back(written_column(relation, item, target, name, "insert into", position));
  };
  for (size_t i = 0; i < named.size(); ++i) {
    const ast::Assignment::Target& one = named[i];
    add(one.column, one.position);
    // Several elements of one column may be given.
    for (size_t before = 0; before < i; ++before) {
      if (columns[before] == columns[i] && (!names_part(one) || !names_part(named[before]))) {
        throw Error(sqlstate::kDuplicateColumn, "column \"" + one.column + "\" specified more than once")
            .at(one.position);
      }
    }
  }
  if (!named.empty()) return columns;
  if (!relation.views.empty()) {
    for (const ScopeColumn& column : item.columns) add(column.name, 0);
    return columns;
  }
  for (uint32_t i = 0; i < relation.table->columns.size(); ++i) columns.push_back(i);
  return columns;
}

namespace {

bool names_elements(const std::vector<ast::Assignment::Target>& targets) {
  return std::ranges::any_of(targets, names_part);
}

/// Rows of plain literals as the expressions that they stand for.
std::unique_ptr<ast::ValuesQuery> spelled_out(const ast::LiteralRows& literals) {
  auto values = std::make_unique<ast::ValuesQuery>();
  for (size_t row = 0; row < literals.row_count(); ++row) {
    ast::ExpressionList& fields = values->rows.emplace_back();
    for (size_t column = 0; column < literals.column_count(); ++column) {
      fields.push_back(literals.expression(literals.cell(row, column)));
    }
  }
  return values;
}

}  // namespace

/// A value for target number `index` of an INSERT: for a column, or for elements of one.
ExpressionPtr Binder::assign_target(ExpressionPtr value, const ast::InsertStatement& insert, size_t index,
                                    const ColumnEntry& column, int position) {
  if (insert.columns.empty() || !names_part(insert.columns[index])) {
    return assign(std::move(value), column, position);
  }
  return coerce_for_elements(insert.columns[index], column, std::move(value));
}

/// Puts elements together to columns: `rows` has one output for each target but those left to their defaults, and gets
/// one a column. `named`: the column of each target.
LogicalPtr Binder::gather_elements(const ast::InsertStatement& insert, const TableEntry& table,
                                   const std::vector<uint32_t>& named, std::vector<uint32_t>& columns,
                                   LogicalPtr rows) {
  std::vector<uint32_t> gathered;
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs;
  size_t next = 0;
  for (size_t i = 0; i < named.size(); ++i) {
    // What was left to its default has no output.
    if (next == columns.size() || columns[next] != named[i]) continue;
    const ast::Assignment::Target& target = insert.columns[i];
    const uint32_t index = columns[next];
    const ColumnEntry& column = table.columns[index];
    ExpressionPtr value = column_reference(rows->outputs[next++]);
    const auto before = std::ranges::find(gathered, index);
    if (!names_part(target)) {
      expressions.push_back(std::move(value));
    } else if (before == gathered.end()) {
      expressions.push_back(assign_element(
          target, column, std::make_unique<ConstantExpression>(Value::null(column.type)), std::move(value)));
    } else {
      ExpressionPtr& old = expressions[static_cast<size_t>(before - gathered.begin())];
      old = assign_element(target, column, std::move(old), std::move(value));
      continue;
    }
    gathered.push_back(index);
    outputs.push_back(new_output(context_, column.name, column.type));
  }
  columns = std::move(gathered);
  return make_project(std::move(rows), std::move(expressions), std::move(outputs));
}

/// Whether a value may be given to a column; 428C9 for generated ones.
void Binder::check_insertable(const ColumnEntry& column, ast::Overriding overriding) {
  check_not_generated(column, "cannot insert a non-DEFAULT value into");
  if (column.identity == Identity::kAlways && overriding == ast::Overriding::None) {
    throw Error("428C9", "cannot insert a non-DEFAULT value into column \"" + column.name + "\"")
        .with_detail("Column \"" + column.name + "\" is an identity column defined as GENERATED ALWAYS.")
        .with_hint("Use OVERRIDING SYSTEM VALUE to override.");
  }
}

// ------------------------------------------------------------------------------------------ what the table keeps of it

ExpressionPtr Binder::bind_stored(const std::string& sql, const TableEntry& table, const std::vector<PlanColumn>& row,
                                  std::optional<LogicalType> target, ExpressionPlace place) {
  const ast::ExpressionPtr syntax = parse_expression(sql);
  const ForeignSyntax foreign(context_);
  const HomeSchema home(context_, table.schema);
  QueryLevel* const outer = std::exchange(level_, nullptr);
  ExpressionPtr bound;
  try {
    LevelScope scope(*this);
    PlaceScope here(*this, place);
    if (!row.empty()) {
      ScopeItem item;
      item.alias = table.name;
      for (size_t i = 0; i < table.columns.size(); ++i) {
        PlanOutput output;
        output.column = row[i];
        output.name = table.columns[i].name;
        output.type = table.columns[i].type;
        item.columns.push_back({output.name, output});
      }
      register_columns(item);
      level_->items.push_back(std::move(item));
    }
    bound = bind(*syntax);
    if (target) bound = coerce(std::move(bound), *target, CastContext::kAssignment);
    if (has_subquery(*bound)) {
      std::string where(words_for(place));
      if (where.ends_with('s')) where.pop_back();
      throw Error(sqlstate::kFeatureNotSupported, "cannot use subquery in " + where);
    }
  } catch (Error& error) {
    level_ = outer;
    error.at(0);  // The place is in the stored text, not in this statement.
    throw;
  }
  level_ = outer;
  return bound;
}

/// Null: the column has no default.
ExpressionPtr Binder::default_of(const TableEntry& table, uint32_t index) {
  const ColumnEntry& column = table.columns[index];
  if (!column.default_sql.empty()) {
    return bind_stored(column.default_sql, table, {}, column.type, ExpressionPlace::kDefault);
  }
  if (column.owned_sequence != kNoObject) {
    std::vector<ExpressionPtr> arguments;
    arguments.push_back(std::make_unique<ConstantExpression>(
        Value::integer(TypeId::kRegclass, static_cast<int64_t>(column.owned_sequence))));
    return coerce(call_function("nextval", std::move(arguments), 0), column.type, CastContext::kAssignment);
  }
  for (ObjectId id = column.domain; id != kNoObject;) {
    const auto* domain = std::get_if<TypeEntry>(context_.catalog.object(id));
    if (!domain) break;
    depend_on(id);
    if (!domain->default_sql.empty()) {
      return bind_stored(domain->default_sql, table, {}, column.type, ExpressionPlace::kDefault);
    }
    id = domain->base_domain;
  }
  return nullptr;
}

void Binder::bind_write_target(WriteTarget& target, const TableEntry& table) {
  target.table = table.id;
  if (target.row_columns.empty()) {
    for (size_t i = 0; i < table.columns.size(); ++i) target.row_columns.push_back(new_column(context_));
  }
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    const ColumnEntry& column = table.columns[i];
    if (column.domain == kNoObject || !column.generated_sql.empty()) continue;
    // The value as it is, once its domain has let it pass.
    target.generated.push_back(
        {i, check_domain(std::make_unique<ColumnExpression>(target.row_columns[i], column.type, column.name),
                         column.domain)});
  }
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    const ColumnEntry& column = table.columns[i];
    if (column.generated_sql.empty()) continue;
    ExpressionPtr value =
        bind_stored(column.generated_sql, table, target.row_columns, column.type, ExpressionPlace::kGenerated);
    if (column.domain != kNoObject) value = check_domain(std::move(value), column.domain);
    target.generated.push_back({i, std::move(value)});
  }
  for (const CheckConstraint& check : table.checks) {
    target.checks.push_back({check.name, bind_stored(check.sql, table, target.row_columns,
                                                     LogicalType(TypeId::kBoolean), ExpressionPlace::kCheck)});
  }
  for (const UniqueConstraint& unique : table.uniques) {
    if (!unique.is_computed()) continue;
    WriteTarget::UniqueKey& key = target.unique_keys.emplace_back();
    key.constraint = unique.id;
    for (const std::string& sql : unique.expressions) {
      key.expressions.push_back(to_text_if_unknown(
          bind_stored(sql, table, target.row_columns, std::nullopt, ExpressionPlace::kIndexExpression)));
    }
    if (!unique.predicate.empty()) {
      key.predicate = bind_stored(unique.predicate, table, target.row_columns, LogicalType(TypeId::kBoolean),
                                  ExpressionPlace::kIndexPredicate);
    }
  }
}

/// The outputs of `node` become those of RETURNING. Expressions with subqueries cannot be computed while rows are
/// written: then the node hands up all that they may read, and what is given back is for `finish_returning`.
std::vector<Binder::Target> Binder::bind_returning(const std::vector<ast::SelectTarget>& returning, WriteTarget& target,
                                                   LogicalNode& node) {
  PlaceScope here(*this, ExpressionPlace::kReturning);
  node.outputs.clear();
  std::vector<Target> targets = bind_targets(returning);
  for (Target& one : targets) one.expression = to_text_if_unknown(std::move(one.expression));
  const bool subqueries = std::ranges::any_of(targets, [](const Target& one) { return has_subquery(*one.expression); });
  if (!subqueries) {
    for (Target& one : targets) {
      node.outputs.push_back(target_output(one));
      target.returning.push_back(std::move(one.expression));
    }
    return {};
  }
  const TableEntry& table = *context_.catalog.table(target.table);
  const auto hand_up = [&](PlanOutput output) {
    if (std::ranges::find(node.outputs, output.column, &PlanOutput::column) != node.outputs.end()) return;
    target.returning.push_back(column_reference(output));
    node.outputs.push_back(std::move(output));
  };
  for (size_t i = 0; i < table.columns.size(); ++i) {
    PlanOutput output;
    output.column = target.row_columns[i];
    output.name = table.columns[i].name;
    output.type = table.columns[i].type;
    hand_up(std::move(output));
  }
  for (const ScopeItem& item : level_->items) {
    for (const ScopeColumn& column : item.columns) {
      if (!column.computed) hand_up(column.output);
    }
  }
  return targets;
}

/// `node` with its children: the expressions of RETURNING above it, if bind_returning left them.
LogicalPtr Binder::finish_returning(LogicalPtr node, std::vector<Target> targets) {
  if (targets.empty()) return node;
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs;
  for (Target& one : targets) {
    plan_subqueries(one.expression, node);
    outputs.push_back(target_output(one));
    expressions.push_back(std::move(one.expression));
  }
  return make_project(std::move(node), std::move(expressions), std::move(outputs));
}

PlanOutput Binder::target_output(const Target& target) {
  return new_output(context_, target.name, target.expression->type);
}
ScopeItem Binder::target_item(const TableEntry& table, const std::string& alias,
                              const std::vector<PlanColumn>& columns) {
  ScopeItem item;
  item.alias = alias;
  item.table = table.id;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    PlanOutput output;
    output.column = columns[i];
    output.name = table.columns[i].name;
    output.type = table.columns[i].type;
    output.table = table.id;
    output.table_column = table.columns[i].id;
    item.columns.push_back({output.name, output});
  }
  register_columns(item);
  return item;
}

// ----------------------------------------------------------------------------------------------------------- statement

LogicalPtr Binder::bind_insert(const ast::InsertStatement& insert) {
  LevelScope scope(*this);
  const size_t first_table = level_->common_tables.size();
  if (insert.with) bind_with(*insert.with);
  const WrittenRelation relation = find_written(insert.table, "insert into");
  const TableEntry& table = *relation.table;
  auto node = std::make_unique<LogicalInsert>();
  bind_write_target(node->target, table);
  ScopeItem item =
      seen_through(relation, target_item(table, table.name, node->target.row_columns), nullptr, &node->target);
  item.alias = insert.alias.empty() ? *relation.name : insert.alias;
  if (insert.alias.empty()) {
    item.schema = relation.schema;
    item.database = relation.database;
  }
  std::vector<uint32_t> columns = target_columns(insert.columns, relation, item, node->target);
  LogicalPtr rows;
  if (insert.query) {
    const std::vector<uint32_t> named = columns;
    rows = bind_insert_rows(insert, table, columns);
    if (names_elements(insert.columns)) rows = gather_elements(insert, table, named, columns, std::move(rows));
  } else {
    columns.clear();
    rows = make_single_row();
  }
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    if (std::ranges::find(columns, i) != columns.end()) continue;
    if (ExpressionPtr value = default_of(table, i)) node->defaults.push_back({i, std::move(value)});
  }
  node->columns = columns;
  node->children.push_back(std::move(rows));
  static_cast<void>(target_item(table, table.name, node->target.row_columns));  // its columns are of this level
  level_->items.push_back(std::move(item));
  choose_conflict_action(insert, relation, *node);
  std::vector<Target> returned = bind_returning(insert.returning, node->target, *node);
  return finish_with(finish_returning(std::move(node), std::move(returned)), first_table);
}

/// The rows, one output a column of `columns`, which is cut where the rows are shorter.
LogicalPtr Binder::bind_insert_rows(const ast::InsertStatement& insert, const TableEntry& table,
                                    std::vector<uint32_t>& columns) {
  const ast::Query& query = *insert.query;
  const bool bare = !query.with && query.order_by.empty() && !query.limit && !query.offset;
  const auto check_width = [&](size_t width, int position) {
    if (width > columns.size()) {
      throw Error(sqlstate::kSyntaxError, "INSERT has more expressions than target columns").at(position);
    }
    if (width < columns.size() && !insert.columns.empty()) {
      throw Error(sqlstate::kSyntaxError, "INSERT has more target columns than expressions")
          .at(insert.columns[width].position);
    }
    columns.resize(width);
    for (size_t i = 0; i < columns.size(); ++i) {
      const ColumnEntry& column = table.columns[columns[i]];
      check_insertable(column, insert.overriding);
    }
  };
  if (bare && query.query_kind == ast::QueryKind::Values) {
    const auto& values = query.as<ast::ValuesQuery>();
    if (values.literal_rows && names_elements(insert.columns)) {
      return bind_insert_values(insert, *spelled_out(*values.literal_rows), table, columns, check_width);
    }
    if (values.literal_rows) {
      check_width(values.literal_rows->column_count(), insert.position);
      return bind_literal_rows(*values.literal_rows, table, columns);
    }
    return bind_insert_values(insert, values, table, columns, check_width);
  }
  LogicalPtr plan = bind_query(query, false);
  check_width(plan->outputs.size(), query.position);
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs;
  bool in_place = plan->kind == LogicalKind::kProject;
  if (in_place) {
    auto& project = plan->as<LogicalProject>();
    for (size_t i = 0; i < columns.size(); ++i) {
      const ColumnEntry& column = table.columns[columns[i]];
      project.expressions[i] = assign_target(std::move(project.expressions[i]), insert, i, column, query.position);
      project.outputs[i].type = project.expressions[i]->type;
    }
    return plan;
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnEntry& column = table.columns[columns[i]];
    expressions.push_back(assign_target(column_reference(plan->outputs[i]), insert, i, column, query.position));
    outputs.push_back(new_output(context_, column.name, expressions.back()->type));
  }
  return make_project(std::move(plan), std::move(expressions), std::move(outputs));
}

LogicalPtr Binder::bind_insert_values(const ast::InsertStatement& insert, const ast::ValuesQuery& values,
                                      const TableEntry& table, std::vector<uint32_t>& columns,
                                      const std::function<void(size_t, int)>& check_width) {
  LevelScope scope(*this);
  PlaceScope here(*this, ExpressionPlace::kInsertValues);
  const auto is_default = [](const ast::ExpressionPtr& value) { return value->kind == ast::ExpressionKind::Default; };
  const size_t width = values.rows.empty() ? 0 : values.rows[0].size();
  std::vector<std::vector<ExpressionPtr>> rows;
  const std::vector<uint32_t> all_columns = columns;
  // A generated column may be named if all its values are DEFAULT: it is left out of what is inserted.
  std::vector<bool> only_defaults(width, true);
  for (const ast::ExpressionList& row : values.rows) {
    if (row.size() != width) {
      throw Error(sqlstate::kSyntaxError, "VALUES lists must all be the same length")
          .at(row.empty() ? values.position : row[0]->position);
    }
    for (size_t i = 0; i < width; ++i) only_defaults[i] = only_defaults[i] && is_default(row[i]);
  }
  if (width > columns.size()) check_width(width, values.rows[0][columns.size()]->position);
  std::vector<size_t> kept;
  std::vector<uint32_t> kept_columns;
  for (size_t i = 0; i < width; ++i) {
    const ColumnEntry& column = table.columns[all_columns[i]];
    const bool is_element = !insert.columns.empty() && names_part(insert.columns[i]);
    if (only_defaults[i] && !is_element) continue;  // As if it were not named.
    if (insert.overriding == ast::Overriding::User && column.identity != Identity::kNone) continue;
    check_insertable(column, insert.overriding);
    kept.push_back(i);
    kept_columns.push_back(all_columns[i]);
  }
  if (width < columns.size() && !insert.columns.empty()) check_width(width, insert.position);
  for (const ast::ExpressionList& row : values.rows) {
    auto& bound = rows.emplace_back();
    for (const size_t i : kept) {
      const ColumnEntry& column = table.columns[all_columns[i]];
      if (is_default(row[i]) && !insert.columns.empty() && names_part(insert.columns[i])) {
        throw Error(sqlstate::kFeatureNotSupported, insert.columns[i].fields.empty()
                                                        ? "cannot set an array element to DEFAULT"
                                                        : "cannot set a subfield to DEFAULT")
            .at(insert.columns[i].position);
      }
      if (is_default(row[i])) {
        ExpressionPtr value = default_of(table, all_columns[i]);
        if (!value) value = std::make_unique<ConstantExpression>(Value::null(column.type));
        bound.push_back(std::move(value));
      } else {
        bound.push_back(assign_target(bind(*row[i]), insert, i, column, row[i]->position));
      }
    }
  }
  columns = kept_columns;
  std::vector<PlanOutput> outputs;
  for (size_t i = 0; i < columns.size(); ++i) {
    LogicalType type = table.columns[columns[i]].type;
    if (!insert.columns.empty()) type = type_for_target(insert.columns[kept[i]], table.columns[columns[i]]);
    outputs.push_back(new_output(context_, table.columns[columns[i]].name, type));
  }
  return make_values(std::move(rows), std::move(outputs));
}

/// Many rows of plain literals: straight into typed columns, without an expression a cell.
LogicalPtr Binder::bind_literal_rows(const ast::LiteralRows& rows, const TableEntry& table,
                                     const std::vector<uint32_t>& columns) {
  auto node = std::make_unique<LogicalValues>();
  node->literal_row_count = rows.row_count();
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnEntry& column = table.columns[columns[i]];
    const auto slow = [&](const ast::LiteralRows::Cell& cell) {
      const ExpressionPtr value = assign(bind(*rows.expression(cell)), column, rows.position(cell));
      return evaluate_constant(*value);
    };
    node->literals.push_back(literal_vector(rows, i, column.type, context_.query, slow));
    node->outputs.push_back(new_output(context_, column.name, column.type));
  }
  return node;
}

// ------------------------------------------------------------------------------------------------------------ conflict

void Binder::choose_conflict_action(const ast::InsertStatement& insert, const WrittenRelation& relation,
                                    LogicalInsert& node) {
  const TableEntry& table = *relation.table;
  if (insert.upsert) {
    if (!table.key) {
      throw Error(sqlstate::kInvalidTableDefinition, "UPSERT needs a table with a key")
          .with_hint("Give \"" + table.name + "\" a PRIMARY KEY, or use INSERT.")
          .at(insert.table.position);
    }
    check_upsert_names_key(insert, table, node);
    if (allows_blind_merge(table, node.columns, !insert.returning.empty())) {
      node.conflict = ConflictAction::kMerge;
    } else {
      update_named_columns(table, node);
    }
    return;
  }
  if (insert.on_conflict) return bind_on_conflict(*insert.on_conflict, relation, node);
  switch (table.on_duplicate) {
    case OnDuplicate::kUnset:
    case OnDuplicate::kError:
      node.conflict = ConflictAction::kError;
      break;
    case OnDuplicate::kIgnore:
      node.conflict = ConflictAction::kIgnore;
      break;
    case OnDuplicate::kMerge:
      if (allows_blind_merge(table, node.columns, !insert.returning.empty())) {
        node.conflict = ConflictAction::kMerge;
      } else {
        update_named_columns(table, node);
      }
      break;
    case OnDuplicate::kReplace:
      node.conflict = ConflictAction::kReplace;
      break;
    case OnDuplicate::kKeep:
      node.conflict = ConflictAction::kKeepBoth;
      break;
  }
  if (!table.key && table.uniques.empty()) node.conflict = ConflictAction::kKeepBoth;
}

void Binder::check_upsert_names_key(const ast::InsertStatement& insert, const TableEntry& table,
                                    const LogicalInsert& node) {
  for (const ColumnId key : table.key->columns) {
    const ColumnEntry& column = *table.find_column(key);
    const auto index = static_cast<uint32_t>(&column - table.columns.data());
    const bool named = std::ranges::find(node.columns, index) != node.columns.end();
    const bool has_default = std::ranges::any_of(
        node.defaults, [&](const ColumnAssignment& assignment) { return assignment.column == index; });
    if (!named && !has_default && column.not_null) {
      throw Error(sqlstate::kNotNullViolation,
                  "UPSERT INTO \"" + table.name + "\" must name key column \"" + column.name + "\"")
          .at(insert.table.position);
    }
  }
}

/// As ON CONFLICT (key) DO UPDATE SET each named column = excluded.column.
void Binder::update_named_columns(const TableEntry& table, LogicalInsert& node) {
  node.conflict = ConflictAction::kUpdate;
  node.conflict_constraints = {table.key->id};
  for (size_t i = 0; i < table.columns.size(); ++i) node.excluded_columns.push_back(new_column(context_));
  for (const uint32_t index : node.columns) {
    const ColumnEntry& column = table.columns[index];
    if (table.is_key_column(column.id)) continue;
    node.update.push_back({index, std::make_unique<ColumnExpression>(node.excluded_columns[index], column.type,
                                                                     "excluded." + column.name)});
  }
  if (node.update.empty()) node.conflict = ConflictAction::kIgnore;
}

namespace {

/// Whether an element of ON CONFLICT asks for the collation and operator class that the index has there: those that are
/// not said are the defaults, which only the pattern classes are not.
bool fits_index_element(const ast::IndexElement& wanted, const ast::IndexElement* indexed) {
  const auto pattern_class = [](const ast::QualifiedName& name) {
    return !name.empty() && name.last().ends_with("_pattern_ops") ? name.last() : std::string();
  };
  const auto collation = [](const ast::QualifiedName& name) {
    return name.empty() ? std::string("default") : name.last();
  };
  static const ast::IndexElement kDefaults;
  const ast::IndexElement& there = indexed == nullptr ? kDefaults : *indexed;
  return (wanted.collation.empty() || collation(wanted.collation) == collation(there.collation)) &&
         (wanted.operator_class.empty() || pattern_class(wanted.operator_class) == pattern_class(there.operator_class));
}

/// What ON CONFLICT asks of an element: a column, or an expression over the row.
struct InferredElement {
  const ast::IndexElement* syntax = nullptr;
  ColumnId column = kNoColumn;
  ExpressionPtr expression;  ///< where it is no column
};

/// The elements of `unique` are those that are wanted, in any order; `key` (may be null) has its expressions.
bool has_elements(const UniqueConstraint& unique, const WriteTarget::UniqueKey* key,
                  const std::vector<InferredElement>& wanted) {
  const std::vector<ast::StatementPtr> parsed =
      unique.index_sql.empty() ? std::vector<ast::StatementPtr>() : parse_sql(unique.index_sql);
  std::vector<bool> used(wanted.size(), false);
  size_t next_expression = 0;
  for (size_t i = 0; i < unique.columns.size(); ++i) {
    const Expression* expression = unique.columns[i] == kNoColumn ? key->expressions[next_expression++].get() : nullptr;
    const ast::IndexElement* indexed =
        parsed.empty() ? nullptr : &parsed.front()->as<ast::CreateIndexStatement>().elements[i];
    bool found = false;
    for (size_t w = 0; w < wanted.size(); ++w) {
      const bool same = expression != nullptr
                            ? wanted[w].expression && same_expression(*wanted[w].expression, *expression)
                            : !wanted[w].expression && wanted[w].column == unique.columns[i];
      if (!same || !fits_index_element(*wanted[w].syntax, indexed)) continue;
      used[w] = true;
      found = true;
    }
    if (!found) return false;
  }
  return std::ranges::find(used, false) == used.end();
}

}  // namespace

/// The unique constraints and indexes that ON CONFLICT names or infers.
std::vector<ObjectId> Binder::arbiters(const ast::OnConflict& conflict, const WrittenRelation& relation,
                                       const ScopeItem& item, const WriteTarget& target) {
  const TableEntry& table = *relation.table;
  std::vector<const UniqueConstraint*> constraints;
  if (table.key) constraints.push_back(&*table.key);
  for (const UniqueConstraint& unique : table.uniques) constraints.push_back(&unique);
  if (!conflict.constraint.empty()) {
    for (const UniqueConstraint* constraint : constraints) {
      if (constraint->name == conflict.constraint && constraint->index_sql.empty()) return {constraint->id};
    }
    throw Error(sqlstate::kUndefinedObject,
                "constraint \"" + conflict.constraint + "\" for table \"" + table.name + "\" does not exist");
  }
  std::vector<InferredElement> wanted;
  for (const ast::IndexElement& element : conflict.target) {
    InferredElement& inferred = wanted.emplace_back();
    inferred.syntax = &element;
    if (element.expression) {
      inferred.expression = to_text_if_unknown(bind_in_place(*element.expression, ExpressionPlace::kIndexExpression));
      if (inferred.expression->kind != ExpressionKind::kColumn) continue;
      const PlanColumn column = inferred.expression->as<ColumnExpression>().column;
      const auto found = std::ranges::find(target.row_columns, column);
      if (found == target.row_columns.end()) continue;
      inferred.column = table.columns[static_cast<size_t>(found - target.row_columns.begin())].id;
      inferred.expression.reset();
      continue;
    }
    if (std::ranges::find(item.columns, element.column, &ScopeColumn::name) == item.columns.end()) {
      throw Error(sqlstate::kUndefinedColumn, "column \"" + element.column + "\" does not exist").at(element.position);
    }
    inferred.column =
        table.columns[written_column(relation, item, target, element.column, "insert into", element.position)].id;
  }
  std::vector<ExpressionPtr> premises;
  if (conflict.target_where) {
    split_conjuncts(bind_predicate(*conflict.target_where, ExpressionPlace::kIndexPredicate), premises);
  }
  std::vector<ObjectId> found;
  for (const UniqueConstraint* constraint : constraints) {
    const auto computed = std::ranges::find(target.unique_keys, constraint->id, &WriteTarget::UniqueKey::constraint);
    const WriteTarget::UniqueKey* key = computed == target.unique_keys.end() ? nullptr : &*computed;
    if (key != nullptr && key->predicate && !is_implied(*key->predicate, premises)) continue;
    if (has_elements(*constraint, key, wanted)) found.push_back(constraint->id);
  }
  if (found.empty()) {
    throw Error(sqlstate::kInvalidColumnReference,
                "there is no unique or exclusion constraint matching the ON CONFLICT specification");
  }
  return found;
}

void Binder::bind_on_conflict(const ast::OnConflict& conflict, const WrittenRelation& relation, LogicalInsert& node) {
  const TableEntry& table = *relation.table;
  const ScopeItem item = level_->items.back();
  const bool any = conflict.target.empty() && conflict.constraint.empty();
  if (conflict.update && any) {
    throw Error(sqlstate::kSyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name")
        .with_hint("For example, ON CONFLICT (column_name).")
        .at(conflict.position);
  }
  if (!any) node.conflict_constraints = arbiters(conflict, relation, item, node.target);
  if (!conflict.update) {
    node.conflict = !table.key && table.uniques.empty() ? ConflictAction::kKeepBoth : ConflictAction::kIgnore;
    return;
  }
  node.conflict = ConflictAction::kUpdate;
  for (size_t i = 0; i < table.columns.size(); ++i) node.excluded_columns.push_back(new_column(context_));
  ScopeItem excluded = target_item(table, "excluded", node.excluded_columns);
  const ScopeItem own = excluded;
  excluded = seen_through(relation, std::move(excluded), nullptr, nullptr);
  register_columns(own);
  excluded.alias = "excluded";
  level_->items.push_back(std::move(excluded));
  level_->items.back().columns_visible = false;
  PlaceScope here(*this, ExpressionPlace::kUpdateSource);
  node.update = bind_assignments(conflict.assignments, relation, item, node.target, nullptr);
  if (conflict.where) {
    node.update_where = bind_predicate(*conflict.where, ExpressionPlace::kWhere);
  }
  level_->items.pop_back();
  plan_conflict_subqueries(table, node);
}

/// Subqueries of DO UPDATE are planned over the rows in conflict, which the node's second child reads.
void Binder::plan_conflict_subqueries(const TableEntry& table, LogicalInsert& node) {
  const bool in_values = std::ranges::any_of(
      node.update, [](const ColumnAssignment& assignment) { return has_subquery(*assignment.value); });
  if (!in_values && !(node.update_where && has_subquery(*node.update_where))) return;
  auto rows = std::make_unique<LogicalCteScan>();
  node.conflict_cte = context_.next_cte++;
  rows->cte = node.conflict_cte;
  rows->name = "excluded";
  const auto add = [&](PlanColumn column, const std::string& name, LogicalType type) {
    PlanOutput output;
    output.column = column;
    output.name = name;
    output.type = type;
    rows->definition_columns.push_back(column);
    rows->outputs.push_back(std::move(output));
  };
  for (const auto* columns : {&node.target.row_columns, &node.excluded_columns}) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      add((*columns)[i], table.columns[i].name, table.columns[i].type);
    }
  }
  node.conflict_number = new_column(context_);
  add(node.conflict_number, "number", TypeId::kInt64);
  LogicalPtr plan = std::move(rows);
  if (node.update_where) plan = filter_with_subqueries(std::move(plan), std::move(node.update_where));
  for (ColumnAssignment& assignment : node.update) plan_subqueries(assignment.value, plan);
  node.children.push_back(std::move(plan));
}

}  // namespace tidemark
