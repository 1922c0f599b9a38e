#include "executor/pipeline.h"

#include <algorithm>
#include <atomic>

#include "base/thread_pool.h"

namespace tidemark {
namespace {

/// Tells the other threads of a pipeline to stop when one has failed.
class StopFlag {
 public:
  void raise() { stopped_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool raised() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> stopped_{false};
};

void drain(const QueryContext& query, RowStream& stream, Sink& sink, StopFlag& stop) {
  try {
    DataChunk chunk;
    while (!stop.raised()) {
      query.check_cancelled();
      chunk.reset();
      if (!stream.next(chunk)) {
        break;
      }
      sink.consume(chunk);
    }
    sink.finish();
  } catch (...) {
    stop.raise();
    throw;
  }
}

class FunctionSink final : public Sink {
 public:
  explicit FunctionSink(const std::function<void(DataChunk&)>& consume) : consume_(consume) {}
  void consume(DataChunk& chunk) override { consume_(chunk); }

 private:
  const std::function<void(DataChunk&)>& consume_;
};

}  // namespace

size_t pipeline_width(const ExecutionState& state, const Operator& source) {
  if (state.context.workers == nullptr) {
    return 1;
  }
  const size_t threads = std::min(state.query().max_parallel_workers, state.context.workers->workers() + 1);
  return std::max<size_t>(1, std::min(threads, source.stream_count()));
}

void run_tasks(ExecutionState& state, size_t count, const std::function<void(size_t)>& task) {
  if (count <= 1 || state.context.workers == nullptr) {
    for (size_t index = 0; index < count; ++index) {
      task(index);
    }
    return;
  }
  TaskGroup group(*state.context.workers);
  for (size_t index = 1; index < count; ++index) {
    group.run([&task, index] { task(index); });
  }
  task(0);
  group.wait();
}

void run_shared(ExecutionState& state, size_t count, const std::function<void(size_t)>& task) {
  const size_t workers = state.context.workers != nullptr ? state.context.workers->workers() : 0;
  const size_t threads = std::min({count, workers + 1, std::max<size_t>(1, state.query().max_parallel_workers)});
  std::atomic<size_t> next{0};
  run_tasks(state, threads, [&](size_t) {
    for (size_t index = next++; index < count; index = next++) {
      task(index);
    }
  });
}

void run_pipeline(ExecutionState& state, Operator& source, std::span<const std::unique_ptr<Sink>> sinks,
                  const PhysicalNode& ends_at) {
  state.count(ends_at, [&](NodeCounters& counters) { counters.workers += sinks.size(); });
  std::vector<std::unique_ptr<RowStream>> streams;
  for (size_t index = 0; index < sinks.size(); ++index) {
    streams.push_back(source.open());
  }
  StopFlag stop;
  run_tasks(state, sinks.size(), [&](size_t index) { drain(state.query(), *streams[index], *sinks[index], stop); });
}

void run_pipeline(ExecutionState& state, Operator& source, const std::function<void(DataChunk&)>& consume,
                  const PhysicalNode& ends_at) {
  std::unique_ptr<Sink> sinks[1] = {std::make_unique<FunctionSink>(consume)};
  run_pipeline(state, source, sinks, ends_at);
}

}  // namespace tidemark
