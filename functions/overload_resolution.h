#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "functions/registry.h"

namespace tidemark {

/// Which overload a call means, by PostgreSQL's rules (chapter 10 of its manual): exact match, then most exact
/// arguments, then preferred types, then the category that unknown literals suggest.

/// The answer: `arguments` has the concrete type that each actual argument must be coerced to (implicitly), with
/// polymorphic types decided and a variadic tail spread.
template <class Function>
struct Resolved {
  const Function* function = nullptr;
  std::vector<LogicalType> arguments;
  LogicalType result;
};

using ResolvedScalar = Resolved<ScalarFunction>;
using ResolvedAggregate = Resolved<AggregateFunction>;
using ResolvedWindow = Resolved<WindowFunction>;
struct ResolvedTable : Resolved<TableFunction> {
  std::vector<LogicalType> columns;  ///< the concrete types of its columns
};

/// Each throws 42883 `function f(integer) does not exist` or 42725 `function f(unknown) is not unique`, with
/// PostgreSQL's hints; the caller adds the position. For InfluxQL a name's InfluxQL overloads hide its SQL ones (D7).
ResolvedScalar resolve_scalar(std::string_view name, std::span<const LogicalType> arguments,
                              Flavour flavour = Flavour::kSql);
ResolvedAggregate resolve_aggregate(std::string_view name, std::span<const LogicalType> arguments,
                                    Flavour flavour = Flavour::kSql);
ResolvedWindow resolve_window(std::string_view name, std::span<const LogicalType> arguments);
ResolvedTable resolve_table_function(std::string_view name, std::span<const LogicalType> arguments);

/// One argument: a prefix operator. `!=` is `<>`. 42883 `operator does not exist: integer + text`, 42725 `operator is
/// not unique: unknown + unknown`.
ResolvedScalar resolve_operator(std::string_view symbol, std::span<const LogicalType> arguments,
                                Flavour flavour = Flavour::kSql);

/// Whether any function, of whatever kind, has this name.
bool is_function_name(std::string_view name);

/// `name(integer, unknown)` as errors print a call.
std::string call_signature(std::string_view name, std::span<const LogicalType> arguments);

}  // namespace tidemark
