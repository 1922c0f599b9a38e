#pragma once

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// Writes one boxed value (or NULL) into a row of a flat vector under construction, of the same physical type.
void set_row(Vector& vector, size_t row, const Value& value);

}  // namespace tidemark
