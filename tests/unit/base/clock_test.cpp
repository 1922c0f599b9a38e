#include "base/clock.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Clock, MicrosecondsAreFlooredBefore1970Too) {
  EXPECT_EQ(ManualClock(1'999).wall_us(), 1);
  EXPECT_EQ(ManualClock(-1).wall_us(), -1);
  EXPECT_EQ(ManualClock(-1'000).wall_us(), -1);
  EXPECT_EQ(ManualClock(-1'001).wall_us(), -2);
}

TEST(Clock, WallTimeMayJumpAndSteadyTimeDoesNot) {
  ManualClock clock(1'000);
  clock.advance_ns(500);
  clock.set_wall_ns(10);
  EXPECT_EQ(clock.wall_ns(), 10);
  EXPECT_EQ(clock.steady_ns(), 500);
}

TEST(Clock, SystemClockTellsThisCentury) {
  const SystemClock clock;
  EXPECT_GT(clock.wall_us(), 1'700'000'000'000'000);
  const int64_t before = clock.steady_ns();
  EXPECT_GE(clock.steady_ns(), before);
}

}  // namespace
}  // namespace tidemark
