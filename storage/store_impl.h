#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/background_scheduler.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/memory_tracker.h"
#include "storage/commit_queue.h"
#include "storage/manifest.h"
#include "storage/memory_list.h"
#include "storage/page_cache.h"
#include "storage/segment_file_set.h"
#include "storage/store.h"
#include "storage/table_version.h"
#include "storage/wal_writer.h"

namespace tidemark {

struct FlushInput;

/// The store behind storage/store.h. Its parts by file: store.cpp (opening, recovery, what readers call),
/// store_commit.cpp (the order of a write), store_flush.cpp (memtables → segments, manifest, WAL space),
/// store_compaction.cpp (compaction, retention), store_statistics.cpp.
///
/// Who guards what:
///  - The commit leader (CommitQueue) alone uses wal_ and next_sequence_.
///  - state_mutex_ guards tables_, catalog_ and who may publish a new state; it is held for as long as rows are copied
///    into memtables, and during I/O only when a commit must be checked against rows that were flushed while it ran.
///  - published_mutex_ guards the pointer that snapshots copy.
///  - maintenance_mutex_ lets one flush or manifest change run at a time.
///  - compaction_mutex_ lets one compaction run at a time. It merges beside flushes, as the runs that it replaces are
///    immutable, and takes the maintenance lock only to put its result in their place.
/// Order of locks: compaction, maintenance, commit queue, state, published.
class StoreImpl final : public Store, private TableStatistics {
 public:
  StoreImpl(FileSystem& files, std::string folder, const StoreOptions& options, Clock& clock, MemoryTracker& memory);
  ~StoreImpl() override;

  /// Takes the lock, makes or recovers the folder, starts background work.
  void open();

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const override;
  SequenceNumber commit(WriteSet writes, const CommitOptions& options) override;
  ObjectId allocate_object_id() override;
  void flush(ObjectId table) override;
  void compact(ObjectId table) override;
  [[nodiscard]] const TableStatistics& statistics() const override { return *this; }
  [[nodiscard]] StoreMetrics metrics() const override;
  [[nodiscard]] uint64_t table_bytes(ObjectId table) const override;

 private:
  struct TableState {
    explicit TableState(MemoryList list) : memory(std::move(list)) {}
    MemoryList memory;
    TableSources::PartitionList partitions;
    /// Of flushed commits, until nothing that they act on is left.
    std::vector<TableSources::Tombstone> tombstones;
    SequenceNumber flushed_sequence = 0;  ///< all commits up to it are in `partitions` and `tombstones`
    SequenceNumber last_commit = 0;
    uint64_t next_row_id = 1;
    std::shared_ptr<const TableVersion> version;
  };
  struct GroupState;

  // store.cpp
  void create_folder();
  void load(const Manifest& manifest);
  void recover(const Manifest& manifest);
  void replay(wal::RecordKind kind, SequenceNumber sequence, std::string_view payload, uint64_t wal_number);
  void drop_temporary_tables();
  void sweep(const Manifest& manifest);
  [[nodiscard]] std::shared_ptr<const StoreState> published() const;
  void start_background_work();

  // store_commit.cpp
  void process_group(std::span<CommitRequest* const> group);
  void prepare(CommitRequest& request, GroupState& state);
  void resolve_rows(CommitRequest& request, GroupState& state, const Catalog& catalog);
  void check_conflicts(const CommitRequest& request, GroupState& state, const Catalog& catalog);
  void apply(const WriteSet& writes, SequenceNumber sequence, uint64_t wal_number, MemoryReservation& memory,
             std::vector<ObjectId>& touched);
  void apply_catalog(std::span<const CatalogDelta> deltas, std::vector<ObjectId>& touched);
  void publish(SequenceNumber sequence, std::span<const ObjectId> touched);
  void append_to_wal(const GroupState& state);
  void wait_for_room();
  void fail(const std::string& reason) noexcept;
  [[nodiscard]] bool has_failed() const { return failed_.load(std::memory_order_acquire); }
  [[noreturn]] void throw_failed() const;
  [[nodiscard]] std::vector<uint8_t> inserted_since(const TableState& table, std::span<const RowKey> keys,
                                                    SequenceNumber since) const;
  [[nodiscard]] std::vector<uint8_t> written_since(const TableState& table, std::span<const RowKey> keys,
                                                   const CommitOptions& options) const;
  void sync_wal();

  // store_flush.cpp: all under maintenance_mutex_, but for release_reserve
  void flush_one(ObjectId table);
  static bool still_there(const TableState& table, const FlushInput& input);
  static void drop_idle_tombstones(TableState& table);
  static void widen_bounds(KeyBounds& bounds, size_t columns);
  void remove_quietly(const std::string& path) noexcept;
  void restore_reserve();
  bool release_reserve();
  static uint64_t first_wal_of(const TableState& table);
  void save();
  void write_manifest();
  void copy_forward(uint64_t below_wal_number);
  [[nodiscard]] uint64_t first_wal_needed() const;
  void background_flush(const std::stop_token& stop);
  void settle_blocks(const std::stop_token& stop);
  /// Runs `work` under maintenance_mutex_ and `guard_io`.
  void maintain(const std::function<void()>& work);
  /// An I/O error of `work` other than a lack of resources fails the store.
  void guard_io(const std::function<void()>& work);
  void retire_files(std::span<const FileId> files);

  // store_compaction.cpp: all under compaction_mutex_
  struct CompactionPick;
  struct CompactionPlan;
  [[nodiscard]] std::optional<CompactionPick> pick_compaction(const TableState& table, bool all,
                                                              size_t from_partition) const;
  [[nodiscard]] std::optional<CompactionPlan> plan_compaction(ObjectId table, bool all, size_t from_partition) const;
  bool compact_once(ObjectId table, bool all, size_t& from_partition, const std::stop_token& stop);
  void install_compaction(const CompactionPlan& plan, FileId file, const SegmentSummary& summary,
                          size_t& from_partition);
  void background_compaction(const std::stop_token& stop);
  [[nodiscard]] std::vector<ObjectId> table_ids() const;
  void background_retention();
  bool drop_expired(ObjectId table);

  // store_statistics.cpp
  [[nodiscard]] uint64_t row_count(ObjectId table) const override;
  [[nodiscard]] uint64_t series_count(ObjectId table) const override;
  [[nodiscard]] std::optional<uint64_t> distinct_count(ObjectId table, ColumnId column) const override;
  [[nodiscard]] std::optional<Bounds> bounds(ObjectId table, ColumnId column) const override;

  FileSystem& files_;
  const std::string folder_;
  const StoreOptions options_;
  Clock& clock_;
  MemoryTracker& memory_;

  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<PageCache> cache_;
  std::unique_ptr<SegmentFileSet> segments_;
  std::unique_ptr<WalWriter> wal_;
  SequenceNumber next_sequence_ = 1;
  CommitQueue queue_;

  mutable std::mutex state_mutex_;
  std::map<ObjectId, TableState> tables_;
  std::shared_ptr<const Catalog> catalog_;
  MemTable::SliceList to_settle_;        ///< blocks that became full
  uint64_t catalog_wal_number_ = 0;      ///< first WAL file with a catalog change that no manifest holds; 0: none
  uint64_t replaying_wal_number_ = 0;    ///< during recovery: the file that is being read, which is needed still
  SequenceNumber applied_sequence_ = 0;  ///< of the last commit applied; during recovery below what is published
  mutable std::mutex published_mutex_;
  std::shared_ptr<const StoreState> published_;

  std::mutex reserve_mutex_;  ///< a leader and a manifest may want the reserve file at once
  std::mutex compaction_mutex_;
  std::mutex maintenance_mutex_;
  std::unique_ptr<ManifestStore> manifests_;
  Manifest manifest_;  ///< the last one that is durable; under maintenance_mutex_
  uint64_t catalog_version_saved_ = 0;
  /// The state has moved on in a way that only a new manifest makes final. Changed under state_mutex_.
  std::atomic<bool> manifest_is_stale_{false};

  std::atomic<bool> failed_{false};
  mutable std::mutex failure_mutex_;
  std::string failure_;

  std::atomic<ObjectId> next_object_id_{kFirstUserObjectId};
  std::mutex room_mutex_;
  std::condition_variable room_;
  std::atomic<uint64_t> memtable_bytes_{0};

  // Counters for metrics().
  std::atomic<uint64_t> commits_{0}, wal_syncs_{0}, wal_bytes_{0}, flushes_{0}, compactions_{0}, writer_waits_{0},
      writer_wait_us_{0};

  // Last: its threads end first.
  std::unique_ptr<BackgroundScheduler> scheduler_;
  BackgroundScheduler::Job* flush_job_ = nullptr;
  BackgroundScheduler::Job* compaction_job_ = nullptr;
  BackgroundScheduler::Job* sync_job_ = nullptr;
  BackgroundScheduler::Job* settle_job_ = nullptr;
};

}  // namespace tidemark
