// `f(a => 1, b := 2)`: arguments by the names that PostgreSQL gives them.

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "functions/overload_resolution.h"
#include "parser/sql_parser.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"

namespace tidemark {

namespace {

struct NamedParameter {
  std::string_view name;
  std::string_view default_sql = {};  ///< empty: it has to be given
};

struct ParameterNames {
  std::string_view function;
  std::vector<NamedParameter> parameters;
};

/// Functions that are called in this way.
const std::vector<ParameterNames>& parameter_names() {
  static const std::vector<ParameterNames> kNames = {
      {"make_date", {{"year"}, {"month"}, {"day"}}},
      {"make_time", {{"hour"}, {"min"}, {"sec"}}},
      {"make_timestamp", {{"year"}, {"month"}, {"mday"}, {"hour"}, {"min"}, {"sec"}}},
      {"make_timestamptz", {{"year"}, {"month"}, {"mday"}, {"hour"}, {"min"}, {"sec"}}},
      {"make_timestamptz", {{"year"}, {"month"}, {"mday"}, {"hour"}, {"min"}, {"sec"}, {"timezone"}}},
      {"make_interval",
       {{"years", "0"},
        {"months", "0"},
        {"weeks", "0"},
        {"days", "0"},
        {"hours", "0"},
        {"mins", "0"},
        {"secs", "0.0"}}},
      {"jsonb_set", {{"jsonb_in"}, {"path"}, {"replacement"}, {"create_if_missing", "true"}}},
      {"jsonb_insert", {{"jsonb_in"}, {"path"}, {"replacement"}, {"insert_after", "false"}}},
  };
  return kNames;
}

/// Where each argument goes; empty if the names do not fit.
std::vector<size_t> places_of(const ast::FunctionCall& call, const std::vector<NamedParameter>& parameters) {
  std::vector<size_t> places;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const std::string& name = call.arguments[i].name;
    size_t place = i;
    if (!name.empty()) {
      const auto found = std::ranges::find(parameters, std::string_view(name), &NamedParameter::name);
      place = static_cast<size_t>(found - parameters.begin());
    }
    if (place >= parameters.size() || std::ranges::find(places, place) != places.end()) return {};
    places.push_back(place);
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].default_sql.empty() && std::ranges::find(places, i) == places.end()) return {};
  }
  return places;
}

}  // namespace

std::vector<ExpressionPtr> Binder::bind_named_arguments(const ast::FunctionCall& call) {
  bool named = false;
  for (const ast::FunctionArgument& argument : call.arguments) {
    if (argument.name.empty() && named) {
      throw Error(sqlstate::kSyntaxError, "positional argument cannot follow named argument")
          .at(argument.value->position);
    }
    named = named || !argument.name.empty();
  }
  std::vector<ExpressionPtr> given;
  for (const ast::FunctionArgument& argument : call.arguments) given.push_back(bind(*argument.value));
  for (const ParameterNames& function : parameter_names()) {
    if (function.function != call.name.last()) continue;
    const std::vector<size_t> places = places_of(call, function.parameters);
    if (places.empty()) continue;
    std::vector<ExpressionPtr> arguments(function.parameters.size());
    for (size_t i = 0; i < given.size(); ++i) arguments[places[i]] = std::move(given[i]);
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i]) arguments[i] = bind(*parse_expression(std::string(function.parameters[i].default_sql)));
    }
    return arguments;
  }
  std::string signature;
  for (size_t i = 0; i < given.size(); ++i) {
    const std::string& name = call.arguments[i].name;
    signature += (signature.empty() ? "" : ", ") + (name.empty() ? "" : name + " => ") + given[i]->type.to_string();
  }
  throw Error(sqlstate::kUndefinedFunction, "function " + call.name.last() + "(" + signature + ") does not exist")
      .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.")
      .at(call.position);
}

}  // namespace tidemark
