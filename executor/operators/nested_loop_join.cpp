#include "executor/operators/nested_loop_join.h"

#include <optional>

#include "executor/pipeline.h"

namespace tidemark {

class NestedLoopJoinOperator::Stream final : public RowStream {
 public:
  Stream(NestedLoopJoinOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner),
        source_(std::move(source)),
        emitter_(owner.plan_.type, owner.condition_, owner.rows_, owner.rows_.column_count(), owner.query(),
                 owner.keeps_right() ? &owner.matched_ : nullptr) {}

  bool next(DataChunk& chunk) override {
    while (!over_) {
      if (unmatched_) {
        return unmatched_->next(chunk);
      }
      if (!in_chunk_ && !load()) {
        // The last stream to end gives the right rows that none has matched.
        over_ = --owner_.running_streams_ > 0 || !owner_.keeps_right();
        if (!over_) {
          unmatched_.emplace(owner_.rows_, owner_.rows_.column_count(), output_types(*owner_.plan_.children[0]),
                             owner_.matched_);
        }
        continue;
      }
      collect_pairs();
      if (left_rows_.empty()) {
        in_chunk_ = false;
        if (emitter_.end(chunk)) {
          return true;
        }
        continue;
      }
      owner_.query().check_cancelled();
      if (emitter_.pairs(left_rows_, right_rows_, chunk)) {
        return true;
      }
    }
    chunk.reset();
    return false;
  }

 private:
  bool load() {
    DataChunk left;
    if (!source_->next(left)) {
      return false;
    }
    left_size_ = left.size;
    emitter_.begin(std::move(left));
    left_row_ = right_row_ = 0;
    in_chunk_ = true;
    return true;
  }

  void collect_pairs() {
    left_rows_.clear();
    right_rows_.clear();
    const size_t right_size = owner_.rows_.size();
    while (left_row_ < left_size_ && left_rows_.size() < kVectorSize) {
      if (right_row_ == right_size || emitter_.decided(static_cast<uint32_t>(left_row_))) {
        ++left_row_;
        right_row_ = 0;
        continue;
      }
      left_rows_.push_back(static_cast<uint32_t>(left_row_));
      right_rows_.push_back(static_cast<uint32_t>(right_row_++));
    }
  }

  NestedLoopJoinOperator& owner_;
  std::unique_ptr<RowStream> source_;
  JoinEmitter emitter_;
  bool in_chunk_ = false;
  bool over_ = false;
  size_t left_size_ = 0, left_row_ = 0, right_row_ = 0;
  SelectionVector left_rows_, right_rows_;
  std::optional<UnmatchedRows> unmatched_;
};

NestedLoopJoinOperator::NestedLoopJoinOperator(const PhysicalNestedLoopJoin& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      left_(make_operator(*plan.children[0], state)),
      right_(make_operator(*plan.children[1], state)),
      condition_(plan.condition.get(), state),
      rows_(output_types(*plan.children[1])),
      reservation_(state.query().memory) {}

void NestedLoopJoinOperator::start() {
  right_->start();
  const auto keep = [this](DataChunk& chunk) {
    rows_.append(chunk);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
  };
  run_pipeline(state(), *right_, keep, node());
  if (keeps_right()) {
    matched_.assign(rows_.size(), 0);
  }
  left_->start();
}

std::unique_ptr<RowStream> NestedLoopJoinOperator::make_stream() {
  ++running_streams_;
  return std::make_unique<Stream>(*this, left_->open());
}

}  // namespace tidemark
