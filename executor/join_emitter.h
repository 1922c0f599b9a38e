#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "executor/prepared_expression.h"
#include "executor/row_collection.h"
#include "functions/evaluator.h"
#include "planner/logical_plan.h"

namespace tidemark {

/// The second half of every join: given the pairs of rows that may match, applies the condition and puts out what the
/// join type wants. Which pairs are candidates is the business of the join itself. One a stream.
class JoinEmitter {
 public:
  /// `condition` (may be unset) reads the left columns, then the right ones. `right_matched`: one byte a right row, for
  /// RIGHT and FULL joins, shared by the streams; else null.
  JoinEmitter(JoinType type, const PreparedExpression& condition, const RowCollection& right, size_t right_width,
              QueryContext& query, std::vector<uint8_t>* right_matched);

  /// The right rows will not change any more: short columns of text go out as dictionaries over them.
  void right_is_complete() { right_complete_ = true; }
  void begin(DataChunk left);
  [[nodiscard]] const DataChunk& left() const { return left_; }
  /// Takes up to kVectorSize candidate pairs, by left row ascending. True if `out` got rows.
  bool pairs(std::span<const uint32_t> left_rows, std::span<const uint32_t> right_rows, DataChunk& out);
  /// Left rows that need no further candidates (semi, anti and mark joins).
  [[nodiscard]] bool decided(uint32_t left_row) const { return decides_early_ && matched_[left_row] == kTrue; }
  /// Says that a left row of a mark join compares as NULL with some right row.
  void note_unknown(uint32_t left_row);
  /// After the last pair of this left chunk: rows that are due only now. True if `out` got rows.
  bool end(DataChunk& out);

  /// Columns of the right side as NULLs, for `size` rows.
  static void add_null_columns(DataChunk& chunk, const RowCollection& right, size_t right_width, size_t size);

 private:
  enum Match : uint8_t { kFalse, kUnknown, kTrue };
  [[nodiscard]] bool puts_out_pairs() const;
  [[nodiscard]] DataChunk pair_columns(std::span<const uint32_t> left_rows, std::span<const uint32_t> right_rows);
  void note_match(uint32_t left_row, uint32_t right_row);

  const JoinType type_;
  const PreparedExpression& condition_;
  const RowCollection& right_;
  const size_t right_width_;
  Evaluator evaluator_;
  std::vector<uint8_t>* right_matched_;
  const bool decides_early_;
  DataChunk left_;
  std::vector<uint8_t> matched_;  ///< a Match a left row
  /// Right columns of text, where they are short enough to go out as dictionaries; others are null.
  std::vector<std::shared_ptr<const Vector>> dictionaries_;
  bool dictionaries_made_ = false;
  bool right_complete_ = false;
};

/// Gives the right rows that nothing has matched, for RIGHT and FULL joins.
class UnmatchedRows {
 public:
  UnmatchedRows(const RowCollection& right, size_t right_width, std::vector<LogicalType> left_types,
                const std::vector<uint8_t>& matched)
      : right_(right), right_width_(right_width), left_types_(std::move(left_types)), matched_(matched) {}
  bool next(DataChunk& out);

 private:
  const RowCollection& right_;
  const size_t right_width_;
  std::vector<LogicalType> left_types_;
  const std::vector<uint8_t>& matched_;
  size_t position_ = 0;
};

}  // namespace tidemark
