#include "executor/operators/union_all.h"

#include <algorithm>

#include "executor/collection_stream.h"

namespace tidemark {

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
  return std::make_unique<ConcatenatedStream>(std::move(sources));
}

}  // namespace tidemark
