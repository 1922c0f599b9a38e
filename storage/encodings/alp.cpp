// Floats that are decimals, as integers: value ≈ integer × 10^factor × 10^-exponent, checked to the bit for each value,
// and patched where it is not so (Afroozeh, Kuffó, Boncz, "ALP: Adaptive Lossless Floating-Point Compression", SIGMOD
// 2024). The integers are a stream of integer_encoding.h, so that slowly moving decimals become small differences.
//
//     exponent    1 byte
//     factor      1 byte
//     exceptions  varint k
//     integers    varint length in bytes, integer stream of the same count
//     positions   k × uint16
//     patches     k × the float itself

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/simd.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/float_encoding.h"
#include "storage/encodings/integer_encoding.h"
#include "types/vector.h"

namespace tidemark {

namespace {

constexpr size_t kExponents = 19;
constexpr std::array<double, kExponents> kPower = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
constexpr std::array<double, kExponents> kInversePower = {1e-0,  1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,
                                                          1e-7,  1e-8,  1e-9,  1e-10, 1e-11, 1e-12, 1e-13,
                                                          1e-14, 1e-15, 1e-16, 1e-17, 1e-18};
/// Adding it rounds to an integer that then stands in the low mantissa bits: conversion both ways by addition, which
/// every SIMD level has. Good for magnitudes below 2^51.
constexpr double kRounder = 0x1.8p52;
constexpr double kMagnitudeMax = 0x1p51;
constexpr size_t kScaleSampleSize = 48;
constexpr size_t kSampleMissesMax = 8;

template <class Float>
using Bits = std::conditional_t<sizeof(Float) == 8, uint64_t, uint32_t>;

struct Scale {
  unsigned exponent = 0;
  unsigned factor = 0;
};

TIDEMARK_ALWAYS_INLINE double to_double(int64_t integer) {
  return std::bit_cast<double>(static_cast<uint64_t>(integer) + std::bit_cast<uint64_t>(kRounder)) - kRounder;
}

template <class Float>
TIDEMARK_ALWAYS_INLINE Float from_integer(int64_t integer, Scale scale) {
  return static_cast<Float>(to_double(integer) * kPower[scale.factor] * kInversePower[scale.exponent]);
}

/// The integer that stands for `value`; false if none gives its very bits.
template <class Float>
bool to_integer(Float value, Scale scale, int64_t& integer) {
  const double scaled = static_cast<double>(value) * kPower[scale.exponent] * kInversePower[scale.factor];
  if (!(std::abs(scaled) < kMagnitudeMax)) {
    return false;
  }
  integer = static_cast<int64_t>((scaled + kRounder) - kRounder);
  return std::bit_cast<Bits<Float>>(from_integer<Float>(integer, scale)) == std::bit_cast<Bits<Float>>(value);
}

/// The scale of fewest decimals that fits a sample. Several (exponent, factor) pairs stand for one number of decimals:
/// they round differently, so each is tried.
template <class Float>
std::optional<Scale> choose_scale(std::span<const Float> values) {
  std::array<Float, kScaleSampleSize> sample;
  const size_t sample_size = std::min(kScaleSampleSize, values.size());
  for (size_t i = 0; i < sample_size; ++i) {
    sample[i] = values[i * values.size() / sample_size];
  }
  std::optional<Scale> best;
  size_t best_misses = kSampleMissesMax + 1;
  for (unsigned decimals = 0; decimals < kExponents; ++decimals) {
    for (unsigned factor = 0; factor + decimals < kExponents; ++factor) {
      const Scale scale{.exponent = decimals + factor, .factor = factor};
      size_t misses = 0;
      int64_t integer = 0;
      for (size_t i = 0; i < sample_size && misses < best_misses; ++i) {
        misses += to_integer(sample[i], scale, integer) ? 0 : 1;
      }
      if (misses < best_misses) {
        best = scale;
        best_misses = misses;
        if (misses == 0) {
          return best;
        }
      }
    }
  }
  return best;
}

template <class Float>
bool encode_alp(std::span<const Float> values, PageGoal goal, ByteWriter& out) {
  const std::optional<Scale> scale = choose_scale(values);
  if (!scale || values.size() > UINT16_MAX) {
    return false;
  }
  std::vector<int64_t> integers(values.size());
  std::vector<uint16_t> exceptions;
  int64_t last_good = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (to_integer(values[i], *scale, integers[i])) {
      last_good = integers[i];
    } else {
      integers[i] = last_good;
      exceptions.push_back(static_cast<uint16_t>(i));
    }
  }
  if (exceptions.size() * 4 > values.size() + 16) {
    return false;
  }
  ByteWriter stream;
  encode_integers(integers, stream, goal);
  out.put(static_cast<uint8_t>(scale->exponent));
  out.put(static_cast<uint8_t>(scale->factor));
  out.put_varint(exceptions.size());
  out.put_string(stream.view());
  for (const uint16_t position : exceptions) {
    out.put(position);
  }
  for (const uint16_t position : exceptions) {
    out.put(std::bit_cast<Bits<Float>>(values[position]));
  }
  return true;
}

TIDEMARK_SIMD_CLONES void scale_doubles(const int64_t* integers, size_t count, double power, double inverse_power,
                                        double* out) {
  for (size_t i = 0; i < count; ++i) {
    out[i] = to_double(integers[i]) * power * inverse_power;
  }
}

TIDEMARK_SIMD_CLONES void scale_floats(const int64_t* integers, size_t count, double power, double inverse_power,
                                       float* out) {
  for (size_t i = 0; i < count; ++i) {
    out[i] = static_cast<float>(to_double(integers[i]) * power * inverse_power);
  }
}

template <class Float>
bool decode_alp(std::string_view bytes, std::span<Float> out) {
  ByteCursor cursor(bytes);
  const auto exponent = cursor.get<uint8_t>();
  const auto factor = cursor.get<uint8_t>();
  const uint64_t exceptions = cursor.get_varint();
  const std::string_view stream = cursor.take_string();
  if (!cursor.ok() || exponent >= kExponents || factor >= kExponents || exceptions > out.size()) {
    return false;
  }
  const char* positions = cursor.take(exceptions * sizeof(uint16_t)).data();
  const char* patches = cursor.take(exceptions * sizeof(Float)).data();
  if (!cursor.ok()) {
    return false;
  }
  // A page fits the stack; longer streams are met only in tests.
  std::array<int64_t, kVectorSize> page;
  std::vector<int64_t> longer(out.size() > page.size() ? out.size() : 0);
  const std::span<int64_t> integers(longer.empty() ? page.data() : longer.data(), out.size());
  if (!decode_integers(stream, integers)) {
    return false;
  }
  if constexpr (sizeof(Float) == 8) {
    scale_doubles(integers.data(), out.size(), kPower[factor], kInversePower[exponent], out.data());
  } else {
    scale_floats(integers.data(), out.size(), kPower[factor], kInversePower[exponent], out.data());
  }
  for (size_t i = 0; i < exceptions; ++i) {
    const auto position = load_little_endian<uint16_t>(positions + i * sizeof(uint16_t));
    if (position >= out.size()) {
      return false;
    }
    // By its bytes: a signalling NaN must not pass through a register of floats.
    std::memcpy(&out[position], patches + i * sizeof(Float), sizeof(Float));
  }
  return true;
}

}  // namespace

const FloatEncoding<double> kAlpEncoding{EncodingId::kAlp, "alp", encode_alp<double>, decode_alp<double>};
const FloatEncoding<float> kAlpEncodingSingle{EncodingId::kAlp, "alp", encode_alp<float>, decode_alp<float>};

}  // namespace tidemark
