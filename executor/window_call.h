#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "executor/window_frame.h"
#include "functions/function.h"
#include "functions/window_function.h"

namespace tidemark {

/// What a window call reads in one partition: its arguments, flat, one row a row of the partition.
struct WindowInput {
  const WindowPartition& partition;
  std::vector<Vector> arguments;
  const Vector* filter = nullptr;  ///< boolean; null: none
};

/// Where the partitions and the groups of peers of some whole partitions begin, which lie one after the other.
struct WindowEdges {
  std::vector<uint32_t> partition_begin;  ///< one a partition, and the number of rows at the end
  std::vector<uint32_t> partition_group;  ///< the first group of each partition, and the number of groups at the end
  std::vector<uint32_t> group_begin;      ///< one a group of peers, and the number of rows at the end

  [[nodiscard]] size_t row_count() const { return partition_begin.back(); }
  /// One partition by itself.
  void fill(size_t index, WindowPartition& partition) const;
};

/// What a call reads of all these rows, flat.
struct WindowArguments {
  std::vector<Vector> values;
  std::optional<Vector> filter;
};

/// Computes the calls that need not look at each partition by itself: numbers and ranks, lag and lead by a constant,
/// and aggregates whose frame is the whole partition, or grows with it. Nothing for others.
std::optional<Vector> compute_whole_block(const WindowExpression& call, const WindowEdges& edges,
                                          const WindowArguments& arguments, QueryContext& context);

/// Computes a window function proper (row_number, lag, first_value …): one result a row of the partition.
Vector compute_window_function(const WindowExpression& call, const WindowInput& input, const FrameFinder& frames);

/// Computes an aggregate over each row's frame. Frames that only grow are fed once; others are computed anew, over
/// blocks where the aggregate's state allows.
Vector compute_window_aggregate(const WindowExpression& call, const WindowInput& input, const FrameFinder& frames,
                                QueryContext& context);

}  // namespace tidemark
