#include "executor/operators/sort.h"

#include <algorithm>

#include "executor/operators/scan.h"

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

/// A top-N that sorts first by a stored column tells the scan which rows come too late by now. Null otherwise.
std::shared_ptr<MovingBound> SortOperator::bound_scan() {
  const std::optional<uint32_t> column = order_.first_input();
  if (!limit_.rows || !column || !MovingBound::is_for(order_.row_types()[*column])) {
    return nullptr;
  }
  const ScanColumn stored = child_->scan_column(*column);
  if (!stored) {
    return nullptr;
  }
  const RowOrder::Direction direction = order_.direction(0);
  auto bound =
      std::make_shared<MovingBound>(MovingBound::Order{.descending = direction.descending,
                                                       .nulls_first = direction.nulls_first,
                                                       .drops_equal = order_.key_count() == 1 && !limit_.with_ties});
  stored.scan->bound_by(stored.column, bound);
  return bound;
}

void SortOperator::start() {
  if (window_.limit == 0) {
    return;
  }
  const std::shared_ptr<MovingBound> bound = bound_scan();
  child_->start();
  const size_t width = pipeline_width(state(), *child_);
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < width; ++index) {
    sinks.push_back(std::make_unique<RowSorter>(order_, limit_, state(), node(),
                                                static_cast<int64_t>(query().work_mem_bytes / width)));
    if (bound != nullptr) {
      static_cast<RowSorter&>(*sinks.back()).share_bound(bound);
    }
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
