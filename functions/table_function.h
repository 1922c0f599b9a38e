#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "functions/function.h"
#include "types/data_chunk.h"

namespace tidemark {

/// One running call of a set-returning function.
class TableFunctionCall {
 public:
  virtual ~TableFunctionCall() = default;
  /// Puts up to kVectorSize further rows into `rows`; false (and no rows) at the end.
  virtual bool next(DataChunk& rows) = 0;
};

/// A set-returning function: `generate_series`, `unnest` … in FROM or in a select list. Lives in the registry.
struct TableFunction {
  struct Column {
    std::string_view name;
    LogicalType type;
  };
  std::string_view name;
  std::vector<LogicalType> arguments;
  /// What it returns; a single column bears the function's name (or its alias) in FROM. Polymorphic types are decided
  /// by resolve_table_function.
  std::vector<Column> columns;
  /// Begins a call. `arguments` are of the declared types (polymorphic ones as decided), `types` those of the columns.
  /// A strict function with a NULL argument is not started: it has no rows.
  std::unique_ptr<TableFunctionCall> (*start)(QueryContext& context, std::span<const Value> arguments,
                                              std::span<const LogicalType> types) = nullptr;
  NullRule null_rule = NullRule::kStrict;
  Volatility volatility = Volatility::kImmutable;
  bool variadic = false;
  /// About how many rows a call yields, for the planner; 0 unknown.
  double (*estimate)(std::span<const Value> arguments) = nullptr;
  std::string_view doc = {};
};

}  // namespace tidemark
