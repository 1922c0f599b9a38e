#include "storage/wal_writer.h"

#include <algorithm>

#include "base/check.h"

namespace tidemark {
namespace {

/// The first files are small, so that a small store is made and opened quickly.
constexpr uint64_t kFirstFileBytes = 1 << 20;
/// A file for which there is no room is made this small: enough for the records that drop tables and so free space.
constexpr uint64_t kSmallestFileBytes = 64 << 10;

}  // namespace

WalWriter::WalWriter(FileSystem& files, std::string directory, uint64_t file_bytes, const WalPosition& position)
    : files_(files),
      directory_(std::move(directory)),
      file_bytes_(std::max<uint64_t>(file_bytes, 4096)),
      position_(position),
      last_checksum_(position.previous_checksum),
      next_spare_number_(position.next_number) {}

void WalWriter::append(std::span<const Record> records) {
  uint64_t needed = 0;
  for (const Record& record : records) {
    needed += wal::record_bytes(record.payload.size());
  }
  if (file_ == nullptr || end_ + needed > allocated_) {
    open_next(wal::kFileHeaderBytes + needed);
  }
  std::string bytes;
  bytes.reserve(needed + wal::kFileHeaderBytes);
  const uint64_t start = header_written_ ? end_ : 0;
  if (!header_written_) {
    bytes = wal::encode_file_header({number_, position_.previous_number, position_.previous_end, last_checksum_});
  }
  uint64_t checksum = last_checksum_;
  for (const Record& record : records) {
    wal::RecordHeader header;
    header.previous_checksum = checksum;
    header.file_number = number_;
    header.sequence = record.sequence;
    header.synced_offset = synced_;
    header.kind = record.kind;
    wal::append_record(bytes, start + bytes.size(), header, record.payload);
    checksum = header.checksum;
  }
  file_->seek(start);
  try {
    file_->append(bytes);
  } catch (const IoError& error) {
    if (error.kind() != IoErrorKind::kNoSpace && error.kind() != IoErrorKind::kTooManyFiles) {
      throw;
    }
    // Part of the records may lie there now, whole and intact, though their writers are told that they failed: the
    // first is made unreadable, and what follows it has no predecessor then. If even that fails, nobody knows.
    try {
      file_->seek(start);
      file_->append(std::string(wal::kFileHeaderBytes, '\0'));
    } catch (const IoError& second) {
      throw IoError(IoErrorKind::kIo, second.message());
    }
    throw;
  }
  header_written_ = true;
  end_ = start + bytes.size();
  last_checksum_ = checksum;
  bytes_written_ += bytes.size();
  half_full_ = end_ > allocated_ / 2;
  unsynced_ = true;
}

void WalWriter::sync() {
  if (!unsynced_) {
    return;
  }
  try {
    file_->sync();
  } catch (const IoError& error) {
    // A full disk is no excuse: what was appended may be gone, and the next sync would say that all is well.
    throw IoError(IoErrorKind::kIo, error.message());
  }
  synced_ = end_;
  unsynced_ = false;
}

void WalWriter::open_next(uint64_t bytes_wanted) {
  // What the next file's header says of this one must be true.
  sync();
  const uint64_t number = file_ == nullptr ? position_.next_number : number_ + 1;
  {
    const std::lock_guard lock(spare_mutex_);
    if (spare_number_ != number) {
      make_spare(number);
    }
  }
  std::unique_ptr<AppendFile> next = files_.open_append(path_of(number), FileSystem::OpenMode::kExisting);
  uint64_t size = std::max(next_file_bytes(), bytes_wanted);
  if (!try_preallocate(*next, size)) {
    size = std::max(files_.file_size(path_of(number)), bytes_wanted);
    next->preallocate(size);
  }
  if (header_written_) {
    position_.previous_number = number_;
    position_.previous_end = end_;
  }
  file_ = std::move(next);
  number_ = number;
  allocated_ = size;
  end_ = wal::kFileHeaderBytes;
  synced_ = 0;
  header_written_ = false;
  half_full_ = false;
  const std::lock_guard lock(spare_mutex_);
  spare_number_ = 0;
  spare_is_ready_ = false;
  next_spare_number_ = number + 1;
}

uint64_t WalWriter::next_file_bytes() const {
  return std::min(file_bytes_, std::max(kFirstFileBytes, bytes_written_.load() * 2));
}

void WalWriter::prepare_spare() {
  if (!half_full_.load()) {
    return;
  }
  const std::lock_guard lock(spare_mutex_);
  if (spare_number_ == 0) {
    make_spare(next_spare_number_);
  }
}

void WalWriter::make_spare(uint64_t number) {
  const std::string path = path_of(number);
  {
    auto file = files_.open_append(path, FileSystem::OpenMode::kTruncate);
    if (!try_preallocate(*file, next_file_bytes())) {
      file->truncate(0);
      file->preallocate(std::min(next_file_bytes(), kSmallestFileBytes));
    }
    file->sync();
  }
  files_.sync_directory(directory_);
  spare_number_ = number;
  spare_is_ready_ = true;
}

// False if there is no room.
bool WalWriter::try_preallocate(AppendFile& file, uint64_t bytes) {
  try {
    file.preallocate(bytes);
    return true;
  } catch (const IoError& error) {
    if (error.kind() != IoErrorKind::kNoSpace) {
      throw;
    }
    return false;
  }
}

void WalWriter::recycle(uint64_t first_needed) {
  const std::lock_guard lock(spare_mutex_);
  bool changed = false;
  for (const std::string& name : files_.list(directory_)) {
    const std::optional<uint64_t> number = wal::file_number(name);
    if (!number || *number >= first_needed) {
      continue;
    }
    const std::string path = join_path(directory_, name);
    if (spare_number_ == 0 && next_spare_number_ > *number && files_.file_size(path) <= file_bytes_ * 2) {
      files_.rename(path, path_of(next_spare_number_));
      files_.sync_directory(directory_);
      spare_number_ = next_spare_number_;
      spare_is_ready_ = true;
    } else {
      files_.remove(path);
      changed = true;
    }
  }
  if (changed) {
    files_.sync_directory(directory_);
  }
}

}  // namespace tidemark
