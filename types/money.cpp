#include "types/money.h"

#include <algorithm>

#include "base/error.h"

namespace tidemark {
namespace {

constexpr int kDecimals = 2;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What is left of a text, read from its start.
class Rest {
 public:
  explicit Rest(std::string_view text) : text_(text) {}
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_[0]; }
  char take() {
    const char c = front();
    text_.remove_prefix(1);
    return c;
  }
  bool accept(char c) {
    if (front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\n\v\f\r"), text_.size())); }

 private:
  std::string_view text_;
};

}  // namespace

int64_t parse_money(std::string_view text) {
  const auto out_of_range = [&] {
    return Error(sqlstate::kNumericValueOutOfRange,
                 "value \"" + std::string(text) + "\" is out of range for type money");
  };
  Rest rest(text);
  rest.skip_space();
  if (rest.accept('$')) rest.skip_space();
  bool negative = false;
  if (rest.accept('-') || rest.accept('(')) {
    negative = true;
  } else {
    rest.accept('+');
  }
  rest.skip_space();
  if (rest.accept('$')) rest.skip_space();
  // Downwards, because there is one more negative number.
  int64_t cents = 0;
  const auto add_digit = [&](int digit) {
    if (__builtin_mul_overflow(cents, 10, &cents) || __builtin_sub_overflow(cents, digit, &cents)) throw out_of_range();
  };
  int decimals = 0;
  bool seen_dot = false;
  while (!rest.empty()) {
    if (is_digit(rest.front()) && (!seen_dot || decimals < kDecimals)) {
      add_digit(rest.take() - '0');
      decimals += seen_dot ? 1 : 0;
    } else if (rest.front() == '.' && !seen_dot) {
      rest.take();
      seen_dot = true;
    } else if (!rest.accept(',')) {
      break;
    }
  }
  if (is_digit(rest.front()) && rest.front() >= '5' && __builtin_sub_overflow(cents, 1, &cents)) throw out_of_range();
  for (; decimals < kDecimals; ++decimals) add_digit(0);
  while (is_digit(rest.front())) rest.take();
  while (!rest.empty()) {
    const char c = rest.take();
    if (c == '-') {
      negative = true;
    } else if (std::string_view(" \t\n\v\f\r)+$").find(c) == std::string_view::npos) {
      throw Error(sqlstate::kInvalidTextRepresentation,
                  "invalid input syntax for type money: \"" + std::string(text) + "\"");
    }
  }
  if (negative) return cents;
  if (cents == INT64_MIN) throw out_of_range();
  return -cents;
}

void append_money(std::string& target, int64_t cents) {
  const uint64_t size = cents < 0 ? 0 - static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  if (cents < 0) target += '-';
  target += '$';
  const std::string whole = std::to_string(size / 100);
  for (size_t i = 0; i < whole.size(); ++i) {
    if (i > 0 && (whole.size() - i) % 3 == 0) target += ',';
    target += whole[i];
  }
  target += '.';
  target += static_cast<char>('0' + size % 100 / 10);
  target += static_cast<char>('0' + size % 10);
}

}  // namespace tidemark
