#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>

#include "base/hash.h"

namespace tidemark {

/// A map of many entries that is copied for each change: copies share all shards but those that change, so that a
/// line-protocol client that makes 10,000 tables one by one does not copy 10,000 entries each time.
template <class Key, class Mapped>
class SharedMap {
 public:
  using Shard = boost::unordered_flat_map<Key, Mapped>;

  [[nodiscard]] const Mapped* find(const Key& key) const {
    const auto& shard = shards_[shard_of(key)];
    if (shard == nullptr) {
      return nullptr;
    }
    const auto found = shard->find(key);
    return found == shard->end() ? nullptr : &found->second;
  }
  void put(const Key& key, Mapped mapped) { writable(key)[key] = std::move(mapped); }
  void erase(const Key& key) { writable(key).erase(key); }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& shard : shards_) {
      if (shard != nullptr) {
        for (const auto& [key, mapped] : *shard) {
          visit(mapped);
        }
      }
    }
  }

 private:
  static constexpr size_t kShards = 64;

  static size_t shard_of(const Key& key) {
    if constexpr (std::is_integral_v<Key>) {
      return key % kShards;
    } else {
      return hash64(key) % kShards;
    }
  }
  Shard& writable(const Key& key) {
    auto& shard = shards_[shard_of(key)];
    auto copy = shard == nullptr ? std::make_shared<Shard>() : std::make_shared<Shard>(*shard);
    Shard& result = *copy;
    shard = std::move(copy);
    return result;
  }

  std::array<std::shared_ptr<const Shard>, kShards> shards_;
};

}  // namespace tidemark
