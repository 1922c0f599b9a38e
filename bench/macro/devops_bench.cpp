#include "bench/macro/devops_bench.h"

#include <fmt/format.h>

#include "bench/macro/devops_data.h"
#include "bench/macro/devops_queries.h"
#include "bench/macro/rate.h"

namespace tidemark::bench {

Report run_devops(const DevopsOptions& options) {
  const TemporaryFolder folder;
  const auto peers = open_peers(options.against, folder.path());
  DevopsData data(options.hosts, options.effort.seed);
  const auto steps = static_cast<int64_t>(options.hours) * 3600 / DevopsData::kStepSeconds;

  Report report(fmt::format("devops: {} hosts, {} h, one row a host every 10 s", options.hosts, options.hours));
  add_machine(report);
  load_peers(report, peers, DevopsData::table(), options.load_workers, [&](TableBatch& batch) {
    while (batch.size < options.batch_rows && data.steps() < steps) {
      data.append_step(batch);
    }
    return batch.size > 0;
  });
  const auto questions = devops_questions(options.hosts, static_cast<int64_t>(options.hours));
  const auto comparisons = compare(peers, questions, options.effort);
  add_comparisons(report, "Queries, medians", peers, comparisons);
  add_percentiles(report, peers, comparisons);
  if (options.query_workers > 1) {
    add_rates(report, peers, questions, options.query_workers, options.effort.seed);
  }
  return report;
}

}  // namespace tidemark::bench
