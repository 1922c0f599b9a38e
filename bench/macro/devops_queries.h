#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

/// The fifteen query types of TSBS "cpu only" over so many hosts and hours of DevopsData, and one of our own,
/// `hour-by-host` (the whole set). Hosts and times are drawn anew for each run.
std::vector<Question> devops_questions(size_t hosts, int64_t hours);

}  // namespace tidemark::bench
