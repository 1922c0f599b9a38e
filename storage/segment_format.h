#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "catalog/object_id.h"
#include "storage/key_range.h"
#include "storage/segment.h"
#include "storage/zone_map.h"
#include "types/logical_type.h"

namespace tidemark {

/// The directory parts of a segment file; docs/FILE_FORMAT.md, "Segment", shows the whole. All numbers are
/// little-endian.

inline constexpr std::string_view kSegmentMagic = "TIDESEG1";
inline constexpr std::string_view kSegmentEndMagic = "TIDEEND1";
inline constexpr uint32_t kSegmentVersion = 1;
inline constexpr size_t kSegmentHeaderBytes = 32;   ///< magic, version u32, zero u32, file id u64, checksum u64
inline constexpr size_t kSegmentTrailerBytes = 32;  ///< footer offset u64, footer length u64, checksum u64, magic
inline constexpr size_t kBlockChecksumBytes = 8;    ///< follows the bytes of every block
/// Pages of a column are gathered into blocks of about this size: one read, one checksum, one cache entry.
inline constexpr size_t kPageBlockBytes = 32 * 1024;

/// Bytes of a block without its checksum. Length 0: there is none.
struct BlockRef {
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct SegmentColumn {
  ColumnId id = kNoColumn;
  LogicalType type;
  friend bool operator==(const SegmentColumn&, const SegmentColumn&) = default;
};

struct RowGroupInfo {
  uint32_t rows = 0;
  uint32_t series_count = 0;
  bool has_deletes = false;
  bool has_merges = false;
  bool has_null_times = false;  ///< append tables: a NULL in the time column
  BlockRef index;
  BlockRef bloom;
  uint64_t bytes = 0;  ///< from its first block to its index
  KeyBounds bounds;
  int64_t time_min = INT64_MAX;  ///< of the table's time column if it is an ordinary one; else as the order
  int64_t time_max = INT64_MIN;
};

struct SegmentFooter {
  ObjectId table = kNoObject;
  std::vector<SegmentColumn> series;
  LogicalType order_type;
  std::vector<SegmentColumn> columns;
  std::vector<RowGroupInfo> row_groups;
  std::vector<uint32_t> window_ends;  ///< row groups [previous end, end) lie in one window
};

void write_footer(const SegmentFooter& footer, ByteWriter& out);
/// False if malformed.
[[nodiscard]] bool read_footer(std::string_view bytes, SegmentFooter& footer);

/// One column of one row group: where its pages are and what is known of them.
struct ColumnChunk {
  enum class Form : uint8_t {
    kAbsent = 0,      ///< no pages: all NULL (columns), all put (operations)
    kPlain = 1,       ///< storage/column_page.h
    kDictionary = 2,  ///< pages of codes
  };
  struct Block {
    BlockRef ref;
    uint32_t first_page = 0;
  };
  struct Page {
    uint32_t block = 0;
    uint32_t offset = 0;  ///< within the block
    uint32_t length = 0;
  };
  Form form = Form::kAbsent;
  bool all_set = true;  ///< else look at the pages; an absent column that is not all set is set nowhere
  BlockRef dictionary;  ///< text stream of the entries, ascending
  uint32_t dictionary_entries = 0;
  bool has_null_code = false;  ///< code `dictionary_entries` stands for NULL
  std::vector<Block> blocks;
  std::vector<Page> pages;
  std::vector<ZoneMap> zones;  ///< one a page; none for operations and absent columns
};

void write_chunk(const ColumnChunk& chunk, ZoneKind kind, bool with_zones, ByteWriter& out);

/// The sparse key index.
struct PageInfo {
  uint32_t first_row = 0;
  uint32_t rows = 0;
  bool one_series = false;
  int64_t first_order = 0;
  int64_t order_min = 0;
  int64_t order_max = 0;
  std::string first_series;  ///< as stored: not widened
};

struct SeriesBlockInfo {
  BlockRef ref;
  uint32_t first_page = 0;
};

struct RowGroupIndex {
  std::vector<PageInfo> pages;
  std::vector<SeriesBlockInfo> series_blocks;
  ColumnChunk order;
  ColumnChunk operations;
  std::vector<std::string_view> columns;  ///< chunks not yet parsed; views into the index block
};

/// `columns`: chunks already written by write_chunk.
void write_row_group_index(const RowGroupIndex& index, ByteWriter& out);
[[nodiscard]] bool read_row_group_index(std::string_view bytes, uint32_t rows, RowGroupIndex& index);
[[nodiscard]] bool read_chunk(std::string_view bytes, ZoneKind kind, const std::vector<PageInfo>& pages,
                              bool with_zones, ColumnChunk& chunk);

}  // namespace tidemark
