#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/hash.h"
#include "storage/stable_array.h"

namespace tidemark {

struct Hash64 {
  using is_avalanching = void;  // boost::unordered need not mix the bits again
  size_t operator()(std::string_view bytes) const noexcept { return hash64(bytes); }
};

/// Numbers the series of one memtable: canonical series bytes ↔ small ids in order of appearance.
///
/// One thread adds; any thread may read ids that it got from a snapshot.
class SeriesTable {
 public:
  /// Only by the writer.
  uint32_t find_or_add(std::string_view bytes) {
    const auto found = ids_.find(bytes);
    if (found != ids_.end()) {
      return found->second;
    }
    const auto id = static_cast<uint32_t>(entries_.size());
    const std::string_view kept = arena_.copy(bytes);
    entries_.push_back({kept, hash64(kept)});
    ids_.emplace(kept, id);
    return id;
  }
  /// Only by the writer.
  [[nodiscard]] size_t size() const { return entries_.size(); }

  [[nodiscard]] std::string_view bytes(uint32_t id) const { return entries_[id].bytes; }
  [[nodiscard]] uint64_t hash(uint32_t id) const { return entries_[id].hash; }

 private:
  struct Entry {
    std::string_view bytes;
    uint64_t hash = 0;
  };
  Arena arena_;
  StableArray<Entry> entries_;
  boost::unordered_flat_map<std::string_view, uint32_t, Hash64> ids_;
};

/// Hash of a row key, from the hash of its series bytes.
[[nodiscard]] constexpr uint64_t row_key_hash(uint64_t series_hash, int64_t order) {
  return hash_combine(series_hash, static_cast<uint64_t>(order));
}

}  // namespace tidemark
