#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <memory>
#include <vector>

namespace tidemark {

/// The keys that one statement has written so far, to notice the second row of one key. Rows of a series that come in
/// time order, as they mostly do, cost one comparison each.
class KeyMemory {
 public:
  /// False if (series, order) was added before.
  bool add(uint32_t series, int64_t order);
  [[nodiscard]] bool contains(uint32_t series, int64_t order) const;
  [[nodiscard]] size_t memory_bytes() const { return bytes_; }

 private:
  struct Series {
    std::vector<int64_t> ascending;  ///< all orders, as long as each came after the one before
    std::unique_ptr<boost::unordered_flat_set<int64_t>> any;
  };
  std::vector<Series> series_;
  size_t bytes_ = 0;
};

}  // namespace tidemark
