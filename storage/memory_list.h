#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/memory_tracker.h"
#include "storage/memtable_run.h"
#include "storage/row_batch.h"
#include "storage/store.h"
#include "storage/table_scan.h"

namespace tidemark {

/// The memtables of one table, oldest first, with the range tombstones between them: of the store's committed state or
/// of a transaction's own writes. Each memtable and each tombstone has a rank; a tombstone closes the memtable before
/// it, so that it acts on exactly what has a lower rank. Used by one thread at a time.
class MemoryList {
 public:
  struct Entry {
    std::shared_ptr<MemTable> memtable;
    std::shared_ptr<const MemTableRun> run;  ///< of the memtable's current view
    uint64_t rank = 0;
    size_t series_columns = 0;
    bool frozen = false;
    uint64_t wal_number = 0;  ///< file that holds its first row
    SequenceNumber last_sequence = 0;
    /// Rows up to `versions` are of commits up to `sequence`; ascending.
    struct Mark {
      SequenceNumber sequence = 0;
      uint64_t versions = 0;
    };
    std::vector<Mark> marks;
  };

  MemoryList(std::shared_ptr<const TableLayout> layout, uint64_t next_rank)
      : layout_(std::move(layout)), next_rank_(next_rank) {}

  /// Appends a batch whose `order` is filled in. Returns the blocks that it filled.
  MemTable::SliceList append(const RowBatch& batch, SequenceNumber sequence, uint64_t wal_number,
                             MemoryReservation memory);
  /// Ends the memtable in use and appends the tombstone.
  void append(const RangeTombstone& tombstone, SequenceNumber sequence, uint64_t wal_number);
  /// The next batch begins a new memtable.
  void freeze();
  /// Rows are read through another layout from now on. A key with more columns begins a new memtable.
  void set_layout(std::shared_ptr<const TableLayout> layout);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }
  struct Tombstone {
    TableSources::Tombstone tombstone;
    SequenceNumber sequence = 0;
    uint64_t wal_number = 0;
  };
  [[nodiscard]] const std::vector<Tombstone>& tombstones() const { return tombstones_; }
  /// The tombstones are in this WAL file as well.
  void move_tombstones(uint64_t wal_number);
  /// Forgets memtables and tombstones of rank up to `rank`.
  void drop_through(uint64_t rank);
  [[nodiscard]] const std::shared_ptr<const TableLayout>& layout() const { return layout_; }
  [[nodiscard]] uint64_t next_rank() const { return next_rank_; }
  [[nodiscard]] uint64_t memory_bytes() const;
  [[nodiscard]] uint64_t versions() const;

  /// Adds memtables and tombstones to `sources`.
  void describe(TableSources& sources) const;

 private:
  std::shared_ptr<const TableLayout> layout_;
  uint64_t next_rank_;
  std::vector<Entry> entries_;
  std::vector<Tombstone> tombstones_;
};

/// All that the list holds as writes that lead to the same rows: what the log repeats for quiet tables.
WriteSet as_write_set(ObjectId table, const MemoryList& memory);

/// Appends the NULLs of series columns that were added after the batch was made, so that its keys have as many columns
/// as `layout` says (D27). Throws XX001 for keys that do not fit.
void widen_keys(RowBatch& batch, const TableLayout& layout);
/// Whether widen_keys has anything to do.
bool keys_are_short(const RowBatch& batch, const TableLayout& layout);

}  // namespace tidemark
