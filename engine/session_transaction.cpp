#include <algorithm>

#include "base/clock.h"
#include "base/logging.h"
#include "engine/cursor.h"
#include "engine/database_implementation.h"
#include "engine/ddl/definitions.h"
#include "engine/session.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

/// The catalog's changes are few and short: one lock, held to the end of the transaction, orders all DDL.
constexpr ObjectId kCatalogLock = 1;

IsolationLevel isolation_of(std::string_view name) {
  if (name == "repeatable read") {
    return IsolationLevel::kRepeatableRead;
  }
  return name == "serializable" ? IsolationLevel::kSerializable : IsolationLevel::kReadCommitted;
}

}  // namespace

void Session::ensure_transaction() {
  if (transaction_ != nullptr) {
    return;
  }
  transaction_start_ns_ = database_.clock().wall_ns();
  const Settings& settings = settings_.current();
  read_only_ = settings.boolean(Setting::kDefaultTransactionReadOnly);
  deferrable_ = settings.boolean(Setting::kDefaultTransactionDeferrable);
  const std::string isolation_name = settings.text(Setting::kDefaultTransactionIsolation);
  const IsolationLevel isolation = isolation_of(isolation_name);
  transaction_ = std::make_unique<TransactionState>(database_.next_transaction_id(), isolation, database_.locks(),
                                                    [this] { return database_.store().snapshot(); });
  settings_.begin();
  show_mode("transaction_isolation", isolation_name);
  show_mode("transaction_read_only", read_only_ ? "on" : "off");
  show_mode("transaction_deferrable", deferrable_ ? "on" : "off");
}

/// What SHOW tells of the transaction, until its end.
void Session::show_mode(std::string_view setting, std::string_view value) {
  if (settings_.current().show(setting) != value) {
    settings_.set(setting, value, true);
  }
}

ast::TransactionModes Session::transaction_modes() const {
  ast::TransactionModes modes;
  const std::string name = settings_.current().text(Setting::kTransactionIsolation);
  modes.isolation = name == "serializable"      ? ast::IsolationLevel::Serializable
                    : name == "repeatable read" ? ast::IsolationLevel::RepeatableRead
                    : name == "read committed"  ? ast::IsolationLevel::ReadCommitted
                                                : ast::IsolationLevel::ReadUncommitted;
  modes.read_only = read_only_;
  modes.deferrable = deferrable_;
  return modes;
}

void Session::change_transaction_modes(const ast::TransactionModes& modes) {
  if (modes.read_only.has_value()) {
    if (read_only_ && !*modes.read_only) {
      if (!savepoint_marks_.empty() && savepoint_marks_.back().read_only) {
        throw Error(sqlstate::kActiveSqlTransaction,
                    "cannot set transaction read-write mode inside a read-only transaction");
      }
      if (transaction_->has_snapshot()) {
        throw Error(sqlstate::kActiveSqlTransaction, "transaction read-write mode must be set before any query");
      }
    }
    read_only_ = *modes.read_only;
    show_mode("transaction_read_only", read_only_ ? "on" : "off");
  }
  if (modes.deferrable.has_value()) {
    if (transaction_->has_snapshot()) {
      throw Error(sqlstate::kActiveSqlTransaction, "SET TRANSACTION [NOT] DEFERRABLE must be called before any query");
    }
    deferrable_ = *modes.deferrable;
    show_mode("transaction_deferrable", deferrable_ ? "on" : "off");
  }
  std::string_view name;
  switch (modes.isolation) {
    case ast::IsolationLevel::Default:
      return;
    case ast::IsolationLevel::ReadUncommitted:
      name = "read uncommitted";
      break;
    case ast::IsolationLevel::ReadCommitted:
      name = "read committed";
      break;
    case ast::IsolationLevel::RepeatableRead:
      name = "repeatable read";
      break;
    case ast::IsolationLevel::Serializable:
      name = "serializable";
      break;
  }
  if (name == settings_.current().text(Setting::kTransactionIsolation)) {
    return;
  }
  if (!savepoint_marks_.empty()) {
    throw Error(sqlstate::kActiveSqlTransaction,
                "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction");
  }
  if (transaction_->has_snapshot()) {
    throw Error(sqlstate::kActiveSqlTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query");
  }
  transaction_ = std::make_unique<TransactionState>(transaction_->id(), isolation_of(name), database_.locks(),
                                                    [this] { return database_.store().snapshot(); });
  settings_.set("transaction_isolation", name, true);
}

void Session::begin_transaction(const ast::TransactionModes& modes) {
  if (explicit_transaction_) {
    notify("WARNING", Error(sqlstate::kActiveSqlTransaction, "there is already a transaction in progress"));
    return;
  }
  ensure_transaction();
  explicit_transaction_ = true;
  change_transaction_modes(modes);
}

std::string Session::commit_transaction() {
  if (transaction_ == nullptr || !explicit_transaction_) {
    notify("WARNING", Error(sqlstate::kNoActiveSqlTransaction, "there is no transaction in progress"));
    sync();  // What the statements before it in the same message have done is kept.
    return "COMMIT";
  }
  if (failed_) {
    rollback_transaction();
    return "ROLLBACK";
  }
  explicit_transaction_ = false;
  sync();
  return "COMMIT";
}

void Session::rollback_transaction() {
  if (transaction_ == nullptr) {
    notify("WARNING", Error(sqlstate::kNoActiveSqlTransaction, "there is no transaction in progress"));
    return;
  }
  settings_.rollback();
  end_transaction();
}

bool Session::lock_advisory(AdvisoryKey key, AdvisoryMode mode, bool wait, const QueryContext& context) {
  key.database = static_cast<uint32_t>(database_id_);
  (mode.of_transaction ? transaction_has_advisory_locks_ : has_advisory_locks_) = true;
  if (!wait) {
    return database_.advisory_locks().try_lock(process_id_, key, mode);
  }
  const int64_t timeout_ns = settings_.current().nanoseconds(Setting::kLockTimeout);
  const int64_t start_ns = database_.clock().steady_ns();
  database_.advisory_locks().lock(process_id_, key, mode, [&] {
    context.check_cancelled();
    if (timeout_ns > 0 && database_.clock().steady_ns() - start_ns > timeout_ns) {
      throw Error(sqlstate::kLockNotAvailable, "canceling statement due to lock timeout");
    }
  });
  return true;
}

bool Session::unlock_advisory(AdvisoryKey key, bool shared) {
  key.database = static_cast<uint32_t>(database_id_);
  const bool had_it = database_.advisory_locks().unlock(process_id_, key, shared);
  if (!had_it) {
    notify("WARNING",
           Error("01000", std::string("you don't own a lock of type ") + (shared ? "ShareLock" : "ExclusiveLock")));
  }
  return had_it;
}

void Session::unlock_all_advisory() {
  if (has_advisory_locks_.exchange(false)) {
    database_.advisory_locks().release(process_id_, false);
  }
}

void Session::end_transaction() noexcept {
  if (transaction_ != nullptr) {
    database_.locks().release_all(transaction_->id());
  }
  if (transaction_has_advisory_locks_.exchange(false)) {
    database_.advisory_locks().release(process_id_, true);
  }
  close_transaction_cursors(cursors_, false);
  transaction_.reset();
  deferred_checks_.clear();
  constraint_modes_.clear();
  explicit_transaction_ = false;
  failed_ = false;
  savepoint_marks_.clear();
}

void Session::sync() {
  const TypeNaming naming(&object_names_);
  if (transaction_ == nullptr || explicit_transaction_) {
    return;
  }
  if (failed_) {
    settings_.rollback();
    end_transaction();
    return;
  }
  try {
    run_deferred_checks(*this, std::exchange(deferred_checks_, {}));
    materialize_held_cursors(cursors_);
    if (has_on_commit_tables_) {
      tidy_temporary_tables();
    }
    forget_rows_of_dropped_tables();
    if (!transaction_->writes.empty()) {
      CommitOptions options = transaction_->commit_options();
      options.wait_for_sync = wait_for_sync_ && settings_.current().text(Setting::kSynchronousCommit) != "off";
      std::vector<ObjectId> sequences;
      for (const CatalogDelta& delta : transaction_->writes.catalog) {
        if (delta.kind == ObjectKind::kSequence && delta.operation == CatalogDelta::Operation::kPut) {
          sequences.push_back(delta.id);
        }
      }
      database_.store().commit(std::move(transaction_->writes), options);
      for (const ObjectId sequence : sequences) {
        database_.sequences().keep_position(sequence);  // Others may have reserved values by the old definition.
      }
    }
  } catch (...) {
    settings_.rollback();
    end_transaction();
    throw;
  }
  settings_.commit();
  end_transaction();
}

bool Session::is_deferred(const ForeignKey& key) const {
  if (!key.deferrable) {
    return false;
  }
  for (const ObjectId id : {key.id, kNoObject}) {
    if (const auto mode = constraint_modes_.find(id); mode != constraint_modes_.end()) {
      return mode->second;
    }
  }
  return key.initially_deferred;
}

void Session::set_constraint_mode(ObjectId key, bool deferred) {
  if (key == kNoObject) {
    constraint_modes_.clear();
  }
  constraint_modes_[key] = deferred;
  if (deferred) {
    return;
  }
  std::vector<DeferredKeyCheck> now;
  std::vector<DeferredKeyCheck> later;
  for (DeferredKeyCheck& check : std::exchange(deferred_checks_, {})) {
    (key == kNoObject || check.key == key ? now : later).push_back(std::move(check));
  }
  deferred_checks_ = std::move(later);
  run_deferred_checks(*this, std::move(now));
}

/// Tables that the transaction made and dropped again leave nothing behind.
void Session::forget_rows_of_dropped_tables() {
  WriteSet& writes = transaction_->writes;
  const bool any_dropped = std::ranges::any_of(writes.catalog, [](const CatalogDelta& delta) {
    return delta.operation == CatalogDelta::Operation::kDrop && delta.kind == ObjectKind::kTable;
  });
  if (!any_dropped) {
    return;
  }
  const auto catalog = current_catalog();
  std::erase_if(writes.changes, [&](const WriteSet::Change& change) {
    return catalog->table(change.is_tombstone ? change.tombstone.table : change.batch.table) == nullptr;
  });
}

void Session::tidy_temporary_tables() {
  run_ddl([&](DdlContext& context) {
    const SchemaEntry* schema = context.catalog().schema(database_id_, temporary_schema());
    if (schema == nullptr) {
      return;
    }
    for (const CatalogEntry* entry : context.catalog().in_schema(schema->id)) {
      const auto* table = std::get_if<TableEntry>(entry);
      if (table == nullptr || table->on_commit == OnCommit::kPreserveRows) {
        continue;
      }
      if (table->on_commit == OnCommit::kDrop) {
        drop_table(TableEntry(*table), context);
      } else {
        truncate_table(*table, context);
      }
    }
  });
}

void Session::drop_temporary_relations() noexcept {
  if (!has_temporary_schema_) {
    return;
  }
  const auto listener = std::exchange(notice_listener_, {});  // no word of what is dropped along
  try {
    run_ddl([&](DdlContext& context) {
      if (const SchemaEntry* found = context.catalog().schema(database_id_, temporary_schema())) {
        const SchemaEntry schema = *found;
        drop_contents(schema, context);
        context.drop(ObjectKind::kSchema, schema.id);
      }
    });
    sync();
  } catch (const std::exception& error) {
    log_warning(std::string("temporary relations stay until the next start: ") + error.what());
  }
  notice_listener_ = listener;
}

void Session::mark_failed() noexcept {
  if (transaction_ != nullptr) {
    failed_ = true;
  }
}

TransactionStatus Session::transaction_status() const {
  if (!explicit_transaction_) {
    return TransactionStatus::kIdle;
  }
  return failed_ ? TransactionStatus::kFailed : TransactionStatus::kInTransaction;
}

void Session::set_savepoint(const std::string& name) {
  if (!explicit_transaction_) {
    throw Error(sqlstate::kNoActiveSqlTransaction, "SAVEPOINT can only be used in transaction blocks");
  }
  transaction_->set_savepoint(name);
  settings_.set_savepoint(name);
  savepoint_marks_.push_back({name, read_only_, cursors_made_});
}

/// The mark of a savepoint that is there.
std::vector<Session::SavepointMark>::iterator Session::find_mark(const std::string& name) {
  return std::ranges::find(savepoint_marks_.rbegin(), savepoint_marks_.rend(), name, &SavepointMark::name).base() - 1;
}

void Session::rollback_to_savepoint(const std::string& name) {
  if (!explicit_transaction_) {
    throw Error(sqlstate::kNoActiveSqlTransaction, "ROLLBACK TO SAVEPOINT can only be used in transaction blocks");
  }
  transaction_->rollback_to_savepoint(name);
  settings_.rollback_to_savepoint(name);
  const auto mark = find_mark(name);
  read_only_ = mark->read_only;
  std::erase_if(cursors_, [&](const auto& cursor) { return cursor.second->number >= mark->cursors_made; });
  savepoint_marks_.erase(mark + 1, savepoint_marks_.end());
  failed_ = false;
}

void Session::release_savepoint(const std::string& name) {
  if (!explicit_transaction_) {
    throw Error(sqlstate::kNoActiveSqlTransaction, "RELEASE SAVEPOINT can only be used in transaction blocks");
  }
  transaction_->release_savepoint(name);
  settings_.release_savepoint(name);
  const auto mark = find_mark(name);
  read_only_ = mark->read_only;
  show_mode("transaction_read_only", read_only_ ? "on" : "off");
  savepoint_marks_.erase(mark, savepoint_marks_.end());
}

std::shared_ptr<const Catalog> Session::current_catalog() const {
  if (transaction_ != nullptr && !transaction_->writes.catalog.empty()) {
    return transaction_->newest_with_own_writes()->catalog();
  }
  return database_.store().snapshot()->catalog();
}

DdlContext::Environment Session::definition_environment(RunningStatement& running) {
  DdlContext::Environment environment;
  environment.database = database_id_;
  environment.role = role_id_;
  environment.superuser = superuser_;
  environment.search_path = search_path();
  environment.temporary_schema = temporary_schema();
  environment.allocate_id = [this] { return database_.store().allocate_object_id(); };
  environment.planner = [this, &running](const std::shared_ptr<const Catalog>& catalog) {
    object_names_.set_scope(catalog, database_id_, search_path(), &database_.system_tables());
    return planner_context(*catalog, running.context);
  };
  environment.notice = [this](std::string_view severity, const Error& content) { notify(severity, content); };
  return environment;
}

void Session::read_catalog(const std::function<void(const DdlContext&)>& look) {
  const auto running = start_statement();
  const DdlContext context(current_catalog(), definition_environment(*running));
  try {
    look(context);
  } catch (...) {
    end_statement(*running);
    throw;
  }
  end_statement(*running);
}

namespace {

/// A sequence that is put again, and goes on from where it was.
bool keeps_position(const CatalogDelta& delta, const Catalog& before) {
  const CatalogEntry* object = before.object(delta.id);
  const auto* old = object == nullptr ? nullptr : std::get_if<SequenceEntry>(object);
  if (old == nullptr || delta.operation != CatalogDelta::Operation::kPut) {
    return false;
  }
  const auto& now = std::get<SequenceEntry>(delta.entry);
  return now.last_value == old->last_value && now.is_called == old->is_called;
}

}  // namespace

void Session::run_ddl(const std::function<void(DdlContext&)>& ddl) {
  ensure_transaction();
  if (read_only_) {
    throw Error(sqlstate::kReadOnlySqlTransaction, "cannot execute DDL in a read-only transaction");
  }
  const auto running = start_statement();
  transaction_->locks().lock_table(transaction_->id(), kCatalogLock, transaction_->lock_timeout_ms,
                                   [&] { running->context.check_cancelled(); });
  transaction_->begin_statement();
  const auto before = current_catalog();
  DdlContext context(before, definition_environment(*running));
  try {
    ddl(context);
    WriteSet& writes = transaction_->writes;
    for (const CatalogDelta& delta : context.deltas()) {
      if (delta.kind == ObjectKind::kSequence) {
        if (keeps_position(delta, *before)) {
          database_.sequences().keep_position(delta.id);
        } else {
          database_.sequences().forget(delta.id);
        }
      }
      if (delta.operation == CatalogDelta::Operation::kPut) {
        if (const auto* schema = std::get_if<SchemaEntry>(&delta.entry)) {
          has_temporary_schema_ = has_temporary_schema_ || schema->name == temporary_schema();
        } else if (const auto* table = std::get_if<TableEntry>(&delta.entry)) {
          has_on_commit_tables_ = has_on_commit_tables_ || table->on_commit != OnCommit::kPreserveRows;
        }
        // A new temporary relation may hide what plans were made for.
        if (has_temporary_schema_) {
          forget_plans();
        }
      }
      writes.catalog.push_back(delta);
    }
    for (ObjectId table : context.truncated()) {
      WriteSet::Change change;
      change.is_tombstone = true;
      change.tombstone.table = table;
      writes.changes.push_back(std::move(change));
    }
  } catch (...) {
    transaction_->abort_statement();
    end_statement(*running);
    throw;
  }
  transaction_->end_statement();
  end_statement(*running);
}

}  // namespace tidemark
