#pragma once

#include <algorithm>

#include "executor/operator.h"
#include "executor/row_collection.h"

namespace tidemark {

/// Gives the rows of a collection, which must outlive it, in their order.
class CollectionStream final : public RowStream {
 public:
  explicit CollectionStream(const RowCollection& rows) : rows_(rows) {}
  bool next(DataChunk& chunk) override {
    const size_t count = std::min(kVectorSize, rows_.size() - position_);
    chunk = rows_.chunk(position_, count);
    position_ += count;
    return count > 0;
  }

 private:
  const RowCollection& rows_;
  size_t position_ = 0;
};

/// Gives nothing.
class EmptyStream final : public RowStream {
 public:
  bool next(DataChunk& chunk) override {
    chunk.reset();
    return false;
  }
};

}  // namespace tidemark
