#pragma once

#include "types/vector.h"

namespace tidemark {

/// Values stored under a former type of their column, as the current one: integers to wider integers or float64,
/// float32 to float64, and types of one physical form. Throws 0A000 for what no ALTER leaves without a rewrite.
[[nodiscard]] Vector widen(const Vector& values, LogicalType type);

}  // namespace tidemark
