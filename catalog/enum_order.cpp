#include "catalog/enum_order.h"

#include "base/check.h"

namespace tidemark {
namespace {

constexpr char kZero = '!';
constexpr int kBase = '~' - '!' + 1;

int digit_at(std::string_view order, size_t at) { return at < order.size() ? order[at] - kZero : 0; }
void append_digit(std::string& order, int digit) { order.push_back(static_cast<char>(kZero + digit)); }

/// The last digit that can grow does: labels are mostly added at the end, and halving what is left would make long
/// texts.
std::string order_after(std::string_view low) {
  std::string order(low);
  while (!order.empty() && digit_at(order, order.size() - 1) == kBase - 1) {
    order.pop_back();
  }
  if (order.empty()) {
    order = low;
    append_digit(order, kBase / 2);
  } else {
    ++order.back();
  }
  return order;
}

}  // namespace

std::vector<std::string> first_orders(size_t count) {
  // From 0 to k: room on both sides, and digits that a reader of a dump takes for numbers.
  constexpr char kFirst = '0';
  constexpr size_t kDigits = 60;
  size_t width = 1;
  for (size_t most = kDigits; most < count; most *= kDigits) {
    ++width;
  }
  std::vector<std::string> orders;
  orders.reserve(count);
  for (size_t number = 0; number < count; ++number) {
    std::string order(width, kFirst);
    size_t rest = number;
    for (size_t at = width; at-- > 0; rest /= kDigits) {
      order[at] = static_cast<char>(kFirst + rest % kDigits);
    }
    orders.push_back(std::move(order));
  }
  return orders;
}

std::string order_between(std::string_view low, std::string_view high) {
  TIDEMARK_CHECK(low.empty() || high.empty() || low < high);
  if (high.empty() && !low.empty()) {
    return order_after(low);
  }
  std::string order;
  bool bounded = !high.empty();
  for (size_t at = 0;; ++at) {
    const int below = digit_at(low, at);
    const int above = bounded ? digit_at(high, at) : kBase;
    if (above - below > 1) {
      append_digit(order, (below + above) / 2);
      return order;
    }
    append_digit(order, below);
    bounded = bounded && below == above;
  }
}

}  // namespace tidemark
