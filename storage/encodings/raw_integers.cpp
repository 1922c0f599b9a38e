// Eight bytes a value, when nothing is smaller.

#include <cstring>

#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

size_t estimate_raw_integers(const IntegerProfile& profile) { return profile.values.size_bytes(); }

void encode_raw_integers(const IntegerProfile& profile, ByteWriter& out) {
  out.put_bytes({reinterpret_cast<const char*>(profile.values.data()), profile.values.size_bytes()});
}

bool decode_raw_integers(std::string_view bytes, std::span<int64_t> out) {
  if (bytes.size() < out.size_bytes()) {
    return false;
  }
  if (!out.empty()) {
    std::memcpy(out.data(), bytes.data(), out.size_bytes());
  }
  return true;
}

}  // namespace

const IntegerEncoding kRawIntegerEncoding{EncodingId::kRawIntegers, "raw_integers", estimate_raw_integers,
                                          encode_raw_integers, decode_raw_integers};

}  // namespace tidemark
