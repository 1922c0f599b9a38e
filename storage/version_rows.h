#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "storage/memtable_block.h"
#include "storage/run_source.h"
#include "storage/sorted_block.h"
#include "storage/table_layout.h"

namespace tidemark {

/// Where row versions lie in memory: a sorted block, or a block in arrival order with the layout of its snapshot.
struct VersionSource {
  const SortedBlock* sorted = nullptr;
  const MemTableBlock* block = nullptr;
  const MemTableBlock::Layout* layout = nullptr;

  [[nodiscard]] RowOperation operation(uint32_t row) const;
  [[nodiscard]] int64_t order(uint32_t row) const;
};

struct VersionPlace {
  uint32_t source = 0;
  uint32_t row = 0;
};

/// Gathers rows from several sources into one VersionChunk: stretches of rows, and keys whose versions must be folded.
/// One column after the other, by a loop for its type.
class VersionRows {
 public:
  /// `columns` are of `layout`. Sources must outlive `finish`.
  VersionRows(std::span<const VersionSource> sources, const TableLayout& layout, std::span<const ColumnId> columns)
      : sources_(sources), layout_(layout), columns_(columns) {}

  /// Rows of one series that follow each other in a source.
  void add_stretch(std::string_view series, uint32_t source, uint32_t first, uint32_t count);
  /// One key, its versions newest first.
  void add_versions(std::string_view series, std::span<const VersionPlace> newest_first);

  [[nodiscard]] size_t size() const { return size_; }
  /// Whether everything so far is one stretch of one sorted block, and `first` of `source` would continue it.
  [[nodiscard]] bool continues(uint32_t source, uint32_t first) const;
  [[nodiscard]] bool is_one_stretch() const { return items_.size() == 1 && !items_[0].folded; }

  /// Fills the chunk, without copying if it is one stretch of a sorted block, and becomes empty.
  void finish(VersionChunk& chunk);

 private:
  struct Item {
    uint32_t source = 0;
    uint32_t first = 0;  ///< row, or index into places_ if folded
    uint32_t count = 0;  ///< rows, or versions if folded
    bool folded = false;
  };
  void add_series(std::string_view series, uint32_t rows);
  void view_stretch(VersionChunk& chunk) const;
  void gather(VersionChunk& chunk) const;
  void gather_column(ColumnId id, LogicalType type, bool want_set, Vector& values, Validity& set) const;

  std::span<const VersionSource> sources_;
  const TableLayout& layout_;
  std::span<const ColumnId> columns_;
  std::vector<Item> items_;
  std::vector<VersionPlace> places_;
  std::vector<VersionChunk::SeriesRun> runs_;
  size_t size_ = 0;
};

/// `values` as a column of type `type`, which ALTER TABLE may have widened since they were written: integers to wider
/// integers and to floating point. Throws XX000 for any other pair.
Vector widened(const Vector& values, LogicalType type);

}  // namespace tidemark
