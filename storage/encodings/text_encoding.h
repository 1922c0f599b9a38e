#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"
#include "storage/encodings/encoding_id.h"
#include "storage/encodings/page_goal.h"

namespace tidemark {

/// Streams of byte strings that no dictionary holds: their lengths as an integer stream and their bytes one after the
/// other, compressed with zstd where that saves a tenth.
///
///     id       1 byte: kPlainText or kCompressedText
///     lengths  varint length in bytes, integer stream
///     size     varint, bytes of all strings
///     bytes    kPlainText: as they are; kCompressedText: varint length, one zstd frame

void encode_texts(std::span<const std::string_view> values, PageGoal goal, ByteWriter& out);

/// The bytes that `decode_texts` needs, or SIZE_MAX if the stream is malformed. Bounded by what zstd can make of the
/// stream, so that damaged bytes cannot ask for a giant allocation.
[[nodiscard]] size_t decoded_text_bytes(std::string_view bytes, size_t count);

/// Fills `out` with views into `memory`, which has decoded_text_bytes() bytes. False if the bytes are malformed.
[[nodiscard]] bool decode_texts(std::string_view bytes, char* memory, std::span<std::string_view> out);

}  // namespace tidemark
