#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "base/error.h"

namespace tidemark {
namespace {

TEST(ThreadPool, RunsWhatIsQueuedBeforeItEnds) {
  std::atomic<int> runs = 0;
  {
    ThreadPool pool("test", 2);
    for (int i = 0; i < 100; ++i) {
      pool.submit([&] { ++runs; });
    }
  }
  EXPECT_EQ(runs, 100);
}

class TaskGroupOn : public testing::TestWithParam<size_t> {
 protected:
  ThreadPool pool_{"test", GetParam(), ThreadPriority::kBackground};
};

INSTANTIATE_TEST_SUITE_P(Workers, TaskGroupOn, testing::Values(0, 1, 4));

TEST_P(TaskGroupOn, WaitsForAllItsTasks) {
  std::atomic<int> sum = 0;
  TaskGroup group(pool_);
  for (int round = 1; round <= 2; ++round) {
    for (int i = 1; i <= 1000; ++i) {
      group.run([&sum, i] { sum += i; });
    }
    group.wait();
    EXPECT_EQ(sum, round * 500'500);
  }
}

TEST_P(TaskGroupOn, RethrowsTheFirstErrorAndSkipsTheRest) {
  TaskGroup group(pool_);
  std::atomic<int> runs = 0;
  group.run([] { throw Error(sqlstate::kDivisionByZero, "division by zero"); });
  EXPECT_THROW(group.wait(), Error);
  EXPECT_FALSE(group.failed());
  group.run([&] { ++runs; });
  group.wait();
  EXPECT_EQ(runs, 1);
}

TEST_P(TaskGroupOn, GroupsMayNest) {
  std::atomic<int> runs = 0;
  TaskGroup outer(pool_);
  for (int i = 0; i < 20; ++i) {
    outer.run([&] {
      TaskGroup inner(pool_);
      for (int j = 0; j < 20; ++j) {
        inner.run([&] { ++runs; });
      }
      inner.wait();
    });
  }
  outer.wait();
  EXPECT_EQ(runs, 400);
}

TEST_P(TaskGroupOn, AGroupThatGoesWaitsForItsTasks) {
  std::atomic<int> runs = 0;
  {
    TaskGroup group(pool_);
    for (int i = 0; i < 100; ++i) {
      group.run([&] { ++runs; });
    }
  }
  EXPECT_EQ(runs, 100);
}

TEST(TaskGroup, TasksRunAtTheSameTime) {
  ThreadPool pool("test", 1);
  TaskGroup group(pool);
  std::latch both(2);
  for (int i = 0; i < 2; ++i) {
    group.run([&] { both.arrive_and_wait(); });  // Ends only if the worker and the waiting thread both take part.
  }
  group.wait();
}

TEST(TaskGroup, LongTasksSeeThatAnotherFailed) {
  ThreadPool pool("test", 1);
  TaskGroup group(pool);
  std::latch begun(1);
  group.run([&] {
    begun.count_down();
    while (!group.failed()) {
      std::this_thread::yield();
    }
  });
  begun.wait();
  group.run([] { throw Error(sqlstate::kDivisionByZero, "division by zero"); });
  EXPECT_THROW(group.wait(), Error);
}

}  // namespace
}  // namespace tidemark
