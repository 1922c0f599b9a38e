#pragma once

#include "types/vector.h"

namespace tidemark {

/// Whether every stored value of type `from` reads as the same value of type `to`, by `widen`, so that a column's type
/// can be changed without touching its rows.
[[nodiscard]] bool reads_as(LogicalType from, LogicalType to);

/// Values stored under a former type of their column, as the current one: integers to wider integers or float64,
/// float32 to float64, and types of one physical form. Throws 0A000 for what no ALTER leaves without a rewrite.
[[nodiscard]] Vector widen(const Vector& values, LogicalType type);

}  // namespace tidemark
