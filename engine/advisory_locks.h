#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "functions/advisory_lock.h"

namespace tidemark {

/// Who holds and who waits for which advisory lock. All methods may be called from any thread.
class AdvisoryLocks {
 public:
  struct Held {
    AdvisoryKey key;
    int32_t session = 0;
    bool shared = false;
  };

  /// False if another session's lock is in the way.
  bool try_lock(int32_t session, const AdvisoryKey& key, AdvisoryMode mode);
  /// Waits. `check` is called now and then and throws to end the wait. Throws 40P01 where all would wait for ever.
  void lock(int32_t session, const AdvisoryKey& key, AdvisoryMode mode, const std::function<void()>& check);
  /// False if the session does not have such a lock of its own (one of its transaction does not count).
  bool unlock(int32_t session, const AdvisoryKey& key, bool shared);
  /// All locks of the session, or those of its transaction.
  void release(int32_t session, bool of_transaction);
  [[nodiscard]] std::vector<Held> held() const;

 private:
  struct Holder {
    int32_t session = 0;
    AdvisoryMode mode;
    int count = 0;
  };
  bool take(int32_t session, const AdvisoryKey& key, AdvisoryMode mode);
  [[nodiscard]] bool is_free(int32_t session, const AdvisoryKey& key, bool shared) const;
  [[nodiscard]] bool waits_for(int32_t session, int32_t other, size_t depth) const;

  mutable std::mutex mutex_;
  std::condition_variable released_;
  std::map<AdvisoryKey, std::vector<Holder>> locks_;         // guarded by mutex_
  std::map<int32_t, std::pair<AdvisoryKey, bool>> waiting_;  // guarded by mutex_: each session's key, and if shared
};

}  // namespace tidemark
