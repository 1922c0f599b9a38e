#include "types/numeric_integer.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "base/error.h"

namespace tidemark {

using boost::multiprecision::export_bits;
using boost::multiprecision::import_bits;

BigInteger big_power_of_ten(int exponent) {
  return boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(exponent));
}

BigInteger big_from_int128(Int128 value) {
  const bool negative = value < 0;
  const UInt128 magnitude = negative ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
  BigInteger result(static_cast<uint64_t>(magnitude >> 64));
  result <<= 64;
  result += static_cast<uint64_t>(magnitude);
  return negative ? BigInteger(-result) : result;
}

BigInteger divide_rounding(const BigInteger& dividend, const BigInteger& divisor) {
  BigInteger quotient;
  BigInteger rest;
  boost::multiprecision::divide_qr(dividend, divisor, quotient, rest);
  if (boost::multiprecision::abs(rest) * 2 >= divisor) {
    quotient += dividend < 0 ? -1 : 1;
  }
  return quotient;
}

BigInteger NumericMath::coefficient(const Numeric& value) {
  if (value.is_small()) {
    return big_from_int128(value.coefficient_);
  }
  BigInteger result;
  import_bits(result, value.magnitude_.begin(), value.magnitude_.end(), 64, false);
  return value.negative_ ? BigInteger(-result) : result;
}

Numeric NumericMath::make(const BigInteger& coefficient, int scale) {
  if (scale > Numeric::kScaleMax) {
    throw_numeric_overflow();
  }
  const bool negative = coefficient < 0;
  const BigInteger magnitude = boost::multiprecision::abs(coefficient);
  Numeric result;
  result.scale_ = static_cast<uint16_t>(scale);
  if (magnitude == 0 || boost::multiprecision::msb(magnitude) < 127) {
    UInt128 small = static_cast<uint64_t>(magnitude >> 64);
    small = small << 64 | static_cast<uint64_t>(magnitude & ~uint64_t{0});
    result.coefficient_ = negative ? -static_cast<Int128>(small) : static_cast<Int128>(small);
    return result;
  }
  // The cheap test first: below this many bits there cannot be too many digits.
  const auto bits = static_cast<double>(boost::multiprecision::msb(magnitude) + 1);
  if (bits * 0.30103 > Numeric::kIntegralDigitsMax + scale &&
      magnitude >= big_power_of_ten(Numeric::kIntegralDigitsMax + scale)) {
    throw_numeric_overflow();
  }
  export_bits(magnitude, std::back_inserter(result.magnitude_), 64, false);
  result.negative_ = negative;
  return result;
}

Numeric NumericMath::make_rounded(const BigInteger& coefficient, int from_scale, int to_scale) {
  if (from_scale <= to_scale) {
    return make(coefficient * big_power_of_ten(to_scale - from_scale), to_scale);
  }
  return make(divide_rounding(coefficient, big_power_of_ten(from_scale - to_scale)), to_scale);
}

namespace {

UInt128 small_magnitude(const Numeric& value) {
  const Int128 coefficient = value.small_coefficient();
  return static_cast<UInt128>(coefficient < 0 ? -coefficient : coefficient);  // never the minimum: see from_int128
}

/// Decimal digits of a coefficient, which is not zero.
int digit_count(const Numeric& value) {
  if (!value.is_small()) {
    return static_cast<int>(value.coefficient_digits().size());
  }
  constexpr int kCountMax = 39;
  const UInt128 magnitude = small_magnitude(value);
  int count = 1;
  while (count < kCountMax && magnitude >= static_cast<UInt128>(small_power_of_ten(count))) {
    ++count;
  }
  return count;
}

/// The first `count` decimal digits of a coefficient as a number, filled up with zeros where it has fewer.
int leading_digits(const Numeric& value, int digits, int count) {
  if (value.is_small()) {
    const UInt128 magnitude = small_magnitude(value);
    return static_cast<int>(digits >= count ? magnitude / static_cast<UInt128>(small_power_of_ten(digits - count))
                                            : magnitude * static_cast<UInt128>(small_power_of_ten(count - digits)));
  }
  return std::stoi(value.coefficient_digits().substr(0, static_cast<size_t>(count)));  // Big ones have many digits.
}

}  // namespace

int decimal_weight(const Numeric& value) { return value.sign() == 0 ? 0 : digit_count(value) - value.scale(); }

FirstDigit first_digit_of(const Numeric& value) {
  constexpr int kDigits = 4;  // of base 10,000
  if (value.sign() == 0) {
    return {};
  }
  const int digits = digit_count(value);
  const int exponent = digits - value.scale() - 1;  // of the first decimal digit
  const int weight = exponent >= 0 ? exponent / kDigits : -((-exponent + kDigits - 1) / kDigits);
  return {weight, leading_digits(value, digits, exponent - weight * kDigits + 1)};
}

}  // namespace tidemark
