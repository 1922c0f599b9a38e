#include "storage/key_range.h"

#include <algorithm>

namespace tidemark {

KeyRange KeyRange::of_prefix(std::string_view prefix, int64_t from, int64_t to) {
  KeyRange range{.series_from = std::string(prefix), .series_to = {}, .order_from = from, .order_to = to};
  std::string beyond(prefix);
  while (!beyond.empty() && static_cast<uint8_t>(beyond.back()) == 0xff) {
    beyond.pop_back();
  }
  if (!beyond.empty()) {
    beyond.back() = static_cast<char>(static_cast<uint8_t>(beyond.back()) + 1);
    range.series_to = std::move(beyond);
  }
  return range;
}

void KeyBounds::extend(const KeyBounds& other) {
  if (other.order_min > other.order_max) {
    return;
  }
  if (order_min > order_max) {
    *this = other;
    return;
  }
  series_min = std::min(series_min, other.series_min);
  series_max = std::max(series_max, other.series_max);
  order_min = std::min(order_min, other.order_min);
  order_max = std::max(order_max, other.order_max);
}

}  // namespace tidemark
