#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "executor/join_table.h"
#include "executor/operator.h"
#include "executor/row_partitions.h"

namespace tidemark {

/// Join by equal keys. The right side is gathered first, in parallel, and its keys numbered; the left side then looks
/// its keys up, as a part of its own pipeline. What the right side's keys say is pushed into a scan on the left before
/// that starts.
///
/// Past work_mem both sides go to disk, cut by the hash of their keys, and each pair of partitions is joined by itself
/// (Shapiro, "Join processing in database systems with large main memories", 1986: the GRACE join).
class HashJoinOperator final : public Operator {
 public:
  HashJoinOperator(const PhysicalHashJoin& plan, ExecutionState& state);
  void start() override;
  [[nodiscard]] size_t stream_count() const override;
  [[nodiscard]] ScanColumn scan_column(uint32_t output) override;

 private:
  class BuildSink;
  class CutSink;
  class PartitionsStream;
  using Partitions = std::vector<std::shared_ptr<RowPartitions>>;
  /// A partition of both sides, to be joined.
  struct Part {
    size_t partition = 0;
    std::shared_ptr<Partitions> left, right;
  };

  std::unique_ptr<RowStream> make_stream() override;
  void push_into_left_scan();
  void push_keys(const Vector& keys, LogicalType type, const ScanColumn& stored);
  void push_sieve(const Vector& keys, LogicalType type, const ScanColumn& stored);
  void cut_left();
  void add_parts(const std::shared_ptr<Partitions>& left, const std::shared_ptr<Partitions>& right);
  /// The join of the next partition; nothing at the end. Safe for many threads.
  std::unique_ptr<RowStream> next_part();
  std::unique_ptr<RowStream> join(const Part& part);

  const JoinShape shape_;
  OperatorPtr left_, right_;
  std::shared_ptr<JoinTable> table_;  ///< null where the right side is on disk
  JoinTable::RightSide right_side_;
  std::shared_ptr<Partitions> right_partitions_;
  std::mutex parts_mutex_;
  std::vector<Part> parts_;  ///< guarded by parts_mutex_
  std::shared_ptr<std::atomic<size_t>> running_;
  std::vector<std::unique_ptr<MemoryReservation>> sieve_memory_;  ///< one a sieve
  bool no_rows_ = false;                                          ///< nothing on the right, and so nothing to say
};

}  // namespace tidemark
