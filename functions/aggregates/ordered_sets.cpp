// percentile_cont, percentile_disc and mode (WITHIN GROUP), and InfluxQL's median, percentile and mode. An ordered-set
// call's arguments are its direct ones and behind them the sort key; its rows come in the order of WITHIN GROUP.

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "functions/aggregate_kernel.h"
#include "functions/aggregates/state_bytes.h"
#include "functions/function_tables.h"
#include "functions/validity_operations.h"
#include "types/array.h"
#include "types/compare.h"
#include "types/interval.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// Values in the order in which they came, and the fraction asked for.
template <class T>
struct Ordered {
  std::vector<T> values;
  double fraction = 0;
  bool has_fraction = false;
  std::string fractions;  ///< several: a packed float8[]
};

template <class T>
Ordered<T>& ordered(std::byte* state) {
  return *std::launder(reinterpret_cast<Ordered<T>*>(state));
}

template <class T>
void take_row(Ordered<T>& state, AggregateCall& call, size_t row) {
  const size_t value_argument = call.arguments.size() - 1;
  if (call.arguments.size() == 2 && is_there(call.arguments[0], row)) {
    const size_t index = call.arguments[0].is_constant() ? 0 : row;
    if (call.arguments[0].type().is_array()) {
      if (!state.has_fraction) state.fractions = call.arguments[0].data<Text>()[index];
    } else {
      state.fraction = call.arguments[0].data<double>()[index];
    }
    state.has_fraction = true;
  }
  const Vector& values = call.arguments[value_argument];
  if (!is_there(values, row)) return;
  if constexpr (std::is_same_v<T, std::string>) {
    state.values.emplace_back(values.data<Text>()[values.is_constant() ? 0 : row]);
  } else {
    state.values.push_back(values.data<T>()[values.is_constant() ? 0 : row]);
  }
}

template <class T>
void store(Vector& result, size_t row, const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    result.mutable_data<Text>()[row] = result.heap().add(value);
  } else {
    result.mutable_data<T>()[row] = value;
  }
}

void check_fraction(double fraction) {
  if (!(fraction >= 0 && fraction <= 1)) {
    std::string shown;
    append_float64(shown, fraction);
    throw Error(sqlstate::kNumericValueOutOfRange, "percentile value " + shown + " is not between 0 and 1");
  }
}

/// Puts the value that sorting would bring to place `n` there, none greater before it and none smaller behind it. NaN
/// is the greatest.
template <class T>
T select_nth(std::vector<T>& values, size_t n) {
  auto end = values.end();
  if constexpr (std::is_floating_point_v<T>) {
    end = std::partition(values.begin(), values.end(), [](T value) { return !std::isnan(value); });
  }
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(n);
  if (place < end) {
    std::nth_element(values.begin(), place, end);
  }
  return *place;
}

double between(double low, double high, double share) { return low + share * (high - low); }
Interval between(const Interval& low, const Interval& high, double share) {
  return add(low, multiply(subtract(high, low), share));
}

/// The value that interpolation between neighbours gives.
template <class T>
bool continuous(AggregateCall& /*call*/, Ordered<T>& state, T& output) {
  if (state.values.empty() || !state.has_fraction) return false;
  check_fraction(state.fraction);
  const double place = state.fraction * static_cast<double>(state.values.size() - 1);
  const auto low = static_cast<size_t>(std::floor(place));
  const auto high = static_cast<size_t>(std::ceil(place));
  output = low == high ? state.values[low]
                       : between(state.values[low], state.values[high], place - static_cast<double>(low));
  return true;
}

/// The same over values in any order.
bool continuous_of_any(AggregateCall& /*call*/, Ordered<double>& state, double& output) {
  if (state.values.empty() || !state.has_fraction) return false;
  check_fraction(state.fraction);
  const double place = state.fraction * static_cast<double>(state.values.size() - 1);
  const auto low = static_cast<size_t>(std::floor(place));
  const double share = place - static_cast<double>(low);
  output = select_nth(state.values, low);
  if (share > 0) {
    // NaN, which is not below anything, comes only where nothing else is left.
    double next = std::numeric_limits<double>::quiet_NaN();
    for (size_t i = low + 1; i < state.values.size(); ++i) {
      next = state.values[i] < next || std::isnan(next) ? state.values[i] : next;
    }
    output = between(output, next, share);
  }
  return true;
}

/// The first value whose place is at or beyond the fraction.
template <class T>
bool discrete(AggregateCall& /*call*/, Ordered<T>& state, T& output) {
  if (state.values.empty() || !state.has_fraction) return false;
  check_fraction(state.fraction);
  const double place = std::ceil(state.fraction * static_cast<double>(state.values.size()));
  output = state.values[static_cast<size_t>(std::max(place, 1.0)) - 1];
  return true;
}

template <class T>
bool discrete_of_any(AggregateCall& /*call*/, Ordered<T>& state, T& output) {
  if (state.values.empty() || !state.has_fraction) return false;
  check_fraction(state.fraction);
  const double place = std::ceil(state.fraction * static_cast<double>(state.values.size()));
  output = select_nth(state.values, static_cast<size_t>(std::max(place, 1.0)) - 1);
  return true;
}

/// The first of the values that come most often; equal values are neighbours.
template <class T>
bool most_frequent(AggregateCall& /*call*/, Ordered<T>& state, T& output) {
  size_t best = 0;
  for (size_t i = 0; i < state.values.size();) {
    size_t end = i + 1;
    while (end < state.values.size() && state.values[end] == state.values[i]) ++end;
    if (end - i > best) {
      best = end - i;
      output = state.values[i];
    }
    i = end;
  }
  return best > 0;
}

// InfluxQL: rows come in any order.
double as_float(double value) { return value; }
double as_float(int64_t value) { return static_cast<double>(value); }
double as_float(uint64_t value) { return static_cast<double>(value); }

template <class T>
bool median(AggregateCall& /*call*/, Ordered<T>& state, double& output) {
  if (state.values.empty()) return false;
  std::ranges::sort(state.values);
  const size_t middle = state.values.size() / 2;
  output = state.values.size() % 2 == 1 ? as_float(state.values[middle])
                                        : as_float(state.values[middle - 1]) +
                                              (as_float(state.values[middle]) - as_float(state.values[middle - 1])) / 2;
  return true;
}
/// The value of nearest rank; `fraction` counts in hundredths.
template <class T>
bool nearest_rank(AggregateCall& /*call*/, Ordered<T>& state, T& output) {
  if (state.values.empty() || !state.has_fraction) return false;
  const double rank = std::floor(static_cast<double>(state.values.size()) * state.fraction / 100 + 0.5) - 1;
  if (rank < 0 || rank >= static_cast<double>(state.values.size())) return false;
  std::ranges::sort(state.values);
  output = state.values[static_cast<size_t>(rank)];
  return true;
}
template <class T>
bool sorted_mode(AggregateCall& call, Ordered<T>& state, T& output) {
  std::ranges::sort(state.values);
  return most_frequent(call, state, output);
}

/// T: what is collected; Output: what kFinish gives.
template <class T, class Output, bool (*kFinish)(AggregateCall&, Ordered<T>&, Output&)>
AggregateFunction collecting(Text name, std::vector<LogicalType> arguments, LogicalType result, Text doc) {
  AggregateFunction function;
  function.name = name;
  function.arguments = std::move(arguments);
  function.result = result;
  function.state_bytes = sizeof(Ordered<T>);
  function.initialize = [](std::byte* state) { new (state) Ordered<T>(); };
  function.destroy = [](std::byte* state) { ordered<T>(state).~Ordered<T>(); };
  function.row_bytes = sizeof(T);
  function.update_range = [](AggregateCall& call, std::byte* state, size_t first, size_t last) {
    if constexpr (!std::is_same_v<T, std::string>) {
      const Vector& values = call.arguments.back();
      if (first < last && !values.is_constant() && values.validity().all_valid()) {
        Ordered<T>& kept = ordered<T>(state);
        take_row(kept, call, first);
        kept.values.insert(kept.values.end(), values.data<T>() + first + 1, values.data<T>() + last);
        return;
      }
    }
    for (size_t row = first; row < last; ++row) take_row(ordered<T>(state), call, row);
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    if constexpr (!std::is_same_v<T, std::string>) {
      const Vector& values = call.arguments.back();
      const bool plain = !values.is_constant() && values.validity().all_valid() &&
                         (call.arguments.size() == 1 || call.arguments[0].is_constant());
      for (size_t row = 0; plain && row < states.size(); ++row) {
        Ordered<T>& kept = ordered<T>(states[row]);
        if (kept.values.empty()) {
          take_row(kept, call, row);  // the fraction, too
        } else {
          kept.values.push_back(values.data<T>()[row]);
        }
      }
      if (plain) return;
    }
    for (size_t row = 0; row < states.size(); ++row) take_row(ordered<T>(states[row]), call, row);
  };
  function.combine = [](AggregateCall& /*call*/, std::byte* into, std::byte* from) {
    Ordered<T>& target = ordered<T>(into);
    Ordered<T>& source = ordered<T>(from);
    if (target.values.empty()) {
      target.values.swap(source.values);
    } else {
      target.values.insert(target.values.end(), source.values.begin(), source.values.end());
    }
    if (source.has_fraction) {
      target.fraction = source.fraction;
      target.fractions = source.fractions;
      target.has_fraction = true;
    }
  };
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& target) {
    target = Vector::flat(call.result_type, states.size());
    for (size_t i = 0; i < states.size(); ++i) {
      Output output{};
      const bool there = kFinish(call, ordered<T>(states[i]), output);
      store(target, i, output);
      if (!there) target.set_null(i);
    }
  };
  function.serialize = [](const std::byte* bytes, std::string& out) {
    const auto& state = *std::launder(reinterpret_cast<const Ordered<T>*>(bytes));
    append_plain(out, state.fraction);
    append_plain(out, state.has_fraction);
    append_plain(out, state.fractions.size());
    out += state.fractions;
    append_plain(out, state.values.size());
    for (const T& value : state.values) {
      if constexpr (std::is_same_v<T, std::string>) {
        append_plain(out, value.size());
        out += value;
      } else {
        append_plain(out, value);
      }
    }
  };
  function.deserialize = [](Text& in, std::byte* bytes) {
    Ordered<T>& state = *new (bytes) Ordered<T>();
    state.fraction = take_plain<double>(in);
    state.has_fraction = take_plain<bool>(in);
    const auto fraction_bytes = take_plain<size_t>(in);
    state.fractions = in.substr(0, fraction_bytes);
    in.remove_prefix(fraction_bytes);
    const auto count = take_plain<size_t>(in);
    for (size_t i = 0; i < count; ++i) {
      if constexpr (std::is_same_v<T, std::string>) {
        const auto size = take_plain<size_t>(in);
        state.values.emplace_back(in.substr(0, size));
        in.remove_prefix(size);
      } else {
        state.values.push_back(take_plain<T>(in));
      }
    }
  };
  function.doc = doc;
  return function;
}

/// The same for each of an array of fractions: an array of the same shape.
template <class T, bool (*kFinish)(AggregateCall&, Ordered<T>&, T&)>
AggregateFunction for_each_fraction(AggregateFunction function) {
  const LogicalType type = function.result;
  function.arguments[0] = LogicalType::array_of(kFloat64);
  function.result = LogicalType::array_of(type.id);
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& target) {
    const LogicalType element_type = array_element_type(call.result_type);
    target = Vector::flat(call.result_type, states.size());
    for (size_t i = 0; i < states.size(); ++i) {
      Ordered<T>& state = ordered<T>(states[i]);
      if (state.values.empty() || !state.has_fraction) {
        target.set_null(i);
        continue;
      }
      const ArrayView fractions(state.fractions, kFloat64);
      Vector results = Vector::flat(element_type, fractions.size());
      for (size_t j = 0; j < fractions.size(); ++j) {
        T output{};
        if (!fractions.is_null(j)) {
          state.fraction = fractions.value(j).as_double();
          kFinish(call, state, output);
        }
        store(results, j, output);
        if (fractions.is_null(j)) results.set_null(j);
      }
      ArrayBuilder builder(element_type);
      for (size_t j = 0; j < fractions.size(); ++j) builder.add(results, j);
      target.mutable_data<Text>()[i] = target.heap().add(builder.finish(fractions.dimensions()));
    }
  };
  return function;
}

/// An ordered set's function, with its twin for rows in any order (or null).
void add_ordered(FunctionTables& tables, AggregateFunction function,
                 std::shared_ptr<const AggregateFunction> any_order) {
  function.ordered_set = true;
  function.order_sensitive = true;
  function.any_order = std::move(any_order);
  tables.aggregate(std::move(function));
}

template <class T>
void add_discrete(FunctionTables& tables, std::initializer_list<TypeId> types) {
  for (const TypeId type : types) {
    static constexpr Text kDiscrete = "first value at or beyond a fraction of the rows";
    std::shared_ptr<const AggregateFunction> any_order;
    if constexpr (std::is_arithmetic_v<T>) {
      any_order = std::make_shared<AggregateFunction>(
          collecting<T, T, discrete_of_any<T>>("percentile_disc", {kFloat64, type}, type, kDiscrete));
    }
    const AggregateFunction function =
        collecting<T, T, discrete<T>>("percentile_disc", {kFloat64, type}, type, kDiscrete);
    add_ordered(tables, for_each_fraction<T, discrete<T>>(function), nullptr);
    add_ordered(tables, function, std::move(any_order));
    add_ordered(tables, collecting<T, T, most_frequent<T>>("mode", {type}, type, "the most frequent value"), nullptr);
  }
}

template <class T>
void add_influx(FunctionTables& tables, TypeId type) {
  AggregateFunction functions[] = {
      collecting<T, double, median<T>>("median", {type}, kFloat64, "the middle value"),
      collecting<T, T, nearest_rank<T>>("percentile", {kFloat64, type}, type, "value of nearest rank, of hundredths"),
      collecting<T, T, sorted_mode<T>>("mode", {type}, type, "the most frequent value; the least of several")};
  for (AggregateFunction& function : functions) {
    function.flavour = Flavour::kInfluxQl;
    tables.aggregate(std::move(function));
  }
}

}  // namespace

void add_ordered_sets(FunctionTables& tables) {
  static constexpr Text kContinuous = "value at a fraction of the rows, interpolated";
  const AggregateFunction floats =
      collecting<double, double, continuous<double>>("percentile_cont", {kFloat64, kFloat64}, kFloat64, kContinuous);
  const AggregateFunction intervals = collecting<Interval, Interval, continuous<Interval>>(
      "percentile_cont", {kFloat64, kInterval}, kInterval, kContinuous);
  add_ordered(tables, for_each_fraction<double, continuous<double>>(floats), nullptr);
  add_ordered(tables, for_each_fraction<Interval, continuous<Interval>>(intervals), nullptr);
  add_ordered(tables, floats,
              std::make_shared<AggregateFunction>(collecting<double, double, continuous_of_any>(
                  "percentile_cont", {kFloat64, kFloat64}, kFloat64, kContinuous)));
  add_ordered(tables, intervals, nullptr);
  add_discrete<int16_t>(tables, {kInt16});
  add_discrete<int32_t>(tables, {kInt32, kDate});
  add_discrete<int64_t>(tables, {kInt64, kTime, kTimestamp, kTimestampTz, kTimestampTzNs});
  add_discrete<uint64_t>(tables, {kUInt64});
  add_discrete<float>(tables, {kFloat32});
  add_discrete<double>(tables, {kFloat64});
  add_discrete<uint8_t>(tables, {kBoolean});
  add_discrete<std::string>(tables, {kText, kNumeric, kEnum});
  add_discrete<Interval>(tables, {kInterval});
  add_influx<int64_t>(tables, kInt64);
  add_influx<uint64_t>(tables, kUInt64);
  add_influx<double>(tables, kFloat64);
}

}  // namespace tidemark
