#pragma once

#include <memory>
#include <span>
#include <vector>

#include "storage/memory_list.h"
#include "storage/segment_writer.h"
#include "storage/table_scan.h"
#include "storage/window_planner.h"

namespace tidemark {

/// What a flush takes: memtables that no longer change, and what lies below them.
struct FlushInput {
  std::shared_ptr<const TableLayout> layout;
  std::vector<TableSources::Memory> memory;         ///< ascending by rank
  std::vector<TableSources::Tombstone> tombstones;  ///< among them
  TableSources::PartitionList partitions;
  std::vector<TableSources::Tombstone> older_tombstones;
  TableEntry entry;
  const SchemaEntry* schema = nullptr;
  int64_t time_from = INT64_MIN;  ///< retention: older rows are left out
};

struct FlushOutput {
  struct Extent {
    Window window;
    SegmentExtent extent;
  };
  std::vector<Extent> extents;
  uint64_t rows = 0;
};

/// Writes the newest version of each key of the memtables into one segment file, window by window. Finishes the writer.
FlushOutput write_memtables(const FlushInput& input, SegmentWriter& writer);

}  // namespace tidemark
