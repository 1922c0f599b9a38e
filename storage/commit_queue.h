#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <span>

#include "base/memory_tracker.h"
#include "storage/store.h"
#include "storage/write_set_codec.h"

namespace tidemark {

/// One commit on its way through the queue.
struct CommitRequest {
  WriteSet writes;
  const CommitOptions* options = nullptr;
  EncodedWriteSet encoded;
  MemoryReservation memory;  ///< what its rows will take in memtables

  SequenceNumber sequence = 0;
  std::exception_ptr error;
  enum Turn : uint32_t { kWaits, kLeads, kDone };
  std::atomic<uint32_t> turn{kWaits};
};

/// Group commit: of the threads that wait the first becomes the leader, takes all that wait, and processes them as one
/// group while the next group gathers behind it. Only one leader works at a time, so that `process` and `exclusively`
/// need no further lock between them. Each thread is woken once, for its own turn.
class CommitQueue {
 public:
  /// `process` sets `sequence` or `error` of every request; it does not throw.
  using Process = std::function<void(std::span<CommitRequest* const> group)>;
  explicit CommitQueue(Process process) : process_(std::move(process)) {}

  /// Returns when the request is done; throws its error.
  void commit(CommitRequest& request);
  /// Runs `work` between two groups, before those that wait now. It may throw.
  void exclusively(const std::function<void()>& work);

 private:
  /// Bounds the latency of the first in a group and the size of a write.
  static constexpr size_t kGroupBytesMax = 32 << 20;

  void lead(CommitRequest& own);
  /// The one who is at work ends: the next one's turn.
  void pass_on();

  const Process process_;
  std::mutex mutex_;  ///< Guards all below.
  std::condition_variable exclusive_turn_;
  std::deque<CommitRequest*> waiting_;
  size_t exclusive_waiting_ = 0;
  bool busy_ = false;  ///< a leader or exclusive work is at it, or was told that it is its turn
};

}  // namespace tidemark
