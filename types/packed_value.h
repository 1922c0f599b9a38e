#pragma once

#include <string>
#include <string_view>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// The bytes of one value as it lies in a vector: numbers little-endian in their width, Interval as microseconds, days,
/// months, everything else as its bytes. They do not say their type, nor where they end.

/// Precondition: not NULL.
void append_packed_value(std::string& target, const Value& value);
/// Row `index` of a flat or constant vector, not NULL.
void append_packed_row(std::string& target, const Vector& flat, size_t index);
/// Throws XX001 if there are not as many bytes as the type needs.
Value unpack_value(LogicalType type, std::string_view bytes);
/// The same into row `row` of a flat vector under construction.
void unpack_into(Vector& column, size_t row, std::string_view bytes);
/// Bytes of any value of this type; 0 if they vary.
size_t packed_width(PhysicalType type);

}  // namespace tidemark
