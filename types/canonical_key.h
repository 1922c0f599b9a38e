#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// Canonical key bytes (D27): for two rows, equal bytes ⇔ equal by SQL with NULLS NOT DISTINCT, and comparing the bytes
/// as unsigned characters orders the rows as ORDER BY all columns ASC NULLS LAST does. Keys of several columns are the
/// columns' bytes one after the other.
///
/// A column is one byte (0x01 value, 0x02 NULL) and then, for a value: integers, dates, timestamps: big-endian with the
/// sign bit flipped; floats: IEEE bits made monotone, -0.0 as 0.0, one NaN above all; text, bytea, jsonb: bytes with
/// 0x00 written as 00 FF, ended by 00 01; numeric: sign, exponent, base-100 digits without trailing zeros; interval:
/// 128 bits of its normalised microseconds (30-day months).
///
/// Storage sorts, merges, indexes and locks by these bytes; GROUP BY, DISTINCT and hash joins use the same function.

/// Appends the column bytes of one value.
void append_key(std::string& key, const Value& value);

/// Appends to keys[i] the column bytes of column row i; `keys.size() == column.size()`. Any vector form; entries of
/// dictionaries and runs are encoded once.
void append_keys(std::span<std::string> keys, const Vector& column);

/// Whether the original value can be read back from its key bytes (text, integers, timestamps, uuid, bytea, boolean:
/// yes; floats, numeric, interval, arrays: no, as they have several forms of one value, and char(n)).
bool key_keeps_original(LogicalType type);

/// Reads one column's value off the front of `key` and shortens it. Precondition: key_keeps_original(type). Throws
/// XX001 on malformed bytes.
Value take_from_key(std::string_view& key, LogicalType type);

/// Skips one column of any type. Throws XX001 on malformed bytes.
void skip_in_key(std::string_view& key, LogicalType type);

/// 64-bit hashes of each row for hash tables: rows equal as above have equal hashes. `combine`: mixes into what
/// `hashes` already holds. hashes.size() == column.size(). Any form.
void hash_rows(const Vector& column, std::span<uint64_t> hashes, bool combine);

}  // namespace tidemark
