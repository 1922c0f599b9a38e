#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/macro/report.h"
#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

struct ConcurrencyOptions {
  size_t hosts = 100;
  size_t hours = 24;
  double seconds = 3;                ///< for each figure
  std::vector<std::string> against;  ///< peers besides Tidemark's two forms
  Effort effort;
};

/// Short queries from 1, 4 and 16 clients back to back, the same while rows come in, and what the first query after a
/// start waits.
Report run_concurrency(const ConcurrencyOptions& options);

}  // namespace tidemark::bench
