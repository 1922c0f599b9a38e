#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "storage/key_range.h"
#include "storage/row_batch.h"
#include "storage/run_source.h"
#include "types/vector.h"

namespace tidemark {

/// Rows as they arrived, up to kVectorSize.
struct ArrivalChunk {
  size_t size = 0;
  Vector series;  ///< dictionary of kBytea (or constant): canonical series bytes. Chunks of one run share `entries`.
  Vector order;   ///< int64, flat
  std::vector<Vector> columns;  ///< as requested
};

class ArrivalSource {
 public:
  virtual ~ArrivalSource() = default;
  virtual bool next(ArrivalChunk& chunk) = 0;
};

/// Row versions in memory as of one snapshot: a memtable up to a sequence number, or a transaction's own writes.
/// Immutable, safe for many threads. Rows of a key appear once, as their newest version; if that is a kMerge on top of
/// other versions of this run, they are already merged into one.
class MemoryRun {
 public:
  /// A stretch of the run in (series, order) order.
  struct Part {
    KeyBounds bounds;
    uint64_t rows = 0;        ///< upper bound
    bool no_deletes = false;  ///< every version is a row, or would be if nothing lay below it
  };

  virtual ~MemoryRun() = default;

  /// The run cut into stretches of about 64 Ki rows that do not share a key, ascending. Empty if there are no rows. A
  /// part's rows are those of the run within its bounds, and no other part's bounds hold any of them.
  [[nodiscard]] virtual std::span<const Part> parts() const = 0;
  /// Versions within `request.range`, in (series, order) order.
  [[nodiscard]] virtual std::unique_ptr<RunSource> open(const RunRequest& request) const = 0;
  /// The versions of the given keys that are there. `keys` ascend. `columns` as in RunRequest.
  [[nodiscard]] virtual std::unique_ptr<RunSource> look_up(std::span<const RowKey> keys,
                                                           std::span<const ColumnId> columns) const = 0;

  /// How many series there are at most, if that is known.
  [[nodiscard]] virtual std::optional<uint64_t> series_count_max() const { return std::nullopt; }

  /// The way around sorting, taken by scans in any order when no other source overlaps: the number of row positions in
  /// arrival order, if every version is a kPut, no key appears twice, and rows of one series arrived in time order.
  [[nodiscard]] virtual std::optional<uint64_t> arrival_rows() const { return std::nullopt; }
  /// Rows of positions [first, last). Precondition: arrival_rows() >= last.
  [[nodiscard]] virtual std::unique_ptr<ArrivalSource> open_arrival(uint64_t first, uint64_t last,
                                                                    std::span<const ColumnId> columns) const;
};

}  // namespace tidemark
