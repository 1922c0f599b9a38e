#include "storage/store.h"

#include <algorithm>
#include <unordered_set>

#include "base/check.h"
#include "base/error.h"
#include "base/logging.h"
#include "storage/snapshot.h"
#include "storage/store_impl.h"
#include "storage/wal_reader.h"

namespace tidemark {
namespace {

constexpr std::string_view kLock = "LOCK";
constexpr std::string_view kWal = "wal";
constexpr std::string_view kSegments = "segments";

constexpr int64_t kSecondNs = 1'000'000'000;

}  // namespace

std::unique_ptr<Store> Store::open(FileSystem& files, const std::string& folder, const StoreOptions& options,
                                   Clock& clock, MemoryTracker& memory) {
  auto store = std::make_unique<StoreImpl>(files, folder, options, clock, memory);
  store->open();
  return store;
}

StoreImpl::StoreImpl(FileSystem& files, std::string folder, const StoreOptions& options, Clock& clock,
                     MemoryTracker& memory)
    : files_(files),
      folder_(std::move(folder)),
      options_(options),
      clock_(clock),
      memory_(memory),
      queue_([this](std::span<CommitRequest* const> group) { process_group(group); }) {}

StoreImpl::~StoreImpl() {
  if (scheduler_ != nullptr) {
    scheduler_->stop();
  }
  // What was committed without waiting for a sync becomes durable at a clean end.
  if (wal_ != nullptr && !has_failed()) {
    try {
      queue_.exclusively([this] { sync_wal(); });
    } catch (const Error& error) {
      log_error("closing the store: " + error.message());
    }
  }
}

void StoreImpl::open() {
  if (!files_.exists(folder_)) {
    files_.create_directory(folder_);
    files_.sync_directory(parent_directory(folder_));
  }
  if (files_.is_owned_by_another(folder_)) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState, "data folder \"" + folder_ + "\" has wrong ownership")
        .with_hint("The server must be started by the user that owns the data folder.");
  }
  lock_ = files_.try_lock(join_path(folder_, kLock));
  if (lock_ == nullptr) {
    throw Error(sqlstate::kObjectInUse, "data folder \"" + folder_ + "\" is in use by another process");
  }
  cache_ = std::make_unique<PageCache>(options_.page_cache_bytes_max, &memory_);
  manifests_ = std::make_unique<ManifestStore>(files_, folder_);
  std::optional<ManifestStore::Loaded> loaded = manifests_->load();
  if (!loaded) {
    create_folder();
    loaded = manifests_->load();
  }
  catalog_ = loaded->catalog;
  load(loaded->manifest);
  recover(loaded->manifest);
  if (options_.background_work) {
    start_background_work();
  }
}

// A folder without CURRENT was never finished being made: nothing was ever acknowledged in it. One that holds segments
// or a log nevertheless has lost its CURRENT, and is left alone.
void StoreImpl::create_folder() {
  for (const std::string_view name : {kWal, kSegments}) {
    const std::string path = join_path(folder_, name);
    if (files_.exists(path) && !files_.list(path).empty()) {
      throw Error(sqlstate::kDataCorrupted,
                  "data folder \"" + folder_ + "\" has files in \"" + std::string(name) + "\" but no file \"CURRENT\"");
    }
    files_.create_directory(path);
  }
  Manifest manifest;
  manifest.number = 1;
  manifest.catalog_number = 1;
  manifests_->install(manifest, Catalog::bootstrap().get());
}

void StoreImpl::load(const Manifest& manifest) {
  manifest_ = manifest;
  segments_ = std::make_unique<SegmentFileSet>(files_, join_path(folder_, kSegments), *cache_, manifest.next_file_id);
  next_object_id_ = std::max(manifest.next_object_id, catalog_->next_object_id());
  next_sequence_ = manifest.sequence + 1;
  std::vector<ObjectId> all;
  for (const CatalogEntry* entry : catalog_->all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    tables_.emplace(table.id, TableState(MemoryList(std::make_shared<const TableLayout>(table), 1)));
    all.push_back(table.id);
  }
  for (const Manifest::Table& saved : manifest.tables) {
    const auto found = tables_.find(saved.id);
    if (found == tables_.end()) {
      throw Error(sqlstate::kDataCorrupted,
                  "the manifest names table " + std::to_string(saved.id) + ", which is not in the catalog");
    }
    TableState& table = found->second;
    table.memory = MemoryList(table.memory.layout(), saved.next_rank);
    table.flushed_sequence = saved.flushed_sequence;
    table.last_commit = saved.flushed_sequence;
    table.next_row_id = saved.next_row_id;
    std::vector<TableSources::Partition> partitions;
    for (const Manifest::Partition& partition : saved.partitions) {
      TableSources::Partition& made = partitions.emplace_back();
      made.time_min = partition.time_min;
      made.time_max = partition.time_max;
      made.holds_null_times = partition.holds_null_times;
      for (const Manifest::Run& run : partition.runs) {
        made.runs.push_back({segments_->reader(run.extent.file), run.extent, run.rank});
      }
    }
    table.partitions = std::move(partitions);
    for (const Manifest::Tombstone& tombstone : saved.tombstones) {
      table.tombstones.push_back({tombstone.range, tombstone.rank});
    }
  }
  publish(manifest.sequence, all);
}

void StoreImpl::recover(const Manifest& manifest) {
  sweep(manifest);
  const std::string wal_directory = join_path(folder_, kWal);
  const WalReplay result = replay_wal(files_, wal_directory, manifest.wal_first, options_.salvage,
                                      [this](const WalReader::Record& record, uint64_t file_number) {
                                        replay(record.kind, record.sequence, record.payload, file_number);
                                      });
  replaying_wal_number_ = 0;
  applied_sequence_ = next_sequence_ - 1;
  wal_ = std::make_unique<WalWriter>(files_, wal_directory, options_.wal_file_bytes, result.position);
  if (result.salvaged) {
    // What was kept goes to segments, so that the damaged files are not needed again.
    log_error("recovered up to a damage: " + result.damage);
    flush(kNoObject);
    maintain([this] { write_manifest(); });
  }
  drop_temporary_tables();
}

void StoreImpl::replay(wal::RecordKind kind, SequenceNumber sequence, std::string_view payload, uint64_t wal_number) {
  WriteSet writes = decode_write_set(payload);
  if (kind == wal::RecordKind::kCommit && sequence <= manifest_.sequence) {
    writes.catalog.clear();  // in the catalog file already
  }
  uint64_t bytes = 0;
  for (const WriteSet::Change& change : writes.changes) {
    if (!change.is_tombstone) {
      bytes += MemTable::bytes_needed(change.batch);
    }
  }
  {
    const std::lock_guard lock(state_mutex_);
    replaying_wal_number_ = wal_number;
    MemoryReservation memory(&memory_, static_cast<int64_t>(bytes));
    std::vector<ObjectId> touched;
    // A copy bears the sequence of the commit before it.
    next_sequence_ = std::max(next_sequence_, sequence + 1);
    apply(writes, sequence, wal_number, memory, touched);
    // The manifest may be ahead of what is replayed here: rows of one table that were flushed after those of another.
    applied_sequence_ = sequence;
    publish(std::max(sequence, published_->sequence), touched);
    to_settle_.clear();
  }
  if (memtable_bytes_.load() > options_.memtable_bytes_max) {
    flush(kNoObject);
  }
}

void StoreImpl::drop_temporary_tables() {
  WriteSet drops;
  for (const CatalogEntry* entry : catalog_->all(ObjectKind::kSchema)) {
    if (!std::get<SchemaEntry>(*entry).name.starts_with("pg_temp_")) {
      continue;
    }
    for (const CatalogEntry* relation : catalog_->in_schema(id_of(*entry))) {
      drops.catalog.push_back(CatalogDelta::drop(kind_of(*relation), id_of(*relation)));
    }
    drops.catalog.push_back(CatalogDelta::drop(ObjectKind::kSchema, id_of(*entry)));
  }
  if (!drops.empty()) {
    commit(std::move(drops), {});
  }
}

// Files that no manifest names (invariant 8): of a flush, a compaction or a manifest that a crash cut short.
void StoreImpl::sweep(const Manifest& manifest) {
  std::vector<FileId> live;
  for (const Manifest::Table& table : manifest.tables) {
    for (const Manifest::Partition& partition : table.partitions) {
      for (const Manifest::Run& run : partition.runs) {
        live.push_back(run.extent.file);
      }
    }
  }
  segments_->sweep(live);
  manifests_->remove_others(manifest);
  restore_reserve();
}

void StoreImpl::start_background_work() {
  // By default as many threads as there are jobs that may take long, and one: a long compaction keeps no flush and no
  // sync waiting. A flush that failed is tried again soon, as writers may wait for it.
  scheduler_ = std::make_unique<BackgroundScheduler>(clock_, options_.background_workers);
  flush_job_ = scheduler_->add({.name = "flush", .period_ns = kSecondNs, .backoff_ns_max = 2 * kSecondNs},
                               [this](const std::stop_token& stop) { background_flush(stop); });
  compaction_job_ = scheduler_->add({.name = "compaction", .period_ns = 10 * kSecondNs},
                                    [this](const std::stop_token& stop) { background_compaction(stop); });
  scheduler_->add({.name = "retention", .period_ns = options_.retention_check_ms * 1'000'000},
                  [this](const std::stop_token&) { background_retention(); });
  sync_job_ = scheduler_->add({.name = "wal sync"}, [this](const std::stop_token&) {
    if (has_failed()) {
      return;
    }
    try {
      queue_.exclusively([this] { sync_wal(); });
    } catch (const Error& error) {
      fail(error.message());
      throw;
    }
  });
  settle_job_ =
      scheduler_->add({.name = "memtable sort"}, [this](const std::stop_token& stop) { settle_blocks(stop); });
}

std::shared_ptr<const StoreState> StoreImpl::published() const {
  const std::lock_guard lock(published_mutex_);
  return published_;
}

std::shared_ptr<const Snapshot> StoreImpl::snapshot() const {
  return std::make_shared<const StoreSnapshot>(published(), clock_.wall_us(), memory_);
}

ObjectId StoreImpl::allocate_object_id() { return next_object_id_.fetch_add(1); }

StoreMetrics StoreImpl::metrics() const {
  StoreMetrics metrics;
  metrics.commits = commits_;
  metrics.wal_syncs = wal_syncs_;
  metrics.wal_bytes = wal_bytes_;
  metrics.memtable_bytes = memtable_bytes_;
  metrics.flushes = flushes_;
  metrics.compactions = compactions_;
  metrics.writer_waits = writer_waits_;
  metrics.writer_wait_us = writer_wait_us_;
  {
    const std::lock_guard lock(state_mutex_);
    std::unordered_set<FileId> files;
    for (const auto& [id, table] : tables_) {
      metrics.memtable_rows += table.memory.versions();
      for (const TableSources::Partition& partition : table.partitions) {
        for (const TableSources::Run& run : partition.runs) {
          files.insert(run.extent.file);
          metrics.segment_bytes += run.extent.bytes;
        }
      }
    }
    metrics.segments = files.size();
  }
  const PageCache::Counters cache = cache_->counters();
  metrics.page_cache_hits = cache.hits;
  metrics.page_cache_misses = cache.misses;
  metrics.page_cache_bytes = cache.bytes;
  const std::lock_guard lock(failure_mutex_);
  metrics.failure = failure_;
  return metrics;
}

}  // namespace tidemark
