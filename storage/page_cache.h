#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "storage/segment.h"

namespace tidemark {

class MemoryTracker;

/// Blocks of segment files as they lie on disk (encoded, checksum verified), bounded in bytes and resistant to scans:
/// a block enters a small probation queue and is promoted when used again (S3-FIFO). Sharded; safe for many threads.
class PageCache {
 public:
  using Block = std::shared_ptr<const std::string>;

  struct Counters {
    uint64_t hits = 0, misses = 0, bytes = 0, blocks = 0;
  };

  /// `memory` may be null; the cache shrinks rather than fail when it refuses.
  explicit PageCache(size_t bytes_max, MemoryTracker* memory = nullptr);
  ~PageCache();
  PageCache(const PageCache&) = delete;
  PageCache& operator=(const PageCache&) = delete;

  /// Null if it is not there.
  [[nodiscard]] Block find(FileId file, uint64_t offset);
  void insert(FileId file, uint64_t offset, Block block);
  /// Forgets all blocks of a file that was removed.
  void erase_file(FileId file);
  [[nodiscard]] Counters counters() const;

 private:
  struct Shard;
  static constexpr size_t kShards = 16;
  std::unique_ptr<Shard[]> shards_;
  MemoryTracker* memory_;
};

}  // namespace tidemark
