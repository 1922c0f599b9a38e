#include "bench/macro/pg_client.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>

#include "base/error.h"

namespace tidemark::bench {

PgClient::PgClient(uint16_t port)
    : connection_(PQconnectdb(fmt::format("host=127.0.0.1 port={} user=tidemark dbname=tidemark", port).c_str())) {
  if (PQstatus(connection_) != CONNECTION_OK) {
    const std::string problem = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw Error(sqlstate::kConnectionException, problem);
  }
}

PgClient::~PgClient() { PQfinish(connection_); }

PgClient::Answer PgClient::run(const std::string& sql, size_t rows_kept) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_, sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    throw Error(sqlstate::kConnectionException, PQerrorMessage(connection_));
  }
  Answer answer;
  answer.tag = PQcmdStatus(result.get());
  const int columns = PQnfields(result.get());
  for (int column = 0; column < columns; ++column) {
    answer.columns.emplace_back(PQfname(result.get(), column));
  }
  answer.row_count = static_cast<size_t>(PQntuples(result.get()));
  const int kept = static_cast<int>(std::min(answer.row_count, rows_kept));
  for (int row = 0; row < kept; ++row) {
    auto& cells = answer.rows.emplace_back();
    for (int column = 0; column < columns; ++column) {
      cells.emplace_back(PQgetvalue(result.get(), row, column));
    }
  }
  return answer;
}

std::string PgClient::value(const std::string& sql) {
  const Answer answer = run(sql, 1);
  return answer.rows.empty() || answer.rows[0].empty() ? "" : answer.rows[0][0];
}

}  // namespace tidemark::bench
