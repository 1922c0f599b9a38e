#include "types/key_encoding.h"

#include "base/error.h"
#include "types/numeric.h"

namespace tidemark::key_encoding {
namespace {

constexpr char kEscape = '\xff';  // after a 0x00 of the text
constexpr char kEnd = '\x01';     // after the 0x00 that ends it: below the escape, so that a prefix sorts first

// The classes of numerics, in their order.
constexpr char kMinusInfinity = 1;
constexpr char kNegative = 2;
constexpr char kZero = 3;
constexpr char kPositive = 4;
constexpr char kInfinity = 5;
constexpr char kNan = 6;

}  // namespace

void append_escaped(std::string& key, std::string_view text) {
  size_t from = 0;
  for (size_t zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0', from)) {
    key.append(text, from, zero - from + 1);
    key.push_back(kEscape);
    from = zero + 1;
  }
  key.append(text, from);
  key.push_back('\0');
  key.push_back(kEnd);
}

void append_numeric(std::string& key, const Numeric& value) {
  if (!value.is_finite() || value.sign() == 0) {
    key.push_back(value.is_nan() ? kNan : value.is_finite() ? kZero : value.sign() < 0 ? kMinusInfinity : kInfinity);
    return;
  }
  std::string digits = value.coefficient_digits();
  // The number is 0.d1d2d3… × 100^exponent; an odd decimal exponent is evened by a zero in front.
  int exponent = static_cast<int>(digits.size()) - value.scale();
  if (exponent % 2 != 0) {
    digits.insert(0, 1, '0');
    ++exponent;
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  digits.append(digits.size() % 2, '0');
  key.push_back(value.sign() < 0 ? kNegative : kPositive);
  const size_t start = key.size();
  append_signed(key, exponent);
  for (size_t at = 0; at < digits.size(); at += 2) {
    key.push_back(static_cast<char>((digits[at] - '0') * 10 + (digits[at + 1] - '0') + 1));
  }
  key.push_back('\0');
  if (value.sign() < 0) {
    for (size_t at = start; at < key.size(); ++at) {
      key[at] = static_cast<char>(~key[at]);
    }
  }
}

void throw_malformed() { throw Error(sqlstate::kDataCorrupted, "canonical key is malformed"); }

std::string_view take_bytes(std::string_view& key, size_t count) {
  if (key.size() < count) {
    throw_malformed();
  }
  const std::string_view bytes = key.substr(0, count);
  key.remove_prefix(count);
  return bytes;
}

std::string take_escaped(std::string_view& key) {
  std::string text;
  for (;;) {
    const size_t zero = key.find('\0');
    if (zero == std::string_view::npos || zero + 1 >= key.size()) {
      throw_malformed();
    }
    text.append(key, 0, zero);
    const char mark = key[zero + 1];
    key.remove_prefix(zero + 2);
    if (mark == kEnd) {
      return text;
    }
    if (mark != kEscape) {
      throw_malformed();
    }
    text.push_back('\0');
  }
}

void skip_escaped(std::string_view& key) {
  for (;;) {
    const size_t zero = key.find('\0');
    if (zero == std::string_view::npos || zero + 1 >= key.size()) {
      throw_malformed();
    }
    const char mark = key[zero + 1];
    key.remove_prefix(zero + 2);
    if (mark == kEnd) {
      return;
    }
    if (mark != kEscape) {
      throw_malformed();
    }
  }
}

void skip_numeric(std::string_view& key) {
  const char number_class = take_bytes(key, 1)[0];
  if (number_class != kNegative && number_class != kPositive) {
    return;
  }
  take_bytes(key, sizeof(int32_t));
  const size_t end = key.find(number_class == kNegative ? '\xff' : '\0');
  if (end == std::string_view::npos) {
    throw_malformed();
  }
  key.remove_prefix(end + 1);
}

}  // namespace tidemark::key_encoding
