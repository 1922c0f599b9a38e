#pragma once

#include "planner/physical_plan.h"

namespace tidemark {

/// Whether two plans of one statement, one with constants and one with parameters in their place, do the same work: the
/// same operators, and scans that leave the same comparisons to storage.
[[nodiscard]] bool have_same_shape(const PhysicalNode& a, const PhysicalNode& b);

}  // namespace tidemark
