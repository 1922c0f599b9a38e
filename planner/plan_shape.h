#pragma once

#include <cstdint>

#include "planner/physical_plan.h"

namespace tidemark {

/// Tells plans of one statement apart that do different work: by their operators, and by the comparisons that their
/// scans leave to storage. Plans with constants and with parameters in their place that do the same have equal shapes.
[[nodiscard]] uint64_t plan_shape(const PhysicalNode& plan);

}  // namespace tidemark
