// Memtables → segments, the manifest that names them, and the WAL space that this frees.

#include <algorithm>
#include <unordered_set>

#include "base/check.h"
#include "base/error.h"
#include "base/logging.h"
#include "storage/memtable_flush.h"
#include "storage/snapshot.h"
#include "storage/store_impl.h"

namespace tidemark {
namespace {

/// A memtable below this is written to the WAL again rather than to a segment when it is all that keeps an old WAL file
/// (D26): a quiet table costs a few kilobytes of log, not a stream of tiny files.
constexpr uint64_t kCopiedBytesMax = 256 << 10;
/// WAL files behind the current one that may wait for quiet tables.
constexpr uint64_t kWalFilesKept = 4;
constexpr std::string_view kReserveName = "RESERVE";
constexpr uint64_t kReserveBytesMin = 1 << 20;

}  // namespace

void StoreImpl::maintain(const std::function<void()>& work) {
  const std::lock_guard lock(maintenance_mutex_);
  guard_io(work);
}

void StoreImpl::guard_io(const std::function<void()>& work) {
  if (has_failed()) {
    throw_failed();
  }
  try {
    work();
  } catch (const IoError& error) {
    // Lack of a resource passes; anything else may have lost what was written (invariants 11 to 13).
    if (error.kind() != IoErrorKind::kNoSpace && error.kind() != IoErrorKind::kTooManyFiles) {
      fail(error.message());
    }
    throw;
  }
}

void StoreImpl::flush(ObjectId table) {
  maintain([&] {
    if (manifest_is_stale_) {
      save();  // gives back space that the flush may need
    }
    std::vector<ObjectId> tables;
    {
      const std::lock_guard lock(state_mutex_);
      for (const auto& [id, state] : tables_) {
        if (table == kNoObject || id == table) {
          tables.push_back(id);
        }
      }
    }
    for (const ObjectId id : tables) {
      flush_one(id);
    }
    if (manifest_is_stale_) {
      save();
    }
  });
}

void StoreImpl::flush_one(ObjectId id) {
  FlushInput input;
  uint64_t rank = 0;
  SequenceNumber complete_through = 0;
  std::shared_ptr<const Catalog> catalog;
  {
    const std::lock_guard lock(state_mutex_);
    const auto found = tables_.find(id);
    if (found == tables_.end()) {
      return;
    }
    TableState& table = found->second;
    if (table.memory.entries().empty() && table.memory.tombstones().empty()) {
      return;
    }
    complete_through = applied_sequence_;
    table.memory.freeze();
    rank = table.memory.next_rank() - 1;
    catalog = catalog_;
    input.entry = *catalog->table(id);
    input.layout = table.memory.layout();
    TableSources own;
    table.memory.describe(own);
    input.memory = std::move(own.memory);
    input.tombstones = std::move(own.tombstones);
    input.partitions = table.partitions;
    input.older_tombstones = table.tombstones;
    input.older_tombstones.insert(input.older_tombstones.end(), input.tombstones.begin(), input.tombstones.end());
  }
  if (const CatalogEntry* object = catalog->object(input.entry.schema)) {
    input.schema = std::get_if<SchemaEntry>(object);
  }
  input.time_from = oldest_time_kept(input.entry, *catalog, clock_.wall_us());

  FlushOutput output;
  FileId file = 0;
  if (!input.memory.empty()) {
    file = segments_->allocate();
    const std::string temporary = segments_->temporary_path(file);
    try {
      SegmentWriter writer(files_, temporary, file, *input.layout);
      output = write_memtables(input, writer);
    } catch (...) {
      remove_quietly(temporary);
      throw;
    }
    if (output.extents.empty()) {
      files_.remove(temporary);
    } else {
      segments_->publish(file);
    }
  }

  const std::lock_guard lock(state_mutex_);
  const auto found = tables_.find(id);
  const bool is_current = found != tables_.end() && still_there(found->second, input);
  if (!is_current) {
    // Dropped or truncated meanwhile.
    if (!output.extents.empty()) {
      segments_->retire(file);
    }
    return;
  }
  TableState& table = found->second;
  std::vector<TableSources::Partition> partitions = table.partitions.vector();
  for (const FlushOutput::Extent& extent : output.extents) {
    auto place = std::ranges::find_if(partitions, [&](const TableSources::Partition& partition) {
      return Window{partition.time_min, partition.time_max, partition.holds_null_times} == extent.window;
    });
    if (place == partitions.end()) {
      // By time, that of NULL last.
      place = std::ranges::find_if(partitions, [&](const TableSources::Partition& partition) {
        return partition.holds_null_times ||
               (!extent.window.holds_null_times && partition.time_min > extent.window.time_min);
      });
      place = partitions.insert(place,
                                {extent.window.time_min, extent.window.time_max, extent.window.holds_null_times, {}});
    }
    TableSources::Run& run = place->runs.emplace_back(TableSources::Run{segments_->reader(file), extent.extent, rank});
    widen_bounds(run.extent.bounds, table.memory.layout()->series.size() - input.layout->series.size());
  }
  table.partitions = std::move(partitions);
  table.tombstones.insert(table.tombstones.end(), input.tombstones.begin(), input.tombstones.end());
  table.flushed_sequence = complete_through;
  const uint64_t before = table.memory.memory_bytes();
  table.memory.drop_through(rank);
  memtable_bytes_ -= before - table.memory.memory_bytes();
  drop_idle_tombstones(table);
  manifest_is_stale_ = true;
  publish(published_->sequence, {&id, 1});
  flushes_ += 1;
  const std::lock_guard room(room_mutex_);
  room_.notify_all();
}

// Whether what a flush took is still what lies lowest in memory.
bool StoreImpl::still_there(const TableState& table, const FlushInput& input) {
  const auto& entries = table.memory.entries();
  const auto& tombstones = table.memory.tombstones();
  return entries.size() >= input.memory.size() && tombstones.size() >= input.tombstones.size() &&
         std::ranges::equal(input.memory, std::span(entries).first(input.memory.size()), {},
                            &TableSources::Memory::rank, &MemoryList::Entry::rank) &&
         std::ranges::equal(input.tombstones, std::span(tombstones).first(input.tombstones.size()), {},
                            &TableSources::Tombstone::rank,
                            [](const MemoryList::Tombstone& tombstone) { return tombstone.tombstone.rank; });
}

// Forgets tombstones of flushed commits that nothing is left of to act on.
void StoreImpl::drop_idle_tombstones(TableState& table) {
  std::erase_if(table.tombstones, [&](const TableSources::Tombstone& tombstone) {
    const KeyRange range = KeyRange::of_prefix(tombstone.range.series_prefix, tombstone.range.from, tombstone.range.to);
    return std::ranges::none_of(table.partitions, [&](const TableSources::Partition& partition) {
      return std::ranges::any_of(partition.runs, [&](const TableSources::Run& run) {
        return run.rank < tombstone.rank && run.extent.bounds.intersects(range);
      });
    });
  });
}

void StoreImpl::remove_quietly(const std::string& path) noexcept {
  try {
    files_.remove(path);
  } catch (...) {  // NOLINT(bugprone-empty-catch): swept at the next start
  }
}

// The lowest WAL file with something that is nowhere else. Under state_mutex_.
uint64_t StoreImpl::first_wal_needed() const {
  uint64_t first = wal_ != nullptr ? wal_->current_number() : UINT64_MAX;
  if (replaying_wal_number_ != 0) {
    first = std::min(first, replaying_wal_number_);
  }
  for (const auto& [id, table] : tables_) {
    for (const MemoryList::Entry& entry : table.memory.entries()) {
      first = std::min(first, entry.wal_number);
    }
    for (const MemoryList::Tombstone& tombstone : table.memory.tombstones()) {
      first = std::min(first, tombstone.wal_number);
    }
  }
  return first;
}

// Makes the present state the durable one, then gives back what it no longer needs (invariant 8).
void StoreImpl::save() {
  write_manifest();
  if (wal_ != nullptr) {
    wal_->recycle(manifest_.wal_first);
  }
}

void StoreImpl::write_manifest() {
  Manifest manifest;
  std::shared_ptr<const Catalog> catalog;
  uint64_t catalog_wal = 0;
  {
    const std::lock_guard lock(state_mutex_);
    manifest.sequence = published_->sequence;
    catalog = catalog_;
    catalog_wal = std::exchange(catalog_wal_number_, 0);
    manifest.wal_first = first_wal_needed();
    for (const auto& [id, table] : tables_) {
      Manifest::Table& saved = manifest.tables.emplace_back();
      saved.id = id;
      saved.flushed_sequence = table.flushed_sequence;
      saved.next_row_id = table.next_row_id;
      saved.next_rank = table.memory.next_rank();
      for (const TableSources::Partition& partition : table.partitions) {
        Manifest::Partition& made = saved.partitions.emplace_back();
        made.time_min = partition.time_min;
        made.time_max = partition.time_max;
        made.holds_null_times = partition.holds_null_times;
        for (const TableSources::Run& run : partition.runs) {
          made.runs.push_back({run.extent, run.rank});
        }
      }
      for (const TableSources::Tombstone& tombstone : table.tombstones) {
        saved.tombstones.push_back({tombstone.range, tombstone.rank});
      }
    }
    manifest_is_stale_ = false;
  }
  // The WAL up to `sequence` must be durable before a manifest says that it was applied: without a sync on commit it
  // may not be.
  if (wal_ != nullptr) {
    queue_.exclusively([this] { sync_wal(); });
  }
  const bool catalog_changed = catalog->version() != catalog_version_saved_ || manifest_.number == 0;
  manifest.number = manifest_.number + 1;
  manifest.catalog_number = catalog_changed ? manifest.number : manifest_.catalog_number;
  manifest.next_object_id = next_object_id_.load();
  manifest.next_file_id = segments_->next_file();
  const auto install = [&] { manifests_->install(manifest, catalog_changed ? catalog.get() : nullptr); };
  try {
    try {
      install();
    } catch (const IoError& error) {
      if (error.kind() != IoErrorKind::kNoSpace || !release_reserve()) {
        throw;
      }
      install();
    }
  } catch (...) {
    const std::lock_guard lock(state_mutex_);
    manifest_is_stale_ = true;
    if (catalog_wal != 0) {
      catalog_wal_number_ = catalog_wal_number_ == 0 ? catalog_wal : std::min(catalog_wal, catalog_wal_number_);
    }
    throw;
  }
  std::unordered_set<FileId> kept;
  for (const Manifest::Table& table : manifest.tables) {
    for (const Manifest::Partition& partition : table.partitions) {
      for (const Manifest::Run& run : partition.runs) {
        kept.insert(run.extent.file);
      }
    }
  }
  std::unordered_set<FileId> gone;
  for (const Manifest::Table& table : manifest_.tables) {
    for (const Manifest::Partition& partition : table.partitions) {
      for (const Manifest::Run& run : partition.runs) {
        if (!kept.contains(run.extent.file)) {
          gone.insert(run.extent.file);
        }
      }
    }
  }
  manifest_ = std::move(manifest);
  catalog_version_saved_ = catalog->version();
  for (const FileId file : gone) {
    segments_->retire(file);
  }
  manifests_->remove_others(manifest_);
  restore_reserve();
}

// Invariant 12: dropping and retention must work on a full disk. Room is kept for what they write before they free
// anything: a record in a small WAL file, a catalog and a manifest like those that there are.
void StoreImpl::restore_reserve() {
  const std::lock_guard lock(reserve_mutex_);
  const std::string path = join_path(folder_, kReserveName);
  const uint64_t bytes = kReserveBytesMin +
                         files_.file_size(join_path(folder_, ManifestStore::manifest_name(manifest_.number))) +
                         files_.file_size(join_path(folder_, ManifestStore::catalog_name(manifest_.catalog_number)));
  const bool exists = files_.exists(path);
  if (exists && files_.file_size(path) >= bytes) {
    return;
  }
  try {
    files_.open_append(path, exists ? FileSystem::OpenMode::kExisting : FileSystem::OpenMode::kTruncate)
        ->preallocate(bytes + bytes / 2);  // not each time that a manifest grows
  } catch (const IoError& error) {
    if (error.kind() != IoErrorKind::kNoSpace && error.kind() != IoErrorKind::kTooManyFiles) {
      throw;
    }
  }
}

// False if there is none to release.
bool StoreImpl::release_reserve() {
  const std::lock_guard lock(reserve_mutex_);
  const std::string path = join_path(folder_, kReserveName);
  if (!files_.exists(path)) {
    return false;
  }
  files_.remove(path);
  return true;
}

// Writes the rows of small memtables to the log again, so that files below `below_wal_number` are not needed for them.
void StoreImpl::copy_forward(uint64_t below_wal_number) {
  queue_.exclusively([&] {
    struct Copy {
      ObjectId table;
      uint64_t rank;
    };
    std::vector<Copy> copies;
    std::vector<std::string> payloads;
    SequenceNumber sequence = 0;
    {
      const std::lock_guard lock(state_mutex_);
      sequence = published_->sequence;
      for (auto& [id, table] : tables_) {
        const bool is_old = first_wal_of(table) < below_wal_number;
        if (!is_old || table.memory.memory_bytes() > kCopiedBytesMax) {
          continue;
        }
        payloads.push_back(encode_write_set(as_write_set(id, table.memory)).bytes);
        copies.push_back({id, table.memory.next_rank()});
      }
    }
    if (payloads.empty()) {
      return;
    }
    std::vector<WalWriter::Record> records;
    for (const std::string& payload : payloads) {
      records.push_back({wal::RecordKind::kCopy, sequence, payload});
    }
    wal_->append(records);
    sync_wal();
    const std::lock_guard lock(state_mutex_);
    for (const Copy& copy : copies) {
      const auto found = tables_.find(copy.table);
      if (found == tables_.end() || found->second.memory.next_rank() != copy.rank) {
        continue;
      }
      for (MemoryList::Entry& entry : found->second.memory.entries()) {
        entry.wal_number = wal_->current_number();
      }
      found->second.memory.move_tombstones(wal_->current_number());
    }
  });
}

uint64_t StoreImpl::first_wal_of(const TableState& table) {
  uint64_t first = UINT64_MAX;
  for (const MemoryList::Entry& entry : table.memory.entries()) {
    first = std::min(first, entry.wal_number);
  }
  for (const MemoryList::Tombstone& tombstone : table.memory.tombstones()) {
    first = std::min(first, tombstone.wal_number);
  }
  return first;
}

void StoreImpl::background_flush(const std::stop_token& stop) {
  if (has_failed()) {
    return;
  }
  maintain([&] {
    // What was dropped gives back its space first: a full disk may have room for a flush only then.
    if (manifest_is_stale_) {
      save();
    }
    // Largest first, until memory is below half of the budget; then what keeps old WAL files.
    while (memtable_bytes_.load() > options_.memtable_bytes_max / 2 && !stop.stop_requested()) {
      ObjectId largest = kNoObject;
      uint64_t bytes = 0;
      {
        const std::lock_guard lock(state_mutex_);
        for (const auto& [id, table] : tables_) {
          if (table.memory.memory_bytes() > bytes) {
            largest = id;
            bytes = table.memory.memory_bytes();
          }
        }
      }
      if (largest == kNoObject) {
        break;
      }
      flush_one(largest);
    }
    uint64_t first = 0;
    uint64_t current = 0;
    std::vector<ObjectId> holding;
    {
      const std::lock_guard lock(state_mutex_);
      current = wal_->current_number();
      first = first_wal_needed();
      if (current - first > kWalFilesKept) {
        for (const auto& [id, table] : tables_) {
          if (first_wal_of(table) + kWalFilesKept < current && table.memory.memory_bytes() > kCopiedBytesMax) {
            holding.push_back(id);
          }
        }
      }
    }
    if (current - first > kWalFilesKept) {
      for (const ObjectId id : holding) {
        flush_one(id);
      }
      copy_forward(current - kWalFilesKept);
      manifest_is_stale_ = true;
    }
    if (manifest_is_stale_) {
      save();
      if (compaction_job_ != nullptr) {
        scheduler_->request(compaction_job_);
      }
    }
    wal_->prepare_spare();
  });
}

void StoreImpl::settle_blocks(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::shared_ptr<const MemTableSlice> slice;
    {
      const std::lock_guard lock(state_mutex_);
      if (to_settle_.empty()) {
        return;
      }
      slice = std::move(to_settle_.back());
      to_settle_.pop_back();
    }
    slice->settle();
  }
}

}  // namespace tidemark
