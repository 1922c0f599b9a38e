#include "executor/operators/apply.h"

#include "executor/pipeline.h"

namespace tidemark {
namespace {

std::vector<LogicalType> binding_types(const PhysicalApply& plan) {
  std::vector<LogicalType> types;
  for (const ExpressionPtr& binding : plan.bindings) {
    types.push_back(binding->type);
  }
  return types;
}

}  // namespace

class ApplyOperator::Stream final : public RowStream {
 public:
  Stream(ApplyOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner),
        evaluator_(owner.query()),
        source_(std::move(source)),
        emitter_(owner.plan_.type, owner.condition_, owner.rows_, owner.rows_.column_count(), owner.query(), nullptr) {}

  bool next(DataChunk& chunk) override {
    for (;;) {
      if (!in_chunk_ && !load()) {
        chunk.reset();
        return false;
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
  }

 private:
  bool load() {
    DataChunk left;
    if (!source_->next(left)) {
      return false;
    }
    // What was kept may go between two chunks.
    if (owner_.rows_.memory_bytes() + owner_.known_.memory_bytes() > owner_.query().work_mem_bytes) {
      owner_.rows_.clear();
      owner_.ranges_.clear();
      owner_.known_ = KeyTable(binding_types(owner_.plan_));
      owner_.scratch_ = KeyTable::Scratch();
    }
    std::vector<Vector> bindings;
    for (const PreparedExpression& binding : owner_.bindings_) {
      bindings.push_back(evaluator_.evaluate(*binding, left));
    }
    ids_.resize(left.size);
    SelectionVector new_rows;
    owner_.known_.find_or_add(bindings, left.size, ids_, new_rows, owner_.scratch_);
    for (const uint32_t row : new_rows) {
      owner_.run_right(bindings, row);
    }
    emitter_.begin(std::move(left));
    left_row_ = 0;
    right_row_ = ids_.empty() ? 0 : owner_.ranges_[ids_[0]].first;
    in_chunk_ = true;
    return true;
  }

  void collect_pairs() {
    left_rows_.clear();
    right_rows_.clear();
    while (left_row_ < ids_.size() && left_rows_.size() < kVectorSize) {
      const auto [first, last] = owner_.ranges_[ids_[left_row_]];
      if (right_row_ == last || emitter_.decided(static_cast<uint32_t>(left_row_))) {
        ++left_row_;
        right_row_ = left_row_ < ids_.size() ? owner_.ranges_[ids_[left_row_]].first : 0;
        continue;
      }
      left_rows_.push_back(static_cast<uint32_t>(left_row_));
      right_rows_.push_back(right_row_++);
    }
  }

  ApplyOperator& owner_;
  Evaluator evaluator_;
  std::unique_ptr<RowStream> source_;
  JoinEmitter emitter_;
  bool in_chunk_ = false;
  std::vector<uint32_t> ids_;  ///< which binding, for each left row
  size_t left_row_ = 0;
  uint32_t right_row_ = 0;
  SelectionVector left_rows_, right_rows_;
};

ApplyOperator::ApplyOperator(const PhysicalApply& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      left_(make_operator(*plan.children[0], state)),
      bindings_(prepare_all(plan.bindings, state)),
      condition_(plan.condition.get(), state),
      rows_(output_types(*plan.children[1])),
      known_(binding_types(plan)),
      reservation_(state.query().memory) {}

void ApplyOperator::run_right(const std::vector<Vector>& bindings, size_t row) {
  query().check_cancelled();
  for (size_t index = 0; index < bindings.size(); ++index) {
    const auto number = static_cast<uint32_t>(kApplyParameterBase + plan_.first_parameter + index);
    state().apply_parameters[number] = bindings[index].value(row);
  }
  const auto first = static_cast<uint32_t>(rows_.size());
  const OperatorPtr right = make_operator(*plan_.children[1], state());
  right->start();
  const std::unique_ptr<RowStream> stream = right->open();
  DataChunk chunk;
  // A second row is all that a scalar subquery needs to complain, a first one all that EXISTS needs.
  while (stream->next(chunk)) {
    rows_.append(chunk);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes() + known_.memory_bytes()));
    const bool enough = !condition_ && (plan_.type == JoinType::kSemi || plan_.type == JoinType::kAnti);
    if (enough) {
      break;
    }
  }
  ranges_.emplace_back(first, static_cast<uint32_t>(rows_.size()));
}

std::unique_ptr<RowStream> ApplyOperator::make_stream() { return std::make_unique<Stream>(*this, left_->open()); }

}  // namespace tidemark
