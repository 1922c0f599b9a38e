#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/settings.h"
#include "catalog/table_statistics.h"
#include "catalog/virtual_table.h"
#include "engine/cursor.h"

namespace tidemark {

class AdvisoryLocks;
class PreparedStatement;

/// One session, as pg_stat_activity shows it.
struct SessionActivity {
  int32_t process_id = 0;
  std::string database, role, application_name, state, query;
};

/// What system tables read: the catalog that the statement sees, the session's settings, the other sessions.
class SystemContext final : public VirtualTableContext {
 public:
  std::shared_ptr<const Catalog> shared_catalog;
  const DatabaseEntry* database_entry = nullptr;
  const Settings* settings = nullptr;
  const TableStatistics* statistics = nullptr;
  std::string role;
  std::vector<std::string> search_path;
  std::function<std::vector<SessionActivity>()> sessions;
  const AdvisoryLocks* advisory_locks = nullptr;
  std::function<std::pair<int64_t, bool>(ObjectId)> sequence_state;  ///< last value, and whether it was given out
  const Cursors* cursors = nullptr;
  const std::map<std::string, std::shared_ptr<PreparedStatement>>* prepared_statements = nullptr;

  [[nodiscard]] const Catalog& catalog() const override { return *shared_catalog; }
  [[nodiscard]] const DatabaseEntry& database() const override { return *database_entry; }
};

/// pg_catalog and information_schema.
std::unique_ptr<VirtualTables> make_system_tables();

}  // namespace tidemark
