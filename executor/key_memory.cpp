#include "executor/key_memory.h"

#include <algorithm>

namespace tidemark {

bool KeyMemory::add(uint32_t number, int64_t order) {
  if (number >= series_.size()) {
    bytes_ += (number + 1 - series_.size()) * sizeof(Series);
    series_.resize(number + 1);
  }
  Series& series = series_[number];
  if (series.any == nullptr) {
    if (series.ascending.empty() || order > series.ascending.back()) {
      series.ascending.push_back(order);
      bytes_ += sizeof(order);
      return true;
    }
    series.any = std::make_unique<boost::unordered_flat_set<int64_t>>(series.ascending.begin(), series.ascending.end());
    series.ascending = {};
  }
  bytes_ += 2 * sizeof(order);
  return series.any->insert(order).second;
}

bool KeyMemory::contains(uint32_t number, int64_t order) const {
  if (number >= series_.size()) {
    return false;
  }
  const Series& series = series_[number];
  if (series.any != nullptr) {
    return series.any->contains(order);
  }
  if (series.ascending.empty() || order > series.ascending.back()) {
    return false;
  }
  return std::ranges::binary_search(series.ascending, order);
}

}  // namespace tidemark
