#pragma once

#include <string>
#include <string_view>

#include "types/type_io.h"

namespace tidemark {

/// Values of enum types. A value is its label's place in the type's order: a short text that sorts, byte by byte, as
/// the type's labels do (catalog/enum_order.h). So an enum compares, hashes, compresses and is a key as a text does,
/// and only reading and writing it asks which labels there are.

/// The label; where `names` do not know it, the order itself.
std::string enum_label(LogicalType type, std::string_view order, const ObjectNames* names);
/// The value that has this label. Throws 22P02 `invalid input value for enum mood: "x"`.
std::string enum_order(LogicalType type, std::string_view label, const ObjectNames* names);

}  // namespace tidemark
