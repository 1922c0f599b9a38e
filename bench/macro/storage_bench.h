#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/macro/report.h"
#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

struct StorageOptions {
  size_t hosts = 100;
  size_t hours = 24;
  double seconds = 2;                ///< for each rate of commits
  std::vector<std::string> against;  ///< peers besides Tidemark's two forms
  Effort effort;
};

/// What lies under a table: bytes a value, time to open a folder, rows that arrive in any order, and durable commits of
/// one row from 1, 4, 16 and 64 writers.
Report run_storage(const StorageOptions& options);

}  // namespace tidemark::bench
