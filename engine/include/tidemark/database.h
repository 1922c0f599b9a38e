#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings.h"
#include "tidemark/connection.h"

namespace tidemark {

struct DatabaseOptions {
  /// Settings by name, as `--name value` or a line of the config file gives them. Unknown ones are 42704.
  std::map<std::string, std::string> settings;
  bool salvage = false;  ///< open in spite of damaged log records; the originals are kept aside
};

/// A role's password as it is kept: SCRAM-SHA-256 verifier text of PostgreSQL's form, or empty.
struct RoleLogin {
  bool exists = false;
  bool can_login = false;
  bool superuser = false;
  std::string password_verifier;
};

/// A data folder, open in this process. Make one with `open`, share it between threads, give each its own Connection.
class Database {
 public:
  /// Opens or creates `folder`. Throws 55006 if another process has it, XX001 on damage, 58030 on I/O errors.
  static std::unique_ptr<Database> open(const std::string& folder, const DatabaseOptions& options = {});
  virtual ~Database() = default;

  /// Throws 3D000 if there is no such database, 28000 if no such role, 53300 when there are too many.
  virtual std::unique_ptr<Connection> connect(const ConnectionOptions& options = {}) = 0;

  /// Stops the statement of the session with that process id. For cancel requests and pg_cancel_backend.
  virtual bool cancel(int32_t process_id) = 0;
  /// For authentication at the doors.
  [[nodiscard]] virtual RoleLogin role_login(std::string_view role) const = 0;
  [[nodiscard]] virtual bool any_role_has_password() const = 0;
  [[nodiscard]] virtual bool database_exists(std::string_view name) const = 0;
  /// As given at start; sessions begin with these.
  [[nodiscard]] virtual const Settings& server_settings() const = 0;

  struct Metric {
    std::string name;  ///< as Prometheus names it
    std::string help;
    bool counter = false;
    double value = 0;
  };
  [[nodiscard]] virtual std::vector<Metric> metrics() const = 0;
  /// Empty, or why no more writes are taken (fsync failed): for /health.
  [[nodiscard]] virtual std::string failure() const = 0;
};

}  // namespace tidemark
