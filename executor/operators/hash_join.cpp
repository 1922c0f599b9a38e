#include "executor/operators/hash_join.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "executor/collection_stream.h"
#include "executor/operators/scan.h"
#include "executor/pipeline.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

// So many keys or fewer go into the probe scan as a set, more as a range.
constexpr size_t kKeysToPush = 256;

std::vector<LogicalType> build_types(const PhysicalHashJoin& plan) {
  std::vector<LogicalType> types = output_types(*plan.children[1]);
  for (const ExpressionPtr& key : plan.right_keys) {
    types.push_back(key->type);
  }
  return types;
}

std::vector<LogicalType> key_types(const PhysicalHashJoin& plan) {
  std::vector<LogicalType> types;
  for (const ExpressionPtr& key : plan.right_keys) {
    types.push_back(key->type);
  }
  return types;
}

}  // namespace

/// Gathers the right side's rows and keys on one thread.
class HashJoinOperator::BuildSink final : public Sink {
 public:
  BuildSink(const HashJoinOperator& owner, std::span<const LogicalType> types)
      : owner_(owner), evaluator_(owner.query()), rows_(types), reservation_(owner.query().memory) {}
  void consume(DataChunk& chunk) override {
    std::vector<Vector> keys;
    for (const PreparedExpression& key : owner_.right_keys_) {
      keys.push_back(evaluator_.evaluate(*key, chunk));
    }
    for (Vector& key : keys) {
      chunk.columns.push_back(std::move(key));
    }
    rows_.append(chunk);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
  }
  RowCollection& rows() { return rows_; }

 private:
  const HashJoinOperator& owner_;
  Evaluator evaluator_;
  RowCollection rows_;
  MemoryReservation reservation_;
};

class HashJoinOperator::Stream final : public RowStream {
 public:
  Stream(HashJoinOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner),
        evaluator_(owner.query()),
        source_(std::move(source)),
        emitter_(owner.plan_.type, owner.residual_, owner.rows_, owner.right_width_, owner.query(),
                 owner.keeps_right() ? &owner.matched_ : nullptr) {}

  bool next(DataChunk& chunk) override {
    for (;;) {
      if (unmatched_) {
        return unmatched_->next(chunk);
      }
      if (!in_chunk_ && !load()) {
        // The last stream to end gives the right rows that none has matched.
        if (--owner_.running_streams_ > 0 || !owner_.keeps_right()) {
          unmatched_.emplace(no_rows_, 0, std::vector<LogicalType>{}, owner_.matched_);
        } else {
          unmatched_.emplace(owner_.rows_, owner_.right_width_, output_types(*owner_.plan_.children[0]),
                             owner_.matched_);
        }
        continue;
      }
      collect_pairs();
      if (!left_rows_.empty()) {
        owner_.query().check_cancelled();
        if (emitter_.pairs(left_rows_, right_rows_, chunk)) {
          return true;
        }
        continue;
      }
      in_chunk_ = false;
      if (emitter_.end(chunk)) {
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
    std::vector<Vector> keys;
    for (const PreparedExpression& key : owner_.left_keys_) {
      keys.push_back(evaluator_.evaluate(*key, left));
    }
    ids_.resize(left.size);
    owner_.keys_.find(keys, left.size, ids_, scratch_);
    const std::vector<uint8_t> unmatchable = owner_.unmatchable(keys, left.size);
    for (size_t row = 0; row < unmatchable.size(); ++row) {
      if (unmatchable[row] != 0) {
        ids_[row] = KeyTable::kAbsent;
      }
    }
    const size_t size = left.size;
    emitter_.begin(std::move(left));
    if (owner_.plan_.type == JoinType::kMark) {
      for (uint32_t row = 0; row < size; ++row) {
        const bool odd = !owner_.null_rows_.empty() || (!unmatchable.empty() && unmatchable[row] != 0);
        if (odd && compares_unknown(keys, row)) {
          emitter_.note_unknown(row);
        }
      }
    }
    row_ = 0;
    chain_ = size > 0 ? first_of(0) : kEndOfChain;
    in_chunk_ = true;
    return true;
  }

  /// Mark joins: whether the conditions are NULL, and not false, with some right row.
  bool compares_unknown(std::span<const Vector> keys, uint32_t row) {
    const std::vector<uint32_t> right_rows = owner_.rows_of_unknown_key(keys, row);
    if (!owner_.residual_) {
      return !right_rows.empty();
    }
    for (size_t first = 0; first < right_rows.size(); first += kVectorSize) {
      const size_t size = std::min(kVectorSize, right_rows.size() - first);
      const std::vector<uint32_t> left_rows(size, row);
      DataChunk pairs;
      for (const Vector& column : emitter_.left().columns) {
        pairs.columns.push_back(column.select(left_rows));
      }
      owner_.rows_.gather_into(pairs, std::span(right_rows).subspan(first, size), 0, owner_.right_width_);
      const Vector truth = evaluator_.evaluate(*owner_.residual_, pairs);
      for (size_t pair = 0; pair < size; ++pair) {
        if (truth.is_null(pair) || truth.value(pair).as_bool()) {
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] uint32_t first_of(size_t row) const {
    return ids_[row] == KeyTable::kAbsent ? kEndOfChain : owner_.first_row_[ids_[row]];
  }

  void collect_pairs() {
    left_rows_.clear();
    right_rows_.clear();
    while (row_ < ids_.size() && left_rows_.size() < kVectorSize) {
      if (chain_ == kEndOfChain || emitter_.decided(static_cast<uint32_t>(row_))) {
        ++row_;
        chain_ = row_ < ids_.size() ? first_of(row_) : kEndOfChain;
        continue;
      }
      left_rows_.push_back(static_cast<uint32_t>(row_));
      right_rows_.push_back(chain_);
      chain_ = owner_.next_row_[chain_];
    }
  }

  HashJoinOperator& owner_;
  Evaluator evaluator_;
  std::unique_ptr<RowStream> source_;
  JoinEmitter emitter_;
  KeyTable::Scratch scratch_;
  std::vector<uint32_t> ids_;  ///< the key's number for each left row
  size_t row_ = 0;
  uint32_t chain_ = kEndOfChain;
  bool in_chunk_ = false;
  SelectionVector left_rows_, right_rows_;
  RowCollection no_rows_{std::span<const LogicalType>{}};
  std::optional<UnmatchedRows> unmatched_;
};

HashJoinOperator::HashJoinOperator(const PhysicalHashJoin& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      left_(make_operator(*plan.children[0], state)),
      right_(make_operator(*plan.children[1], state)),
      left_keys_(prepare_all(plan.left_keys, state)),
      right_keys_(prepare_all(plan.right_keys, state)),
      residual_(plan.residual.get(), state),
      right_width_(plan.children[1]->outputs.size()),
      rows_(build_types(plan)),
      keys_(key_types(plan)),
      reservation_(state.query().memory) {}

void HashJoinOperator::start() {
  right_->start();
  build();
  number_keys();
  reservation_.resize(static_cast<int64_t>(rows_.memory_bytes() + keys_.memory_bytes() +
                                           (first_row_.size() + next_row_.size()) * sizeof(uint32_t)));
  const bool needs_match =
      plan_.type == JoinType::kInner || plan_.type == JoinType::kSemi || plan_.type == JoinType::kRight;
  no_rows_ = rows_.size() == 0 && needs_match;
  if (no_rows_) {
    return;
  }
  if (needs_match) {
    push_into_left_scan();
  }
  left_->start();
}

void HashJoinOperator::build() {
  const std::vector<LogicalType> types = build_types(plan_);
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < pipeline_width(state(), *right_); ++index) {
    sinks.push_back(std::make_unique<BuildSink>(*this, types));
  }
  run_pipeline(state(), *right_, sinks, node());
  rows_ = std::move(static_cast<BuildSink&>(*sinks[0]).rows());
  for (size_t index = 1; index < sinks.size(); ++index) {
    const RowCollection& more = static_cast<BuildSink&>(*sinks[index]).rows();
    for (size_t first = 0; first < more.size(); first += kVectorSize) {
      rows_.append(more.chunk(first, std::min(kVectorSize, more.size() - first)));
    }
  }
}

std::vector<uint8_t> HashJoinOperator::unmatchable(std::span<const Vector> keys, size_t size) const {
  std::vector<uint8_t> rows;
  for (size_t index = 0; index < keys.size(); ++index) {
    if (plan_.null_safe[index] != 0 || keys[index].all_valid()) {
      continue;
    }
    rows.resize(size);
    for (size_t row = 0; row < size; ++row) {
      rows[row] = static_cast<uint8_t>(rows[row] | static_cast<uint8_t>(keys[index].is_null(row)));
    }
  }
  return rows;
}

void HashJoinOperator::number_keys() {
  next_row_.assign(rows_.size(), kEndOfChain);
  std::vector<uint32_t> last_row;  // of each key's chain
  KeyTable::Scratch scratch;
  std::vector<uint32_t> ids(kVectorSize);
  for (size_t first = 0; first < rows_.size(); first += kVectorSize) {
    query().check_cancelled();
    const size_t size = std::min(kVectorSize, rows_.size() - first);
    std::vector<Vector> keys;
    for (size_t key = 0; key < right_keys_.size(); ++key) {
      keys.push_back(rows_.column(right_width_ + key).view(first, size));
    }
    SelectionVector new_rows;
    keys_.find_or_add(keys, size, ids, new_rows, scratch);
    first_row_.resize(keys_.size(), kEndOfChain);
    last_row.resize(keys_.size(), kEndOfChain);
    const std::vector<uint8_t> skipped = unmatchable(keys, size);
    for (size_t row = 0; row < size; ++row) {
      const auto number = static_cast<uint32_t>(first + row);
      if (!skipped.empty() && skipped[row] != 0) {
        null_rows_.push_back(number);
        continue;
      }
      uint32_t& last = last_row[ids[row]];
      (last == kEndOfChain ? first_row_[ids[row]] : next_row_[last]) = number;
      last = number;
    }
  }
  if (keeps_right()) {
    matched_.assign(rows_.size(), 0);
  }
}

/// Sideways information passing: the scan prunes by it at every level.
void HashJoinOperator::push_into_left_scan() {
  auto* scan = dynamic_cast<ScanOperator*>(left_.get());
  if (scan == nullptr) {
    return;
  }
  for (size_t index = 0; index < left_keys_.size(); ++index) {
    const Expression& key = *left_keys_[index];
    const LogicalType type = key.type;
    if (key.kind != ExpressionKind::kInput || plan_.null_safe[index] != 0 || !key_keeps_original(type)) {
      continue;
    }
    ScanPredicate predicate;
    predicate.column = scan->plan().columns[key.as<InputExpression>().index];
    predicate.description = "join keys";
    if (predicate.column == kRowIdColumn || keys_.size() > kKeysToPush) {
      continue;
    }
    predicate.comparison = ScanPredicate::Comparison::kIn;
    for (const uint32_t row : first_row_) {
      if (row != kEndOfChain) {
        Value value = rows_.column(right_width_ + index).view(row, 1).value(0).with_type(type);
        if (std::ranges::find(predicate.constants, value) == predicate.constants.end()) {
          predicate.constants.push_back(std::move(value));
        }
      }
    }
    if (!predicate.constants.empty()) {
      scan->add_predicate(std::move(predicate));
    }
  }
}

std::vector<uint32_t> HashJoinOperator::rows_of_unknown_key(std::span<const Vector> left_keys, size_t row) const {
  const auto is_unknown = [&](size_t right_row) {
    bool unknown = false;
    for (size_t key = 0; key < left_keys.size(); ++key) {
      const GrowingColumn& right = rows_.column(right_width_ + key);
      const bool left_null = left_keys[key].is_null(row);
      if (plan_.null_safe[key] == 0 && (left_null || right.is_null(right_row))) {
        unknown = true;
        continue;
      }
      std::string left_bytes;
      std::string right_bytes;
      append_key(left_bytes, left_keys[key].value(row));
      append_key(right_bytes, right.view(right_row, 1).value(0));
      if (left_bytes != right_bytes) {
        return false;
      }
    }
    return unknown;
  };
  std::vector<uint32_t> rows;
  const bool one_is_enough = !residual_;
  const auto add = [&](uint32_t right_row) {
    if (is_unknown(right_row)) {
      rows.push_back(right_row);
    }
    return one_is_enough && !rows.empty();
  };
  const bool left_has_null = std::ranges::any_of(left_keys, [&](const Vector& key) { return key.is_null(row); });
  if (!left_has_null) {
    // Only right rows with a NULL can be unknown.
    static_cast<void>(std::ranges::any_of(null_rows_, add));
    return rows;
  }
  for (uint32_t right_row = 0; right_row < rows_.size(); ++right_row) {
    if (add(right_row)) {
      break;
    }
  }
  return rows;
}

std::unique_ptr<RowStream> HashJoinOperator::make_stream() {
  // A RIGHT join without right rows, or an inner one: nothing comes.
  if (no_rows_) {
    return std::make_unique<EmptyStream>();
  }
  ++running_streams_;
  return std::make_unique<Stream>(*this, left_->open());
}

}  // namespace tidemark
