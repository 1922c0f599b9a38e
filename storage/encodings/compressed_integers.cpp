// Integers or their differences as bytes, entropy-coded by zstd: for cold pages only, as it takes long to encode and
// decodes more slowly than packed bits. Differences of a slow walk take little more than the 2.2 bits that they are
// worth, in place of 3 packed ones.
//
//     form     1 byte: 0 values, 1 differences
//     first    zigzag varint, the first value; of differences only
//     base     zigzag varint
//     width    1 byte w, 1 … 8
//     planes   varint length, one zstd frame of w × count bytes: the lowest byte of (number - base) of each, then the
//              next byte of each, and so on; a difference's slot 0 is 0

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

// From this level on zstd weighs what a repeat costs, and leaves such bytes to its entropy coder: 2.35 bits a
// difference of the devops walk, where level 3 finds repeats that cost more than they save (3.0). About 150 µs a page;
// it decodes as fast as any.
constexpr int kEntropyLevel = 12;

struct FreeZstdContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// A context takes longer to make than a page to decode, and holds nothing from one page to the next.
ZSTD_CCtx* compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeZstdContext> context(ZSTD_createCCtx());
  return context.get();
}
ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeZstdContext> context(ZSTD_createDCtx());
  return context.get();
}

unsigned byte_width(std::span<const int64_t> values, int64_t base) {
  uint64_t range = 0;
  for (const int64_t value : values) {
    range |= static_cast<uint64_t>(value) - static_cast<uint64_t>(base);
  }
  return std::max(1U, static_cast<unsigned>(std::bit_width(range) + 7) / 8);
}

// Never by estimate: encode_integers asks for it by name (PageGoal::kSmall).
size_t estimate_compressed(const IntegerProfile&) { return SIZE_MAX; }

void encode_compressed(const IntegerProfile& profile, ByteWriter& out) {
  const size_t count = profile.values.size();
  const bool by_difference = count > 1 && profile.delta_plan.bytes < profile.value_plan.bytes;
  const std::span<const int64_t> numbers = by_difference ? profile.deltas : profile.values;
  const int64_t base = *std::ranges::min_element(by_difference ? numbers.subspan(1) : numbers);
  const unsigned width = byte_width(by_difference ? numbers.subspan(1) : numbers, base);
  std::string planes(width * count, '\0');
  for (size_t i = by_difference ? 1 : 0; i < count; ++i) {
    const uint64_t number = static_cast<uint64_t>(numbers[i]) - static_cast<uint64_t>(base);
    for (unsigned plane = 0; plane < width; ++plane) {
      planes[plane * count + i] = static_cast<char>(number >> (8 * plane));
    }
  }
  std::string frame(ZSTD_compressBound(planes.size()), '\0');
  const size_t size =
      ZSTD_compressCCtx(compressor(), frame.data(), frame.size(), planes.data(), planes.size(), kEntropyLevel);
  frame.resize(ZSTD_isError(size) != 0 ? 0 : size);
  out.put(static_cast<uint8_t>(by_difference ? 1 : 0));
  if (by_difference) {
    out.put_zigzag(profile.values[0]);
  }
  out.put_zigzag(base);
  out.put(static_cast<uint8_t>(width));
  out.put_string(frame);
}

bool decode_compressed(std::string_view bytes, std::span<int64_t> out) {
  ByteCursor cursor(bytes);
  const auto form = cursor.get<uint8_t>();
  const uint64_t first = form == 1 ? static_cast<uint64_t>(cursor.get_zigzag()) : 0;
  const auto base = static_cast<uint64_t>(cursor.get_zigzag());
  const auto width = cursor.get<uint8_t>();
  const std::string_view frame = cursor.take_string();
  if (!cursor.ok() || form > 1 || width < 1 || width > 8) {
    return false;
  }
  const size_t count = out.size();
  thread_local std::vector<uint8_t> planes;
  planes.resize(width * count);
  const size_t size = ZSTD_decompressDCtx(decompressor(), planes.data(), planes.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0 || size != planes.size()) {
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    out[i] = static_cast<int64_t>(base + planes[i]);
  }
  for (unsigned plane = 1; plane < width; ++plane) {
    for (size_t i = 0; i < count; ++i) {
      out[i] = static_cast<int64_t>(static_cast<uint64_t>(out[i]) +
                                    (static_cast<uint64_t>(planes[plane * count + i]) << (8 * plane)));
    }
  }
  if (form == 1 && count > 0) {
    uint64_t sum = first;
    out[0] = static_cast<int64_t>(sum);
    for (size_t i = 1; i < count; ++i) {
      sum += static_cast<uint64_t>(out[i]);
      out[i] = static_cast<int64_t>(sum);
    }
  }
  return true;
}

}  // namespace

const IntegerEncoding kCompressedIntegerEncoding{EncodingId::kCompressedIntegers, "compressed_integers",
                                                 estimate_compressed, encode_compressed, decode_compressed};

}  // namespace tidemark
