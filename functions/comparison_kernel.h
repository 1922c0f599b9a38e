#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <string_view>

#include "functions/function_tables.h"
#include "functions/kernel.h"

namespace tidemark {

/// SQL's order of two values of C++ types: floats with NaN equal to itself and above all, text by bytes (D16),
/// intervals by their normalised length. Specialised where operators do not say it.
template <class A, class B = A>
struct Order {
  static bool equal(const A& a, const B& b) { return a == b; }
  static bool less(const A& a, const B& b) { return a < b; }
};
template <class A, class B>
  requires(std::is_floating_point_v<A> && std::is_floating_point_v<B>)
struct Order<A, B> {
  static bool equal(A a, B b) { return (a == b) | ((a != a) & (b != b)); }
  static bool less(A a, B b) { return (a < b) | ((a == a) & (b != b)); }
};
template <>
struct Order<uint64_t, int64_t> {
  static bool equal(uint64_t a, int64_t b) { return (b >= 0) & (a == static_cast<uint64_t>(b)); }
  static bool less(uint64_t a, int64_t b) { return (b > 0) & (a < static_cast<uint64_t>(b)); }
};
template <>
struct Order<int64_t, uint64_t> {
  static bool equal(int64_t a, uint64_t b) { return (a >= 0) & (static_cast<uint64_t>(a) == b); }
  static bool less(int64_t a, uint64_t b) { return (a < 0) | (static_cast<uint64_t>(a) < b); }
};
template <>
struct Order<Interval> {
  /// 30-day months, 24-hour days, in 128 bits.
  __extension__ using Wide = __int128;
  static Wide length(const Interval& span) {
    return (Wide{span.months} * 30 + span.days) * 86'400'000'000 + span.microseconds;
  }
  static bool equal(const Interval& a, const Interval& b) { return length(a) == length(b); }
  static bool less(const Interval& a, const Interval& b) { return length(a) < length(b); }
};

template <class A, class B>
bool is_equal(A a, B b) {
  return Order<A, B>::equal(a, b);
}
template <class A, class B>
bool is_not_equal(A a, B b) {
  return !Order<A, B>::equal(a, b);
}
template <class A, class B>
bool is_less(A a, B b) {
  return Order<A, B>::less(a, b);
}
template <class A, class B>
bool is_greater(A a, B b) {
  return Order<B, A>::less(b, a);
}
template <class A, class B>
bool is_less_or_equal(A a, B b) {
  return !Order<B, A>::less(b, a);
}
template <class A, class B>
bool is_greater_or_equal(A a, B b) {
  return !Order<A, B>::less(a, b);
}

namespace detail {

/// Blocks keep the intermediate mask in the first-level cache; the first loop vectorizes, the second never branches.
inline constexpr size_t kSelectBlock = 512;

template <class Test>
void select_where(SelectCall& call, const Test& test) {
  const bool all = call.valid.all_valid();
  if (call.candidates != nullptr) {
    const std::span<const uint32_t> candidates = *call.candidates;
    call.rows.resize(candidates.size());
    uint32_t* to = call.rows.data();
    size_t count = 0;
    for (uint32_t i = 0; i < candidates.size(); ++i) {
      to[count] = i;
      const uint32_t row = candidates[i];
      count += static_cast<size_t>(test(row) & (all || call.valid.is_valid(row)));
    }
    call.rows.resize(count);
    return;
  }
  call.rows.resize(call.size);
  uint32_t* to = call.rows.data();
  size_t count = 0;
  uint8_t mask[kSelectBlock];
  for (size_t first = 0; first < call.size; first += kSelectBlock) {
    const size_t rows = std::min(kSelectBlock, call.size - first);
    for (size_t i = 0; i < rows; ++i) mask[i] = static_cast<uint8_t>(test(first + i));
    if (!all) {
      for (size_t i = 0; i < rows; ++i) mask[i] &= static_cast<uint8_t>(call.valid.is_valid(first + i));
    }
    for (size_t i = 0; i < rows; ++i) {
      to[count] = static_cast<uint32_t>(first + i);
      count += mask[i];
    }
  }
  call.rows.resize(count);
}

}  // namespace detail

/// The fast filter of a comparison F(A, B).
template <class A, class B, auto F>
void select_compared(SelectCall& call) {
  const auto* left = call.arguments[0].data<detail::Stored<A>>();
  const auto* right = call.arguments[1].data<detail::Stored<B>>();
  if (call.arguments[1].is_constant()) {
    const auto constant = static_cast<B>(*right);
    detail::select_where(call, [&](size_t row) { return F(static_cast<A>(left[row]), constant); });
  } else if (call.arguments[0].is_constant()) {
    const auto constant = static_cast<A>(*left);
    detail::select_where(call, [&](size_t row) { return F(constant, static_cast<B>(right[row])); });
  } else {
    detail::select_where(call, [&](size_t row) { return F(static_cast<A>(left[row]), static_cast<B>(right[row])); });
  }
}

/// The operators = <> < <= > >= of one pair of types, by Order<A, B>.
template <class A, class B = A>
void add_comparison(FunctionTables& tables, LogicalType a, LogicalType b) {
  const auto add = [&](std::string_view symbol, ScalarKernel kernel, SelectKernel select, std::string_view doc) {
    tables.operation(symbol, {a, b}, TypeId::kBoolean, kernel, doc).select = select;
  };
  add("=", each_value<is_equal<A, B>>, select_compared<A, B, is_equal<A, B>>, "equal");
  add("<>", each_value<is_not_equal<A, B>>, select_compared<A, B, is_not_equal<A, B>>, "not equal");
  add("<", each_value<is_less<A, B>>, select_compared<A, B, is_less<A, B>>, "less than");
  add("<=", each_value<is_less_or_equal<A, B>>, select_compared<A, B, is_less_or_equal<A, B>>, "less than or equal");
  add(">", each_value<is_greater<A, B>>, select_compared<A, B, is_greater<A, B>>, "greater than");
  add(">=", each_value<is_greater_or_equal<A, B>>, select_compared<A, B, is_greater_or_equal<A, B>>,
      "greater than or equal");
}

}  // namespace tidemark
