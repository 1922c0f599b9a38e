#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct pg_conn;

namespace tidemark::bench {

/// A PostgreSQL client (libpq) of a server on this machine.
class PgClient {
 public:
  explicit PgClient(uint16_t port);
  ~PgClient();
  PgClient(const PgClient&) = delete;
  PgClient& operator=(const PgClient&) = delete;

  /// A result as text.
  struct Answer {
    std::string tag;  ///< `SELECT 3`
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;  ///< the first `rows_kept`
    size_t row_count = 0;
  };
  /// Runs one statement and reads its whole result. Throws 08000 with the server's message.
  Answer run(const std::string& sql, size_t rows_kept = SIZE_MAX);
  /// The first value of the first row; empty if there is none.
  std::string value(const std::string& sql);

 private:
  pg_conn* connection_;
};

}  // namespace tidemark::bench
