#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/macro/report.h"
#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

struct IngestOptions {
  size_t rows = 1'000'000;
  size_t batch_rows = 10'000;
  std::vector<std::string> against;  ///< peers besides Tidemark's two forms
  std::vector<std::string> forms;    ///< of loading, by name; empty: all
  Effort effort;
};

/// Rows of ten tags and ten whole-number fields into an empty table, by each way in, over one connection and over four.
Report run_ingest(const IngestOptions& options);

}  // namespace tidemark::bench
