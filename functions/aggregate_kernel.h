#pragma once

#include <bit>
#include <cstring>
#include <new>
#include <type_traits>

#include "functions/function.h"
#include "functions/validity_operations.h"

namespace tidemark {

/// How a small struct becomes an aggregate. For the room's tables only. A is
///
///   struct A {
///     using Input = int64_t;                                       // the C++ type of the one argument
///     using Output = int64_t;                                      // of the result
///     struct State {…};                                            // value-initialised at the start
///     static void add(State&, const Input&);                       // one valid value
///     static void add_range(State&, const Input*, size_t count);   // optional: a tight loop
///     static void add_repeated(State&, const Input&, size_t count);   // optional: one valid value so many times (> 0)
///     static void merge(State& into, State& from);
///     static bool finish(AggregateCall&, const State&, Output&);   // false: NULL
///   };
///
/// Output std::string is copied into the result's heap. A State with a destructor is destroyed.
namespace detail {

template <class A>
void initialize_state(std::byte* state) {
  new (state) typename A::State();
}
template <class A>
void destroy_state(std::byte* state) {
  using State = typename A::State;
  reinterpret_cast<State*>(state)->~State();
}
template <class A>
typename A::State& state_of(std::byte* state) {
  return *std::launder(reinterpret_cast<typename A::State*>(state));
}

template <class A>
void add_values(typename A::State& state, const typename A::Input* values, size_t count) {
  if constexpr (requires { A::add_range(state, values, count); }) {
    A::add_range(state, values, count);
  } else {
    for (size_t i = 0; i < count; ++i) A::add(state, values[i]);
  }
}

template <class A>
void update_range(AggregateCall& call, std::byte* bytes, size_t first, size_t last) {
  using Input = typename A::Input;
  typename A::State& state = state_of<A>(bytes);
  const Vector& argument = call.arguments[0];
  const Input* values = argument.data<Input>();
  if (argument.is_constant()) {
    if (!argument.validity().is_valid(0)) return;
    if constexpr (requires { A::add_repeated(state, *values, last - first); }) {
      if (last > first) A::add_repeated(state, *values, last - first);
    } else {
      for (size_t row = first; row < last; ++row) A::add(state, *values);
    }
    return;
  }
  const uint64_t* words = argument.validity().words();
  if (words == nullptr) {
    add_values<A>(state, values + first, last - first);
    return;
  }
  for (size_t row = first; row < last;) {
    // Stretches of whole valid words go to the tight loop, the rest bit by bit.
    size_t end = row;
    while ((end & 63) == 0 && end + 64 <= last && words[end >> 6] == ~uint64_t{0}) end += 64;
    if (end > row) {
      add_values<A>(state, values + row, end - row);
      row = end;
      continue;
    }
    end = std::min(last, (row | 63) + 1);
    for_each_valid(argument.validity(), row, end, [&](size_t valid_row) { A::add(state, values[valid_row]); });
    row = end;
  }
}

template <class A>
void update_rows(AggregateCall& call, std::span<std::byte* const> states) {
  using Input = typename A::Input;
  const Vector& argument = call.arguments[0];
  const Input* values = argument.data<Input>();
  const size_t stride = argument.is_constant() ? 0 : 1;
  if (argument.is_constant() && !argument.validity().is_valid(0)) return;
  if (argument.is_constant()) {
    for (std::byte* state : states) A::add(state_of<A>(state), *values);
    return;
  }
  for_each_valid(argument.validity(), 0, states.size(),
                 [&](size_t row) { A::add(state_of<A>(states[row]), values[row * stride]); });
}

template <class A>
void combine(AggregateCall& /*call*/, std::byte* into, std::byte* from) {
  A::merge(state_of<A>(into), state_of<A>(from));
}

template <class Output>
using StoredOutput =
    std::conditional_t<std::is_same_v<Output, bool>, uint8_t,
                       std::conditional_t<std::is_same_v<Output, std::string>, std::string_view, Output>>;

/// Writes what `finish(state index, output)` gives for each state; false is NULL.
template <class Output, class Finish>
void finalize_each(AggregateCall& call, size_t count, Vector& result, const Finish& finish) {
  result = Vector::flat(call.result_type, count);
  auto* to = result.mutable_data<StoredOutput<Output>>();
  for (size_t i = 0; i < count; ++i) {
    Output output{};
    const bool there = finish(i, output);
    if constexpr (std::is_same_v<Output, std::string>) {
      if (there) to[i] = result.heap().add(output);
    } else {
      to[i] = static_cast<StoredOutput<Output>>(output);
    }
    if (!there) result.set_null(i);
  }
}

template <class A>
void finalize(AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
  finalize_each<typename A::Output>(call, states.size(), result, [&](size_t i, typename A::Output& output) {
    return A::finish(call, state_of<A>(states[i]), output);
  });
}

}  // namespace detail

/// An AggregateFunction of one argument from A.
template <class A>
AggregateFunction make_aggregate(std::string_view name, LogicalType argument, LogicalType result,
                                 std::string_view doc) {
  AggregateFunction function;
  function.name = name;
  function.arguments = {argument};
  function.result = result;
  function.state_bytes = sizeof(typename A::State);
  function.initialize = detail::initialize_state<A>;
  function.update_range = detail::update_range<A>;
  function.update_rows = detail::update_rows<A>;
  function.combine = detail::combine<A>;
  function.finalize = detail::finalize<A>;
  if constexpr (!std::is_trivially_destructible_v<typename A::State>) function.destroy = detail::destroy_state<A>;
  if constexpr (requires(std::string_view in, typename A::State state, std::string out) {
                  A::serialize(state, out);
                  A::deserialize(in, state);
                }) {
    function.serialize = [](const std::byte* state, std::string& out) {
      A::serialize(*std::launder(reinterpret_cast<const typename A::State*>(state)), out);
    };
    function.deserialize = [](std::string_view& in, std::byte* state) {
      A::deserialize(in, *new (state) typename A::State());
    };
  } else {
    static_assert(std::is_trivially_copyable_v<typename A::State>, "a state that owns memory must be serializable");
  }
  function.doc = doc;
  return function;
}

}  // namespace tidemark
