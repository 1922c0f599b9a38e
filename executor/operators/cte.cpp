#include "executor/operators/cte.h"

#include <algorithm>

#include "base/check.h"
#include "executor/collection_stream.h"
#include "executor/key_table.h"
#include "executor/pipeline.h"

namespace tidemark {

CteRows::CteRows(OperatorPtr definition, std::span<const LogicalType> types, ExecutionState& state)
    : definition_(std::move(definition)), state_(state), rows_(types), reservation_(state.query().memory) {}

void CteRows::materialize() {
  if (definition_ == nullptr) {
    return;
  }
  const OperatorPtr definition = std::move(definition_);
  definition->start();
  run_pipeline(state_, *definition, [this](DataChunk& chunk) { append(chunk); }, definition->node());
}

void CteRows::replace(RowCollection rows) {
  rows_ = std::move(rows);
  reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
}

void CteRows::append(const DataChunk& chunk) {
  rows_.append(chunk);
  reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
}

WithOperator::WithOperator(const PhysicalWith& plan, ExecutionState& state) : Operator(plan, state), plan_(plan) {
  for (size_t index = 0; index < plan.ctes.size(); ++index) {
    const PhysicalNode& definition = *plan.children[index];
    definitions_.push_back(
        std::make_shared<CteRows>(make_operator(definition, state), output_types(definition), state));
    state.ctes[plan.ctes[index]] = definitions_.back();
  }
  body_ = make_operator(*plan.children.back(), state);
}

void WithOperator::start() {
  for (size_t index = 0; index < definitions_.size(); ++index) {
    const PhysicalKind kind = plan_.children[index]->kind;
    if (kind == PhysicalKind::kInsert || kind == PhysicalKind::kUpdate || kind == PhysicalKind::kDelete) {
      // Only the statement's own rows count for its command tag.
      const uint64_t before = state().affected_rows;
      definitions_[index]->materialize();
      state().affected_rows = before;
    }
  }
  body_->start();
}

class CteScanOperator::Stream final : public RowStream {
 public:
  explicit Stream(const CteScanOperator& owner) : owner_(owner) {}
  bool next(DataChunk& chunk) override {
    chunk.reset();
    const RowCollection& rows = owner_.rows_->rows();
    const size_t count = std::min(kVectorSize, rows.size() - position_);
    for (const uint32_t column : owner_.plan_.columns) {
      chunk.columns.push_back(rows.column(column).view(position_, count));
    }
    chunk.size = count;
    position_ += count;
    return count > 0;
  }

 private:
  const CteScanOperator& owner_;
  size_t position_ = 0;
};

CteScanOperator::CteScanOperator(const PhysicalCteScan& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), rows_(state.ctes[plan.cte]) {
  TIDEMARK_CHECK(rows_ != nullptr);
}

std::unique_ptr<RowStream> CteScanOperator::make_stream() { return std::make_unique<Stream>(*this); }

class RecursiveOperator::Round {
 public:
  Round(RecursiveOperator& owner, bool distinct)
      : owner_(owner),
        fresh_(owner.types_),
        distinct_(distinct),
        seen_(distinct ? std::span<const LogicalType>(owner.types_) : std::span<const LogicalType>()) {}
  void add(const DataChunk& chunk) {
    if (!distinct_) {
      fresh_.append(chunk);
      owner_.result_.append(chunk);
    } else {
      ids_.resize(chunk.size);
      SelectionVector rows;
      seen_.find_or_add(chunk.columns, chunk.size, ids_, rows, scratch_);
      fresh_.append(chunk, rows);
      owner_.result_.append(chunk, rows);
    }
    owner_.reservation_.resize(static_cast<int64_t>(owner_.result_.memory_bytes() + fresh_.memory_bytes()));
  }
  RowCollection take() { return std::exchange(fresh_, RowCollection(owner_.types_)); }

 private:
  RecursiveOperator& owner_;
  RowCollection fresh_;
  const bool distinct_;
  KeyTable seen_;
  KeyTable::Scratch scratch_;
  std::vector<uint32_t> ids_;
};

RecursiveOperator::RecursiveOperator(const PhysicalRecursive& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      first_(make_operator(*plan.children[0], state)),
      types_(output_types(plan)),
      result_(types_),
      reservation_(state.query().memory) {}

void RecursiveOperator::start() {
  Round round(*this, !plan_.all);
  const auto take_rows = [&round](DataChunk& chunk) { round.add(chunk); };
  first_->start();
  run_pipeline(state(), *first_, take_rows, node());
  auto working = std::make_shared<CteRows>(nullptr, types_, state());
  // The definition may be read again from outside under the same number.
  const std::shared_ptr<CteRows> outer = std::exchange(state().ctes[plan_.cte], working);
  for (RowCollection fresh = round.take(); fresh.size() > 0; fresh = round.take()) {
    query().check_cancelled();
    working->replace(std::move(fresh));
    const OperatorPtr term = make_operator(*plan_.children[1], state());
    term->start();
    run_pipeline(state(), *term, take_rows, node());
  }
  state().ctes[plan_.cte] = outer;
}

std::unique_ptr<RowStream> RecursiveOperator::make_stream() { return std::make_unique<CollectionStream>(result_); }

}  // namespace tidemark
