// Numeric to and from text and its packed bytes.

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
#include "base/error.h"
#include "types/numeric.h"
#include "types/numeric_integer.h"

namespace tidemark {
namespace {

constexpr uint16_t kScaleMask = 0x3fff;
constexpr int kKindShift = 14;

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

[[noreturn]] void throw_invalid(std::string_view text) {
  throw Error(sqlstate::kInvalidTextRepresentation,
              "invalid input syntax for type numeric: \"" + std::string(text) + "\"");
}

[[noreturn]] void throw_malformed() { throw Error(sqlstate::kDataCorrupted, "packed numeric is malformed"); }

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

}  // namespace

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
      if (digits.empty() && small < small_power_of_ten(kSmallDigitsMax - 1)) {
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
    throw_invalid(text);
  }
  rest.remove_prefix(at);
  if (!rest.empty()) {
    if (rest.front() != 'e' && rest.front() != 'E') {
      throw_invalid(text);
    }
    rest.remove_prefix(1);
    if (rest.starts_with('+')) {
      rest.remove_prefix(1);
      if (rest.starts_with('-')) {
        throw_invalid(text);
      }
    }
    int64_t exponent = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (error == std::errc::invalid_argument || end != rest.data() + rest.size()) {
      throw_invalid(text);
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
    throw_malformed();
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

}  // namespace tidemark
