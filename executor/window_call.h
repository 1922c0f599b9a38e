#pragma once

#include <cstdint>
#include <memory>
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

/// Computes a window function proper (row_number, lag, first_value …): one result a row of the partition.
Vector compute_window_function(const WindowExpression& call, const WindowInput& input, const FrameFinder& frames);

/// Computes an aggregate over each row's frame. Frames that only grow are fed once; others are computed anew, over
/// blocks where the aggregate's state allows.
Vector compute_window_aggregate(const WindowExpression& call, const WindowInput& input, const FrameFinder& frames,
                                QueryContext& context);

}  // namespace tidemark
