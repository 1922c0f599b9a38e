#include "executor/operators/sort.h"

#include <algorithm>

namespace tidemark {
namespace {

/// Leaves out the first rows (OFFSET).
class SkippingStream final : public RowStream {
 public:
  SkippingStream(std::unique_ptr<RowStream> source, uint64_t count) : source_(std::move(source)), left_(count) {}
  bool next(DataChunk& chunk) override {
    while (source_->next(chunk)) {
      if (left_ >= chunk.size) {
        left_ -= chunk.size;
        continue;
      }
      const auto skipped = static_cast<size_t>(left_);
      left_ = 0;
      if (skipped > 0) {
        chunk = chunk.slice(skipped, chunk.size - skipped);
      }
      return true;
    }
    return false;
  }

 private:
  std::unique_ptr<RowStream> source_;
  uint64_t left_;
};

}  // namespace

SortOperator::SortOperator(const PhysicalSort& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      child_(make_operator(*plan.children[0], state)),
      order_(plan.keys, output_types(*plan.children[0]), state),
      window_(plan.limit.get(), plan.offset.get(), state) {
  if (window_.limit) {
    limit_ = {window_.end(), plan.with_ties};
  }
}

void SortOperator::start() {
  if (window_.limit == 0) {
    return;
  }
  child_->start();
  const size_t width = pipeline_width(state(), *child_);
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < width; ++index) {
    sinks.push_back(std::make_unique<RowSorter>(order_, limit_, state(), node(),
                                                static_cast<int64_t>(query().work_mem_bytes / width)));
  }
  run_pipeline(state(), *child_, sinks, node());
  for (const std::unique_ptr<Sink>& sink : sinks) {
    std::ranges::move(static_cast<RowSorter&>(*sink).take_runs(), std::back_inserter(runs_));
  }
}

std::unique_ptr<RowStream> SortOperator::make_stream() {
  auto merge = std::make_unique<SortedMerge>(order_, std::move(runs_), limit_);
  if (window_.offset == 0) {
    return merge;
  }
  return std::make_unique<SkippingStream>(std::move(merge), window_.offset);
}

}  // namespace tidemark
