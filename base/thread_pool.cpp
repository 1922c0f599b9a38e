#include "base/thread_pool.h"

#include <pthread.h>
#include <sys/resource.h>

#include <exception>
#include <utility>

namespace tidemark {
namespace {

constexpr int kBackgroundNice = 10;

void introduce_thread(const std::string& name, ThreadPriority priority) {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
  if (priority == ThreadPriority::kBackground) {
    // On Linux "process 0" here is the calling thread. If it is refused, work goes on at the usual priority.
    ::setpriority(PRIO_PROCESS, 0, kBackgroundNice);
  }
}

}  // namespace

ThreadPool::ThreadPool(const std::string& name, size_t workers, ThreadPriority priority) {
  threads_.reserve(workers);
  for (size_t i = 0; i < workers; ++i) {
    threads_.emplace_back([this, name, priority] {
      introduce_thread(name, priority);
      work();
    });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void ThreadPool::submit(std::function<void()> task) {
  {
    const std::lock_guard guard(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void ThreadPool::work() {
  std::unique_lock guard(mutex_);
  while (true) {
    wake_.wait(guard, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) {
      return;
    }
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    guard.unlock();
    task();
    guard.lock();
  }
}

/// Shared by the group and by what it queued in the pool: that may come up after the group has gone, and then finds
/// nothing to do.
struct TaskGroup::State {
  std::mutex mutex;
  std::condition_variable done;
  std::deque<std::function<void()>> waiting;
  size_t running = 0;
  std::exception_ptr error;

  /// Takes one task, if there is any, and runs it.
  bool run_one() {
    std::unique_lock guard(mutex);
    if (waiting.empty()) {
      return false;
    }
    auto task = std::move(waiting.front());
    waiting.pop_front();
    ++running;
    guard.unlock();
    std::exception_ptr thrown;
    try {
      task();
    } catch (...) {
      thrown = std::current_exception();
    }
    task = nullptr;  // What it holds goes before anyone is told that it ended.
    guard.lock();
    if (thrown && !error) {
      error = thrown;
      waiting.clear();
    }
    if (--running == 0 && waiting.empty()) {
      done.notify_all();
    }
    return true;
  }
};

TaskGroup::TaskGroup(ThreadPool& pool) : state_(std::make_shared<State>()), pool_(pool) {}

TaskGroup::~TaskGroup() {
  try {
    wait();
  } catch (...) {  // NOLINT(bugprone-empty-catch): the owner left without asking, most often by an error of its own.
  }
}

void TaskGroup::run(std::function<void()> task) {
  {
    const std::lock_guard guard(state_->mutex);
    if (state_->error) {
      return;
    }
    state_->waiting.push_back(std::move(task));
  }
  if (pool_.workers() > 0) {
    pool_.submit([state = state_] { state->run_one(); });
  }
}

void TaskGroup::wait() {
  while (state_->run_one()) {
  }
  std::unique_lock guard(state_->mutex);
  state_->done.wait(guard, [this] { return state_->running == 0 && state_->waiting.empty(); });
  if (const std::exception_ptr error = std::exchange(state_->error, nullptr)) {
    std::rethrow_exception(error);
  }
}

bool TaskGroup::failed() const {
  const std::lock_guard guard(state_->mutex);
  return state_->error != nullptr;
}

}  // namespace tidemark
