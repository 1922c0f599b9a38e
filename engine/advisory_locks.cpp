#include "engine/advisory_locks.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/error.h"

namespace tidemark {

bool AdvisoryLocks::is_free(int32_t session, const AdvisoryKey& key, bool shared) const {
  const auto found = locks_.find(key);
  return found == locks_.end() || std::ranges::none_of(found->second, [&](const Holder& holder) {
           return holder.session != session && !(shared && holder.mode.shared);
         });
}

bool AdvisoryLocks::take(int32_t session, const AdvisoryKey& key, AdvisoryMode mode) {
  if (!is_free(session, key, mode.shared)) {
    return false;
  }
  std::vector<Holder>& holders = locks_[key];
  const auto own = std::ranges::find_if(
      holders, [&](const Holder& holder) { return holder.session == session && holder.mode == mode; });
  if (own == holders.end()) {
    holders.push_back({session, mode, 1});
  } else {
    ++own->count;
  }
  return true;
}

bool AdvisoryLocks::try_lock(int32_t session, const AdvisoryKey& key, AdvisoryMode mode) {
  const std::lock_guard lock(mutex_);
  return take(session, key, mode);
}

/// Whether `session` waits, over others, for a lock of `other`.
bool AdvisoryLocks::waits_for(int32_t session, int32_t other, size_t depth) const {
  const auto wanted = waiting_.find(session);
  if (wanted == waiting_.end() || depth > waiting_.size()) {
    return false;
  }
  const auto& [key, shared] = wanted->second;
  const auto found = locks_.find(key);
  return found != locks_.end() && std::ranges::any_of(found->second, [&, shared = shared](const Holder& holder) {
           const bool blocks = holder.session != session && !(shared && holder.mode.shared);
           return blocks && (holder.session == other || waits_for(holder.session, other, depth + 1));
         });
}

void AdvisoryLocks::lock(int32_t session, const AdvisoryKey& key, AdvisoryMode mode,
                         const std::function<void()>& check) {
  constexpr auto kCheckInterval = std::chrono::milliseconds(20);
  std::unique_lock lock(mutex_);
  if (take(session, key, mode)) {
    return;
  }
  waiting_[session] = {key, mode.shared};
  try {
    if (waits_for(session, session, 0)) {
      throw Error(sqlstate::kDeadlockDetected, "deadlock detected");
    }
    while (!take(session, key, mode)) {
      released_.wait_for(lock, kCheckInterval);
      check();
    }
  } catch (...) {
    waiting_.erase(session);
    throw;
  }
  waiting_.erase(session);
}

bool AdvisoryLocks::unlock(int32_t session, const AdvisoryKey& key, bool shared) {
  const std::lock_guard lock(mutex_);
  const auto found = locks_.find(key);
  if (found == locks_.end()) {
    return false;
  }
  std::vector<Holder>& holders = found->second;
  const auto own = std::ranges::find_if(holders, [&](const Holder& holder) {
    return holder.session == session && holder.mode == AdvisoryMode{shared, false};
  });
  if (own == holders.end()) {
    return false;
  }
  if (--own->count == 0) {
    holders.erase(own);
    if (holders.empty()) {
      locks_.erase(found);
    }
    released_.notify_all();
  }
  return true;
}

void AdvisoryLocks::release(int32_t session, bool of_transaction) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, holders] : locks_) {
    std::erase_if(holders, [&](const Holder& holder) {
      return holder.session == session && holder.mode.of_transaction == of_transaction;
    });
  }
  std::erase_if(locks_, [](const auto& entry) { return entry.second.empty(); });
  released_.notify_all();
}

std::vector<AdvisoryLocks::Held> AdvisoryLocks::held() const {
  const std::lock_guard lock(mutex_);
  std::vector<Held> all;
  for (const auto& [key, holders] : locks_) {
    // A lock that a session and its transaction have is shown once.
    std::set<std::pair<int32_t, bool>> shown;
    for (const Holder& holder : holders) {
      if (shown.emplace(holder.session, holder.mode.shared).second) {
        all.push_back({key, holder.session, holder.mode.shared});
      }
    }
  }
  return all;
}

}  // namespace tidemark
