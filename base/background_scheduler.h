#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace tidemark {

/// How a background job is doing, for system tables, /metrics and /health.
struct BackgroundJobStatus {
  std::string name;
  bool running = false;
  uint64_t runs = 0;      ///< Ended ones, failed ones included.
  uint64_t failures = 0;  ///< Of all time.
  uint64_t failures_in_a_row = 0;
  std::string last_error;          ///< Of the last failure; stays after later successes. Empty: none so far.
  int64_t last_error_wall_us = 0;  ///< When that was.
  int64_t last_duration_ns = 0;
};

/// Runs the jobs that nobody waits for (flush, compaction, retention): each from time to time, on demand, or both. One
/// job never runs twice at once. A job that throws keeps its error in its status, and is tried again after a pause that
/// doubles each time; asking for it meanwhile does not shorten the pause.
class BackgroundScheduler {
 public:
  struct JobOptions {
    std::string name;
    int64_t period_ns = 0;  ///< From the end of one run to the next; 0: only on demand.
    int64_t backoff_ns_min = 100'000'000;
    int64_t backoff_ns_max = 60'000'000'000;
  };
  /// A job looks at the token between steps, and returns when it is asked to stop.
  using Work = std::function<void(std::stop_token stop)>;
  class Job;

  /// `workers` threads of low priority; with 0, nothing runs but in `run_due_jobs`. `clock` must outlive this.
  BackgroundScheduler(const Clock& clock, size_t workers);
  BackgroundScheduler(const BackgroundScheduler&) = delete;
  BackgroundScheduler& operator=(const BackgroundScheduler&) = delete;
  /// Stops as `stop` does.
  ~BackgroundScheduler();

  /// Adds a job; it stays until `remove` or the end. The first run of a periodic job is a period from now.
  Job* add(JobOptions options, Work work);
  /// Asks a run in progress to stop, waits for its end, forgets the job. Not from within the job itself.
  void remove(Job* job);
  /// Runs the job as soon as a thread is free; a run in progress is followed by another one.
  void request(Job* job);
  /// Waits until the job has nothing requested and does not run (a failed run counts as done; see its status).
  void wait_until_idle(Job* job);
  [[nodiscard]] BackgroundJobStatus status(const Job* job) const;
  [[nodiscard]] std::vector<BackgroundJobStatus> status() const;

  /// Runs on the calling thread whatever is due now, until nothing is. For tests with a ManualClock and no workers.
  void run_due_jobs();
  /// Asks running jobs to stop, waits for them; nothing runs afterwards.
  void stop();

 private:
  using Guard = std::unique_lock<std::mutex>;
  void work(const std::stop_token& stop);
  Job* due_job();
  void run(Job& job, Guard& guard);

  const Clock& clock_;
  mutable std::mutex mutex_;  ///< Guards the jobs.
  std::condition_variable_any wake_;
  std::condition_variable idle_;
  std::list<Job> jobs_;
  uint64_t changes_ = 0;  ///< Counts what may make a job due, so that no wake-up is missed.
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tidemark
