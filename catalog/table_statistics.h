#pragma once

#include <cstdint>
#include <optional>

#include "catalog/object_id.h"
#include "types/value.h"

namespace tidemark {

/// What the planner may know of a table's data without reading it: estimates, from zone maps and counts.
class TableStatistics {
 public:
  virtual ~TableStatistics() = default;
  [[nodiscard]] virtual uint64_t row_count(ObjectId table) const = 0;
  [[nodiscard]] virtual uint64_t series_count(ObjectId table) const = 0;
  /// Distinct values, or nothing if unknown.
  [[nodiscard]] virtual std::optional<uint64_t> distinct_count(ObjectId table, ColumnId column) const = 0;
  struct Bounds {
    Value min;
    Value max;
  };
  [[nodiscard]] virtual std::optional<Bounds> bounds(ObjectId table, ColumnId column) const = 0;
};

}  // namespace tidemark
