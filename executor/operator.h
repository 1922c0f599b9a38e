#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "catalog/object_id.h"
#include "executor/execution_state.h"
#include "planner/physical_plan.h"
#include "types/data_chunk.h"

namespace tidemark {

class ScanOperator;

/// One thread's end of an operator: gives a part of its rows. The thread-local state of a pipeline lives here.
class RowStream {
 public:
  RowStream() = default;
  RowStream(const RowStream&) = delete;
  RowStream& operator=(const RowStream&) = delete;
  virtual ~RowStream() = default;
  /// Fills `chunk` with the next 1 … kVectorSize rows; false (and no rows) at the end.
  virtual bool next(DataChunk& chunk) = 0;
};

/// A stored column, and the scan that reads it.
struct ScanColumn {
  ScanOperator* scan = nullptr;  ///< null: none
  ColumnId column = kNoColumn;
  explicit operator bool() const { return scan != nullptr; }
};

/// One node of a running plan: what its threads share. Life: made (expressions prepared) → `start` → `open` up to
/// `stream_count` times → the streams, each on one thread, together give every row once.
///
/// `start` runs the pipelines that end here: a breaker starts its child and drains it. Operators without a pipeline
/// end (filter, project, the probe side of a join) hand the child's streams through, so that a pipeline is a chain of
/// streams from a source to the breaker that pulls them.
class Operator {
 public:
  Operator(const PhysicalNode& node, ExecutionState& state) : state_(state), node_(node) {}
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;
  virtual ~Operator() = default;

  /// On the caller's thread, once.
  virtual void start() = 0;
  /// How many streams may usefully share the work. Valid after `start`.
  [[nodiscard]] virtual size_t stream_count() const { return 1; }
  /// The stored column that output number `output` is, if the scan may leave out rows by their value there: what comes
  /// out here is then the same but for those rows, and nothing volatile is called less often.
  [[nodiscard]] virtual ScanColumn scan_column(uint32_t /*output*/) { return {}; }
  /// One of the streams, counted for EXPLAIN ANALYZE. All are opened before the first is pulled.
  std::unique_ptr<RowStream> open();

  [[nodiscard]] const PhysicalNode& node() const { return node_; }

 protected:
  virtual std::unique_ptr<RowStream> make_stream() = 0;
  [[nodiscard]] ExecutionState& state() const { return state_; }
  [[nodiscard]] QueryContext& query() const { return state_.query(); }

 private:
  ExecutionState& state_;
  const PhysicalNode& node_;
};

using OperatorPtr = std::unique_ptr<Operator>;

/// Makes the operators of a plan, not yet started. Throws 0A000 for a node that cannot be run.
OperatorPtr make_operator(const PhysicalNode& node, ExecutionState& state);

/// Types of a node's outputs.
std::vector<LogicalType> output_types(const PhysicalNode& node);

}  // namespace tidemark
