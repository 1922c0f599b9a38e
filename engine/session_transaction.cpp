#include "base/clock.h"
#include "engine/cursor.h"
#include "engine/database_implementation.h"
#include "engine/session.h"

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
  read_only_ = settings_.current().boolean(Setting::kDefaultTransactionReadOnly);
  const IsolationLevel isolation = isolation_of(settings_.current().text(Setting::kDefaultTransactionIsolation));
  transaction_ = std::make_unique<TransactionState>(database_.next_transaction_id(), isolation, database_.locks(),
                                                    [this] { return database_.store().snapshot(); });
  settings_.begin();
}

void Session::change_transaction_modes(const ast::TransactionModes& modes) {
  if (modes.read_only.has_value()) {
    read_only_ = *modes.read_only;
    settings_.set("transaction_read_only", read_only_ ? "on" : "off", true);
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

void Session::end_transaction() noexcept {
  if (transaction_ != nullptr) {
    database_.locks().release_all(transaction_->id());
  }
  close_transaction_cursors(cursors_, false);
  transaction_.reset();
  explicit_transaction_ = false;
  failed_ = false;
}

void Session::sync() {
  if (transaction_ == nullptr || explicit_transaction_) {
    return;
  }
  if (failed_) {
    settings_.rollback();
    end_transaction();
    return;
  }
  try {
    materialize_held_cursors(cursors_);
    if (!transaction_->writes.empty()) {
      CommitOptions options = transaction_->commit_options();
      options.wait_for_sync = wait_for_sync_ && settings_.current().text(Setting::kSynchronousCommit) != "off";
      database_.store().commit(std::move(transaction_->writes), options);
    }
  } catch (...) {
    settings_.rollback();
    end_transaction();
    throw;
  }
  settings_.commit();
  end_transaction();
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
}

void Session::rollback_to_savepoint(const std::string& name) {
  if (!explicit_transaction_) {
    throw Error(sqlstate::kNoActiveSqlTransaction, "ROLLBACK TO SAVEPOINT can only be used in transaction blocks");
  }
  transaction_->rollback_to_savepoint(name);
  settings_.rollback_to_savepoint(name);
  failed_ = false;
}

void Session::release_savepoint(const std::string& name) {
  if (!explicit_transaction_) {
    throw Error(sqlstate::kNoActiveSqlTransaction, "RELEASE SAVEPOINT can only be used in transaction blocks");
  }
  transaction_->release_savepoint(name);
  settings_.release_savepoint(name);
}

std::shared_ptr<const Catalog> Session::current_catalog() const {
  if (transaction_ != nullptr && !transaction_->writes.catalog.empty()) {
    return transaction_->newest_with_own_writes()->catalog();
  }
  return database_.store().snapshot()->catalog();
}

void Session::run_ddl(const std::function<void(DdlContext&)>& ddl) {
  ensure_transaction();
  if (read_only_) {
    throw Error(sqlstate::kReadOnlySqlTransaction, "cannot execute DDL in a read-only transaction");
  }
  const auto running = start_statement();
  transaction_->locks().lock_table(transaction_->id(), kCatalogLock, transaction_->lock_timeout_ms,
                                   [&] { running->context.check_cancelled(); });
  transaction_->begin_statement();
  DdlContext::Environment environment;
  environment.database = database_id_;
  environment.role = role_id_;
  environment.superuser = superuser_;
  environment.search_path = search_path();
  environment.allocate_id = [this] { return database_.store().allocate_object_id(); };
  environment.planner = [&](const Catalog& catalog) { return planner_context(catalog, running->context); };
  environment.notice = [this](std::string_view severity, const Error& content) { notify(severity, content); };
  DdlContext context(current_catalog(), std::move(environment));
  try {
    ddl(context);
    WriteSet& writes = transaction_->writes;
    for (const CatalogDelta& delta : context.deltas()) {
      if (delta.kind == ObjectKind::kSequence) {
        database_.sequences().forget(delta.id);
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
