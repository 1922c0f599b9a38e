// sum of integers into bigint and of floats; InfluxQL's sum, which wraps (D7). Sums and averages that are numeric are
// in numeric_sums.cpp.

#include "functions/aggregate_kernel.h"
#include "functions/aggregates/float_sum.h"
#include "functions/function_tables.h"

namespace tidemark {
namespace {

/// smallint and integer: PostgreSQL's sum is bigint.
template <class T>
struct NarrowSum {
  using Input = T;
  using Output = int64_t;
  struct State {
    int64_t sum = 0;
    int64_t count = 0;
  };
  static void put(State& state, int64_t sum, size_t count) {
    if (__builtin_add_overflow(state.sum, sum, &state.sum)) throw_integer_out_of_range(8);
    state.count += static_cast<int64_t>(count);
  }
  static void add(State& state, const T& value) { put(state, value, 1); }
  static void add_range(State& state, const T* values, size_t count) { put(state, sum_of(values, count), count); }
  static void add_repeated(State& state, const T& value, size_t count) {
    int64_t sum = 0;
    if (__builtin_mul_overflow(static_cast<int64_t>(value), static_cast<int64_t>(count), &sum)) {
      throw_integer_out_of_range(8);
    }
    put(state, sum, count);
  }
  static void merge(State& into, State& from) { put(into, from.sum, static_cast<size_t>(from.count)); }
  static bool finish(AggregateCall& /*call*/, const State& state, int64_t& output) {
    output = state.sum;
    return state.count > 0;
  }
};

template <class T>
struct WrappingSum {
  using Input = T;
  using Output = T;
  struct State {
    uint64_t sum = 0;
    int64_t count = 0;
  };
  static void add(State& state, const T& value) {
    state.sum += static_cast<uint64_t>(value);
    ++state.count;
  }
  static void add_range(State& state, const T* values, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; ++i) sum += static_cast<uint64_t>(values[i]);
    state.sum += sum;
    state.count += static_cast<int64_t>(count);
  }
  static void merge(State& into, State& from) {
    into.sum += from.sum;
    into.count += from.count;
  }
  static bool finish(AggregateCall& /*call*/, const State& state, T& output) {
    output = static_cast<T>(state.sum);
    return state.count > 0;
  }
};

/// A finite sum that becomes infinite from finite values has overflowed: 22003, as PostgreSQL. Told once a range.
template <class T>
struct CheckedFloatSum {
  using Input = T;
  using State = FloatSum<T>;
  static void add(State& state, const T& value) {
    T& slot = state.slot();
    const T sum = slot + value;
    if (std::isinf(sum) && std::isfinite(slot) && std::isfinite(value)) throw_float_overflow();
    slot = sum;
    ++state.count;
  }
  static void add_range(State& state, const T* values, size_t count) {
    const bool was_finite = std::isfinite(state.total());
    state.add_range(values, count);
    if (was_finite && !std::isfinite(state.total()) && !any_not_finite(values, count)) throw_float_overflow();
  }
  static void merge(State& into, State& from) {
    const bool were_finite = std::isfinite(into.total()) && std::isfinite(from.total());
    into.merge(from);
    if (were_finite && !std::isfinite(into.total())) throw_float_overflow();
  }
};

template <class T>
struct FloatTotal : CheckedFloatSum<T> {
  using Output = T;
  static bool finish(AggregateCall& /*call*/, const FloatSum<T>& state, T& output) {
    output = state.total();
    return state.count > 0;
  }
};

struct FloatAverage : CheckedFloatSum<double> {
  using Output = double;
  static bool finish(AggregateCall& /*call*/, const FloatSum<double>& state, double& output) {
    if (state.count == 0) return false;
    output = state.total() / static_cast<double>(state.count);
    return true;
  }
};

/// Averages that are computed in double: of real (PostgreSQL), and of integers (InfluxQL's mean).
template <class T>
struct WidenedAverage {
  using Input = T;
  using Output = double;
  using State = FloatSum<double>;
  static void add(State& state, const T& value) { state.add(static_cast<double>(value)); }
  static void merge(State& into, State& from) { into.merge(from); }
  static bool finish(AggregateCall& call, const State& state, double& output) {
    return FloatAverage::finish(call, state, output);
  }
};

}  // namespace

void add_sums(FunctionTables& tables) {
  using enum TypeId;
  const auto add = [&](AggregateFunction aggregate, PageSummary summary, Flavour flavour = Flavour::kSql) {
    aggregate.summary = summary;
    aggregate.flavour = flavour;
    tables.aggregate(std::move(aggregate));
  };
  add(make_aggregate<NarrowSum<int16_t>>("sum", kInt16, kInt64, "sum"), PageSummary::kSum);
  add(make_aggregate<NarrowSum<int32_t>>("sum", kInt32, kInt64, "sum"), PageSummary::kSum);
  add(make_aggregate<FloatTotal<float>>("sum", kFloat32, kFloat32, "sum"), PageSummary::kSum);
  add(make_aggregate<FloatTotal<double>>("sum", kFloat64, kFloat64, "sum"), PageSummary::kSum, Flavour::kBoth);
  add(make_aggregate<FloatAverage>("avg", kFloat64, kFloat64, "average"), PageSummary::kNone);
  add(make_aggregate<WidenedAverage<float>>("avg", kFloat32, kFloat64, "average"), PageSummary::kNone);

  add(make_aggregate<WrappingSum<int64_t>>("sum", kInt64, kInt64, "sum, wrapping"), PageSummary::kNone,
      Flavour::kInfluxQl);
  add(make_aggregate<WrappingSum<uint64_t>>("sum", kUInt64, kUInt64, "sum, wrapping"), PageSummary::kNone,
      Flavour::kInfluxQl);
  add(make_aggregate<FloatAverage>("mean", kFloat64, kFloat64, "average"), PageSummary::kNone, Flavour::kInfluxQl);
  add(make_aggregate<WidenedAverage<int64_t>>("mean", kInt64, kFloat64, "average"), PageSummary::kNone,
      Flavour::kInfluxQl);
  add(make_aggregate<WidenedAverage<uint64_t>>("mean", kUInt64, kFloat64, "average"), PageSummary::kNone,
      Flavour::kInfluxQl);
}

}  // namespace tidemark
