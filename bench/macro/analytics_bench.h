#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/macro/report.h"
#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

struct AnalyticsOptions {
  size_t rows = 10'000'000;
  std::vector<std::string> against;  ///< peers besides Tidemark's two forms
  Effort effort;
};

/// Questions that analysts ask of a wide table of events: groups of few and of many, text, top-N, distinct counts,
/// patterns, joins, windows, ASOF, quantiles.
Report run_analytics(const AnalyticsOptions& options);

std::vector<Question> analytics_questions();

}  // namespace tidemark::bench
