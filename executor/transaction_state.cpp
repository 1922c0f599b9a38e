#include "executor/transaction_state.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace tidemark {

TransactionState::TransactionState(TransactionId id, IsolationLevel isolation, LockTable& locks,
                                   std::function<std::shared_ptr<const Snapshot>()> newest)
    : id_(id), isolation_(isolation), locks_(locks), newest_(std::move(newest)) {}

void TransactionState::begin_statement() {
  statement_start_ = mark();
  if (base_ == nullptr || isolation_ == IsolationLevel::kReadCommitted) {
    move_to(newest_());
  }
}

const std::shared_ptr<const Snapshot>& TransactionState::snapshot() {
  overlay_until(statement_start_);
  return snapshot_;
}

void TransactionState::abort_statement() {
  row_changes.clear();
  cut_writes(statement_start_);
}

void TransactionState::refresh_snapshot() {
  if (isolation_ != IsolationLevel::kReadCommitted) {
    throw Error(sqlstate::kSerializationFailure, "could not serialize access due to concurrent update");
  }
  move_to(newest_());
  overlay_until(statement_start_);
}

std::shared_ptr<const Snapshot> TransactionState::newest_with_own_writes() {
  overlay_until(statement_start_);
  std::shared_ptr<const Snapshot> newest = newest_();
  if (base_ != nullptr && newest->sequence() == base_->sequence()) {
    return snapshot_;
  }
  if (overlaid_.empty()) {
    return newest;
  }
  std::shared_ptr<const Snapshot> moved = newest->with_own_of(*snapshot_);
  return moved != nullptr ? moved : newest->with(part(Mark{}, overlaid_));
}

std::shared_ptr<const Snapshot> TransactionState::newest_with_all_writes() {
  std::shared_ptr<const Snapshot> newest = newest_with_own_writes();
  const Mark all = mark();
  return overlaid_ == all ? newest : newest->with(part(overlaid_, all));
}

void TransactionState::set_savepoint(std::string name) { savepoints_.push_back({std::move(name), mark()}); }

void TransactionState::rollback_to_savepoint(std::string_view name) {
  const auto savepoint = find_savepoint(name);
  cut_writes(savepoint->mark);
  statement_start_ = mark();
  savepoints_.erase(savepoint + 1, savepoints_.end());
}

void TransactionState::release_savepoint(std::string_view name) {
  savepoints_.erase(find_savepoint(name), savepoints_.end());
}

std::vector<TransactionState::Savepoint>::iterator TransactionState::find_savepoint(std::string_view name) {
  const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                  [&](const Savepoint& savepoint) { return savepoint.name == name; });
  if (found == savepoints_.rend()) {
    throw Error(sqlstate::kInvalidSavepoint, "savepoint \"" + std::string(name) + "\" does not exist");
  }
  return std::prev(found.base());
}

bool TransactionState::lock_key(ObjectId table, const RowKey& key, const std::function<void()>& check_cancelled) {
  return locks_.lock_key(id_, table, key, lock_timeout_ms, check_cancelled);
}

bool TransactionState::try_lock_key(ObjectId table, const RowKey& key) { return locks_.try_lock_key(id_, table, key); }

void TransactionState::note_checked_at(SequenceNumber sequence) {
  checked_at_ = std::min(checked_at_.value_or(sequence), sequence);
}

CommitOptions TransactionState::commit_options() const {
  CommitOptions options;
  options.first_committer_wins = isolation_ != IsolationLevel::kReadCommitted;
  // Under REPEATABLE READ everything is held against the one snapshot; else only the look-ups of absent keys count.
  options.checked_at = options.first_committer_wins ? first_sequence_ : checked_at_.value_or(first_sequence_);
  if (options.first_committer_wins) {
    options.base = base_;
  }
  if (isolation_ == IsolationLevel::kSerializable) {
    options.tables_read = tables_read;
  }
  return options;
}

void TransactionState::move_to(std::shared_ptr<const Snapshot> newest) {
  if (!has_snapshot_) {
    first_sequence_ = newest->sequence();
    has_snapshot_ = true;
  }
  if (base_ != nullptr && base_->sequence() == newest->sequence()) {
    return;
  }
  base_ = std::move(newest);
  std::shared_ptr<const Snapshot> moved = overlaid_.empty() ? nullptr : base_->with_own_of(*snapshot_);
  if (moved == nullptr) {
    overlaid_ = Mark{};  // applied again by whoever reads
  }
  snapshot_ = moved != nullptr ? std::move(moved) : base_;
}

void TransactionState::overlay_until(const Mark& end) {
  if (overlaid_ == end) {
    return;
  }
  TIDEMARK_CHECK(snapshot_ != nullptr);
  TIDEMARK_CHECK(overlaid_.catalog <= end.catalog && overlaid_.changes <= end.changes);
  snapshot_ = snapshot_->with(part(overlaid_, end));
  overlaid_ = end;
}

WriteSet TransactionState::part(const Mark& first, const Mark& last) const {
  WriteSet result;
  const auto at = [](const auto& list, size_t index) { return list.begin() + static_cast<std::ptrdiff_t>(index); };
  result.catalog.assign(at(writes.catalog, first.catalog), at(writes.catalog, last.catalog));
  result.changes.assign(at(writes.changes, first.changes), at(writes.changes, last.changes));
  return result;
}

void TransactionState::cut_writes(const Mark& to) {
  TIDEMARK_CHECK(to.catalog <= writes.catalog.size() && to.changes <= writes.changes.size());
  writes.catalog.resize(to.catalog);
  writes.changes.resize(to.changes);
  if (overlaid_.catalog > to.catalog || overlaid_.changes > to.changes) {
    snapshot_ = base_;
    overlaid_ = Mark{};
    overlay_until(to);
  }
}

}  // namespace tidemark
