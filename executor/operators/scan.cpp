#include "executor/operators/scan.h"

#include <algorithm>

#include "base/check.h"
#include "executor/pipeline.h"
#include "functions/evaluator.h"
#include "planner/plan_walk.h"
#include "storage/store.h"

namespace tidemark {
namespace {

// A query below two morsels of this size runs on the calling thread (performance.md, technique 15).
constexpr uint64_t kMorselRows = 65'536;

ScanPredicate::Comparison comparison_of(PushedPredicate::Comparison comparison) {
  switch (comparison) {
    case PushedPredicate::Comparison::kEqual:
      return ScanPredicate::Comparison::kEqual;
    case PushedPredicate::Comparison::kNotEqual:
      return ScanPredicate::Comparison::kNotEqual;
    case PushedPredicate::Comparison::kLess:
      return ScanPredicate::Comparison::kLess;
    case PushedPredicate::Comparison::kLessEqual:
      return ScanPredicate::Comparison::kLessEqual;
    case PushedPredicate::Comparison::kGreater:
      return ScanPredicate::Comparison::kGreater;
    case PushedPredicate::Comparison::kGreaterEqual:
      return ScanPredicate::Comparison::kGreaterEqual;
    case PushedPredicate::Comparison::kIn:
      return ScanPredicate::Comparison::kIn;
    case PushedPredicate::Comparison::kIsNull:
      return ScanPredicate::Comparison::kIsNull;
    case PushedPredicate::Comparison::kIsNotNull:
      return ScanPredicate::Comparison::kIsNotNull;
    case PushedPredicate::Comparison::kDictionary:
      return ScanPredicate::Comparison::kCallback;
  }
  TIDEMARK_CHECK(false);
}

ScanOrder order_of(WantedOrder order) {
  switch (order) {
    case WantedOrder::kAny:
      return ScanOrder::kAny;
    case WantedOrder::kKey:
      return ScanOrder::kKey;
    case WantedOrder::kNewestFirst:
      return ScanOrder::kNewestFirst;
    case WantedOrder::kNewestOfSeries:
      return ScanOrder::kNewestOfSeries;
  }
  TIDEMARK_CHECK(false);
}

}  // namespace

class ScanOperator::Stream final : public RowStream {
 public:
  Stream(ScanOperator& owner, SummaryReceiver* receiver)
      : owner_(owner), receiver_(receiver), evaluator_(owner.query()) {}
  bool next(DataChunk& chunk) override {
    for (;;) {
      if (reader_ == nullptr) {
        const size_t morsel = owner_.scan_ == nullptr ? SIZE_MAX : owner_.next_morsel_++;
        if (owner_.scan_ == nullptr || morsel >= owner_.scan_->morsel_count()) {
          owner_.book_counters();
          return false;
        }
        between_morsels();
        reader_ = owner_.scan_->open(morsel, receiver_);
      }
      chunk.reset();
      if (!reader_->next(chunk)) {
        reader_.reset();
        continue;
      }
      TIDEMARK_ASSERT(chunk.size > 0 && chunk.size <= kVectorSize);
      if (!owner_.residual_) {
        return true;
      }
      owner_.query().check_cancelled();
      chunk.select(evaluator_.select(*owner_.residual_, chunk));
      if (chunk.size > 0) {
        return true;
      }
    }
  }

 private:
  ScanOperator& owner_;
  SummaryReceiver* receiver_;
  Evaluator evaluator_;
  std::unique_ptr<MorselReader> reader_;
};

ScanOperator::ScanOperator(const PhysicalScan& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), residual_(plan.residual.get(), state) {
  request_.columns = plan.columns;
  request_.order = order_of(plan.order);
  request_.newest_values = plan.newest_values;
  for (const PushedPredicate& pushed : plan.pushed) {
    push(pushed);
  }
}

/// The last stream to come to its end sees them complete.
void ScanOperator::book_counters() const {
  if (scan_ != nullptr && state().context.analyze) {
    state().count(node(), [&](NodeCounters& counters) {
      counters.scan = before_;
      counters.scan += scan_->counters();
    });
  }
}

void ScanOperator::push(const PushedPredicate& pushed) {
  ScanPredicate predicate;
  predicate.column = pushed.column;
  predicate.comparison = comparison_of(pushed.comparison);
  predicate.indexed = pushed.indexed;
  for (const ExpressionPtr& constant : pushed.constants) {
    Value value = evaluate_once(*constant, state());
    if (!value.is_null()) {
      predicate.constants.push_back(std::move(value));
    } else if (pushed.comparison != PushedPredicate::Comparison::kIn) {
      reads_nothing_ = true;
    }
  }
  const bool needs_constant = pushed.comparison != PushedPredicate::Comparison::kIsNull &&
                              pushed.comparison != PushedPredicate::Comparison::kIsNotNull &&
                              pushed.comparison != PushedPredicate::Comparison::kDictionary;
  if (needs_constant && predicate.constants.empty()) {
    reads_nothing_ = true;
  }
  if (pushed.comparison == PushedPredicate::Comparison::kDictionary) {
    predicate.description = to_string(*pushed.callback);
    const PreparedExpression test(pushed.callback.get(), state());
    predicate.callback = [test, &query = query()](const Vector& entries, std::span<uint8_t> pass) {
      Evaluator evaluator(query);
      DataChunk chunk;
      chunk.columns.push_back(entries);
      chunk.size = entries.size();
      std::ranges::fill(pass, uint8_t{0});
      for (const uint32_t row : evaluator.select(*test, chunk)) {
        pass[row] = 1;
      }
    };
  }
  request_.predicates.push_back(std::move(predicate));
}

ScanColumn ScanOperator::scan_column(uint32_t output) {
  const ColumnId column = plan_.columns[output];
  // The newest row of a series is the newest of all, and not of those that somebody wants.
  if (column == kRowIdColumn || request_.order == ScanOrder::kNewestOfSeries ||
      (residual_ && is_volatile(*residual_))) {
    return {};
  }
  return {this, column};
}

void ScanOperator::start() {
  if (!reads_nothing_) {
    scan_ = state().snapshot->table(plan_.table)->scan(request_);
  }
}

void ScanOperator::restart_within(int64_t from, int64_t to) {
  if (scan_ == nullptr) {
    return;
  }
  before_ += scan_->counters();
  const std::shared_ptr<const TableSnapshot> table = state().snapshot->table(plan_.table);
  const TableEntry* entry = state().snapshot->catalog()->table(plan_.table);
  TIDEMARK_CHECK(entry != nullptr);
  const LogicalType type = entry->find_column(entry->time_column)->type;
  ScanRequest request = request_;
  for (const auto& [comparison, bound] : {std::pair(ScanPredicate::Comparison::kGreaterEqual, from),
                                          std::pair(ScanPredicate::Comparison::kLessEqual, to)}) {
    ScanPredicate& predicate = request.predicates.emplace_back();
    predicate.column = entry->time_column;
    predicate.comparison = comparison;
    predicate.constants.push_back(Value::integer(type, bound));
  }
  scan_ = table->scan(request);
  next_morsel_ = 0;
}

std::optional<TableScan::OrderBounds> ScanOperator::order_bounds() const {
  return scan_ == nullptr ? std::nullopt : scan_->order_bounds();
}

size_t ScanOperator::stream_count() const {
  if (scan_ == nullptr || request_.order != ScanOrder::kAny) {
    return 1;
  }
  const uint64_t morsels = scan_->row_count_max() / kMorselRows;
  return std::clamp<size_t>(morsels, 1, std::max<size_t>(scan_->morsel_count(), 1));
}

std::optional<uint64_t> ScanOperator::exact_row_count() const {
  if (scan_ == nullptr || residual_) {
    return std::nullopt;
  }
  return scan_->exact_row_count();
}

void ScanOperator::give_summaries_to(std::vector<SummaryReceiver*> receivers) {
  receivers_ = std::move(receivers);
  opened_ = 0;
}

std::unique_ptr<RowStream> ScanOperator::make_stream() {
  const size_t number = opened_++;
  return std::make_unique<Stream>(*this, number < receivers_.size() ? receivers_[number] : nullptr);
}

}  // namespace tidemark
