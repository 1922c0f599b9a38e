#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;

namespace tidemark::bench {

/// A PostgreSQL client (libpq) of a server on this machine, in UTC.
class PgClient {
 public:
  explicit PgClient(uint16_t port, const std::string& user = "tidemark", const std::string& database = "tidemark");
  ~PgClient();
  PgClient(const PgClient&) = delete;
  PgClient& operator=(const PgClient&) = delete;

  /// A result as text.
  struct Answer {
    std::string tag;  ///< `SELECT 3`
    std::vector<std::string> columns;
    std::vector<uint32_t> types;                 ///< OIDs of the columns
    std::vector<std::vector<std::string>> rows;  ///< the first `rows_kept`
    std::vector<std::vector<bool>> nulls;        ///< of those rows
    size_t row_count = 0;

    [[nodiscard]] bool is_null(size_t row, size_t column) const { return nulls[row][column]; }
  };
  /// Runs one statement and reads its whole result. Throws 08000 with the server's message.
  Answer run(const std::string& sql, size_t rows_kept = SIZE_MAX);
  /// The first value of the first row; empty if there is none.
  std::string value(const std::string& sql);

  /// Gives a statement a name, to be run by `run_prepared` with its parameters as text.
  void prepare(const std::string& name, const std::string& sql);
  void run_prepared(const std::string& name, const std::vector<std::string>& parameters);
  /// Runs `COPY … FROM STDIN` with this data.
  void copy_in(const std::string& sql, std::string_view data);

 private:
  pg_conn* connection_;
};

}  // namespace tidemark::bench
