#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "storage/encodings/page_goal.h"
#include "types/vector.h"

namespace tidemark {

/// A page: up to kVectorSize rows of one column.
///
///     form      1 byte: bits 0–1 validity (0 all valid, 1 all NULL, 2 bitmap), bits 2–3 set (0 all, 1 none, 2 bitmap)
///     validity  if bitmap: ceil(rows / 8) bytes, bit i % 8 of byte i / 8 is row i, 1 = valid
///     set       if bitmap: the same, 1 = this version sets the column (merge versions, D3)
///     values    unless all NULL: the stream of the type's family (storage/encodings); under a NULL lies the value
///               before it, which costs nothing
///
/// Families: integers of any width, dates, times and booleans are int64 streams; float32 and float64 float streams;
/// intervals three int64 streams (microseconds, days, months), the first two with a varint length; uuids and bytes text
/// streams; or, where a row group has a dictionary, an int64 stream of codes (and no validity: NULL is a code).

/// Appends the page of a flat vector (not empty). `set`: null if all rows set the column.
void encode_page(const Vector& values, const Validity* set, PageGoal goal, ByteWriter& out);
/// The same with dictionary codes for values.
void encode_code_page(std::span<const int64_t> codes, const Validity* set, PageGoal goal, ByteWriter& out);

/// Reads `rows` rows back as a flat vector (constant NULL if all are). False if the bytes are malformed.
[[nodiscard]] bool decode_page(std::string_view bytes, LogicalType type, size_t rows, Vector& values, Validity& set);
/// The same for codes: a dictionary vector over `entries`, or a constant one if all rows have one code.
[[nodiscard]] bool decode_code_page(std::string_view bytes, const std::shared_ptr<const Vector>& entries, size_t rows,
                                    Vector& values, Validity& set);

/// The stream of values of an integer page without NULLs, for as_arithmetic_series; empty if it is no such page.
[[nodiscard]] std::string_view integer_stream(std::string_view page);

/// A validity with no bit set.
[[nodiscard]] Validity none_valid(size_t rows);

}  // namespace tidemark
