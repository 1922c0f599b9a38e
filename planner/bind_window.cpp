// Window calls: the call itself, the window that OVER describes or names, its frame, and the nodes that compute them.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

ExpressionPtr Binder::bind_window_call(const ast::FunctionCall& call, const std::string& name) {
  const int position = call.position;
  if (level_->inside_aggregate) {
    throw Error(sqlstate::kGroupingError, "aggregate function calls cannot contain window function calls").at(position);
  }
  if (level_->inside_window) {
    throw Error(sqlstate::kWindowingError, level_->place == ExpressionPlace::kWindow
                                               ? "window functions are not allowed in window definitions"
                                               : "window function calls cannot be nested")
        .at(position);
  }
  if (level_->place != ExpressionPlace::kSelect && level_->place != ExpressionPlace::kOrderBy &&
      level_->place != ExpressionPlace::kDistinctOn) {
    throw Error(sqlstate::kWindowingError,
                "window functions are not allowed in " + std::string(words_for(level_->place)))
        .at(position);
  }
  if (call.distinct) {
    throw Error(sqlstate::kFeatureNotSupported, "DISTINCT is not implemented for window functions").at(position);
  }
  if (!call.order_by.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, "aggregate ORDER BY is not implemented for window functions")
        .at(position);
  }
  level_->inside_window = true;
  std::unique_ptr<WindowExpression> window;
  try {
    window = resolve_window_call(call, name);
    PlaceScope here(*this, ExpressionPlace::kWindow);
    const ast::WindowDefinition* definition = call.over.get();
    if (!definition->name.empty()) definition = &named_window(definition->name, definition->position);
    bind_window_definition(*definition, *window);
  } catch (...) {
    level_->inside_window = false;
    throw;
  }
  level_->inside_window = false;
  window->position = position;
  for (const CollectedCall& before : level_->windows) {
    if (same_expression(*before.expression, *window) && !is_volatile(*window)) {
      return column_reference(before.output, position);
    }
  }
  PlanOutput output = new_output(context_, name, window->type);
  level_->windows.push_back({output, std::move(window)});
  return column_reference(output, position);
}

std::unique_ptr<WindowExpression> Binder::resolve_window_call(const ast::FunctionCall& call, const std::string& name) {
  std::unique_ptr<WindowExpression> window;
  if (FunctionRegistry::instance().windows(name).empty()) {
    std::unique_ptr<AggregateExpression> aggregate = resolve_aggregate_call(call, name);
    window = std::make_unique<WindowExpression>(aggregate->type);
    window->aggregate = aggregate->function;
    window->children = std::move(aggregate->children);
    window->filter = std::move(aggregate->filter);
    return window;
  }
  if (call.filter) {
    throw Error(sqlstate::kFeatureNotSupported, "FILTER is not implemented for non-aggregate window functions")
        .at(call.position);
  }
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  std::vector<LogicalType> types;
  for (const ExpressionPtr& argument : arguments) types.push_back(argument->type);
  ResolvedWindow resolved;
  try {
    resolved = resolve_window(name, types);
  } catch (Error& error) {
    if (error.position() == 0) error.at(call.position);
    throw;
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!is_pseudo_type(resolved.arguments[i].id) && !arguments[i]->type.same_base(resolved.arguments[i])) {
      arguments[i] = coerce(std::move(arguments[i]), resolved.arguments[i], CastContext::kImplicit);
    }
  }
  window = std::make_unique<WindowExpression>(resolved.result);
  window->function = resolved.function;
  window->children = std::move(arguments);
  return window;
}

const ast::WindowDefinition& Binder::named_window(const std::string& name, int position) const {
  if (level_->named_windows) {
    for (const ast::WindowDefinition& definition : *level_->named_windows) {
      if (definition.name == name) return definition;
    }
  }
  throw Error(sqlstate::kUndefinedObject, "window \"" + name + "\" does not exist").at(position);
}

void Binder::bind_window_definition(const ast::WindowDefinition& definition, WindowExpression& window) {
  if (!definition.base.empty()) {
    const ast::WindowDefinition& base = named_window(definition.base, definition.position);
    const auto refuse = [&](const char* what) {
      throw Error(sqlstate::kWindowingError,
                  std::string("cannot override ") + what + " of window \"" + definition.base + "\"")
          .at(definition.position);
    };
    if (!definition.partition_by.empty()) refuse("PARTITION BY clause");
    if (!definition.order_by.empty() && !base.order_by.empty()) refuse("ORDER BY clause");
    if (base.frame) {
      throw Error(sqlstate::kWindowingError,
                  "cannot copy window \"" + definition.base + "\" because it has a frame clause")
          .at(definition.position);
    }
    bind_window_definition(base, window);
  }
  for (const ast::ExpressionPtr& key : definition.partition_by) {
    ExpressionPtr bound = to_text_if_unknown(bind(*key));
    check_sortable(*bound, key->position);
    window.partition_by.push_back(std::move(bound));
  }
  for (SortKey& key : bind_sort_keys(definition.order_by)) window.order_by.push_back(std::move(key));
  if (definition.frame) bind_frame(*definition.frame, window, definition.position);
}

namespace {

FrameBoundKind bound_kind(ast::FrameBoundKind kind) {
  switch (kind) {
    case ast::FrameBoundKind::UnboundedPreceding:
      return FrameBoundKind::kUnboundedPreceding;
    case ast::FrameBoundKind::Preceding:
      return FrameBoundKind::kPreceding;
    case ast::FrameBoundKind::CurrentRow:
      return FrameBoundKind::kCurrentRow;
    case ast::FrameBoundKind::Following:
      return FrameBoundKind::kFollowing;
    case ast::FrameBoundKind::UnboundedFollowing:
      break;
  }
  return FrameBoundKind::kUnboundedFollowing;
}

void check_frame_order(const ast::WindowFrame& frame) {
  using Kind = ast::FrameBoundKind;
  const auto refuse = [&](const char* words, int position) {
    throw Error(sqlstate::kWindowingError, words).at(position);
  };
  if (frame.start.kind == Kind::UnboundedFollowing) {
    refuse("frame start cannot be UNBOUNDED FOLLOWING", frame.start.position);
  }
  if (frame.end.kind == Kind::UnboundedPreceding) {
    refuse("frame end cannot be UNBOUNDED PRECEDING", frame.end.position);
  }
  if (frame.start.kind == Kind::CurrentRow && frame.end.kind == Kind::Preceding) {
    refuse("frame starting from current row cannot have preceding rows", frame.end.position);
  }
  if (frame.start.kind == Kind::Following &&
      (frame.end.kind == Kind::Preceding || frame.end.kind == Kind::CurrentRow)) {
    refuse("frame starting from following row cannot have preceding rows", frame.end.position);
  }
}

/// What may be added to a value of the ordering column: an interval to times, else the same kind of number.
LogicalType range_offset_type(LogicalType order) {
  switch (order.id) {
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimeTz:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
    case TypeId::kInterval:
      return TypeId::kInterval;
    case TypeId::kFloat32:
      return TypeId::kFloat64;
    default:
      return LogicalType(order.id);
  }
}

}  // namespace

void Binder::bind_frame(const ast::WindowFrame& frame, WindowExpression& window, int position) {
  check_frame_order(frame);
  const bool offsets = frame.start.offset || frame.end.offset;
  if (frame.unit == ast::FrameUnit::Groups && window.order_by.empty()) {
    throw Error(sqlstate::kWindowingError, "GROUPS mode requires an ORDER BY clause").at(position);
  }
  if (frame.unit == ast::FrameUnit::Range && offsets && window.order_by.size() != 1) {
    throw Error(sqlstate::kWindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
        .at(position);
  }
  window.frame.unit = frame.unit == ast::FrameUnit::Rows     ? FrameUnit::kRows
                      : frame.unit == ast::FrameUnit::Groups ? FrameUnit::kGroups
                                                             : FrameUnit::kRange;
  window.frame.start = bound_kind(frame.start.kind);
  window.frame.end = bound_kind(frame.end.kind);
  switch (frame.exclusion) {
    case ast::FrameExclusion::NoOthers:
      break;
    case ast::FrameExclusion::CurrentRow:
      window.frame.exclusion = FrameExclusion::kCurrentRow;
      break;
    case ast::FrameExclusion::Group:
      window.frame.exclusion = FrameExclusion::kGroup;
      break;
    case ast::FrameExclusion::Ties:
      window.frame.exclusion = FrameExclusion::kTies;
      break;
  }
  const auto bind_offset = [&](const ast::ExpressionPtr& offset) -> ExpressionPtr {
    if (!offset) return nullptr;
    ExpressionPtr bound = bind(*offset);
    if (reads_column(*bound)) {
      const char* const unit = frame.unit == ast::FrameUnit::Rows     ? "ROWS"
                               : frame.unit == ast::FrameUnit::Groups ? "GROUPS"
                                                                      : "RANGE";
      throw Error(sqlstate::kInvalidColumnReference, std::string("argument of ") + unit + " must not contain variables")
          .at(offset->position);
    }
    if (frame.unit != ast::FrameUnit::Range) {
      return coerce_argument(std::move(bound), TypeId::kInt64, frame.unit == ast::FrameUnit::Rows ? "ROWS" : "GROUPS");
    }
    const LogicalType order = window.order_by[0].expression->type;
    const bool numeric = is_numeric_type(order.id);
    // Small integers may be moved by larger ones, off the ends of their type.
    const bool keeps_type = is_integer_type(bound->type.id) && is_integer_type(order.id) && order.id != TypeId::kInt64;
    const LogicalType wanted = keeps_type ? bound->type : range_offset_type(order);
    if ((!numeric && wanted.id != TypeId::kInterval) || !can_coerce(*bound, wanted, CastContext::kImplicit)) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "RANGE with offset PRECEDING/FOLLOWING is not supported for column type " + order.to_string() +
                      (numeric || wanted.id == TypeId::kInterval ? " and offset type " + bound->type.to_string() : ""))
          .at(offset->position);
    }
    return coerce(std::move(bound), wanted, CastContext::kAssignment);
  };
  window.frame.start_offset = bind_offset(frame.start.offset);
  window.frame.end_offset = bind_offset(frame.end.offset);
}

namespace {

bool same_window(const WindowExpression& left, const WindowExpression& right) {
  const auto same = [](const ExpressionPtr& a, const ExpressionPtr& b) { return same_expression(*a, *b); };
  const auto same_key = [](const SortKey& a, const SortKey& b) {
    return a.descending == b.descending && a.nulls_first == b.nulls_first &&
           same_expression(*a.expression, *b.expression);
  };
  return std::ranges::equal(left.partition_by, right.partition_by, same) &&
         std::ranges::equal(left.order_by, right.order_by, same_key);
}

}  // namespace

/// One node for all calls of the same partition and order.
LogicalPtr Binder::make_windows(LogicalPtr plan, std::vector<CollectedCall> windows) {
  for (CollectedCall& call : windows) plan_subqueries(call.expression, plan);
  while (!windows.empty()) {
    auto node = std::make_unique<LogicalWindow>();
    node->outputs = plan->outputs;
    std::vector<CollectedCall> others;
    for (CollectedCall& call : windows) {
      const bool same = node->calls.empty() ||
                        same_window(node->calls[0]->as<WindowExpression>(), call.expression->as<WindowExpression>());
      if (same) {
        node->outputs.push_back(call.output);
        node->calls.push_back(std::move(call.expression));
      } else {
        others.push_back(std::move(call));
      }
    }
    node->children.push_back(std::move(plan));
    plan = std::move(node);
    windows = std::move(others);
  }
  return plan;
}

}  // namespace tidemark
