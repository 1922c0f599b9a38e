// The values as they lie in memory.

#include <cstring>

#include "storage/encodings/float_encoding.h"

namespace tidemark {

namespace {

template <class Float>
bool encode(std::span<const Float> values, ByteWriter& out) {
  out.put_bytes({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  return true;
}

template <class Float>
bool decode(std::string_view bytes, std::span<Float> out) {
  if (bytes.size() < out.size_bytes()) {
    return false;
  }
  if (!out.empty()) {
    std::memcpy(out.data(), bytes.data(), out.size_bytes());
  }
  return true;
}

}  // namespace

const FloatEncoding<double> kRawFloatEncoding{EncodingId::kRawFloats, "raw_floats", encode<double>, decode<double>};
const FloatEncoding<float> kRawFloatEncodingSingle{EncodingId::kRawFloats, "raw_floats", encode<float>, decode<float>};

}  // namespace tidemark
