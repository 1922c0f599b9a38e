#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "catalog/object_id.h"
#include "storage/row_batch.h"

namespace tidemark {

class Clock;

/// Identifies a running transaction for locks; not on disk.
using TransactionId = uint64_t;

/// Key locks in memory (D28): exclusive, held to the end of the transaction. Past kKeysPerTableMax keys of one table a
/// transaction's locks become one lock on the table.
class LockTable {
 public:
  static constexpr size_t kKeysPerTableMax = 10'000;

  /// `clock` is what timeouts are measured by; it must outlive this.
  explicit LockTable(const Clock& clock);
  ~LockTable();

  /// Waits until `owner` holds the lock. Throws 40P01 when waiting would close a circle, 55P03 after `timeout_ms` (0:
  /// for ever), and whatever `check_cancelled` throws while waiting. Returns whether it had to wait: the caller's
  /// snapshot may then be stale, and the row must be looked at again.
  bool lock_key(TransactionId owner, ObjectId table, const RowKey& key, int64_t timeout_ms,
                const std::function<void()>& check_cancelled);
  bool lock_table(TransactionId owner, ObjectId table, int64_t timeout_ms,
                  const std::function<void()>& check_cancelled);
  /// Blind writers that take no lock of their own wait for a locked key here (D15).
  bool wait_for_key(TransactionId owner, ObjectId table, const RowKey& key, int64_t timeout_ms,
                    const std::function<void()>& check_cancelled);
  /// Takes the lock only if it is free (SKIP LOCKED, NOWAIT): false if another transaction stands in the way.
  [[nodiscard]] bool try_lock_key(TransactionId owner, ObjectId table, const RowKey& key);
  /// Whether another transaction holds any lock in the table: a blind writer of many rows asks once.
  [[nodiscard]] bool others_hold_locks(TransactionId owner, ObjectId table) const;
  void release_all(TransactionId owner) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark
