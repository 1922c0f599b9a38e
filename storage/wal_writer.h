#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "storage/wal_format.h"

namespace tidemark {

/// Where the WAL goes on.
struct WalPosition {
  uint64_t next_number = 1;        ///< of the next file
  uint64_t previous_number = 0;    ///< the file before it, 0 if none
  uint64_t previous_end = 0;       ///< where its valid records end
  uint64_t previous_checksum = 0;  ///< of the last record
};

/// Appends commits to the WAL. Used by one thread at a time (the commit leader), but for `recycle` and `prepare_spare`.
///
/// Files are preallocated before they are needed, so that a full disk is met there and not in the middle of a commit,
/// and files that nobody needs any more are overwritten rather than made anew (a sync of an allocated file costs a
/// third less).
class WalWriter {
 public:
  struct Record {
    wal::RecordKind kind = wal::RecordKind::kCommit;
    uint64_t sequence = 0;
    std::string_view payload;
  };

  /// `directory` must exist. Nothing is written yet.
  WalWriter(FileSystem& files, std::string directory, uint64_t file_bytes, const WalPosition& position);

  /// Appends the records as one write. They are durable only after `sync`. Records never span files. Throws IoError: if
  /// of kind kNoSpace or kTooManyFiles nothing was appended and the writer goes on; any other is final.
  void append(std::span<const Record> records);
  /// Throws IoError of kind kIo, whatever the disk said: it is final (invariant 11).
  void sync();
  [[nodiscard]] bool has_unsynced() const { return unsynced_; }

  /// The file that the next record goes to, at least.
  [[nodiscard]] uint64_t current_number() const { return file_ == nullptr ? position_.next_number : number_; }
  [[nodiscard]] uint64_t bytes_written() const { return bytes_written_.load(); }

  /// Makes the next file ready if the current one is half full and none is ready. Any thread. Throws IoError.
  void prepare_spare();
  /// Whether it is time for `prepare_spare`. Only by the leader.
  [[nodiscard]] bool wants_spare() const { return half_full_.load() && !spare_is_ready_.load(); }
  /// Takes files with numbers below `first_needed` out of the log, keeping at most one as the next spare. Any thread.
  void recycle(uint64_t first_needed);

 private:
  void open_next(uint64_t bytes_wanted);
  [[nodiscard]] uint64_t next_file_bytes() const;
  void make_spare(uint64_t number);
  static bool try_preallocate(AppendFile& file, uint64_t bytes);
  [[nodiscard]] std::string path_of(uint64_t number) const { return join_path(directory_, wal::file_name(number)); }

  FileSystem& files_;
  const std::string directory_;
  const uint64_t file_bytes_;

  WalPosition position_;
  std::unique_ptr<AppendFile> file_;
  uint64_t number_ = 0;
  uint64_t allocated_ = 0;
  uint64_t end_ = 0;     ///< of the records appended
  uint64_t synced_ = 0;  ///< end of those known to be durable
  bool unsynced_ = false;
  bool header_written_ = false;
  uint64_t last_checksum_ = 0;
  std::atomic<uint64_t> bytes_written_{0};
  std::atomic<bool> half_full_{false};
  std::atomic<bool> spare_is_ready_{false};

  std::mutex spare_mutex_;          ///< Guards the names of spare and old files, and spare_number_.
  uint64_t spare_number_ = 0;       ///< 0: none is ready
  uint64_t next_spare_number_ = 0;  ///< which number a spare must bear
};

}  // namespace tidemark
