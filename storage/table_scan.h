#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "storage/memory_run.h"
#include "storage/row_batch.h"
#include "storage/scan.h"
#include "storage/segment_reader.h"
#include "storage/table_layout.h"

namespace tidemark {

/// Everything that makes up one table at one snapshot. Immutable; a scan keeps it alive.
///
/// A *rank* orders sources and tombstones of the table as their commits did: any numbers, as long as a source of higher
/// rank holds newer versions of every key that both hold, and a tombstone acts on exactly the sources of lower rank. (A
/// memtable that meets a range tombstone is closed and the next begun, so that no source lies on both sides.)
struct TableSources {
  struct Run {
    std::shared_ptr<const SegmentReader> segment;
    SegmentExtent extent;
    uint64_t rank = 0;
  };
  /// One window. Bounds are of the table's time column, closed; unbounded for tables without, and for the partition of
  /// NULL and infinite times.
  struct Partition {
    int64_t time_min = INT64_MIN;
    int64_t time_max = INT64_MAX;
    bool holds_null_times = false;
    std::vector<Run> runs;  ///< ascending by rank
  };
  /// All windows of a table: a vector that versions of the table share.
  class PartitionList {
   public:
    PartitionList() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): a list is its vector, shared.
    PartitionList(std::vector<Partition> partitions)
        : partitions_(std::make_shared<const std::vector<Partition>>(std::move(partitions))) {}
    [[nodiscard]] auto begin() const { return vector().begin(); }
    [[nodiscard]] auto end() const { return vector().end(); }
    [[nodiscard]] size_t size() const { return vector().size(); }
    [[nodiscard]] bool empty() const { return vector().empty(); }
    [[nodiscard]] const Partition& operator[](size_t index) const { return vector()[index]; }
    [[nodiscard]] const std::vector<Partition>& vector() const {
      static const std::vector<Partition> kNone;
      return partitions_ == nullptr ? kNone : *partitions_;
    }

   private:
    std::shared_ptr<const std::vector<Partition>> partitions_;
  };
  struct Memory {
    std::shared_ptr<const MemoryRun> run;
    uint64_t rank = 0;
  };
  struct Tombstone {
    RangeTombstone range;
    uint64_t rank = 0;
  };

  std::shared_ptr<const TableLayout> layout;
  PartitionList partitions;    ///< ascending by time
  std::vector<Memory> memory;  ///< ascending by rank
  std::vector<Tombstone> tombstones;
  int64_t time_from = INT64_MIN;  ///< retention: rows whose time is before are not there (NULL times are)
};

/// Plans a scan: prunes, finds which sources overlap, cuts morsels (DESIGN §5). Throws XX000 for a column that the
/// layout does not know.
std::unique_ptr<TableScan> make_table_scan(std::shared_ptr<const TableSources> sources, const ScanRequest& request);

/// TableSnapshot::look_up over the same sources.
void look_up_rows(const TableSources& sources, std::span<const RowKey> keys, std::span<const ColumnId> columns,
                  std::vector<uint8_t>& found, DataChunk& rows);

}  // namespace tidemark
