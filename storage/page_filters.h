#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// Which pages of a column of a row group may hold a value: a Bloom filter a page (`bloom_filter.h`), of 12 bits a row.
/// Zone maps say nothing where every page has small and large values, such as users among events by time. Made of the
/// column when a query first asks for a value of a column that an index names (D31), and kept in the page cache.
class PageFilters {
 public:
  /// Whether values of a type are equal just where their numbers or bytes are.
  [[nodiscard]] static bool take(LogicalType type);
  /// The hash of a value that is not NULL, of a type that they take.
  [[nodiscard]] static uint64_t hash(const Value& value, LogicalType type);

  /// Appends the filter of the next page.
  void add_page(const Vector& values);
  [[nodiscard]] bool may_hold(size_t page, uint64_t hash) const;
  [[nodiscard]] size_t memory_bytes() const;

 private:
  std::vector<std::string> filters_;
};

}  // namespace tidemark
