#include "types/mac_address.h"

#include <array>
#include <span>

#include "base/error.h"
#include "types/ordered_unsigned.h"

namespace tidemark {
namespace {

constexpr std::string_view kSpace = " \t\n\v\f\r";

[[noreturn]] void throw_no_address(std::string_view text, std::string_view type) {
  throw Error(sqlstate::kInvalidTextRepresentation,
              "invalid input syntax for type " + std::string(type) + ": \"" + std::string(text) + "\"");
}

/// The value of a hexadecimal digit, or -1.
int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// Six numbers, `separators[i]` after the i-th (0: none, and then numbers have two digits at most). False if `text` is
/// something else.
bool read_numbers(std::string_view text, std::span<const char> separators, std::array<uint64_t, 6>& numbers) {
  const bool any_length = separators[0] != 0 && separators[1] != 0;
  size_t at = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    while (at < text.size() && kSpace.find(text[at]) != std::string_view::npos) ++at;
    size_t digits = 0;
    for (numbers[i] = 0; at < text.size() && digit_value(text[at]) >= 0 && (any_length || digits < 2); ++digits) {
      numbers[i] = numbers[i] << 4 | static_cast<uint64_t>(digit_value(text[at++]));
    }
    if (digits == 0) return false;
    if (i < separators.size() && separators[i] != 0 && (at == text.size() || text[at++] != separators[i])) return false;
  }
  return text.find_first_not_of(kSpace, at) == std::string_view::npos;
}

void append_bytes(std::string& target, uint64_t value, int count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int i = count - 1; i >= 0; --i) {
    const uint64_t byte = value >> (8 * i) & 0xff;
    target += kDigits[byte >> 4];
    target += kDigits[byte & 15];
    if (i > 0) target += ':';
  }
}

}  // namespace

int64_t parse_mac_address(std::string_view text) {
  constexpr std::array<std::array<char, 5>, 7> kForms{{{':', ':', ':', ':', ':'},
                                                       {'-', '-', '-', '-', '-'},
                                                       {0, 0, ':', 0, 0},
                                                       {0, 0, '-', 0, 0},
                                                       {0, '.', 0, '.', 0},
                                                       {0, '-', 0, '-', 0},
                                                       {0, 0, 0, 0, 0}}};
  std::array<uint64_t, 6> numbers{};
  for (const auto& form : kForms) {
    if (!read_numbers(text, form, numbers)) continue;
    uint64_t address = 0;
    for (const uint64_t number : numbers) {
      if (number > 255) {
        throw Error(sqlstate::kNumericValueOutOfRange,
                    "invalid octet value in \"macaddr\" value: \"" + std::string(text) + "\"");
      }
      address = address << 8 | number;
    }
    return static_cast<int64_t>(address);
  }
  throw_no_address(text, "macaddr");
}

uint64_t widened_mac_address(uint64_t six_bytes) {
  return (six_bytes >> 24) << 40 | uint64_t{0xfffe} << 24 | (six_bytes & 0xffffff);
}

int64_t parse_mac_address8(std::string_view text) {
  std::string_view rest = text;
  const auto skip_space = [&] { rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size())); };
  skip_space();
  uint64_t value = 0;
  int count = 0;
  char separator = 0;
  while (rest.size() >= 2) {
    const int high = digit_value(rest[0]);
    const int low = digit_value(rest[1]);
    if (high < 0 || low < 0 || count == 8) throw_no_address(text, "macaddr8");
    value = value << 8 | static_cast<uint64_t>(high * 16 + low);
    ++count;
    rest.remove_prefix(2);
    if (!rest.empty() && (rest[0] == ':' || rest[0] == '-' || rest[0] == '.')) {
      if (separator != 0 && rest[0] != separator) throw_no_address(text, "macaddr8");
      separator = rest[0];
      rest.remove_prefix(1);
    }
    if (!rest.empty() && (count == 6 || count == 8) && kSpace.find(rest[0]) != std::string_view::npos) {
      skip_space();
      if (!rest.empty()) throw_no_address(text, "macaddr8");
    }
  }
  if (count == 6) return from_unsigned(widened_mac_address(value));
  if (count != 8) throw_no_address(text, "macaddr8");
  return from_unsigned(value);
}

void append_mac_address(std::string& target, int64_t address) {
  append_bytes(target, static_cast<uint64_t>(address), 6);
}

void append_mac_address8(std::string& target, int64_t address) { append_bytes(target, to_unsigned(address), 8); }

}  // namespace tidemark
