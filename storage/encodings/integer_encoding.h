#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "storage/encodings/encoding_id.h"
#include "storage/encodings/page_goal.h"

namespace tidemark {

/// Streams of int64: integers of all widths, dates and times, dictionary codes, lengths, booleans, and the integers
/// that ALP makes of doubles. An encoded stream is the EncodingId byte and what the encoding writes after it; the count
/// is known to whoever reads.

/// Which window of values gets `width` bits, and how many values lie outside and are patched.
struct PackPlan {
  int64_t base = 0;
  unsigned width = 0;
  size_t exceptions = 0;
  size_t bytes = 0;  ///< packed values and exceptions
};

/// What one look at the values tells; all encodings estimate from it.
struct IntegerProfile {
  std::span<const int64_t> values;
  std::span<const int64_t> deltas;  ///< deltas[0] = 0, deltas[i] = values[i] - values[i - 1], modulo 2^64
  size_t run_count = 0;
  PackPlan value_plan;
  PackPlan delta_plan;  ///< of deltas[1 …]
};

/// One encoding: a row of the table in integer_encoding.cpp. Lossless for any values.
struct IntegerEncoding {
  EncodingId id;
  const char* name;
  /// Bytes that `encode` will write, about; SIZE_MAX if it does not fit these values. `values` are not empty.
  size_t (*estimate)(const IntegerProfile& profile);
  void (*encode)(const IntegerProfile& profile, ByteWriter& out);
  /// Fills `out` from what `encode` wrote. False if the bytes are malformed; never reads or writes out of bounds.
  bool (*decode)(std::string_view bytes, std::span<int64_t> out);
};

extern const IntegerEncoding kConstantEncoding;
extern const IntegerEncoding kRunLengthEncoding;
extern const IntegerEncoding kFrameOfReferenceEncoding;
extern const IntegerEncoding kDeltaEncoding;
extern const IntegerEncoding kRawIntegerEncoding;
extern const IntegerEncoding kCompressedIntegerEncoding;

/// All of them.
std::span<const IntegerEncoding* const> integer_encodings();

/// Appends the id byte and the smallest form of `values` among those that suit the goal.
void encode_integers(std::span<const int64_t> values, ByteWriter& out, PageGoal goal = PageGoal::kFast);
/// False if the bytes are malformed.
[[nodiscard]] bool decode_integers(std::string_view bytes, std::span<int64_t> out);

/// values[i] = first + i * step: a regular time page, or a constant one. Read without decoding.
struct ArithmeticSeries {
  int64_t first = 0;
  int64_t step = 0;
};
[[nodiscard]] std::optional<ArithmeticSeries> as_arithmetic_series(std::string_view bytes);

/// Chooses base, width and exceptions for `values` (not empty) from a sample of them.
PackPlan plan_packing(std::span<const int64_t> values);

/// Values packed by a plan: base, width, the packed bits, and then the positions and values of the exceptions.
void write_packed(std::span<const int64_t> values, const PackPlan& plan, ByteWriter& out);

/// `write_packed` read back, checked once against the bytes and the count.
struct PackedValues {
  int64_t base = 0;
  unsigned width = 0;
  const char* packed = nullptr;
  size_t exceptions = 0;
  const char* positions = nullptr;  ///< uint16 each, ascending
  const char* patches = nullptr;    ///< int64 each
};
[[nodiscard]] bool read_packed(std::string_view bytes, size_t count, PackedValues& packed);

}  // namespace tidemark
