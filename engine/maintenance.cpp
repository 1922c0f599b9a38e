#include "tidemark/maintenance.h"

#include "base/error.h"
#include "base/posix_file_system.h"
#include "parser/sql_parser.h"
#include "storage/store.h"
#include "tidemark/database.h"

namespace tidemark {

std::vector<FolderFinding> check_data_folder(const std::string& folder) {
  PosixFileSystem files;
  std::vector<FolderFinding> findings;
  for (CheckFinding& finding : check_folder(files, folder)) {
    findings.push_back({std::move(finding.file), finding.offset, std::move(finding.problem)});
  }
  return findings;
}

void warm_up(Database& database) {
  static constexpr std::string_view kQueries[] = {
      "SELECT date_trunc('minute', time) AS minute, host, count(*), min(value), max(value), avg(value) "
      "FROM (VALUES (now(), 'a', 1.5::float8), (now(), 'b', 2)) AS points (time, host, value) "
      "WHERE host IN ('a', 'b') AND time >= now() - interval '1 hour' AND time < '3000-01-01' "
      "GROUP BY 1, 2 HAVING count(*) > 0 ORDER BY 1 DESC, 2 LIMIT 10",
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'",
  };
  warm_up_sql_parser();
  try {
    const auto connection = database.connect();
    for (const std::string_view query : kQueries) {
      connection->query(query);
    }
  } catch (const Error&) {
    // Nobody may connect without a password, or there is no such database: clients will see.
  }
}

}  // namespace tidemark
