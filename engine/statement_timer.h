#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace tidemark {

/// Raises flags when their time has come: statement_timeout. One thread for the whole database, asleep unless a
/// deadline is near.
class StatementTimer {
 public:
  StatementTimer();
  ~StatementTimer();

  /// Sets `fired` and then `cancelled` at the deadline unless disarmed before. Both must live until then.
  uint64_t arm(int64_t timeout_ns, std::atomic<bool>& fired, std::atomic<bool>& cancelled);
  /// After it returns the flags are not touched any more.
  void disarm(uint64_t ticket);

 private:
  struct Flags {
    std::atomic<bool>* fired;
    std::atomic<bool>* cancelled;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::pair<int64_t, uint64_t>, Flags> deadlines_;  ///< by (steady ns, ticket)
  std::map<uint64_t, int64_t> tickets_;
  uint64_t next_ticket_ = 1;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tidemark
