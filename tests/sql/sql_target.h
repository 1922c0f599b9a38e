#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/sql/slt_script.h"

namespace tidemark::slt {

/// Something that answers SQL, with named sessions that are opened on first use.
class SqlTarget {
 public:
  virtual ~SqlTarget() = default;
  /// Runs one record's SQL on session `connection`. Errors of the statement come back in the answer.
  virtual Answer run(const std::string& connection, const Record& record) = 0;
  /// Ends all sessions, closes the data folder and opens it again.
  virtual void restart() = 0;
};

/// A database of this process in `folder`, through the embedded API; its sessions begin with `settings`.
std::unique_ptr<SqlTarget> embedded_target(const std::string& folder,
                                           const std::map<std::string, std::string>& settings = {});
/// The same behind the PostgreSQL door, on a port that the system chooses.
std::unique_ptr<SqlTarget> wire_target(const std::string& folder);
/// A running PostgreSQL. Its schema `public` is made anew.
std::unique_ptr<SqlTarget> postgres_target(const std::string& conninfo);

}  // namespace tidemark::slt
