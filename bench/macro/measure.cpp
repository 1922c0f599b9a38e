#include "bench/macro/measure.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

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

uint64_t folder_bytes(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      bytes += entry.file_size();
    }
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
