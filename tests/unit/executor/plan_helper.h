#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/memory_tracker.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "executor/execution.h"
#include "planner/physical_plan.h"
#include "tests/unit/functions/call_helper.h"

namespace tidemark::testing {

using Row = std::vector<Value>;
using Rows = std::vector<Row>;

/// `NULL`, a number, a text: for comparing and for messages.
std::string show(const Value& value);
/// One line a row.
std::vector<std::string> show(const Rows& rows);
std::vector<std::string> sorted(std::vector<std::string> lines);

/// Boxed rows of a chunk.
void unbox(const DataChunk& chunk, Rows& rows);

/// What makes random columns: how many distinct values, how often NULL, and which vector form.
struct ColumnShape {
  LogicalType type;
  int64_t distinct = 10;
  double nulls = 0.1;
};

/// A column of `size` random values in a random form (flat, constant, dictionary, run).
Vector random_column(Random& random, const ColumnShape& shape, size_t size);
/// The sizes at which chunks change: 0, 1, kVectorSize - 1 …
std::vector<size_t> telling_sizes();

/// A leaf that gives these columns.
PhysicalPtr source(std::vector<Vector> columns, size_t size);
std::vector<PlanOutput> outputs_of(const std::vector<LogicalType>& types);
/// Boxed rows of such columns.
Rows rows_of(const std::vector<Vector>& columns, size_t size);

ExpressionPtr aggregate(std::string_view name, std::vector<ExpressionPtr> arguments);
SortKey sort_key(ExpressionPtr expression, bool descending = false, bool nulls_first = false);

/// Settings of a run.
struct RunOptions {
  size_t workers = 1;
  uint64_t work_mem_bytes = 256ull << 20;
  int64_t query_memory_bytes = MemoryTracker::kUnlimited;
  bool can_spill = true;
  std::vector<Value> parameters;
  std::shared_ptr<const Snapshot> snapshot;
  TransactionState* transaction = nullptr;
};

/// Runs a plan and returns all its rows.
Rows run(const PhysicalNode& plan, const RunOptions& options = {});
Rows run(const PhysicalPtr& plan, const RunOptions& options = {});

}  // namespace tidemark::testing
