#include "base/identifier_list.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using Names = std::vector<std::string>;

TEST(IdentifierList, SplitsFoldsAndUnquotes) {
  EXPECT_EQ(split_identifier_list(""), Names{});
  EXPECT_EQ(split_identifier_list("  "), Names{});
  EXPECT_EQ(split_identifier_list("\"$user\", public"), (Names{"$user", "public"}));
  EXPECT_EQ(split_identifier_list(" A ,\"B\"\"c\" "), (Names{"a", "B\"c"}));
  EXPECT_EQ(split_identifier_list("\"\""), Names{""});
  EXPECT_EQ(split_identifier_list("\"a, b\",\xc3\x84"), (Names{"a, b", "\xc3\x84"}));
}

TEST(IdentifierList, RefusesWrongSyntax) {
  for (const char* text : {"a b", "a,", ",a", "a,,b", "\"a", "\"a\"b", ","}) {
    EXPECT_EQ(split_identifier_list(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tidemark
