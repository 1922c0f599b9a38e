#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "executor/operator.h"
#include "executor/row_collection.h"
#include "executor/spill_file.h"

namespace tidemark {

/// Rows set aside by the hash of their keys, in memory or on disk: equal keys are in the same partition, whichever
/// thread set them aside, so that partitions can be worked off one by one, or side by side. A partition that is still
/// too large is cut again, one `depth` deeper, by other bits of the hash.
class RowPartitions {
 public:
  static constexpr size_t kCount = 32;
  /// Deeper cuts would only cut equal keys again and again.
  static constexpr size_t kDepthMax = 6;

  /// The partition of each row of these keys.
  static void find(std::span<const Vector> keys, size_t size, size_t depth, std::span<uint32_t> partitions);

  /// `node` counts what goes to disk.
  RowPartitions(ExecutionState& state, std::vector<LogicalType> types, const PhysicalNode& node, size_t depth);

  /// Sets aside the rows of `chunk` that `rows` names (all, without it). `keys` has the chunk's rows.
  void add(const DataChunk& chunk, std::span<const Vector> keys, std::optional<std::span<const uint32_t>> rows = {});
  /// Moves to disk what is in memory; later rows stay in memory for a chunk's length only. Precondition: can_spill.
  void move_to_disk();
  [[nodiscard]] bool on_disk() const { return on_disk_; }
  [[nodiscard]] size_t depth() const { return depth_; }
  /// Of the rows in memory. Rows on their way to disk do not count.
  [[nodiscard]] size_t memory_bytes() const;

  /// The rows of a partition, in the order in which they came. Each partition once, after the last `add`. Safe for many
  /// threads, each with partitions of its own.
  std::unique_ptr<RowStream> take(size_t partition);

 private:
  struct Partition {
    std::unique_ptr<SpillFile> file;
    std::unique_ptr<RowCollection> rows;
  };
  void write(Partition& partition);

  ExecutionState& state_;
  const std::vector<LogicalType> types_;
  const PhysicalNode& node_;
  const size_t depth_;
  std::vector<Partition> partitions_;
  bool on_disk_ = false;
  std::vector<uint32_t> partition_of_;     ///< scratch
  std::vector<SelectionVector> selected_;  ///< scratch
};

}  // namespace tidemark
