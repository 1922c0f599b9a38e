#include "storage/lock_table.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"

namespace tidemark {
namespace {

/// A key, or with `whole_table` the table. Keys are known by 128 bits of hash: two keys that share them (they do not)
/// would wait for each other without need.
struct Target {
  ObjectId table = kNoObject;
  bool whole_table = false;
  Hash128 key;
  friend bool operator==(const Target&, const Target&) = default;
};

struct TargetHash {
  size_t operator()(const Target& target) const noexcept {
    return hash_combine(target.key.low, target.table * 2 + (target.whole_table ? 1 : 0));
  }
};

Target key_target(ObjectId table, const RowKey& key) {
  return {table, false, hash128(key.series, static_cast<uint64_t>(key.order))};
}

// Cancelling and the clock are looked at this often while waiting.
constexpr auto kPollInterval = std::chrono::milliseconds(10);

}  // namespace

struct LockTable::State {
  explicit State(const Clock& time) : clock(time) {}

  struct OfTable {
    TransactionId table_owner = 0;                            ///< 0: nobody has the whole table
    std::unordered_map<TransactionId, size_t> keys_by_owner;  ///< owners of keys
  };
  struct Owner {
    std::unordered_set<Target, TargetHash> held;
    std::optional<Target> waits_for;
  };

  /// The owners other than `owner` that stand in the way.
  void blockers(TransactionId owner, const Target& target, std::vector<TransactionId>& found) const {
    found.clear();
    const auto table = tables.find(target.table);
    if (table == tables.end()) {
      return;
    }
    if (table->second.table_owner != 0 && table->second.table_owner != owner) {
      found.push_back(table->second.table_owner);
    }
    if (target.whole_table) {
      for (const auto& [holder, count] : table->second.keys_by_owner) {
        if (holder != owner) {
          found.push_back(holder);
        }
      }
    } else if (const auto key = keys.find(target); key != keys.end() && key->second != owner) {
      found.push_back(key->second);
    }
  }

  /// Whether `owner`, who waits, is waited for by somebody it waits for.
  bool closes_circle(TransactionId owner) const {
    std::unordered_set<TransactionId> seen;
    std::vector<TransactionId> open = {owner};
    std::vector<TransactionId> found;
    while (!open.empty()) {
      const TransactionId next = open.back();
      open.pop_back();
      const auto waiter = owners.find(next);
      if (waiter == owners.end() || !waiter->second.waits_for) {
        continue;
      }
      blockers(next, *waiter->second.waits_for, found);
      for (const TransactionId blocker : found) {
        if (blocker == owner) {
          return true;
        }
        if (seen.insert(blocker).second) {
          open.push_back(blocker);
        }
      }
    }
    return false;
  }

  /// Waits until nobody else holds `target`; returns whether it had to.
  bool wait(std::unique_lock<std::mutex>& lock, TransactionId owner, const Target& target, int64_t timeout_ms,
            const std::function<void()>& check_cancelled) {
    std::vector<TransactionId> found;
    blockers(owner, target, found);
    if (found.empty()) {
      return false;
    }
    struct Waiting {
      State& state;
      TransactionId owner;
      Waiting(State& waiting_state, TransactionId waiter, const Target& target) : state(waiting_state), owner(waiter) {
        state.owners[owner].waits_for = target;
      }
      ~Waiting() {
        const auto entry = state.owners.find(owner);
        entry->second.waits_for.reset();
        if (entry->second.held.empty()) {
          state.owners.erase(entry);
        }
      }
    } waiting(*this, owner, target);
    if (closes_circle(owner)) {
      throw Error(sqlstate::kDeadlockDetected, "deadlock detected")
          .with_detail("Transaction " + std::to_string(owner) + " waits for transaction " +
                       std::to_string(found.front()) + ", which directly or indirectly waits for it.")
          .with_hint("See server log for query details.");
    }
    const int64_t start_ns = clock.steady_ns();
    for (;;) {
      released.wait_for(lock, kPollInterval);
      blockers(owner, target, found);
      if (found.empty()) {
        return true;
      }
      if (check_cancelled) {
        lock.unlock();
        try {
          check_cancelled();
        } catch (...) {
          lock.lock();
          throw;
        }
        lock.lock();
      }
      if (timeout_ms > 0 && clock.steady_ns() - start_ns >= timeout_ms * 1'000'000) {
        throw Error(sqlstate::kLockNotAvailable, "canceling statement due to lock timeout");
      }
    }
  }

  void release(TransactionId owner, const Target& target) {
    const auto table = tables.find(target.table);
    if (target.whole_table) {
      table->second.table_owner = 0;
    } else {
      keys.erase(target);
      const auto count = table->second.keys_by_owner.find(owner);
      if (--count->second == 0) {
        table->second.keys_by_owner.erase(count);
      }
    }
    if (table->second.table_owner == 0 && table->second.keys_by_owner.empty()) {
      tables.erase(table);
    }
  }

  bool holds(TransactionId owner, const Target& target) const {
    const auto of_table = tables.find(target.table);
    if (of_table != tables.end() && of_table->second.table_owner == owner) {
      return true;
    }
    const auto held = keys.find(target);
    return held != keys.end() && held->second == owner;
  }

  /// Whether the owner's next key lock is to be one on the table.
  bool is_full(TransactionId owner, ObjectId table) const {
    const auto of_table = tables.find(table);
    if (of_table == tables.end()) {
      return false;
    }
    const auto count = of_table->second.keys_by_owner.find(owner);
    return count != of_table->second.keys_by_owner.end() && count->second >= kKeysPerTableMax;
  }

  void take_key(TransactionId owner, const Target& target) {
    ++tables[target.table].keys_by_owner[owner];
    keys.emplace(target, owner);
    owners[owner].held.insert(target);
  }

  void take_table(TransactionId owner, ObjectId table) {
    const Target target{table, true, {}};
    tables[table].table_owner = owner;
    owners[owner].held.insert(target);
  }

  const Clock& clock;
  std::mutex mutex;
  std::condition_variable released;
  std::unordered_map<ObjectId, OfTable> tables;
  std::unordered_map<Target, TransactionId, TargetHash> keys;
  std::unordered_map<TransactionId, Owner> owners;
};

LockTable::LockTable(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
LockTable::~LockTable() = default;

bool LockTable::lock_key(TransactionId owner, ObjectId table, const RowKey& key, int64_t timeout_ms,
                         const std::function<void()>& check_cancelled) {
  const Target target = key_target(table, key);
  std::unique_lock lock(state_->mutex);
  if (state_->holds(owner, target)) {
    return false;
  }
  bool waited = state_->wait(lock, owner, target, timeout_ms, check_cancelled);
  if (state_->is_full(owner, table)) {
    // The keys already held stay as they are: others wait for the table first.
    waited |= state_->wait(lock, owner, {table, true, {}}, timeout_ms, check_cancelled);
    state_->take_table(owner, table);
    return waited;
  }
  state_->take_key(owner, target);
  return waited;
}

bool LockTable::try_lock_key(TransactionId owner, ObjectId table, const RowKey& key) {
  Target target = key_target(table, key);
  const std::lock_guard lock(state_->mutex);
  if (state_->holds(owner, target)) {
    return true;
  }
  target.whole_table = state_->is_full(owner, table);
  std::vector<TransactionId> found;
  state_->blockers(owner, target, found);
  if (!found.empty()) {
    return false;
  }
  if (target.whole_table) {
    state_->take_table(owner, table);
  } else {
    state_->take_key(owner, target);
  }
  return true;
}

bool LockTable::others_hold_locks(TransactionId owner, ObjectId table) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<TransactionId> found;
  state_->blockers(owner, {table, true, {}}, found);
  return !found.empty();
}

bool LockTable::lock_table(TransactionId owner, ObjectId table, int64_t timeout_ms,
                           const std::function<void()>& check_cancelled) {
  std::unique_lock lock(state_->mutex);
  if (const auto of_table = state_->tables.find(table);
      of_table != state_->tables.end() && of_table->second.table_owner == owner) {
    return false;
  }
  const bool waited = state_->wait(lock, owner, {table, true, {}}, timeout_ms, check_cancelled);
  state_->take_table(owner, table);
  return waited;
}

bool LockTable::wait_for_key(TransactionId owner, ObjectId table, const RowKey& key, int64_t timeout_ms,
                             const std::function<void()>& check_cancelled) {
  std::unique_lock lock(state_->mutex);
  return state_->wait(lock, owner, key_target(table, key), timeout_ms, check_cancelled);
}

void LockTable::release_all(TransactionId owner) noexcept {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->owners.find(owner);
  if (found == state_->owners.end()) {
    return;
  }
  for (const Target& target : found->second.held) {
    state_->release(owner, target);
  }
  state_->owners.erase(found);
  state_->released.notify_all();
}

}  // namespace tidemark
