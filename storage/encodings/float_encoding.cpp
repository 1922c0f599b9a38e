#include "storage/encodings/float_encoding.h"

#include <array>

namespace tidemark {

namespace {

/// The tables: to add an encoding is a file and a line here. Raw comes last and fits everything.
constexpr std::array<const FloatEncoding<double>*, 3> kDoubleEncodings = {&kAlpEncoding, &kXorFloatEncoding,
                                                                          &kRawFloatEncoding};
constexpr std::array<const FloatEncoding<float>*, 2> kSingleEncodings = {&kAlpEncodingSingle, &kRawFloatEncodingSingle};

/// Takes the first encoding that saves a fifth against raw.
template <class Float, size_t count>
void encode_best(const std::array<const FloatEncoding<Float>*, count>& encodings, std::span<const Float> values,
                 PageGoal goal, ByteWriter& out) {
  const FloatEncoding<Float>* raw = encodings.back();
  const size_t start = out.size();
  for (const FloatEncoding<Float>* encoding : encodings) {
    out.put(static_cast<uint8_t>(encoding->id));
    if (encoding == raw) {
      encoding->encode(values, goal, out);
      return;
    }
    if (!values.empty() && encoding->encode(values, goal, out) && (out.size() - start) * 5 < values.size_bytes() * 4) {
      return;
    }
    out.buffer().resize(start);
  }
}

template <class Float, size_t count>
bool decode_any(const std::array<const FloatEncoding<Float>*, count>& encodings, std::string_view bytes,
                std::span<Float> out) {
  if (bytes.empty()) {
    return false;
  }
  for (const FloatEncoding<Float>* encoding : encodings) {
    if (static_cast<uint8_t>(bytes[0]) == static_cast<uint8_t>(encoding->id)) {
      return encoding->decode(bytes.substr(1), out);
    }
  }
  return false;
}

}  // namespace

std::span<const FloatEncoding<double>* const> float_encodings() { return kDoubleEncodings; }
std::span<const FloatEncoding<float>* const> single_float_encodings() { return kSingleEncodings; }

void encode_floats(std::span<const double> values, ByteWriter& out, PageGoal goal) {
  encode_best(kDoubleEncodings, values, goal, out);
}
void encode_floats(std::span<const float> values, ByteWriter& out, PageGoal goal) {
  encode_best(kSingleEncodings, values, goal, out);
}
bool decode_floats(std::string_view bytes, std::span<double> out) { return decode_any(kDoubleEncodings, bytes, out); }
bool decode_floats(std::string_view bytes, std::span<float> out) { return decode_any(kSingleEncodings, bytes, out); }

}  // namespace tidemark
