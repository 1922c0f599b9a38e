#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/join_emitter.h"
#include "executor/key_table.h"
#include "executor/operator.h"

namespace tidemark {

/// Join by equal keys. The right side is gathered first, in parallel, and its keys numbered; the left side then looks
/// its keys up, as a part of its own pipeline. What the right side's keys say is pushed into a scan on the left before
/// that starts.
class HashJoinOperator final : public Operator {
 public:
  HashJoinOperator(const PhysicalHashJoin& plan, ExecutionState& state);
  void start() override;
  [[nodiscard]] size_t stream_count() const override { return no_rows_ ? 1 : left_->stream_count(); }

 private:
  class Stream;
  class BuildSink;
  static constexpr uint32_t kEndOfChain = UINT32_MAX;

  std::unique_ptr<RowStream> make_stream() override;
  void build();
  void number_keys();
  void push_into_left_scan();
  /// Rows where a key that must not be NULL is; empty if there are none.
  [[nodiscard]] std::vector<uint8_t> unmatchable(std::span<const Vector> keys, size_t size) const;
  [[nodiscard]] bool keeps_right() const { return plan_.type == JoinType::kRight || plan_.type == JoinType::kFull; }
  /// The right rows whose keys compare as NULL, and not as false, with the left keys of `row`; the first one only if
  /// there is no residual to look at.
  [[nodiscard]] std::vector<uint32_t> rows_of_unknown_key(std::span<const Vector> left_keys, size_t row) const;

  const PhysicalHashJoin& plan_;
  OperatorPtr left_, right_;
  std::vector<PreparedExpression> left_keys_, right_keys_;
  PreparedExpression residual_;
  size_t right_width_;
  RowCollection rows_;  ///< the right side's columns, then its keys
  KeyTable keys_;
  std::vector<uint32_t> first_row_;  ///< one a key
  std::vector<uint32_t> next_row_;   ///< one a right row; kEndOfChain
  std::vector<uint32_t> null_rows_;  ///< mark joins: right rows with a NULL in a key
  std::vector<uint8_t> matched_;     ///< RIGHT and FULL: one a right row
  std::atomic<size_t> running_streams_{0};
  MemoryReservation reservation_;
  bool no_rows_ = false;  ///< nothing on the right, and so nothing to say
};

}  // namespace tidemark
