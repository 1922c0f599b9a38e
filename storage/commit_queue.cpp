#include "storage/commit_queue.h"

#include <vector>

namespace tidemark {

void CommitQueue::commit(CommitRequest& request) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(&request);
  changed_.wait(lock, [&] { return request.done || (!busy_ && waiting_.front() == &request); });
  if (!request.done) {
    std::vector<CommitRequest*> group;
    size_t bytes = 0;
    while (!waiting_.empty() && (group.empty() || bytes + waiting_.front()->encoded.bytes.size() <= kGroupBytesMax)) {
      bytes += waiting_.front()->encoded.bytes.size();
      group.push_back(waiting_.front());
      waiting_.pop_front();
    }
    busy_ = true;
    lock.unlock();
    process_(group);
    lock.lock();
    busy_ = false;
    for (CommitRequest* member : group) {
      member->done = true;
    }
    changed_.notify_all();
  }
  lock.unlock();
  if (request.error) {
    std::rethrow_exception(request.error);
  }
}

void CommitQueue::exclusively(const std::function<void()>& work) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !busy_; });
    busy_ = true;
  }
  struct Release {
    CommitQueue& queue;
    ~Release() {
      const std::lock_guard lock(queue.mutex_);
      queue.busy_ = false;
      queue.changed_.notify_all();
    }
  } release{*this};
  work();
}

}  // namespace tidemark
