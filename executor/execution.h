#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "functions/query_context.h"
#include "planner/planner.h"
#include "storage/store.h"
#include "types/data_chunk.h"

namespace tidemark {

class FileSystem;
class ThreadPool;
class TransactionState;
class VirtualTableContext;
struct ExecutionState;
class Operator;

/// What a running statement may use. Everything outlives the Execution.
struct ExecutionContext {
  QueryContext& query;
  /// What is read. With `transaction`: its snapshot(), which the executor may move forward (READ COMMITTED writers).
  std::shared_ptr<const Snapshot> snapshot = nullptr;
  TransactionState* transaction = nullptr;  ///< needed by statements that write or lock
  std::vector<Value> parameters = {};       ///< $1 …, of the types in PlannedStatement::parameter_types
  const VirtualTableContext* system = nullptr;
  ThreadPool* workers = nullptr;  ///< null: everything on the calling thread
  /// How long a pipeline's first thread works alone. Waking another costs both some 15 µs, as much as a short scan.
  std::chrono::microseconds alone_for{60};
  FileSystem* files = nullptr;    ///< for spilling; null: 53200 instead
  std::string spill_folder = {};  ///< exists; made and emptied by the engine
  bool analyze = false;           ///< measure time a node, for EXPLAIN ANALYZE
};

/// What one node of the plan did; for EXPLAIN ANALYZE.
struct NodeCounters {
  const PhysicalNode* node = nullptr;
  uint64_t rows = 0;
  uint64_t chunks = 0;
  uint64_t time_ns = 0;  ///< its own and its children's, summed over threads; 0 unless `analyze`
  uint64_t starts = 0;   ///< more than once under an Apply or a recursive term
  uint64_t spilled_bytes = 0;
  uint64_t workers = 0;  ///< threads that ran the pipeline ending here; 0: no pipeline ends here
  ScanCounters scan;     ///< kScan only
};

/// One run of a planned statement. Nothing happens before the first `next`; then all pipelines but the last run to
/// their end, in parallel where the input is large, and the last is pulled, chunk by chunk, on the caller's thread.
/// Used by one thread at a time.
///
/// INSERT, UPDATE and DELETE write at the first `next` all that they write, into TransactionState::writes, and then
/// give the rows of RETURNING; visible to the transaction after TransactionState::end_statement.
class Execution {
 public:
  Execution(std::shared_ptr<const PlannedStatement> statement, ExecutionContext context);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  /// May be destroyed before the end: remaining work is dropped.
  ~Execution();

  /// The next 1 … kVectorSize rows; false (and no rows) at the end. Throws Error; then the execution is over.
  bool next(DataChunk& chunk);
  /// Pulls and drops everything that is left.
  void run_to_end();

  /// Rows inserted, updated or deleted, for the command tag; complete after the first `next`.
  [[nodiscard]] uint64_t affected_rows() const;
  /// One entry a plan node, in the order of a depth-first walk. Only with `analyze`.
  [[nodiscard]] std::vector<NodeCounters> counters() const;

 private:
  std::shared_ptr<const PlannedStatement> statement_;
  std::unique_ptr<ExecutionState> state_;
  std::unique_ptr<Operator> root_;
  class Output;
  std::unique_ptr<Output> output_;
  bool over_ = false;
};

}  // namespace tidemark
