#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/logical_type.h"

namespace tidemark {

/// A function of the registry as pg_proc shows it.
struct CatalogFunction {
  int64_t oid;
  std::string_view name;
  std::vector<LogicalType> arguments;  ///< of a variadic function, the last one is an array, or kAny
  LogicalType result;                  ///< of several columns: record
  char kind;                           ///< 'f'unction, 'a'ggregate or 'w'indow function
  char volatility;
  bool strict;
  bool returns_set;
  bool variadic;
  std::string_view doc;
};

/// SQL's functions, aggregates, window and set-returning functions, by ascending oid.
std::span<const CatalogFunction> catalog_functions();
/// Null if no function bears the number.
const CatalogFunction* catalog_function(int64_t oid);

/// `integer, VARIADIC text[]`, as pg_get_function_arguments gives it.
std::string arguments_text(const CatalogFunction& function);
/// `SETOF integer`, as pg_get_function_result gives it.
std::string result_text(const CatalogFunction& function);

}  // namespace tidemark
