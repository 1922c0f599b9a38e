#include "storage/encodings/integer_encoding.h"

#include <array>
#include <vector>

#include "base/check.h"
#include "storage/encodings/byte_cursor.h"

namespace tidemark {

namespace {

/// The table: to add an encoding is a file and a line here. Of equal sizes the earlier wins: it decodes faster.
constexpr std::array<const IntegerEncoding*, 6> kIntegerEncodings = {
    &kConstantEncoding, &kRunLengthEncoding,  &kFrameOfReferenceEncoding,
    &kDeltaEncoding,    &kRawIntegerEncoding, &kCompressedIntegerEncoding};
/// Below that a frame's own bytes eat the gain.
constexpr size_t kEntropyCodedBytesMin = 64;

std::vector<int64_t> differences(std::span<const int64_t> values) {
  std::vector<int64_t> deltas(values.size());
  for (size_t i = 1; i < values.size(); ++i) {
    deltas[i] = static_cast<int64_t>(static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(values[i - 1]));
  }
  return deltas;
}

}  // namespace

std::span<const IntegerEncoding* const> integer_encodings() { return kIntegerEncodings; }

void encode_integers(std::span<const int64_t> values, ByteWriter& out, PageGoal goal) {
  if (values.empty()) {
    out.put(static_cast<uint8_t>(EncodingId::kRawIntegers));
    return;
  }
  const std::vector<int64_t> deltas = differences(values);
  IntegerProfile profile{.values = values, .deltas = deltas, .run_count = 1, .value_plan = {}, .delta_plan = {}};
  for (size_t i = 1; i < deltas.size(); ++i) {
    profile.run_count += deltas[i] != 0 ? 1 : 0;
  }
  if (profile.run_count > 1) {
    profile.value_plan = plan_packing(values);
    profile.delta_plan = plan_packing(std::span(deltas).subspan(1));
  }
  const IntegerEncoding* best = nullptr;
  size_t best_bytes = SIZE_MAX;
  for (const IntegerEncoding* encoding : kIntegerEncodings) {
    const size_t bytes = encoding->estimate(profile);
    if (bytes < best_bytes) {
      best = encoding;
      best_bytes = bytes;
      if (profile.run_count == 1) {
        break;
      }
    }
  }
  TIDEMARK_FATAL_CHECK(best != nullptr);
  if (goal == PageGoal::kSmall && best_bytes >= kEntropyCodedBytesMin) {
    ByteWriter compressed;
    kCompressedIntegerEncoding.encode(profile, compressed);
    if (compressed.size() * 10 < best_bytes * 9) {
      out.put(static_cast<uint8_t>(kCompressedIntegerEncoding.id));
      out.put_bytes(compressed.view());
      return;
    }
  }
  out.put(static_cast<uint8_t>(best->id));
  best->encode(profile, out);
}

bool decode_integers(std::string_view bytes, std::span<int64_t> out) {
  if (bytes.empty()) {
    return false;
  }
  for (const IntegerEncoding* encoding : kIntegerEncodings) {
    if (static_cast<uint8_t>(bytes[0]) == static_cast<uint8_t>(encoding->id)) {
      return encoding->decode(bytes.substr(1), out);
    }
  }
  return false;
}

std::optional<ArithmeticSeries> as_arithmetic_series(std::string_view bytes) {
  ByteCursor cursor(bytes);
  const auto id = static_cast<EncodingId>(cursor.get<uint8_t>());
  if (id == EncodingId::kConstant) {
    const int64_t value = cursor.get_zigzag();
    return cursor.ok() ? std::optional(ArithmeticSeries{value, 0}) : std::nullopt;
  }
  if (id != EncodingId::kDelta) {
    return std::nullopt;
  }
  ArithmeticSeries series;
  series.first = cursor.get_zigzag();
  series.step = cursor.get_zigzag();
  const auto width = cursor.get<uint8_t>();
  const uint64_t exceptions = cursor.get_varint();
  return cursor.ok() && width == 0 && exceptions == 0 ? std::optional(series) : std::nullopt;
}

}  // namespace tidemark
