#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"
#include "storage/encodings/encoding_id.h"
#include "storage/encodings/page_goal.h"

namespace tidemark {

/// Streams of float64 and float32, lossless to the bit: NaN payloads, -0.0 and infinities come back as they were.

/// One encoding: a row of the table in float_encoding.cpp.
template <class Float>
struct FloatEncoding {
  EncodingId id;
  const char* name;
  /// Appends the encoded values (not empty). False, with `out` unchanged, if the encoding does not fit them.
  bool (*encode)(std::span<const Float> values, PageGoal goal, ByteWriter& out);
  /// Fills `out`. False if the bytes are malformed; never reads or writes out of bounds.
  bool (*decode)(std::string_view bytes, std::span<Float> out);
};

extern const FloatEncoding<double> kAlpEncoding;
extern const FloatEncoding<float> kAlpEncodingSingle;
extern const FloatEncoding<double> kXorFloatEncoding;
extern const FloatEncoding<double> kRawFloatEncoding;
extern const FloatEncoding<float> kRawFloatEncodingSingle;

std::span<const FloatEncoding<double>* const> float_encodings();
std::span<const FloatEncoding<float>* const> single_float_encodings();

/// Appends the id byte and the best form: ALP where it helps, the XOR form only if it is a fifth smaller than raw.
void encode_floats(std::span<const double> values, ByteWriter& out, PageGoal goal = PageGoal::kFast);
void encode_floats(std::span<const float> values, ByteWriter& out, PageGoal goal = PageGoal::kFast);
[[nodiscard]] bool decode_floats(std::string_view bytes, std::span<double> out);
[[nodiscard]] bool decode_floats(std::string_view bytes, std::span<float> out);

}  // namespace tidemark
