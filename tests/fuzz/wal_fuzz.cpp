// The write-ahead log: a file of arbitrary bytes, behind a head that fits; a record's payload, past its checksum; a
// change of the catalog. What decodes must encode to something that decodes to the same bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/faulty_file_system.h"
#include "catalog/catalog.h"
#include "storage/wal_reader.h"
#include "storage/write_set_codec.h"
#include "tests/fuzz/refusal.h"

namespace tidemark {
namespace {

using fuzz::fail;

/// Records are kept as offsets into `bytes`: each takes one byte as its payload's length, so that whole ones are met
/// often.
std::string file_of(std::string_view bytes, bool with_records) {
  std::string file = wal::encode_file_header({.number = 1});
  uint64_t previous = 0;
  uint64_t sequence = 1;
  while (with_records && bytes.size() > 1 && (bytes[0] & 1) != 0) {
    const size_t length = std::min<size_t>(static_cast<uint8_t>(bytes[0]), bytes.size() - 1);
    wal::RecordHeader header{.previous_checksum = previous, .file_number = 1, .sequence = sequence++};
    wal::append_record(file, file.size(), header, bytes.substr(1, length));
    previous = header.checksum;
    bytes.remove_prefix(1 + length);
  }
  return file.append(bytes);
}

void read_file_of(std::string_view bytes, bool with_records) {
  FaultyFileSystem files;
  const std::string path = wal::file_name(1);
  const std::string file = file_of(bytes, with_records);
  files.open_append(path, FileSystem::OpenMode::kCreateNew)->append(file);
  WalReader reader(files, path, 1);
  WalReader::Record record;
  uint64_t end = reader.end();
  while (reader.header() && reader.next(record)) {
    if (reader.end() <= end || reader.end() > file.size() + 7) {
      fail("a record does not end behind the one before");
    }
    end = reader.end();
  }
  static_cast<void>(reader.durable_end_claimed_later());
}

void read_write_set(std::string_view bytes) {
  const WriteSet writes = decode_write_set(bytes);
  const std::string once = encode_write_set(writes).bytes;
  if (encode_write_set(decode_write_set(once)).bytes != once) {
    fail("a write set does not survive being written");
  }
}

void read_deltas(std::string_view bytes) {
  while (!bytes.empty()) {
    const CatalogDelta delta = decode_delta(bytes);
    std::string once;
    encode_delta(once, delta);
    std::string_view rest = once;
    std::string twice;
    encode_delta(twice, decode_delta(rest));
    if (!rest.empty() || once != twice) {
      fail("a change of the catalog does not survive being written");
    }
  }
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  fuzz::allow_refusal([&] {
    switch (data[0] % 4) {
      case 0:
        return read_file_of(bytes, false);
      case 1:
        return read_file_of(bytes, true);
      case 2:
        return read_write_set(bytes);
      default:
        return read_deltas(bytes);
    }
  });
  return 0;
}
