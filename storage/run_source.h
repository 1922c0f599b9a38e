#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/row_batch.h"
#include "types/vector.h"

namespace tidemark {

/// Row versions of one source (an extent of a segment, a memtable, a transaction's own writes) in key order, a key at
/// most once: what the merge of overlapping sources reads. Up to kVectorSize rows.
struct VersionChunk {
  struct SeriesRun {
    std::string_view series;  ///< canonical bytes; valid as long as the chunk
    uint32_t end = 0;         ///< rows [previous end, end) belong to it
  };
  size_t size = 0;
  std::vector<SeriesRun> runs;
  Vector order;                      ///< int64, flat
  Vector operations;                 ///< kBool-physical RowOperation values, flat or constant
  std::vector<Vector> columns;       ///< as requested; any form
  std::vector<Validity> set;         ///< one a column; for kMerge rows
  std::shared_ptr<const void> keep;  ///< what the views point into
};

/// Reads one source in key order. Used by one thread.
class RunSource {
 public:
  virtual ~RunSource() = default;
  /// False at the end.
  virtual bool next(VersionChunk& chunk) = 0;
};

}  // namespace tidemark
