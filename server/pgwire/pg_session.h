#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/pgwire/message_reader.h"
#include "server/pgwire/message_writer.h"
#include "server/pgwire/row_encoder.h"
#include "server/stream.h"
#include "tidemark/connection.h"

namespace tidemark::pgwire {

class PgServer;

/// One client: start-up, authentication, then its messages until it leaves (PostgreSQL's manual, chapter
/// "Frontend/Backend Protocol").
class PgSession {
 public:
  PgSession(PgServer& server, std::unique_ptr<Stream> stream);
  ~PgSession();
  PgSession(const PgSession&) = delete;
  PgSession& operator=(const PgSession&) = delete;

  /// Returns when the client has gone or must go; throws StreamClosed when it went without a word.
  void run();

 private:
  /// A bound statement: Bind makes it, Execute reads from it, perhaps in several portions.
  struct Portal {
    std::shared_ptr<Statement> statement;
    std::vector<Value> parameters;
    std::vector<Format> formats;
    std::unique_ptr<Result> result;  ///< null until the first Execute
    DataChunk pending;               ///< rows that the last Execute did not want
    size_t pending_first = 0;
    bool complete = false;
  };

  // start-up (pg_startup.cpp)
  /// False if the connection is done: a cancel request.
  bool start_up();
  std::optional<std::map<std::string, std::string>> read_startup_parameters();
  void authenticate(const std::string& role);
  void open_connection(std::map<std::string, std::string> parameters);

  // messages
  void handle(Message message);
  bool wait_for_message();
  void simple_query(FieldReader fields);
  /// Runs one statement of a simple query; `last` ones commit before they are acknowledged.
  void run_simple_statement(const std::shared_ptr<Statement>& statement, bool last);
  void parse(FieldReader fields);
  void bind(FieldReader fields);
  void describe(FieldReader fields);
  void execute(FieldReader fields);
  void close(FieldReader fields);
  void sync();
  void fail(const Error& error);

  /// Sends up to `row_limit` rows (0: all). True if the portal came to its end.
  bool send_rows(Portal& portal, RowEncoder& encoder, size_t row_limit);
  void copy_in(Result& result);
  void copy_out(Result& result);
  void drop_portals();
  [[nodiscard]] std::vector<Format> column_formats(const std::vector<Format>& wanted, size_t columns) const;

  PgServer& server_;
  std::unique_ptr<Stream> stream_;
  MessageReader reader_;
  MessageWriter writer_;
  std::unique_ptr<Connection> connection_;
  uint32_t message_bytes_max_;
  bool skip_until_sync_ = false;
  bool finished_ = false;
  std::map<std::string, std::shared_ptr<Statement>> statements_;
  std::map<std::string, Portal> portals_;
};

}  // namespace tidemark::pgwire
