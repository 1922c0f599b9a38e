#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

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

/// Gives the rows of several streams, one after the other.
class ConcatenatedStream final : public RowStream {
 public:
  explicit ConcatenatedStream(std::vector<std::unique_ptr<RowStream>> sources) : sources_(std::move(sources)) {}
  bool next(DataChunk& chunk) override {
    for (; current_ < sources_.size(); ++current_) {
      if (sources_[current_]->next(chunk)) {
        return true;
      }
      sources_[current_].reset();
    }
    chunk.reset();
    return false;
  }

 private:
  std::vector<std::unique_ptr<RowStream>> sources_;
  size_t current_ = 0;
};

}  // namespace tidemark
