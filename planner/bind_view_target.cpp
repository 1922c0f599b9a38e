// INSERT, UPDATE and DELETE through a view: PostgreSQL's automatically updatable views. Such a view shows rows of one
// table; what is written to it is written to that table.

#include <algorithm>

#include "base/error.h"
#include "functions/registry.h"
#include "parser/sql_parser.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

template <class Predicate>
bool has_call(const std::vector<ast::SelectTarget>& targets, const Predicate& predicate) {
  return std::ranges::any_of(targets, [&](const ast::SelectTarget& target) {
    return target.expression->kind == ast::ExpressionKind::FunctionCall &&
           predicate(target.expression->as<ast::FunctionCall>());
  });
}

constexpr std::string_view kAggregates = "Views that return aggregate functions are not automatically updatable.";
constexpr std::string_view kWindows = "Views that return window functions are not automatically updatable.";

/// Why a view cannot be written through; empty if it can.
std::string obstacle(const ast::Query& query, bool (*is_set)(const ast::QualifiedName&)) {
  if (query.with) return "Views containing WITH are not automatically updatable.";
  if (query.query_kind == ast::QueryKind::SetOperation) {
    return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.";
  }
  if (query.limit || query.offset) return "Views containing LIMIT or OFFSET are not automatically updatable.";
  if (query.query_kind == ast::QueryKind::Values) {
    return "Views that do not select from a single table or view are not automatically updatable.";
  }
  const auto& select = query.as<ast::SelectQuery>();
  if (select.distinct) return "Views containing DISTINCT are not automatically updatable.";
  if (select.has_group_by) return "Views containing GROUP BY are not automatically updatable.";
  if (select.having) return "Views containing HAVING are not automatically updatable.";
  // Calls within other expressions are met when the view is bound.
  const auto is_aggregate = [](const ast::FunctionCall& call) {
    return !call.over && !FunctionRegistry::instance().aggregates(call.name.last()).empty();
  };
  if (has_call(select.targets, is_aggregate)) return std::string(kAggregates);
  if (has_call(select.targets, [](const ast::FunctionCall& call) { return call.over != nullptr; })) {
    return std::string(kWindows);
  }
  if (has_call(select.targets, [&](const ast::FunctionCall& call) { return is_set(call.name); })) {
    return "Views that return set-returning functions are not automatically updatable.";
  }
  if (select.from.size() != 1 || select.from[0]->kind != ast::TableExpressionKind::Table ||
      !select.from[0]->column_aliases.empty() || select.sample_by || select.latest_on) {
    return "Views that do not select from a single table or view are not automatically updatable.";
  }
  if (!select.from[0]->as<ast::TableReference>().sample_method.empty()) {
    return "Views containing TABLESAMPLE are not automatically updatable.";
  }
  return "";
}

std::string hint_for(std::string_view verb) {
  if (verb == "insert into") {
    return "To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO "
           "INSTEAD rule.";
  }
  if (verb == "delete from") {
    return "To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO "
           "INSTEAD rule.";
  }
  return "To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD "
         "rule.";
}

[[noreturn]] void throw_not_updatable(const ViewEntry& view, std::string_view verb, const std::string& reason) {
  throw Error(sqlstate::kObjectNotInPrerequisiteState, "cannot " + std::string(verb) + " view \"" + view.name + "\"")
      .with_detail(reason)
      .with_hint(hint_for(verb));
}

}  // namespace

bool is_updatable_view(const ViewEntry& view) {
  const ast::StatementPtr statement = std::move(parse_sql(view.sql).front());
  const auto& query = statement->as<ast::Query>();
  if (!obstacle(query, Binder::is_set_function).empty()) return false;
  return std::ranges::any_of(query.as<ast::SelectQuery>().targets, [](const ast::SelectTarget& target) {
    return target.expression->kind == ast::ExpressionKind::ColumnReference;
  });
}

Binder::WrittenRelation::View Binder::updatable_view(const ViewEntry& view, std::string_view verb) {
  depend_on(view.id);
  WrittenRelation::View result;
  result.entry = &view;
  result.verb = verb;
  result.query = std::move(parse_sql(view.sql).front());
  const auto& query = result.query->as<ast::Query>();
  if (const std::string reason = obstacle(query, is_set_function); !reason.empty()) {
    throw_not_updatable(view, verb, reason);
  }
  const auto& reference = query.as<ast::SelectQuery>().from[0]->as<ast::TableReference>();
  result.inner_alias = reference.alias.empty() ? reference.name.last() : reference.alias;
  return result;
}

Binder::WrittenRelation Binder::find_written(const ast::QualifiedName& name, std::string_view verb) {
  WrittenRelation relation;
  FoundRelation found = find_relation(name);
  relation.schema = found.schema;
  relation.database = found.database;
  const std::vector<std::string> path = context_.search_path;
  while (const auto* view = found.entry ? std::get_if<ViewEntry>(found.entry) : nullptr) {
    if (view->materialized_table != kNoObject) {
      throw Error(sqlstate::kWrongObjectType, "cannot change materialized view \"" + view->name + "\"");
    }
    if (verb == "merge into") {
      throw Error(sqlstate::kWrongObjectType, "cannot execute MERGE on relation \"" + view->name + "\"")
          .with_detail("This operation is not supported for views.");
    }
    open_view(*view);
    relation.views.push_back(updatable_view(*view, verb));
    const auto& query = relation.views.back().query->as<ast::SelectQuery>();
    const ast::QualifiedName inner = query.from[0]->as<ast::TableReference>().name;
    context_.search_path = view->search_path;
    try {
      found = find_relation(inner);
    } catch (...) {
      context_.search_path = path;
      throw;
    }
    context_.search_path = path;
  }
  open_views_.resize(open_views_.size() - relation.views.size());
  if (found.virtual_table) {
    if (!relation.views.empty()) {
      throw_not_updatable(*relation.views[0].entry, verb,
                          "Views that do not select from a single table or view are not automatically updatable.");
    }
    throw Error(sqlstate::kInsufficientPrivilege,
                "permission denied: \"" + found.virtual_table->name() + "\" is a system catalog");
  }
  relation.table = std::get_if<TableEntry>(found.entry);
  if (!relation.table) {
    if (const auto* sequence = std::get_if<SequenceEntry>(found.entry)) {
      throw Error(sqlstate::kWrongObjectType, "cannot change sequence \"" + sequence->name + "\"");
    }
    throw Error(sqlstate::kWrongObjectType, "\"" + name.last() + "\" is an index").at(name.position);
  }
  relation.name = relation.views.empty() ? &relation.table->name : &relation.views[0].entry->name;
  depend_on(relation.table->id);
  context_.writes = true;
  context_.writes_permanent = context_.writes_permanent || relation.table->temporary_session == kNoObject;
  return relation;
}

ScopeItem Binder::seen_through(const WrittenRelation& relation, ScopeItem item, std::vector<ExpressionPtr>* conditions,
                               WriteTarget* target) {
  for (auto view = relation.views.rbegin(); view != relation.views.rend(); ++view) {
    const auto& select = view->query->as<ast::SelectQuery>();
    const std::vector<std::string> path = std::exchange(context_.search_path, view->entry->search_path);
    QueryLevel* const outer = std::exchange(level_, nullptr);
    ScopeItem shown;
    try {
      LevelScope scope(*this);
      item.alias = view->inner_alias;
      register_columns(item);
      level_->items.push_back(item);
      if (select.where) {
        ExpressionPtr where = bind_predicate(*select.where, ExpressionPlace::kWhere);
        // A cascaded check holds rows against the conditions of the views below, too.
        const bool is_checked =
            target && std::any_of(relation.views.begin(), view.base(), [&](const WrittenRelation::View& above) {
              return above.entry->check_option == CheckOption::kCascaded ||
                     (&above == &*view && above.entry->check_option == CheckOption::kLocal);
            });
        if (is_checked && has_subquery(*where)) {
          throw Error(sqlstate::kFeatureNotSupported, "writing through view \"" + view->entry->name +
                                                          "\" with a subquery under CHECK OPTION is not supported");
        }
        if (is_checked) target->checks.push_back({view->entry->name, where->clone(), true});
        if (conditions) conditions->push_back(std::move(where));
      }
      std::vector<Target> targets = bind_targets(select.targets);
      if (!level_->aggregates.empty()) throw_not_updatable(*view->entry, view->verb, std::string(kAggregates));
      if (!level_->windows.empty()) throw_not_updatable(*view->entry, view->verb, std::string(kWindows));
      for (size_t i = 0; i < targets.size() && i < view->entry->columns.size(); ++i) {
        ScopeColumn column;
        column.name = view->entry->columns[i].name;
        if (targets[i].expression->kind == ExpressionKind::kColumn) {
          const PlanColumn read = targets[i].expression->as<ColumnExpression>().column;
          const auto source = std::ranges::find_if(
              item.columns, [read](const ScopeColumn& from) { return !from.computed && from.output.column == read; });
          if (source != item.columns.end()) column.output = source->output;
        }
        if (column.output.column == 0) {
          column.output.type = targets[i].expression->type;
          column.computed = std::shared_ptr<const Expression>(to_text_if_unknown(std::move(targets[i].expression)));
        }
        shown.columns.push_back(std::move(column));
      }
    } catch (...) {
      level_ = outer;
      context_.search_path = path;
      throw;
    }
    level_ = outer;
    context_.search_path = path;
    shown.table = view->entry->id;
    item = std::move(shown);
  }
  return item;
}

/// The table's column behind a name that a statement writes.
uint32_t Binder::written_column(const WrittenRelation& relation, const ScopeItem& item, const WriteTarget& target,
                                const std::string& name, std::string_view verb, int position) const {
  const auto column = std::ranges::find_if(
      item.columns, [&name](const ScopeColumn& candidate) { return candidate.name == name && !candidate.hidden; });
  if (column == item.columns.end()) {
    throw Error(sqlstate::kUndefinedColumn,
                "column \"" + name + "\" of relation \"" + *relation.name + "\" does not exist")
        .at(position);
  }
  if (column->computed) {
    throw Error(sqlstate::kFeatureNotSupported,
                "cannot " + std::string(verb) + " column \"" + name + "\" of view \"" + *relation.name + "\"")
        .with_detail("View columns that are not columns of their base relation are not updatable.");
  }
  const auto place = std::ranges::find(target.row_columns, column->output.column);
  return static_cast<uint32_t>(place - target.row_columns.begin());
}

}  // namespace tidemark
