#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "executor/operator.h"

namespace tidemark {

/// Where a pipeline ends: takes the chunks of one thread. A breaker makes one for each thread and joins them when the
/// pipeline has run.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  /// May take the chunk's vectors.
  virtual void consume(DataChunk& chunk) = 0;
  /// After the thread's last chunk, still on that thread.
  virtual void finish() {}
};

/// How many threads a pipeline over `source` (started) may use: one for small inputs, which run on the calling thread.
size_t pipeline_width(const ExecutionState& state, const Operator& source);

/// Pulls everything from `source` (started) into `sinks`, one thread a sink, the caller's among them. `ends_at` is the
/// breaker, for the counters. Cancel is looked at once a chunk. Rethrows the first error.
void run_pipeline(ExecutionState& state, Operator& source, std::span<const std::unique_ptr<Sink>> sinks,
                  const PhysicalNode& ends_at);
/// The same for a breaker that has one sink only, in scan order.
void run_pipeline(ExecutionState& state, Operator& source, const std::function<void(DataChunk&)>& consume,
                  const PhysicalNode& ends_at);

/// For sources that may work long without giving a chunk: the pipeline of this thread, if any, looks whether it is time
/// for other threads to help.
void between_morsels();

/// Runs `task(0) … task(count - 1)`: as many threads as a query may use, this one among them, take one after the other.
void run_shared(ExecutionState& state, size_t count, const std::function<void(size_t)>& task);

}  // namespace tidemark
