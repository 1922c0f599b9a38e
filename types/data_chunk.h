#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "types/vector.h"

namespace tidemark {

/// Up to kVectorSize rows of several columns, the unit that flows through a pipeline. A chunk may have rows and no
/// columns (`count(*)`).
struct DataChunk {
  std::vector<Vector> columns;  ///< each of size `size`
  size_t size = 0;

  void reset() {
    columns.clear();
    size = 0;
  }
  /// Keeps only `rows` (ascending).
  void select(std::span<const uint32_t> rows);
  [[nodiscard]] DataChunk slice(size_t first, size_t count) const;
};

}  // namespace tidemark
