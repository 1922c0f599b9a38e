#include "tests/sql/sql_target.h"

#include <libpq-fe.h>

#include <map>
#include <stdexcept>

#include "server/pgwire/pg_server.h"
#include "tidemark/database.h"

namespace tidemark::slt {
namespace {

char type_letter(uint32_t oid) {
  switch (oid) {
    case 20:  // int8, int2, int4, oid
    case 21:
    case 23:
    case 26:
      return 'I';
    case 700:  // float4, float8, numeric
    case 701:
    case 1700:
      return 'R';
    default:
      return 'T';
  }
}

class EmbeddedTarget : public SqlTarget {
 public:
  EmbeddedTarget(std::string folder, const std::map<std::string, std::string>& settings)
      : folder_(std::move(folder)), options_{.settings = settings}, database_(Database::open(folder_, options_)) {}

  Answer run(const std::string& name, const Record& record) override {
    Answer answer;
    try {
      auto& connection = connections_[name];
      if (!connection) {
        connection = database_->connect();
      }
      const std::unique_ptr<Result> result = connection->query(record.sql);
      for (const ResultColumn& column : result->columns()) {
        answer.column_types += type_letter(column.type.oid());
      }
      DataChunk chunk;
      while (result->next(chunk)) {
        add_rows(answer, chunk, connection->io_options());
      }
      answer.tag = result->command_tag();
    } catch (const Error& error) {
      answer = {.sqlstate = std::string(error.sqlstate()), .message = error.message()};
    }
    return answer;
  }

  void restart() override {
    connections_.clear();
    database_.reset();
    database_ = Database::open(folder_, options_);
  }

 private:
  static void add_rows(Answer& answer, const DataChunk& chunk, const TypeIoOptions& options) {
    for (size_t row = 0; row < chunk.size; ++row) {
      std::string line;
      for (const Vector& column : chunk.columns) {
        std::string text;
        if (!column.is_null(row)) {
          append_text(text, column, row, options);
        }
        line += (&column == chunk.columns.data() ? "" : "\t") + cell_text(column.is_null(row) ? nullptr : &text);
      }
      answer.rows.push_back(std::move(line));
    }
  }

  std::string folder_;
  DatabaseOptions options_;
  std::unique_ptr<Database> database_;
  std::map<std::string, std::unique_ptr<Connection>> connections_;
};

class PostgresTarget : public SqlTarget {
 public:
  explicit PostgresTarget(std::string conninfo) : conninfo_(std::move(conninfo)) {}

  /// Statements go by the simple protocol, queries by the extended one.
  Answer run(const std::string& name, const Record& record) override {
    PGconn* connection = session(name);
    const bool extended = record.kind == Record::Kind::kQuery;
    const ResultHandle result(
        extended ? PQexecParams(connection, record.sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0)
                 : PQexec(connection, record.sql.c_str()));
    Answer answer;
    if (PQstatus(connection) != CONNECTION_OK) {
      return {.sqlstate = "lost", .message = "the server closed the connection"};
    }
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) {
      const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      const char* message = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
      return {.sqlstate = state == nullptr ? "none" : state, .message = message == nullptr ? "" : message};
    }
    answer.tag = PQcmdStatus(result.get());
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      answer.column_types += type_letter(PQftype(result.get(), column));
    }
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      std::string line;
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        const std::string text(PQgetvalue(result.get(), row, column));
        line += (column == 0 ? "" : "\t") + cell_text(PQgetisnull(result.get(), row, column) != 0 ? nullptr : &text);
      }
      answer.rows.push_back(std::move(line));
    }
    return answer;
  }

  void restart() override { sessions_.clear(); }

 protected:
  std::string conninfo_;

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using ResultHandle = std::unique_ptr<PGresult, Close>;

  PGconn* session(const std::string& name) {
    auto& session = sessions_[name];
    if (!session || PQstatus(session.get()) != CONNECTION_OK) {
      session.reset(PQconnectdb(conninfo_.c_str()));
      if (PQstatus(session.get()) != CONNECTION_OK) {
        throw std::runtime_error(PQerrorMessage(session.get()));
      }
      PQsetNoticeProcessor(session.get(), [](void*, const char*) {}, nullptr);
    }
    return session.get();
  }

  std::map<std::string, std::unique_ptr<PGconn, Close>> sessions_;
};

class WireTarget : public PostgresTarget {
 public:
  explicit WireTarget(std::string folder) : PostgresTarget({}), folder_(std::move(folder)) { open(); }

  void restart() override {
    PostgresTarget::restart();
    server_.reset();
    database_.reset();
    open();
  }

  ~WireTarget() override { PostgresTarget::restart(); }

 private:
  void open() {
    database_ = Database::open(folder_);
    server_ = std::make_unique<pgwire::PgServer>(*database_, pgwire::PgServerOptions{.port = 0});
    server_->start();
    conninfo_ = "host=127.0.0.1 dbname=tidemark user=tidemark sslmode=disable port=" + std::to_string(server_->port());
  }

  std::string folder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<pgwire::PgServer> server_;
};

}  // namespace

std::unique_ptr<SqlTarget> embedded_target(const std::string& folder,
                                           const std::map<std::string, std::string>& settings) {
  return std::make_unique<EmbeddedTarget>(folder, settings);
}

std::unique_ptr<SqlTarget> wire_target(const std::string& folder) { return std::make_unique<WireTarget>(folder); }

std::unique_ptr<SqlTarget> postgres_target(const std::string& conninfo) {
  auto target = std::make_unique<PostgresTarget>(conninfo);
  Record fresh;
  fresh.sql = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public";
  target->run(fresh.connection, fresh);
  return target;
}

}  // namespace tidemark::slt
