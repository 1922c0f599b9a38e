#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/memory_tracker.h"
#include "storage/memtable_block.h"
#include "storage/sorted_block.h"

namespace tidemark {

/// A block of a memtable up to some row: what a snapshot pins. Sorted when first read. Safe for many threads.
class MemTableSlice {
 public:
  MemTableSlice(std::shared_ptr<const MemTableBlock> block, std::shared_ptr<const MemTableBlock::Layout> layout,
                size_t rows)
      : block_(std::move(block)), layout_(std::move(layout)), rows_(rows) {}

  [[nodiscard]] size_t rows() const { return rows_; }
  /// The rows in key order.
  [[nodiscard]] std::shared_ptr<const SortedBlock> sorted() const;
  /// The rows as they arrived; null once `settle` has let go of them.
  [[nodiscard]] std::shared_ptr<const MemTableBlock> block() const;
  [[nodiscard]] const MemTableBlock::Layout& layout() const { return *layout_; }
  /// Sorts, gathers all columns and frees the rows as they arrived. For blocks that are full: background work after
  /// ingest, so that readers find them sorted.
  void settle() const;

 private:
  mutable std::mutex mutex_;  ///< Guards the two below.
  mutable std::shared_ptr<const MemTableBlock> block_;
  mutable std::shared_ptr<const SortedBlock> sorted_;
  const std::shared_ptr<const MemTableBlock::Layout> layout_;
  const size_t rows_;
};

/// Row versions of one table in memory, in arrival order, until they are flushed. One thread appends (the commit
/// leader, or the owner of a transaction); readers work on views.
class MemTable {
 public:
  using SliceList = std::vector<std::shared_ptr<const MemTableSlice>>;
  /// The rows that there were at some moment. Cheap to copy.
  struct View {
    std::shared_ptr<const SliceList> full;      ///< may be null: none
    std::shared_ptr<const MemTableSlice> tail;  ///< the block being filled; may be null
    uint64_t versions = 0;
    uint64_t series_count = 0;
    std::shared_ptr<const void> memory;  ///< holds the reservation of what is pinned

    /// All slices, oldest first.
    [[nodiscard]] SliceList slices() const;
  };

  MemTable() { view_.memory = memory_; }
  MemTable(const MemTable&) = delete;
  MemTable& operator=(const MemTable&) = delete;

  /// Whether the batch's columns have the types that they have here. Otherwise the next memtable must be begun.
  [[nodiscard]] bool accepts(const RowBatch& batch) const;
  /// Appends all rows. `order` must be filled in. Returns the full slices that came to be, for settling.
  SliceList append(const RowBatch& batch);
  [[nodiscard]] const View& view() const { return view_; }
  /// Gives the memtable what its rows take; given back when the memtable and all its views are gone.
  void take_memory(MemoryReservation reserved) { memory_->absorb(std::move(reserved)); }
  [[nodiscard]] uint64_t memory_bytes() const { return static_cast<uint64_t>(memory_->bytes()); }
  [[nodiscard]] size_t series_count() const { return series_->size(); }

  /// Bytes that appending `batch` may take at most, blocks that it starts included; what a writer reserves beforehand.
  static size_t bytes_needed(const RowBatch& batch);

 private:
  static constexpr size_t kFirstBlockRows = 256;

  struct KnownColumn {
    ColumnId id = kNoColumn;
    LogicalType type;
    std::shared_ptr<TextDictionary> texts;
  };
  PreparedBatch prepare(const RowBatch& batch);
  KnownColumn& known_column(ColumnId id, LogicalType type);

  const std::shared_ptr<SeriesTable> series_ = std::make_shared<SeriesTable>();
  const std::shared_ptr<MemoryReservation> memory_ = std::make_shared<MemoryReservation>();
  std::vector<KnownColumn> columns_;
  std::shared_ptr<MemTableBlock> block_;
  View view_;
};

}  // namespace tidemark
