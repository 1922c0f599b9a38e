#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/key_table.h"
#include "executor/prepared_expression.h"
#include "executor/row_collection.h"
#include "planner/physical_plan.h"

namespace tidemark {

/// A hash join made ready to run: what its threads and partitions share. Immutable.
struct JoinShape {
  JoinShape(const PhysicalHashJoin& plan, ExecutionState& state);

  [[nodiscard]] bool keeps_right() const { return plan.type == JoinType::kRight || plan.type == JoinType::kFull; }
  /// Only pairs come out: without right rows, nothing does.
  [[nodiscard]] bool needs_match() const {
    return plan.type == JoinType::kInner || plan.type == JoinType::kSemi || plan.type == JoinType::kRight;
  }
  /// A mark join of one key and no further condition: whether a NULL is unknown depends on whether there are right
  /// rows, and not on which.
  [[nodiscard]] bool is_plain_mark() const {
    return plan.type == JoinType::kMark && plan.left_keys.size() == 1 && !residual;
  }
  /// Whether equal keys are all that rows have to do with each other, so that partitions can be joined by themselves.
  [[nodiscard]] bool can_be_cut() const { return plan.type != JoinType::kMark || is_plain_mark(); }
  /// Rows where a key that must not be NULL is; empty if there are none.
  [[nodiscard]] std::vector<uint8_t> unmatchable(std::span<const Vector> keys, size_t size) const;

  const PhysicalHashJoin& plan;
  ExecutionState& state;
  std::vector<PreparedExpression> left_keys, right_keys;
  PreparedExpression residual;
  std::vector<LogicalType> left_types;
  std::vector<LogicalType> key_types;
  std::vector<LogicalType> build_types;  ///< the right side's columns, then its keys
  size_t right_width;
};

/// The right rows of a hash join, or of one of its partitions, by their keys. Filled by one thread; then shared by
/// those that look up.
class JoinTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit JoinTable(const JoinShape& shape);

  /// Takes the rows, which have `build_types`, and numbers their keys. Once.
  void build(std::vector<RowCollection> rows);

  [[nodiscard]] const RowCollection& rows() const { return rows_; }
  /// How many different keys there are.
  [[nodiscard]] size_t key_count() const { return keys_.size(); }
  /// One row of each key.
  [[nodiscard]] std::vector<uint32_t> key_rows() const;

  /// first[row] = the first right row with the left row's key, or kNone. `keys` have the types of the shape.
  void find(std::span<const Vector> keys, size_t size, std::span<uint32_t> first, KeyTable::Scratch& scratch) const;
  /// The next right row with the same key, or kNone.
  [[nodiscard]] uint32_t next(uint32_t row) const { return unique_ ? kNone : next_row_[row]; }
  /// No key has two rows.
  [[nodiscard]] bool is_unique() const { return unique_; }

  /// Right rows with a NULL in a key that must not be NULL.
  [[nodiscard]] std::span<const uint32_t> null_rows() const { return null_rows_; }
  /// The right rows whose keys compare as NULL, and not as false, with the left keys of `row`; the first one only if
  /// there is no residual to look at.
  [[nodiscard]] std::vector<uint32_t> rows_of_unknown_key(std::span<const Vector> left_keys, size_t row) const;
  /// Of a plain mark join: whether there are right rows, and any with NULL, here or in other partitions.
  struct RightSide {
    bool has_rows = false;
    bool has_nulls = false;
  };
  [[nodiscard]] RightSide right_side() const { return right_side_; }
  void set_right_side(RightSide side) { right_side_ = side; }

  /// RIGHT and FULL: one byte a right row, set by those that match it.
  [[nodiscard]] std::vector<uint8_t>& matched() { return matched_; }
  [[nodiscard]] const std::vector<uint8_t>& matched() const { return matched_; }

 private:
  void number_keys();
  void make_dense();

  const JoinShape& shape_;
  RowCollection rows_;
  KeyTable keys_;
  bool unique_ = false;              ///< keys are numbered as their rows
  std::vector<uint32_t> first_row_;  ///< one a key; empty if unique
  std::vector<uint32_t> next_row_;   ///< one a right row; likewise
  std::vector<uint32_t> null_rows_;
  /// One key of whole numbers that lie close together: its number by value.
  std::vector<uint32_t> dense_;
  int64_t dense_from_ = 0;
  std::vector<uint8_t> matched_;
  RightSide right_side_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
