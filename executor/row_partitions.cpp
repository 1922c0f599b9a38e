#include "executor/row_partitions.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

constexpr size_t kBits = 5;
static_assert(RowPartitions::kCount == size_t{1} << kBits);
static_assert(RowPartitions::kDepthMax * kBits <= 32, "the low bits pick slots of hash tables");

/// What is on disk, then what is in memory.
class PartitionStream final : public RowStream {
 public:
  PartitionStream(std::unique_ptr<SpillFile> file, std::unique_ptr<RowCollection> rows)
      : file_(std::move(file)), rows_(std::move(rows)) {
    if (file_ != nullptr) {
      file_->rewind();
    }
  }
  bool next(DataChunk& chunk) override {
    if (file_ != nullptr) {
      if (file_->read(chunk)) {
        return true;
      }
      file_.reset();
    }
    const size_t count = std::min(kVectorSize, rows_->size() - position_);
    chunk = rows_->chunk(position_, count);
    position_ += count;
    return count > 0;
  }

 private:
  std::unique_ptr<SpillFile> file_;
  std::unique_ptr<RowCollection> rows_;
  size_t position_ = 0;
};

}  // namespace

void RowPartitions::find(std::span<const Vector> keys, size_t size, size_t depth, std::span<uint32_t> partitions) {
  std::vector<uint64_t> hashes(size);
  for (size_t column = 0; column < keys.size(); ++column) {
    hash_rows(keys[column], hashes, column > 0);
  }
  const size_t shift = 64 - kBits * (depth + 1);
  for (size_t row = 0; row < size; ++row) {
    partitions[row] = static_cast<uint32_t>((hashes[row] >> shift) % kCount);
  }
}

RowPartitions::RowPartitions(ExecutionState& state, std::vector<LogicalType> types, const PhysicalNode& node,
                             size_t depth)
    : state_(state),
      types_(std::move(types)),
      node_(node),
      depth_(depth),
      partitions_(kCount),
      partition_of_(kVectorSize),
      selected_(kCount) {
  TIDEMARK_ASSERT(depth < kDepthMax);
  for (Partition& partition : partitions_) {
    partition.rows = std::make_unique<RowCollection>(types_);
  }
}

void RowPartitions::add(const DataChunk& chunk, std::span<const Vector> keys,
                        std::optional<std::span<const uint32_t>> rows) {
  find(keys, chunk.size, depth_, partition_of_);
  for (SelectionVector& selected : selected_) {
    selected.clear();
  }
  if (rows) {
    for (const uint32_t row : *rows) {
      selected_[partition_of_[row]].push_back(row);
    }
  } else {
    for (uint32_t row = 0; row < chunk.size; ++row) {
      selected_[partition_of_[row]].push_back(row);
    }
  }
  for (size_t index = 0; index < kCount; ++index) {
    if (selected_[index].empty()) {
      continue;
    }
    Partition& partition = partitions_[index];
    partition.rows->append(chunk, selected_[index]);
    if (on_disk_ && partition.rows->size() >= kVectorSize) {
      write(partition);
    }
  }
}

void RowPartitions::write(Partition& partition) {
  if (partition.file == nullptr) {
    partition.file = std::make_unique<SpillFile>(state_, types_, node_);
  }
  for (size_t first = 0; first < partition.rows->size(); first += kVectorSize) {
    partition.file->write(partition.rows->chunk(first, std::min(kVectorSize, partition.rows->size() - first)));
  }
  partition.rows->clear();
}

void RowPartitions::move_to_disk() {
  TIDEMARK_CHECK(can_spill(state_));
  on_disk_ = true;
  for (Partition& partition : partitions_) {
    if (partition.rows->size() > 0) {
      write(partition);
    }
  }
}

size_t RowPartitions::memory_bytes() const {
  size_t bytes = 0;
  for (const Partition& partition : partitions_) {
    bytes += on_disk_ || partition.rows == nullptr ? 0 : partition.rows->memory_bytes();
  }
  return bytes;
}

std::unique_ptr<RowStream> RowPartitions::take(size_t partition) {
  Partition& part = partitions_[partition];
  TIDEMARK_CHECK(part.rows != nullptr);
  return std::make_unique<PartitionStream>(std::move(part.file), std::move(part.rows));
}

}  // namespace tidemark
