// count(*) and count(x).

#include "functions/aggregate_kernel.h"
#include "functions/function_tables.h"
#include "functions/validity_operations.h"

namespace tidemark {
namespace {

struct Count {
  using Input = int64_t;
  struct State {
    int64_t rows = 0;
  };
};

int64_t& rows_of(std::byte* state) { return detail::state_of<Count>(state).rows; }

void count_rows_range(AggregateCall& /*call*/, std::byte* state, size_t first, size_t last) {
  rows_of(state) += static_cast<int64_t>(last - first);
}
void count_rows(AggregateCall& /*call*/, std::span<std::byte* const> states) {
  for (std::byte* state : states) ++rows_of(state);
}
void count_values_range(AggregateCall& call, std::byte* state, size_t first, size_t last) {
  const Vector& argument = call.arguments[0];
  if (argument.is_constant()) {
    if (argument.validity().is_valid(0)) rows_of(state) += static_cast<int64_t>(last - first);
    return;
  }
  rows_of(state) += static_cast<int64_t>(count_valid(argument.validity(), first, last));
}
void count_values(AggregateCall& call, std::span<std::byte* const> states) {
  const Vector& argument = call.arguments[0];
  if (argument.is_constant()) {
    if (argument.validity().is_valid(0)) count_rows(call, states);
    return;
  }
  for_each_valid(argument.validity(), 0, states.size(), [&](size_t row) { ++rows_of(states[row]); });
}
void combine_counts(AggregateCall& /*call*/, std::byte* into, std::byte* from) { rows_of(into) += rows_of(from); }
void finalize_counts(AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
  detail::finalize_each<int64_t>(call, states.size(), result, [&](size_t i, int64_t& output) {
    output = rows_of(states[i]);
    return true;
  });
}

}  // namespace

void add_counts(FunctionTables& tables) {
  AggregateFunction count;
  count.name = "count";
  count.result = TypeId::kInt64;
  count.state_bytes = sizeof(Count::State);
  count.initialize = detail::initialize_state<Count>;
  count.update_range = count_rows_range;
  count.update_rows = count_rows;
  count.combine = combine_counts;
  count.finalize = finalize_counts;
  count.summary = PageSummary::kCountRows;
  count.flavour = Flavour::kBoth;
  count.doc = "number of rows";
  tables.aggregate(count);
  count.arguments = {TypeId::kAny};
  count.update_range = count_values_range;
  count.update_rows = count_values;
  count.summary = PageSummary::kCountValues;
  count.doc = "number of rows where the argument is not NULL";
  tables.aggregate(count);
}

}  // namespace tidemark
