#include "types/log_position.h"

#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "types/ordered_unsigned.h"

namespace tidemark {

int64_t parse_log_position(std::string_view text) {
  const auto part = [&](std::string_view digits) {
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.empty() || digits.size() > 8 || error != std::errc() || end != digits.data() + digits.size()) {
      throw Error(sqlstate::kInvalidTextRepresentation,
                  "invalid input syntax for type pg_lsn: \"" + std::string(text) + "\"");
    }
    return uint64_t{value};
  };
  const size_t slash = text.find('/');
  const uint64_t high = part(text.substr(0, slash));
  return from_unsigned(high << 32 | part(slash == std::string_view::npos ? "" : text.substr(slash + 1)));
}

namespace {

void append_hexadecimal(std::string& target, uint64_t value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (value >= 16) append_hexadecimal(target, value / 16);
  target += kDigits[value % 16];
}

}  // namespace

void append_log_position(std::string& target, int64_t position) {
  const uint64_t value = to_unsigned(position);
  append_hexadecimal(target, value >> 32);
  target += '/';
  append_hexadecimal(target, value & 0xffffffff);
}

int64_t parse_xid8(std::string_view text) {
  return from_unsigned(std::strtoull(std::string(text).c_str(), nullptr, 0));
}

void append_xid8(std::string& target, int64_t number) { target += std::to_string(to_unsigned(number)); }

}  // namespace tidemark
