#include "executor/execution.h"

#include "executor/execution_state.h"
#include "executor/operator.h"

namespace tidemark {

/// The last pipeline's stream; in a class of its own so that the public header needs no operators.
class Execution::Output {
 public:
  explicit Output(Operator& root) : stream_(root.open()) {}
  bool next(DataChunk& chunk) { return stream_->next(chunk); }

 private:
  std::unique_ptr<RowStream> stream_;
};

Execution::Execution(std::shared_ptr<const PlannedStatement> statement, ExecutionContext context)
    : statement_(std::move(statement)), state_(std::make_unique<ExecutionState>(std::move(context))) {
  if (state_->context.analyze) {
    state_->register_counters(*statement_->plan);
  }
}

Execution::~Execution() = default;

bool Execution::next(DataChunk& chunk) {
  chunk.reset();
  if (over_) {
    return false;
  }
  try {
    state_->query().check_cancelled();
    if (root_ == nullptr) {
      root_ = make_operator(*statement_->plan, *state_);
      root_->start();
      output_ = std::make_unique<Output>(*root_);
    }
    over_ = !output_->next(chunk);
  } catch (...) {
    over_ = true;
    throw;
  }
  if (over_) {
    output_.reset();  // Books the stream's counters.
    chunk.reset();
  }
  return !over_;
}

void Execution::run_to_end() {
  DataChunk chunk;
  while (next(chunk)) {
  }
}

uint64_t Execution::affected_rows() const { return state_->affected_rows; }

std::vector<NodeCounters> Execution::counters() const { return state_->counters(); }

}  // namespace tidemark
