#include "catalog/enum_order.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace tidemark {
namespace {

TEST(EnumOrder, FirstOrdersAscendAndAreShort) {
  for (const size_t count : {size_t{0}, size_t{1}, size_t{60}, size_t{61}, size_t{5000}}) {
    const std::vector<std::string> orders = first_orders(count);
    ASSERT_EQ(orders.size(), count);
    EXPECT_EQ(std::ranges::adjacent_find(orders, std::ranges::greater_equal{}), orders.end()) << count;
    if (count > 0) {
      EXPECT_LE(orders.back().size(), count <= 60 ? 1U : 3U);
    }
  }
}

TEST(EnumOrder, ThereIsRoomBeforeBehindAndBetweenForEver) {
  std::vector<std::string> orders = {order_between("", "")};
  for (const std::string_view place : {"first", "last", "second", "last but one"}) {
    for (int i = 0; i < 500; ++i) {
      size_t at = place == "first" ? 0 : place == "last" ? orders.size() : place == "second" ? 1 : orders.size() - 1;
      const std::string low = at == 0 ? "" : orders[at - 1];
      const std::string high = at == orders.size() ? "" : orders[at];
      orders.insert(orders.begin() + static_cast<ptrdiff_t>(at), order_between(low, high));
    }
    EXPECT_EQ(std::ranges::adjacent_find(orders, std::ranges::greater_equal{}), orders.end()) << place;
  }
}

TEST(EnumOrder, RandomPlacesKeepTheOrder) {
  constexpr uint64_t kSeed = 20240607;
  Random random(kSeed);
  std::vector<std::string> orders = first_orders(3);
  for (int i = 0; i < 3000; ++i) {
    const size_t at = random.below(orders.size() + 1);
    const std::string low = at == 0 ? "" : orders[at - 1];
    const std::string high = at == orders.size() ? "" : orders[at];
    orders.insert(orders.begin() + static_cast<ptrdiff_t>(at), order_between(low, high));
  }
  EXPECT_EQ(std::ranges::adjacent_find(orders, std::ranges::greater_equal{}), orders.end()) << "seed " << kSeed;
}

}  // namespace
}  // namespace tidemark
