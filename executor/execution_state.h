#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "executor/execution.h"

namespace tidemark {

class CteRows;

/// What the operators of one Execution share. Operators are made, started and opened by the caller's thread; only
/// what says so may be used by the pipelines' threads.
struct ExecutionState {
  explicit ExecutionState(ExecutionContext execution_context);
  ExecutionState(const ExecutionState&) = delete;
  ExecutionState& operator=(const ExecutionState&) = delete;
  ~ExecutionState();

  ExecutionContext context;
  /// What scans made from now on read. Moves forward when a writer starts over (READ COMMITTED).
  std::shared_ptr<const Snapshot> snapshot;
  /// Values of the left row that the right side of an Apply reads, by parameter number; set before it is made.
  std::unordered_map<uint32_t, Value> apply_parameters;
  /// Definitions of WITH and working tables of WITH RECURSIVE, by number; set before their readers are made.
  std::unordered_map<uint32_t, std::shared_ptr<CteRows>> ctes;
  uint64_t affected_rows = 0;

  [[nodiscard]] QueryContext& query() const { return context.query; }
  /// The transaction of a statement that writes.
  [[nodiscard]] TransactionState& transaction() const;
  [[nodiscard]] std::function<void()> cancel_check() const;

  /// Gives every node its counters. Adding is safe for many threads.
  void register_counters(const PhysicalNode& plan);
  void count(const PhysicalNode& node, const std::function<void(NodeCounters&)>& add);
  [[nodiscard]] std::vector<NodeCounters> counters() const;
  [[nodiscard]] int64_t now_ns() const;
  /// A file name that no other running statement uses. Safe for many threads.
  [[nodiscard]] std::string next_spill_name();

 private:
  std::atomic<uint64_t> spill_files_{0};
  mutable std::mutex counters_mutex_;
  std::vector<NodeCounters> counters_;                               ///< guarded by counters_mutex_
  std::unordered_map<const PhysicalNode*, size_t> counter_of_node_;  ///< fixed after register_counters
};

}  // namespace tidemark
