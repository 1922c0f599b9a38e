#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/memory_tracker.h"
#include "base/posix_file_system.h"
#include "base/settings.h"
#include "base/thread_pool.h"
#include "catalog/virtual_table.h"
#include "engine/advisory_locks.h"
#include "engine/sequence_values.h"
#include "engine/statement_timer.h"
#include "storage/lock_table.h"
#include "storage/store.h"
#include "tidemark/database.h"

namespace tidemark {

class Session;

/// One open data folder: the store, and what its sessions share.
class DatabaseImplementation final : public Database {
 public:
  DatabaseImplementation(const std::string& folder, const DatabaseOptions& options);
  ~DatabaseImplementation() override;

  std::unique_ptr<Connection> connect(const ConnectionOptions& options) override;
  bool cancel(int32_t process_id) override;
  [[nodiscard]] RoleLogin role_login(std::string_view role) const override;
  [[nodiscard]] bool any_role_has_password() const override;
  [[nodiscard]] bool database_exists(std::string_view name) const override;
  [[nodiscard]] const Settings& server_settings() const override { return *settings_; }
  [[nodiscard]] std::vector<Metric> metrics() const override;
  [[nodiscard]] std::string failure() const override { return store_->metrics().failure; }

  // For sessions
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] LockTable& locks() { return locks_; }
  [[nodiscard]] AdvisoryLocks& advisory_locks() { return advisory_locks_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] FileSystem& files() { return files_; }
  [[nodiscard]] ThreadPool& workers() { return workers_; }
  [[nodiscard]] MemoryTracker& memory() { return memory_; }
  [[nodiscard]] StatementTimer& timer() { return timer_; }
  [[nodiscard]] SequenceValues& sequences() { return sequences_; }
  [[nodiscard]] const VirtualTables& system_tables() const { return *system_tables_; }
  [[nodiscard]] const std::shared_ptr<const Settings>& settings() const { return settings_; }
  [[nodiscard]] const std::string& spill_folder() const { return spill_folder_; }
  [[nodiscard]] TransactionId next_transaction_id() { return next_transaction_.fetch_add(1); }
  void count_query() { queries_.fetch_add(1, std::memory_order_relaxed); }
  void count_plan() { plans_.fetch_add(1, std::memory_order_relaxed); }
  void session_ended(int32_t process_id);
  /// Calls `visit` for each open session, under the lock.
  void for_each_session(const std::function<void(const Session&)>& visit) const;

 private:
  AdvisoryLocks advisory_locks_;
  std::shared_ptr<const Settings> settings_;
  SystemClock clock_;
  PosixFileSystem files_;
  MemoryTracker memory_;
  LockTable locks_{clock_};
  std::unique_ptr<Store> store_;
  SequenceValues sequences_;
  ThreadPool workers_;
  StatementTimer timer_;
  std::unique_ptr<VirtualTables> system_tables_;
  std::string spill_folder_;

  std::atomic<TransactionId> next_transaction_{1};
  std::atomic<uint64_t> queries_{0};
  std::atomic<uint64_t> plans_{0};
  mutable std::mutex mutex_;
  std::map<int32_t, Session*> sessions_;  ///< Guarded by mutex_.
  int32_t next_process_id_ = 1000;        ///< Guarded by mutex_.
};

}  // namespace tidemark
