#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "storage/segment_writer.h"
#include "storage/table_scan.h"

namespace tidemark {

/// Merges runs into one: of the versions of a key the newest put with the merges above it, as D25 says. What flush and
/// compaction write, and what scans read where sources overlap.
struct MergeInput {
  std::unique_ptr<RunSource> source;
  uint64_t rank = 0;
};
struct MergeOptions {
  /// The merge covers the oldest versions there are of these keys: deletes vanish and merges become puts.
  bool oldest = false;
  /// Act on inputs of lower rank.
  std::span<const TableSources::Tombstone> tombstones;
  /// Rows before it are dropped (series tables: order is time).
  int64_t order_from = INT64_MIN;
};

/// The merged versions, in key order. All inputs were opened with the same `column_count` columns. A single input
/// without tombstones passes through.
std::unique_ptr<RunSource> merge_runs(std::vector<MergeInput> inputs, const MergeOptions& options);

struct CompactionOptions {
  MergeOptions merge;
  /// Background compaction copies full row groups that no other input and no tombstone touches, bytes and all. COMPACT
  /// does not, so that its result depends on the rows alone (D34).
  bool copy_row_groups = true;
  /// Called between chunks; throws to cancel, waits to pace.
  std::function<void()> yield;
};

/// Writes the merge of `runs` (neighbours in rank, of one window) into `writer`, as one window. The caller ends the
/// window and finishes the file. Returns the number of versions written.
uint64_t compact_runs(std::span<const TableSources::Run> runs, const TableLayout& layout,
                      const CompactionOptions& options, SegmentWriter& writer);

}  // namespace tidemark
