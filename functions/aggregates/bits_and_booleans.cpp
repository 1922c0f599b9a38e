// bool_and, bool_or, every; bit_and, bit_or, bit_xor.

#include <utility>

#include "base/error.h"
#include "functions/aggregate_kernel.h"
#include "functions/aggregates/state_bytes.h"
#include "functions/function_tables.h"

namespace tidemark {
namespace {

/// kAll: true if all are; else true if any is.
template <bool kAll>
struct Truth {
  using Input = uint8_t;
  using Output = bool;
  struct State {
    bool value = kAll;
    bool any = false;
  };
  static void add(State& state, const uint8_t& value) {
    state.value = kAll ? state.value && value != 0 : state.value || value != 0;
    state.any = true;
  }
  static void merge(State& into, State& from) {
    if (from.any) add(into, from.value ? 1 : 0);
  }
  static bool finish(AggregateCall& /*call*/, const State& state, bool& output) {
    output = state.value;
    return state.any;
  }
};

enum class BitRule : uint8_t { kAnd, kOr, kXor };

template <class T, BitRule kRule>
struct Bits {
  using Input = T;
  using Output = T;
  struct State {
    T value = kRule == BitRule::kAnd ? static_cast<T>(-1) : T{0};
    bool any = false;
  };
  static void add(State& state, const T& value) {
    if constexpr (kRule == BitRule::kAnd) {
      state.value = static_cast<T>(state.value & value);
    } else if constexpr (kRule == BitRule::kOr) {
      state.value = static_cast<T>(state.value | value);
    } else {
      state.value = static_cast<T>(state.value ^ value);
    }
    state.any = true;
  }
  static void merge(State& into, State& from) {
    if (from.any) add(into, from.value);
  }
  static bool finish(AggregateCall& /*call*/, const State& state, T& output) {
    output = state.value;
    return state.any;
  }
};

/// The same over bit strings, which must be of one length.
template <BitRule kRule>
struct BitStrings {
  using Input = std::string_view;
  using Output = std::string;
  struct State {
    std::string value;
    bool any = false;
  };
  static void add(State& state, const std::string_view& bits) {
    if (!std::exchange(state.any, true)) {
      state.value = bits;
      return;
    }
    static constexpr std::string_view kVerb = kRule == BitRule::kAnd ? "AND" : kRule == BitRule::kOr ? "OR" : "XOR";
    if (state.value.size() != bits.size()) {
      throw Error("22026", "cannot " + std::string(kVerb) + " bit strings of different sizes");
    }
    for (size_t i = 0; i < bits.size(); ++i) {
      const bool decided = kRule == BitRule::kAnd ? bits[i] == '0' : bits[i] == '1';
      if (!decided) continue;
      state.value[i] = kRule == BitRule::kXor ? (state.value[i] == '1' ? '0' : '1') : bits[i];
    }
  }
  static void merge(State& into, State& from) {
    if (from.any) add(into, from.value);
  }
  static bool finish(AggregateCall& /*call*/, const State& state, std::string& output) {
    output = state.value;
    return state.any;
  }
  static void serialize(const State& state, std::string& out) {
    append_plain(out, state.any);
    append_plain(out, state.value.size());
    out += state.value;
  }
  static void deserialize(std::string_view& in, State& state) {
    state.any = take_plain<bool>(in);
    const auto size = take_plain<size_t>(in);
    state.value = in.substr(0, size);
    in.remove_prefix(size);
  }
};

template <class T>
void add_bits(FunctionTables& tables, TypeId type) {
  tables.aggregate(make_aggregate<Bits<T, BitRule::kAnd>>("bit_and", type, type, "bitwise AND of all"));
  tables.aggregate(make_aggregate<Bits<T, BitRule::kOr>>("bit_or", type, type, "bitwise OR of all"));
  tables.aggregate(make_aggregate<Bits<T, BitRule::kXor>>("bit_xor", type, type, "bitwise exclusive OR of all"));
}

}  // namespace

void add_bit_and_boolean_aggregates(FunctionTables& tables) {
  using enum TypeId;
  tables.aggregate(make_aggregate<Truth<true>>("bool_and", kBoolean, kBoolean, "whether all are true"));
  tables.aggregate(make_aggregate<Truth<true>>("every", kBoolean, kBoolean, "whether all are true"));
  tables.aggregate(make_aggregate<Truth<false>>("bool_or", kBoolean, kBoolean, "whether one is true"));
  add_bits<int16_t>(tables, kInt16);
  add_bits<int32_t>(tables, kInt32);
  add_bits<int64_t>(tables, kInt64);
  tables.aggregate(make_aggregate<BitStrings<BitRule::kAnd>>("bit_and", kBit, kBit, "bitwise AND of all"));
  tables.aggregate(make_aggregate<BitStrings<BitRule::kOr>>("bit_or", kBit, kBit, "bitwise OR of all"));
  tables.aggregate(make_aggregate<BitStrings<BitRule::kXor>>("bit_xor", kBit, kBit, "bitwise exclusive OR of all"));
}

}  // namespace tidemark
