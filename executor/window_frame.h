#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "executor/execution_state.h"
#include "executor/growing_column.h"
#include "executor/range_offset.h"
#include "functions/expression.h"

namespace tidemark {

/// One partition of a window: its rows by position, and where the groups of peers begin.
struct WindowPartition {
  size_t size = 0;
  std::vector<uint32_t> peer_group;   ///< of each row, from 0
  std::vector<uint32_t> group_begin;  ///< one a group of peers, and `size` at the end

  [[nodiscard]] size_t peers_begin(size_t row) const { return group_begin[peer_group[row]]; }
  [[nodiscard]] size_t peers_end(size_t row) const { return group_begin[peer_group[row] + 1]; }
};

struct RowSpan {
  size_t first = 0;
  size_t last = 0;  ///< exclusive
  friend bool operator==(const RowSpan&, const RowSpan&) = default;
  [[nodiscard]] bool empty() const { return first >= last; }
};

/// The values of a frame's offsets, where it has any.
struct FrameOffsets {
  std::optional<Value> start;
  std::optional<Value> end;
};

/// Which rows of its partition a row looks at: the frame of one window call.
class FrameFinder {
 public:
  /// `frame` outlives this. Throws 22013, 22004 for bad offsets.
  FrameFinder(const WindowFrame& frame, std::span<const SortKey> order_by, const FrameOffsets& offsets,
              ExecutionState& state);

  /// Sets the partition. `order_column`: the first ORDER BY value of each row; only needed for RANGE with an offset.
  void begin(const WindowPartition& partition, const Vector* order_column);
  /// The frame without its exclusion.
  [[nodiscard]] RowSpan frame(size_t row) const;
  /// The frame's parts after EXCLUDE, ascending; at most three.
  [[nodiscard]] std::vector<RowSpan> parts(size_t row) const;

  [[nodiscard]] bool excludes() const { return frame_.exclusion != FrameExclusion::kNone; }
  /// All frames begin with the partition.
  [[nodiscard]] bool starts_at_partition() const {
    return frame_.start == FrameBoundKind::kUnboundedPreceding && !excludes();
  }
  [[nodiscard]] bool needs_order_values() const { return start_range_.has_value() || end_range_.has_value(); }

 private:
  [[nodiscard]] size_t bound(size_t row, FrameBoundKind kind, int64_t rows, const std::optional<RangeOffset>& range,
                             bool is_end) const;
  [[nodiscard]] size_t range_bound(size_t row, bool preceding, const RangeOffset& range, bool is_end) const;

  const WindowFrame& frame_;
  bool descending_ = false;
  bool nulls_first_ = false;
  int64_t start_rows_ = 0, end_rows_ = 0;
  std::optional<RangeOffset> start_range_, end_range_;
  const WindowPartition* partition_ = nullptr;
  Vector order_;             ///< flat
  size_t values_begin_ = 0;  ///< rows [values_begin_, values_end_) have an order value
  size_t values_end_ = 0;
};

}  // namespace tidemark
