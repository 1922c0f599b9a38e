#include "engine/session.h"

#include "base/clock.h"
#include "base/digest.h"
#include "engine/cursor.h"
#include "engine/database_implementation.h"
#include "engine/planned_result.h"
#include "engine/statement_result.h"
#include "engine/utility/utility.h"
#include "parser/ast_query.h"
#include "parser/ast_statement.h"
#include "parser/sql_parser.h"
#include "types/calendar.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

uint64_t random_seed() {
  uint64_t seed = 0;
  const std::string bytes = random_bytes(sizeof seed);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&seed));
  return seed;
}

/// Names of a list as `SET search_path` keeps it: comma-separated, quoted where needed.
std::vector<std::string> split_names(std::string_view list) {
  std::vector<std::string> names;
  std::string name;
  bool quoted = false;
  bool any = false;
  const auto add = [&] {
    if (any) {
      names.push_back(std::move(name));
    }
    name.clear();
    any = false;
  };
  for (size_t i = 0; i < list.size(); ++i) {
    const char letter = list[i];
    if (letter == '"') {
      if (quoted && i + 1 < list.size() && list[i + 1] == '"') {
        name += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
      any = true;
    } else if (quoted) {
      name += letter;
    } else if (letter == ',') {
      add();
    } else if (letter != ' ' && letter != '\t') {
      name += static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
      any = true;
    }
  }
  add();
  return names;
}

/// SELECT … INTO t is CREATE TABLE t AS SELECT …; the words stand in the first SELECT of a UNION.
ast::StatementPtr select_into_as_create(ast::StatementPtr statement) {
  if (statement->kind != ast::StatementKind::Query) {
    return statement;
  }
  ast::Query* first = &statement->as<ast::Query>();
  while (first->query_kind == ast::QueryKind::SetOperation) {
    first = first->as<ast::SetOperationQuery>().left.get();
  }
  if (first->query_kind != ast::QueryKind::Select || first->as<ast::SelectQuery>().into.empty()) {
    return statement;
  }
  auto& select = first->as<ast::SelectQuery>();
  auto create = std::make_unique<ast::CreateTableAsStatement>();
  create->position = statement->position;
  create->source_offset = statement->source_offset;
  create->source_length = statement->source_length;
  create->table = std::exchange(select.into, {});
  create->persistence = select.into_temporary ? ast::Persistence::Temporary : ast::Persistence::Permanent;
  create->query = std::move(statement);
  return create;
}

std::vector<ResultColumn> result_columns(const std::vector<PlanOutput>& outputs, const Catalog& catalog) {
  std::vector<ResultColumn> columns;
  for (const PlanOutput& output : outputs) {
    ResultColumn column{output.name, output.type, kNoObject, 0};
    if (column.type.id == TypeId::kUnknown) {
      column.type = TypeId::kText;
    }
    if (const TableEntry* table = output.table == kNoObject ? nullptr : catalog.table(output.table)) {
      for (size_t i = 0; i < table->columns.size(); ++i) {
        if (table->columns[i].id == output.table_column) {
          column.table = output.table;
          column.table_column = static_cast<int16_t>(i + 1);
        }
      }
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace

Session::Session(DatabaseImplementation& database, const ConnectionOptions& options, int32_t process_id)
    : database_(database),
      process_id_(process_id),
      role_name_(options.role),
      superuser_(database.role_login(options.role).superuser),
      settings_(database.settings(), superuser_),
      random_(random_seed()) {
  settings_.name_objects_by(object_names_);
  const auto catalog = database_.store().snapshot()->catalog();
  const RoleEntry* role = catalog->role(options.role);
  role_id_ = role->id;
  use_database(options.database);
  settings_.set_internal(Setting::kIsSuperuser, superuser_ ? "on" : "off");
  settings_.set_internal(Setting::kSessionAuthorization, role_name_);
  if (!options.application_name.empty()) {
    settings_.set("application_name", options.application_name, false);
  }
  for (const auto& [name, value] : options.settings) {
    settings_.set(name, value, false);
  }
  if (!options.settings.empty() || !options.application_name.empty()) {
    settings_.keep_as_reset_values();
  }
}

Session::~Session() {
  close_transaction_cursors(cursors_, true);
  end_transaction();
  unlock_all_advisory();
  // Nobody listens any more.
  notice_listener_ = {};
  settings_.on_change({});
  drop_temporary_relations();
  database_.session_ended(process_id_);
}

void Session::use_database(const std::string& name) {
  const DatabaseEntry* found = database_.store().snapshot()->catalog()->database(name);
  if (found == nullptr) {
    throw Error(sqlstate::kInvalidCatalogName, "database \"" + name + "\" does not exist");
  }
  database_id_ = found->id;
  database_name_ = name;
  plan_cache_.clear();
}

const VirtualTableContext& Session::system_context() {
  system_context_.shared_catalog = current_catalog();
  system_context_.database_entry = &std::get<DatabaseEntry>(*system_context_.shared_catalog->object(database_id_));
  system_context_.settings = &settings_.current();
  system_context_.statistics = &database_.store().statistics();
  system_context_.role = role_name_;
  system_context_.search_path = search_path();
  system_context_.sequence_state = [this](ObjectId sequence) { return sequence_state(sequence); };
  system_context_.cursors = &cursors_;
  system_context_.prepared_statements = &prepared_;
  system_context_.advisory_locks = &database_.advisory_locks();
  system_context_.sessions = [this] {
    std::vector<SessionActivity> activities;
    database_.for_each_session([&](const Session& session) { activities.push_back(session.activity()); });
    return activities;
  };
  return system_context_;
}

int64_t Session::wall_time_us() const { return database_.clock().wall_ns() / 1000 - kEpochShiftMicroseconds; }

SessionActivity Session::activity() const {
  // What a session changes only at its start: safe to read from another thread.
  SessionActivity activity;
  activity.process_id = process_id_;
  activity.database = database_name_;
  activity.role = role_name_;
  activity.state = running_.load() ? "active" : "idle";
  return activity;
}

const DatabaseEntry& Session::database() const {
  // Entries live as long as the catalog snapshots that share them; a database that is in use cannot be dropped by its
  // own sessions.
  const CatalogEntry* found = database_.store().snapshot()->catalog()->object(database_id_);
  if (found == nullptr) {
    throw Error(sqlstate::kInvalidCatalogName, "database \"" + database_name_ + "\" does not exist");
  }
  return std::get<DatabaseEntry>(*found);
}

std::vector<std::string> Session::search_path() const {
  std::vector<std::string> path;
  bool names_temporary = false;
  for (std::string& name : split_names(settings_.current().text(Setting::kSearchPath))) {
    if (name == "$user") {
      name = role_name_;
    }
    if (name == "pg_temp") {
      name = temporary_schema();
      names_temporary = true;
    }
    // Another default policy of the database is searched just before `public` (D1).
    if (name == "public" && database().default_schema != "public") {
      path.push_back(database().default_schema);
    }
    path.push_back(std::move(name));
  }
  // Temporary relations hide others unless the path gives them another place.
  if (has_temporary_schema_ && !names_temporary) {
    path.insert(path.begin(), temporary_schema());
  }
  return path;
}

void Session::forget_plans() {
  plan_cache_.clear();
  for (const auto& [name, statement] : prepared_) {
    statement->planned.reset();
  }
}

std::string Session::temporary_schema() const { return "pg_temp_" + std::to_string(process_id_); }

std::optional<std::string> Session::setting(std::string_view name, bool missing_ok) const {
  if (missing_ok && !settings_.current().exists(name)) {
    return std::nullopt;
  }
  return settings_.current().show(name);
}

uint64_t Session::table_bytes(ObjectId table) const { return database_.store().table_bytes(table); }

void Session::on_parameter_status(std::function<void(std::string_view, std::string_view)> listener) {
  settings_.on_change(std::move(listener));
  settings_.report_all();
}

void Session::notify(std::string_view severity, const Error& content) {
  if (notice_listener_) {
    notice_listener_({std::string(severity), content});
  }
}

Error Session::explain_cancel(Error error) const {
  if (error.sqlstate() == sqlstate::kQueryCanceled && timed_out_.load()) {
    return Error(sqlstate::kQueryCanceled, "canceling statement due to statement timeout");
  }
  return error;
}

/// A sequence that this very transaction has made: nobody else can see it.
SequenceEntry& Session::own_sequence(ObjectId sequence) {
  std::vector<CatalogDelta>& deltas = transaction_->writes.catalog;
  const auto delta = std::find_if(deltas.rbegin(), deltas.rend(), [sequence](const CatalogDelta& candidate) {
    return candidate.id == sequence && candidate.operation == CatalogDelta::Operation::kPut;
  });
  if (delta == deltas.rend()) {
    throw Error(sqlstate::kUndefinedTable, "could not open relation with OID " + std::to_string(sequence));
  }
  return std::get<SequenceEntry>(delta->entry);
}

void Session::require_writable_sequence(ObjectId sequence, std::string_view function) const {
  if (!read_only_ || transaction_ == nullptr) {
    return;
  }
  const auto catalog = current_catalog();
  const CatalogEntry* object = catalog->object(sequence);
  const SchemaEntry* temporary = catalog->schema(database_id_, temporary_schema());
  if (object != nullptr && temporary != nullptr && std::get<SequenceEntry>(*object).schema == temporary->id) {
    return;
  }
  throw Error(sqlstate::kReadOnlySqlTransaction,
              "cannot execute " + std::string(function) + "() in a read-only transaction");
}

int64_t Session::next_sequence_value(ObjectId sequence) {
  require_writable_sequence(sequence, "nextval");
  const bool is_committed = database_.store().snapshot()->catalog()->object(sequence) != nullptr;
  const int64_t value =
      is_committed ? database_.sequences().next(sequence) : SequenceValues::advance(own_sequence(sequence));
  sequence_values_[sequence] = value;
  last_sequence_ = sequence;
  return value;
}

std::pair<int64_t, bool> Session::sequence_state(ObjectId sequence) {
  if (database_.store().snapshot()->catalog()->object(sequence) != nullptr) {
    return database_.sequences().state(sequence);
  }
  const CatalogEntry* object = catalog().object(sequence);
  if (object == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "could not open relation with OID " + std::to_string(sequence));
  }
  const auto& entry = std::get<SequenceEntry>(*object);
  return {entry.last_value, entry.is_called};
}

int64_t Session::last_value_of_session() {
  const auto found = sequence_values_.find(last_sequence_);
  if (found == sequence_values_.end() || current_catalog()->object(last_sequence_) == nullptr) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState, "lastval is not yet defined in this session");
  }
  return found->second;
}

void Session::forget_sequence_values() {
  sequence_values_.clear();
  last_sequence_ = kNoObject;
}

int64_t Session::current_sequence_value(ObjectId sequence) {
  const auto found = sequence_values_.find(sequence);
  if (found == sequence_values_.end()) {
    const CatalogEntry* object = catalog().object(sequence);
    throw Error(sqlstate::kObjectNotInPrerequisiteState, "currval of sequence \"" +
                                                             (object == nullptr ? std::string() : name_of(*object)) +
                                                             "\" is not yet defined in this session");
  }
  return found->second;
}

void Session::set_sequence_value(ObjectId sequence, int64_t value, bool is_called) {
  require_writable_sequence(sequence, "setval");
  if (database_.store().snapshot()->catalog()->object(sequence) != nullptr) {
    database_.sequences().set(sequence, value, is_called);
  } else {
    SequenceValues::set(own_sequence(sequence), value, is_called);
  }
  if (is_called) {
    sequence_values_[sequence] = value;
  }
}

std::unique_ptr<RunningStatement> Session::start_statement() {
  const Settings& settings = settings_.current();
  auto running =
      std::make_unique<RunningStatement>(*this, database_.memory(), settings.bytes(Setting::kQueryMemoryLimit));
  QueryContext& context = running->context;
  context.memory = &running->memory;
  context.cancelled = &cancelled_;
  context.session = this;
  context.random = &random_;
  context.clock = &database_.clock();
  context.statement_start_ns = database_.clock().wall_ns();
  context.transaction_start_ns = transaction_ == nullptr ? context.statement_start_ns : transaction_start_ns_;
  context.work_mem_bytes = static_cast<uint64_t>(settings.bytes(Setting::kWorkMem));
  context.max_parallel_workers = static_cast<size_t>(settings.integer(Setting::kMaxParallelWorkers));
  running->io = settings_.io();
  // SQL sees all digits that are stored; what the client is shown is the door's business (D2).
  running->io.dates.timestamp_digits = 9;
  running->io.dates.now = context.transaction_start_ns / 1000 - kEpochShiftMicroseconds;
  object_names_.set_scope(current_catalog(), database_id_, search_path(), &database_.system_tables());
  context.io = &running->io;
  cancelled_.store(false);
  timed_out_.store(false);
  if (const int64_t timeout = settings.nanoseconds(Setting::kStatementTimeout); timeout > 0) {
    running->timer_ticket = database_.timer().arm(timeout, timed_out_, cancelled_);
  }
  if (transaction_ != nullptr) {
    transaction_->lock_timeout_ms = settings.nanoseconds(Setting::kLockTimeout) / 1'000'000;
  }
  running_.store(true);
  return running;
}

RunningStatement::~RunningStatement() {
  if (!ended) {
    session.end_statement(*this);
  }
}

void Session::end_statement(RunningStatement& running) noexcept {
  running.ended = true;
  running_.store(false);
  if (running.timer_ticket != 0) {
    database_.timer().disarm(running.timer_ticket);
    running.timer_ticket = 0;
  }
}

PlannerContext Session::planner_context(const Catalog& catalog, QueryContext& query) {
  const CatalogEntry* database = catalog.object(database_id_);
  if (database == nullptr) {
    throw Error(sqlstate::kInvalidCatalogName, "database \"" + database_name_ + "\" does not exist");
  }
  PlannerContext context{.catalog = catalog,
                         .database = std::get<DatabaseEntry>(*database),
                         .search_path = search_path(),
                         .virtual_tables = &database_.system_tables(),
                         .statistics = &database_.store().statistics(),
                         .query = query};
  context.implicit_group_by = settings_.current().boolean(Setting::kImplicitGroupBy);
  context.disabled_rules = split_names(settings_.current().text(Setting::kDisabledRules));
  return context;
}

void Session::ensure_planned(PreparedStatement& statement, std::span<const LogicalType> types) {
  const auto catalog = current_catalog();
  if (statement.planned != nullptr && statement.settings_hash == settings_.current().binding_hash()) {
    const auto unchanged = [&](const auto& dependency) {
      return catalog->object_version(dependency.first) == dependency.second;
    };
    const auto& depends_on = statement.planned->depends_on;
    if (std::all_of(depends_on.begin(), depends_on.end(), unchanged)) {
      return;
    }
  }
  if (!statement.constants.empty()) {
    // Its syntax tree is that of another text with other literals.
    statement.set_syntax(std::move(parse_sql(statement.text()).front()));
    statement.constants.clear();
  }
  if (!is_planned(statement.syntax().kind)) {
    if (!statement.described) {
      describe_utility(*this, statement, types);
      statement.described = true;
    }
    return;
  }
  const auto running = start_statement();
  PlannerContext context = planner_context(*catalog, running->context);
  context.flavour = statement.flavour;
  context.takes_parameters = statement.takes_parameters;
  context.parameter_types.assign(types.begin(), types.end());
  if (statement.described) {
    context.parameter_types = statement.parameter_types_;
  }
  std::shared_ptr<const PlannedStatement> planned;
  database_.count_plan();
  try {
    planned = plan_statement(statement.syntax(), context);
  } catch (Error& error) {
    throw explain_cancel(std::move(error));
  }
  end_statement(*running);
  auto columns = result_columns(planned->outputs, *catalog);
  if (statement.described && statement.returns_rows_) {
    const auto same = [](const ResultColumn& a, const ResultColumn& b) { return a.name == b.name && a.type == b.type; };
    if (!std::equal(columns.begin(), columns.end(), statement.columns_.begin(), statement.columns_.end(), same)) {
      throw Error(sqlstate::kFeatureNotSupported, "cached plan must not change result type");
    }
  }
  statement.planned = std::move(planned);
  statement.columns_ = std::move(columns);
  statement.parameter_types_ = statement.planned->parameter_types;
  statement.returns_rows_ = statement.syntax().kind == ast::StatementKind::Query || !statement.columns_.empty();
  statement.settings_hash = settings_.current().binding_hash();
  statement.described = true;
  if (statement.masked != nullptr) {
    keep_plan(statement, *catalog);
  }
}

std::vector<std::shared_ptr<Statement>> Session::parse(std::string_view sql) {
  auto masked = mask_for_cache(sql, {});
  if (masked != nullptr && !masked->has_parameters) {
    if (auto cached = cached_statement(sql, *masked)) {
      return {std::move(cached)};
    }
  }
  auto statements = parse_text(sql);
  if (statements.size() == 1) {
    static_cast<PreparedStatement&>(*statements.front()).masked = std::move(masked);
  }
  return statements;
}

std::vector<std::shared_ptr<Statement>> Session::parse_text(std::string_view sql) {
  std::vector<std::shared_ptr<Statement>> statements;
  for (ast::StatementPtr& syntax : parse_sql(sql)) {
    syntax = select_into_as_create(std::move(syntax));
    std::string text(sql.substr(syntax->source_offset, syntax->source_length));
    statements.push_back(
        std::make_shared<PreparedStatement>(std::move(text), std::shared_ptr<const ast::Statement>(std::move(syntax))));
  }
  for (const auto& statement : statements) {
    static_cast<PreparedStatement&>(*statement).among_others = statements.size() > 1;
  }
  return statements;
}

std::shared_ptr<Statement> Session::prepare(std::string_view sql, std::span<const LogicalType> types) {
  const TypeNaming naming(&object_names_);
  auto masked = mask_for_cache(sql, types);
  if (masked != nullptr) {
    if (auto cached = cached_statement(sql, *masked)) {
      check_not_failed(*cached);
      return cached;
    }
  }
  auto statements = parse_text(sql);
  if (statements.size() > 1) {
    throw Error(sqlstate::kSyntaxError, "cannot insert multiple commands into a prepared statement");
  }
  if (statements.empty()) {
    return nullptr;
  }
  static_cast<PreparedStatement&>(*statements.front()).masked = std::move(masked);
  plan(*statements.front(), types);
  return statements.front();
}

void Session::plan(Statement& statement, std::span<const LogicalType> types) {
  const TypeNaming naming(&object_names_);
  auto& prepared = static_cast<PreparedStatement&>(statement);
  if (failed_ && !prepared.is_transaction_control()) {
    check_not_failed(prepared);
  }
  try {
    ensure_planned(prepared, types);
  } catch (...) {
    mark_failed();
    throw;
  }
}

void Session::check_not_failed(const PreparedStatement& statement) const {
  if (!failed_) {
    return;
  }
  if (statement.syntax().kind == ast::StatementKind::Transaction) {
    const auto kind = statement.syntax().as<ast::TransactionStatement>().transaction_kind;
    if (kind == ast::TransactionKind::Commit || kind == ast::TransactionKind::Rollback ||
        kind == ast::TransactionKind::RollbackToSavepoint) {
      return;
    }
  }
  throw Error(sqlstate::kInFailedSqlTransaction,
              "current transaction is aborted, commands ignored until end of transaction block");
}

std::unique_ptr<Result> Session::execute(const std::shared_ptr<Statement>& statement,
                                         std::span<const Value> parameters) {
  return execute_prepared(std::static_pointer_cast<PreparedStatement>(statement), parameters);
}

std::unique_ptr<Result> Session::execute_prepared(std::shared_ptr<PreparedStatement> statement,
                                                  std::span<const Value> parameters) {
  const TypeNaming naming(&object_names_);
  check_not_failed(*statement);
  database_.count_query();
  try {
    if (is_planned(statement->syntax().kind)) {
      statement->takes_parameters = statement->described || !parameters.empty();
      ensure_planned(*statement, {});
      return start_planned(std::move(statement), parameters);
    }
    return run_utility(*this, *statement, parameters);
  } catch (...) {
    mark_failed();
    throw;
  }
}

/// Adds the values of derived parameters. Where one of them has none (2.5 for an integer column), the statement comes
/// back with a plan that does without.
std::shared_ptr<PreparedStatement> Session::derive_values(std::shared_ptr<PreparedStatement> statement,
                                                          std::vector<Value>& values) {
  const auto running = start_statement();
  const auto derived =
      derive_parameters(statement->planned->derived_parameters, values, statement->parameter_types(), running->context);
  if (derived) {
    values.insert(values.end(), derived->begin(), derived->end());
    return statement;
  }
  auto without = std::make_shared<PreparedStatement>(statement->text(), statement->shared_syntax());
  without->flavour = statement->flavour;
  without->takes_parameters = statement->takes_parameters;
  without->parameter_types_ = statement->parameter_types_;
  without->columns_ = statement->columns_;
  without->returns_rows_ = statement->returns_rows_;
  without->described = true;
  PlannerContext context = planner_context(*current_catalog(), running->context);
  context.flavour = statement->flavour;
  context.takes_parameters = statement->takes_parameters;
  context.parameter_types = statement->parameter_types_;
  context.derives_parameters = false;
  database_.count_plan();
  without->planned = plan_statement(without->syntax(), context);
  return without;
}

std::unique_ptr<Result> Session::start_planned(std::shared_ptr<PreparedStatement> statement,
                                               std::span<const Value> parameters, bool analyze) {
  if (parameters.size() != statement->parameter_types().size()) {
    throw Error(sqlstate::kProtocolViolation, "bind message supplies " + std::to_string(parameters.size()) +
                                                  " parameters, but prepared statement \"\" requires " +
                                                  std::to_string(statement->parameter_types().size()));
  }
  std::vector<Value> values(parameters.begin(), parameters.end());
  if (statement->constants.empty() && !statement->planned->derived_parameters.empty()) {
    statement = derive_values(std::move(statement), values);
  }
  values.insert(values.end(), statement->constants.begin(), statement->constants.end());
  ensure_transaction();
  if (statement->planned->writes_permanent && read_only_) {
    throw Error(sqlstate::kReadOnlySqlTransaction,
                "cannot execute " + command_words(statement->syntax()) + " in a read-only transaction");
  }
  auto running = start_statement();
  transaction_->autocommit = !explicit_transaction_ && transaction_->writes.empty();
  transaction_->begin_statement();
  if (transaction_->isolation() == tidemark::IsolationLevel::kSerializable) {
    transaction_->tables_read.insert(transaction_->tables_read.end(), statement->planned->tables_read.begin(),
                                     statement->planned->tables_read.end());
  }
  ExecutionContext context{.query = running->context};
  context.snapshot = transaction_->snapshot();
  context.transaction = transaction_.get();
  context.parameters = std::move(values);
  context.system = &system_context();
  context.workers = &database_.workers();
  context.files = &database_.files();
  context.spill_folder = database_.spill_folder();
  context.analyze = analyze;
  return std::make_unique<PlannedResult>(*this, std::move(statement), std::move(running), std::move(context));
}

std::unique_ptr<Result> Session::start_internal(std::shared_ptr<const ast::Statement> statement, Flavour flavour) {
  auto prepared = std::make_shared<PreparedStatement>("", std::move(statement));
  prepared->flavour = flavour;
  ensure_planned(*prepared, {});
  return start_planned(std::move(prepared), {});
}

uint64_t Session::run_internal(std::shared_ptr<const ast::Statement> statement) {
  auto prepared = std::make_shared<PreparedStatement>("", std::move(statement));
  ensure_planned(*prepared, {});
  const auto result = start_planned(prepared, {});
  DataChunk chunk;
  while (result->next(chunk)) {
  }
  return result->row_count();
}

std::unique_ptr<Result> Session::query(std::string_view sql) {
  try {
    std::unique_ptr<Result> last = BufferedResult::empty();
    for (const auto& statement : parse(sql)) {
      const auto result = execute(statement, {});
      last = BufferedResult::drain(*result);
    }
    sync();
    return last;
  } catch (...) {
    mark_failed();
    sync();
    throw;
  }
}

std::unique_ptr<Result> Session::query(std::string_view sql, std::span<const Value> parameters) {
  try {
    std::vector<LogicalType> types;
    for (const Value& parameter : parameters) {
      types.push_back(parameter.type());
    }
    const auto statement = prepare(sql, types);
    if (statement == nullptr) {
      return BufferedResult::empty();
    }
    auto result = BufferedResult::drain(*execute(statement, parameters));
    sync();
    return result;
  } catch (...) {
    mark_failed();
    sync();
    throw;
  }
}

}  // namespace tidemark
