#include "executor/operators/filter.h"

#include "executor/collection_stream.h"
#include "functions/evaluator.h"
#include "planner/plan_walk.h"

namespace tidemark {

class FilterOperator::Stream final : public RowStream {
 public:
  Stream(const FilterOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner), evaluator_(owner.query()), source_(std::move(source)) {}
  bool next(DataChunk& chunk) override {
    while (source_->next(chunk)) {
      chunk.select(evaluator_.select(*owner_.predicate_, chunk));
      if (chunk.size > 0) {
        return true;
      }
      owner_.query().check_cancelled();
      chunk.reset();
    }
    return false;
  }

 private:
  const FilterOperator& owner_;
  Evaluator evaluator_;
  std::unique_ptr<RowStream> source_;
};

FilterOperator::FilterOperator(const PhysicalFilter& plan, ExecutionState& state)
    : Operator(plan, state), child_(make_operator(*plan.children[0], state)), predicate_(plan.predicate.get(), state) {
  const Value* constant = predicate_.constant();
  passes_nothing_ = constant != nullptr && (constant->is_null() || !constant->as_bool());
}

void FilterOperator::start() {
  if (!passes_nothing_) {
    child_->start();
  }
}

ScanColumn FilterOperator::scan_column(uint32_t output) {
  return is_volatile(*predicate_) ? ScanColumn() : child_->scan_column(output);
}

std::unique_ptr<RowStream> FilterOperator::make_stream() {
  if (passes_nothing_) {  // The child was not even started.
    return std::make_unique<EmptyStream>();
  }
  return std::make_unique<Stream>(*this, child_->open());
}

}  // namespace tidemark
