// Calls: which kind of function a name means, scalar and set-returning calls, and the built-in forms.

#include <algorithm>

#include "base/error.h"
#include "functions/argument_names.h"
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
  std::vector<ExpressionPtr> arguments;
  std::vector<std::string_view> names;
  for (const ast::FunctionArgument& argument : call.arguments) {
    if (argument.name.empty() && !names.empty()) {
      throw Error(sqlstate::kSyntaxError, "positional argument cannot follow named argument")
          .at(argument.value->position);
    }
    if (!argument.name.empty()) {
      if (std::ranges::find(names, argument.name) != names.end()) {
        throw Error(sqlstate::kSyntaxError, "argument name \"" + argument.name + "\" used more than once")
            .at(argument.value->position);
      }
      names.emplace_back(argument.name);
    }
    if (is_star(*argument.value) && !argument.value->as<ast::ColumnReference>().parts.empty()) {
      // `f(t.*)` is f of the whole row.
      ast::ColumnReference row;
      row.position = argument.value->position;
      row.parts = argument.value->as<ast::ColumnReference>().parts;
      note_whole_row();
      const ForeignSyntax foreign(context_);
      arguments.push_back(bind(row));
      continue;
    }
    arguments.push_back(bind(*argument.value));
  }
  return names.empty() ? std::move(arguments) : in_declared_order(call, std::move(arguments), names);
}

namespace {

[[noreturn]] void throw_no_named_call(const ast::FunctionCall& call, std::span<const LogicalType> types,
                                      std::span<const std::string_view> names) {
  std::string signature;
  const size_t positional = types.size() - names.size();
  for (size_t i = 0; i < types.size(); ++i) {
    LogicalType bare = types[i];
    bare.modifier = -1;
    if (i > 0) signature += ", ";
    if (i >= positional) signature += std::string(names[i - positional]) + " => ";
    signature += bare.to_string();
  }
  throw Error(sqlstate::kUndefinedFunction, "function " + joined(call.name) + "(" + signature + ") does not exist")
      .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.")
      .at(call.position);
}

}  // namespace

/// The last `names.size()` arguments were named: they go to their places, and what is left out gets its default.
std::vector<ExpressionPtr> Binder::in_declared_order(const ast::FunctionCall& call,
                                                     std::vector<ExpressionPtr> arguments,
                                                     std::span<const std::string_view> names) {
  const std::span<const NamedArgument> declared = named_arguments(call.name.last());
  const std::vector<LogicalType> types = types_of(arguments);
  const size_t positional = arguments.size() - names.size();
  std::vector<ExpressionPtr> ordered(declared.size());
  if (positional > declared.size()) throw_no_named_call(call, types, names);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = std::ranges::find(declared.subspan(positional), names[i], &NamedArgument::name);
    if (found == declared.end()) throw_no_named_call(call, types, names);
  }
  for (size_t i = 0; i < declared.size(); ++i) {
    const auto named = std::ranges::find(names, declared[i].name);
    if (i < positional) {
      ordered[i] = std::move(arguments[i]);
    } else if (named != names.end()) {
      ordered[i] = std::move(arguments[positional + static_cast<size_t>(named - names.begin())]);
    } else if (declared[i].has_default) {
      ordered[i] = std::make_unique<ConstantExpression>(
          Value::text(std::string(declared[i].default_text)).with_type(TypeId::kUnknown));
    }
  }
  // What has no default may be missing at the end only: another overload takes fewer arguments.
  while (!ordered.empty() && !ordered.back()) ordered.pop_back();
  const auto& overloads = registry().scalars(call.name.last());
  const auto takes_as_many = [&](const ScalarFunction* function) {
    return function->variadic || function->arguments.size() == ordered.size();
  };
  const bool gap = std::ranges::any_of(ordered, [](const ExpressionPtr& argument) { return argument == nullptr; });
  if (gap || (!overloads.empty() && std::ranges::none_of(overloads, takes_as_many))) {
    throw_no_named_call(call, types, names);
  }
  return ordered;
}

/// `f(a, VARIADIC array)`: the function is decided as if the array's elements were one argument.
ExpressionPtr Binder::bind_variadic_call(const ast::FunctionCall& call, const std::string& name) {
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  ExpressionPtr& array = arguments.back();
  const bool is_unknown = array->type.id == TypeId::kUnknown;
  if (!array->type.is_array() && !is_unknown) {
    throw Error(sqlstate::kDatatypeMismatch, "VARIADIC argument must be an array").at(array->position);
  }
  std::vector<LogicalType> types = types_of(arguments);
  const auto takes_any_number = [&](const ScalarFunction* function) {
    return function->variadic && function->arguments.size() == types.size();
  };
  if (std::ranges::none_of(registry().scalars(name), takes_any_number)) {
    throw Error(sqlstate::kUndefinedFunction,
                "function " + call_signature(joined(call.name), types) + " does not exist")
        .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.")
        .at(call.position);
  }
  types.back() = is_unknown ? LogicalType(TypeId::kUnknown) : array->type.element_type();
  try {
    const ResolvedScalar resolved = resolve_scalar(name, types, context_.flavour);
    std::vector<ExpressionPtr> parts;
    parts.push_back(std::make_unique<ConstantExpression>(Value::text(std::string(resolved.function->name))));
    for (size_t i = 0; i + 1 < arguments.size(); ++i) {
      const LogicalType target = resolved.arguments[i];
      if (!is_pseudo_type(target.id) && !arguments[i]->type.same_base(target)) {
        arguments[i] = coerce(std::move(arguments[i]), target, CastContext::kImplicit, call.position);
      }
      parts.push_back(to_text_if_unknown(std::move(arguments[i])));
    }
    const LogicalType element = is_pseudo_type(resolved.arguments.back().id) ? types.back() : resolved.arguments.back();
    const LogicalType wanted =
        LogicalType::array_of(element.id == TypeId::kUnknown ? LogicalType(TypeId::kText) : element);
    if (!array->type.same_base(wanted)) array = coerce(std::move(array), wanted, CastContext::kImplicit, call.position);
    parts.push_back(std::move(array));
    return call_constructor("VARIADIC", std::move(parts), resolved.result, call.position);
  } catch (Error& error) {
    if (error.position() == 0) error.at(call.position);
    throw;
  }
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
  if (call.within_group && is_hypothetical(name)) return bind_hypothetical_call(call, name);
  if (!registry().windows(name).empty() && !is_scalar) {
    throw Error(sqlstate::kWrongObjectType, "window function " + name + " requires an OVER clause").at(call.position);
  }
  if (looks_aggregate && is_scalar) throw_not_an_aggregate(call);
  if (is_set_function(call.name)) return bind_set_call(call);
  if (call.variadic && !is_scalar) {
    throw Error(sqlstate::kFeatureNotSupported, "VARIADIC arguments are not supported here").at(call.position);
  }
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
  if (call.variadic) return bind_variadic_call(call, name);
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  if (name == "overlaps" && arguments.size() == 4) {
    // A period may be given by its start and length.
    for (const size_t end : {size_t{1}, size_t{3}}) {
      if (arguments[end]->type.id != TypeId::kInterval) continue;
      arguments[end] = call_operator("+", arguments[end - 1]->clone(), std::move(arguments[end]), call.position);
    }
  }
  if (registry().scalars(name).empty() && arguments.size() == 1) {
    LogicalType type;
    bool found = find_type(name, type);
    if (const auto user = found ? std::nullopt : find_user_type(call.name, context_)) {
      type = *user;
      found = true;
    }
    if (found && tidemark::can_coerce(arguments[0]->type, type, CastContext::kExplicit)) {
      return coerce(std::move(arguments[0]), type, CastContext::kExplicit, call.position);  // `float8(x)`
    }
  }
  return call_function(name, std::move(arguments), call.position);
}

ExpressionPtr Binder::call_function(const std::string& name, std::vector<ExpressionPtr> arguments, int position) {
  if (name == "pg_typeof" && arguments.size() == 1 && arguments[0]->type.id == TypeId::kUnknown) {
    // Nothing gives the literal a type: that is the answer.
    return std::make_unique<ConstantExpression>(Value::integer(TypeId::kRegtype, LogicalType(TypeId::kUnknown).oid()));
  }
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
  return resolve_set_call(call, std::move(arguments), call.name.last());
}

CollectedSetCall Binder::resolve_set_call(const ast::FunctionCall& call, std::vector<ExpressionPtr> arguments,
                                          const std::string& name) {
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
  if (name.ends_with("_populate_recordset") && arguments[0]->type.user_type != 0) {
    resolved.columns[0] = arguments[0]->type;  // what is laid over a row of a named type is a row of it
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
  const bool allowed = place == ExpressionPlace::kSelect || place == ExpressionPlace::kOrderBy ||
                       place == ExpressionPlace::kDistinctOn || place == ExpressionPlace::kGroupBy;
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
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  const bool over_nothing = call.name.last().ends_with("_populate_recordset") && !arguments.empty() &&
                            arguments[0]->kind == ExpressionKind::kConstant && arguments[0]->type.user_type == 0 &&
                            arguments[0]->as<ConstantExpression>().value.is_null();
  if (over_nothing) {
    throw Error(sqlstate::kFeatureNotSupported, "could not determine row type for result of " + call.name.last())
        .with_hint(
            "Provide a non-null record argument, or call the function in the FROM clause using a column "
            "definition list.")
        .at(call.position);
  }
  CollectedSetCall set = resolve_set_call(call, std::move(arguments));
  std::vector<PlanOutput> outputs = set.outputs;
  const CollectedSetCall* const same = place == ExpressionPlace::kSelect ? nullptr : find_set_call(set);
  if (same) {
    outputs = same->outputs;
  } else {
    level_->set_calls.push_back(std::move(set));
  }
  if (outputs.size() == 1) return checked_row(column_reference(outputs[0], call.position));
  // Several columns are a row.
  std::vector<ExpressionPtr> fields;
  std::vector<std::string> names;
  for (const PlanOutput& output : outputs) {
    fields.push_back(column_reference(output, call.position));
    names.push_back(output.name);
  }
  return make_named_record(std::move(fields), names, call.position);
}

/// GROUP BY, ORDER BY and DISTINCT ON mean the select list's call where they repeat it.
const CollectedSetCall* Binder::find_set_call(const CollectedSetCall& wanted) const {
  const auto is_same = [&](const CollectedSetCall& call) {
    return call.function == wanted.function &&
           std::ranges::equal(call.arguments, wanted.arguments, [](const ExpressionPtr& a, const ExpressionPtr& b) {
             return same_expression(*a, *b) && !is_volatile(*a);
           });
  };
  for (const std::vector<CollectedSetCall>* calls : {&level_->set_calls, &level_->grouped_set_calls}) {
    const auto found = std::ranges::find_if(*calls, is_same);
    if (found != calls->end()) return &*found;
  }
  return nullptr;
}

void Binder::refuse_new_set_calls(size_t count_before, const char* where, int position) const {
  if (level_->set_calls.size() == count_before) return;
  throw Error(sqlstate::kFeatureNotSupported, std::string("set-returning functions are not allowed in ") + where)
      .with_hint("You might be able to move the set-returning function into a LATERAL FROM item.")
      .at(position);
}

/// Calls that read others' results stand above them.
LogicalPtr Binder::make_set_calls(LogicalPtr plan, std::vector<CollectedSetCall> calls) {
  while (!calls.empty()) {
    PlanColumnSet pending;
    for (const CollectedSetCall& call : calls) {
      for (const PlanOutput& output : call.outputs) pending.insert(output.column);
    }
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
  const size_t set_calls_before = level_->set_calls.size();
  if (expression.builtin == Kind::Coalesce || expression.builtin == Kind::NullIf ||
      expression.builtin == Kind::Greatest || expression.builtin == Kind::Least) {
    for (const ast::ExpressionPtr& argument : expression.arguments) arguments.push_back(bind(*argument));
  }
  switch (expression.builtin) {
    case Kind::Coalesce: {
      refuse_new_set_calls(set_calls_before, "COALESCE", position);
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
