#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "storage/page_filters.h"
#include "storage/row_group_directory.h"
#include "storage/segment_file.h"
#include "storage/table_layout.h"
#include "types/vector.h"

namespace tidemark {

/// The last row of each series of a row group.
struct LastRows {
  struct Place {
    uint32_t page = 0;
    uint32_t row = 0;  ///< within the page
  };
  std::vector<Place> places;
  Vector order;  ///< int64, flat
};

/// Reads one row group, as rows of the table's current layout: columns by id, widened to their current type, keys
/// widened to the current tags. Used by one thread.
class RowGroupReader {
 public:
  RowGroupReader(const SegmentReader::File& file, uint32_t row_group, const TableLayout& layout);

  [[nodiscard]] const RowGroupInfo& info() const { return info_; }
  [[nodiscard]] std::span<const PageInfo> pages() const { return directory_->index.pages; }

  /// What is known of a column; null if the file does not have it (all rows NULL, set by none).
  [[nodiscard]] const ColumnChunk* chunk(ColumnId column);
  /// The type that the zone maps of `chunk` speak of.
  [[nodiscard]] std::optional<LogicalType> stored_type(ColumnId column) const;

  /// The series of a page: entry i covers rows up to its end, counted within the page.
  struct SeriesRun {
    uint32_t index = 0;  ///< names the series within its block: for `series` and `key_values`
    uint32_t end = 0;
  };
  /// Rows [first, first + count) of a page. The block stays loaded until another page's is.
  [[nodiscard]] std::vector<SeriesRun> series_runs(size_t page);
  /// Loads the series of the row group, if they are one block.
  [[nodiscard]] bool load_only_series_block();
  /// The row of the row group at which a series of the loaded block ends, exclusive.
  [[nodiscard]] uint32_t series_end(uint32_t index) const { return series_->view.end(index); }
  [[nodiscard]] std::string_view series(uint32_t index) const { return series_->series[index]; }
  /// All series of the block of the page last given to `series_runs`, and what keeps them alive.
  [[nodiscard]] std::span<const std::string_view> block_series() const { return series_->series; }
  [[nodiscard]] std::shared_ptr<const void> series_memory() const { return series_; }
  /// Counts loads of series blocks: results for one generation are void in the next.
  [[nodiscard]] uint64_t block_generation() const { return block_generation_; }
  /// One entry a series of that block: the values of key column `column` (an index into layout.series).
  [[nodiscard]] const Vector& key_values(size_t column) const { return series_->keys[column]; }

  /// int64, flat.
  [[nodiscard]] Vector order(size_t page);
  /// RowOperation as kBoolean-physical; constant or flat.
  [[nodiscard]] Vector operations(size_t page);
  /// A column of TableLayout::columns. `set`: optional out, for merge versions.
  [[nodiscard]] Vector column(size_t page, ColumnId column, Validity* set = nullptr);

  /// The last row of each series of the row group, in order; null if the row group has several series blocks (and so
  /// more series than are worth it). `series` and `key_values` then name all series by their number. Kept in the cache.
  [[nodiscard]] std::shared_ptr<const LastRows> last_rows();
  /// A column of TableLayout::columns in those rows; flat, kept in the cache.
  [[nodiscard]] Vector last_values(const LastRows& last, ColumnId column);

  /// Filters of a column of TableLayout::columns, of a type that PageFilters take; null if the file does not have the
  /// column. Kept in the cache.
  [[nodiscard]] std::shared_ptr<const PageFilters> page_filters(ColumnId column);

  [[nodiscard]] uint64_t pages_decoded() const { return pages_decoded_; }

 private:
  /// Index into footer().columns; none if the file does not have the column.
  [[nodiscard]] std::optional<size_t> stored_number(ColumnId column) const;
  struct LoadedColumn {
    ColumnId id = kNoColumn;
    std::optional<size_t> stored;  ///< index into footer().columns
    LogicalType type;              ///< current
    std::shared_ptr<const ColumnChunk> chunk;
    std::shared_ptr<const Vector> dictionary;
    uint32_t block_index = UINT32_MAX;
    PageCache::Block block;
  };

  LoadedColumn& load(ColumnId column);
  std::string_view page_bytes(LoadedColumn& column, size_t page);
  void load_series_block(size_t page);
  [[nodiscard]] LastRows find_last_rows();
  template <class Decode>
  [[nodiscard]] Vector gather_last(const LastRows& last, LogicalType type, const Decode& decode) const;

  const SegmentReader::File& file_;
  const TableLayout& layout_;
  const RowGroupInfo& info_;
  uint32_t row_group_;
  std::shared_ptr<const RowGroupDirectory> directory_;
  LoadedColumn order_;
  LoadedColumn operations_;
  std::vector<std::unique_ptr<LoadedColumn>> columns_;

  size_t series_block_ = SIZE_MAX;
  uint64_t block_generation_ = 0;
  std::shared_ptr<const DecodedSeries> series_;
  uint64_t pages_decoded_ = 0;
};

}  // namespace tidemark
