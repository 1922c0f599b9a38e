#include "executor/join_probe.h"

#include <algorithm>
#include <utility>

namespace tidemark {

JoinProbe::JoinProbe(const JoinShape& shape, std::shared_ptr<JoinTable> table, std::unique_ptr<RowStream> left,
                     std::shared_ptr<std::atomic<size_t>> running)
    : shape_(shape),
      table_(std::move(table)),
      left_(std::move(left)),
      running_(std::move(running)),
      evaluator_(shape.state.query()),
      emitter_(shape.plan.type, shape.residual, table_->rows(), shape.right_width, shape.state.query(),
               shape.keeps_right() ? &table_->matched() : nullptr) {
  emitter_.right_is_complete();
}

bool JoinProbe::next(DataChunk& chunk) {
  for (;;) {
    if (unmatched_) {
      return unmatched_->next(chunk);
    }
    if (!in_chunk_ && !load()) {
      const bool ended_before = std::exchange(left_, nullptr) == nullptr;
      if (ended_before || --*running_ > 0 || !shape_.keeps_right()) {
        chunk.reset();
        return false;
      }
      unmatched_.emplace(table_->rows(), shape_.right_width, shape_.left_types, table_->matched());
      continue;
    }
    if (table_->is_unique()) {
      collect_unique_pairs();
    } else {
      collect_pairs();
    }
    if (!left_rows_.empty()) {
      shape_.state.query().check_cancelled();
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

bool JoinProbe::load() {
  DataChunk left;
  if (left_ == nullptr || !left_->next(left)) {
    return false;
  }
  std::vector<Vector> keys;
  for (const PreparedExpression& key : shape_.left_keys) {
    keys.push_back(evaluator_.evaluate(*key, left));
  }
  const size_t size = left.size;
  first_.resize(size);
  table_->find(keys, size, first_, scratch_);
  emitter_.begin(std::move(left));
  if (shape_.plan.type == JoinType::kMark) {
    note_unknowns(keys, size);
  }
  row_ = 0;
  chain_ = first_.empty() ? JoinTable::kNone : first_[0];
  in_chunk_ = true;
  return true;
}

/// Mark joins: left rows for which the conditions are NULL, and not false, with some right row.
void JoinProbe::note_unknowns(std::span<const Vector> keys, size_t size) {
  const std::vector<uint8_t> unmatchable = shape_.unmatchable(keys, size);
  const JoinTable::RightSide right = table_->right_side();
  for (uint32_t row = 0; row < size; ++row) {
    const bool has_null = !unmatchable.empty() && unmatchable[row] != 0;
    if (shape_.is_plain_mark()) {
      if (has_null ? right.has_rows : right.has_nulls) {
        emitter_.note_unknown(row);
      }
    } else if ((has_null || right.has_nulls) && compares_unknown(keys, row)) {
      emitter_.note_unknown(row);
    }
  }
}

bool JoinProbe::compares_unknown(std::span<const Vector> keys, uint32_t row) {
  const std::vector<uint32_t> right_rows = table_->rows_of_unknown_key(keys, row);
  if (!shape_.residual) {
    return !right_rows.empty();
  }
  for (size_t first = 0; first < right_rows.size(); first += kVectorSize) {
    const size_t size = std::min(kVectorSize, right_rows.size() - first);
    const std::vector<uint32_t> left_rows(size, row);
    DataChunk pairs;
    for (const Vector& column : emitter_.left().columns) {
      pairs.columns.push_back(column.select(left_rows));
    }
    table_->rows().gather_into(pairs, std::span(right_rows).subspan(first, size), 0, shape_.right_width);
    const Vector truth = evaluator_.evaluate(*shape_.residual, pairs);
    for (size_t pair = 0; pair < size; ++pair) {
      if (truth.is_null(pair) || truth.value(pair).as_bool()) {
        return true;
      }
    }
  }
  return false;
}

void JoinProbe::collect_unique_pairs() {
  left_rows_.resize(first_.size());
  right_rows_.resize(first_.size());
  size_t count = 0;
  for (; row_ < first_.size(); ++row_) {
    left_rows_[count] = static_cast<uint32_t>(row_);
    right_rows_[count] = first_[row_];
    count += first_[row_] == JoinTable::kNone ? 0 : 1;
  }
  left_rows_.resize(count);
  right_rows_.resize(count);
}

void JoinProbe::collect_pairs() {
  left_rows_.clear();
  right_rows_.clear();
  while (row_ < first_.size() && left_rows_.size() < kVectorSize) {
    if (chain_ == JoinTable::kNone || emitter_.decided(static_cast<uint32_t>(row_))) {
      ++row_;
      chain_ = row_ < first_.size() ? first_[row_] : JoinTable::kNone;
      continue;
    }
    left_rows_.push_back(static_cast<uint32_t>(row_));
    right_rows_.push_back(chain_);
    chain_ = table_->next(chain_);
  }
}

}  // namespace tidemark
