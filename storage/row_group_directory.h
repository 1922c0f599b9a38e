#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/segment_file.h"
#include "storage/series_block.h"
#include "storage/table_layout.h"
#include "types/vector.h"

namespace tidemark {

/// What readers make of a row group's index and series blocks before they come to its rows. Parsing costs more than
/// reading a page, so the page cache keeps the results beside the blocks. Immutable, shared.

/// Parts of an index block in the page cache (PageCache::find_derived).
enum IndexBlockPart : uint64_t {
  kDirectoryPart = 1,
  kLastRowsPart = 2,
  kFirstColumnPart = 0x1000,       ///< + number of the stored column: its directory
  kFirstLastValuesPart = 0x4000,   ///< + the same: its values in the last row of each series
  kFirstPageFiltersPart = 0x8000,  ///< + the same + 2^32 × type id: Bloom filters of its pages
};

struct RowGroupDirectory {
  PageCache::Block bytes;  ///< `index` has views into them
  RowGroupIndex index;
};
/// Throws XX001.
[[nodiscard]] std::shared_ptr<const RowGroupDirectory> read_directory(const SegmentReader::File& file,
                                                                      uint32_t row_group);

/// The directory of a stored column: footer().columns[stored].
[[nodiscard]] std::shared_ptr<const ColumnChunk> read_column_directory(const SegmentReader::File& file,
                                                                       uint32_t row_group,
                                                                       const RowGroupDirectory& directory,
                                                                       size_t stored);

/// One series block: its series, widened to the table's current tags, and their values.
struct DecodedSeries {
  PageCache::Block bytes;  ///< `view` looks into them
  SeriesBlockView view;
  std::shared_ptr<StringHeap> heap;      ///< holds `series`
  std::vector<std::string_view> series;  ///< as many as the block has
  std::vector<Vector> keys;              ///< one a key column, one row a series; empty if the key does not keep values
};
[[nodiscard]] std::shared_ptr<const DecodedSeries> read_series(const SegmentReader::File& file, const BlockRef& block,
                                                               const TableLayout& layout);

/// The entries of a dictionary chunk as `type` (with a NULL at the end if the chunk has a code for it).
[[nodiscard]] std::shared_ptr<const Vector> read_dictionary(const SegmentReader::File& file, const ColumnChunk& chunk,
                                                            LogicalType stored_type, LogicalType type);

}  // namespace tidemark
