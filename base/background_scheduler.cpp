#include "base/background_scheduler.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <utility>

namespace tidemark {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "unknown error";
  }
}

}  // namespace

class BackgroundScheduler::Job {
 public:
  Job(JobOptions job_options, Work job_work, int64_t now_ns)
      : options(std::move(job_options)),
        work(std::move(job_work)),
        periodic_due_ns(options.period_ns > 0 ? now_ns + options.period_ns : kNever) {
    status.name = options.name;
  }

  /// When it may run next, on the steady clock.
  [[nodiscard]] int64_t due_ns() const {
    const int64_t wanted = requested ? 0 : periodic_due_ns;
    return status.running || removed ? kNever : std::max(wanted, not_before_ns);
  }

  const JobOptions options;
  const Work work;
  BackgroundJobStatus status;
  int64_t periodic_due_ns;
  int64_t not_before_ns = 0;  ///< The end of the pause after a failure.
  bool requested = false;
  bool removed = false;
  std::stop_source stop;
};

BackgroundScheduler::BackgroundScheduler(const Clock& clock, size_t workers) : clock_(clock) {
  threads_.reserve(workers);
  for (size_t i = 0; i < workers; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

BackgroundScheduler::~BackgroundScheduler() { stop(); }

BackgroundScheduler::Job* BackgroundScheduler::add(JobOptions options, Work work) {
  const Guard guard(mutex_);
  jobs_.emplace_back(std::move(options), std::move(work), clock_.steady_ns());
  ++changes_;
  wake_.notify_one();
  return &jobs_.back();
}

void BackgroundScheduler::remove(Job* job) {
  Guard guard(mutex_);
  job->removed = true;
  job->stop.request_stop();
  idle_.wait(guard, [&] { return !job->status.running; });
  jobs_.remove_if([&](const Job& candidate) { return &candidate == job; });
}

void BackgroundScheduler::request(Job* job) {
  const Guard guard(mutex_);
  job->requested = true;
  ++changes_;
  wake_.notify_one();
}

void BackgroundScheduler::wait_until_idle(Job* job) {
  Guard guard(mutex_);
  idle_.wait(guard, [&] { return stopped_ || (!job->status.running && (!job->requested || job->not_before_ns > 0)); });
}

BackgroundJobStatus BackgroundScheduler::status(const Job* job) const {
  const Guard guard(mutex_);
  return job->status;
}

std::vector<BackgroundJobStatus> BackgroundScheduler::status() const {
  const Guard guard(mutex_);
  std::vector<BackgroundJobStatus> all;
  for (const Job& job : jobs_) {
    all.push_back(job.status);
  }
  return all;
}

void BackgroundScheduler::run_due_jobs() {
  Guard guard(mutex_);
  while (Job* job = stopped_ ? nullptr : due_job()) {
    run(*job, guard);
  }
}

void BackgroundScheduler::stop() {
  {
    const Guard guard(mutex_);
    stopped_ = true;
    for (const Job& job : jobs_) {
      job.stop.request_stop();
    }
  }
  for (std::jthread& thread : threads_) {
    thread.request_stop();  // Wakes it, too.
  }
  threads_.clear();
  idle_.notify_all();
}

void BackgroundScheduler::work(const std::stop_token& stop) {
  ::setpriority(PRIO_PROCESS, 0, 10);  // This thread only; the same as ThreadPriority::kBackground.
  Guard guard(mutex_);
  while (!stop.stop_requested()) {
    if (Job* job = stopped_ ? nullptr : due_job()) {
      run(*job, guard);
      continue;
    }
    int64_t next_ns = kNever;
    for (const Job& job : jobs_) {
      next_ns = std::min(next_ns, job.due_ns());
    }
    // Bounded, so that sums of times cannot overflow; waking once an hour for nothing costs nothing.
    const int64_t pause_ns = std::clamp<int64_t>(next_ns - clock_.steady_ns(), 0, 3'600'000'000'000);
    const uint64_t seen = changes_;
    wake_.wait_for(guard, stop, std::chrono::nanoseconds(pause_ns), [&] { return changes_ != seen; });
  }
}

BackgroundScheduler::Job* BackgroundScheduler::due_job() {
  // The longest overdue first; requested ones before all others.
  const auto job =
      std::min_element(jobs_.begin(), jobs_.end(), [](const Job& a, const Job& b) { return a.due_ns() < b.due_ns(); });
  return job != jobs_.end() && job->due_ns() <= clock_.steady_ns() ? &*job : nullptr;
}

void BackgroundScheduler::run(Job& job, Guard& guard) {
  job.status.running = true;
  job.requested = false;
  const int64_t begin_ns = clock_.steady_ns();
  guard.unlock();
  std::exception_ptr error;
  try {
    job.work(job.stop.get_token());
  } catch (...) {
    error = std::current_exception();
  }
  guard.lock();
  const int64_t end_ns = clock_.steady_ns();
  BackgroundJobStatus& status = job.status;
  status.running = false;
  ++status.runs;
  status.last_duration_ns = end_ns - begin_ns;
  job.periodic_due_ns = job.options.period_ns > 0 ? end_ns + job.options.period_ns : kNever;
  if (error) {
    ++status.failures;
    ++status.failures_in_a_row;
    status.last_error = text_of(error);
    status.last_error_wall_us = clock_.wall_us();
    const uint64_t doublings = std::min<uint64_t>(status.failures_in_a_row - 1, 30);
    job.not_before_ns = end_ns + std::min(job.options.backoff_ns_min << doublings, job.options.backoff_ns_max);
    job.requested = true;
  } else {
    status.failures_in_a_row = 0;
    job.not_before_ns = 0;
  }
  ++changes_;
  wake_.notify_all();
  idle_.notify_all();
}

}  // namespace tidemark
