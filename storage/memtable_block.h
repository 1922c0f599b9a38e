#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "storage/row_batch.h"
#include "storage/series_table.h"
#include "storage/text_dictionary.h"
#include "types/vector.h"

namespace tidemark {

/// What a cell of a row version says (D3).
enum class CellState : uint8_t { kUnset = 0, kNull = 1, kValue = 2 };

/// One column of a batch made ready for appending: plain arrays, one element a row.
struct PreparedColumn {
  ColumnId id = kNoColumn;
  LogicalType type;
  size_t width = 0;                 ///< bytes an element; texts are uint32 codes
  const char* data = nullptr;       ///< into `owned` or into the batch
  const uint8_t* states = nullptr;  ///< CellState; null: all kValue
  std::shared_ptr<TextDictionary> texts;
  std::vector<char> owned;
  std::vector<uint8_t> owned_states;
};

/// A batch made ready for appending.
struct PreparedBatch {
  RowOperation operation = RowOperation::kPut;
  std::vector<uint32_t> series;  ///< ids of the memtable's SeriesTable
  std::span<const int64_t> order;
  std::vector<PreparedColumn> columns;
};

/// Up to kRowsMax row versions in arrival order, in columns of fixed capacity. One thread appends; readers see the rows
/// below the count that their snapshot was given, through the layout that it was given, without a lock: cells are whole
/// bytes, so that no two rows share a memory location.
class MemTableBlock {
 public:
  static constexpr size_t kRowsMax = 65'536;

  struct Column {
    ColumnId id = kNoColumn;
    LogicalType type;
    const char* data = nullptr;
    const uint8_t* states = nullptr;              ///< null: all kValue
    std::shared_ptr<const TextDictionary> texts;  ///< for kBytes: data are uint32 codes
  };
  /// Which columns there are. Immutable: a column that joins, or that gets its first NULL, makes a new layout.
  using Layout = std::vector<Column>;

  MemTableBlock(size_t capacity, std::shared_ptr<const SeriesTable> series);

  /// Only by the writer. Rows [first, first + count) of `batch`. Precondition: they fit.
  void append(const PreparedBatch& batch, size_t first, size_t count);

  [[nodiscard]] size_t capacity() const { return capacity_; }
  /// Only by the writer.
  [[nodiscard]] size_t size() const { return size_; }
  /// Only by the writer; readers get it with their snapshot.
  [[nodiscard]] const std::shared_ptr<const Layout>& layout() const { return layout_; }
  /// Bytes allocated. Only by the writer.
  [[nodiscard]] size_t bytes() const { return bytes_; }
  /// The same for a block of that many rows and columns: upper bound.
  static size_t bytes_for(size_t rows, std::span<const PreparedColumn> columns);

  [[nodiscard]] const uint32_t* series_ids() const { return series_ids_.get(); }
  [[nodiscard]] const int64_t* order() const { return order_.get(); }
  [[nodiscard]] const uint8_t* operations() const { return operations_.get(); }
  [[nodiscard]] const std::shared_ptr<const SeriesTable>& series() const { return series_; }

  static constexpr uint32_t kNoRow = UINT32_MAX;
  /// The newest row below `rows` of that key, or kNoRow. Builds the hash index at first use; from then on the writer
  /// keeps it up.
  [[nodiscard]] uint32_t find(const RowKey& key, uint64_t key_hash, size_t rows) const;
  /// The row of the same key before `row`. Precondition: `row` came from `find`.
  [[nodiscard]] uint32_t older(uint32_t row) const { return older_[row]; }

 private:
  struct OwnColumn {
    ColumnId id = kNoColumn;
    LogicalType type;
    size_t width = 0;
    std::unique_ptr<char[]> data;
    std::unique_ptr<uint8_t[]> states;
    std::shared_ptr<TextDictionary> texts;
  };
  OwnColumn& own_column(const PreparedColumn& prepared, bool& layout_changed);
  void give_states(OwnColumn& column, CellState before);
  void publish_layout();
  void index_rows(size_t rows) const;

  const size_t capacity_;
  const std::shared_ptr<const SeriesTable> series_;
  std::unique_ptr<uint32_t[]> series_ids_;
  std::unique_ptr<int64_t[]> order_;
  std::unique_ptr<uint8_t[]> operations_;
  std::vector<OwnColumn> columns_;
  std::shared_ptr<const Layout> layout_;
  size_t size_ = 0;
  size_t bytes_ = 0;

  // The hash index: open addressing over row + 1, linked to older rows of the same key. Slots are read without a lock.
  mutable std::mutex index_mutex_;  ///< Guards growing it.
  mutable std::unique_ptr<std::atomic<uint32_t>[]> slots_;
  mutable std::unique_ptr<uint32_t[]> older_;
  mutable std::atomic<size_t> indexed_rows_{0};
  mutable std::atomic<bool> index_wanted_{false};
  size_t slot_mask_ = 0;
};

}  // namespace tidemark
