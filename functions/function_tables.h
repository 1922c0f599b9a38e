#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "functions/registry.h"
#include "functions/table_function.h"

namespace tidemark {

/// What the families' tables write into while the registry is built. Entries stay where they are for good.
///
/// To add a function: one line in its family's table, `tables.function(name, arguments, result, kernel, doc)`, and
/// behind it `.null_rule = …`, `.volatility = …` where the defaults (strict, immutable) do not fit.
class FunctionTables {
 public:
  ScalarFunction& function(std::string_view name, std::vector<LogicalType> arguments, LogicalType result,
                           ScalarKernel kernel, std::string_view doc);
  /// Prefix operators have one argument.
  ScalarFunction& operation(std::string_view symbol, std::vector<LogicalType> arguments, LogicalType result,
                            ScalarKernel kernel, std::string_view doc);
  /// `kernel` null: same physical form. Takes (value).
  ScalarFunction* cast(LogicalType from, LogicalType to, CastContext context, ScalarKernel kernel);
  /// As `cast`, for kernels that read the target's modifier: their call has (value, int4 typmod, bool explicit).
  ScalarFunction* cast_with_modifier(LogicalType from, LogicalType to, CastContext context, ScalarKernel kernel);
  [[nodiscard]] bool has_cast(LogicalType from, LogicalType to) const;
  AggregateFunction& aggregate(AggregateFunction aggregate);
  void window(WindowFunction window);
  TableFunction& table(TableFunction table);

  /// What has been added so far under a name.
  [[nodiscard]] std::span<const ScalarFunction* const> scalars(std::string_view name) const;
  [[nodiscard]] std::span<const ScalarFunction* const> operations(std::string_view symbol) const;

 private:
  friend class FunctionRegistry;
  template <class T>
  struct Family {
    std::deque<T> entries;
    std::map<std::string, std::vector<const T*>, std::less<>> by_name;
    T& add(T entry);
  };
  Family<ScalarFunction> functions_;
  Family<ScalarFunction> operators_;
  Family<AggregateFunction> aggregates_;
  Family<WindowFunction> windows_;
  Family<TableFunction> tables_;
  std::deque<ScalarFunction> cast_functions_;
  std::deque<Cast> casts_;
  std::unordered_map<uint32_t, const Cast*> casts_by_types_;
};

/// Calls each of the below: the one list of families.
void add_all_families(FunctionTables& tables);

// The families, one file each in functions/scalars, functions/aggregates and functions/tables.
void add_arithmetic(FunctionTables& tables);
void add_comparisons(FunctionTables& tables);
void add_boolean(FunctionTables& tables);
void add_counts(FunctionTables& tables);
void add_sums(FunctionTables& tables);
void add_extremes(FunctionTables& tables);
void add_window_functions(FunctionTables& tables);
void add_text(FunctionTables& tables);
void add_casts(FunctionTables& tables);
void add_io_casts(FunctionTables& tables);
void add_datetime_arithmetic(FunctionTables& tables);
void add_datetime_comparisons(FunctionTables& tables);
void add_datetime_fields(FunctionTables& tables);
void add_datetime_truncation(FunctionTables& tables);
void add_datetime_making(FunctionTables& tables);
void add_generate_series(FunctionTables& tables);
void add_bit_and_boolean_aggregates(FunctionTables& tables);
void add_statistics(FunctionTables& tables);
void add_first_last(FunctionTables& tables);
void add_counters(FunctionTables& tables);
void add_sketches(FunctionTables& tables);
void add_downsampling(FunctionTables& tables);
void add_patterns(FunctionTables& tables);
void add_text_formatting(FunctionTables& tables);
void add_bytes(FunctionTables& tables);
void add_bit_strings(FunctionTables& tables);
void add_encodings(FunctionTables& tables);
void add_conditionals(FunctionTables& tables);
void add_object_sizes(FunctionTables& tables);
void add_system(FunctionTables& tables);
void add_json(FunctionTables& tables);
void add_json_rows(FunctionTables& tables);
void add_json_records(FunctionTables& tables);
void add_json_collections(FunctionTables& tables);
void add_number_formatting(FunctionTables& tables);
void add_datetime_formatting(FunctionTables& tables);
void add_arrays(FunctionTables& tables);
void add_enums(FunctionTables& tables);
void add_array_constructors(FunctionTables& tables);
void add_array_assignments(FunctionTables& tables);
void add_unnest(FunctionTables& tables);
void add_collections(FunctionTables& tables);
void add_ordered_sets(FunctionTables& tables);
void add_math(FunctionTables& tables);
void add_numeric(FunctionTables& tables);
void add_numeric_powers(FunctionTables& tables);
void add_numeric_sums(FunctionTables& tables);
void add_operator_functions(FunctionTables& tables);
void add_json_paths(FunctionTables& tables);
void add_identifiers(FunctionTables& tables);
void add_unicode(FunctionTables& tables);
void add_spread_calls(FunctionTables& tables);
void add_money(FunctionTables& tables);
void add_addresses(FunctionTables& tables);
void add_advisory_locks(FunctionTables& tables);
void add_mac_addresses(FunctionTables& tables);
void add_log_positions(FunctionTables& tables);

}  // namespace tidemark
