#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/value.h"

namespace tidemark {

struct TypeIoOptions;

/// Rows as values, `ROW(1, 'a')`. Packed form, which Value and Vector hold for TypeId::kRecord (little-endian):
///   uint16 count of fields, its highest bit set if they have names;
///   per field: uint8 type, uint8 element type, int32 modifier, uint8 1 if NULL, uint32 bytes;
///   then the bytes of each field as in types/packed_value.h; then, if there are names, of each uint16 bytes and
///   itself.
/// Names show in JSON only: rows with other names are equal.

/// `names` is empty or has one for each field.
std::string pack_record(std::span<const Value> fields, std::span<const std::string> names = {});
/// Throws XX001 if the bytes are malformed.
std::vector<Value> unpack_record(std::string_view packed);
/// The packed bytes of field `index`; nothing if it is NULL or there is none. Checks bounds, not types.
std::optional<std::string_view> packed_record_field(std::string_view packed, size_t index);
/// Empty if the fields have none.
std::vector<std::string> record_field_names(std::string_view packed);

/// Reads `(1,"a b",)` as a row of the fields of the named row type `type`, with their names. 22P02 `malformed record
/// literal: "…"`; 0A000 for rows of no named type.
std::string parse_record(LogicalType type, std::string_view text, const TypeIoOptions& options);
/// `(1,"a b",)`
void append_record_text(std::string& target, std::string_view packed, const TypeIoOptions& options);
/// PostgreSQL's record_send.
void append_record_binary(std::string& target, std::string_view packed);

}  // namespace tidemark
