#include "bench/macro/measure.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"

namespace tidemark::bench {

double Latencies::quantile(double fraction) const {
  std::vector<double> sorted = ms;
  std::sort(sorted.begin(), sorted.end());
  const auto index = static_cast<size_t>(fraction * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

Latencies measure(const std::function<void()>& work, size_t runs_min, double ms_min) {
  work();
  Latencies latencies;
  const Stopwatch whole;
  while (latencies.ms.size() < runs_min || whole.ms() < ms_min) {
    const Stopwatch one;
    work();
    latencies.ms.push_back(one.ms());
  }
  return latencies;
}

void run_at_once(const std::vector<std::function<void()>>& works) {
  if (works.size() == 1) {
    works[0]();
    return;
  }
  std::vector<std::exception_ptr> errors(works.size());
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < works.size(); ++i) {
      threads.emplace_back([&works, &errors, i] {
        try {
          works[i]();
        } catch (...) {
          errors[i] = std::current_exception();
        }
      });
    }
  }
  for (const std::exception_ptr& error : errors) {
    if (error) {
      std::rethrow_exception(error);
    }
  }
}

uint64_t process_memory_bytes_peak(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::stoull(line.substr(6)) * 1024;
    }
  }
  return 0;
}

uint64_t folder_bytes(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code gone;  // Files may go away meanwhile.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, gone)) {
    const uintmax_t size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    bytes += gone ? 0 : size;
  }
  return bytes;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tidemark-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Error(sqlstate::kIoError, "could not create a temporary folder");
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tidemark::bench
