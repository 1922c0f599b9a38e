#include "types/buffer_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace tidemark {
namespace {

TEST(BufferPool, GivesAlignedMemoryOfAllSizes) {
  std::vector<std::pair<std::shared_ptr<void>, size_t>> buffers;
  for (size_t bytes = 0; bytes < 200'000; bytes = bytes * 5 / 4 + 1) {
    for (int copy = 0; copy < 3; ++copy) {
      buffers.emplace_back(allocate_buffer(bytes), bytes);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(buffers.back().first.get()) % 64, 0U);
      std::memset(buffers.back().first.get(), static_cast<int>(buffers.size() % 256), bytes);
    }
  }
  for (size_t i = 0; i < buffers.size(); ++i) {
    const auto* bytes = static_cast<const unsigned char*>(buffers[i].first.get());
    for (size_t at = 0; at < buffers[i].second; ++at) ASSERT_EQ(bytes[at], (i + 1) % 256);
  }
}

#ifndef TIDEMARK_SANITIZED  // There every buffer has memory of its own.
TEST(BufferPool, ABlockGoesWithItsCounts) {
  std::shared_ptr<void> first = allocate_buffer(5000);
  const void* place = first.get();
  const std::weak_ptr<void> watcher = first;
  first.reset();
  EXPECT_NE(allocate_buffer(5000).get(), place) << "its counts are still in use";
}

TEST(BufferPool, UsesItAgain) {
  const void* place = allocate_buffer(5000).get();
  EXPECT_EQ(allocate_buffer(8000).get(), place);
  EXPECT_NE(allocate_buffer(9000).get(), place);
}
#endif

TEST(BufferPool, BuffersCrossThreads) {
  std::vector<std::shared_ptr<void>> kept;
  for (int round = 0; round < 20; ++round) {
    std::thread([&] {
      std::vector<std::shared_ptr<void>> mine = std::move(kept);
      mine.resize(mine.size() / 2);
      for (int i = 0; i < 100; ++i) mine.push_back(allocate_buffer(static_cast<size_t>(i + 1) * 800));
      kept = std::move(mine);
    }).join();
  }
  for (const auto& buffer : kept) std::memset(buffer.get(), 1, 1);
}

}  // namespace
}  // namespace tidemark
