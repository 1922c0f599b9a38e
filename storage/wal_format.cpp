#include "storage/wal_format.h"

#include <charconv>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"

namespace tidemark::wal {
namespace {

constexpr size_t kNameDigits = 20;
constexpr std::string_view kSuffix = ".wal";

}  // namespace

std::string encode_file_header(const FileHeader& header) {
  ByteWriter out;
  out.put_bytes(kFileMagic);
  out.put(kFormatVersion);
  out.put(uint32_t{0});
  out.put(header.number);
  out.put(header.previous_number);
  out.put(header.previous_end);
  out.put(header.previous_checksum);
  out.put(uint64_t{0});
  out.put(block_checksum(header.number, 0, out.view()));
  return out.take();
}

std::optional<FileHeader> decode_file_header(std::string_view bytes, uint64_t number) {
  if (bytes.size() < kFileHeaderBytes || !bytes.starts_with(kFileMagic)) {
    return std::nullopt;
  }
  ByteReader in(bytes.substr(0, kFileHeaderBytes), "wal file header");
  in.skip(kFileMagic.size());
  const auto version = in.get<uint32_t>();
  in.skip(sizeof(uint32_t));
  FileHeader header;
  header.number = in.get<uint64_t>();
  header.previous_number = in.get<uint64_t>();
  header.previous_end = in.get<uint64_t>();
  header.previous_checksum = in.get<uint64_t>();
  in.skip(sizeof(uint64_t));
  const auto checksum = in.get<uint64_t>();
  if (header.number != number ||
      checksum != block_checksum(number, 0, bytes.substr(0, kFileHeaderBytes - sizeof(checksum)))) {
    return std::nullopt;
  }
  if (version != kFormatVersion) {
    throw Error(sqlstate::kFeatureNotSupported, "WAL file " + std::to_string(number) + " has format version " +
                                                    std::to_string(version) + ", this server knows version " +
                                                    std::to_string(kFormatVersion));
  }
  return header;
}

void append_record(std::string& out, uint64_t offset, RecordHeader& header, std::string_view payload) {
  const size_t start = out.size();
  ByteWriter head;
  head.put(uint64_t{0});
  head.put(header.previous_checksum);
  head.put(header.file_number);
  head.put(header.sequence);
  head.put(header.synced_offset);
  head.put(uint64_t{payload.size()});
  head.put(static_cast<uint32_t>(header.kind));
  head.put(kRecordMagic);
  out.append(head.view());
  out.append(payload);
  out.resize(start + record_bytes(payload.size()), '\0');
  header.payload_bytes = payload.size();
  header.checksum = block_checksum(header.file_number, offset, std::string_view(out).substr(start + sizeof(uint64_t)));
  store_little_endian(out.data() + start, header.checksum);
}

std::optional<RecordHeader> decode_record_header(std::string_view bytes, uint64_t file_number) {
  if (bytes.size() < kRecordHeaderBytes) {
    return std::nullopt;
  }
  ByteReader in(bytes, "wal record");
  RecordHeader header;
  header.checksum = in.get<uint64_t>();
  header.previous_checksum = in.get<uint64_t>();
  header.file_number = in.get<uint64_t>();
  header.sequence = in.get<uint64_t>();
  header.synced_offset = in.get<uint64_t>();
  header.payload_bytes = in.get<uint64_t>();
  header.kind = static_cast<RecordKind>(in.get<uint32_t>());
  if (in.get<uint32_t>() != kRecordMagic || header.file_number != file_number) {
    return std::nullopt;
  }
  return header;
}

bool record_is_intact(std::string_view record, const RecordHeader& header, uint64_t offset) {
  return block_checksum(header.file_number, offset, record.substr(sizeof(uint64_t))) == header.checksum;
}

std::string file_name(uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, kNameDigits - digits.size(), '0');
  return digits.append(kSuffix);
}

std::optional<uint64_t> file_number(std::string_view name) {
  if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  uint64_t number = 0;
  const char* last = name.data() + kNameDigits;
  const auto [end, error] = std::from_chars(name.data(), last, number);
  if (error != std::errc() || end != last) {
    return std::nullopt;
  }
  return number;
}

}  // namespace tidemark::wal
