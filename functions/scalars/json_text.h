#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/vector.h"

namespace tidemark {

struct TypeIoOptions;

/// Walking over JSON that is known to be valid, as slices of its text.

enum class JsonKind : uint8_t { kObject, kArray, kString, kNumber, kBoolean, kNull };

/// Blanks around a value do not count.
JsonKind json_kind(std::string_view json);

struct JsonMember {
  std::string key;  ///< unescaped
  std::string_view value;
};
/// Precondition: an object.
std::vector<JsonMember> json_members(std::string_view object);
/// Precondition: an array.
std::vector<std::string_view> json_elements(std::string_view array);

/// Nothing if it is no object or has no such key; the last one if there are several.
std::optional<std::string_view> json_member(std::string_view json, std::string_view key);
/// From the end if negative. Nothing if it is no array or outside.
std::optional<std::string_view> json_element(std::string_view json, int64_t index);
/// Follows keys and, in arrays, numbers.
std::optional<std::string_view> json_at_path(std::string_view json, const std::vector<std::string>& path);

/// A string unescaped, others as they stand, null as nothing: what ->> gives.
std::optional<std::string> json_as_text(std::string_view json);

/// Appends row `row` of any vector as JSON, as to_json does: numbers and booleans bare, times in ISO 8601, json as it
/// is, arrays and rows by their parts, everything else as a string of its text.
void append_as_json(std::string& out, const Vector& values, size_t row, const TypeIoOptions& options);

}  // namespace tidemark
