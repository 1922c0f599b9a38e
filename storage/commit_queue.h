#pragma once

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
  bool done = false;
};

/// Group commit: of the threads that wait the first becomes the leader, takes all that wait, and processes them as one
/// group while the next group gathers behind it. Only one leader works at a time, so that `process` and `exclusively`
/// need no further lock between them.
class CommitQueue {
 public:
  /// `process` sets `sequence` or `error` of every request; it does not throw.
  using Process = std::function<void(std::span<CommitRequest* const> group)>;
  explicit CommitQueue(Process process) : process_(std::move(process)) {}

  /// Returns when the request is done; throws its error.
  void commit(CommitRequest& request);
  /// Runs `work` between two groups. It may throw.
  void exclusively(const std::function<void()>& work);

 private:
  /// Bounds the latency of the first in a group and the size of a write.
  static constexpr size_t kGroupBytesMax = 32 << 20;

  const Process process_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<CommitRequest*> waiting_;
  bool busy_ = false;  ///< a leader works
};

}  // namespace tidemark
