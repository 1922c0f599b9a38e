#pragma once

#include "types/vector.h"

namespace tidemark {

/// SQL's order of two rows' values, neither NULL: negative, 0 or positive. Flat or constant vectors (a constant's row
/// is 0) of the type that it was asked for.
using RowComparison = int (*)(const Vector& left, size_t left_row, const Vector& right, size_t right_row);

/// Any type: NaN above all, char(n) without its padding, numeric and intervals by value, arrays by their canonical
/// keys.
RowComparison row_comparison(LogicalType type);

}  // namespace tidemark
