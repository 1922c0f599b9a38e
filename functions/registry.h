#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "functions/function.h"
#include "functions/table_function.h"
#include "functions/window_function.h"

namespace tidemark {

/// When a cast may be applied without being asked for, as PostgreSQL's pg_cast says.
enum class CastContext : uint8_t { kExplicit, kAssignment, kImplicit };

struct Cast {
  LogicalType from;
  LogicalType to;
  CastContext context;
  /// Takes (value) or (value, int4 typmod, bool explicit). Null: the physical form is the same.
  const ScalarFunction* function;
};

/// All functions, operators, casts, aggregates and window functions that exist: one table, built once, never changed.
/// pg_proc, \df and docs/SQL.md are printed from it.
class FunctionRegistry {
 public:
  static const FunctionRegistry& instance();

  /// Overloads by lower-case name; empty if unknown.
  [[nodiscard]] std::span<const ScalarFunction* const> scalars(std::string_view name) const;
  [[nodiscard]] std::span<const ScalarFunction* const> operators(std::string_view name) const;
  [[nodiscard]] std::span<const AggregateFunction* const> aggregates(std::string_view name) const;
  [[nodiscard]] std::span<const WindowFunction* const> windows(std::string_view name) const;
  [[nodiscard]] std::span<const TableFunction* const> table_functions(std::string_view name) const;
  /// Null if there is none. Casts through text (I/O conversion) are included with PostgreSQL's contexts.
  [[nodiscard]] const Cast* cast(LogicalType from, LogicalType to) const;

  [[nodiscard]] std::vector<const ScalarFunction*> all_scalars() const;
  [[nodiscard]] std::vector<const ScalarFunction*> all_operators() const;
  [[nodiscard]] std::vector<const AggregateFunction*> all_aggregates() const;
  [[nodiscard]] std::vector<const WindowFunction*> all_windows() const;
  [[nodiscard]] std::vector<const TableFunction*> all_table_functions() const;
  [[nodiscard]] std::vector<const Cast*> all_casts() const;

  FunctionRegistry(const FunctionRegistry&) = delete;
  FunctionRegistry& operator=(const FunctionRegistry&) = delete;

 private:
  FunctionRegistry();
  ~FunctionRegistry();
  struct Maps;
  std::unique_ptr<const Maps> maps_;
};

/// The registry as Markdown tables, for docs/SQL.md.
std::string registry_markdown();

}  // namespace tidemark
