#include "executor/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

#include "base/thread_pool.h"
#include "types/type_naming.h"

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

/// The threads that come to a pipeline's help. They are called once the first thread has worked alone for a while
/// (ExecutionContext::alone_for); streams that nobody came for are drained by the first thread in the end.
class Helpers {
 public:
  Helpers(const ExecutionContext& context, size_t count, const std::function<void(size_t)>& task)
      : count_(count), task_(task), calls_at_(Clock::now() + context.alone_for) {
    if (context.workers != nullptr && count > 1) {
      group_.emplace(*context.workers);
    }
  }

  /// Returns when all tasks have run: how many threads were at it.
  size_t run() {
    const size_t tasks = count_;
    const Scope scope(*this);
    for (; next_ < count_; ++next_) {
      task_(next_);
    }
    if (group_) {
      group_->wait();
    }
    return 1 + tasks - count_;
  }
  /// Between two pieces of work of the first thread.
  void call_if_due() {
    if (group_ && next_ + 1 < count_ && Clock::now() >= calls_at_) {
      for (size_t index = std::exchange(count_, next_ + 1); index-- > next_ + 1;) {
        group_->run([this, index, names = TypeNaming::current()] {
          const TypeNaming naming(names);
          task_(index);
        });
      }
    }
  }
  /// Of the pipeline whose first thread this is, innermost; null on any other thread.
  static Helpers*& of_this_thread() {
    thread_local Helpers* helpers = nullptr;
    return helpers;
  }

 private:
  using Clock = std::chrono::steady_clock;

  class Scope {
   public:
    explicit Scope(Helpers& helpers) : outer_(std::exchange(of_this_thread(), &helpers)) {}
    ~Scope() { of_this_thread() = outer_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Helpers* outer_;
  };

  size_t next_ = 0;
  size_t count_;  ///< tasks of the first thread
  const std::function<void(size_t)>& task_;
  Clock::time_point calls_at_;
  std::optional<TaskGroup> group_;  ///< last: waits before the rest goes
};

void drain(const QueryContext& query, RowStream& stream, Sink& sink, StopFlag& stop) {
  try {
    DataChunk chunk;
    while (!stop.raised()) {
      between_morsels();
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

void between_morsels() {
  if (Helpers* helpers = Helpers::of_this_thread(); helpers != nullptr) {
    helpers->call_if_due();
  }
}

void run_shared(ExecutionState& state, size_t count, const std::function<void(size_t)>& task) {
  const size_t workers = state.context.workers != nullptr ? state.context.workers->workers() : 0;
  const size_t threads = std::min({count, workers + 1, std::max<size_t>(1, state.query().max_parallel_workers)});
  std::atomic<size_t> next{0};
  const std::function<void(size_t)> take_turns = [&](size_t) {
    for (size_t index = next++; index < count; index = next++) {
      task(index);
      between_morsels();
    }
  };
  Helpers(state.context, threads, take_turns).run();
}

void run_pipeline(ExecutionState& state, Operator& source, std::span<const std::unique_ptr<Sink>> sinks,
                  const PhysicalNode& ends_at) {
  std::vector<std::unique_ptr<RowStream>> streams;
  for (size_t index = 0; index < sinks.size(); ++index) {
    streams.push_back(source.open());
  }
  StopFlag stop;
  const std::function<void(size_t)> drain_one = [&](size_t index) {
    drain(state.query(), *streams[index], *sinks[index], stop);
  };
  const size_t threads = Helpers(state.context, sinks.size(), drain_one).run();
  state.count(ends_at, [&](NodeCounters& counters) { counters.workers += threads; });
}

void run_pipeline(ExecutionState& state, Operator& source, const std::function<void(DataChunk&)>& consume,
                  const PhysicalNode& ends_at) {
  std::unique_ptr<Sink> sinks[1] = {std::make_unique<FunctionSink>(consume)};
  run_pipeline(state, source, sinks, ends_at);
}

}  // namespace tidemark
