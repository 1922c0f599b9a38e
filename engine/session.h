#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/memory_tracker.h"
#include "base/random.h"
#include "engine/ddl/ddl_context.h"
#include "engine/foreign_key_checks.h"
#include "engine/object_names.h"
#include "engine/plan_cache.h"
#include "engine/prepared_statement.h"
#include "engine/session_settings.h"
#include "engine/system_tables/system_tables.h"
#include "executor/execution.h"
#include "executor/transaction_state.h"
#include "functions/advisory_lock.h"
#include "functions/query_context.h"
#include "tidemark/connection.h"

namespace tidemark {

class DatabaseImplementation;
class Session;
struct Cursor;

/// What one running statement holds: its memory, its clock readings, its cancel flag's timer. Made for each execution
/// and kept by its result.
struct RunningStatement {
  MemoryTracker memory;
  TypeIoOptions io;
  QueryContext context;
  uint64_t timer_ticket = 0;
  bool ended = false;
  Session& session;
  RunningStatement(Session& owner, MemoryTracker& parent, int64_t limit_bytes)
      : memory("query_memory_limit", limit_bytes, &parent), session(owner) {}
  RunningStatement(const RunningStatement&) = delete;
  RunningStatement& operator=(const RunningStatement&) = delete;
  /// Ends it, if that has not been done: a timer left armed would stop a later statement.
  ~RunningStatement();
};

/// The one implementation of Connection. Methods are spread over files by what they do: session.cpp (statements and
/// their results), session_transaction.cpp, session_write.cpp (line protocol, appender); utility statements are
/// functions in engine/utility/.
class Session final : public Connection, public SessionState, public AdvisoryLockOwner {
 public:
  Session(DatabaseImplementation& database, const ConnectionOptions& options, int32_t process_id);
  ~Session() override;

  // Connection
  std::unique_ptr<Result> query(std::string_view sql) override;
  std::unique_ptr<Result> query(std::string_view sql, std::span<const Value> parameters) override;
  std::vector<std::shared_ptr<Statement>> parse(std::string_view sql) override;
  std::shared_ptr<Statement> prepare(std::string_view sql, std::span<const LogicalType> types) override;
  void plan(Statement& statement, std::span<const LogicalType> types) override;
  std::unique_ptr<Result> execute(const std::shared_ptr<Statement>& statement,
                                  std::span<const Value> parameters) override;
  void sync() override;
  void mark_failed() noexcept override;
  [[nodiscard]] TransactionStatus transaction_status() const override;
  void cancel() noexcept override { cancelled_.store(true); }
  std::unique_ptr<Appender> appender(std::string_view table) override;
  LineProtocolOutcome write(std::string_view lines, const LineProtocolOptions& options) override;
  void query_influxql(std::string_view text, const InfluxQlOptions& options, InfluxQlSink& sink) override;
  [[nodiscard]] const Settings& current_settings() const override { return settings_.current(); }
  void set_setting(std::string_view name, std::string_view value) override { settings_.set(name, value, false); }
  [[nodiscard]] const TypeIoOptions& io_options() const override { return settings_.io(); }
  [[nodiscard]] int32_t process_id() const override { return process_id_; }
  [[nodiscard]] const std::string& database_name() const override { return database_name_; }
  [[nodiscard]] const std::string& role_name() const override { return role_name_; }
  void on_notice(std::function<void(const Notice&)> listener) override { notice_listener_ = std::move(listener); }
  void on_parameter_status(std::function<void(std::string_view, std::string_view)> listener) override;

  // SessionState
  [[nodiscard]] const Catalog& catalog() const override { return *current_catalog(); }
  [[nodiscard]] const DatabaseEntry& database() const override;
  [[nodiscard]] const std::string& current_user() const override { return role_name_; }
  [[nodiscard]] const std::string& session_user() const override { return role_name_; }
  [[nodiscard]] int32_t backend_pid() const override { return process_id_; }
  bool lock_advisory(AdvisoryKey key, AdvisoryMode mode, bool wait, const QueryContext& context) override;
  bool unlock_advisory(AdvisoryKey key, bool shared) override;
  void unlock_all_advisory() override;
  [[nodiscard]] std::vector<std::string> search_path() const override;
  [[nodiscard]] std::optional<std::string> setting(std::string_view name, bool missing_ok) const override;
  void set_setting(std::string_view name, std::string_view value, bool local) override {
    settings_.set(name, value, local);
  }
  [[nodiscard]] uint64_t table_bytes(ObjectId table) const override;
  int64_t next_sequence_value(ObjectId sequence) override;
  int64_t current_sequence_value(ObjectId sequence) override;
  void set_sequence_value(ObjectId sequence, int64_t value, bool is_called) override;
  std::pair<int64_t, bool> sequence_state(ObjectId sequence) override;
  int64_t last_value_of_session() override;
  /// DISCARD SEQUENCES: currval and lastval are undefined again.
  void forget_sequence_values();

  // For utility statements (engine/utility/)
  [[nodiscard]] DatabaseImplementation& owner() { return database_; }
  [[nodiscard]] SessionSettings& settings() { return settings_; }
  [[nodiscard]] bool in_explicit_transaction() const { return explicit_transaction_; }
  [[nodiscard]] bool is_read_only() const { return read_only_; }
  void notify(std::string_view severity, const Error& content);
  void begin_transaction(const ast::TransactionModes& modes);
  /// What COMMIT does; the command tag is ROLLBACK if the transaction had failed.
  std::string commit_transaction();
  void rollback_transaction();
  void set_savepoint(const std::string& name);
  void rollback_to_savepoint(const std::string& name);
  void release_savepoint(const std::string& name);
  void change_transaction_modes(const ast::TransactionModes& modes);
  /// The number of a new cursor.
  uint64_t number_cursor() { return cursors_made_++; }
  /// Those of the running transaction, which AND CHAIN gives to the next one.
  [[nodiscard]] ast::TransactionModes transaction_modes() const;
  /// Whether a statement of the same message has begun a transaction that no BEGIN has made a block.
  [[nodiscard]] bool in_implicit_transaction() const { return transaction_ != nullptr && !explicit_transaction_; }
  /// Runs a DDL function on a context that sees this transaction's catalog, and adds what it did to the transaction.
  void run_ddl(const std::function<void(DdlContext&)>& ddl);
  /// Looks names up as DDL does, but changes nothing and takes no lock.
  void read_catalog(const std::function<void(const DdlContext&)>& look);
  /// The catalog that the next statement would see: committed, and own changes.
  [[nodiscard]] std::shared_ptr<const Catalog> current_catalog() const;
  PlannerContext planner_context(const Catalog& catalog, QueryContext& query);
  /// A running statement for work outside a plan (folding constants, DDL).
  std::unique_ptr<RunningStatement> start_statement();
  void end_statement(RunningStatement& running) noexcept;
  /// Plans anew if the plan is missing or stale.
  void ensure_planned(PreparedStatement& statement, std::span<const LogicalType> types);
  /// Starts a planned statement; rows come as they are read.
  std::unique_ptr<Result> start_planned(std::shared_ptr<PreparedStatement> statement, std::span<const Value> parameters,
                                        bool analyze = false);
  /// Plans and starts a query whose syntax tree the engine made.
  std::unique_ptr<Result> start_internal(std::shared_ptr<const ast::Statement> statement, Flavour flavour);
  /// Plans and runs a syntax tree made by the engine itself; returns the rows changed.
  uint64_t run_internal(std::shared_ptr<const ast::Statement> statement);
  [[nodiscard]] const VirtualTableContext& system_context();
  /// For pg_stat_activity; called by other sessions' threads.
  [[nodiscard]] SessionActivity activity() const;
  std::unique_ptr<TransactionState>& transaction() { return transaction_; }
  void ensure_transaction();
  void use_database(const std::string& name);
  /// Whether a foreign key is checked at the end of the transaction only, by its definition or SET CONSTRAINTS.
  [[nodiscard]] bool is_deferred(const ForeignKey& key) const;
  void defer_check(DeferredKeyCheck check) { deferred_checks_.push_back(std::move(check)); }
  /// SET CONSTRAINTS for one key, or (kNoObject) for all. To IMMEDIATE: what was deferred is checked now.
  void set_constraint_mode(ObjectId key, bool deferred);
  [[nodiscard]] bool is_enforcing_keys() const { return enforcing_keys_; }
  /// While it lives, statements of this session are the foreign keys' own.
  class KeyEnforcement {
   public:
    explicit KeyEnforcement(Session& session) : session_(session) { session_.enforcing_keys_ = true; }
    ~KeyEnforcement() { session_.enforcing_keys_ = false; }
    KeyEnforcement(const KeyEnforcement&) = delete;
    KeyEnforcement& operator=(const KeyEnforcement&) = delete;

   private:
    Session& session_;
  };
  /// The name of the schema of this session's temporary relations.
  [[nodiscard]] std::string temporary_schema() const;
  /// Drops what is in it, in a transaction of its own or in the running one. Never throws: what is left goes with the
  /// next start.
  void drop_temporary_relations() noexcept;
  /// The clock, as timestamptz.
  [[nodiscard]] int64_t wall_time_us() const;
  std::map<std::string, std::shared_ptr<PreparedStatement>>& prepared_statements() { return prepared_; }
  std::map<std::string, std::shared_ptr<Cursor>>& cursors() { return cursors_; }
  void discard_plans() { plan_cache_.clear(); }
  /// Statements are planned anew when they are run next.
  void forget_plans();
  [[nodiscard]] const std::string& role() const { return role_name_; }
  [[nodiscard]] ObjectId role_id() const { return role_id_; }
  [[nodiscard]] bool is_superuser() const { return superuser_; }
  [[nodiscard]] ObjectId database_id() const { return database_id_; }
  /// Rewrites 57014 to name the timeout if that was the cause.
  [[nodiscard]] Error explain_cancel(Error error) const;

 private:
  friend class PlannedResult;

  std::unique_ptr<Result> execute_prepared(std::shared_ptr<PreparedStatement> statement,
                                           std::span<const Value> parameters);
  void check_not_failed(const PreparedStatement& statement) const;
  DdlContext::Environment definition_environment(RunningStatement& running);
  void end_transaction() noexcept;
  SequenceEntry& own_sequence(ObjectId sequence);
  /// 25006 in a read-only transaction, but for temporary sequences.
  void require_writable_sequence(ObjectId sequence, std::string_view function) const;
  void show_mode(std::string_view setting, std::string_view value);
  void forget_rows_of_dropped_tables();
  /// ON COMMIT DELETE ROWS and DROP.
  void tidy_temporary_tables();
  static std::vector<std::shared_ptr<Statement>> parse_text(std::string_view sql);
  /// The text without literals as a key of the plan cache; null where that is of no use.
  std::unique_ptr<MaskedText> mask_for_cache(std::string_view sql, std::span<const LogicalType> types) const;
  /// A statement with a plan that was made for another text of its shape; null if there is none.
  std::shared_ptr<PreparedStatement> cached_statement(std::string_view sql, const MaskedText& masked);
  /// Keeps the plan that was just made, in a form that serves other texts, too, if there is one.
  std::shared_ptr<PreparedStatement> derive_values(std::shared_ptr<PreparedStatement> statement,
                                                   std::vector<Value>& values);
  void keep_plan(PreparedStatement& statement, const Catalog& catalog);
  std::shared_ptr<const PlannedStatement> plan_with_parameters(const PreparedStatement& statement,
                                                               const std::vector<const ast::Literal*>& literals,
                                                               const Catalog& catalog);

  DatabaseImplementation& database_;
  const int32_t process_id_;
  std::atomic<bool> has_advisory_locks_ = false;              ///< perhaps, until it ends
  std::atomic<bool> transaction_has_advisory_locks_ = false;  ///< perhaps
  std::string database_name_;
  std::string role_name_;
  ObjectId database_id_ = kNoObject;
  ObjectId role_id_ = kNoObject;
  bool superuser_ = false;
  SessionSettings settings_;
  std::function<void(const Notice&)> notice_listener_;

  std::atomic<bool> cancelled_{false};
  std::atomic<bool> timed_out_{false};
  std::atomic<bool> running_{false};
  Random random_;

  std::unique_ptr<TransactionState> transaction_;
  bool explicit_transaction_ = false;
  bool failed_ = false;
  bool read_only_ = false;
  bool deferrable_ = false;
  /// What ROLLBACK TO, and for the mode also RELEASE, go back to.
  struct SavepointMark {
    std::string name;
    bool read_only = false;
    uint64_t cursors_made = 0;
  };
  std::vector<SavepointMark> savepoint_marks_;
  std::vector<SavepointMark>::iterator find_mark(const std::string& name);
  uint64_t cursors_made_ = 0;
  bool wait_for_sync_ = true;  ///< false for one commit whose caller asked for less (D14)
  int64_t transaction_start_ns_ = 0;

  std::map<std::string, std::shared_ptr<PreparedStatement>> prepared_;
  std::map<std::string, std::shared_ptr<Cursor>> cursors_;
  PlanCache plan_cache_;
  SystemContext system_context_;
  SessionObjectNames object_names_;
  std::map<ObjectId, int64_t> sequence_values_;  ///< currval
  ObjectId last_sequence_ = kNoObject;           ///< lastval's
  bool enforcing_keys_ = false;
  std::vector<DeferredKeyCheck> deferred_checks_;
  std::map<ObjectId, bool> constraint_modes_;  ///< SET CONSTRAINTS: deferred? kNoObject: all others
  bool has_temporary_schema_ = false;          ///< it has been made (in a transaction that may have been rolled back)
  bool has_on_commit_tables_ = false;          ///< likewise, of tables with ON COMMIT
};

}  // namespace tidemark
