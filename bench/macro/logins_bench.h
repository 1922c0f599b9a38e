#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/macro/report.h"
#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

struct LoginsOptions {
  size_t rows = 1'000'000;
  size_t users = 50'000;
  std::vector<std::string> against;  ///< peers besides Tidemark's two forms
  Effort effort;
};

/// Logins of users: counts by user, windows over a user's logins, and a table of counters that each login raises.
Report run_logins(const LoginsOptions& options);

}  // namespace tidemark::bench
