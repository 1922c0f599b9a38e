#include "executor/operators/cte.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "executor/collection_stream.h"
#include "executor/key_table.h"

namespace tidemark {
namespace {

/// Definitions that write run whether they are read or not.
bool writes(const PhysicalNode& node) {
  const PhysicalKind kind = node.kind;
  return kind == PhysicalKind::kInsert || kind == PhysicalKind::kUpdate || kind == PhysicalKind::kDelete ||
         kind == PhysicalKind::kMerge ||
         std::ranges::any_of(node.children, [](const PhysicalPtr& child) { return writes(*child); });
}

}  // namespace

CteRows::CteRows(OperatorPtr definition, std::span<const LogicalType> types, ExecutionState& state)
    : query_(state.query()), definition_(std::move(definition)), rows_(types), reservation_(state.query().memory) {}

void CteRows::start() {
  if (definition_ != nullptr && stream_ == nullptr) {
    definition_->start();
    stream_ = definition_->open();
  }
}

bool CteRows::fetch() {
  if (stream_ == nullptr) {
    return false;
  }
  query_.check_cancelled();
  DataChunk chunk;
  if (!stream_->next(chunk)) {
    stream_.reset();
    definition_.reset();
    return false;
  }
  rows_.append(chunk);
  reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
  return true;
}

void CteRows::materialize() {
  start();
  while (fetch()) {
  }
}

bool CteRows::read(size_t first, std::span<const uint32_t> columns, DataChunk& chunk) {
  chunk.reset();
  while (first >= rows_.size()) {
    if (!fetch()) {
      return false;
    }
  }
  chunk.size = std::min(kVectorSize, rows_.size() - first);
  for (const uint32_t column : columns) {
    chunk.columns.push_back(rows_.column(column).view(first, chunk.size));
  }
  return true;
}

void CteRows::replace(RowCollection rows) {
  rows_ = std::move(rows);
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
    if (writes(*plan_.children[index])) {
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
    const bool more = owner_.rows_->read(position_, owner_.plan_.columns, chunk);
    position_ += chunk.size;
    return more;
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

class RecursiveOperator::Stream final : public RowStream {
 public:
  Stream(RecursiveOperator& owner, std::unique_ptr<RowStream> first)
      : owner_(owner),
        working_(std::make_shared<CteRows>(nullptr, output_types(owner.plan_), owner.state())),
        stream_(std::move(first)),
        fresh_(output_types(owner.plan_)),
        seen_(owner.plan_.all ? std::vector<LogicalType>() : output_types(owner.plan_)),
        reservation_(owner.query().memory) {}

  bool next(DataChunk& chunk) override {
    // Readers of the working table are made while the term runs; others read the definition under the same number.
    const WorkingTable scope(owner_.state(), owner_.plan_.cte, working_);
    for (;;) {
      owner_.query().check_cancelled();
      if (stream_->next(chunk)) {
        if (keep(chunk)) {
          return true;
        }
      } else if (!begin_round()) {
        chunk.reset();
        return false;
      }
    }
  }

 private:
  /// Lets the recursion's number name the working table for as long as this lives.
  class WorkingTable {
   public:
    WorkingTable(ExecutionState& state, uint32_t cte, std::shared_ptr<CteRows> working)
        : state_(state), cte_(cte), outer_(std::exchange(state.ctes[cte], std::move(working))) {}
    WorkingTable(const WorkingTable&) = delete;
    WorkingTable& operator=(const WorkingTable&) = delete;
    ~WorkingTable() { state_.ctes[cte_] = std::move(outer_); }

   private:
    ExecutionState& state_;
    uint32_t cte_;
    std::shared_ptr<CteRows> outer_;
  };

  /// Keeps the rows for the next round; UNION: those that are new. False if none is left.
  bool keep(DataChunk& chunk) {
    if (!owner_.plan_.all) {
      ids_.resize(chunk.size);
      SelectionVector new_rows;
      seen_.find_or_add(chunk.columns, chunk.size, ids_, new_rows, scratch_);
      chunk.select(new_rows);
    }
    fresh_.append(chunk);
    reservation_.resize(static_cast<int64_t>(fresh_.memory_bytes() + seen_.memory_bytes()));
    return chunk.size > 0;
  }

  /// Makes the last round's rows the working table, and starts the term on them; false if there were none.
  bool begin_round() {
    stream_.reset();
    term_.reset();
    if (fresh_.size() == 0) {
      stream_ = std::make_unique<EmptyStream>();
      return false;
    }
    working_->replace(std::exchange(fresh_, RowCollection(output_types(owner_.plan_))));
    term_ = make_operator(*owner_.plan_.children[1], owner_.state());
    term_->start();
    stream_ = term_->open();
    return true;
  }

  RecursiveOperator& owner_;
  std::shared_ptr<CteRows> working_;
  OperatorPtr term_;
  std::unique_ptr<RowStream> stream_;  ///< of the first term, then of `term_`
  RowCollection fresh_;                ///< the rows of this round so far
  KeyTable seen_;                      ///< UNION: all rows that were given
  KeyTable::Scratch scratch_;
  std::vector<uint32_t> ids_;
  MemoryReservation reservation_;
};

RecursiveOperator::RecursiveOperator(const PhysicalRecursive& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), first_(make_operator(*plan.children[0], state)) {}

void RecursiveOperator::start() { first_->start(); }

std::unique_ptr<RowStream> RecursiveOperator::make_stream() { return std::make_unique<Stream>(*this, first_->open()); }

}  // namespace tidemark
