#include "storage/encodings/text_encoding.h"

#include <zstd.h>

#include <cstring>
#include <string>
#include <vector>

#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

/// Below that a frame's own bytes eat the gain.
constexpr size_t kCompressBytesMin = 128;
constexpr int kLevelFast = 1;
constexpr int kLevelSmall = 12;

struct TextStream {
  bool compressed = false;
  std::string_view lengths;
  uint64_t bytes = 0;
  std::string_view payload;
};

bool read_stream(std::string_view bytes, TextStream& stream) {
  ByteCursor cursor(bytes);
  const auto id = static_cast<EncodingId>(cursor.get<uint8_t>());
  stream.compressed = id == EncodingId::kCompressedText;
  stream.lengths = cursor.take_string();
  stream.bytes = cursor.get_varint();
  stream.payload = stream.compressed ? cursor.take_string() : cursor.take(stream.bytes);
  if (!cursor.ok() || (!stream.compressed && id != EncodingId::kPlainText)) {
    return false;
  }
  return !stream.compressed || ZSTD_getFrameContentSize(stream.payload.data(), stream.payload.size()) == stream.bytes;
}

}  // namespace

void encode_texts(std::span<const std::string_view> values, PageGoal goal, ByteWriter& out) {
  std::vector<int64_t> lengths;
  lengths.reserve(values.size());
  std::string all;
  for (const std::string_view value : values) {
    lengths.push_back(static_cast<int64_t>(value.size()));
    all.append(value);
  }
  ByteWriter length_stream;
  encode_integers(lengths, length_stream, goal);
  std::string frame;
  if (all.size() >= kCompressBytesMin) {
    frame.resize(ZSTD_compressBound(all.size()));
    const int level = goal == PageGoal::kSmall ? kLevelSmall : kLevelFast;
    const size_t size = ZSTD_compress(frame.data(), frame.size(), all.data(), all.size(), level);
    frame.resize(ZSTD_isError(size) != 0 ? 0 : size);
  }
  const bool compressed = !frame.empty() && frame.size() * 10 < all.size() * 9;
  out.put(static_cast<uint8_t>(compressed ? EncodingId::kCompressedText : EncodingId::kPlainText));
  out.put_string(length_stream.view());
  out.put_varint(all.size());
  compressed ? out.put_string(frame) : out.put_bytes(all);
}

size_t decoded_text_bytes(std::string_view bytes, size_t count) {
  TextStream stream;
  // zstd packs at most about 2^17 : 1 (a block of 128 KiB of one byte takes a few bytes).
  constexpr uint64_t kRatioMax = 1 << 17;
  if (!read_stream(bytes, stream) || (stream.bytes > 0 && count == 0) ||
      (stream.compressed && stream.bytes / kRatioMax > stream.payload.size())) {
    return SIZE_MAX;
  }
  return stream.bytes;
}

bool decode_texts(std::string_view bytes, char* memory, std::span<std::string_view> out) {
  TextStream stream;
  std::vector<int64_t> lengths(out.size());
  if (!read_stream(bytes, stream) || !decode_integers(stream.lengths, lengths)) {
    return false;
  }
  if (stream.compressed) {
    const size_t size = ZSTD_decompress(memory, stream.bytes, stream.payload.data(), stream.payload.size());
    if (ZSTD_isError(size) != 0 || size != stream.bytes) {
      return false;
    }
  } else if (stream.bytes > 0) {
    std::memcpy(memory, stream.payload.data(), stream.bytes);
  }
  size_t position = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (lengths[i] < 0 || static_cast<uint64_t>(lengths[i]) > stream.bytes - position) {
      return false;
    }
    out[i] = {memory + position, static_cast<size_t>(lengths[i])};
    position += static_cast<size_t>(lengths[i]);
  }
  return position == stream.bytes;
}

}  // namespace tidemark
