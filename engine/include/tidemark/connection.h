#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/settings.h"
#include "tidemark/appender.h"
#include "tidemark/influxql.h"
#include "tidemark/result.h"
#include "tidemark/statement.h"
#include "types/type_io.h"

namespace tidemark {

struct ConnectionOptions {
  std::string database = "tidemark";
  std::string role = "tidemark";
  std::string application_name;
  std::map<std::string, std::string> settings;  ///< start-up packet parameters
};

enum class TransactionStatus : char { kIdle = 'I', kInTransaction = 'T', kFailed = 'E' };

/// Something the server tells besides results: NOTICE, WARNING.
struct Notice {
  std::string severity;
  Error content;
};

/// One session: settings, prepared statements, a transaction. Used by one thread at a time, but for `cancel`.
///
/// Statements outside BEGIN … COMMIT run in an implicit transaction. `query` ends it before it returns. Whoever drives
/// statements one by one (prepare, execute) ends it with `sync`, as PostgreSQL's extended protocol does: several
/// statements before one sync commit together.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Runs all statements of `sql`, one transaction if there are several; returns the last one's result, whole in
  /// memory. Throws Error; nothing of the failed transaction stays.
  virtual std::unique_ptr<Result> query(std::string_view sql) = 0;
  /// The same with values for $1 …; a single statement.
  virtual std::unique_ptr<Result> query(std::string_view sql, std::span<const Value> parameters) = 0;

  /// Splits a text into statements; throws 42601. Names are not looked at yet.
  virtual std::vector<std::shared_ptr<Statement>> parse(std::string_view sql) = 0;
  /// Parses and plans one statement. `types`: of $1 …, kUnknown or missing ones are inferred. Throws 42601 if there are
  /// several.
  virtual std::shared_ptr<Statement> prepare(std::string_view sql, std::span<const LogicalType> types) = 0;
  /// Plans a statement that `parse` gave, so that its columns are known.
  virtual void plan(Statement& statement, std::span<const LogicalType> types) = 0;
  /// Starts it. Rows are computed as they are read. Throws 25P02 in a failed transaction.
  virtual std::unique_ptr<Result> execute(const std::shared_ptr<Statement>& statement,
                                          std::span<const Value> parameters) = 0;
  /// Ends the implicit transaction, if there is one: commits, or rolls back if a statement failed. Throws what the
  /// commit throws.
  virtual void sync() = 0;
  /// A statement failed at the caller's: the transaction is failed (explicit) or will be rolled back by `sync`
  /// (implicit).
  virtual void mark_failed() noexcept = 0;
  [[nodiscard]] virtual TransactionStatus transaction_status() const = 0;

  /// Stops the running statement with 57014. Any thread, any time.
  virtual void cancel() noexcept = 0;

  /// Bulk rows into `table` (schema-qualified or in search_path).
  virtual std::unique_ptr<Appender> appender(std::string_view table) = 0;

  struct LineProtocolOptions {
    std::string_view schema;     ///< retention policy; empty for the database's default
    std::string_view precision;  ///< unit of the timestamps: n, u, ms, s, m, h; empty for nanoseconds
    bool wait_for_sync = true;   ///< false: acknowledged when visible, durable soon (D14)
  };
  struct LineProtocolOutcome {
    uint64_t rows = 0;                      ///< stored
    uint64_t dropped = 0;                   ///< good lines refused by the table's rules: type conflict, retention
    std::vector<std::string> parse_errors;  ///< one a bad line, in InfluxDB's words
    std::vector<std::string> drop_reasons;  ///< why points were dropped, in InfluxDB's words
  };
  /// Stores the points of a line-protocol text, making tables and columns as needed, as one durable commit (D1, D4,
  /// D33). Errors of single points come back in the outcome, the others are kept. Throws 22023 for an unknown
  /// precision, 3F000 for an unknown schema.
  virtual LineProtocolOutcome write(std::string_view lines, const LineProtocolOptions& options) = 0;

  /// Runs all statements of an InfluxQL text, each by itself, until one fails; what they give goes to `sink`. Throws
  /// Error 42601 if the text is no InfluxQL (nothing is run then); errors of statements go to the sink.
  virtual void query_influxql(std::string_view text, const InfluxQlOptions& options, InfluxQlSink& sink) = 0;

  [[nodiscard]] virtual const Settings& current_settings() const = 0;
  virtual void set_setting(std::string_view name, std::string_view value) = 0;
  /// How values are printed and read: time zone, DateStyle …; valid until the next statement.
  [[nodiscard]] virtual const TypeIoOptions& io_options() const = 0;
  [[nodiscard]] virtual int32_t process_id() const = 0;
  [[nodiscard]] virtual const std::string& database_name() const = 0;
  [[nodiscard]] virtual const std::string& role_name() const = 0;

  virtual void on_notice(std::function<void(const Notice&)> listener) = 0;
  /// Called when a setting that clients are told of (ParameterStatus) has changed.
  virtual void on_parameter_status(std::function<void(std::string_view name, std::string_view value)> listener) = 0;
};

}  // namespace tidemark
