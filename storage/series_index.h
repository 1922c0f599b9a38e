#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/segment_file.h"
#include "storage/table_layout.h"

namespace tidemark {

/// Which row groups of one window of a segment file hold a series with a given value in one key column: an inverted
/// index over their series blocks, for queries that name values of a column that rows are not sorted by first. It is
/// made when a query first asks, and kept in the page cache. It knows hashes of values: it may say yes in vain, never
/// no in vain.
class SeriesIndex {
 public:
  /// Of row groups [first, first + count), for key column `column` (index into layout.series). Throws XX001.
  static std::shared_ptr<const SeriesIndex> of(const SegmentReader::File& file, uint32_t first, uint32_t count,
                                               const TableLayout& layout, size_t column);

  /// Clears holds[i] (a flag of row group first + i) where no series has one of `keys`: values as series keys hold
  /// them.
  void keep_holders(std::span<const std::string> keys, std::span<uint8_t> holds) const;

 private:
  struct Entry {
    uint32_t hash = 0;
    uint32_t row_group = 0;  ///< counted from the first
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  std::vector<Entry> entries_;       ///< ascending, each once
  std::vector<uint32_t> unindexed_;  ///< row groups of so many series that looking at them there costs no more
};

}  // namespace tidemark
