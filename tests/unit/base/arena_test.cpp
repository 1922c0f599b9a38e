#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace tidemark {
namespace {

TEST(Arena, GivesAlignedMemoryThatDoesNotOverlap) {
  Arena arena;
  std::vector<std::span<uint64_t>> arrays;
  for (uint64_t i = 1; i < 500; ++i) {
    static_cast<void>(arena.allocate(i % 7, 1));  // Puts the next one out of step.
    auto array = arena.allocate_array<uint64_t>(i);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(array.data()) % alignof(uint64_t), 0U);
    std::fill(array.begin(), array.end(), i);
    arrays.push_back(array);
  }
  for (uint64_t i = 1; i < 500; ++i) {
    for (const uint64_t value : arrays[i - 1]) {
      ASSERT_EQ(value, i);
    }
  }
}

TEST(Arena, CountsItsBlocksInTheTrackerAndGivesThemBack) {
  MemoryTracker tracker("query_memory_limit", 100'000);
  {
    Arena arena(&tracker);
    EXPECT_EQ(tracker.used_bytes(), 0);
    static_cast<void>(arena.allocate(10));
    EXPECT_EQ(tracker.used_bytes(), static_cast<int64_t>(Arena::kFirstBlockBytes));
    static_cast<void>(arena.allocate(50'000));
    EXPECT_EQ(static_cast<size_t>(tracker.used_bytes()), arena.allocated_bytes());
    EXPECT_THROW(static_cast<void>(arena.allocate(60'000)), Error);
    EXPECT_EQ(static_cast<size_t>(tracker.used_bytes()), arena.allocated_bytes());
    static_cast<void>(arena.allocate(10));
  }
  EXPECT_EQ(tracker.used_bytes(), 0);
}

TEST(Arena, CopiesOutliveTheirSource) {
  Arena arena;
  std::string source = "tide";
  const std::string_view copy = arena.copy(source);
  source = "mark";
  EXPECT_EQ(copy, "tide");
  EXPECT_EQ(arena.copy(""), "");
}

TEST(Arena, ClearKeepsTheLargestBlockAndUsesItAgain) {
  Arena arena;
  static_cast<void>(arena.allocate(100));
  static_cast<void>(arena.allocate(3'000'000));
  static_cast<void>(arena.allocate(3'000'000));
  arena.clear();
  EXPECT_EQ(arena.allocated_bytes(), 3'000'000U);
  static_cast<void>(arena.allocate(2'999'999));
  EXPECT_EQ(arena.allocated_bytes(), 3'000'000U);
}

}  // namespace
}  // namespace tidemark
