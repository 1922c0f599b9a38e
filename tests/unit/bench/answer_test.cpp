#include "bench/macro/answer.h"

#include <gtest/gtest.h>

namespace tidemark::bench {
namespace {

TEST(Answer, IsTheSameInAnyOrderAndUpToABillionth) {
  const Answer left{{{1.0, "a", 0.1}, {2.0, "b", {}}}};
  const Answer right{{{2.0, "b", {}}, {1.0, "a", 0.1 + 1e-12}}};
  EXPECT_EQ(difference(left, right), std::nullopt);
}

TEST(Answer, DiffersByCountNumberTextAndNull) {
  const Answer answer{{{1.0, "a"}}};
  EXPECT_NE(difference(answer, Answer{}), std::nullopt);
  EXPECT_NE(difference(answer, Answer{{{1.0, "a"}, {1.0, "a"}}}), std::nullopt);
  EXPECT_NE(difference(answer, Answer{{{1.001, "a"}}}), std::nullopt);
  EXPECT_NE(difference(answer, Answer{{{1.0, "b"}}}), std::nullopt);
  EXPECT_NE(difference(answer, Answer{{{1.0, AnswerCell()}}}), std::nullopt);
  EXPECT_NE(difference(answer, Answer{{{1.0}}}), std::nullopt);
}

}  // namespace
}  // namespace tidemark::bench
