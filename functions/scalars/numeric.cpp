// Arithmetic, comparison and functions of numeric. The mathematics and PostgreSQL's rules of scale are in
// types/numeric.h.

#include "types/numeric.h"

#include "base/error.h"
#include "functions/comparison_kernel.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"

namespace tidemark {
namespace {

using N = Numeric;

N numeric_add(const N& a, const N& b) { return a + b; }
N numeric_subtract(const N& a, const N& b) { return a - b; }
N numeric_multiply(const N& a, const N& b) { return a * b; }
N numeric_divide(const N& a, const N& b) { return a / b; }
N numeric_remainder(const N& a, const N& b) { return a % b; }
N numeric_divide_truncating(const N& a, const N& b) { return a.divide_truncating(b); }
N numeric_negate(const N& a) { return -a; }
N numeric_identity(const N& a) { return a; }
N numeric_absolute(const N& a) { return a.abs(); }

// uint8 is numeric to PostgreSQL's clients, and so are its sums: no overflow, no negative wrap.
template <class A, class B, auto F>
N of_integers(A a, B b) {
  const auto widen = [](auto value) {
    if constexpr (std::is_same_v<decltype(value), uint64_t>) {
      return N::from_uint64(value);
    } else {
      return N::from_int64(value);
    }
  };
  return F(widen(a), widen(b));
}

void add_unsigned_arithmetic(FunctionTables& tables) {
  using enum TypeId;
  const auto add_pairs = [&]<auto F>(std::string_view symbol, std::string_view doc) {
    tables.operation(symbol, {kUInt64, kInt64}, kNumeric, each_row<of_integers<uint64_t, int64_t, F>>, doc);
    tables.operation(symbol, {kInt64, kUInt64}, kNumeric, each_row<of_integers<int64_t, uint64_t, F>>, doc);
  };
  tables.operation("+", {kUInt64, kUInt64}, kNumeric, each_row<of_integers<uint64_t, uint64_t, numeric_add>>, "sum");
  tables.operation("-", {kUInt64, kUInt64}, kNumeric, each_row<of_integers<uint64_t, uint64_t, numeric_subtract>>,
                   "difference");
  tables.operation("*", {kUInt64, kUInt64}, kNumeric, each_row<of_integers<uint64_t, uint64_t, numeric_multiply>>,
                   "product");
  add_pairs.operator()<numeric_add>("+", "sum");
  add_pairs.operator()<numeric_subtract>("-", "difference");
  add_pairs.operator()<numeric_multiply>("*", "product");
  add_pairs.operator()<numeric_divide_truncating>("/", "quotient, truncated towards zero");
  add_pairs.operator()<numeric_remainder>("%", "remainder");
}

bool numeric_equal(const N& a, const N& b) { return a == b; }
bool numeric_not_equal(const N& a, const N& b) { return !(a == b); }
bool numeric_less(const N& a, const N& b) { return a < b; }
bool numeric_less_or_equal(const N& a, const N& b) { return a <= b; }
bool numeric_greater(const N& a, const N& b) { return a > b; }
bool numeric_greater_or_equal(const N& a, const N& b) { return a >= b; }

N numeric_round_to(const N& a, int32_t digits) { return a.round(digits); }
N numeric_round(const N& a) { return a.round(0); }
N numeric_trunc_to(const N& a, int32_t digits) { return a.trunc(digits); }
N numeric_trunc(const N& a) { return a.trunc(0); }
N numeric_ceil(const N& a) { return a.ceil(); }
N numeric_floor(const N& a) { return a.floor(); }
N numeric_sign(const N& a) { return a.is_nan() ? a : N::from_int64(a.sign()); }
std::optional<int32_t> numeric_scale(const N& a) {
  return a.is_finite() ? std::optional<int32_t>(a.scale()) : std::nullopt;
}
std::optional<int32_t> numeric_min_scale(const N& a) {
  return a.is_finite() ? std::optional<int32_t>(a.min_scale()) : std::nullopt;
}
N numeric_trim_scale(const N& a) { return a.trim_scale(); }
N numeric_gcd(const N& a, const N& b) {
  if (a.is_nan() || b.is_nan() || a.is_infinite() || b.is_infinite()) return N::nan();
  N x = a.abs();
  N y = b.abs();
  const int digits = std::max(a.scale(), b.scale());
  while (y.sign() != 0) {
    N rest = x % y;
    x = std::move(y);
    y = std::move(rest);
  }
  return x.round(digits);
}
N numeric_lcm(const N& a, const N& b) {
  if (!a.is_finite() || !b.is_finite()) return N::nan();
  const int digits = std::max(a.scale(), b.scale());
  if (a.sign() == 0 || b.sign() == 0) return N::from_int64(0).round(digits);
  return (a.divide_truncating(numeric_gcd(a, b)) * b).abs().round(digits);
}

N numeric_factorial(int64_t n) {
  if (n < 0) throw Error(sqlstate::kNumericValueOutOfRange, "factorial of a negative number is undefined");
  if (n > 32177) throw Error(sqlstate::kNumericValueOutOfRange, "value overflows numeric format");
  N result = N::from_int64(1);
  for (int64_t i = 2; i <= n; ++i) result = result * N::from_int64(i);
  return result;
}

int32_t numeric_width_bucket(const N& operand, const N& low, const N& high, int32_t count) {
  if (count <= 0) throw Error("2201G", "count must be greater than zero");
  if (operand.is_nan() || low.is_nan() || high.is_nan()) {
    throw Error("2201G", "operand, lower bound, and upper bound cannot be NaN");
  }
  if (low.is_infinite() || high.is_infinite()) throw Error("2201G", "lower and upper bounds must be finite");
  if (low == high) throw Error("2201G", "lower bound cannot equal upper bound");
  const bool ascending = low < high;
  if (ascending ? operand < low : operand > low) return 0;
  if (ascending ? operand >= high : operand <= high) {
    if (count == INT32_MAX) throw_integer_out_of_range(4);
    return count + 1;
  }
  int64_t bucket = 0;
  const N share = ((operand - low) * N::from_int64(count)).divide_truncating(high - low);
  if (!share.to_int64(bucket)) throw_integer_out_of_range(4);
  return static_cast<int32_t>(std::min<int64_t>(bucket, count - 1)) + 1;
}

}  // namespace

void add_numeric(FunctionTables& tables) {
  using enum TypeId;
  const auto binary = [&](std::string_view symbol, ScalarKernel kernel, std::string_view doc) {
    tables.operation(symbol, {kNumeric, kNumeric}, kNumeric, kernel, doc);
  };
  binary("+", each_row<numeric_add>, "sum");
  binary("-", each_row<numeric_subtract>, "difference");
  binary("*", each_row<numeric_multiply>, "product");
  binary("/", each_row<numeric_divide>, "quotient");
  binary("%", each_row<numeric_remainder>, "remainder, with the dividend's sign");
  tables.operation("-", {kNumeric}, kNumeric, each_row<numeric_negate>, "negation");
  tables.operation("+", {kNumeric}, kNumeric, each_row<numeric_identity>, "the same");
  tables.operation("@", {kNumeric}, kNumeric, each_row<numeric_absolute>, "absolute value");
  add_unsigned_arithmetic(tables);

  const auto comparison = [&](std::string_view symbol, ScalarKernel kernel, std::string_view doc) {
    tables.operation(symbol, {kNumeric, kNumeric}, kBoolean, kernel, doc);
  };
  comparison("=", each_row<numeric_equal>, "equal");
  comparison("<>", each_row<numeric_not_equal>, "not equal");
  comparison("<", each_row<numeric_less>, "less than");
  comparison("<=", each_row<numeric_less_or_equal>, "less than or equal");
  comparison(">", each_row<numeric_greater>, "greater than");
  comparison(">=", each_row<numeric_greater_or_equal>, "greater than or equal");

  const auto unary = [&](std::string_view name, ScalarKernel kernel, std::string_view doc) {
    tables.function(name, {kNumeric}, kNumeric, kernel, doc);
  };
  unary("abs", each_row<numeric_absolute>, "absolute value");
  unary("round", each_row<numeric_round>, "nearest integer, halves away from zero");
  tables.function("round", {kNumeric, kInt32}, kNumeric, each_row<numeric_round_to>, "rounded to so many digits");
  unary("trunc", each_row<numeric_trunc>, "integer towards zero");
  tables.function("trunc", {kNumeric, kInt32}, kNumeric, each_row<numeric_trunc_to>, "cut to so many digits");
  unary("ceil", each_row<numeric_ceil>, "least integer not below");
  unary("ceiling", each_row<numeric_ceil>, "least integer not below");
  unary("floor", each_row<numeric_floor>, "greatest integer not above");
  unary("sign", each_row<numeric_sign>, "-1, 0 or 1");
  tables.function("scale", {kNumeric}, kInt32, each_row<numeric_scale>, "digits behind the point");
  tables.function("min_scale", {kNumeric}, kInt32, each_row<numeric_min_scale>,
                  "digits behind the point that are needed");
  unary("trim_scale", each_row<numeric_trim_scale>, "without zeros at the end");
  tables.function("mod", {kNumeric, kNumeric}, kNumeric, each_row<numeric_remainder>,
                  "remainder, with the dividend's sign");
  tables.function("div", {kNumeric, kNumeric}, kNumeric, each_row<numeric_divide_truncating>, "quotient, truncated");
  tables.function("gcd", {kNumeric, kNumeric}, kNumeric, each_row<numeric_gcd>, "greatest common divisor");
  tables.function("lcm", {kNumeric, kNumeric}, kNumeric, each_row<numeric_lcm>, "least common multiple");
  tables.function("factorial", {kInt64}, kNumeric, each_row<numeric_factorial>, "product of 1 to n");
  tables.function("width_bucket", {kNumeric, kNumeric, kNumeric, kInt32}, kInt32, each_row<numeric_width_bucket>,
                  "number of the bucket among so many of equal width; 0 below, count + 1 above");
}

}  // namespace tidemark
