// SEARCH and CYCLE: a recursive query that notes by which rows each row was reached. Both terms get more columns:
//   SEARCH DEPTH    the path so far, an array of the rows' entries, as the column to sort by
//   SEARCH BREADTH  a row of the depth and the entry
//   CYCLE           whether the entry is on the path already, and the path; the recursion goes on from unmarked rows
//   only

#include <algorithm>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {
namespace {

constexpr LogicalType kPathType = LogicalType::array_of(TypeId::kRecord);

bool has_name(const std::vector<PlanOutput>& outputs, const std::string& name) {
  return std::ranges::find(outputs, name, &PlanOutput::name) != outputs.end();
}

std::vector<size_t> places_of(const std::vector<ast::Name>& names, const std::vector<PlanOutput>& outputs,
                              const std::string& clause, int position) {
  std::vector<size_t> places;
  for (const ast::Name& name : names) {
    const auto found = std::ranges::find(outputs, name.text, &PlanOutput::name);
    if (found == outputs.end()) {
      throw Error(sqlstate::kSyntaxError, clause + " column \"" + name.text + "\" not in WITH query column list")
          .at(position);
    }
    const auto place = static_cast<size_t>(found - outputs.begin());
    if (std::ranges::find(places, place) != places.end()) {
      throw Error(sqlstate::kDuplicateColumn, clause + " column \"" + name.text + "\" specified more than once")
          .at(position);
    }
    places.push_back(place);
  }
  return places;
}

void refuse_name(bool refuse, const std::string& words, int position) {
  if (refuse) throw Error(sqlstate::kSyntaxError, words).at(position);
}

void check_names(const ast::CommonTable& table, const std::vector<PlanOutput>& outputs) {
  const auto taken = [&](const char* what, const std::string& name, int position) {
    refuse_name(has_name(outputs, name),
                std::string(what) + " column name \"" + name + "\" already used in WITH query column list", position);
  };
  if (table.search) taken("search sequence", table.search->sequence, table.search->position);
  if (!table.cycle) return;
  const ast::CommonTable::Cycle& cycle = *table.cycle;
  taken("cycle mark", cycle.mark, cycle.position);
  taken("cycle path", cycle.path, cycle.position);
  refuse_name(cycle.mark == cycle.path, "cycle mark column name and cycle path column name are the same",
              cycle.position);
  if (!table.search) return;
  refuse_name(table.search->sequence == cycle.mark,
              "search sequence column name and cycle mark column name are the same", table.search->position);
  refuse_name(table.search->sequence == cycle.path,
              "search sequence column name and cycle path column name are the same", table.search->position);
}

}  // namespace

std::unique_ptr<RecursionPath> Binder::bind_recursion_path(const ast::CommonTable& table,
                                                           const ast::SetOperationQuery& operation,
                                                           const CommonTableBinding& binding) {
  const auto require_select = [](const ast::Query& query, const char* side, std::string_view state) {
    if (query.query_kind != ast::QueryKind::SetOperation) return;
    throw Error(state,
                std::string("with a SEARCH or CYCLE clause, the ") + side + " side of the UNION must be a SELECT");
  };
  require_select(*operation.left, "left", sqlstate::kFeatureNotSupported);
  require_select(*operation.right, "right", sqlstate::kSyntaxError);
  auto path = std::make_unique<RecursionPath>();
  path->table = &table;
  if (table.search) {
    path->search_columns = places_of(table.search->columns, binding.outputs, "search", table.search->position);
  }
  if (table.cycle) {
    path->cycle_columns = places_of(table.cycle->columns, binding.outputs, "cycle", table.cycle->position);
  }
  check_names(table, binding.outputs);
  if (table.search) {
    path->outputs.push_back(new_output(context_, table.search->sequence,
                                       table.search->depth_first ? kPathType : LogicalType(TypeId::kRecord)));
  }
  if (table.cycle) {
    std::vector<ExpressionPtr> marks;
    if (table.cycle->value) {
      marks.push_back(bind(*table.cycle->value));
      marks.push_back(bind(*table.cycle->otherwise));
    } else {
      marks.push_back(std::make_unique<ConstantExpression>(Value::boolean(true)));
      marks.push_back(std::make_unique<ConstantExpression>(Value::boolean(false)));
    }
    coerce_all(marks, common_type(marks, "CYCLE"));
    path->outputs.push_back(new_output(context_, table.cycle->mark, marks[0]->type));
    path->outputs.push_back(new_output(context_, table.cycle->path, kPathType));
    path->mark = std::move(marks[0]);
    path->no_mark = std::move(marks[1]);
  }
  return path;
}

namespace {

std::vector<ExpressionPtr> entry_fields(const std::vector<PlanOutput>& row, const std::vector<size_t>& places) {
  std::vector<ExpressionPtr> fields;
  for (const size_t place : places) fields.push_back(column_reference(row[place]));
  return fields;
}

}  // namespace

/// The non-recursive term: each row is the start of a path.
LogicalPtr Binder::start_path(RecursionPath& path, LogicalPtr base, LogicalRecursive& node) {
  const std::vector<PlanOutput> row = base->outputs;
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs = row;
  for (const PlanOutput& output : row) expressions.push_back(column_reference(output));
  const auto path_of = [&](const std::vector<size_t>& places) {
    std::vector<ExpressionPtr> one;
    one.push_back(make_record(entry_fields(row, places), 0));
    return call_constructor("ARRAY", std::move(one), kPathType, 0);
  };
  if (path.table->search && path.table->search->depth_first) {
    expressions.push_back(path_of(path.search_columns));
  } else if (path.table->search) {
    std::vector<ExpressionPtr> fields = entry_fields(row, path.search_columns);
    fields.insert(fields.begin(), std::make_unique<ConstantExpression>(Value::int64(0)));
    expressions.push_back(make_record(std::move(fields), 0));
  }
  if (path.table->cycle) {
    expressions.push_back(path.no_mark->clone());
    expressions.push_back(path_of(path.cycle_columns));
  }
  for (const PlanOutput& output : path.outputs) {
    outputs.push_back(new_output(context_, output.name, output.type));
    node.outputs.push_back(output);
  }
  return make_project(std::move(base), std::move(expressions), std::move(outputs));
}

/// The recursive term's SELECT hands up the columns of the row that it goes on from.
void Binder::add_path_targets(const CommonTableBinding& table, std::vector<Target>& targets) {
  if (table.reference_count == 0) throw Error(sqlstate::kSyntaxError, "WITH query is not recursive");
  if (!level_->reads_itself) {
    throw Error(sqlstate::kFeatureNotSupported,
                "with a SEARCH or CYCLE clause, the recursive reference to WITH query \"" + table.name +
                    "\" must be at the top level of its right-hand SELECT");
  }
  for (const PlanOutput& output : table.path_columns) {
    Target& target = targets.emplace_back();
    target.expression = column_reference(output);
    target.name = output.name;
  }
}

/// The recursive term: each row's entry goes behind the path of the row before it.
LogicalPtr Binder::extend_path(const RecursionPath& path, LogicalPtr step) {
  const size_t width = step->outputs.size() - path.outputs.size();
  const std::vector<PlanOutput> all = step->outputs;
  const std::vector<PlanOutput> row(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(width));
  size_t next = width;
  std::vector<ExpressionPtr> expressions;
  std::vector<PlanOutput> outputs = row;
  for (const PlanOutput& output : row) expressions.push_back(column_reference(output));
  const auto longer = [&](size_t place, const std::vector<size_t>& places) {
    return call_operator("||", column_reference(all[place]), make_record(entry_fields(row, places), 0), 0);
  };
  if (path.table->search && path.table->search->depth_first) {
    expressions.push_back(longer(next++, path.search_columns));
  } else if (path.table->search) {
    std::vector<ExpressionPtr> depth;
    depth.push_back(column_reference(all[next++]));
    depth.push_back(std::make_unique<ConstantExpression>(Value::int32(0)));
    std::vector<ExpressionPtr> fields = entry_fields(row, path.search_columns);
    fields.insert(fields.begin(), call_operator("+", call_constructor("FIELD", std::move(depth), TypeId::kInt64, 0),
                                                std::make_unique<ConstantExpression>(Value::int64(1)), 0));
    expressions.push_back(make_record(std::move(fields), 0));
  }
  if (path.table->cycle) {
    const size_t mark = next++;
    const size_t rows = next++;
    step = make_filter(std::move(step), call_operator("<>", column_reference(all[mark]), path.mark->clone(), 0));
    std::vector<ExpressionPtr> found;
    found.push_back(make_record(entry_fields(row, path.cycle_columns), 0));
    found.push_back(column_reference(all[rows]));
    std::vector<ExpressionPtr> parts;
    parts.push_back(call_constructor("= ANY", std::move(found), TypeId::kBoolean, 0));
    parts.push_back(path.mark->clone());
    parts.push_back(path.no_mark->clone());
    const LogicalType type = path.mark->type;
    expressions.push_back(std::make_unique<ControlExpression>(ExpressionKind::kCase, type, std::move(parts)));
    expressions.push_back(longer(rows, path.cycle_columns));
  }
  for (const PlanOutput& output : path.outputs) outputs.push_back(new_output(context_, output.name, output.type));
  return make_project(std::move(step), std::move(expressions), std::move(outputs));
}

}  // namespace tidemark
