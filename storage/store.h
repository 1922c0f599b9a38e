#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/table_statistics.h"
#include "storage/row_batch.h"
#include "storage/scan.h"

namespace tidemark {

class Clock;
class FileSystem;
class MemoryTracker;

/// Orders commits; one space for the whole data folder. 0 is before the first commit.
using SequenceNumber = uint64_t;

struct StoreOptions {
  uint64_t memtable_bytes_max = 512ull << 20;  ///< over all tables; a flush starts at half of it, writers wait at twice
  uint64_t page_cache_bytes_max = 1ull << 30;
  uint64_t wal_file_bytes = 64ull << 20;
  int64_t writer_wait_ms_max = 10'000;      ///< over budget for longer: 53000
  uint64_t compaction_bytes_per_s_max = 0;  ///< what background compaction writes, COMPACT aside; 0: no limit
  int64_t cold_after_us = 0;                ///< windows that ended so long ago are rewritten for size; 0: none are
  int64_t retention_check_ms = 60'000;      ///< how often windows that retention has ended are dropped
  size_t background_workers = 4;            ///< threads; with fewer than jobs, a long one keeps others waiting
  bool background_work = true;              ///< false: flush and compaction only when called for (tests)
  bool salvage = false;  ///< open in spite of damaged durable WAL records, keeping the originals aside
};

/// One table at one moment. Pins what it reads; cheap to copy through the pointer; safe for many threads.
class TableSnapshot {
 public:
  virtual ~TableSnapshot() = default;
  [[nodiscard]] virtual const TableEntry& entry() const = 0;
  [[nodiscard]] virtual std::unique_ptr<TableScan> scan(const ScanRequest& request) const = 0;
  /// Point look-up: for each key the row's `columns` if it exists. `found` has one flag a key; `rows` has keys.size()
  /// rows, NULL where there is none. Keys in any order.
  virtual void look_up(std::span<const RowKey> keys, std::span<const ColumnId> columns, std::vector<uint8_t>& found,
                       DataChunk& rows) const = 0;
};

/// Catalog and data as of one commit, with a transaction's own uncommitted writes on top if it has any.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  [[nodiscard]] virtual SequenceNumber sequence() const = 0;
  [[nodiscard]] virtual const std::shared_ptr<const Catalog>& catalog() const = 0;
  /// Throws 42P01 if there is none in `catalog()`.
  [[nodiscard]] virtual std::shared_ptr<const TableSnapshot> table(ObjectId id) const = 0;
  /// The same moment with `own` applied on top: a transaction reads its own writes. `own` is read at once and not kept.
  /// Adding to an overlay is cheap: call it on the result of the last call with only what is new.
  [[nodiscard]] virtual std::shared_ptr<const Snapshot> with(const WriteSet& own) const = 0;
  /// This moment, which has no own writes, with those of `other` on top, at no cost in proportion to them. Null where
  /// they have to be applied again: catalog changes are among them, or a table of theirs has changed in between.
  [[nodiscard]] virtual std::shared_ptr<const Snapshot> with_own_of(const Snapshot& other) const = 0;
};

struct CommitOptions {
  bool wait_for_sync = true;  ///< synchronous_commit; false: visible at once, durable soon (D14)
  /// The sequence that the writer's checks were made at: expect_absent batches are checked against what came after it.
  SequenceNumber checked_at = 0;
  /// REPEATABLE READ: 40001 if any key written was also written after `checked_at`.
  bool first_committer_wins = false;
  /// With first_committer_wins: the committed state of `checked_at`, own writes not included. A flush forgets which
  /// commit wrote a row: of what was flushed since, a key counts as written if its row differs from the one here;
  /// without this, every key does.
  std::shared_ptr<const Snapshot> base;
  /// SERIALIZABLE: 40001 if any of these tables has a commit after `checked_at`.
  std::vector<ObjectId> tables_read;
};

/// What a store tells of itself, for /metrics, pg_stat_* and EXPLAIN.
struct StoreMetrics {
  uint64_t commits = 0, wal_syncs = 0, wal_bytes = 0;
  uint64_t memtable_bytes = 0, memtable_rows = 0;
  uint64_t flushes = 0, compactions = 0, segments = 0, segment_bytes = 0;
  uint64_t writer_waits = 0, writer_wait_us = 0;
  uint64_t page_cache_hits = 0, page_cache_misses = 0, page_cache_bytes = 0;
  std::string failure;  ///< empty, or why the store takes no more writes (invariant 11)
};

/// The log-structured store of one data folder: WAL, memtables, segments, manifest. All functions are safe for many
/// threads.
class Store {
 public:
  /// Opens or creates the folder, takes its lock, recovers. Throws 55006 if another process holds it, 55000 if another
  /// user owns it, XX001 on damage (naming file and offset), 58030 on I/O errors. `files`, `clock` and `memory` outlive
  /// the store.
  static std::unique_ptr<Store> open(FileSystem& files, const std::string& folder, const StoreOptions& options,
                                     Clock& clock, MemoryTracker& memory);
  /// Stops background work; what was acknowledged is in the WAL already.
  virtual ~Store() = default;

  /// The newest committed state.
  [[nodiscard]] virtual std::shared_ptr<const Snapshot> snapshot() const = 0;

  /// Makes `writes` durable and visible, all or nothing. Many threads may call at once: they share WAL writes and
  /// syncs. Returns its sequence number. Throws 23505 (key named in the detail), 40001, 53000, 53100; 58030 when the
  /// outcome is unknown.
  virtual SequenceNumber commit(WriteSet writes, const CommitOptions& options) = 0;

  /// A new catalog object id, never handed out before in this folder's life.
  virtual ObjectId allocate_object_id() = 0;

  /// Writes the memtable of `table` (kNoObject: of all tables) to segments and returns when the manifest names them.
  virtual void flush(ObjectId table) = 0;
  /// Merges all segments of `table` until each partition is one sorted, non-overlapping run.
  virtual void compact(ObjectId table) = 0;

  [[nodiscard]] virtual const TableStatistics& statistics() const = 0;
  [[nodiscard]] virtual StoreMetrics metrics() const = 0;
  /// Bytes in segment files of one table.
  [[nodiscard]] virtual uint64_t table_bytes(ObjectId table) const = 0;
};

struct CheckFinding {
  std::string file;
  uint64_t offset = 0;
  std::string problem;
};

/// `tidemark check`: verifies, read-only, every checksum and invariant of a folder that no process has open. Empty: all
/// is well.
std::vector<CheckFinding> check_folder(FileSystem& files, const std::string& folder);

}  // namespace tidemark
