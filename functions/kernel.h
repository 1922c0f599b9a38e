#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "functions/function.h"
#include "functions/kernel_guard.h"
#include "types/numeric.h"

namespace tidemark {

/// How a plain C++ function over one row's values becomes a kernel over a chunk. For the room's tables only.
///
///   std::string upper(std::string_view text);
///   tables.function("upper", {kText}, kText, each_row<upper>, "…");
///
/// The C++ parameter types must be those of the declared SQL types: bool (kBool), int16_t, int32_t, int64_t, uint64_t,
/// float, double, Interval, Uuid, std::string_view, Numeric (unpacked for the function, packed after it). A first
/// parameter `KernelCall&` gives access to the call.

/// An argument of a kernel: flat or constant, read by row.
template <class T>
class Argument {
 public:
  using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t,
                                    std::conditional_t<std::is_same_v<T, Numeric>, std::string_view, T>>;
  explicit Argument(const Vector& vector) : data_(vector.data<Stored>()), stride_(vector.is_constant() ? 0 : 1) {}
  T operator[](size_t row) const {
    if constexpr (std::is_same_v<T, bool>) {
      return data_[row * stride_] != 0;
    } else if constexpr (std::is_same_v<T, Numeric>) {
      return Numeric::unpack(data_[row * stride_]);
    } else {
      return data_[row * stride_];
    }
  }

 private:
  const Stored* data_;
  size_t stride_;
};

namespace detail {

template <class T>
struct Unwrapped {
  using Type = T;
  static constexpr bool kOptional = false;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using Type = T;
  static constexpr bool kOptional = true;
};

template <class T>
using Stored = std::conditional_t<
    std::is_same_v<T, bool>, uint8_t,
    std::conditional_t<std::is_same_v<T, std::string> || std::is_same_v<T, Numeric>, std::string_view, T>>;

template <class R, class Row>
void fill_rows(KernelCall& call, const Row& row_function) {
  using Result = typename Unwrapped<R>::Type;
  Vector result = Vector::flat(call.result_type, call.size);
  auto* values = result.mutable_data<Stored<Result>>();
  if constexpr (std::is_same_v<Result, std::string_view>) {
    for (const Vector& argument : call.arguments) {
      if (argument.type().physical() == PhysicalType::kBytes) result.share_memory_of(argument);
    }
  }
  constexpr bool kCopies = std::is_same_v<Result, std::string> || std::is_same_v<Result, Numeric>;
  [[maybe_unused]] std::string packed;
  const auto put = [&](size_t row, const Result& value) {
    if constexpr (std::is_same_v<Result, std::string>) {
      values[row] = result.heap().add(value);
    } else if constexpr (std::is_same_v<Result, Numeric>) {
      packed.clear();
      value.append_packed(packed);
      values[row] = result.heap().add(packed);
    } else if constexpr (std::is_same_v<Result, bool>) {
      values[row] = value ? 1 : 0;
    } else {
      values[row] = value;
    }
  };
  const bool all = call.valid.all_valid();
  KernelGuard guard(call.context);
  for (size_t row = 0; row < call.size; ++row) {
    if (!all && !call.valid.is_valid(row)) {
      if constexpr (!std::is_same_v<Stored<Result>, std::string_view>) values[row] = {};
      continue;
    }
    if constexpr (Unwrapped<R>::kOptional) {
      if (const R value = row_function(row)) {
        put(row, *value);
      } else {
        if constexpr (!std::is_same_v<Stored<Result>, std::string_view>) values[row] = {};
        result.set_null(row);
      }
    } else {
      put(row, row_function(row));
    }
    guard.after_row(kCopies ? result.heap().bytes() : 0);
  }
  call.result = std::move(result);
}

template <auto F, class R, class... A, size_t... I>
void each_row(KernelCall& call, R (*)(A...), std::index_sequence<I...>) {
  const std::tuple<Argument<std::remove_cvref_t<A>>...> arguments{
      Argument<std::remove_cvref_t<A>>(call.arguments[I])...};
  fill_rows<R>(call, [&](size_t row) { return F(std::get<I>(arguments)[row]...); });
}
template <auto F, class R, class... A, size_t... I>
void each_row_in_call(KernelCall& call, R (*)(KernelCall&, A...), std::index_sequence<I...>) {
  const std::tuple<Argument<std::remove_cvref_t<A>>...> arguments{
      Argument<std::remove_cvref_t<A>>(call.arguments[I])...};
  fill_rows<R>(call, [&](size_t row) { return F(call, std::get<I>(arguments)[row]...); });
}
template <auto F, class R, class... A>
void each_row_dispatch(KernelCall& call, R (*function)(A...)) {
  each_row<F>(call, function, std::index_sequence_for<A...>{});
}
template <auto F, class R, class... A>
void each_row_dispatch(KernelCall& call, R (*function)(KernelCall&, A...)) {
  each_row_in_call<F>(call, function, std::index_sequence_for<A...>{});
}

template <auto F, class R, class A>
void each_value(KernelCall& call, R (*)(A)) {
  using From = Stored<std::remove_cvref_t<A>>;
  Vector result = Vector::flat(call.result_type, call.size);
  auto* to = result.mutable_data<Stored<R>>();
  const auto* from = call.arguments[0].data<From>();
  for (size_t row = 0; row < call.size; ++row) to[row] = static_cast<Stored<R>>(F(from[row]));
  call.result = std::move(result);
}

template <auto F, class R, class A, class B>
void each_value(KernelCall& call, R (*)(A, B)) {
  using Left = Stored<std::remove_cvref_t<A>>;
  using Right = Stored<std::remove_cvref_t<B>>;
  Vector result = Vector::flat(call.result_type, call.size);
  auto* to = result.mutable_data<Stored<R>>();
  const auto* left = call.arguments[0].data<Left>();
  const auto* right = call.arguments[1].data<Right>();
  const size_t size = call.size;
  if (call.arguments[1].is_constant()) {
    const Right constant = *right;
    for (size_t row = 0; row < size; ++row) to[row] = static_cast<Stored<R>>(F(left[row], constant));
  } else if (call.arguments[0].is_constant()) {
    const Left constant = *left;
    for (size_t row = 0; row < size; ++row) to[row] = static_cast<Stored<R>>(F(constant, right[row]));
  } else {
    for (size_t row = 0; row < size; ++row) to[row] = static_cast<Stored<R>>(F(left[row], right[row]));
  }
  call.result = std::move(result);
}

/// After a loop that saw a bad row: finds the first one that counts and lets `fail` throw. Rows that are NULL may be
/// as bad as they like.
template <auto F, auto Fail, class Out, class... A>
void complain(const KernelCall& call, const A&... arguments) {
  for (size_t row = 0; row < call.size; ++row) {
    Out unused{};
    if (!call.valid.is_valid(row) || !F(arguments[row]..., unused)) continue;
    if constexpr (std::is_invocable_v<decltype(Fail), decltype(arguments[row])...>) {
      Fail(arguments[row]...);
    } else {
      Fail();
    }
  }
}

template <auto F, auto Fail, class A, class Out>
void each_checked(KernelCall& call, bool (*)(A, Out&)) {
  Vector result = Vector::flat(call.result_type, call.size);
  Out* to = result.mutable_data<Out>();
  const A* from = call.arguments[0].data<A>();
  unsigned bad = 0;
  for (size_t row = 0; row < call.size; ++row) bad |= static_cast<unsigned>(F(from[row], to[row]));
  if (bad != 0) complain<F, Fail, Out>(call, Argument<A>(call.arguments[0]));
  call.result = std::move(result);
}

template <auto F, auto Fail, class A, class B, class Out>
void each_checked(KernelCall& call, bool (*)(A, B, Out&)) {
  Vector result = Vector::flat(call.result_type, call.size);
  Out* to = result.mutable_data<Out>();
  const A* left = call.arguments[0].data<A>();
  const B* right = call.arguments[1].data<B>();
  const size_t size = call.size;
  unsigned bad = 0;
  if (call.arguments[1].is_constant()) {
    const B constant = *right;
    for (size_t row = 0; row < size; ++row) bad |= static_cast<unsigned>(F(left[row], constant, to[row]));
  } else if (call.arguments[0].is_constant()) {
    const A constant = *left;
    for (size_t row = 0; row < size; ++row) bad |= static_cast<unsigned>(F(constant, right[row], to[row]));
  } else {
    for (size_t row = 0; row < size; ++row) bad |= static_cast<unsigned>(F(left[row], right[row], to[row]));
  }
  if (bad != 0) complain<F, Fail, Out>(call, Argument<A>(call.arguments[0]), Argument<B>(call.arguments[1]));
  call.result = std::move(result);
}

}  // namespace detail

/// Calls F for each row whose arguments are valid (NullRule::kStrict). F may throw, may return std::optional (nothing
/// is NULL), std::string (copied) or std::string_view (into an argument's memory).
template <auto F>
void each_row(KernelCall& call) {
  detail::each_row_dispatch<F>(call, F);
}

/// A tight loop over one or two arguments, NULL rows included: F must be cheap and cannot fail.
template <auto F>
void each_value(KernelCall& call) {
  detail::each_value<F>(call, F);
}

/// A tight loop over one or two arguments: `bool F(a, b, out&)` says whether the row is bad; Fail throws. F must be
/// safe on the unspecified values under NULLs.
template <auto F, auto Fail>
void each_checked(KernelCall& call) {
  detail::each_checked<F, Fail>(call, F);
}

}  // namespace tidemark
