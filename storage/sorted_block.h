#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/key_range.h"
#include "storage/memtable_block.h"

namespace tidemark {

/// The rows of one memtable block in (series, order) order, each key once (versions of a key folded into one), as of
/// some row count. Immutable; safe for many threads. The order is computed at once; columns are gathered when first
/// asked for.
class SortedBlock {
 public:
  struct SeriesRun {
    std::string_view series;
    uint32_t end = 0;  ///< rows [end of the run before, end)
  };
  struct Column {
    ColumnId id = kNoColumn;
    Vector values;  ///< flat or dictionary, one a row
    Validity set;   ///< rows that set the column; all if absent
  };

  /// Sorts rows [0, rows) of `block`. Keeps the block alive until `gather_all`. Precondition: rows > 0.
  SortedBlock(std::shared_ptr<const MemTableBlock> block, std::shared_ptr<const MemTableBlock::Layout> layout,
              size_t rows);
  /// The same rows under longer keys: `key_suffix` is appended to each (columns that joined the key later, as NULL).
  SortedBlock(std::shared_ptr<const SortedBlock> base, std::string_view key_suffix);
  SortedBlock(const SortedBlock&) = delete;
  SortedBlock& operator=(const SortedBlock&) = delete;

  [[nodiscard]] size_t rows() const { return core().order_.size(); }
  [[nodiscard]] std::span<const SeriesRun> runs() const { return runs_; }
  [[nodiscard]] std::span<const int64_t> order() const { return core().order_; }
  /// Null if all rows are `common_operation`.
  [[nodiscard]] const uint8_t* operations() const {
    return core().operations_.empty() ? nullptr : core().operations_.data();
  }
  [[nodiscard]] RowOperation common_operation() const { return core().common_operation_; }
  [[nodiscard]] RowOperation operation(uint32_t row) const {
    return operations() == nullptr ? common_operation() : static_cast<RowOperation>(operations()[row]);
  }
  [[nodiscard]] const KeyBounds& bounds() const { return bounds_; }

  /// Null if no row of the block has it.
  [[nodiscard]] const Column* column(ColumnId id) const;
  /// Gathers every column and lets go of the block.
  void gather_all() const;

  /// The row of that key.
  [[nodiscard]] std::optional<uint32_t> find(const RowKey& key) const;
  /// First run whose series is not below `series`.
  [[nodiscard]] size_t lower_run(std::string_view series) const;
  [[nodiscard]] uint32_t run_begin(size_t run) const { return run == 0 ? 0 : runs_[run - 1].end; }

 private:
  [[nodiscard]] const SortedBlock& core() const { return base_ == nullptr ? *this : *base_; }
  void sort_rows();
  void fold_versions();
  Column gather(const MemTableBlock::Column& source) const;

  std::shared_ptr<const SortedBlock> base_;  ///< the owner of everything but runs_ and bounds_, if not this
  std::deque<std::string> longer_series_;

  mutable std::shared_ptr<const MemTableBlock> block_;  ///< until all columns are gathered
  std::shared_ptr<const MemTableBlock::Layout> layout_;
  std::shared_ptr<const SeriesTable> series_;
  size_t source_rows_ = 0;

  std::vector<SeriesRun> runs_;
  std::vector<int64_t> order_;
  std::vector<uint8_t> operations_;
  RowOperation common_operation_ = RowOperation::kPut;
  KeyBounds bounds_;
  /// Source row of each sorted version; empty if the rows arrived in order.
  mutable std::vector<uint32_t> permutation_;
  /// Row i is made of versions [version_begin_[i], version_begin_[i + 1]) of the permutation, oldest first; empty if
  /// every key appears once.
  mutable std::vector<uint32_t> version_begin_;

  mutable std::mutex mutex_;  ///< Guards gathering.
  mutable std::vector<std::unique_ptr<const Column>> gathered_;
};

}  // namespace tidemark
