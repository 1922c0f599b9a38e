#include "functions/function_tables.h"

namespace tidemark {

void add_all_families(FunctionTables& tables) {
  add_arithmetic(tables);
  add_numeric(tables);
  add_numeric_powers(tables);
  add_comparisons(tables);
  add_boolean(tables);
  add_math(tables);
  add_text(tables);
  add_text_formatting(tables);
  add_patterns(tables);
  add_bytes(tables);
  add_bit_strings(tables);
  add_money(tables);
  add_addresses(tables);
  add_advisory_locks(tables);
  add_mac_addresses(tables);
  add_log_positions(tables);
  add_encodings(tables);
  add_conditionals(tables);
  add_number_formatting(tables);
  add_datetime_formatting(tables);
  add_arrays(tables);
  add_enums(tables);
  add_array_constructors(tables);
  add_array_assignments(tables);
  add_json(tables);
  add_object_sizes(tables);
  add_json_paths(tables);
  add_identifiers(tables);
  add_unicode(tables);
  add_spread_calls(tables);
  add_system(tables);
  add_datetime_arithmetic(tables);
  add_datetime_comparisons(tables);
  add_datetime_fields(tables);
  add_datetime_truncation(tables);
  add_datetime_making(tables);
  add_casts(tables);
  add_io_casts(tables);            // after all casts of their own
  add_operator_functions(tables);  // after all operators

  add_counts(tables);
  add_sums(tables);
  add_numeric_sums(tables);
  add_extremes(tables);
  add_bit_and_boolean_aggregates(tables);
  add_statistics(tables);
  add_first_last(tables);
  add_counters(tables);
  add_sketches(tables);
  add_collections(tables);
  add_ordered_sets(tables);
  add_json_collections(tables);

  add_window_functions(tables);
  add_generate_series(tables);
  add_unnest(tables);
  add_downsampling(tables);
  add_json_rows(tables);
  add_json_records(tables);
}

}  // namespace tidemark
