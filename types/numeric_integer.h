#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <string_view>

#include "types/numeric.h"

namespace tidemark {

/// Integers of any size, for coefficients beyond 128 bits. Internal to numeric*.cpp: the header is a heavy one.
using BigInteger = boost::multiprecision::cpp_int;

/// The way between Numeric's parts and BigInteger.
class NumericMath {
 public:
  [[nodiscard]] static BigInteger coefficient(const Numeric& value);
  /// Throws 22003 `value overflows numeric format` beyond Numeric's limits.
  [[nodiscard]] static Numeric make(const BigInteger& coefficient, int scale);
  /// coefficient × 10^-from_scale, rounded half away from zero to to_scale.
  [[nodiscard]] static Numeric make_rounded(const BigInteger& coefficient, int from_scale, int to_scale);
};

/// 10^exponent.
[[nodiscard]] BigInteger big_power_of_ten(int exponent);
/// 10^exponent for 0 <= exponent <= 38.
[[nodiscard]] Int128 small_power_of_ten(int exponent);
/// dividend / divisor, rounded half away from zero; divisor > 0.
[[nodiscard]] BigInteger divide_rounding(const BigInteger& dividend, const BigInteger& divisor);
[[nodiscard]] BigInteger big_from_int128(Int128 value);

/// floor(log10(|value|)) + 1 of a finite value, 0 for zero: 3 for 123.4, -1 for 0.012.
[[nodiscard]] int decimal_weight(const Numeric& value);

[[noreturn]] void throw_numeric_overflow();

/// PostgreSQL keeps numerics as digits of base 10,000 and chooses the scales of results by the place of the first one:
/// `weight` is its power of 10,000 and `first_digit` its value; both 0 for zero.
struct FirstDigit {
  int weight = 0;
  int first_digit = 0;
};
[[nodiscard]] FirstDigit first_digit_of(const Numeric& value);

/// A result has at least so many significant digits, and at most so many behind the point.
inline constexpr int kSignificantDigitsMin = 16;
inline constexpr int kDisplayScaleMax = 1000;

}  // namespace tidemark
