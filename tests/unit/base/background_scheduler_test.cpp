#include "base/background_scheduler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "base/error.h"

namespace tidemark {
namespace {

using Job = BackgroundScheduler::Job;
constexpr int64_t kSecond = 1'000'000'000;

class BackgroundSchedulerByHand : public testing::Test {
 protected:
  ManualClock clock_{5'000'000};
  BackgroundScheduler scheduler_{clock_, 0};
  int runs_ = 0;
};

TEST_F(BackgroundSchedulerByHand, AJobOnDemandRunsOnceARequest) {
  Job* job = scheduler_.add({.name = "flush"}, [&](std::stop_token) { ++runs_; });
  scheduler_.run_due_jobs();
  EXPECT_EQ(runs_, 0);
  scheduler_.request(job);
  scheduler_.request(job);
  scheduler_.run_due_jobs();
  scheduler_.run_due_jobs();
  EXPECT_EQ(runs_, 1);
  scheduler_.wait_until_idle(job);
}

TEST_F(BackgroundSchedulerByHand, AJobThatIsRequestedWhileItRunsRunsAgain) {
  Job* job = nullptr;
  job = scheduler_.add({.name = "flush"}, [&](std::stop_token) {
    if (++runs_ == 1) {
      scheduler_.request(job);
    }
  });
  scheduler_.request(job);
  scheduler_.run_due_jobs();
  EXPECT_EQ(runs_, 2);
}

TEST_F(BackgroundSchedulerByHand, APeriodicJobRunsAPeriodAfterItsLastEnd) {
  scheduler_.add({.name = "retention", .period_ns = 10 * kSecond}, [&](std::stop_token) { ++runs_; });
  for (int second = 1; second <= 35; ++second) {
    clock_.advance_ns(kSecond);
    scheduler_.run_due_jobs();
  }
  EXPECT_EQ(runs_, 3);
}

TEST_F(BackgroundSchedulerByHand, AFailureIsKeptAndTriedAgainAfterGrowingPauses) {
  bool broken = true;
  Job* job = scheduler_.add({.name = "compaction", .backoff_ns_min = kSecond, .backoff_ns_max = 5 * kSecond},
                            [&](std::stop_token) {
                              ++runs_;
                              if (broken) {
                                throw Error(sqlstate::kDiskFull, "no space");
                              }
                            });
  scheduler_.request(job);
  std::vector<int> runs_at_second;
  for (int second = 0; second <= 13; ++second) {
    scheduler_.run_due_jobs();
    runs_at_second.push_back(runs_);
    scheduler_.request(job);  // Does not shorten the pause.
    clock_.advance_ns(kSecond);
  }
  EXPECT_EQ(runs_at_second, (std::vector<int>{1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5}));
  BackgroundJobStatus status = scheduler_.status(job);
  EXPECT_EQ(status.failures, 5U);
  EXPECT_EQ(status.failures_in_a_row, 5U);
  EXPECT_EQ(status.last_error, "no space");
  EXPECT_EQ(status.last_error_wall_us, 5'000 + 12'000'000);

  broken = false;
  clock_.advance_ns(5 * kSecond);
  scheduler_.run_due_jobs();
  status = scheduler_.status(job);
  EXPECT_EQ(status.runs, 6U);
  EXPECT_EQ(status.failures_in_a_row, 0U);
  EXPECT_EQ(status.last_error, "no space");  // Still told, with its time.
}

TEST_F(BackgroundSchedulerByHand, RemovedJobsRunNoMore) {
  Job* first = scheduler_.add({.name = "a"}, [&](std::stop_token) { ++runs_; });
  Job* second = scheduler_.add({.name = "b"}, [&](std::stop_token) { ++runs_; });
  scheduler_.request(first);
  scheduler_.request(second);
  scheduler_.remove(first);
  scheduler_.run_due_jobs();
  EXPECT_EQ(runs_, 1);
  ASSERT_EQ(scheduler_.status().size(), 1U);
  EXPECT_EQ(scheduler_.status()[0].name, "b");
}

TEST(BackgroundScheduler, ThreadsRunWhatIsRequested) {
  const SystemClock clock;
  BackgroundScheduler scheduler(clock, 2);
  std::atomic<int> runs = 0;
  Job* flush = scheduler.add({.name = "flush"}, [&](std::stop_token) { ++runs; });
  for (int i = 1; i <= 100; ++i) {
    scheduler.request(flush);
    scheduler.wait_until_idle(flush);
    EXPECT_EQ(runs, i);
  }
}

TEST(BackgroundScheduler, OneJobNeverRunsTwiceAtOnce) {
  const SystemClock clock;
  BackgroundScheduler scheduler(clock, 4);
  std::atomic<int> at_once = 0;
  std::atomic<int> runs = 0;
  Job* job = scheduler.add({.name = "flush", .period_ns = 1}, [&](std::stop_token) {
    EXPECT_EQ(++at_once, 1);
    ++runs;
    --at_once;
  });
  while (runs < 200) {
    scheduler.request(job);
  }
}

TEST(BackgroundScheduler, StopAsksRunningJobsToEndAndWaitsForThem) {
  const SystemClock clock;
  BackgroundScheduler scheduler(clock, 1);
  std::latch begun(1);
  bool ended = false;
  Job* job = scheduler.add({.name = "compaction"}, [&](const std::stop_token& stop) {
    begun.count_down();
    while (!stop.stop_requested()) {
      std::this_thread::yield();
    }
    ended = true;
  });
  scheduler.request(job);
  begun.wait();
  scheduler.stop();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace tidemark
