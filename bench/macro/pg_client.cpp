#include "bench/macro/pg_client.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>

#include "base/error.h"

namespace tidemark::bench {
namespace {

using ResultPointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

ResultPointer checked(PGconn* connection, PGresult* raw) {
  ResultPointer result(raw, &PQclear);
  const ExecStatusType status = PQresultStatus(raw);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_COPY_IN) {
    throw Error(sqlstate::kConnectionException, PQerrorMessage(connection));
  }
  return result;
}

}  // namespace

PgClient::PgClient(uint16_t port, const std::string& user, const std::string& database)
    : connection_(PQconnectdb(
          fmt::format("host=127.0.0.1 port={} user={} dbname={} options='-c TimeZone=UTC'", port, user, database)
              .c_str())) {
  if (PQstatus(connection_) != CONNECTION_OK) {
    const std::string problem = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw Error(sqlstate::kConnectionException, problem);
  }
}

PgClient::~PgClient() { PQfinish(connection_); }

PgClient::Answer PgClient::run(const std::string& sql, size_t rows_kept) {
  const ResultPointer result = checked(connection_, PQexec(connection_, sql.c_str()));
  Answer answer;
  answer.tag = PQcmdStatus(result.get());
  const int columns = PQnfields(result.get());
  for (int column = 0; column < columns; ++column) {
    answer.columns.emplace_back(PQfname(result.get(), column));
    answer.types.push_back(PQftype(result.get(), column));
  }
  answer.row_count = static_cast<size_t>(PQntuples(result.get()));
  const int kept = static_cast<int>(std::min(answer.row_count, rows_kept));
  for (int row = 0; row < kept; ++row) {
    auto& cells = answer.rows.emplace_back();
    auto& nulls = answer.nulls.emplace_back();
    for (int column = 0; column < columns; ++column) {
      cells.emplace_back(PQgetvalue(result.get(), row, column));
      nulls.push_back(PQgetisnull(result.get(), row, column) != 0);
    }
  }
  return answer;
}

std::string PgClient::value(const std::string& sql) {
  const Answer answer = run(sql, 1);
  return answer.rows.empty() || answer.rows[0].empty() ? "" : answer.rows[0][0];
}

void PgClient::prepare(const std::string& name, const std::string& sql) {
  checked(connection_, PQprepare(connection_, name.c_str(), sql.c_str(), 0, nullptr));
}

void PgClient::run_prepared(const std::string& name, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) {
    values.push_back(parameter.c_str());
  }
  checked(connection_, PQexecPrepared(connection_, name.c_str(), static_cast<int>(values.size()), values.data(),
                                      nullptr, nullptr, 0));
}

void PgClient::copy_in(const std::string& sql, std::string_view data) {
  checked(connection_, PQexec(connection_, sql.c_str()));
  constexpr size_t kPieceBytes = size_t{1} << 20;
  for (size_t at = 0; at < data.size(); at += kPieceBytes) {
    const std::string_view piece = data.substr(at, kPieceBytes);
    if (PQputCopyData(connection_, piece.data(), static_cast<int>(piece.size())) != 1) {
      throw Error(sqlstate::kConnectionException, PQerrorMessage(connection_));
    }
  }
  if (PQputCopyEnd(connection_, nullptr) != 1) {
    throw Error(sqlstate::kConnectionException, PQerrorMessage(connection_));
  }
  while (PGresult* result = PQgetResult(connection_)) {
    checked(connection_, result);
  }
}

}  // namespace tidemark::bench
