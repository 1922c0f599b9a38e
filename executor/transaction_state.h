#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/lock_table.h"
#include "storage/row_batch.h"
#include "storage/store.h"
#include "types/data_chunk.h"

namespace tidemark {

/// Rows of a table with foreign keys, or with foreign keys to it, as a statement found and left them: columns as in the
/// catalog. Without `before` they are new, without `after` they are gone; with both, row by row.
struct RowChange {
  ObjectId table = kNoObject;
  std::optional<DataChunk> before;
  std::optional<DataChunk> after;
};

enum class IsolationLevel : uint8_t { kReadCommitted, kRepeatableRead, kSerializable };

/// One transaction as its statements see it: what it has written so far, which snapshot it reads, which locks it may
/// take (D15, D28). Made by the engine at BEGIN (or for one statement in autocommit), used by one thread at a time. The
/// executor adds to `writes`; the engine commits them, and releases the locks at the end either way.
///
/// A statement never sees what it writes itself: its rows become visible to the transaction by `end_statement`.
class TransactionState {
 public:
  /// `newest` gives the newest committed state; `locks` outlives this.
  TransactionState(TransactionId id, IsolationLevel isolation, LockTable& locks,
                   std::function<std::shared_ptr<const Snapshot>()> newest);

  /// Chooses the snapshot of the next statement: the newest (READ COMMITTED), or that of the first statement.
  void begin_statement();
  /// Makes what the statement wrote visible to the next one. After an error call `abort_statement` instead.
  void end_statement() { statement_start_ = mark(); }
  /// Forgets what the statement has written (it failed).
  void abort_statement();

  /// What the running statement reads, own writes of earlier statements included.
  [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot();
  /// Moves the running statement to the newest state: a lock was waited for, or a row has changed under it. READ
  /// COMMITTED only; throws 40001 `could not serialize access due to concurrent update` otherwise.
  void refresh_snapshot();
  /// The newest state with own writes on top, without moving the statement to it: to see whether a row has changed.
  [[nodiscard]] std::shared_ptr<const Snapshot> newest_with_own_writes();

  /// The newest state with all own writes on top, those of the running statement as well.
  [[nodiscard]] std::shared_ptr<const Snapshot> newest_with_all_writes();

  void set_savepoint(std::string name);
  /// Undoes everything since; the savepoint stays. Locks stay. Throws 3B001 `savepoint "x" does not exist`.
  void rollback_to_savepoint(std::string_view name);
  void release_savepoint(std::string_view name);

  /// Takes the lock of a key for this transaction. Returns whether it had to wait.
  bool lock_key(ObjectId table, const RowKey& key, const std::function<void()>& check_cancelled);
  /// The same without waiting: false if another transaction holds it.
  [[nodiscard]] bool try_lock_key(ObjectId table, const RowKey& key);

  /// Keys were found absent in a state of this sequence: the commit looks at what came after it.
  void note_checked_at(SequenceNumber sequence);

  /// The options for Store::commit, but for wait_for_sync.
  [[nodiscard]] CommitOptions commit_options() const;

  [[nodiscard]] TransactionId id() const { return id_; }
  /// Whether a statement has read or written yet: the isolation level may change only before.
  [[nodiscard]] bool has_snapshot() const { return has_snapshot_; }
  [[nodiscard]] IsolationLevel isolation() const { return isolation_; }
  [[nodiscard]] LockTable& locks() const { return locks_; }

  WriteSet writes;                     ///< of all statements so far; the executor appends
  std::vector<RowChange> row_changes;  ///< of the running statement: the engine holds them against the foreign keys
  std::vector<ObjectId> tables_read;   ///< SERIALIZABLE only: filled by the engine from PlannedStatement::tables_read
  int64_t lock_timeout_ms = 0;         ///< 0: for ever
  /// The statement is the whole transaction: a DELETE may become a range tombstone that acts at its commit (D13).
  bool autocommit = true;

 private:
  struct Mark {
    size_t catalog = 0;
    size_t changes = 0;
    [[nodiscard]] bool empty() const { return catalog == 0 && changes == 0; }
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  struct Savepoint {
    std::string name;
    Mark mark;
  };
  [[nodiscard]] Mark mark() const { return {writes.catalog.size(), writes.changes.size()}; }
  void move_to(std::shared_ptr<const Snapshot> newest);
  void overlay_until(const Mark& end);
  [[nodiscard]] WriteSet part(const Mark& first, const Mark& last) const;
  void cut_writes(const Mark& to);
  [[nodiscard]] std::vector<Savepoint>::iterator find_savepoint(std::string_view name);

  TransactionId id_;
  IsolationLevel isolation_;
  LockTable& locks_;
  std::function<std::shared_ptr<const Snapshot>()> newest_;
  std::shared_ptr<const Snapshot> base_;      ///< committed state only
  std::shared_ptr<const Snapshot> snapshot_;  ///< base_ and `writes` up to overlaid_
  Mark overlaid_;                             ///< what of `writes` is in snapshot_: added when somebody reads
  Mark statement_start_;                      ///< what of `writes` the statements before this one have left
  SequenceNumber first_sequence_ = 0;         ///< of the first snapshot taken
  bool has_snapshot_ = false;
  std::optional<SequenceNumber> checked_at_;
  std::vector<Savepoint> savepoints_;
};

}  // namespace tidemark
