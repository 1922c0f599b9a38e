// Variance and standard deviation, correlation and regression, with PostgreSQL's formulas: Youngs and Cramer's updates
// for floats (double precision), exact sums of squares for integers and numeric.

#include <cmath>
#include <limits>

#include "functions/aggregate_kernel.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

using enum TypeId;

/// Count, sum and sum of squared differences from the mean.
struct Moments {
  double count = 0;
  double sum = 0;
  double squares = 0;

  void add(double value) {
    const double before = count;
    const double old_sum = sum;
    count += 1;
    sum += value;
    if (before > 0) {
      const double difference = value * count - sum;
      squares += difference * difference / (count * before);
      if (std::isinf(sum) || std::isinf(squares)) {
        if (!std::isinf(old_sum) && !std::isinf(value)) throw_float_overflow();
        squares = std::numeric_limits<double>::quiet_NaN();
      }
    } else if (!std::isfinite(value)) {
      squares = std::numeric_limits<double>::quiet_NaN();
    }
  }
  void merge(const Moments& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const double total = count + other.count;
    const double difference = sum / count - other.sum / other.count;
    squares = squares + other.squares + count * other.count * difference * difference / total;
    sum += other.sum;
    count = total;
  }
};

enum class SpreadMeasure : uint8_t { kVariancePopulation, kVarianceSample, kDeviationPopulation, kDeviationSample };
constexpr bool is_sample(SpreadMeasure measure) {
  return measure == SpreadMeasure::kVarianceSample || measure == SpreadMeasure::kDeviationSample;
}
constexpr bool is_deviation(SpreadMeasure measure) {
  return measure == SpreadMeasure::kDeviationPopulation || measure == SpreadMeasure::kDeviationSample;
}

template <class T, SpreadMeasure kMeasure>
struct FloatSpread {
  using Input = T;
  using Output = double;
  using State = Moments;
  static void add(State& state, const T& value) { state.add(static_cast<double>(value)); }
  static void merge(State& into, State& from) { into.merge(from); }
  static bool finish(AggregateCall& /*call*/, const State& state, double& output) {
    const double divisor = is_sample(kMeasure) ? state.count - 1 : state.count;
    if (divisor <= 0) return false;
    output = state.squares / divisor;
    if (is_deviation(kMeasure)) output = std::sqrt(output);
    return true;
  }
};

/// Exact: sums of values and of squares.
/// The square root with the digits of `value` itself. Rounding the root of more digits once more would round twice.
Numeric root_of(const Numeric& value) {
  const int scale = value.scale();
  const Numeric root = value.sqrt().trunc(scale);
  const Numeric half = root + Numeric::from_int128(5, scale + 1);
  return half * half <= value ? root + Numeric::from_int128(1, scale) : root;
}

struct ExactMoments {
  int64_t count = 0;
  Numeric sum;
  Numeric squares;
};

template <class T, SpreadMeasure kMeasure>
struct ExactSpread {
  using Input = T;
  using Output = std::string;
  using State = ExactMoments;
  static void add(State& state, const T& value) {
    Numeric number;
    if constexpr (std::is_same_v<T, std::string_view>) {
      number = Numeric::unpack(value);
    } else if constexpr (std::is_same_v<T, uint64_t>) {
      number = Numeric::from_uint64(value);
    } else {
      number = Numeric::from_int64(value);
    }
    ++state.count;
    state.sum = state.sum + number;
    state.squares = state.squares + number * number;
  }
  static void merge(State& into, State& from) {
    into.count += from.count;
    into.sum = into.sum + from.sum;
    into.squares = into.squares + from.squares;
  }
  static bool finish(AggregateCall& /*call*/, const State& state, std::string& output) {
    if (state.count == 0 || (is_sample(kMeasure) && state.count == 1)) return false;
    if (!state.sum.is_finite()) {
      Numeric::nan().append_packed(output);
      return true;
    }
    const Numeric count = Numeric::from_int64(state.count);
    const Numeric numerator = count * state.squares - state.sum * state.sum;
    if (numerator.sign() <= 0) {
      Numeric().append_packed(output);
      return true;
    }
    Numeric result = numerator / (count * Numeric::from_int64(is_sample(kMeasure) ? state.count - 1 : state.count));
    if (is_deviation(kMeasure)) result = root_of(result);
    result.append_packed(output);
    return true;
  }
  static void serialize(const State& state, std::string& out) {
    out.append(reinterpret_cast<const char*>(&state.count), sizeof state.count);
    for (const Numeric* part : {&state.sum, &state.squares}) {
      const std::string packed = part->packed();
      const uint64_t size = packed.size();
      out.append(reinterpret_cast<const char*>(&size), sizeof size);
      out += packed;
    }
  }
  static void deserialize(std::string_view& in, State& state) {
    const auto take = [&](auto& number) {
      std::memcpy(&number, in.data(), sizeof number);
      in.remove_prefix(sizeof number);
    };
    take(state.count);
    for (Numeric* part : {&state.sum, &state.squares}) {
      uint64_t size = 0;
      take(size);
      *part = Numeric::unpack(in.substr(0, size));
      in.remove_prefix(size);
    }
  }
};

template <SpreadMeasure kMeasure>
void add_spread(FunctionTables& tables, std::initializer_list<std::string_view> names, std::string_view doc) {
  for (const std::string_view name : names) {
    tables.aggregate(make_aggregate<FloatSpread<double, kMeasure>>(name, kFloat64, kFloat64, doc));
    tables.aggregate(make_aggregate<FloatSpread<float, kMeasure>>(name, kFloat32, kFloat64, doc));
    tables.aggregate(make_aggregate<ExactSpread<int16_t, kMeasure>>(name, kInt16, kNumeric, doc));
    tables.aggregate(make_aggregate<ExactSpread<int32_t, kMeasure>>(name, kInt32, kNumeric, doc));
    tables.aggregate(make_aggregate<ExactSpread<int64_t, kMeasure>>(name, kInt64, kNumeric, doc));
    tables.aggregate(make_aggregate<ExactSpread<uint64_t, kMeasure>>(name, kUInt64, kNumeric, doc));
    tables.aggregate(make_aggregate<ExactSpread<std::string_view, kMeasure>>(name, kNumeric, kNumeric, doc));
  }
}

void add_influx_deviation(FunctionTables& tables) {
  const auto add = [&](AggregateFunction function) {
    function.flavour = Flavour::kInfluxQl;
    tables.aggregate(std::move(function));
  };
  static constexpr std::string_view kDoc = "sample standard deviation";
  add(make_aggregate<FloatSpread<double, SpreadMeasure::kDeviationSample>>("stddev", kFloat64, kFloat64, kDoc));
  add(make_aggregate<FloatSpread<int64_t, SpreadMeasure::kDeviationSample>>("stddev", kInt64, kFloat64, kDoc));
  add(make_aggregate<FloatSpread<uint64_t, SpreadMeasure::kDeviationSample>>("stddev", kUInt64, kFloat64, kDoc));
}

/// Of pairs (y, x).
struct PairMoments {
  double count = 0;
  double sum_x = 0;
  double squares_x = 0;
  double sum_y = 0;
  double squares_y = 0;
  double products = 0;

  void add(double y, double x) {
    const PairMoments old = *this;
    count += 1;
    sum_x += x;
    sum_y += y;
    if (old.count > 0) {
      const double dx = x * count - sum_x;
      const double dy = y * count - sum_y;
      const double scale = 1 / (count * old.count);
      squares_x += dx * dx * scale;
      squares_y += dy * dy * scale;
      products += dx * dy * scale;
      check_overflow(old, y, x);
    } else {
      constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
      if (!std::isfinite(x)) squares_x = products = kNan;
      if (!std::isfinite(y)) squares_y = products = kNan;
    }
  }
  void merge(const PairMoments& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const double total = count + other.count;
    const double dx = sum_x / count - other.sum_x / other.count;
    const double dy = sum_y / count - other.sum_y / other.count;
    const double weight = count * other.count / total;
    squares_x += other.squares_x + weight * dx * dx;
    squares_y += other.squares_y + weight * dy * dy;
    products += other.products + weight * dx * dy;
    sum_x += other.sum_x;
    sum_y += other.sum_y;
    count = total;
  }

 private:
  void check_overflow(const PairMoments& old, double y, double x) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const bool x_infinite = std::isinf(old.sum_x) || std::isinf(x);
    const bool y_infinite = std::isinf(old.sum_y) || std::isinf(y);
    if (((std::isinf(sum_x) || std::isinf(squares_x)) && !x_infinite) ||
        ((std::isinf(sum_y) || std::isinf(squares_y)) && !y_infinite) ||
        (std::isinf(products) && !x_infinite && !y_infinite)) {
      throw_float_overflow();
    }
    if (std::isinf(squares_x)) squares_x = kNan;
    if (std::isinf(squares_y)) squares_y = kNan;
    if (std::isinf(products)) products = kNan;
  }
};

PairMoments& pairs_of(std::byte* state) { return *std::launder(reinterpret_cast<PairMoments*>(state)); }

/// Calls `body(row, y, x)` where both are there.
template <class Body>
void each_pair(AggregateCall& call, size_t first, size_t last, const Body& body) {
  const Vector& y = call.arguments[0];
  const Vector& x = call.arguments[1];
  const size_t y_stride = y.is_constant() ? 0 : 1;
  const size_t x_stride = x.is_constant() ? 0 : 1;
  for (size_t row = first; row < last; ++row) {
    if (y.validity().is_valid(row * y_stride) && x.validity().is_valid(row * x_stride)) {
      body(row, y.data<double>()[row * y_stride], x.data<double>()[row * x_stride]);
    }
  }
}

using PairResult = bool (*)(const PairMoments& pairs, double& output);

template <PairResult kResult>
AggregateFunction pair_aggregate(std::string_view name, std::string_view doc) {
  AggregateFunction function;
  function.name = name;
  function.arguments = {kFloat64, kFloat64};
  function.result = kFloat64;
  function.state_bytes = sizeof(PairMoments);
  function.initialize = [](std::byte* state) { new (state) PairMoments(); };
  function.update_range = [](AggregateCall& call, std::byte* state, size_t first, size_t last) {
    each_pair(call, first, last, [&](size_t /*row*/, double y, double x) { pairs_of(state).add(y, x); });
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    each_pair(call, 0, states.size(), [&](size_t row, double y, double x) { pairs_of(states[row]).add(y, x); });
  };
  function.combine = [](AggregateCall& /*call*/, std::byte* into, std::byte* from) {
    pairs_of(into).merge(pairs_of(from));
  };
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
    detail::finalize_each<double>(call, states.size(), result,
                                  [&](size_t i, double& output) { return kResult(pairs_of(states[i]), output); });
  };
  function.doc = doc;
  return function;
}

bool some(double count, double value, double& output) {
  output = value;
  return count >= 1;
}
bool regr_sxx(const PairMoments& p, double& out) { return some(p.count, p.squares_x, out); }
bool regr_syy(const PairMoments& p, double& out) { return some(p.count, p.squares_y, out); }
bool regr_sxy(const PairMoments& p, double& out) { return some(p.count, p.products, out); }
bool regr_avgx(const PairMoments& p, double& out) { return some(p.count, p.sum_x / p.count, out); }
bool regr_avgy(const PairMoments& p, double& out) { return some(p.count, p.sum_y / p.count, out); }
bool covar_pop(const PairMoments& p, double& out) { return some(p.count, p.products / p.count, out); }
bool covar_samp(const PairMoments& p, double& out) {
  out = p.products / (p.count - 1);
  return p.count >= 2;
}
bool corr(const PairMoments& p, double& out) {
  if (p.count < 1 || p.squares_x == 0 || p.squares_y == 0) return false;
  out = p.products / std::sqrt(p.squares_x * p.squares_y);
  return true;
}
bool regr_r2(const PairMoments& p, double& out) {
  if (p.count < 1 || p.squares_x == 0) return false;
  out = p.squares_y == 0 ? 1 : p.products * p.products / (p.squares_x * p.squares_y);
  return true;
}
bool regr_slope(const PairMoments& p, double& out) {
  if (p.count < 1 || p.squares_x == 0) return false;
  out = p.products / p.squares_x;
  return true;
}
bool regr_intercept(const PairMoments& p, double& out) {
  if (p.count < 1 || p.squares_x == 0) return false;
  out = (p.sum_y - p.sum_x * p.products / p.squares_x) / p.count;
  return true;
}

}  // namespace

void add_statistics(FunctionTables& tables) {
  using enum SpreadMeasure;
  add_spread<kVariancePopulation>(tables, {"var_pop"}, "population variance");
  add_spread<kVarianceSample>(tables, {"var_samp", "variance"}, "sample variance");
  add_spread<kDeviationPopulation>(tables, {"stddev_pop"}, "population standard deviation");
  add_spread<kDeviationSample>(tables, {"stddev_samp", "stddev"}, "sample standard deviation");
  add_influx_deviation(tables);
  tables.aggregate(pair_aggregate<corr>("corr", "correlation coefficient of (y, x)"));
  tables.aggregate(pair_aggregate<covar_pop>("covar_pop", "population covariance"));
  tables.aggregate(pair_aggregate<covar_samp>("covar_samp", "sample covariance"));
  tables.aggregate(pair_aggregate<regr_sxx>("regr_sxx", "sum of squares of x"));
  tables.aggregate(pair_aggregate<regr_syy>("regr_syy", "sum of squares of y"));
  tables.aggregate(pair_aggregate<regr_sxy>("regr_sxy", "sum of products"));
  tables.aggregate(pair_aggregate<regr_avgx>("regr_avgx", "average of x"));
  tables.aggregate(pair_aggregate<regr_avgy>("regr_avgy", "average of y"));
  tables.aggregate(pair_aggregate<regr_r2>("regr_r2", "square of the correlation coefficient"));
  tables.aggregate(pair_aggregate<regr_slope>("regr_slope", "slope of the least-squares line"));
  tables.aggregate(pair_aggregate<regr_intercept>("regr_intercept", "y-intercept of the least-squares line"));
  AggregateFunction count = pair_aggregate<covar_pop>("regr_count", "number of pairs without NULL");
  count.result = kInt64;
  count.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
    detail::finalize_each<int64_t>(call, states.size(), result, [&](size_t i, int64_t& output) {
      output = static_cast<int64_t>(pairs_of(states[i]).count);
      return true;
    });
  };
  tables.aggregate(std::move(count));
}

}  // namespace tidemark
