#include "text/substring_search.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace tidemark {
namespace {

TEST(SubstringSearch, FindsTheFirstPlaceAsTheStandardLibraryDoes) {
  std::mt19937_64 random(5);
  const auto letters = [&](size_t size) {
    std::string text(size, 'a');
    for (char& letter : text) {
      letter = static_cast<char>('a' + random() % 2);
    }
    return text;
  };
  size_t found = 0;
  for (int round = 0; round < 50'000; ++round) {
    const size_t bytes_max = round % 100 == 0 ? 3'000 : 90;
    const std::string text = letters(random() % bytes_max);
    const std::string needle = letters(random() % 12);
    const size_t want = std::string_view(text).find(needle);
    ASSERT_EQ(find_substring(text, needle), want) << text << " in search of " << needle;
    found += want != std::string_view::npos ? 1 : 0;
  }
  EXPECT_GT(found, 10'000U);
  EXPECT_LT(found, 45'000U);
}

}  // namespace
}  // namespace tidemark
