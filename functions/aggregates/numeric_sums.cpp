// sum and avg that are numeric, of bigint, uint8 and numeric; avg of all integers; sum and avg of intervals.

#include "functions/aggregate_kernel.h"
#include "functions/aggregates/simd_reductions.h"
#include "functions/function_tables.h"
#include "types/int128.h"
#include "types/interval.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

/// An exact sum of integers: 2^64 values of 64 bits fit.
struct WideSum {
  Int128 sum = 0;
  int64_t count = 0;
};

template <class T>
struct WideIntegers {
  using Input = T;
  using State = WideSum;
  static void add(State& state, const T& value) {
    state.sum += value;
    ++state.count;
  }
  static void add_range(State& state, const T* values, size_t count) {
    if constexpr (sizeof(T) == 8) {
      const SplitSum sum = sum_of(values, count);
      state.sum += (Int128{sum.high} << 32) + sum.low;
    } else {
      state.sum += sum_of(values, count);
    }
    state.count += static_cast<int64_t>(count);
  }
  static void add_repeated(State& state, const T& value, size_t count) {
    state.sum += static_cast<Int128>(value) * static_cast<Int128>(count);
    state.count += static_cast<int64_t>(count);
  }
  static void merge(State& into, State& from) {
    into.sum += from.sum;
    into.count += from.count;
  }
};

template <class T>
struct IntegerTotal : WideIntegers<T> {
  using Output = std::string;
  static bool finish(AggregateCall& /*call*/, const WideSum& state, std::string& output) {
    if (state.count == 0) return false;
    Numeric::from_int128(state.sum).append_packed(output);
    return true;
  }
};

template <class T>
struct IntegerAverage : WideIntegers<T> {
  using Output = std::string;
  static bool finish(AggregateCall& /*call*/, const WideSum& state, std::string& output) {
    if (state.count == 0) return false;
    (Numeric::from_int128(state.sum) / Numeric::from_int64(state.count)).append_packed(output);
    return true;
  }
};

/// Values of one scale whose sum fits 128 bits are added there; the rest goes through Numeric.
struct NumericSum {
  Int128 small = 0;
  int small_scale = -1;  ///< -1: nothing in `small`
  Numeric rest;
  int64_t count = 0;

  void add(const Numeric& value) {
    ++count;
    // One value stays below 2^100, so that 2^27 of them cannot overflow before the check below sees it.
    constexpr Int128 kLimit = Int128{1} << 100;
    if (value.is_finite() && value.is_small()) {
      const Int128 coefficient = value.small_coefficient();
      if ((small_scale == value.scale() || small_scale < 0) && coefficient < kLimit && coefficient > -kLimit &&
          small < kLimit && small > -kLimit) {
        small += coefficient;
        small_scale = value.scale();
        return;
      }
    }
    rest = rest + value;
  }
  void merge(const NumericSum& other) {
    rest = total() + other.total();
    small = 0;
    small_scale = -1;
    count += other.count;
  }
  [[nodiscard]] Numeric total() const {
    return small_scale < 0 ? rest : rest + Numeric::from_int128(small, small_scale);
  }
};

void append_number(std::string& out, int64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
int64_t take_int64(std::string_view& in) {
  int64_t number = 0;
  std::memcpy(&number, in.data(), sizeof number);
  in.remove_prefix(sizeof number);
  return number;
}

struct NumericValues {
  using Input = std::string_view;
  using Output = std::string;
  using State = NumericSum;
  static void add(State& state, std::string_view packed) { state.add(Numeric::unpack(packed)); }
  static void merge(State& into, State& from) { into.merge(from); }
  static void serialize(const State& state, std::string& out) {
    const std::string total = state.total().packed();
    append_number(out, state.count);
    append_number(out, static_cast<int64_t>(total.size()));
    out += total;
  }
  static void deserialize(std::string_view& in, State& state) {
    state.count = take_int64(in);
    const auto size = static_cast<size_t>(take_int64(in));
    state.rest = Numeric::unpack(in.substr(0, size));
    in.remove_prefix(size);
  }
};

struct NumericTotal : NumericValues {
  static bool finish(AggregateCall& /*call*/, const State& state, std::string& output) {
    if (state.count == 0) return false;
    state.total().append_packed(output);
    return true;
  }
};

struct NumericAverage : NumericValues {
  static bool finish(AggregateCall& /*call*/, const State& state, std::string& output) {
    if (state.count == 0) return false;
    (state.total() / Numeric::from_int64(state.count)).append_packed(output);
    return true;
  }
};

struct IntervalValues {
  using Input = Interval;
  using Output = Interval;
  struct State {
    Interval sum;
    int64_t count = 0;
  };
  static void add(State& state, const Interval& value) {
    state.sum = tidemark::add(state.sum, value);
    ++state.count;
  }
  static void merge(State& into, State& from) {
    into.sum = tidemark::add(into.sum, from.sum);
    into.count += from.count;
  }
};

struct IntervalTotal : IntervalValues {
  static bool finish(AggregateCall& /*call*/, const State& state, Interval& output) {
    output = state.sum;
    return state.count > 0;
  }
};

struct IntervalAverage : IntervalValues {
  static bool finish(AggregateCall& /*call*/, const State& state, Interval& output) {
    if (state.count == 0) return false;
    output = divide(state.sum, static_cast<double>(state.count));
    return true;
  }
};

}  // namespace

void add_numeric_sums(FunctionTables& tables) {
  using enum TypeId;
  const auto add_sum = [&](AggregateFunction sum) {
    sum.summary = PageSummary::kSum;
    tables.aggregate(std::move(sum));
  };
  add_sum(make_aggregate<IntegerTotal<int64_t>>("sum", kInt64, kNumeric, "sum"));
  add_sum(make_aggregate<IntegerTotal<uint64_t>>("sum", kUInt64, kNumeric, "sum"));
  add_sum(make_aggregate<NumericTotal>("sum", kNumeric, kNumeric, "sum"));
  tables.aggregate(make_aggregate<IntervalTotal>("sum", kInterval, kInterval, "sum"));
  add_sum(make_aggregate<IntegerAverage<int16_t>>("avg", kInt16, kNumeric, "average"));
  add_sum(make_aggregate<IntegerAverage<int32_t>>("avg", kInt32, kNumeric, "average"));
  add_sum(make_aggregate<IntegerAverage<int64_t>>("avg", kInt64, kNumeric, "average"));
  add_sum(make_aggregate<IntegerAverage<uint64_t>>("avg", kUInt64, kNumeric, "average"));
  tables.aggregate(make_aggregate<NumericAverage>("avg", kNumeric, kNumeric, "average"));
  tables.aggregate(make_aggregate<IntervalAverage>("avg", kInterval, kInterval, "average"));
}

}  // namespace tidemark
