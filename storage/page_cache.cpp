// S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): new blocks enter a small queue
// of a tenth of the room; those used again there move to the main queue, the others go, and only their names stay in a
// ghost queue, so that a block that comes back soon enters the main queue at once. Hits only raise a small counter.

#include "storage/page_cache.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <deque>
#include <mutex>

#include "base/hash.h"
#include "base/memory_tracker.h"

namespace tidemark {

namespace {

constexpr uint8_t kUsesMax = 3;
/// What an entry costs beside its bytes.
constexpr size_t kEntryOverheadBytes = 160;

}  // namespace

struct PageCache::NameHash {
  using is_avalanching = void;
  size_t operator()(const Name& name) const {
    return hash_combine(hash_integer(name.file), name.offset + (name.part << 48));
  }
};

struct PageCache::Shard {
  struct Entry {
    std::shared_ptr<const void> object;
    size_t object_bytes = 0;
    uint8_t uses = 0;
    bool in_main = false;
    [[nodiscard]] size_t bytes() const { return object_bytes + kEntryOverheadBytes; }
  };

  mutable std::mutex mutex;
  size_t bytes_max = 0;
  MemoryTracker* memory = nullptr;
  boost::unordered_flat_map<Name, Entry, NameHash> entries;
  std::deque<Name> small_queue, main_queue, ghost_queue;
  boost::unordered_flat_set<Name, NameHash> ghosts;
  size_t small_bytes = 0, main_bytes = 0;
  uint64_t hits = 0, misses = 0;

  [[nodiscard]] size_t bytes() const { return small_bytes + main_bytes; }

  void drop(boost::unordered_flat_map<Name, Entry, NameHash>::iterator entry) {
    const size_t freed = entry->second.bytes();
    (entry->second.in_main ? main_bytes : small_bytes) -= freed;
    if (memory != nullptr) {
      memory->release(static_cast<int64_t>(freed));
    }
    entries.erase(entry);
  }

  void evict_from_small() {
    const Name name = small_queue.front();
    small_queue.pop_front();
    const auto entry = entries.find(name);
    if (entry == entries.end() || entry->second.in_main) {
      return;  // erased with its file
    }
    if (entry->second.uses > 0) {
      entry->second.uses = 0;
      entry->second.in_main = true;
      small_bytes -= entry->second.bytes();
      main_bytes += entry->second.bytes();
      main_queue.push_back(name);
      return;
    }
    drop(entry);
    if (ghosts.insert(name).second) {
      ghost_queue.push_back(name);
    }
    while (ghost_queue.size() > entries.size() + 16) {
      ghosts.erase(ghost_queue.front());
      ghost_queue.pop_front();
    }
  }

  void evict_from_main() {
    const Name name = main_queue.front();
    main_queue.pop_front();
    const auto entry = entries.find(name);
    if (entry == entries.end() || !entry->second.in_main) {
      return;
    }
    if (entry->second.uses > 0) {
      --entry->second.uses;
      main_queue.push_back(name);
    } else {
      drop(entry);
    }
  }

  /// False if there is nothing left to give.
  bool evict_one() {
    const size_t before = bytes();
    while (bytes() == before) {
      if (!small_queue.empty() && (small_bytes > bytes_max / 10 || main_queue.empty())) {
        evict_from_small();
      } else if (!main_queue.empty()) {
        evict_from_main();
      } else if (!small_queue.empty()) {
        evict_from_small();
      } else {
        return false;
      }
    }
    return true;
  }
};

PageCache::PageCache(size_t bytes_max, MemoryTracker* memory)
    : shards_(std::make_unique<Shard[]>(kShards)), memory_(memory) {
  for (size_t i = 0; i < kShards; ++i) {
    shards_[i].bytes_max = bytes_max / kShards;
    shards_[i].memory = memory;
  }
}

PageCache::~PageCache() {
  for (size_t i = 0; i < kShards && memory_ != nullptr; ++i) {
    memory_->release(static_cast<int64_t>(shards_[i].bytes()));
  }
}

std::shared_ptr<const void> PageCache::find_entry(const Name& name) {
  Shard& shard = shards_[NameHash{}(name) >> 32 & (kShards - 1)];
  const std::lock_guard lock(shard.mutex);
  const auto entry = shard.entries.find(name);
  if (entry == shard.entries.end()) {
    ++shard.misses;
    return nullptr;
  }
  ++shard.hits;
  entry->second.uses = std::min<uint8_t>(kUsesMax, static_cast<uint8_t>(entry->second.uses + 1));
  return entry->second.object;
}

void PageCache::insert_entry(const Name& name, std::shared_ptr<const void> object, size_t object_bytes) {
  Shard& shard = shards_[NameHash{}(name) >> 32 & (kShards - 1)];
  const std::lock_guard lock(shard.mutex);
  Shard::Entry entry{.object = std::move(object), .object_bytes = object_bytes, .uses = 0, .in_main = false};
  const size_t bytes = entry.bytes();
  if (bytes > shard.bytes_max || shard.entries.contains(name)) {
    return;
  }
  while (shard.bytes() + bytes > shard.bytes_max) {
    if (!shard.evict_one()) {
      return;
    }
  }
  while (memory_ != nullptr && !memory_->try_reserve(static_cast<int64_t>(bytes))) {
    if (!shard.evict_one()) {
      return;
    }
  }
  entry.in_main = shard.ghosts.contains(name);
  (entry.in_main ? shard.main_bytes : shard.small_bytes) += bytes;
  (entry.in_main ? shard.main_queue : shard.small_queue).push_back(name);
  shard.entries.emplace(name, std::move(entry));
}

void PageCache::erase_file(FileId file) {
  for (size_t i = 0; i < kShards; ++i) {
    Shard& shard = shards_[i];
    const std::lock_guard lock(shard.mutex);
    std::vector<Name> names;
    for (const auto& [name, entry] : shard.entries) {
      if (name.file == file) {
        names.push_back(name);
      }
    }
    for (const Name& name : names) {
      shard.drop(shard.entries.find(name));
    }
  }
}

PageCache::Counters PageCache::counters() const {
  Counters counters;
  for (size_t i = 0; i < kShards; ++i) {
    const Shard& shard = shards_[i];
    const std::lock_guard lock(shard.mutex);
    counters.hits += shard.hits;
    counters.misses += shard.misses;
    counters.bytes += shard.bytes();
    counters.blocks += shard.entries.size();
  }
  return counters;
}

}  // namespace tidemark
