// + - * / % and bit operators over integers and floats, with PostgreSQL's errors: 22003 on overflow and 22012 for a
// zero divisor. InfluxQL's versions wrap and divide by zero to zero (D7).

#include <cmath>
#include <cstdint>
#include <limits>

#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"

namespace tidemark {
namespace {

template <class T>
[[noreturn]] void out_of_range() {
  throw_integer_out_of_range(sizeof(T));
}

/// Of the three integer widths, the one in which PostgreSQL gives the result of mixed operands.
template <class A, class B>
using Wider = std::conditional_t<(sizeof(A) > sizeof(B)), A, B>;

// Overflow of 64 bits by the sign rule rather than the builtin: GCC vectorizes it.
template <class A, class B>
bool add(A a, B b, Wider<A, B>& out) {
  using Out = Wider<A, B>;
  if constexpr (sizeof(Out) < 8) {
    const int64_t exact = int64_t{a} + int64_t{b};
    out = static_cast<Out>(exact);
    return exact != out;
  } else {
    const auto left = static_cast<uint64_t>(a);
    const auto right = static_cast<uint64_t>(b);
    const uint64_t sum = left + right;
    out = static_cast<int64_t>(sum);
    return static_cast<int64_t>((left ^ sum) & (right ^ sum)) < 0;
  }
}

template <class A, class B>
bool subtract(A a, B b, Wider<A, B>& out) {
  using Out = Wider<A, B>;
  if constexpr (sizeof(Out) < 8) {
    const int64_t exact = int64_t{a} - int64_t{b};
    out = static_cast<Out>(exact);
    return exact != out;
  } else {
    const auto left = static_cast<uint64_t>(a);
    const auto right = static_cast<uint64_t>(b);
    const uint64_t difference = left - right;
    out = static_cast<int64_t>(difference);
    return static_cast<int64_t>((left ^ right) & (left ^ difference)) < 0;
  }
}

template <class A, class B>
bool multiply(A a, B b, Wider<A, B>& out) {
  using Out = Wider<A, B>;
  if constexpr (sizeof(Out) < 8) {
    const int64_t exact = int64_t{a} * int64_t{b};
    out = static_cast<Out>(exact);
    return exact != out;
  } else {
    return __builtin_mul_overflow(a, b, &out);
  }
}

template <class A, class B>
bool divide(A a, B b, Wider<A, B>& out) {
  using Out = Wider<A, B>;
  out = 0;
  if (b == 0) return true;
  if (b == -1) return subtract(Out{0}, static_cast<Out>(a), out);
  out = static_cast<Out>(a / b);
  return false;
}

template <class A, class B>
bool remainder(A a, B b, Wider<A, B>& out) {
  using Out = Wider<A, B>;
  out = 0;
  if (b == 0) return true;
  if (b != -1) out = static_cast<Out>(a % b);
  return false;
}

template <class A, class B>
[[noreturn]] void division_failed(A /*dividend*/, B divisor) {
  if (divisor == 0) throw_division_by_zero();
  out_of_range<Wider<A, B>>();
}

template <class T>
bool negate(T value, T& out) {
  return subtract(T{0}, value, out);
}
template <class T>
bool absolute(T value, T& out) {
  if (value < 0) return negate(value, out);
  out = value;
  return false;
}
template <class T>
T identity(T value) {
  return value;
}

template <class A, class B>
void add_integer_pair(FunctionTables& tables, TypeId a, TypeId b) {
  using Out = Wider<A, B>;
  const TypeId out = sizeof(Out) == sizeof(A) ? a : b;
  tables.operation("+", {a, b}, out, each_checked<add<A, B>, out_of_range<Out>>, "sum");
  tables.operation("-", {a, b}, out, each_checked<subtract<A, B>, out_of_range<Out>>, "difference");
  tables.operation("*", {a, b}, out, each_checked<multiply<A, B>, out_of_range<Out>>, "product");
  tables.operation("/", {a, b}, out, each_checked<divide<A, B>, division_failed<A, B>>,
                   "quotient, truncated towards zero");
}

template <class T>
T bit_and(T a, T b) {
  return static_cast<T>(a & b);
}
template <class T>
T bit_or(T a, T b) {
  return static_cast<T>(a | b);
}
template <class T>
T bit_xor(T a, T b) {
  return static_cast<T>(a ^ b);
}
template <class T>
T bit_not(T a) {
  return static_cast<T>(~a);
}
// The machine takes the count modulo the width, and so does PostgreSQL on it.
template <class T>
T shift_left(T a, int32_t count) {
  constexpr int32_t kMask = sizeof(T) == 8 ? 63 : 31;
  using Wide = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  return static_cast<T>(static_cast<Wide>(a) << (count & kMask));
}
template <class T>
T shift_right(T a, int32_t count) {
  constexpr int32_t kMask = sizeof(T) == 8 ? 63 : 31;
  using Wide = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
  return static_cast<T>(static_cast<Wide>(a) >> (count & kMask));
}

template <class T>
void add_integer(FunctionTables& tables, TypeId type) {
  tables.operation("%", {type, type}, type, each_checked<remainder<T, T>, throw_division_by_zero>,
                   "remainder, with the dividend's sign");
  tables.function("mod", {type, type}, type, each_checked<remainder<T, T>, throw_division_by_zero>,
                  "remainder, with the dividend's sign");
  tables.operation("-", {type}, type, each_checked<negate<T>, out_of_range<T>>, "negation");
  tables.operation("+", {type}, type, each_value<identity<T>>, "the same");
  tables.operation("@", {type}, type, each_checked<absolute<T>, out_of_range<T>>, "absolute value");
  tables.function("abs", {type}, type, each_checked<absolute<T>, out_of_range<T>>, "absolute value");
  tables.operation("&", {type, type}, type, each_value<bit_and<T>>, "bitwise AND");
  tables.operation("|", {type, type}, type, each_value<bit_or<T>>, "bitwise OR");
  tables.operation("#", {type, type}, type, each_value<bit_xor<T>>, "bitwise exclusive OR");
  tables.operation("~", {type}, type, each_value<bit_not<T>>, "bitwise NOT");
  tables.operation("<<", {type, TypeId::kInt32}, type, each_value<shift_left<T>>, "bitwise shift left");
  tables.operation(">>", {type, TypeId::kInt32}, type, each_value<shift_right<T>>, "bitwise shift right");
}

template <class T>
bool is_infinite(T value) {
  return std::abs(value) == std::numeric_limits<T>::infinity();
}

// One float4 with one float8 gives float8: `Out` says which.
template <class A, class B, class Out>
bool add_floats(A a, B b, Out& out) {
  out = static_cast<Out>(a) + static_cast<Out>(b);
  return is_infinite(out) & !is_infinite(a) & !is_infinite(b);
}
template <class A, class B, class Out>
bool subtract_floats(A a, B b, Out& out) {
  out = static_cast<Out>(a) - static_cast<Out>(b);
  return is_infinite(out) & !is_infinite(a) & !is_infinite(b);
}
template <class A, class B, class Out>
bool multiply_floats(A a, B b, Out& out) {
  out = static_cast<Out>(a) * static_cast<Out>(b);
  const bool overflow = is_infinite(out) & !is_infinite(a) & !is_infinite(b);
  const bool underflow = (out == 0) & (a != 0) & (b != 0);
  return overflow | underflow;
}
template <class A, class B>
[[noreturn]] void float_product_failed(A a, B b) {
  if (static_cast<double>(a) * static_cast<double>(b) == 0 || std::abs(a) < 1 || std::abs(b) < 1) {
    throw_float_underflow();
  }
  throw_float_overflow();
}
template <class A, class B, class Out>
bool divide_floats(A a, B b, Out& out) {
  out = static_cast<Out>(a) / static_cast<Out>(b);
  const bool by_zero = (b == 0) & (a == a);
  const bool overflow = is_infinite(out) & !is_infinite(a);
  const bool underflow = (out == 0) & (a != 0) & !is_infinite(b);
  return by_zero | overflow | underflow;
}
template <class A, class B>
[[noreturn]] void float_division_failed(A a, B b) {
  if (b == 0) throw_division_by_zero();
  if (std::abs(static_cast<double>(b)) > 1 && !is_infinite(a)) throw_float_underflow();
  throw_float_overflow();
}

template <class A, class B>
void add_float_pair(FunctionTables& tables, TypeId a, TypeId b) {
  using Out = Wider<A, B>;
  const TypeId out = sizeof(Out) == sizeof(A) ? a : b;
  tables.operation("+", {a, b}, out, each_checked<add_floats<A, B, Out>, throw_float_overflow>, "sum");
  tables.operation("-", {a, b}, out, each_checked<subtract_floats<A, B, Out>, throw_float_overflow>, "difference");
  tables.operation("*", {a, b}, out, each_checked<multiply_floats<A, B, Out>, float_product_failed<A, B>>, "product");
  tables.operation("/", {a, b}, out, each_checked<divide_floats<A, B, Out>, float_division_failed<A, B>>, "quotient");
}

template <class T>
T float_negate(T value) {
  return -value;
}
template <class T>
T float_absolute(T value) {
  return std::abs(value);
}

template <class T>
void add_float(FunctionTables& tables, TypeId type) {
  tables.operation("-", {type}, type, each_value<float_negate<T>>, "negation");
  tables.operation("+", {type}, type, each_value<identity<T>>, "the same");
  tables.operation("@", {type}, type, each_value<float_absolute<T>>, "absolute value");
  tables.function("abs", {type}, type, each_value<float_absolute<T>>, "absolute value");
}

bool divide_unsigned(uint64_t a, uint64_t b, uint64_t& out) {
  out = b == 0 ? 0 : a / b;
  return b == 0;
}
bool remainder_unsigned(uint64_t a, uint64_t b, uint64_t& out) {
  out = b == 0 ? 0 : a % b;
  return b == 0;
}

// InfluxQL (D7): integers wrap, any division by zero is zero, and the quotient of integers is a float.
int64_t wrap_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t wrap_subtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t wrap_multiply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
uint64_t wrap_add_unsigned(uint64_t a, uint64_t b) { return a + b; }
uint64_t wrap_subtract_unsigned(uint64_t a, uint64_t b) { return a - b; }
uint64_t wrap_multiply_unsigned(uint64_t a, uint64_t b) { return a * b; }
double plain_add(double a, double b) { return a + b; }
double plain_subtract(double a, double b) { return a - b; }
double plain_multiply(double a, double b) { return a * b; }
double divide_or_zero(double a, double b) { return b == 0 ? 0 : a / b; }
double divide_integers(int64_t a, int64_t b) { return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b); }
double divide_unsigned_integers(uint64_t a, uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}
int64_t remainder_or_zero(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
uint64_t remainder_unsigned_or_zero(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }
std::optional<double> remainder_or_null(double a, double b) {
  if (b == 0) return std::nullopt;
  return std::fmod(a, b);
}

void add_influx_arithmetic(FunctionTables& tables) {
  const auto add_operator = [&](std::string_view symbol, TypeId type, TypeId result, ScalarKernel kernel) {
    tables.operation(symbol, {type, type}, result, kernel, "InfluxQL arithmetic").flavour = Flavour::kInfluxQl;
  };
  using enum TypeId;
  add_operator("+", kInt64, kInt64, each_value<wrap_add>);
  add_operator("-", kInt64, kInt64, each_value<wrap_subtract>);
  add_operator("*", kInt64, kInt64, each_value<wrap_multiply>);
  add_operator("/", kInt64, kFloat64, each_value<divide_integers>);
  add_operator("%", kInt64, kInt64, each_value<remainder_or_zero>);
  add_operator("&", kInt64, kInt64, each_value<bit_and<int64_t>>);
  add_operator("|", kInt64, kInt64, each_value<bit_or<int64_t>>);
  add_operator("^", kInt64, kInt64, each_value<bit_xor<int64_t>>);
  add_operator("+", kUInt64, kUInt64, each_value<wrap_add_unsigned>);
  add_operator("-", kUInt64, kUInt64, each_value<wrap_subtract_unsigned>);
  add_operator("*", kUInt64, kUInt64, each_value<wrap_multiply_unsigned>);
  add_operator("/", kUInt64, kFloat64, each_value<divide_unsigned_integers>);
  add_operator("%", kUInt64, kUInt64, each_value<remainder_unsigned_or_zero>);
  add_operator("&", kUInt64, kUInt64, each_value<bit_and<uint64_t>>);
  add_operator("|", kUInt64, kUInt64, each_value<bit_or<uint64_t>>);
  add_operator("^", kUInt64, kUInt64, each_value<bit_xor<uint64_t>>);
  add_operator("+", kFloat64, kFloat64, each_value<plain_add>);
  add_operator("-", kFloat64, kFloat64, each_value<plain_subtract>);
  add_operator("*", kFloat64, kFloat64, each_value<plain_multiply>);
  add_operator("/", kFloat64, kFloat64, each_value<divide_or_zero>);
  add_operator("%", kFloat64, kFloat64, each_row<remainder_or_null>);
}

}  // namespace

void add_arithmetic(FunctionTables& tables) {
  using enum TypeId;
  add_integer_pair<int16_t, int16_t>(tables, kInt16, kInt16);
  add_integer_pair<int16_t, int32_t>(tables, kInt16, kInt32);
  add_integer_pair<int16_t, int64_t>(tables, kInt16, kInt64);
  add_integer_pair<int32_t, int16_t>(tables, kInt32, kInt16);
  add_integer_pair<int32_t, int32_t>(tables, kInt32, kInt32);
  add_integer_pair<int32_t, int64_t>(tables, kInt32, kInt64);
  add_integer_pair<int64_t, int16_t>(tables, kInt64, kInt16);
  add_integer_pair<int64_t, int32_t>(tables, kInt64, kInt32);
  add_integer_pair<int64_t, int64_t>(tables, kInt64, kInt64);
  add_integer<int16_t>(tables, kInt16);
  add_integer<int32_t>(tables, kInt32);
  add_integer<int64_t>(tables, kInt64);
  add_float_pair<float, float>(tables, kFloat32, kFloat32);
  add_float_pair<float, double>(tables, kFloat32, kFloat64);
  add_float_pair<double, float>(tables, kFloat64, kFloat32);
  add_float_pair<double, double>(tables, kFloat64, kFloat64);
  add_float<float>(tables, kFloat32);
  add_float<double>(tables, kFloat64);
  tables.operation("/", {kUInt64, kUInt64}, kUInt64, each_checked<divide_unsigned, throw_division_by_zero>,
                   "quotient, truncated");
  tables.operation("%", {kUInt64, kUInt64}, kUInt64, each_checked<remainder_unsigned, throw_division_by_zero>,
                   "remainder");
  add_influx_arithmetic(tables);
}

}  // namespace tidemark
