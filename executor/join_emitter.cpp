#include "executor/join_emitter.h"

#include <atomic>

#include "base/check.h"
#include "base/error.h"
#include "executor/row_positions.h"

namespace tidemark {

JoinEmitter::JoinEmitter(JoinType type, const PreparedExpression& condition, const RowCollection& right,
                         size_t right_width, QueryContext& query, std::vector<uint8_t>* right_matched)
    : type_(type),
      condition_(condition),
      right_(right),
      right_width_(right_width),
      evaluator_(query),
      right_matched_(right_matched),
      decides_early_(type == JoinType::kSemi || type == JoinType::kAnti || type == JoinType::kMark) {}

bool JoinEmitter::puts_out_pairs() const { return !decides_early_; }

void JoinEmitter::begin(DataChunk left) {
  left_ = std::move(left);
  matched_.assign(left_.size, kFalse);
}

void JoinEmitter::note_match(uint32_t left_row, uint32_t right_row) {
  if (type_ == JoinType::kSingle && matched_[left_row] == kTrue) {
    throw Error(sqlstate::kCardinalityViolation, "more than one row returned by a subquery used as an expression");
  }
  matched_[left_row] = kTrue;
  if (right_matched_ != nullptr) {
    std::atomic_ref<uint8_t>((*right_matched_)[right_row]).store(1, std::memory_order_relaxed);
  }
}

void JoinEmitter::note_unknown(uint32_t left_row) {
  if (matched_[left_row] == kFalse) {
    matched_[left_row] = kUnknown;
  }
}

/// The left columns and behind them the right ones, of these pairs.
DataChunk JoinEmitter::pair_columns(std::span<const uint32_t> left_rows, std::span<const uint32_t> right_rows) {
  DataChunk pairs;
  bool all_left = left_rows.size() == left_.size;
  for (size_t row = 0; all_left && row < left_rows.size(); ++row) {
    all_left = left_rows[row] == row;
  }
  for (const Vector& column : left_.columns) {
    pairs.columns.push_back(all_left ? column : column.select(left_rows));
  }
  if (!dictionaries_made_) {
    // So that what follows works once an entry and not once a row. Larger ones would be too far apart in memory.
    constexpr size_t kEntriesMax = 65'536;
    dictionaries_.resize(right_width_);
    for (size_t column = 0; column < right_width_ && right_complete_ && right_.size() <= kEntriesMax; ++column) {
      if (right_.column(column).type().physical() == PhysicalType::kBytes) {
        dictionaries_[column] = std::make_shared<const Vector>(right_.column(column).view(0, right_.size()));
      }
    }
    dictionaries_made_ = true;
  }
  std::shared_ptr<const std::vector<uint32_t>> codes;
  for (size_t column = 0; column < right_width_; ++column) {
    if (dictionaries_[column] == nullptr) {
      right_.gather_into(pairs, right_rows, column, column + 1);
      continue;
    }
    if (codes == nullptr) {
      codes = std::make_shared<const std::vector<uint32_t>>(right_rows.begin(), right_rows.end());
    }
    pairs.columns.push_back(Vector::dictionary(dictionaries_[column], codes->data(), codes->size(), codes));
  }
  pairs.size = left_rows.size();
  return pairs;
}

bool JoinEmitter::pairs(std::span<const uint32_t> left_rows, std::span<const uint32_t> right_rows, DataChunk& out) {
  TIDEMARK_ASSERT(left_rows.size() == right_rows.size() && left_rows.size() <= kVectorSize);
  out.reset();
  if (left_rows.empty()) {
    return false;
  }
  if (!condition_ && !puts_out_pairs()) {
    for (size_t pair = 0; pair < left_rows.size(); ++pair) {
      note_match(left_rows[pair], right_rows[pair]);
    }
    return false;
  }
  out = pair_columns(left_rows, right_rows);
  if (!condition_) {
    for (size_t pair = 0; pair < left_rows.size(); ++pair) {
      note_match(left_rows[pair], right_rows[pair]);
    }
    return true;
  }
  if (type_ == JoinType::kMark) {
    const Vector truth = evaluator_.evaluate(*condition_, out).flatten();
    for (size_t pair = 0; pair < left_rows.size(); ++pair) {
      if (!truth.validity().is_valid(pair)) {
        note_unknown(left_rows[pair]);
      } else if (truth.data<uint8_t>()[pair] != 0) {
        note_match(left_rows[pair], right_rows[pair]);
      }
    }
    out.reset();
    return false;
  }
  const SelectionVector passing = evaluator_.select(*condition_, out);
  for (const uint32_t pair : passing) {
    note_match(left_rows[pair], right_rows[pair]);
  }
  if (!puts_out_pairs() || passing.empty()) {
    out.reset();
    return false;
  }
  out.select(passing);
  return true;
}

void JoinEmitter::add_null_columns(DataChunk& chunk, const RowCollection& right, size_t right_width, size_t size) {
  for (size_t column = 0; column < right_width; ++column) {
    chunk.columns.push_back(Vector::null_constant(right.column(column).type(), size));
  }
}

bool JoinEmitter::end(DataChunk& out) {
  out.reset();
  switch (type_) {
    case JoinType::kInner:
    case JoinType::kRight:
      return false;
    case JoinType::kMark: {
      Vector mark = Vector::flat(TypeId::kBoolean, left_.size);
      for (size_t row = 0; row < left_.size; ++row) {
        mark.mutable_data<uint8_t>()[row] = matched_[row] == kTrue ? 1 : 0;
        if (matched_[row] == kUnknown) {
          mark.set_null(row);
        }
      }
      out = std::move(left_);
      out.columns.push_back(std::move(mark));
      left_.reset();
      return out.size > 0;
    }
    default:
      break;
  }
  const bool wants_matched = type_ == JoinType::kSemi;
  SelectionVector rows;
  for (uint32_t row = 0; row < left_.size; ++row) {
    if ((matched_[row] == kTrue) == wants_matched) {
      rows.push_back(row);
    }
  }
  left_.select(rows);
  out = std::move(left_);
  left_.reset();
  if (type_ == JoinType::kLeft || type_ == JoinType::kFull || type_ == JoinType::kSingle) {
    add_null_columns(out, right_, right_width_, out.size);
  }
  return out.size > 0;
}

bool UnmatchedRows::next(DataChunk& out) {
  out.reset();
  SelectionVector rows;
  while (position_ < right_.size() && rows.size() < kVectorSize) {
    if (matched_[position_] == 0) {
      rows.push_back(static_cast<uint32_t>(position_));
    }
    ++position_;
  }
  if (rows.empty()) {
    return false;
  }
  for (const LogicalType type : left_types_) {
    out.columns.push_back(Vector::null_constant(type, rows.size()));
  }
  right_.gather_into(out, rows, 0, right_width_);
  return true;
}

}  // namespace tidemark
