// Calls: which kind of function a name means, scalar and set-returning calls, and the built-in forms.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"

namespace tidemark {

namespace {

const FunctionRegistry& registry() { return FunctionRegistry::instance(); }

std::vector<LogicalType> types_of(const std::vector<ExpressionPtr>& expressions) {
  std::vector<LogicalType> types;
  types.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) types.push_back(expression->type);
  return types;
}

/// Functions live in pg_catalog only; a name in another schema does not exist.
bool names_builtin(const ast::QualifiedName& name) {
  return name.parts.size() == 1 || name.parts[name.parts.size() - 2] == "pg_catalog" ||
         name.parts[name.parts.size() - 2] == "information_schema" || name.parts[name.parts.size() - 2] == "public";
}

}  // namespace

std::vector<ExpressionPtr> Binder::bind_arguments(const ast::FunctionCall& call) {
  constexpr size_t kArgumentsMax = 100;  // PostgreSQL's limit.
  if (call.arguments.size() > kArgumentsMax) {
    throw Error(sqlstate::kTooManyArguments, "cannot pass more than 100 arguments to a function").at(call.position);
  }
  const auto is_named = [](const ast::FunctionArgument& argument) { return !argument.name.empty(); };
  if (std::ranges::any_of(call.arguments, is_named)) return bind_named_arguments(call);
  std::vector<ExpressionPtr> arguments;
  for (const ast::FunctionArgument& argument : call.arguments) {
    if (is_star(*argument.value) && !argument.value->as<ast::ColumnReference>().parts.empty()) {
      // `f(t.*)` is f of the whole row.
      ast::ColumnReference row;
      row.position = argument.value->position;
      row.parts = argument.value->as<ast::ColumnReference>().parts;
      arguments.push_back(bind(row));
      continue;
    }
    arguments.push_back(bind(*argument.value));
  }
  if (call.variadic) {
    throw Error(sqlstate::kFeatureNotSupported, "VARIADIC arguments are not supported").at(call.position);
  }
  return arguments;
}

ExpressionPtr Binder::bind_function_call(const ast::FunctionCall& call) {
  const std::string& name = call.name.last();
  if (!names_builtin(call.name)) {
    std::vector<LogicalType> types = types_of(bind_arguments(call));
    throw Error(sqlstate::kUndefinedFunction,
                "function " + call_signature(joined(call.name), types) + " does not exist")
        .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.")
        .at(call.position);
  }
  if (ExpressionPtr sugar = bind_gap_fill_call(call)) return sugar;
  const bool is_aggregate = !registry().aggregates(name).empty();
  const bool is_scalar = !registry().scalars(name).empty();
  if (call.over) {
    if (is_aggregate || !registry().windows(name).empty()) return bind_window_call(call, name);
    if (is_scalar || is_set_function(call.name)) {
      throw Error(sqlstate::kWrongObjectType,
                  "OVER specified, but " + joined(call.name) + " is not a window function nor an aggregate function")
          .at(call.position);
    }
  }
  const bool looks_aggregate = call.star || call.distinct || call.filter || call.within_group || !call.order_by.empty();
  if (is_aggregate && (looks_aggregate || !is_scalar)) return bind_aggregate_call(call, name);
  if (!registry().windows(name).empty() && !is_scalar) {
    throw Error(sqlstate::kWrongObjectType, "window function " + name + " requires an OVER clause").at(call.position);
  }
  if (looks_aggregate && is_scalar) throw_not_an_aggregate(call);
  if (is_set_function(call.name)) return bind_set_call(call);
  return bind_scalar_call(call, name);
}

void Binder::throw_not_an_aggregate(const ast::FunctionCall& call) {
  const std::string name = joined(call.name);
  std::string words = name + "(*) specified";
  if (call.distinct) words = "DISTINCT specified";
  if (call.within_group) words = "WITHIN GROUP specified";
  if (!call.order_by.empty() && !call.within_group) words = "ORDER BY specified";
  if (call.filter) words = "FILTER specified";
  throw Error(sqlstate::kWrongObjectType, words + ", but " + name + " is not an aggregate function").at(call.position);
}

ExpressionPtr Binder::bind_scalar_call(const ast::FunctionCall& call, const std::string& name) {
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  LogicalType type;
  if (registry().scalars(name).empty() && arguments.size() == 1 && find_type(name, type) &&
      tidemark::can_coerce(arguments[0]->type, type, CastContext::kExplicit)) {
    return coerce(std::move(arguments[0]), type, CastContext::kExplicit, call.position);  // `float8(x)`
  }
  return call_function(name, std::move(arguments), call.position);
}

ExpressionPtr Binder::call_function(const std::string& name, std::vector<ExpressionPtr> arguments, int position) {
  try {
    const ResolvedScalar resolved = resolve_scalar(name, types_of(arguments), context_.flavour);
    return call_resolved(resolved, std::move(arguments), position);
  } catch (Error& error) {
    if (error.position() == 0) error.at(position);
    throw;
  }
}

// ------------------------------------------------------------------------------------------------ set-returning calls

bool Binder::is_set_function(const ast::QualifiedName& name) {
  return names_builtin(name) && !registry().table_functions(name.last()).empty();
}

CollectedSetCall Binder::resolve_set_call(const ast::FunctionCall& call, std::vector<ExpressionPtr> arguments) {
  const std::string& name = call.name.last();
  ResolvedTable resolved;
  try {
    resolved = resolve_table_function(name, types_of(arguments));
  } catch (Error& error) {
    if (error.position() == 0) error.at(call.position);
    throw;
  }
  CollectedSetCall set;
  set.function = resolved.function;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!is_pseudo_type(resolved.arguments[i].id) && !arguments[i]->type.same_base(resolved.arguments[i])) {
      arguments[i] = coerce(std::move(arguments[i]), resolved.arguments[i], CastContext::kImplicit);
    }
  }
  set.arguments = std::move(arguments);
  const bool single = resolved.columns.size() == 1;
  for (size_t i = 0; i < resolved.columns.size(); ++i) {
    // A single column bears the function's name, unless the function names it.
    const std::string_view column = resolved.function->columns[i].name;
    set.outputs.push_back(
        new_output(context_, single && column.empty() ? name : std::string(column), resolved.columns[i]));
  }
  return set;
}

ExpressionPtr Binder::bind_set_call(const ast::FunctionCall& call) {
  const ExpressionPlace place = level_->place;
  const bool allowed =
      place == ExpressionPlace::kSelect || place == ExpressionPlace::kOrderBy || place == ExpressionPlace::kDistinctOn;
  if (!allowed) {
    throw Error(sqlstate::kFeatureNotSupported,
                "set-returning functions are not allowed in " + std::string(words_for(place)))
        .at(call.position);
  }
  if (level_->inside_aggregate || level_->inside_window) {
    throw Error(sqlstate::kFeatureNotSupported, std::string(level_->inside_aggregate ? "aggregate" : "window") +
                                                    " function calls cannot contain set-returning function calls")
        .with_hint("You might be able to move the set-returning function into a LATERAL FROM item.")
        .at(call.position);
  }
  CollectedSetCall set = resolve_set_call(call, bind_arguments(call));
  if (set.outputs.size() != 1) {
    throw Error(sqlstate::kFeatureNotSupported, "functions with several result columns are supported in FROM only")
        .at(call.position);
  }
  const PlanOutput output = set.outputs[0];
  level_->set_calls.push_back(std::move(set));
  return column_reference(output, call.position);
}

/// Calls that read others' results stand above them.
LogicalPtr Binder::make_set_calls(LogicalPtr plan, std::vector<CollectedSetCall> calls) {
  while (!calls.empty()) {
    PlanColumnSet pending;
    for (const CollectedSetCall& call : calls) pending.insert(call.outputs[0].column);
    const auto is_ready = [&](const CollectedSetCall& call) {
      return std::ranges::none_of(
          call.arguments, [&](const ExpressionPtr& argument) { return intersects(columns_of(*argument), pending); });
    };
    const auto middle = std::ranges::stable_partition(calls, is_ready);
    auto node = std::make_unique<LogicalTableFunction>();
    std::vector<PlanOutput> own;
    for (auto call = calls.begin(); call != middle.begin(); ++call) {
      plan_subqueries(call->arguments, plan);
      own.insert(own.end(), call->outputs.begin(), call->outputs.end());
      node->calls.push_back({call->function, std::move(call->arguments), call->outputs.size()});
    }
    calls.erase(calls.begin(), middle.begin());
    node->outputs = plan->outputs;
    node->outputs.insert(node->outputs.end(), own.begin(), own.end());
    node->children.push_back(std::move(plan));
    plan = std::move(node);
  }
  return plan;
}

// ------------------------------------------------------------------------------------------------------ built-in forms

namespace {

LogicalType with_precision(LogicalType type, const ast::BuiltinExpression& expression) {
  constexpr int kPrecisionMax = 6;
  if (expression.arguments.empty() || expression.arguments[0]->kind != ast::ExpressionKind::Literal) return type;
  const int precision = std::stoi(expression.arguments[0]->as<ast::Literal>().text);
  type.modifier = std::min(precision, kPrecisionMax);
  return type;
}

}  // namespace

ExpressionPtr Binder::bind_builtin(const ast::BuiltinExpression& expression) {
  using Kind = ast::BuiltinKind;
  const int position = expression.position;
  const auto now_as = [&](TypeId type) {
    return coerce(call_function("now", {}, position), with_precision(type, expression), CastContext::kExplicit,
                  position);
  };
  std::vector<ExpressionPtr> arguments;
  if (expression.builtin == Kind::Coalesce || expression.builtin == Kind::NullIf ||
      expression.builtin == Kind::Greatest || expression.builtin == Kind::Least) {
    for (const ast::ExpressionPtr& argument : expression.arguments) arguments.push_back(bind(*argument));
  }
  switch (expression.builtin) {
    case Kind::Coalesce: {
      const LogicalType type = common_type(arguments, "COALESCE");
      coerce_all(arguments, type);
      if (arguments.size() == 1) return std::move(arguments[0]);
      return std::make_unique<ControlExpression>(ExpressionKind::kCoalesce, type, std::move(arguments));
    }
    case Kind::NullIf:
      return bind_null_if(std::move(arguments), position);
    case Kind::Greatest:
    case Kind::Least: {
      const bool greatest = expression.builtin == Kind::Greatest;
      const LogicalType type = common_type(arguments, greatest ? "GREATEST" : "LEAST");
      coerce_all(arguments, type);
      ExpressionPtr result = call_function(greatest ? "greatest" : "least", std::move(arguments), position);
      result->type = type;
      return result;
    }
    case Kind::Grouping:
      return bind_grouping_call(expression);
    case Kind::CurrentDate:
      return now_as(TypeId::kDate);
    case Kind::CurrentTime:
      return now_as(TypeId::kTimeTz);
    case Kind::CurrentTimestamp:
      return now_as(TypeId::kTimestampTz);
    case Kind::LocalTime:
      return now_as(TypeId::kTime);
    case Kind::LocalTimestamp:
      return now_as(TypeId::kTimestamp);
    case Kind::CurrentCatalog:
      return call_function("current_database", {}, position);
    case Kind::CurrentSchema:
      return call_function("current_schema", {}, position);
    case Kind::SessionUser:
      return call_function("session_user", {}, position);
    case Kind::CurrentRole:
    case Kind::CurrentUser:
    case Kind::User:
      return call_function("current_user", {}, position);
  }
  return nullptr;
}

/// NULLIF(a, b) is CASE WHEN a = b THEN NULL ELSE a END, of the type that the comparison gives a.
ExpressionPtr Binder::bind_null_if(std::vector<ExpressionPtr> arguments, int position) {
  ExpressionPtr equal = call_operator("=", std::move(arguments[0]), std::move(arguments[1]), position);
  ExpressionPtr value = equal->children[0]->clone();
  const LogicalType type = value->type;
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(equal));
  parts.push_back(std::make_unique<ConstantExpression>(Value::null(type)));
  parts.push_back(std::move(value));
  return std::make_unique<ControlExpression>(ExpressionKind::kCase, type, std::move(parts));
}

}  // namespace tidemark
