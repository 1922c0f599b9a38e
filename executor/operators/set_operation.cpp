#include "executor/operators/set_operation.h"

#include "executor/pipeline.h"

namespace tidemark {

class SetOperationOperator::Stream final : public RowStream {
 public:
  Stream(SetOperationOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner),
        source_(std::move(source)),
        seen_(output_types(owner.plan_)),
        reservation_(owner.query().memory) {}

  bool next(DataChunk& chunk) override {
    while (source_->next(chunk)) {
      right_ids_.resize(chunk.size);
      owner_.right_rows_.find(chunk.columns, chunk.size, right_ids_, right_scratch_);
      if (owner_.plan_.all) {
        chunk.select(with_multiplicity());
      } else {
        chunk.select(distinct(chunk));
      }
      if (chunk.size > 0) {
        return true;
      }
      owner_.query().check_cancelled();
    }
    return false;
  }

 private:
  [[nodiscard]] bool is_intersection() const { return owner_.plan_.type == SetOperationType::kIntersect; }

  /// ALL: each right row pairs with one left row.
  SelectionVector with_multiplicity() {
    SelectionVector rows;
    for (uint32_t row = 0; row < right_ids_.size(); ++row) {
      const uint32_t id = right_ids_[row];
      const bool paired = id != KeyTable::kAbsent && owner_.counts_[id] > 0;
      if (paired) {
        --owner_.counts_[id];
      }
      if (paired == is_intersection()) {
        rows.push_back(row);
      }
    }
    return rows;
  }

  SelectionVector distinct(const DataChunk& chunk) {
    ids_.resize(chunk.size);
    SelectionVector first_ones;
    seen_.find_or_add(chunk.columns, chunk.size, ids_, first_ones, scratch_);
    reservation_.resize(static_cast<int64_t>(seen_.memory_bytes()));
    SelectionVector rows;
    for (const uint32_t row : first_ones) {
      if ((right_ids_[row] != KeyTable::kAbsent) == is_intersection()) {
        rows.push_back(row);
      }
    }
    return rows;
  }

  SetOperationOperator& owner_;
  std::unique_ptr<RowStream> source_;
  KeyTable seen_;
  KeyTable::Scratch scratch_, right_scratch_;
  std::vector<uint32_t> ids_, right_ids_;
  MemoryReservation reservation_;
};

SetOperationOperator::SetOperationOperator(const PhysicalSetOperation& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      left_(make_operator(*plan.children[0], state)),
      right_(make_operator(*plan.children[1], state)),
      right_rows_(output_types(plan)),
      reservation_(state.query().memory) {}

void SetOperationOperator::start() {
  KeyTable::Scratch scratch;
  std::vector<uint32_t> ids;
  const auto count = [&](DataChunk& chunk) {
    ids.resize(chunk.size);
    SelectionVector new_rows;
    right_rows_.find_or_add(chunk.columns, chunk.size, ids, new_rows, scratch);
    counts_.resize(right_rows_.size(), 0);
    for (const uint32_t id : ids) {
      ++counts_[id];
    }
    reservation_.resize(static_cast<int64_t>(right_rows_.memory_bytes() + counts_.size() * sizeof(uint64_t)));
  };
  right_->start();
  run_pipeline(state(), *right_, count, node());
  left_->start();
}

std::unique_ptr<RowStream> SetOperationOperator::make_stream() {
  return std::make_unique<Stream>(*this, left_->open());
}

}  // namespace tidemark
