#include "executor/operators/union_all.h"

#include <algorithm>

namespace tidemark {

class UnionAllOperator::Stream final : public RowStream {
 public:
  explicit Stream(std::vector<std::unique_ptr<RowStream>> sources) : sources_(std::move(sources)) {}
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

UnionAllOperator::UnionAllOperator(const PhysicalUnionAll& plan, ExecutionState& state) : Operator(plan, state) {
  for (const PhysicalPtr& child : plan.children) {
    children_.push_back(make_operator(*child, state));
  }
}

void UnionAllOperator::start() {
  for (const OperatorPtr& child : children_) {
    child->start();
  }
}

size_t UnionAllOperator::stream_count() const {
  size_t count = 1;
  for (const OperatorPtr& child : children_) {
    count = std::max(count, child->stream_count());
  }
  return count;
}

std::unique_ptr<RowStream> UnionAllOperator::make_stream() {
  std::vector<std::unique_ptr<RowStream>> sources;
  for (const OperatorPtr& child : children_) {
    if (opened_ < child->stream_count()) {
      sources.push_back(child->open());
    }
  }
  ++opened_;
  return std::make_unique<Stream>(std::move(sources));
}

}  // namespace tidemark
