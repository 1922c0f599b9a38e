#pragma once

#include "types/value.h"

namespace tidemark {

/// The size of a varlena header: PostgreSQL counts it in the modifiers of varchar, bpchar and numeric.
inline constexpr int32_t kVarlenaHeader = 4;

/// How a type modifier is applied to a value of its type.
enum class ModifierRule : uint8_t {
  kAssign,    ///< input and assignment: 22001 if a text is too long, unless only blanks are cut off
  kExplicit,  ///< CAST: too long a text is cut
};

/// The value as a column of exactly `type` holds it: texts checked or cut and padded, numerics rounded to the scale
/// (22003 if too large), times and intervals rounded. `value` has type's base; NULL stays.
Value with_modifier(const Value& value, LogicalType type, ModifierRule rule);

/// The same for texts alone (varchar, bpchar, bit, varbit).
std::string with_length(std::string_view text, LogicalType type, ModifierRule rule);

/// What a name keeps of a text: 63 bytes, and no part of a character. `text` is valid UTF-8.
std::string_view name_of_text(std::string_view text);

}  // namespace tidemark
