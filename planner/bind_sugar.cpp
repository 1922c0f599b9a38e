// The forms that make time series short to write (D21). Each becomes plain nodes here: LATEST ON a DistinctOn, SAMPLE
// BY a bucket in GROUP BY, gap filling a GapFill node above the select list.

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"

namespace tidemark {

/// `LATEST ON time PARTITION BY keys`: the newest row of each key.
LogicalPtr Binder::bind_latest_on(const ast::LatestOnClause& latest, LogicalPtr plan) {
  auto node = std::make_unique<LogicalDistinctOn>();
  PlaceScope here(*this, ExpressionPlace::kDistinctOn);
  for (const ast::ExpressionPtr& key : latest.partition_by) node->keys.push_back(to_text_if_unknown(bind(*key)));
  SortKey newest;
  newest.expression = bind(*latest.time);
  if (!is_timestamp_type(newest.expression->type.id) && newest.expression->type.id != TypeId::kDate) {
    throw Error(sqlstate::kDatatypeMismatch, "LATEST ON needs a time, not type " + newest.expression->type.to_string())
        .at(latest.time->position);
  }
  newest.descending = true;
  newest.nulls_first = false;
  node->order.push_back(std::move(newest));
  plan_subqueries(node->keys, plan);
  node->outputs = plan->outputs;
  node->children.push_back(std::move(plan));
  return node;
}

// --------------------------------------------------------------------------------------------------------- gap filling

/// `time_bucket_gapfill(width, time [, start, finish])` is time_bucket, and asks for a GapFill above. Null: `call` is
/// no such function.
ExpressionPtr Binder::bind_gap_fill_call(const ast::FunctionCall& call) {
  const std::string& name = call.name.last();
  if (name == "locf" || name == "interpolate") {
    throw Error(sqlstate::kFeatureNotSupported, name + " must stand alone in the select list").at(call.position);
  }
  if (name != "time_bucket_gapfill") return nullptr;
  if (level_->gap_fill) {
    throw Error(sqlstate::kFeatureNotSupported, "multiple time_bucket_gapfill calls are not allowed").at(call.position);
  }
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  const bool bounds = arguments.size() == 4;
  if (arguments.size() != 2 && !bounds) {
    throw Error(sqlstate::kUndefinedFunction,
                "time_bucket_gapfill needs a width and a time, and perhaps start and finish")
        .at(call.position);
  }
  auto request = std::make_unique<GapFillRequest>();
  if (bounds) {
    const LogicalType time = arguments[1]->type;
    const auto bound = [&](ExpressionPtr value) -> ExpressionPtr {
      const bool null = value->kind == ExpressionKind::kConstant && value->as<ConstantExpression>().value.is_null();
      return null ? nullptr : coerce(std::move(value), time, CastContext::kAssignment, call.position);
    };
    request->to = bound(std::move(arguments[3]));
    request->from = bound(std::move(arguments[2]));
    arguments.resize(2);
  }
  request->time = arguments[1]->clone();
  ExpressionPtr bucket = call_function("time_bucket", std::move(arguments), call.position);
  request->width = bucket->children[0]->clone();
  request->bucket = bucket->clone();
  level_->gap_fill = std::move(request);
  return bucket;
}

/// locf(x) and interpolate(x) in the select list: x, and how its gaps are filled. Nothing: `target` is no such call.
std::optional<FillKind> Binder::fill_of_target(const ast::Expression& target) {
  if (target.kind != ast::ExpressionKind::FunctionCall) return std::nullopt;
  const auto& call = target.as<ast::FunctionCall>();
  const std::string& name = call.name.last();
  if (name != "locf" && name != "interpolate") return std::nullopt;
  if (call.arguments.size() != 1) {
    throw Error(sqlstate::kFeatureNotSupported, name + " takes one argument here").at(call.position);
  }
  return name == "locf" ? FillKind::kPrevious : FillKind::kLinear;
}

/// Bounds that the query does not give are taken from WHERE: `time >= a` and `time < b`.
void Binder::infer_gap_fill_bounds(const Expression* where) {
  GapFillRequest& request = *level_->gap_fill;
  if (!where) return;
  const auto bucket_of = [&](const Expression& time) {
    std::vector<ExpressionPtr> arguments;
    arguments.push_back(request.width->clone());
    arguments.push_back(coerce(time.clone(), request.time->type, CastContext::kAssignment));
    return call_function("time_bucket", std::move(arguments), time.position);
  };
  const auto consider = [&](const Expression& conjunct) {
    const FunctionExpression* comparison = match_comparison(conjunct);
    if (!comparison) return;
    std::string_view name = comparison->function->name;
    const Expression* left = comparison->children[0].get();
    const Expression* right = comparison->children[1].get();
    if (same_expression(*right, *request.time)) {
      std::swap(left, right);
      name = mirrored_comparison(name);
    }
    if (!same_expression(*left, *request.time) || !is_constant_at_start(*right)) return;
    if ((name == ">=" || name == ">") && !request.from) request.from = bucket_of(*right);
    if (name == "<" && !request.to) request.to = coerce(right->clone(), request.time->type, CastContext::kAssignment);
    if (name == "<=" && !request.to) {
      request.to = call_operator("+", bucket_of(*right), request.width->clone(), right->position);
      request.to = coerce(std::move(request.to), request.time->type, CastContext::kAssignment);
    }
  };
  if (where->kind == ExpressionKind::kAnd) {
    for (const ExpressionPtr& conjunct : where->children) consider(*conjunct);
  } else {
    consider(*where);
  }
}

/// Which targets are the bucket, groups and filled values. Called while targets still read the input.
void Binder::lay_out_gap_fill(std::vector<Target>& targets, const GroupingPlan& grouping) {
  GapFillRequest& request = *level_->gap_fill;
  const auto is = [](const Expression& expression) {
    return [&](const auto& other) { return same_expression(*other, expression); };
  };
  if (std::ranges::none_of(grouping.groups, is(*request.bucket))) {
    throw Error(sqlstate::kGroupingError, "time_bucket_gapfill must be in GROUP BY").at(request.bucket->position);
  }
  if (!grouping.sets.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "gap filling does not go with grouping sets")
        .at(request.bucket->position);
  }
  std::optional<size_t> bucket;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!bucket && same_expression(*targets[i].expression, *request.bucket)) {
      bucket = i;
    } else if (std::ranges::any_of(grouping.groups, is(*targets[i].expression))) {
      request.group_targets.push_back(i);
    }
  }
  if (!bucket) {
    bucket = targets.size();
    Target& added = targets.emplace_back();
    added.expression = request.bucket->clone();
    added.name = "time_bucket_gapfill";
  }
  request.bucket_target = *bucket;
  // Groups that are not selected still tell rows apart.
  for (const ExpressionPtr& group : grouping.groups) {
    if (same_expression(*group, *request.bucket)) continue;
    const bool selected =
        std::ranges::any_of(targets, [&](const Target& target) { return same_expression(*target.expression, *group); });
    if (selected) continue;
    request.group_targets.push_back(targets.size());
    Target& added = targets.emplace_back();
    added.expression = group->clone();
    added.name = "group";
  }
}

LogicalPtr Binder::make_gap_fill(LogicalPtr plan, std::vector<Target>& targets) {
  GapFillRequest& request = *level_->gap_fill;
  auto node = std::make_unique<LogicalGapFill>();
  node->bucket = plan->outputs[request.bucket_target].column;
  for (const size_t group : request.group_targets) node->groups.push_back(plan->outputs[group].column);
  node->width = std::move(request.width);
  node->from = std::move(request.from);
  node->to = std::move(request.to);
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!targets[i].fill) continue;
    ExpressionPtr value = std::move(targets[i].fill_value);
    if (value) value = coerce(std::move(value), plan->outputs[i].type, CastContext::kAssignment);
    node->fills.push_back({plan->outputs[i].column, *targets[i].fill, std::move(value)});
  }
  node->outputs = plan->outputs;
  node->children.push_back(std::move(plan));
  return node;
}

// ----------------------------------------------------------------------------------------------------------- SAMPLE BY

namespace {

/// `15m`, `1M`, `100T` as the text of an interval: M is months, T milliseconds, U microseconds.
std::string interval_text(const std::string& stride) {
  const size_t unit = stride.find_first_not_of("0123456789");
  if (unit == std::string::npos) return stride;
  const std::string count = unit == 0 ? "1" : stride.substr(0, unit);
  const std::string name = stride.substr(unit);
  if (name == "M") return count + " months";
  if (name == "T") return count + " milliseconds";
  if (name == "U") return count + " microseconds";
  if (name == "m") return count + " minutes";
  return count + " " + name;
}

}  // namespace

/// The table of FROM that has a time column.
ExpressionPtr Binder::sampled_time(int position) {
  for (const ScopeItem& item : level_->items) {
    const TableEntry* table = item.table == kNoObject ? nullptr : context_.catalog.table(item.table);
    if (!table || table->time_column == kNoColumn) continue;
    for (const ScopeColumn& column : item.columns) {
      if (column.output.table_column == table->time_column) return read_scope_column(item, column, position);
    }
  }
  throw Error(sqlstate::kInvalidTableDefinition, "SAMPLE BY needs a table with a time column").at(position);
}

void Binder::bind_sample_by(const ast::SampleByClause& sample, std::vector<Target>& targets, GroupingPlan& grouping) {
  if (sample.align == ast::SampleByClause::Align::FirstObservation) {
    throw Error(sqlstate::kFeatureNotSupported, "ALIGN TO FIRST OBSERVATION is not supported").at(sample.position);
  }
  auto request = std::make_unique<GapFillRequest>();
  request->time = sampled_time(sample.position);
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(coerce(
      std::make_unique<ConstantExpression>(Value::text(interval_text(sample.stride)).with_type(TypeId::kUnknown)),
      TypeId::kInterval, CastContext::kExplicit, sample.position));
  request->width = arguments[0]->clone();
  arguments.push_back(request->time->clone());
  if (sample.time_zone) arguments.push_back(bind(*sample.time_zone));
  if (sample.offset) {
    throw Error(sqlstate::kFeatureNotSupported, "SAMPLE BY … WITH OFFSET is not supported").at(sample.offset->position);
  }
  request->bucket = call_function("time_bucket", std::move(arguments), sample.position);
  const auto bound = [&](const ast::ExpressionPtr& value) -> ExpressionPtr {
    return value ? coerce(bind(*value), request->time->type, CastContext::kAssignment) : nullptr;
  };
  request->from = bound(sample.from);
  request->to = bound(sample.to);

  // Outside of aggregates, the time is that of the bucket.
  const ColumnReplacements to_bucket = {{request->time->as<ColumnExpression>().column, request->bucket.get()}};
  for (Target& target : targets) replace_columns(target.expression, to_bucket);
  for (ExpressionPtr& group : grouping.groups) replace_columns(group, to_bucket);
  if (!grouping.present) group_implicitly(targets, grouping);
  grouping.present = true;
  const bool grouped = std::ranges::any_of(
      grouping.groups, [&](const ExpressionPtr& group) { return same_expression(*group, *request->bucket); });
  if (!grouped) grouping.groups.push_back(request->bucket->clone());
  bind_sample_fill(sample, targets, grouping);
  if (!sample.fill.empty() && !(sample.fill.size() == 1 && is_fill_word(*sample.fill[0], "none"))) {
    level_->gap_fill = std::move(request);
  }
}

bool Binder::is_fill_word(const ast::Expression& expression, std::string_view word) {
  if (expression.kind != ast::ExpressionKind::ColumnReference) return false;
  const auto& reference = expression.as<ast::ColumnReference>();
  if (reference.parts.size() != 1) return false;
  std::string text = reference.parts[0];
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text == word;
}

/// FILL(x) for all values, or one a value in the order of the select list.
void Binder::bind_sample_fill(const ast::SampleByClause& sample, std::vector<Target>& targets,
                              const GroupingPlan& grouping) {
  if (sample.fill.empty()) return;
  size_t next = 0;
  for (Target& target : targets) {
    const bool is_group = std::ranges::any_of(
        grouping.groups, [&](const ExpressionPtr& group) { return same_expression(*group, *target.expression); });
    if (is_group) continue;
    if (sample.fill.size() > 1 && next >= sample.fill.size()) {
      throw Error(sqlstate::kSyntaxError, "not enough fill values").at(sample.position);
    }
    const ast::Expression& fill = *sample.fill[sample.fill.size() == 1 ? 0 : next];
    ++next;
    if (is_fill_word(fill, "prev")) {
      target.fill = FillKind::kPrevious;
    } else if (is_fill_word(fill, "linear")) {
      target.fill = FillKind::kLinear;
    } else if (!is_fill_word(fill, "null") && !is_fill_word(fill, "none")) {
      target.fill = FillKind::kValue;
      target.fill_value = bind(fill);
      const Expression& value = *target.fill_value;
      if (value.kind == ExpressionKind::kConstant && value.as<ConstantExpression>().value.is_null()) {
        target.fill = FillKind::kNull;
        target.fill_value = nullptr;
      }
    }
  }
}

}  // namespace tidemark
