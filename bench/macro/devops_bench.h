#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/macro/report.h"
#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

struct DevopsOptions {
  size_t hosts = 100;
  size_t hours = 24;
  size_t batch_rows = 10'000;
  size_t load_workers = 1;           ///< connections that load at once
  size_t query_workers = 1;          ///< connections that query at once, for rates
  std::vector<std::string> against;  ///< peers besides Tidemark's two forms
  Effort effort;
};

/// TSBS "cpu only": loads the set into every peer, compares their answers and times, then lets several connections of
/// each ask at once.
Report run_devops(const DevopsOptions& options);

}  // namespace tidemark::bench
