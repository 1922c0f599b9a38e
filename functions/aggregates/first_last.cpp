// first(value, time) and last(value, time): the value at the earliest and at the latest time, NULL values aside. For a
// tie, the first row that came wins for first, and the last one for last.

#include <cstring>

#include "functions/aggregate_kernel.h"
#include "functions/function_tables.h"
#include "functions/validity_operations.h"

namespace tidemark {
namespace {

using enum TypeId;

/// The value is kept as bytes, small ones in place.
struct TimedValue {
  int64_t time = 0;
  bool any = false;
  alignas(8) char fixed[16] = {};
  std::string bytes;  ///< kBytes types
};

TimedValue& state_of(std::byte* state) { return *std::launder(reinterpret_cast<TimedValue*>(state)); }

int64_t time_at(const Vector& times, size_t row) {
  const size_t index = times.is_constant() ? 0 : row;
  switch (times.type().physical()) {
    case PhysicalType::kInt32:
      return times.data<int32_t>()[index];
    default:
      return times.data<int64_t>()[index];
  }
}

void keep(TimedValue& state, const Vector& values, size_t row, int64_t time) {
  const size_t index = values.is_constant() ? 0 : row;
  const PhysicalType physical = values.type().physical();
  if (physical == PhysicalType::kBytes) {
    state.bytes = values.data<std::string_view>()[index];
  } else {
    const size_t width = physical_width(physical);
    std::memcpy(state.fixed, values.data<char>() + index * width, width);
  }
  state.time = time;
  state.any = true;
}

template <bool kLast>
bool beats(const TimedValue& state, int64_t time) {
  return !state.any || (kLast ? time >= state.time : time < state.time);
}

template <bool kLast>
void update_range(AggregateCall& call, std::byte* bytes, size_t first, size_t last) {
  const Vector& values = call.arguments[0];
  const Vector& times = call.arguments[1];
  TimedValue& state = state_of(bytes);
  // Only the best row's value is copied.
  size_t best = last;
  int64_t best_time = state.time;
  bool any = state.any;
  for (size_t row = first; row < last; ++row) {
    if (!is_there(values, row) || !is_there(times, row)) continue;
    const int64_t time = time_at(times, row);
    if (!any || (kLast ? time >= best_time : time < best_time)) {
      best = row;
      best_time = time;
      any = true;
    }
  }
  if (best != last) keep(state, values, best, best_time);
}

template <bool kLast>
void update_rows(AggregateCall& call, std::span<std::byte* const> states) {
  const Vector& values = call.arguments[0];
  const Vector& times = call.arguments[1];
  for (size_t row = 0; row < states.size(); ++row) {
    if (!is_there(values, row) || !is_there(times, row)) continue;
    const int64_t time = time_at(times, row);
    TimedValue& state = state_of(states[row]);
    if (beats<kLast>(state, time)) keep(state, values, row, time);
  }
}

template <bool kLast>
void combine(AggregateCall& /*call*/, std::byte* into, std::byte* from) {
  TimedValue& source = state_of(from);
  if (source.any && beats<kLast>(state_of(into), source.time)) state_of(into) = source;
}

void finalize(AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
  result = Vector::flat(call.result_type, states.size());
  const PhysicalType physical = call.result_type.physical();
  const size_t width = physical_width(physical);
  for (size_t i = 0; i < states.size(); ++i) {
    const TimedValue& state = state_of(states[i]);
    if (physical == PhysicalType::kBytes) {
      if (state.any) result.mutable_data<std::string_view>()[i] = result.heap().add(state.bytes);
    } else {
      std::memcpy(result.mutable_data<char>() + i * width, state.fixed, width);
    }
    if (!state.any) result.set_null(i);
  }
}

void serialize(const std::byte* bytes, std::string& out) {
  const auto& state = *std::launder(reinterpret_cast<const TimedValue*>(bytes));
  const uint64_t size = state.bytes.size();
  out += state.any ? '\1' : '\0';
  out.append(reinterpret_cast<const char*>(&state.time), sizeof state.time);
  out.append(state.fixed, sizeof state.fixed);
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out += state.bytes;
}
void deserialize(std::string_view& in, std::byte* bytes) {
  TimedValue& state = *new (bytes) TimedValue();
  const auto take = [&](void* to, size_t size) {
    std::memcpy(to, in.data(), size);
    in.remove_prefix(size);
  };
  uint64_t size = 0;
  state.any = in[0] != 0;
  in.remove_prefix(1);
  take(&state.time, sizeof state.time);
  take(state.fixed, sizeof state.fixed);
  take(&size, sizeof size);
  state.bytes = in.substr(0, size);
  in.remove_prefix(size);
}

template <bool kLast>
void add_for_time(FunctionTables& tables, TypeId time) {
  AggregateFunction function;
  function.name = kLast ? "last" : "first";
  function.arguments = {kAnyElement, time};
  function.result = kAnyElement;
  function.state_bytes = sizeof(TimedValue);
  function.initialize = [](std::byte* state) { new (state) TimedValue(); };
  function.update_range = update_range<kLast>;
  function.update_rows = update_rows<kLast>;
  function.combine = combine<kLast>;
  function.finalize = finalize;
  function.destroy = [](std::byte* state) { state_of(state).~TimedValue(); };
  function.serialize = serialize;
  function.deserialize = deserialize;
  function.summary = kLast ? PageSummary::kLast : PageSummary::kFirst;
  function.flavour = Flavour::kBoth;
  function.doc = kLast ? "value at the latest time" : "value at the earliest time";
  tables.aggregate(std::move(function));
}

}  // namespace

void add_first_last(FunctionTables& tables) {
  for (const TypeId time : {kTimestampTz, kTimestampTzNs, kTimestamp, kDate, kInt32, kInt64}) {
    add_for_time<false>(tables, time);
    add_for_time<true>(tables, time);
  }
}

}  // namespace tidemark
