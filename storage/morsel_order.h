#pragma once

#include <vector>

#include "storage/scan_context.h"
#include "storage/scan_plan.h"

namespace tidemark {

/// Puts the morsels in the order in which the scan's bound gets tight soonest: first what lies in memory, whose values
/// nothing is known of, then row groups by the best value in their zone maps. A table whose ids rise with time is then
/// read from its end for `ORDER BY id DESC`, and no further than needed.
void put_best_first(const ScanContext& context, std::vector<Morsel>& morsels);

}  // namespace tidemark
