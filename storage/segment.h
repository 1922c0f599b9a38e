#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/key_range.h"

namespace tidemark {

/// Names a file within a data folder; never reused. Part of every checksum.
using FileId = uint64_t;

/// Rows of a row group at most; a row group belongs to one window.
inline constexpr size_t kRowGroupRowsMax = 65'536;

/// Row groups [row_group_first, row_group_first + row_group_count) of a segment file: the part of a file that lies in
/// one window, sorted by key. The unit that the manifest lists as a run of a partition.
struct SegmentExtent {
  FileId file = 0;
  uint32_t row_group_first = 0;
  uint32_t row_group_count = 0;
  uint64_t rows = 0;   ///< versions, exact
  uint64_t bytes = 0;  ///< its share of the file
  KeyBounds bounds;
  bool only_puts = true;     ///< every version is kPut: then `rows` are live rows, unless another source says otherwise
  bool has_merges = false;   ///< some version is kMerge
  bool is_cold = false;      ///< written for size (PageGoal::kSmall)
  bool shares_file = false;  ///< other windows' extents lie in the file: none gives space back before all do
  bool has_copies = false;   ///< of row groups of other files: where it is cut depends on more than the rows (D34)
};

/// What a finished segment file holds.
struct SegmentSummary {
  FileId file = 0;
  uint64_t file_bytes = 0;
  std::vector<SegmentExtent> extents;  ///< one for each window that got rows, in the order written
};

}  // namespace tidemark
