#include "base/memory_tracker.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/error.h"

namespace tidemark {
namespace {

TEST(MemoryTracker, CountsInAllAncestors) {
  MemoryTracker server("memory_limit", 1000);
  MemoryTracker query("query_memory_limit", 500, &server);
  query.reserve(100);
  EXPECT_EQ(query.used_bytes(), 100);
  EXPECT_EQ(server.used_bytes(), 100);
  query.release(40);
  EXPECT_EQ(server.used_bytes(), 60);
  EXPECT_EQ(server.peak_bytes(), 100);
}

TEST(MemoryTracker, RefusesAtTheLimitPlusOneAndNamesTheSetting) {
  MemoryTracker server("memory_limit", 100);
  MemoryTracker query("query_memory_limit", MemoryTracker::kUnlimited, &server);
  query.reserve(100);
  try {
    query.reserve(1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "53200");
    EXPECT_EQ(error.message(), "out of memory");
    EXPECT_EQ(error.detail(), "Failed on request of size 1: memory_limit is 100 bytes, of which 100 are in use.");
  }
  EXPECT_EQ(query.used_bytes(), 100);
  EXPECT_EQ(server.used_bytes(), 100);
  EXPECT_FALSE(query.try_reserve(1));
  query.release(1);
  EXPECT_TRUE(query.try_reserve(1));
  EXPECT_FALSE(query.try_reserve(MemoryTracker::kUnlimited));
}

TEST(MemoryTracker, GivesBackWhatIsLeftWhenItGoes) {
  MemoryTracker server("memory_limit", 100);
  {
    MemoryTracker query("query_memory_limit", 100, &server);
    query.reserve(70);
  }
  EXPECT_EQ(server.used_bytes(), 0);
}

TEST(MemoryTracker, TheNthReservationFailsOnRequest) {
  MemoryTracker server("memory_limit");
  MemoryTracker query("query_memory_limit", MemoryTracker::kUnlimited, &server);
  server.testing_fail_reservation(3);
  query.reserve(1);
  query.reserve(1);
  EXPECT_FALSE(server.testing_failure_happened());
  EXPECT_THROW(query.reserve(1), Error);
  EXPECT_TRUE(server.testing_failure_happened());
  query.reserve(1);
  EXPECT_EQ(query.used_bytes(), 3);
  EXPECT_EQ(server.used_bytes(), 3);
}

TEST(MemoryTracker, ManyThreadsNeverPassTheLimit) {
  MemoryTracker server("memory_limit", 1000);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      MemoryTracker query("query_memory_limit", MemoryTracker::kUnlimited, &server);
      for (int i = 0; i < 10'000; ++i) {
        if (query.try_reserve(400)) {
          EXPECT_LE(query.used_bytes(), 1000);
          query.release(400);
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(server.used_bytes(), 0);
  EXPECT_LE(server.peak_bytes(), 1000);
}

TEST(MemoryReservation, FollowsItsSizeAndItsOwner) {
  MemoryTracker tracker("work_mem", 100);
  MemoryReservation first(&tracker, 30);
  first.grow(20);
  EXPECT_EQ(tracker.used_bytes(), 50);
  EXPECT_THROW(first.resize(101), Error);
  EXPECT_EQ(first.bytes(), 50);
  EXPECT_FALSE(first.try_resize(101));
  EXPECT_TRUE(first.try_resize(10));
  MemoryReservation second = std::move(first);
  EXPECT_EQ(tracker.used_bytes(), 10);
  second = MemoryReservation(&tracker, 7);
  EXPECT_EQ(tracker.used_bytes(), 7);
  second.release();
  EXPECT_EQ(tracker.used_bytes(), 0);
}

TEST(MemoryReservation, WithoutTrackerCountsNothing) {
  MemoryReservation reservation(nullptr, 10);
  reservation.grow(5);
  EXPECT_EQ(reservation.bytes(), 15);
}

}  // namespace
}  // namespace tidemark
