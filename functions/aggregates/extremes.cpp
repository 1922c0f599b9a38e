// min and max of every ordered type, and InfluxQL's spread.

#include <limits>

#include "functions/aggregate_kernel.h"
#include "functions/aggregates/simd_reductions.h"
#include "functions/comparison_kernel.h"
#include "functions/function_tables.h"
#include "types/compare.h"
#include "types/inet.h"
#include "types/log_position.h"
#include "types/money.h"

namespace tidemark {
namespace {

/// Integers, dates and times.
template <class T, bool kMax>
struct IntegerExtreme {
  using Input = T;
  using Output = T;
  struct State {
    T value = kMax ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
    bool any = false;
  };
  static void add(State& state, const T& value) {
    if (kMax ? value > state.value : value < state.value) state.value = value;
    state.any = true;
  }
  static void add_repeated(State& state, const T& value, size_t /*count*/) { add(state, value); }
  static void add_range(State& state, const T* values, size_t count) {
    if constexpr (kMax) {
      state.value = greatest_of(values, count, state.value);
    } else {
      state.value = least_of(values, count, state.value);
    }
    state.any = state.any || count > 0;
  }
  static void merge(State& into, State& from) {
    if (from.any) add(into, from.value);
  }
  static bool finish(AggregateCall& /*call*/, const State& state, T& output) {
    output = state.value;
    return state.any;
  }
};

/// Floats, where NaN is above all: max is NaN as soon as one is there, min only if all are.
template <class T, bool kMax>
struct FloatExtreme {
  using Input = T;
  using Output = T;
  static constexpr T kInfinity = std::numeric_limits<T>::infinity();
  struct State {
    T value = kMax ? -kInfinity : kInfinity;
    bool any_nan = false;
    bool any_number = false;
  };
  static void add(State& state, const T& value) {
    if (value != value) {
      state.any_nan = true;
      return;
    }
    if (kMax ? value > state.value : value < state.value) state.value = value;
    state.any_number = true;
  }
  static void add_range(State& state, const T* values, size_t count) {
    const T before = state.value;
    if constexpr (kMax) {
      state.value = greatest_of(values, count, before);
      state.any_nan = state.any_nan || any_nan(values, count);
    } else {
      state.value = least_of(values, count, before);
    }
    if (state.value != before) {
      state.any_number = true;
    } else if (!state.any_number || !kMax) {
      // Nothing beat the start: infinities, or no numbers at all. Rare; look at each.
      if (!state.any_number) {
        for (size_t i = 0; i < count; ++i) add(state, values[i]);
      }
    }
  }
  static void merge(State& into, State& from) {
    if (from.any_number) add(into, from.value);
    into.any_nan = into.any_nan || from.any_nan;
  }
  static bool finish(AggregateCall& /*call*/, const State& state, T& output) {
    const bool is_nan = kMax ? state.any_nan : !state.any_number;
    output = is_nan ? std::numeric_limits<T>::quiet_NaN() : state.value;
    return state.any_number || state.any_nan;
  }
};

template <bool kMax>
struct IntervalExtreme {
  using Input = Interval;
  using Output = Interval;
  struct State {
    Interval value;
    bool any = false;
  };
  static void add(State& state, const Interval& value) {
    const bool better = kMax ? Order<Interval>::less(state.value, value) : Order<Interval>::less(value, state.value);
    if (!state.any || better) state.value = value;
    state.any = true;
  }
  static void merge(State& into, State& from) {
    if (from.any) add(into, from.value);
  }
  static bool finish(AggregateCall& /*call*/, const State& state, Interval& output) {
    output = state.value;
    return state.any;
  }
};

template <bool kMax>
struct TextExtreme {
  using Input = std::string_view;
  using Output = std::string;
  struct State {
    std::string value;
    bool any = false;
  };
  static void add(State& state, std::string_view value) {
    if (!state.any || (kMax ? value > state.value : value < state.value)) state.value = value;
    state.any = true;
  }
  static void merge(State& into, State& from) {
    if (from.any) add(into, from.value);
  }
  static bool finish(AggregateCall& /*call*/, const State& state, std::string& output) {
    output = state.value;
    return state.any;
  }
  static void serialize(const State& state, std::string& out) {
    out += state.any ? '\1' : '\0';
    const uint64_t size = state.value.size();
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += state.value;
  }
  static void deserialize(std::string_view& in, State& state) {
    uint64_t size = 0;
    state.any = in[0] != 0;
    std::memcpy(&size, in.data() + 1, sizeof size);
    state.value = in.substr(1 + sizeof size, size);
    in.remove_prefix(1 + sizeof size + size);
  }
};

/// Types whose bytes need their own comparison: numeric, char(n), arrays.
template <bool kMax>
void consider_packed(AggregateCall& call, std::byte* bytes, size_t row) {
  const Vector& values = call.arguments[0];
  const size_t index = values.is_constant() ? 0 : row;
  if (!values.validity().is_valid(index)) return;
  auto& state = detail::state_of<TextExtreme<kMax>>(bytes);
  const std::string_view value = values.data<std::string_view>()[index];
  if (state.any) {
    const std::weak_ordering order = compare_packed(values.type(), value, state.value);
    if (kMax ? order < 0 : order > 0) return;  // of equals the last, as PostgreSQL
  }
  state.value = value;
  state.any = true;
}

template <bool kMax>
AggregateFunction packed_extreme(LogicalType type) {
  AggregateFunction function =
      make_aggregate<TextExtreme<kMax>>(kMax ? "max" : "min", type, type, kMax ? "greatest value" : "least value");
  function.update_range = [](AggregateCall& call, std::byte* state, size_t first, size_t last) {
    for (size_t row = first; row < last; ++row) consider_packed<kMax>(call, state, row);
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    for (size_t row = 0; row < states.size(); ++row) consider_packed<kMax>(call, states[row], row);
  };
  function.combine = [](AggregateCall& call, std::byte* into, std::byte* from) {
    auto& target = detail::state_of<TextExtreme<kMax>>(into);
    auto& source = detail::state_of<TextExtreme<kMax>>(from);
    if (!source.any) return;
    if (target.any) {
      const std::weak_ordering order = compare_packed(call.result_type, source.value, target.value);
      if (kMax ? order < 0 : order > 0) return;  // of equals the last, as PostgreSQL
    }
    target = source;
  };
  function.summary = kMax ? PageSummary::kMax : PageSummary::kMin;
  return function;
}

/// InfluxQL: the difference between the greatest and the least.
template <class T>
struct Spread {
  using Input = T;
  using Output = T;
  struct State {
    T least = std::numeric_limits<T>::max();
    T greatest = std::numeric_limits<T>::lowest();
    bool any = false;
  };
  static void add(State& state, const T& value) {
    state.least = std::min(state.least, value);
    state.greatest = std::max(state.greatest, value);
    state.any = true;
  }
  static void add_range(State& state, const T* values, size_t count) {
    state.least = least_of(values, count, state.least);
    state.greatest = greatest_of(values, count, state.greatest);
    state.any = state.any || count > 0;
  }
  static void merge(State& into, State& from) {
    into.least = std::min(into.least, from.least);
    into.greatest = std::max(into.greatest, from.greatest);
    into.any = into.any || from.any;
  }
  static bool finish(AggregateCall& /*call*/, const State& state, T& output) {
    if constexpr (std::is_same_v<T, int64_t>) {
      output = static_cast<int64_t>(static_cast<uint64_t>(state.greatest) - static_cast<uint64_t>(state.least));
    } else {
      output = state.greatest - state.least;
    }
    return state.any;
  }
};

template <template <bool> class Extreme>
void add_pair(FunctionTables& tables, TypeId type, Flavour flavour = Flavour::kSql) {
  AggregateFunction least = make_aggregate<Extreme<false>>("min", type, type, "least value");
  AggregateFunction greatest = make_aggregate<Extreme<true>>("max", type, type, "greatest value");
  least.summary = PageSummary::kMin;
  greatest.summary = PageSummary::kMax;
  least.flavour = greatest.flavour = flavour;
  tables.aggregate(std::move(least));
  tables.aggregate(std::move(greatest));
}

template <bool kMax>
using ExtremeOfInt16 = IntegerExtreme<int16_t, kMax>;
template <bool kMax>
using ExtremeOfInt32 = IntegerExtreme<int32_t, kMax>;
template <bool kMax>
using ExtremeOfInt64 = IntegerExtreme<int64_t, kMax>;
template <bool kMax>
using ExtremeOfUInt64 = IntegerExtreme<uint64_t, kMax>;
template <bool kMax>
using ExtremeOfFloat32 = FloatExtreme<float, kMax>;
template <bool kMax>
using ExtremeOfFloat64 = FloatExtreme<double, kMax>;

}  // namespace

void add_extremes(FunctionTables& tables) {
  using enum TypeId;
  add_pair<ExtremeOfInt16>(tables, kInt16);
  add_pair<ExtremeOfInt32>(tables, kInt32);
  add_pair<ExtremeOfInt64>(tables, kInt64, Flavour::kBoth);
  add_pair<ExtremeOfUInt64>(tables, kUInt64, Flavour::kBoth);
  add_pair<ExtremeOfFloat32>(tables, kFloat32);
  add_pair<ExtremeOfFloat64>(tables, kFloat64, Flavour::kBoth);
  add_pair<ExtremeOfInt32>(tables, kDate);
  add_pair<ExtremeOfInt64>(tables, kTime);
  add_pair<ExtremeOfInt64>(tables, kTimestamp);
  add_pair<ExtremeOfInt64>(tables, kTimestampTz);
  add_pair<ExtremeOfInt64>(tables, kTimestampTzNs, Flavour::kBoth);
  add_pair<IntervalExtreme>(tables, kInterval);
  add_pair<TextExtreme>(tables, kText);
  add_pair<TextExtreme>(tables, kEnum);
  for (const LogicalType type :
       {LogicalType(kNumeric), LogicalType(kBpchar), LogicalType(kAnyArray), LogicalType(kInet)}) {
    tables.aggregate(packed_extreme<false>(type));
    tables.aggregate(packed_extreme<true>(type));
  }
  add_pair<ExtremeOfInt64>(tables, kOid);
  add_pair<ExtremeOfInt64>(tables, kTimeTz);
  for (const TypeId type : {kMoney, kLogPosition, kXid8}) add_pair<ExtremeOfInt64>(tables, type);

  const auto add_spread = [&](AggregateFunction spread) {
    spread.flavour = Flavour::kInfluxQl;
    tables.aggregate(std::move(spread));
  };
  add_spread(make_aggregate<Spread<int64_t>>("spread", kInt64, kInt64, "greatest less least"));
  add_spread(make_aggregate<Spread<uint64_t>>("spread", kUInt64, kUInt64, "greatest less least"));
  add_spread(make_aggregate<Spread<double>>("spread", kFloat64, kFloat64, "greatest less least"));
}

}  // namespace tidemark
