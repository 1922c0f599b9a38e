#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tidemark::bench {

/// Milliseconds of the steady clock.
class Stopwatch {
 public:
  Stopwatch() : start_(std::chrono::steady_clock::now()) {}
  [[nodiscard]] double ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_;
};

struct Latencies {
  std::vector<double> ms;
  /// The value below which `fraction` of them lie. Precondition: not empty.
  [[nodiscard]] double quantile(double fraction) const;
  [[nodiscard]] double median() const { return quantile(0.5); }
};

/// Runs `work` once to warm up, then at least `runs_min` times and for `ms_min` (whichever takes longer), and times
/// each.
Latencies measure(const std::function<void()>& work, size_t runs_min = 7, double ms_min = 300);

/// Runs each on a thread of its own (a single one on this thread) and returns when all are done. Throws what the first
/// that failed has thrown.
void run_at_once(const std::vector<std::function<void()>>& works);

/// Bytes of all files below a folder.
uint64_t folder_bytes(const std::string& folder);

/// The most memory that a process has had resident so far; 0 if it is gone.
uint64_t process_memory_bytes_peak(pid_t process);

/// A folder of its own below the system's temporary folder, removed with all it holds in the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tidemark::bench
