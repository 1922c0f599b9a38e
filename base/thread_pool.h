#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tidemark {

/// Background threads yield the processor to foreground ones (nice 10).
enum class ThreadPriority { kForeground, kBackground };

/// A fixed number of threads that work off one queue. Queries and background work have a pool each.
class ThreadPool {
 public:
  /// `name` is what `top -H` shows, cut at 15 bytes. `workers` may be 0: then the tasks of a TaskGroup run in its
  /// `wait`.
  ThreadPool(const std::string& name, size_t workers, ThreadPriority priority = ThreadPriority::kForeground);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /// Runs what is queued, then ends the threads.
  ~ThreadPool();

  [[nodiscard]] size_t workers() const { return threads_.size(); }
  /// Queues a task, which must not throw; use a TaskGroup for work that may.
  void submit(std::function<void()> task);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;  ///< Guarded by mutex_.
  bool stopping_ = false;                    ///< Guarded by mutex_.
  std::vector<std::thread> threads_;
};

/// Tasks that belong together: started on a pool, waited for as one. The waiting thread works, too, so that groups may
/// nest (a task may itself wait for a group on the same pool) and a busy pool never stops a query.
class TaskGroup {
 public:
  /// `pool` must outlive the group.
  explicit TaskGroup(ThreadPool& pool);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  /// Waits; an error that nobody waited for is dropped.
  ~TaskGroup();

  /// Queues a task. After the first error, tasks that have not begun are skipped.
  void run(std::function<void()> task);
  /// Returns when all tasks have ended; rethrows the first error.
  void wait();
  /// Whether a task has thrown: long tasks look at it and stop.
  [[nodiscard]] bool failed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  ThreadPool& pool_;
};

}  // namespace tidemark
