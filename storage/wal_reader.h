#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "storage/wal_format.h"
#include "storage/wal_writer.h"

namespace tidemark {

/// Reads one WAL file from its header to its last valid record.
class WalReader {
 public:
  struct Record {
    wal::RecordKind kind = wal::RecordKind::kCommit;
    uint64_t sequence = 0;
    std::string_view payload;  ///< valid until the next call
  };

  /// Throws IoError, and 0A000 for an unknown format version.
  WalReader(FileSystem& files, std::string path, uint64_t number);

  /// Nothing if the file was not begun, or its head is torn.
  [[nodiscard]] const std::optional<wal::FileHeader>& header() const { return header_; }
  /// The next record; false at the first that is missing or bad. Precondition: header().
  bool next(Record& record);
  /// Where the valid records end so far, and the checksum of the last.
  [[nodiscard]] uint64_t end() const { return end_; }
  [[nodiscard]] uint64_t last_checksum() const { return last_checksum_; }
  /// After `next` gave false: up to where later records, if there are any, say that this file was durable.
  [[nodiscard]] uint64_t durable_end_claimed_later();

 private:
  std::string_view read(uint64_t offset, uint64_t bytes);
  std::string_view read_record(uint64_t offset, wal::RecordHeader& header);

  std::unique_ptr<RandomAccessFile> file_;
  const uint64_t number_;
  uint64_t file_bytes_;
  std::optional<wal::FileHeader> header_;
  uint64_t end_ = 0;
  uint64_t last_checksum_ = 0;
  std::string buffer_;
  uint64_t buffer_offset_ = 0;
};

struct WalReplay {
  WalPosition position;          ///< where the log goes on
  uint64_t records = 0;          ///< replayed
  uint64_t torn_bytes_from = 0;  ///< offset in the last file at which its valid records end
  bool salvaged = false;         ///< damage was met, what follows was left out
  std::string damage;            ///< what it was
};

/// Replays all records of the files from `first_needed` on, in order. A torn tail is an end; a bad record before what
/// is known to be durable throws XX001 naming file and offset, or with `salvage` ends the replay (invariant 5). Writes
/// nothing but, with `salvage`, second names `….damaged` of the files concerned. What was replayed is durable when this
/// returns.
WalReplay replay_wal(FileSystem& files, const std::string& directory, uint64_t first_needed, bool salvage,
                     const std::function<void(const WalReader::Record&, uint64_t file_number)>& visit);

/// The same, reading only: what is wrong, if anything, with file name and offset. For `check`.
struct WalDamage {
  std::string file;
  uint64_t offset = 0;
  std::string problem;
};
std::optional<WalDamage> read_wal(FileSystem& files, const std::string& directory, uint64_t first_needed,
                                  WalReplay& replay,
                                  const std::function<void(const WalReader::Record&, uint64_t file_number)>& visit);

}  // namespace tidemark
