#include "executor/execution_state.h"

#include <chrono>

#include "base/check.h"
#include "executor/operators/cte.h"
#include "executor/transaction_state.h"

namespace tidemark {

ExecutionState::ExecutionState(ExecutionContext execution_context)
    : context(std::move(execution_context)), snapshot(context.snapshot) {}

ExecutionState::~ExecutionState() {
  ctes.clear();  // Their operators still count.
}

TransactionState& ExecutionState::transaction() const {
  TIDEMARK_CHECK(context.transaction != nullptr);
  return *context.transaction;
}

std::function<void()> ExecutionState::cancel_check() const {
  return [&query = context.query] { query.check_cancelled(); };
}

void ExecutionState::register_counters(const PhysicalNode& plan) {
  counter_of_node_.emplace(&plan, counters_.size());
  counters_.emplace_back().node = &plan;
  for (const PhysicalPtr& child : plan.children) {
    register_counters(*child);
  }
}

void ExecutionState::count(const PhysicalNode& node, const std::function<void(NodeCounters&)>& add) {
  const std::lock_guard lock(counters_mutex_);
  const auto found = counter_of_node_.find(&node);
  if (found != counter_of_node_.end()) {
    add(counters_[found->second]);
  }
}

std::vector<NodeCounters> ExecutionState::counters() const {
  const std::lock_guard lock(counters_mutex_);
  return counters_;
}

std::string ExecutionState::next_spill_name() {
  // The address tells running statements apart; the folder is this process's own.
  return "spill-" + std::to_string(reinterpret_cast<uintptr_t>(this)) + "-" + std::to_string(spill_files_++);
}

int64_t ExecutionState::now_ns() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace tidemark
