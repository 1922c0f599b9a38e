#pragma once

#include <functional>
#include <memory>

#include "base/memory_tracker.h"
#include "catalog/entries.h"
#include "executor/operator.h"
#include "executor/row_collection.h"
#include "executor/table_writer.h"

namespace tidemark {

/// The rows that an UPDATE or DELETE is about: all read before anything is written, locked, and known to be the newest.
///
/// The child's chunk begins with the old row (and the row id of an append table). A row that the child gives twice (a
/// join found it twice) counts once. When somebody has changed a row between the statement's snapshot and the lock,
/// the child is run again on a new snapshot, until it stands still: the statement then sees one state, and all of it.
class TargetRows {
 public:
  TargetRows(const PhysicalNode& plan, ExecutionState& state, ObjectId table);

  /// Reads and locks. `writer` is only used for locking.
  void collect(TableWriter& writer);
  /// For MERGE: every row of the child stays, also where it has no old row, as `is_matched` (a column that is true or
  /// NULL) says, and where several have the same.
  void collect_all(TableWriter& writer, uint32_t is_matched);
  [[nodiscard]] const RowCollection& rows() const { return rows_; }
  /// How many of the columns are the old row, row id included.
  [[nodiscard]] size_t old_width() const { return old_width_; }
  /// The first columns of a chunk of `rows`.
  [[nodiscard]] DataChunk old_rows(const DataChunk& chunk) const;

 private:
  void read(const std::function<void(DataChunk&)>& take);
  void read_once_each();
  void until_stable(const std::function<void()>& read_rows, const std::function<bool(const DataChunk&)>& lock);

  const PhysicalNode& plan_;
  ExecutionState& state_;
  std::shared_ptr<const TableSnapshot> table_;
  size_t old_width_;
  RowCollection rows_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
