#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/faulty_file_system.h"
#include "base/memory_tracker.h"
#include "storage/store.h"

namespace tidemark::testing_storage {

/// Columns of the tables that these tests make. Series tables: key (host, time), fields a bigint, b double precision,
/// note text. Keyed tables: key host. Append tables: no key, host and time are ordinary columns.
inline constexpr ColumnId kHost = 1;
inline constexpr ColumnId kTime = 2;
inline constexpr ColumnId kA = 3;
inline constexpr ColumnId kB = 4;
inline constexpr ColumnId kNote = 5;

TableEntry make_table(ObjectId id, const std::string& name, TableKind kind);
/// The same table with another tag before time in its key. Series tables only.
TableEntry with_region(TableEntry table);
/// Without the column `note`, and with one of that name and another id.
TableEntry without_note(TableEntry table);
TableEntry with_new_note(TableEntry table);
/// With `a` as double precision: stored whole numbers are read as such.
TableEntry with_wide_a(TableEntry table);

/// One row version: fields that are not set are absent from a merge and NULL in a put.
struct Row {
  std::string host;
  int64_t time = 0;
  std::optional<int64_t> a;
  std::optional<double> b;
  std::optional<std::string> note;
};

/// Canonical bytes of a text key.
std::string series_key(const std::string& host);

/// Bears those of a, b and note that the table has, by name.
RowBatch make_batch(const TableEntry& table, RowOperation operation, const std::vector<Row>& rows);
/// Deletes of rows by (host, time), or by time as row id for append tables.
RowBatch make_deletes(const TableEntry& table, const std::vector<Row>& rows);
WriteSet one_change(RowBatch batch);
WriteSet one_tombstone(RangeTombstone tombstone);
WriteSet create_table(const TableEntry& table);

/// The rows of a table as text, by key: "host@time" or the row id → "a|b|note", NULL as "-", as are columns that the
/// table does not have.
using Content = std::map<std::string, std::string>;
Content read_all(const Snapshot& snapshot, ObjectId table, ScanOrder order = ScanOrder::kAny);

/// A store on a disk in memory with a clock that stands still and no background work.
class StoreOnFaultyDisk {
 public:
  explicit StoreOnFaultyDisk(uint64_t seed = 1) : files(seed) {
    options.background_work = false;
    options.wal_file_bytes = 64 << 10;
    options.page_cache_bytes_max = 8 << 20;
  }
  Store& open() {
    store.reset();
    store = Store::open(files, "data", options, clock, memory);
    return *store;
  }

  FaultyFileSystem files;
  ManualClock clock{1'700'000'000'000'000'000};
  MemoryTracker memory{"memory_limit"};
  StoreOptions options;
  std::unique_ptr<Store> store;
};

}  // namespace tidemark::testing_storage
