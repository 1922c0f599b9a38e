#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "functions/table_function.h"

namespace tidemark {

/// A set-returning call whose rows were all made at the start.
class MaterializedRows final : public TableFunctionCall {
 public:
  /// `columns` are flat, of `size` rows each.
  MaterializedRows(std::vector<Vector> columns, size_t size) : columns_(std::move(columns)), size_(size) {}

  bool next(DataChunk& rows) override {
    if (next_ >= size_) return false;
    const size_t count = std::min(kVectorSize, size_ - next_);
    rows.reset();
    for (const Vector& column : columns_) rows.columns.push_back(column.slice(next_, count));
    rows.size = count;
    next_ += count;
    return true;
  }

 private:
  std::vector<Vector> columns_;
  size_t size_;
  size_t next_ = 0;
};

}  // namespace tidemark
