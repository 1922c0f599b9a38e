#include "types/numeric.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include "base/ascii.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/error.h"
#include "types/modifier.h"
#include "types/numeric_integer.h"

namespace tidemark {
namespace {

constexpr int kSmallDigitsMax = 38;  // 10^38 < 2^127
constexpr Int128 kSmallMax = static_cast<Int128>((~UInt128{0}) >> 1);
constexpr uint16_t kScaleMask = 0x3fff;
constexpr int kKindShift = 14;

constexpr auto kPowersOfTen = [] {
  std::array<Int128, kSmallDigitsMax + 1> powers{};
  Int128 power = 1;
  for (Int128& entry : powers) {
    entry = power;
    power = &entry == &powers.back() ? power : power * 10;
  }
  return powers;
}();

UInt128 magnitude_of(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

/// coefficient × 10^digits; false if it leaves 128 bits.
bool scale_up(Int128& coefficient, int digits) {
  if (digits == 0) {
    return true;
  }
  return coefficient == 0 ||
         (digits <= kSmallDigitsMax &&
          !__builtin_mul_overflow(coefficient, kPowersOfTen[static_cast<size_t>(digits)], &coefficient));
}

Int128 small_divide_rounding(Int128 dividend, Int128 divisor) {
  const Int128 quotient = dividend / divisor;
  const Int128 rest = dividend % divisor;
  // Twice the rest may overflow; the rest against what is left to the divisor does not.
  const UInt128 rest_size = magnitude_of(rest);
  const UInt128 divisor_size = magnitude_of(divisor);
  if (rest_size < divisor_size - rest_size) {
    return quotient;
  }
  return (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient + 1;
}

/// The decimal digits of a magnitude, at the end of `buffer`.
std::string_view format_magnitude(UInt128 magnitude, std::array<char, 40>& buffer) {
  constexpr uint64_t kChunk = 10'000'000'000'000'000'000U;  // 10^19
  size_t at = buffer.size();
  const auto put = [&](uint64_t chunk, size_t digits_min) {
    size_t digits = 0;
    while (chunk != 0 || digits < digits_min) {
      buffer[--at] = static_cast<char>('0' + chunk % 10);
      chunk /= 10;
      ++digits;
    }
  };
  while (magnitude > std::numeric_limits<uint64_t>::max()) {
    put(static_cast<uint64_t>(magnitude % kChunk), 19);
    magnitude /= kChunk;
  }
  put(static_cast<uint64_t>(magnitude), at == buffer.size() ? 1 : 0);
  return {buffer.data() + at, buffer.size() - at};
}

/// Sign, digits and point.
void append_decimal(std::string& target, bool negative, std::string_view digits, int scale) {
  if (negative) {
    target += '-';
  }
  const auto behind = static_cast<size_t>(scale);
  if (digits.size() > behind) {
    target.append(digits.substr(0, digits.size() - behind));
  } else {
    target += '0';
  }
  if (behind > 0) {
    target += '.';
    if (digits.size() < behind) {
      target.append(behind - digits.size(), '0');
      target += digits;
    } else {
      target.append(digits.substr(digits.size() - behind));
    }
  }
}

[[noreturn]] void throw_invalid_numeric(std::string_view text) {
  throw Error(sqlstate::kInvalidTextRepresentation,
              "invalid input syntax for type numeric: \"" + std::string(text) + "\"");
}

[[noreturn]] void throw_malformed_numeric() { throw Error(sqlstate::kDataCorrupted, "packed numeric is malformed"); }

/// The 16 bytes at most of a packed coefficient, sign extended.
Int128 load_coefficient(std::string_view bytes) {
  if (bytes.empty()) {
    return 0;
  }
  std::array<char, 16> wide;
  wide.fill(bytes.back() < 0 ? '\xff' : '\0');
  std::copy(bytes.begin(), bytes.end(), wide.begin());
  return std::bit_cast<Int128>(wide);
}

size_t coefficient_bytes(Int128 coefficient) {
  if (coefficient == 0) {
    return 0;
  }
  const UInt128 bits = coefficient < 0 ? ~static_cast<UInt128>(coefficient) : static_cast<UInt128>(coefficient);
  const auto high = static_cast<uint64_t>(bits >> 64);
  const int used = high != 0 ? 128 - std::countl_zero(high) : 64 - std::countl_zero(static_cast<uint64_t>(bits));
  return static_cast<size_t>(used) / 8 + 1;  // and a bit for the sign
}

[[noreturn]] void throw_division_by_zero() { throw Error(sqlstate::kDivisionByZero, "division by zero"); }

/// NaN, or what infinities give; null if both are finite. `add_sign` is -1 for subtraction.
bool add_specials(const Numeric& left, const Numeric& right, int add_sign, Numeric& result) {
  if (left.is_finite() && right.is_finite()) {
    return false;
  }
  if (left.is_nan() || right.is_nan() ||
      (left.is_infinite() && right.is_infinite() && left.sign() != right.sign() * add_sign)) {
    result = Numeric::nan();
  } else {
    result = Numeric::infinity((left.is_infinite() ? left.sign() : right.sign() * add_sign) < 0);
  }
  return true;
}

Numeric add_signed(const Numeric& left, const Numeric& right, int add_sign) {
  Numeric special;
  if (add_specials(left, right, add_sign, special)) {
    return special;
  }
  const int scale = std::max(left.scale(), right.scale());
  if (left.is_small() && right.is_small()) {
    Int128 a = left.small_coefficient();
    Int128 b = right.small_coefficient() * add_sign;
    Int128 sum = 0;
    if (scale_up(a, scale - left.scale()) && scale_up(b, scale - right.scale()) && !__builtin_add_overflow(a, b, &sum))
        [[likely]] {
      return Numeric::from_int128(sum, scale);
    }
  }
  const BigInteger a = NumericMath::coefficient(left) * big_power_of_ten(scale - left.scale());
  const BigInteger b = NumericMath::coefficient(right) * big_power_of_ten(scale - right.scale());
  return NumericMath::make(add_sign < 0 ? BigInteger(a - b) : BigInteger(a + b), scale);
}

/// The scale of a quotient, so that it has 16 significant digits at least.
int quotient_scale(const Numeric& left, const Numeric& right) {
  const FirstDigit a = first_digit_of(left);
  const FirstDigit b = first_digit_of(right);
  const int weight = a.weight - b.weight - (a.first_digit <= b.first_digit ? 1 : 0);
  const int scale = std::max({kSignificantDigitsMin - weight * 4, left.scale(), right.scale(), 0});
  return std::min(scale, kDisplayScaleMax);
}

}  // namespace

void throw_numeric_overflow() { throw Error(sqlstate::kNumericValueOutOfRange, "value overflows numeric format"); }

Int128 small_power_of_ten(int exponent) { return kPowersOfTen[static_cast<size_t>(exponent)]; }

Numeric Numeric::from_int128(Int128 coefficient, int scale) {
  TIDEMARK_ASSERT(scale >= 0 && scale <= kScaleMax);
  if (coefficient == -kSmallMax - 1) [[unlikely]] {  // Its negative would not fit: kept among the big ones.
    return NumericMath::make(big_from_int128(coefficient), scale);
  }
  Numeric result;
  result.coefficient_ = coefficient;
  result.scale_ = static_cast<uint16_t>(scale);
  return result;
}

Numeric Numeric::from_double(double value) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? nan() : infinity(value < 0);
  }
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), "%.15g", value);
  return parse({text.data(), static_cast<size_t>(size)});
}

Numeric Numeric::from_float(float value) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? nan() : infinity(value < 0);
  }
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), "%.6g", static_cast<double>(value));
  return parse({text.data(), static_cast<size_t>(size)});
}

Numeric Numeric::parse(std::string_view text) {
  std::string_view rest = trim_ascii_spaces(text);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) {
    rest.remove_prefix(1);
  }
  std::string digits;
  int64_t scale = 0;
  bool after_point = false;
  bool has_digits = false;
  size_t at = 0;
  Int128 small = 0;
  for (; at < rest.size(); ++at) {
    if (is_ascii_digit(rest[at])) {
      has_digits = true;
      scale += after_point ? 1 : 0;
      if (digits.empty() && rest[at] == '0' && small == 0) {
        continue;  // leading zeros
      }
      if (digits.empty() && small < kPowersOfTen[kSmallDigitsMax - 1]) {
        small = small * 10 + (rest[at] - '0');
        continue;
      }
      if (digits.empty()) {  // The 39th digit: on with digits as text.
        std::array<char, 40> buffer;
        digits = format_magnitude(static_cast<UInt128>(small), buffer);
      }
      digits += rest[at];
    } else if (rest[at] == '.' && !after_point) {
      after_point = true;
    } else {
      break;
    }
  }
  if (!has_digits) {
    if (at == 0) {
      const std::string word = to_ascii_lower(rest);
      if (word == "infinity" || word == "inf") {
        return infinity(negative);
      }
      if (word == "nan" && rest.size() == trim_ascii_spaces(text).size()) {
        return nan();
      }
    }
    throw_invalid_numeric(text);
  }
  rest.remove_prefix(at);
  if (!rest.empty()) {
    if (rest.front() != 'e' && rest.front() != 'E') {
      throw_invalid_numeric(text);
    }
    rest.remove_prefix(1);
    if (rest.starts_with('+')) {
      rest.remove_prefix(1);
      if (rest.starts_with('-')) {
        throw_invalid_numeric(text);
      }
    }
    int64_t exponent = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (error == std::errc::invalid_argument || end != rest.data() + rest.size()) {
      throw_invalid_numeric(text);
    }
    constexpr int64_t kExponentMax = std::numeric_limits<int32_t>::max() / 2;
    if (error == std::errc::result_out_of_range || exponent >= kExponentMax || exponent <= -kExponentMax) {
      throw_numeric_overflow();
    }
    scale -= exponent;
  }
  const int64_t zeros = std::max<int64_t>(-scale, 0);  // to be appended
  scale = std::max<int64_t>(scale, 0);
  if (scale > kScaleMax) {
    throw_numeric_overflow();
  }
  if (digits.empty()) {
    Int128 coefficient = small;
    if (zeros <= kSmallDigitsMax ? scale_up(coefficient, static_cast<int>(zeros)) : small == 0) {
      return from_int128(negative ? -coefficient : coefficient, static_cast<int>(scale));
    }
    std::array<char, 40> buffer;
    digits = format_magnitude(static_cast<UInt128>(small), buffer);
  }
  if (static_cast<int64_t>(digits.size()) + zeros - scale > kIntegralDigitsMax) {
    throw_numeric_overflow();
  }
  BigInteger coefficient(digits);
  coefficient *= big_power_of_ten(static_cast<int>(zeros));
  return NumericMath::make(negative ? BigInteger(-coefficient) : coefficient, static_cast<int>(scale));
}

Numeric Numeric::unpack(std::string_view packed) {
  if (packed.size() < sizeof(uint16_t)) {
    throw_malformed_numeric();
  }
  const auto header = load_little_endian<uint16_t>(packed.data());
  packed.remove_prefix(sizeof(header));
  const auto kind = static_cast<Kind>(header >> kKindShift);
  if (kind != Kind::kFinite) {
    return Numeric(kind);
  }
  const int scale = header & kScaleMask;
  if (packed.size() <= sizeof(Int128)) [[likely]] {
    return from_int128(load_coefficient(packed), scale);
  }
  // Two's complement of any length: the sign is in the last byte.
  const bool negative = packed.back() < 0;
  std::string bytes(packed);
  BigInteger magnitude;
  if (negative) {
    for (char& byte : bytes) {
      byte = static_cast<char>(~byte);
    }
  }
  boost::multiprecision::import_bits(magnitude, bytes.begin(), bytes.end(), 8, false);
  return NumericMath::make(negative ? BigInteger(-magnitude - 1) : magnitude, scale);
}

void Numeric::append_packed(std::string& target) const {
  const auto header = static_cast<uint16_t>(scale_ | static_cast<uint16_t>(kind_) << kKindShift);
  std::array<char, sizeof(header) + sizeof(Int128)> bytes;
  store_little_endian(bytes.data(), header);
  if (is_small()) {
    std::memcpy(bytes.data() + sizeof(header), &coefficient_, sizeof(Int128));
    target.append(bytes.data(), sizeof(header) + coefficient_bytes(coefficient_));
    return;
  }
  target.append(bytes.data(), sizeof(header));
  const size_t start = target.size();
  for (const uint64_t word : magnitude_) {
    std::array<char, sizeof(word)> word_bytes;
    store_little_endian(word_bytes.data(), word);
    target.append(word_bytes.data(), word_bytes.size());
  }
  target += '\0';  // room for the sign
  if (negative_) {
    bool carry = true;
    for (size_t i = start; i < target.size(); ++i) {
      const auto byte = static_cast<uint8_t>(~static_cast<uint8_t>(target[i]));
      target[i] = static_cast<char>(byte + (carry ? 1 : 0));
      carry = carry && byte == 0xff;
    }
  }
  const char fill = negative_ ? '\xff' : '\0';
  while (target.back() == fill && ((target[target.size() - 2] < 0) == negative_)) {
    target.pop_back();
  }
}

std::string Numeric::packed() const {
  std::string bytes;
  append_packed(bytes);
  return bytes;
}

std::string Numeric::coefficient_digits() const {
  if (is_small()) {
    std::array<char, 40> buffer;
    return std::string(format_magnitude(magnitude_of(coefficient_), buffer));
  }
  return BigInteger(boost::multiprecision::abs(NumericMath::coefficient(*this))).str();
}

void Numeric::append_text(std::string& target) const {
  switch (kind_) {
    case Kind::kNan:
      target += "NaN";
      return;
    case Kind::kInfinity:
      target += "Infinity";
      return;
    case Kind::kMinusInfinity:
      target += "-Infinity";
      return;
    case Kind::kFinite:
      break;
  }
  if (is_small()) {
    std::array<char, 40> buffer;
    append_decimal(target, coefficient_ < 0, format_magnitude(magnitude_of(coefficient_), buffer), scale_);
  } else {
    append_decimal(target, negative_, coefficient_digits(), scale_);
  }
}

std::string Numeric::to_text() const {
  std::string text;
  append_text(text);
  return text;
}

void Numeric::append_text_of_packed(std::string& target, std::string_view packed) {
  unpack(packed).append_text(target);
}

int Numeric::sign() const {
  switch (kind_) {
    case Kind::kNan:
      return 0;
    case Kind::kInfinity:
      return 1;
    case Kind::kMinusInfinity:
      return -1;
    case Kind::kFinite:
      break;
  }
  if (!is_small()) {
    return negative_ ? -1 : 1;
  }
  return coefficient_ < 0 ? -1 : coefficient_ > 0 ? 1 : 0;
}

int Numeric::min_scale() const {
  if (!is_finite() || sign() == 0) {
    return 0;
  }
  int scale = scale_;
  if (is_small()) {
    Int128 coefficient = coefficient_;
    while (scale > 0 && coefficient % 10 == 0) {
      coefficient /= 10;
      --scale;
    }
    return scale;
  }
  const std::string digits = coefficient_digits();
  for (size_t i = digits.size(); scale > 0 && i > 0 && digits[i - 1] == '0'; --i) {
    --scale;
  }
  return scale;
}

std::weak_ordering operator<=>(const Numeric& left, const Numeric& right) {
  if (!left.is_finite() || !right.is_finite()) {
    const auto rank = [](const Numeric& value) { return value.is_nan() ? 2 : value.is_infinite() ? value.sign() : 0; };
    return rank(left) <=> rank(right);
  }
  const int scale = std::max(left.scale(), right.scale());
  if (left.is_small() && right.is_small()) {
    Int128 a = left.small_coefficient();
    Int128 b = right.small_coefficient();
    if (scale_up(a, scale - left.scale()) && scale_up(b, scale - right.scale())) [[likely]] {
      return a < b ? std::weak_ordering::less : a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
    }
  }
  if (left.sign() != right.sign()) {
    return left.sign() <=> right.sign();
  }
  const BigInteger a = NumericMath::coefficient(left) * big_power_of_ten(scale - left.scale());
  const BigInteger b = NumericMath::coefficient(right) * big_power_of_ten(scale - right.scale());
  return a.compare(b) <=> 0;
}

Numeric Numeric::operator-() const {
  Numeric result = *this;
  result.coefficient_ = -coefficient_;
  result.negative_ = !negative_;
  if (is_infinite()) {
    result.kind_ = kind_ == Kind::kInfinity ? Kind::kMinusInfinity : Kind::kInfinity;
  }
  return result;
}

Numeric operator+(const Numeric& left, const Numeric& right) { return add_signed(left, right, 1); }
Numeric operator-(const Numeric& left, const Numeric& right) { return add_signed(left, right, -1); }

Numeric operator*(const Numeric& left, const Numeric& right) {
  if (!left.is_finite() || !right.is_finite()) {
    const int sign = left.sign() * right.sign();
    return left.is_nan() || right.is_nan() || sign == 0 ? Numeric::nan() : Numeric::infinity(sign < 0);
  }
  const int scale = left.scale() + right.scale();
  if (left.is_small() && right.is_small() && scale <= Numeric::kScaleMax) {
    Int128 product = 0;
    if (!__builtin_mul_overflow(left.small_coefficient(), right.small_coefficient(), &product)) [[likely]] {
      return Numeric::from_int128(product, scale);
    }
  }
  return NumericMath::make_rounded(NumericMath::coefficient(left) * NumericMath::coefficient(right), scale,
                                   std::min(scale, Numeric::kScaleMax));
}

Numeric operator/(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) {
    return Numeric::nan();
  }
  if (right.sign() == 0) {
    throw_division_by_zero();
  }
  if (left.is_infinite()) {
    return right.is_infinite() ? Numeric::nan() : Numeric::infinity(left.sign() * right.sign() < 0);
  }
  if (right.is_infinite()) {
    return {};
  }
  const int scale = quotient_scale(left, right);
  // left / right = a / b × 10^(right.scale - left.scale); the quotient wants `scale` digits more.
  const int shift = scale + right.scale() - left.scale();
  if (left.is_small() && right.is_small() && shift >= 0) {
    Int128 dividend = left.small_coefficient();
    if (scale_up(dividend, shift)) [[likely]] {
      return Numeric::from_int128(small_divide_rounding(dividend, right.small_coefficient()), scale);
    }
  }
  BigInteger dividend = NumericMath::coefficient(left);
  BigInteger divisor = NumericMath::coefficient(right);
  (shift >= 0 ? dividend : divisor) *= big_power_of_ten(shift >= 0 ? shift : -shift);
  if (divisor < 0) {
    dividend = -dividend;
    divisor = -divisor;
  }
  return NumericMath::make(divide_rounding(dividend, divisor), scale);
}

Numeric operator%(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) {
    return Numeric::nan();
  }
  if (right.sign() == 0) {
    throw_division_by_zero();
  }
  if (left.is_infinite()) {
    return Numeric::nan();
  }
  if (right.is_infinite()) {
    return left;
  }
  const int scale = std::max(left.scale(), right.scale());
  if (left.is_small() && right.is_small()) {
    Int128 a = left.small_coefficient();
    Int128 b = right.small_coefficient();
    if (scale_up(a, scale - left.scale()) && scale_up(b, scale - right.scale())) [[likely]] {
      return Numeric::from_int128(a % b, scale);
    }
  }
  const BigInteger a = NumericMath::coefficient(left) * big_power_of_ten(scale - left.scale());
  const BigInteger b = NumericMath::coefficient(right) * big_power_of_ten(scale - right.scale());
  return NumericMath::make(a % b, scale);
}

Numeric Numeric::divide_truncating(const Numeric& divisor) const {
  if (is_nan() || divisor.is_nan()) {
    return nan();
  }
  if (divisor.sign() == 0) {
    throw_division_by_zero();
  }
  if (is_infinite()) {
    return divisor.is_infinite() ? nan() : infinity(sign() * divisor.sign() < 0);
  }
  if (divisor.is_infinite()) {
    return {};
  }
  const int scale = std::max(scale_, divisor.scale_);
  const BigInteger a = NumericMath::coefficient(*this) * big_power_of_ten(scale - scale_);
  const BigInteger b = NumericMath::coefficient(divisor) * big_power_of_ten(scale - divisor.scale_);
  return NumericMath::make(a / b, 0);
}

Numeric Numeric::abs() const { return sign() < 0 ? -*this : *this; }

Numeric Numeric::round(int digits) const {
  digits = std::clamp(digits, -kIntegralDigitsMax - 1, kScaleMax);
  if (!is_finite()) {
    return *this;
  }
  const int scale = std::max(digits, 0);
  const int dropped = scale_ - digits;
  if (is_small()) {
    Int128 coefficient = coefficient_;
    if (dropped <= 0) {
      if (scale_up(coefficient, -dropped)) {
        return from_int128(coefficient, scale);
      }
    } else if (dropped <= kSmallDigitsMax) {
      coefficient = small_divide_rounding(coefficient, kPowersOfTen[static_cast<size_t>(dropped)]);
      if (scale_up(coefficient, scale - digits)) {
        return from_int128(coefficient, scale);
      }
    } else {
      return from_int128(0, scale);
    }
  }
  if (dropped <= 0) {
    return NumericMath::make(NumericMath::coefficient(*this) * big_power_of_ten(-dropped), scale);
  }
  const BigInteger rounded = divide_rounding(NumericMath::coefficient(*this), big_power_of_ten(dropped));
  return NumericMath::make(rounded * big_power_of_ten(scale - digits), scale);
}

Numeric Numeric::trunc(int digits) const {
  digits = std::clamp(digits, -kIntegralDigitsMax - 1, kScaleMax);
  const int dropped = scale_ - digits;
  if (!is_finite() || dropped <= 0) {
    return round(digits);
  }
  const int scale = std::max(digits, 0);
  if (is_small()) {
    if (dropped > kSmallDigitsMax) {
      return from_int128(0, scale);
    }
    const Int128 divisor = kPowersOfTen[static_cast<size_t>(dropped)];
    const Int128 kept = coefficient_ / divisor;
    return from_int128(digits < 0 ? kept * kPowersOfTen[static_cast<size_t>(-digits)] : kept, scale);
  }
  const BigInteger kept = NumericMath::coefficient(*this) / big_power_of_ten(dropped);
  return NumericMath::make(kept * big_power_of_ten(scale - digits), scale);
}

Numeric Numeric::ceil() const {
  const Numeric whole = trunc(0);
  return whole < *this ? whole + from_int64(1) : whole;
}

Numeric Numeric::floor() const {
  const Numeric whole = trunc(0);
  return whole > *this ? whole - from_int64(1) : whole;
}

Numeric Numeric::trim_scale() const { return is_finite() ? trunc(min_scale()) : *this; }

bool Numeric::to_int128(Int128& value) const {
  if (!is_finite()) {
    return false;
  }
  if (scale_ == 0) {
    value = coefficient_;
    return is_small();
  }
  const Numeric rounded = round(0);
  value = rounded.coefficient_;
  return rounded.is_small();
}

bool Numeric::to_int64(int64_t& value) const {
  Int128 wide = 0;
  value = 0;
  return to_int128(wide) && !__builtin_add_overflow(wide, 0, &value);
}

bool Numeric::to_uint64(uint64_t& value) const {
  Int128 wide = 0;
  value = 0;
  return to_int128(wide) && !__builtin_add_overflow(wide, 0, &value);
}

double Numeric::to_double() const {
  switch (kind_) {
    case Kind::kNan:
      return std::numeric_limits<double>::quiet_NaN();
    case Kind::kInfinity:
      return std::numeric_limits<double>::infinity();
    case Kind::kMinusInfinity:
      return -std::numeric_limits<double>::infinity();
    case Kind::kFinite:
      break;
  }
  // Both numbers exact in a double, so one rounding: the quotient is the nearest double.
  constexpr int kExactPowerMax = 22;
  constexpr Int128 kExactMax = Int128{1} << 53;
  if (is_small() && coefficient_ <= kExactMax && coefficient_ >= -kExactMax && scale_ <= kExactPowerMax) {
    return static_cast<double>(static_cast<int64_t>(coefficient_)) / static_cast<double>(kPowersOfTen[scale_]);
  }
  const std::string text = to_text();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool is_large = decimal_weight(*this) > 0;
    return !is_large ? (sign() < 0 ? -0.0 : 0.0) : sign() * std::numeric_limits<double>::infinity();
  }
  return value;
}

int64_t Numeric::to_integer(std::string_view type_name, int64_t min, int64_t max) const {
  if (!is_finite()) {
    throw Error(sqlstate::kFeatureNotSupported,
                std::string("cannot convert ") + (is_nan() ? "NaN" : "infinity") + " to " + std::string(type_name));
  }
  int64_t value = 0;
  if (!to_int64(value) || value < min || value > max) {
    throw Error(sqlstate::kNumericValueOutOfRange, std::string(type_name) + " out of range");
  }
  return value;
}

double Numeric::to_double_checked() const {
  const double value = to_double();
  if (is_finite() && (std::isinf(value) || (value == 0 && sign() != 0))) {
    throw Error(sqlstate::kNumericValueOutOfRange, "\"" + to_text() + "\" is out of range for type double precision");
  }
  return value;
}

Numeric Numeric::with_modifier(int32_t modifier) const {
  if (modifier < kVarlenaHeader || is_nan()) {
    return *this;
  }
  const int32_t packed = modifier - kVarlenaHeader;
  const int precision = (packed >> 16) & 0xffff;
  const int scale = ((packed & 0x7ff) ^ 1024) - 1024;  // 11 bits, signed
  const std::string field = "A field with precision " + std::to_string(precision) + ", scale " + std::to_string(scale);
  if (is_infinite()) {
    throw Error(sqlstate::kNumericValueOutOfRange, "numeric field overflow")
        .with_detail(field + " cannot hold an infinite value.");
  }
  Numeric rounded = round(scale);
  const int digits_max = precision - scale;
  if (rounded.sign() != 0 && decimal_weight(rounded) > digits_max) {
    throw Error(sqlstate::kNumericValueOutOfRange, "numeric field overflow")
        .with_detail(field + " must round to an absolute value less than " +
                     (digits_max != 0 ? "10^" + std::to_string(digits_max) : "1") + ".");
  }
  return rounded;
}

}  // namespace tidemark
