#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// The write-ahead log: files `wal/<number>.wal`, numbered without gaps, each of one header and records. A record is
/// one commit. All numbers are little-endian; records begin at multiples of 8. docs/FILE_FORMAT.md, "WAL".
///
///   file header (64 bytes)                      record header (56 bytes), then the payload, then zeros to 8 bytes
///    0  magic "TIDEWAL\n"                        0  checksum of all that follows it in the record
///    8  format version u32                       8  checksum of the record before (0 for the first of all)
///   12  unused u32                              16  file number
///   16  file number                             24  sequence number of the commit
///   24  number of the file before, or 0         32  synced offset
///   32  where its valid records end             40  payload length
///   40  checksum of its last record             48  kind u32
///   48  unused u64                              52  magic u32
///   56  checksum of bytes [0, 56)
///
/// Checksums are keyed by file number and offset, so that what a recycled file held before never counts. Each record
/// names the one before by its checksum, so that what a failed write left behind never counts either. The synced
/// offset says up to where this file was known to be durable when the record was written: a bad record before the
/// largest of them is damage, one after it is a torn tail (invariant 5).
namespace wal {

inline constexpr std::string_view kFileMagic = "TIDEWAL\n";
inline constexpr uint32_t kFormatVersion = 1;
inline constexpr size_t kFileHeaderBytes = 64;
inline constexpr size_t kRecordHeaderBytes = 56;
inline constexpr uint32_t kRecordMagic = 0x6c617754;

enum class RecordKind : uint32_t {
  kCommit = 1,
  kCopy = 2,  ///< rows of earlier commits again, so that the files that hold those can go; changes nothing
};

struct FileHeader {
  uint64_t number = 0;
  uint64_t previous_number = 0;
  uint64_t previous_end = 0;
  uint64_t previous_checksum = 0;
};

struct RecordHeader {
  uint64_t checksum = 0;
  uint64_t previous_checksum = 0;
  uint64_t file_number = 0;
  uint64_t sequence = 0;
  uint64_t synced_offset = 0;
  uint64_t payload_bytes = 0;
  RecordKind kind = RecordKind::kCommit;
};

/// Bytes of a whole record.
constexpr uint64_t record_bytes(uint64_t payload_bytes) {
  return (kRecordHeaderBytes + payload_bytes + 7) & ~uint64_t{7};
}

std::string encode_file_header(const FileHeader& header);
/// Nothing if the bytes are not the header of file `number`: an unused, recycled or torn file. Throws Error 0A000 for
/// an intact header of an unknown format version.
std::optional<FileHeader> decode_file_header(std::string_view bytes, uint64_t number);

/// Appends a record to `out`, as it will lie at `offset` of its file; fills in header.checksum.
void append_record(std::string& out, uint64_t offset, RecordHeader& header, std::string_view payload);
/// The header of the record that begins `bytes`, without a look at its checksum. Nothing if the magic is not there or
/// the file number is another.
std::optional<RecordHeader> decode_record_header(std::string_view bytes, uint64_t file_number);
/// Whether the whole record's checksum is right. `record` has record_bytes(payload) bytes.
bool record_is_intact(std::string_view record, const RecordHeader& header, uint64_t offset);

/// `<number>.wal`, 20 digits.
std::string file_name(uint64_t number);
/// The number of such a name.
std::optional<uint64_t> file_number(std::string_view name);

}  // namespace wal
}  // namespace tidemark
