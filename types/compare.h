#pragma once

#include <compare>
#include <span>
#include <string>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// SQL's order of the values of one type: -0.0 equals 0.0, NaN equals NaN and is the largest, char(n) without trailing
/// blanks, intervals by their length, arrays element by element, text by bytes (collation C, D16). Equal here ⇔ equal
/// canonical keys (types/canonical_key.h).

/// Both of the same type and not NULL.
std::weak_ordering compare_values(const Value& left, const Value& right);
/// The same for packed bytes of a type whose physical form is kBytes.
std::weak_ordering compare_packed(LogicalType type, std::string_view left, std::string_view right);
/// Rows of two vectors of one type, any form. NULLs are equal to each other and above all values.
std::weak_ordering compare_rows(const Vector& left, size_t left_row, const Vector& right, size_t right_row);

struct SortOrder {
  bool descending = false;
  bool nulls_first = false;  ///< SQL's default is as for the largest value: first if descending
};

/// Appends to keys[i] bytes for row i of `column` that sort, as unsigned characters, as ORDER BY does; keys of several
/// columns are appended one after the other. keys.size() == column.size().
void append_sort_keys(std::span<std::string> keys, const Vector& column, SortOrder order);

}  // namespace tidemark
