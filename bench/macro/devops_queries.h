#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace tidemark::bench {

/// One of the suite's query types; `sql` makes a query with hosts and times drawn by `random`.
struct DevopsQuery {
  std::string_view name;
  std::string (*sql)(Random& random, size_t hosts, int64_t hours);
};

/// The fifteen types of TSBS "cpu only", and two of our own issue: `hour-by-host` (the whole set) and
/// `one-hour-by-minute`.
const std::vector<DevopsQuery>& devops_queries();

}  // namespace tidemark::bench
