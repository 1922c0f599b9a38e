#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "storage/segment.h"

namespace tidemark {

class MemoryTracker;

/// Blocks of segment files as they lie on disk (encoded, checksum verified), and what readers made of them that is
/// small and dear to make (parsed directories, decoded keys); bounded in bytes and resistant to scans: an entry comes
/// into a small probation queue and is promoted when used again (S3-FIFO). Sharded; safe for many threads.
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
  [[nodiscard]] Block find(FileId file, uint64_t offset) {
    return std::static_pointer_cast<const std::string>(find_entry({file, offset, 0}));
  }
  void insert(FileId file, uint64_t offset, Block block) {
    const size_t bytes = block->size();
    insert_entry({file, offset, 0}, std::move(block), bytes);
  }

  /// Something made of the block at `offset`. `part` (not 0) says what: one part, one type T.
  template <class T>
  [[nodiscard]] std::shared_ptr<const T> find_derived(FileId file, uint64_t offset, uint64_t part) {
    return std::static_pointer_cast<const T>(find_entry({file, offset, part}));
  }
  template <class T>
  void insert_derived(FileId file, uint64_t offset, uint64_t part, std::shared_ptr<const T> object, size_t bytes) {
    insert_entry({file, offset, part}, std::move(object), bytes);
  }

  /// Forgets all blocks of a file that was removed.
  void erase_file(FileId file);
  [[nodiscard]] Counters counters() const;

 private:
  struct Shard;
  struct Name {
    FileId file = 0;
    uint64_t offset = 0;
    uint64_t part = 0;  ///< 0: the block itself
    friend bool operator==(const Name&, const Name&) = default;
  };
  struct NameHash;
  [[nodiscard]] std::shared_ptr<const void> find_entry(const Name& name);
  void insert_entry(const Name& name, std::shared_ptr<const void> object, size_t object_bytes);

  static constexpr size_t kShards = 16;
  std::unique_ptr<Shard[]> shards_;
  MemoryTracker* memory_;
};

}  // namespace tidemark
