#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/memory_run.h"
#include "storage/memtable.h"
#include "storage/table_layout.h"

namespace tidemark {

/// The view of a memtable as a source of scans. Blocks are sorted one by one and merged on the way out; where only one
/// of them has rows of a stretch of keys, these come out as views without being copied.
class MemTableRun final : public MemoryRun {
 public:
  /// `series_columns` is how many columns the memtable's keys have: fewer than in `layout` if tags were added since.
  MemTableRun(MemTable::View view, std::shared_ptr<const TableLayout> layout, size_t series_columns);

  /// The same rows read through another layout of the table.
  [[nodiscard]] std::shared_ptr<const MemTableRun> with_layout(std::shared_ptr<const TableLayout> layout) const;
  [[nodiscard]] uint64_t versions() const { return view_.versions; }
  [[nodiscard]] const MemTable::View& view() const { return view_; }
  struct NewestVersion {
    /// Of the version among all of the memtable, in the order of arrival; in blocks that were settled an upper bound.
    uint64_t position = 0;
    RowOperation operation = RowOperation::kPut;
  };
  [[nodiscard]] std::optional<NewestVersion> newest_version(const RowKey& key) const;

  [[nodiscard]] std::span<const Part> parts() const override;
  [[nodiscard]] std::optional<uint64_t> series_count_max() const override { return view_.series_count; }
  [[nodiscard]] std::unique_ptr<RunSource> open(const RunRequest& request) const override;
  [[nodiscard]] std::unique_ptr<RunSource> look_up(std::span<const RowKey> keys,
                                                   std::span<const ColumnId> columns) const override;

 private:
  using Blocks = std::vector<std::shared_ptr<const SortedBlock>>;
  [[nodiscard]] const Blocks& blocks() const;
  void make_parts() const;
  [[nodiscard]] Part part_of(const KeyRange& range) const;

  const MemTable::View view_;
  const std::shared_ptr<const TableLayout> layout_;
  const size_t series_columns_;
  std::string key_suffix_;  ///< NULL for each column that the memtable's keys lack

  mutable std::once_flag sorted_once_;
  mutable Blocks blocks_;
  mutable std::once_flag parts_once_;
  mutable std::vector<Part> parts_;
};

}  // namespace tidemark
