#include "engine/database_implementation.h"

#include <algorithm>

#include "engine/session.h"
#include "engine/setting_values.h"
#include "engine/system_tables/system_tables.h"

namespace tidemark {
namespace {

/// Settings that the folder's options give, over the defaults.
std::shared_ptr<const Settings> make_server_settings(const std::string& folder, const DatabaseOptions& options) {
  auto settings = std::make_shared<Settings>();
  settings->set_canonicalizer(canonical_setting_value);
  for (const auto& [name, value] : options.settings) {
    settings->set(name, value, SettingActor::kServerStart);
  }
  settings->set_internal(Setting::kData, folder);
  return settings;
}

StoreOptions store_options(const Settings& settings, bool salvage) {
  StoreOptions options;
  options.memtable_bytes_max = static_cast<uint64_t>(settings.bytes(Setting::kMemtableBytesMax));
  options.page_cache_bytes_max = static_cast<uint64_t>(settings.bytes(Setting::kPageCacheBytes));
  options.wal_file_bytes = static_cast<uint64_t>(settings.bytes(Setting::kWalFileBytes));
  options.writer_wait_ms_max = settings.nanoseconds(Setting::kWriteStallTimeout) / 1'000'000;
  options.compaction_bytes_per_s_max = static_cast<uint64_t>(settings.bytes(Setting::kCompactionRateMax));
  options.background_workers = static_cast<size_t>(settings.integer(Setting::kBackgroundWorkers));
  options.retention_check_ms = settings.nanoseconds(Setting::kRetentionCheckInterval) / 1'000'000;
  options.cold_after_us = settings.nanoseconds(Setting::kColdAfter) / 1'000;
  options.salvage = salvage;
  return options;
}

/// Threads beside the caller's own that one query may use; the pool is shared by all.
size_t worker_count(const Settings& settings) {
  const auto workers = static_cast<size_t>(std::max<int64_t>(settings.integer(Setting::kMaxParallelWorkers), 1));
  return workers - 1;
}

void empty_folder(FileSystem& files, const std::string& folder) {
  files.create_directory(folder);
  for (const std::string& name : files.list(folder)) {
    files.remove(folder + "/" + name);
  }
}

}  // namespace

std::unique_ptr<Database> Database::open(const std::string& folder, const DatabaseOptions& options) {
  return std::make_unique<DatabaseImplementation>(folder, options);
}

DatabaseImplementation::DatabaseImplementation(const std::string& folder, const DatabaseOptions& options)
    : settings_(make_server_settings(folder, options)),
      memory_("memory_limit", settings_->bytes(Setting::kMemoryLimit)),
      store_(Store::open(files_, folder, store_options(*settings_, options.salvage), clock_, memory_)),
      sequences_(*store_),
      workers_("query", worker_count(*settings_)),
      system_tables_(make_system_tables()),
      spill_folder_(folder + "/spill") {
  // What a killed process left there belongs to no query any more.
  empty_folder(files_, spill_folder_);
}

DatabaseImplementation::~DatabaseImplementation() = default;

std::unique_ptr<Connection> DatabaseImplementation::connect(const ConnectionOptions& options) {
  const RoleLogin login = role_login(options.role);
  if (!login.exists) {
    throw Error(sqlstate::kInvalidAuthorization, "role \"" + options.role + "\" does not exist");
  }
  int32_t process_id = 0;
  {
    const std::lock_guard lock(mutex_);
    const int64_t limit = settings_->integer(Setting::kMaxConnections);
    const int64_t reserved = login.superuser ? 0 : settings_->integer(Setting::kSuperuserReservedConnections);
    const auto open = static_cast<int64_t>(sessions_.size());
    if (open >= limit) {
      throw Error(sqlstate::kTooManyConnections, "sorry, too many clients already");
    }
    if (open >= limit - reserved) {
      throw Error(sqlstate::kTooManyConnections,
                  "remaining connection slots are reserved for non-replication superuser connections");
    }
    process_id = ++next_process_id_;
    sessions_.emplace(process_id, nullptr);  // holds the place while the session is made
  }
  try {
    auto session = std::make_unique<Session>(*this, options, process_id);
    const std::lock_guard lock(mutex_);
    sessions_[process_id] = session.get();
    return session;
  } catch (...) {
    session_ended(process_id);
    throw;
  }
}

void DatabaseImplementation::session_ended(int32_t process_id) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(process_id);
}

bool DatabaseImplementation::cancel(int32_t process_id) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(process_id);
  if (found == sessions_.end() || found->second == nullptr) {
    return false;
  }
  found->second->cancel();
  return true;
}

void DatabaseImplementation::for_each_session(const std::function<void(const Session&)>& visit) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [process_id, session] : sessions_) {
    if (session != nullptr) {
      visit(*session);
    }
  }
}

RoleLogin DatabaseImplementation::role_login(std::string_view role) const {
  const auto catalog = store_->snapshot()->catalog();
  const RoleEntry* entry = catalog->role(role);
  if (entry == nullptr) {
    return {};
  }
  return {true, entry->can_login, entry->superuser, entry->password_verifier};
}

bool DatabaseImplementation::any_role_has_password() const {
  const auto catalog = store_->snapshot()->catalog();
  const auto roles = catalog->all(ObjectKind::kRole);
  return std::any_of(roles.begin(), roles.end(),
                     [](const CatalogEntry* entry) { return !std::get<RoleEntry>(*entry).password_verifier.empty(); });
}

bool DatabaseImplementation::database_exists(std::string_view name) const {
  return store_->snapshot()->catalog()->database(name) != nullptr;
}

std::vector<Database::Metric> DatabaseImplementation::metrics() const {
  const StoreMetrics store = store_->metrics();
  size_t sessions = 0;
  {
    const std::lock_guard lock(mutex_);
    sessions = sessions_.size();
  }
  const auto number = [](auto value) { return static_cast<double>(value); };
  return {
      {"tidemark_commits_total", "Commits that changed something.", true, number(store.commits)},
      {"tidemark_wal_syncs_total", "Syncs of the write-ahead log.", true, number(store.wal_syncs)},
      {"tidemark_wal_bytes_total", "Bytes written to the write-ahead log.", true, number(store.wal_bytes)},
      {"tidemark_memtable_bytes", "Memory that rows not yet in segments take.", false, number(store.memtable_bytes)},
      {"tidemark_memtable_rows", "Rows not yet in segments.", false, number(store.memtable_rows)},
      {"tidemark_flushes_total", "Memtables written to segments.", true, number(store.flushes)},
      {"tidemark_compactions_total", "Merges of segments.", true, number(store.compactions)},
      {"tidemark_segments", "Segment files in use.", false, number(store.segments)},
      {"tidemark_segment_bytes", "Bytes of segment files in use.", false, number(store.segment_bytes)},
      {"tidemark_writer_waits_total", "Commits that waited for memtable space.", true, number(store.writer_waits)},
      {"tidemark_writer_wait_seconds_total", "Time that commits waited for memtable space.", true,
       number(store.writer_wait_us) / 1e6},
      {"tidemark_page_cache_hits_total", "Pages found in the cache.", true, number(store.page_cache_hits)},
      {"tidemark_page_cache_misses_total", "Pages read from files.", true, number(store.page_cache_misses)},
      {"tidemark_page_cache_bytes", "Bytes of cached pages.", false, number(store.page_cache_bytes)},
      {"tidemark_memory_bytes", "Memory that is accounted for: memtables, caches, queries.", false,
       number(memory_.used_bytes())},
      {"tidemark_sessions", "Open sessions.", false, number(sessions)},
      {"tidemark_statements_total", "Statements started.", true, number(queries_.load())},
      {"tidemark_plans_total", "Plans made. A statement whose plan is kept makes none.", true, number(plans_.load())},
      {"tidemark_failed", "1 if the store takes no more writes.", false, store.failure.empty() ? 0.0 : 1.0},
  };
}

}  // namespace tidemark
