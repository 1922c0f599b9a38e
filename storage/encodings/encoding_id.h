#pragma once

#include <cstdint>

namespace tidemark {

/// How the values of a page are written; the first byte of every encoded stream. On disk: never reuse or change a
/// number.
enum class EncodingId : uint8_t {
  kConstant = 1,
  kRunLength = 2,
  kFrameOfReference = 3,
  kDelta = 4,
  kRawIntegers = 5,
  kCompressedIntegers = 6,
  kAlp = 16,
  kXorFloat = 17,
  kRawFloats = 18,
  kPlainText = 32,
  kCompressedText = 33,
};

}  // namespace tidemark
