#pragma once

#include <cstddef>
#include <cstdint>

namespace tidemark::bench {

struct DevopsOptions {
  size_t hosts = 100;
  size_t hours = 24;
  uint64_t seed = 1;
  size_t batch_rows = 10'000;
  bool durable = true;  ///< wait for the sync of each batch
};

/// Loads the devops set over HTTP into a server of its own, as line protocol made beforehand, and runs the suite's
/// queries through the embedded API before and after FLUSH, and over the PostgreSQL door. Prints a Markdown table of
/// medians, the load rate and the bytes on disk.
void run_devops(const DevopsOptions& options);

}  // namespace tidemark::bench
