// Roots, exponentials and logarithms of Numeric. The scale of each result is chosen as PostgreSQL 15 chooses it; the
// digits are then computed with guard digits to spare and rounded once.
//
// Transcendental functions run in binary fixed point: an integer x stands for x / 2^bits.

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "types/numeric_integer.h"

namespace tidemark {
namespace {

using boost::multiprecision::msb;

constexpr double kLog10OfE = 0.434294481903252;
constexpr double kLnOf10 = 2.302585092994046;
constexpr double kBitsPerDigit = 3.3219280948873624;
/// Beyond e^±6000 a result surely overflows, or vanishes at any scale that may be shown.
constexpr double kExponentMax = 6000;
constexpr int kGuardBits = 64;
constexpr int kResultScaleMax = 2000;

[[noreturn]] void throw_power_error(const char* message) { throw Error(sqlstate::kInvalidArgumentForPower, message); }
[[noreturn]] void throw_logarithm_error(const char* message) {
  throw Error(sqlstate::kInvalidArgumentForLogarithm, message);
}

int clamp_scale(int scale) { return std::clamp(scale, 0, kDisplayScaleMax); }

unsigned bits_for_digits(int digits) { return static_cast<unsigned>(std::max(digits, 0) * kBitsPerDigit) + 1; }

BigInteger to_fixed(const Numeric& value, unsigned bits) {
  return divide_rounding(NumericMath::coefficient(value) << bits, big_power_of_ten(value.scale()));
}

/// fixed / 2^bits as a Numeric of this scale.
Numeric from_fixed(const BigInteger& fixed, unsigned bits, int scale) {
  return NumericMath::make(divide_rounding(fixed * big_power_of_ten(scale), BigInteger(1) << bits), scale);
}

/// e^x for x >= 0; relative error below 2^(40 - bits), x below 2^14.
BigInteger exp_fixed(const BigInteger& x, unsigned bits) {
  // e^x = (e^(x / 2^n))^(2^n), where the series for the small argument needs few terms.
  const unsigned halvings = static_cast<unsigned>(std::sqrt(bits)) / 2 + 16;
  const unsigned inner = bits + 2 * halvings;
  const BigInteger small = (x << (inner - bits)) >> halvings;
  BigInteger sum = BigInteger(1) << inner;
  BigInteger term = sum;
  for (unsigned n = 1; term != 0; ++n) {
    term = ((term * small) >> inner) / n;
    sum += term;
  }
  for (unsigned n = 0; n < halvings; ++n) {
    sum = (sum * sum) >> inner;
  }
  return sum >> (inner - bits);
}

/// 2 atanh(z) = ln((1 + z) / (1 - z)) for |z| < 1/2.
BigInteger twice_atanh_fixed(const BigInteger& z, unsigned bits) {
  if (z < 0) {  // A negative number shifted to the right never becomes zero.
    return -twice_atanh_fixed(-z, bits);
  }
  const BigInteger square = (z * z) >> bits;
  BigInteger power = z;
  BigInteger sum = z;
  for (unsigned n = 3; power != 0; n += 2) {
    power = (power * square) >> bits;
    sum += power / n;
  }
  return sum << 1;
}

/// ln(numerator / denominator) with an absolute error below 2^(40 - bits).
BigInteger ln_fixed(const BigInteger& numerator, const BigInteger& denominator, unsigned bits) {
  const auto exponent = static_cast<int>(msb(numerator)) - static_cast<int>(msb(denominator));
  // value = mantissa × 2^exponent with a mantissa between 1/2 and 2; square roots bring it near 1.
  constexpr unsigned kRoots = 8;
  const unsigned inner = bits + 2 * kRoots + 32;
  const int shift = static_cast<int>(inner) - exponent;
  BigInteger mantissa = shift >= 0 ? BigInteger((numerator << static_cast<unsigned>(shift)) / denominator)
                                   : BigInteger(numerator / (denominator << static_cast<unsigned>(-shift)));
  const BigInteger one = BigInteger(1) << inner;
  // A value near 1 has a small logarithm already: roots would only lose digits of it.
  const bool near_one =
      exponent >= -1 && exponent <= 0 && boost::multiprecision::abs(mantissa - one) < (one >> 4) && exponent == 0;
  const unsigned roots = near_one ? 0 : kRoots;
  for (unsigned n = 0; n < roots; ++n) {
    mantissa = boost::multiprecision::sqrt(BigInteger(mantissa << inner));
  }
  const BigInteger z = ((mantissa - one) << inner) / (mantissa + one);
  BigInteger result = twice_atanh_fixed(z, inner) << roots;
  if (exponent != 0) {
    result += twice_atanh_fixed(one / 3, inner) * exponent;  // ln 2 = 2 atanh(1/3)
  }
  return result >> (inner - bits);
}

/// ln(value) × 2^bits; value > 0.
BigInteger ln_fixed(const Numeric& value, unsigned bits) {
  return ln_fixed(NumericMath::coefficient(value), big_power_of_ten(value.scale()), bits);
}

/// The decimal weight of ln(value): floor(log10(|ln(value)|)), or nearly so.
int ln_weight(const Numeric& value) {
  if (value.sign() <= 0) {
    return 0;
  }
  static const Numeric kLow = Numeric::parse("0.9");
  static const Numeric kHigh = Numeric::parse("1.1");
  if (value >= kLow && value <= kHigh) {  // ln(1 + x) is about x
    const Numeric distance = value - Numeric::from_int64(1);
    return distance.sign() == 0 ? 0 : decimal_weight(distance) - 1;
  }
  // From the first two digits of base 10,000.
  const FirstDigit first = first_digit_of(value);
  const std::string digits = value.coefficient_digits();
  const int first_count = static_cast<int>(std::to_string(first.first_digit).size());
  double leading = first.first_digit;
  int exponent = first.weight * 4;
  if (static_cast<int>(digits.size()) > first_count &&
      digits.find_first_not_of('0', static_cast<size_t>(first_count)) != std::string::npos) {
    std::string next = digits.substr(static_cast<size_t>(first_count), 4);
    next.resize(4, '0');
    leading = leading * 10000 + std::stoi(next);
    exponent -= 4;
  }
  return static_cast<int>(std::log10(std::abs(std::log(leading) + exponent * kLnOf10)));
}

/// A number by its leading digits: digits × 10^exponent, digits cut to a fixed count. For powers, whose exact value
/// may have millions of digits.
struct Leading {
  BigInteger digits;
  int64_t exponent = 0;
};

void cut(Leading& number, size_t digits_max) {
  const double bits = number.digits == 0 ? 0 : static_cast<double>(msb(boost::multiprecision::abs(number.digits)));
  const auto digits = static_cast<int64_t>(bits / kBitsPerDigit) + 1;
  const int64_t excess = digits - static_cast<int64_t>(digits_max);
  if (excess > 0) {
    number.digits = divide_rounding(number.digits, big_power_of_ten(static_cast<int>(excess)));
    number.exponent += excess;
  }
}

Leading multiply(const Leading& left, const Leading& right, size_t digits_max) {
  Leading product{left.digits * right.digits, left.exponent + right.exponent};
  cut(product, digits_max);
  return product;
}

/// number rounded to a scale.
Numeric to_numeric(const Leading& number, int scale) {
  const int64_t shift = number.exponent + scale;
  if (shift > Numeric::kIntegralDigitsMax + Numeric::kScaleMax) {
    throw_numeric_overflow();
  }
  if (shift >= 0) {
    return NumericMath::make(number.digits * big_power_of_ten(static_cast<int>(shift)), scale);
  }
  // So far down that nothing is left.
  if (-shift > 2 * (Numeric::kIntegralDigitsMax + Numeric::kScaleMax)) {
    return Numeric::from_int128(0, scale);
  }
  return NumericMath::make(divide_rounding(number.digits, big_power_of_ten(static_cast<int>(-shift))), scale);
}

/// An estimate of log10(|value|), value not zero.
double log10_of(const Numeric& value) {
  const std::string digits = value.coefficient_digits();
  double leading = 0;
  const size_t used = std::min<size_t>(digits.size(), 17);
  std::from_chars(digits.data(), digits.data() + used, leading);
  return std::log10(leading) + static_cast<double>(digits.size() - used) - value.scale();
}

Numeric integer_power(const Numeric& base, int64_t exponent, int exponent_scale) {
  const double weight = base.sign() == 0 ? 0 : static_cast<double>(exponent) * log10_of(base);
  const int scale = clamp_scale(std::max({kSignificantDigitsMin, base.scale(), exponent_scale}));
  if (weight > Numeric::kIntegralDigitsMax) {
    throw_numeric_overflow();
  }
  if (weight + 1 < -scale) {
    return Numeric::from_int128(0, scale);
  }
  if (exponent == 0) {
    return Numeric::from_int64(1).round(scale);
  }
  if (base.sign() == 0) {
    if (exponent < 0) {
      throw Error(sqlstate::kDivisionByZero, "division by zero");
    }
    return Numeric::from_int128(0, scale);
  }
  const uint64_t times = exponent < 0 ? uint64_t{0} - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  // Enough digits for the result, and some for the errors of each of the products (64 of them at most).
  const auto digits_max = static_cast<size_t>(std::max(std::abs(weight), 0.0) + scale) + 40;
  Leading result{BigInteger(1), 0};
  Leading square{NumericMath::coefficient(base), -int64_t{base.scale()}};
  for (uint64_t rest = times; rest != 0; rest >>= 1) {
    if ((rest & 1) != 0) {
      result = multiply(result, square, digits_max);
    }
    if (rest > 1) {
      square = multiply(square, square, digits_max);
    }
  }
  if (exponent > 0) {
    return to_numeric(result, scale);
  }
  // 1 / result, to as many digits.
  const bool negative = result.digits < 0;
  const BigInteger divisor = boost::multiprecision::abs(result.digits);
  const auto digits =
      static_cast<int>(static_cast<double>(msb(divisor)) / kBitsPerDigit) + static_cast<int>(digits_max);
  const BigInteger quotient = divide_rounding(big_power_of_ten(digits), divisor);
  return to_numeric({negative ? BigInteger(-quotient) : quotient, -result.exponent - digits}, scale);
}

/// e^x rounded to a scale, where x = fixed / 2^bits and the result has about `weight` digits before the point.
Numeric exp_to_scale(const Numeric& x, int scale) {
  const double approximate = x.to_double();
  if (std::abs(approximate) >= kExponentMax) {
    if (approximate > 0) {
      throw_numeric_overflow();
    }
    return Numeric::from_int128(0, scale);
  }
  const int weight = static_cast<int>(std::abs(approximate) * kLog10OfE) + 1;
  const unsigned bits = bits_for_digits(scale + weight) + kGuardBits + 40;
  const BigInteger power = exp_fixed(to_fixed(x.abs(), bits), bits);
  if (x.sign() >= 0) {
    return from_fixed(power, bits, scale);
  }
  return from_fixed((BigInteger(1) << (2 * bits)) / power, bits, scale);
}

/// What infinities and NaN give; POSIX pow() and PostgreSQL agree on them.
Numeric special_power(const Numeric& base, const Numeric& exponent) {
  const Numeric one = Numeric::from_int64(1);
  if (base.is_nan()) {
    return exponent.is_finite() && exponent.sign() == 0 ? one : Numeric::nan();
  }
  if (exponent.is_nan()) {
    return base == one ? one : Numeric::nan();
  }
  if (base.sign() == 0 && exponent.sign() < 0) {
    throw_power_error("zero raised to a negative power is undefined");
  }
  if (base.sign() < 0 && exponent.is_finite() && exponent.min_scale() > 0) {
    throw_power_error("a negative number raised to a non-integer power yields a complex result");
  }
  if (base == one || exponent.sign() == 0) {
    return one;
  }
  if (base.sign() == 0) {
    return exponent.sign() > 0 ? Numeric() : one;
  }
  if (exponent.is_infinite()) {
    const Numeric size = base.abs();
    if (size == one) {
      return one;
    }
    return (size > one) == (exponent.sign() > 0) ? Numeric::infinity() : Numeric();
  }
  // ±Infinity to a finite power.
  if (exponent.sign() < 0) {
    return {};
  }
  const Numeric two = Numeric::from_int64(2);
  return Numeric::infinity(base.sign() < 0 && (exponent % two).sign() != 0);
}

}  // namespace

Numeric Numeric::sqrt() const {
  if (is_nan() || kind_ == Kind::kInfinity) {
    return *this;
  }
  if (sign() < 0) {
    throw_power_error("cannot take square root of a negative number");
  }
  const int weight = (first_digit_of(*this).weight + 1) * 4 / 2 - 1;
  const int scale = clamp_scale(std::max(kSignificantDigitsMin - weight, int{scale_}));
  BigInteger rest;
  BigInteger root = boost::multiprecision::sqrt(
      BigInteger(NumericMath::coefficient(*this) * big_power_of_ten(2 * scale - scale_)), rest);
  if (rest > root) {  // beyond (root + 1/2)²
    ++root;
  }
  return NumericMath::make(root, scale);
}

Numeric Numeric::exp() const {
  if (!is_finite()) {
    return kind_ == Kind::kMinusInfinity ? Numeric() : *this;
  }
  const double weight = std::clamp(to_double() * kLog10OfE, double{-kResultScaleMax}, double{kResultScaleMax});
  return exp_to_scale(*this, clamp_scale(std::max(kSignificantDigitsMin - static_cast<int>(weight), int{scale_})));
}

Numeric Numeric::ln() const {
  if (is_nan() || kind_ == Kind::kInfinity) {
    return *this;
  }
  if (sign() < 0) {
    throw_logarithm_error("cannot take logarithm of a negative number");
  }
  if (sign() == 0) {
    throw_logarithm_error("cannot take logarithm of zero");
  }
  const int scale = clamp_scale(std::max(kSignificantDigitsMin - ln_weight(*this), int{scale_}));
  const unsigned bits = bits_for_digits(scale) + kGuardBits;
  return from_fixed(ln_fixed(*this, bits), bits, scale);
}

Numeric Numeric::log(const Numeric& base) const {
  if (is_nan() || base.is_nan()) {
    return nan();
  }
  for (const Numeric* value : {&base, this}) {
    if (value->sign() < 0) {
      throw_logarithm_error("cannot take logarithm of a negative number");
    }
    if (value->sign() == 0) {
      throw_logarithm_error("cannot take logarithm of zero");
    }
  }
  if (base.is_infinite()) {
    return is_infinite() ? nan() : Numeric();
  }
  if (is_infinite()) {
    return *this;
  }
  const int base_weight = ln_weight(base);
  const int own_weight = ln_weight(*this);
  const int scale =
      clamp_scale(std::max({kSignificantDigitsMin - (own_weight - base_weight), base.scale(), int{scale_}}));
  // The quotient is as exact, relatively, as the two logarithms.
  const unsigned bits = bits_for_digits(scale + std::max(own_weight, 0) + 2 * std::abs(base_weight) + 8) + kGuardBits;
  const BigInteger divisor = ln_fixed(base, bits);
  if (divisor == 0) {
    throw Error(sqlstate::kDivisionByZero, "division by zero");
  }
  const BigInteger dividend = ln_fixed(*this, bits) * big_power_of_ten(scale);
  return NumericMath::make(divisor < 0 ? divide_rounding(-dividend, -divisor) : divide_rounding(dividend, divisor),
                           scale);
}

Numeric Numeric::power(const Numeric& exponent) const {
  if (!is_finite() || !exponent.is_finite()) {
    return special_power(*this, exponent);
  }
  if (sign() == 0 && exponent.sign() < 0) {
    throw_power_error("zero raised to a negative power is undefined");
  }
  const bool is_integer = exponent.min_scale() == 0;
  if (sign() < 0 && !is_integer) {
    throw_power_error("a negative number raised to a non-integer power yields a complex result");
  }
  int64_t whole = 0;
  if (is_integer && exponent.to_int64(whole) && whole >= INT32_MIN && whole <= INT32_MAX) {
    return integer_power(*this, whole, exponent.scale());
  }
  if (sign() == 0) {
    return from_int128(0, kSignificantDigitsMin);
  }
  // base^exponent = e^(exponent × ln(base)); first roughly, for the scale.
  const Numeric size = abs();
  const bool negative = sign() < 0 && (exponent % from_int64(2)).sign() != 0;
  const int rough_scale = std::max(8 - ln_weight(size), 0);
  const unsigned rough_bits = bits_for_digits(rough_scale) + kGuardBits;
  const double rough =
      (from_fixed(ln_fixed(size, rough_bits), rough_bits, rough_scale) * exponent).round(rough_scale).to_double();
  constexpr double kFuzz = 6020;  // PostgreSQL's limit for this estimate
  if (std::abs(rough) > kFuzz) {
    if (rough > 0) {
      throw_numeric_overflow();
    }
    return from_int128(0, kDisplayScaleMax);
  }
  const int scale = clamp_scale(
      std::max({kSignificantDigitsMin - static_cast<int>(rough * kLog10OfE), int{scale_}, exponent.scale()}));
  // An absolute error of the argument is a relative one of the result.
  const int digits = scale + std::max(static_cast<int>(rough * kLog10OfE), 0) + 12;
  const int argument_scale = digits + 4;
  const unsigned bits = bits_for_digits(argument_scale + std::max(decimal_weight(exponent), 0)) + kGuardBits;
  const BigInteger product = ln_fixed(size, bits) * NumericMath::coefficient(exponent);
  const Numeric argument = NumericMath::make(
      divide_rounding(product * big_power_of_ten(argument_scale), big_power_of_ten(exponent.scale()) << bits),
      argument_scale);
  const Numeric result = exp_to_scale(argument, scale);
  return negative ? -result : result;
}

}  // namespace tidemark
