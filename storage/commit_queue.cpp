#include "storage/commit_queue.h"

#include <vector>

#include "base/futex.h"

namespace tidemark {

void CommitQueue::commit(CommitRequest& request) {
  {
    std::unique_lock lock(mutex_);
    waiting_.push_back(&request);
    if (busy_ || exclusive_waiting_ > 0) {
      lock.unlock();
      wait_while(request.turn, CommitRequest::kWaits);
    } else {
      busy_ = true;
      request.turn = CommitRequest::kLeads;
    }
  }
  if (request.turn == CommitRequest::kLeads) {
    lead(request);
  }
  if (request.error) {
    std::rethrow_exception(request.error);
  }
}

// The leader's own request is the first that waits.
void CommitQueue::lead(CommitRequest& own) {
  std::vector<CommitRequest*> group;
  {
    const std::lock_guard lock(mutex_);
    size_t bytes = 0;
    while (!waiting_.empty() && (group.empty() || bytes + waiting_.front()->encoded.bytes.size() <= kGroupBytesMax)) {
      bytes += waiting_.front()->encoded.bytes.size();
      group.push_back(waiting_.front());
      waiting_.pop_front();
    }
  }
  process_(group);
  pass_on();  // the next group is on its way while this one's threads wake up
  // A member may be gone before it is woken, which takes its address only.
  for (CommitRequest* member : group) {
    if (member != &own) {
      const std::atomic<uint32_t>* turn = &member->turn;
      member->turn = CommitRequest::kDone;
      wake_one(turn);
    }
  }
}

void CommitQueue::pass_on() {
  const std::lock_guard lock(mutex_);
  if (exclusive_waiting_ > 0) {
    busy_ = false;
    exclusive_turn_.notify_one();
  } else if (waiting_.empty()) {
    busy_ = false;
  } else {
    CommitRequest* next = waiting_.front();
    const std::atomic<uint32_t>* turn = &next->turn;
    next->turn = CommitRequest::kLeads;
    wake_one(turn);
  }
}

void CommitQueue::exclusively(const std::function<void()>& work) {
  {
    std::unique_lock lock(mutex_);
    ++exclusive_waiting_;
    exclusive_turn_.wait(lock, [&] { return !busy_; });
    --exclusive_waiting_;
    busy_ = true;
  }
  struct PassOn {
    CommitQueue& queue;
    ~PassOn() { queue.pass_on(); }
  } pass_on{*this};
  work();
}

}  // namespace tidemark
