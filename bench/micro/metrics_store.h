#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/memory_tracker.h"
#include "base/posix_file_system.h"
#include "storage/store.h"

namespace tidemark::bench_store {

/// The table of the devops set: key (host, time), whole-number fields.
inline constexpr ObjectId kTable = 20000;
inline constexpr ColumnId kHost = 1;
inline constexpr ColumnId kTime = 2;
inline constexpr ColumnId kFirstField = 3;
inline constexpr int64_t kStart = 1'700'000'000'000'000'000;  ///< of its times, nanoseconds
inline constexpr int64_t kStep = 10'000'000'000;
inline constexpr size_t kBatchRows = 10'000;

TableEntry metrics_table(ColumnId fields);

/// The key of a host without time.
std::string series_of(size_t host);

WriteSet one_change(RowBatch batch);

/// A store in a temporary folder of its own, on the real disk.
struct OpenStore {
  explicit OpenStore(const StoreOptions& store_options = {});
  ~OpenStore();
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;
  void create(const TableEntry& table) const;
  void reopen();

  const std::string folder;
  const StoreOptions options;
  PosixFileSystem files;
  SystemClock clock;
  MemoryTracker memory{"memory_limit"};
  std::unique_ptr<Store> store;
};

}  // namespace tidemark::bench_store
