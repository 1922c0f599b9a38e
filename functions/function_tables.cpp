#include "functions/function_tables.h"

namespace tidemark {

void add_all_families(FunctionTables& tables) {
  add_arithmetic(tables);
  add_comparisons(tables);
  add_boolean(tables);
  add_text(tables);
  add_math(tables);
  add_datetime_arithmetic(tables);
  add_datetime_comparisons(tables);
  add_counts(tables);
  add_sums(tables);
  add_extremes(tables);
  add_window_functions(tables);
}

}  // namespace tidemark
