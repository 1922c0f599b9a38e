// The values as they lie in memory.

#include <cstring>

#include "storage/encodings/float_encoding.h"

namespace tidemark {

namespace {

template <class Float>
bool encode_raw_floats(std::span<const Float> values, PageGoal /*goal*/, ByteWriter& out) {
  out.put_bytes({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  return true;
}

template <class Float>
bool decode_raw_floats(std::string_view bytes, std::span<Float> out) {
  if (bytes.size() < out.size_bytes()) {
    return false;
  }
  if (!out.empty()) {
    std::memcpy(out.data(), bytes.data(), out.size_bytes());
  }
  return true;
}

}  // namespace

const FloatEncoding<double> kRawFloatEncoding{EncodingId::kRawFloats, "raw_floats", encode_raw_floats<double>,
                                              decode_raw_floats<double>};
const FloatEncoding<float> kRawFloatEncodingSingle{EncodingId::kRawFloats, "raw_floats", encode_raw_floats<float>,
                                                   decode_raw_floats<float>};

}  // namespace tidemark
