#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/pipeline.h"
#include "executor/row_order.h"
#include "executor/spill_file.h"
#include "storage/moving_bound.h"

namespace tidemark {

/// How many of the first rows a sort must give; the rest may be dropped on the way (top-N).
struct SortLimit {
  std::optional<uint64_t> rows;  ///< absent: all
  bool with_ties = false;        ///< and those that compare equal to the last
};

/// Rows in order, read block by block: a sorted collection, or one on disk. `row_order` must outlive it.
class SortedRun {
 public:
  SortedRun(const RowOrder& row_order, RowCollection rows, std::vector<uint32_t> order);
  SortedRun(const RowOrder& row_order, std::unique_ptr<SpillFile> file);

  /// Makes `rows` hold what comes next, with `left` > 0; false at the end. Only when `left` is 0.
  bool load();
  [[nodiscard]] const RowCollection& rows() const { return rows_; }
  [[nodiscard]] size_t left() const { return end_ - position_; }
  /// The row of `rows` that comes next.
  [[nodiscard]] uint32_t row() const { return order_.empty() ? static_cast<uint32_t>(position_) : order_[position_]; }
  /// Its first_prefixes; 0 for orders without a key.
  [[nodiscard]] uint64_t prefix() const { return prefixes_.empty() ? 0 : prefixes_[position_]; }
  void advance(size_t count) { position_ += count; }
  /// The next `count` rows' numbers. In-memory runs only.
  [[nodiscard]] std::span<const uint32_t> upcoming(size_t count) const {
    return std::span(order_).subspan(position_, count);
  }
  [[nodiscard]] bool in_memory() const { return file_ == nullptr; }

 private:
  const RowOrder& row_order_;
  RowCollection rows_;
  std::vector<uint32_t> order_;  ///< empty for blocks from disk: they are in order
  std::vector<uint64_t> prefixes_;
  size_t position_ = 0;
  size_t end_ = 0;
  std::unique_ptr<SpillFile> file_;
};

/// Sorts the rows of one thread. Past its memory it writes sorted runs to disk.
class RowSorter final : public Sink {
 public:
  RowSorter(const RowOrder& order, SortLimit limit, ExecutionState& state, const PhysicalNode& node,
            int64_t memory_bytes);

  /// With a limit: makes the bound of what is still wanted known to others. The order's first key is an input column.
  void share_bound(std::shared_ptr<MovingBound> bound) { shared_bound_ = std::move(bound); }
  /// Rows of the order's input types.
  void consume(DataChunk& chunk) override;
  void finish() override;
  /// After `finish`: the runs, in no order.
  [[nodiscard]] std::vector<std::unique_ptr<SortedRun>> take_runs() { return std::move(runs_); }

 private:
  [[nodiscard]] SelectionVector not_beyond_bound(const DataChunk& chunk);
  [[nodiscard]] uint64_t slack_rows() const;
  void drop_beyond_limit();
  void spill();
  [[nodiscard]] size_t kept_count(const std::vector<uint32_t>& order) const;

  const RowOrder& order_;
  SortLimit limit_;
  ExecutionState& state_;
  const PhysicalNode& node_;
  Evaluator evaluator_;
  int64_t memory_bytes_;
  MemoryReservation reservation_;
  RowCollection rows_;
  std::optional<RowCollection> bound_;  ///< the last row that is still wanted
  std::shared_ptr<MovingBound> shared_bound_;
  uint64_t bound_prefix_ = 0;       ///< its first_prefixes
  std::vector<uint64_t> prefixes_;  ///< scratch
  std::vector<std::unique_ptr<SortedRun>> runs_;
};

/// Merges runs into one stream of rows of the order's input types.
class SortedMerge final : public RowStream {
 public:
  SortedMerge(const RowOrder& order, std::vector<std::unique_ptr<SortedRun>> runs, SortLimit limit);
  bool next(DataChunk& chunk) override;

 private:
  bool next_of_one(DataChunk& chunk);
  [[nodiscard]] bool comes_before(size_t left, size_t right) const;
  void sift_down(size_t place);
  /// Whether the row still belongs to the limit; remembers the last one for ties.
  bool take(const SortedRun& run);

  const RowOrder& order_;
  std::vector<std::unique_ptr<SortedRun>> runs_;
  std::vector<uint32_t> heap_;  ///< run numbers, the one with the least row first
  bool heap_made_ = false;
  SortLimit limit_;
  uint64_t given_ = 0;
  std::optional<RowCollection> last_;  ///< WITH TIES: the limit's last row
  bool over_ = false;
};

}  // namespace tidemark
