#include "engine/statement_timer.h"

#include <chrono>

namespace tidemark {
namespace {
int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
}  // namespace

StatementTimer::StatementTimer() : thread_([this] { run(); }) {}

StatementTimer::~StatementTimer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

uint64_t StatementTimer::arm(int64_t timeout_ns, std::atomic<bool>& fired, std::atomic<bool>& cancelled) {
  const std::lock_guard lock(mutex_);
  const uint64_t ticket = next_ticket_++;
  const int64_t deadline = steady_ns() + timeout_ns;
  const auto placed = deadlines_.emplace(std::pair{deadline, ticket}, Flags{&fired, &cancelled}).first;
  tickets_.emplace(ticket, deadline);
  if (placed == deadlines_.begin()) {
    wake_.notify_all();
  }
  return ticket;
}

void StatementTimer::disarm(uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = tickets_.find(ticket);
  if (found != tickets_.end()) {
    deadlines_.erase({found->second, ticket});
    tickets_.erase(found);
  }
}

void StatementTimer::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (deadlines_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto first = deadlines_.begin();
    const int64_t left = first->first.first - steady_ns();
    if (left > 0) {
      wake_.wait_for(lock, std::chrono::nanoseconds(left));
      continue;
    }
    first->second.fired->store(true);
    first->second.cancelled->store(true);
    tickets_.erase(first->first.second);
    deadlines_.erase(first);
  }
}

}  // namespace tidemark
