#include "storage/page_cache.h"

#include <gtest/gtest.h>

#include "base/memory_tracker.h"

namespace tidemark {
namespace {

PageCache::Block block_of(size_t bytes) { return std::make_shared<const std::string>(bytes, 'x'); }

TEST(PageCache, StaysWithinItsBoundAndCounts) {
  MemoryTracker memory("memory_limit");
  {
    PageCache cache(16 * 64 * 1024, &memory);
    for (uint64_t i = 0; i < 10'000; ++i) {
      cache.insert(1, i * 4096, block_of(4000));
    }
    EXPECT_LE(cache.counters().bytes, 16 * 64 * 1024);
    EXPECT_GT(cache.counters().blocks, 100);
    EXPECT_EQ(memory.used_bytes(), static_cast<int64_t>(cache.counters().bytes));
    cache.erase_file(1);
    EXPECT_EQ(cache.counters().blocks, 0);
    EXPECT_EQ(memory.used_bytes(), 0);
    cache.insert(2, 0, block_of(100));
    EXPECT_NE(cache.find(2, 0), nullptr);
    EXPECT_EQ(cache.find(2, 1), nullptr);
    EXPECT_EQ(cache.counters().hits, 1);
    EXPECT_EQ(cache.counters().misses, 1);
  }
  EXPECT_EQ(memory.used_bytes(), 0);
}

TEST(PageCache, AScanDoesNotDriveOutWhatIsUsed) {
  PageCache cache(16 * 256 * 1024);
  const auto touch_hot = [&] {
    size_t hits = 0;
    for (uint64_t i = 0; i < 50; ++i) {
      if (cache.find(1, i) != nullptr) {
        ++hits;
      } else {
        cache.insert(1, i, block_of(8000));
      }
    }
    return hits;
  };
  touch_hot();
  touch_hot();
  for (uint64_t i = 0; i < 5'000; ++i) {  // ten times what fits, each block once
    cache.insert(2, i, block_of(8000));
    if (i % 100 == 0) {
      touch_hot();
    }
  }
  EXPECT_GE(touch_hot(), 45);
}

TEST(PageCache, RefusedMemoryIsNoError) {
  MemoryTracker memory("memory_limit", 10'000);
  PageCache cache(1 << 20, &memory);
  for (uint64_t i = 0; i < 100; ++i) {
    cache.insert(1, i, block_of(3000));
  }
  EXPECT_LE(memory.used_bytes(), 10'000);
  cache.insert(1, 1000, block_of(20'000));
  EXPECT_EQ(cache.find(1, 1000), nullptr);
}

}  // namespace
}  // namespace tidemark
