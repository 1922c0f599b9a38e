#include "bench/macro/analytics_bench.h"

#include <fmt/format.h>

#include "bench/macro/analytics_data.h"
#include "bench/macro/rate.h"

namespace tidemark::bench {

Report run_analytics(const AnalyticsOptions& options) {
  constexpr size_t kBatchRows = 100'000;
  const TemporaryFolder folder;
  const auto peers = open_peers(options.against, folder.path());
  EventData data(options.rows, options.effort.seed);

  Report report(fmt::format("analytics: {} events of 18 columns, {} users", options.rows, data.user_count()));
  add_machine(report);
  load_peers(report, peers, EventData::events(), 1,
             [&](TableBatch& batch) { return data.append_events(batch, kBatchRows); });
  load_peers(report, peers, EventData::users(), 1,
             [&](TableBatch& batch) { return data.append_users(batch, kBatchRows); });
  load_peers(report, peers, EventData::rates(), 1,
             [&](TableBatch& batch) { return data.append_rates(batch, kBatchRows); });
  const auto comparisons = compare(peers, analytics_questions(), options.effort);
  add_comparisons(report, "Queries, medians", peers, comparisons);
  add_percentiles(report, peers, comparisons);
  return report;
}

}  // namespace tidemark::bench
