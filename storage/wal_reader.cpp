#include "storage/wal_reader.h"

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "base/check.h"

namespace tidemark {
namespace {

constexpr uint64_t kReadBytes = 1 << 20;

}  // namespace

WalReader::WalReader(FileSystem& files, std::string path, uint64_t number)
    : file_(files.open_random_access(path)), number_(number), file_bytes_(file_->size()) {
  header_ = wal::decode_file_header(read(0, std::min<uint64_t>(file_bytes_, wal::kFileHeaderBytes)), number);
  end_ = wal::kFileHeaderBytes;
  if (header_) {
    last_checksum_ = header_->previous_checksum;
  }
}

bool WalReader::next(Record& record) {
  TIDEMARK_CHECK(header_);
  wal::RecordHeader header;
  const std::string_view bytes = read_record(end_, header);
  if (bytes.empty() || header.previous_checksum != last_checksum_) {
    return false;
  }
  record.kind = header.kind;
  record.sequence = header.sequence;
  record.payload = bytes.substr(wal::kRecordHeaderBytes, header.payload_bytes);
  end_ += bytes.size();
  last_checksum_ = header.checksum;
  return true;
}

uint64_t WalReader::durable_end_claimed_later() {
  uint64_t claimed = 0;
  for (uint64_t offset = end_; offset + wal::kRecordHeaderBytes <= file_bytes_;) {
    wal::RecordHeader header;
    const std::string_view record = read_record(offset, header);
    if (record.empty()) {
      offset += 8;
      continue;
    }
    claimed = std::max(claimed, header.synced_offset);
    offset += record.size();
  }
  return claimed;
}

std::string_view WalReader::read(uint64_t offset, uint64_t bytes) {
  if (offset < buffer_offset_ || offset + bytes > buffer_offset_ + buffer_.size()) {
    buffer_offset_ = offset;
    buffer_.resize(std::min(std::max(bytes, kReadBytes), file_bytes_ - offset));
    file_->read_exactly(offset, std::span<char>(buffer_));
  }
  return std::string_view(buffer_).substr(offset - buffer_offset_, bytes);
}

// The intact record at `offset`, or nothing.
std::string_view WalReader::read_record(uint64_t offset, wal::RecordHeader& header) {
  if (offset + wal::kRecordHeaderBytes > file_bytes_) {
    return {};
  }
  const auto head = wal::decode_record_header(read(offset, wal::kRecordHeaderBytes), number_);
  if (!head || head->payload_bytes > file_bytes_) {
    return {};
  }
  const uint64_t bytes = wal::record_bytes(head->payload_bytes);
  if (bytes > file_bytes_ - offset) {
    return {};
  }
  const std::string_view record = read(offset, bytes);
  if (!wal::record_is_intact(record, *head, offset)) {
    return {};
  }
  header = *head;
  return record;
}

std::optional<WalDamage> read_wal(FileSystem& files, const std::string& directory, uint64_t first_needed,
                                  WalReplay& replay,
                                  const std::function<void(const WalReader::Record&, uint64_t file_number)>& visit) {
  std::map<uint64_t, std::unique_ptr<WalReader>> begun;
  std::vector<uint64_t> unused;
  replay.position.next_number = first_needed;
  for (const std::string& name : files.list(directory)) {
    const std::optional<uint64_t> number = wal::file_number(name);
    if (!number) {
      continue;
    }
    replay.position.next_number = std::max(replay.position.next_number, *number + 1);
    if (*number < first_needed) {
      continue;
    }
    auto reader = std::make_unique<WalReader>(files, join_path(directory, name), *number);
    if (reader->header()) {
      begun.emplace(*number, std::move(reader));
    } else if (reader->durable_end_claimed_later() > 0) {
      return WalDamage{join_path(directory, name), 0, "the file header is damaged"};
    } else {
      unused.push_back(*number);
    }
  }
  const auto missing = [&](uint64_t number) {
    const std::string path = join_path(directory, wal::file_name(number));
    const bool is_unused = std::ranges::find(unused, number) != unused.end();
    return WalDamage{path, 0, is_unused ? "the file header is damaged" : "the file is missing"};
  };
  uint64_t previous = 0;
  for (auto file = begun.begin(); file != begun.end(); ++file) {
    const auto& [number, reader] = *file;
    const wal::FileHeader& header = *reader->header();
    const std::string path = join_path(directory, wal::file_name(number));
    if (previous == 0 ? header.previous_number >= first_needed : header.previous_number != previous) {
      return missing(header.previous_number);
    }
    if (previous != 0 && header.previous_checksum != replay.position.previous_checksum) {
      return WalDamage{path, 0, "the file does not continue the one before"};
    }
    // The next file says how far this one goes; else it goes as far as it is good.
    const auto next_file = std::next(file);
    const bool is_last = next_file == begun.end();
    const uint64_t end = is_last ? UINT64_MAX : next_file->second->header()->previous_end;
    WalReader::Record record;
    while (reader->end() < end && reader->next(record)) {
      visit(record, number);
      ++replay.records;
    }
    const bool is_short = is_last ? reader->durable_end_claimed_later() > reader->end() : reader->end() != end;
    if (is_short) {
      return WalDamage{path, reader->end(), "a record that was durable is damaged"};
    }
    previous = number;
    replay.position.previous_number = number;
    replay.position.previous_end = reader->end();
    replay.position.previous_checksum = reader->last_checksum();
    replay.torn_bytes_from = reader->end();
  }
  return std::nullopt;
}

WalReplay replay_wal(FileSystem& files, const std::string& directory, uint64_t first_needed, bool salvage,
                     const std::function<void(const WalReader::Record&, uint64_t file_number)>& visit) {
  WalReplay replay;
  const std::optional<WalDamage> damage = read_wal(files, directory, first_needed, replay, visit);
  if (damage) {
    replay.damage = "WAL file \"" + damage->file + "\" is damaged at offset " + std::to_string(damage->offset) + ": " +
                    damage->problem;
    if (!salvage) {
      throw Error(sqlstate::kDataCorrupted, replay.damage)
          .with_hint("Restore the folder from a backup, or open it with recover=salvage to keep what lies before.");
    }
    replay.salvaged = true;
    for (const std::string& name : files.list(directory)) {
      const std::optional<uint64_t> number = wal::file_number(name);
      const std::string aside = join_path(directory, name + ".damaged");
      if (number && *number >= first_needed && !files.exists(aside)) {
        files.link(join_path(directory, name), aside);
      }
    }
    files.sync_directory(directory);
  }
  // What is served from now on must survive the next crash, too: the last file may never have been synced.
  if (replay.position.previous_number != 0) {
    files
        .open_append(join_path(directory, wal::file_name(replay.position.previous_number)),
                     FileSystem::OpenMode::kExisting)
        ->sync();
  }
  return replay;
}

}  // namespace tidemark
