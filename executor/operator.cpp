#include "executor/operator.h"

namespace tidemark {
namespace {

/// Counts rows, and time if the statement is analyzed, and books them when the stream goes.
class CountingStream final : public RowStream {
 public:
  CountingStream(std::unique_ptr<RowStream> source, const PhysicalNode& node, ExecutionState& state)
      : source_(std::move(source)), node_(node), state_(state), timed_(state.context.analyze) {}
  ~CountingStream() override {
    state_.count(node_, [this](NodeCounters& counters) {
      counters.rows += rows_;
      counters.chunks += chunks_;
      counters.time_ns += static_cast<uint64_t>(time_ns_);
    });
  }
  bool next(DataChunk& chunk) override {
    const int64_t from = timed_ ? state_.now_ns() : 0;
    const bool more = source_->next(chunk);
    if (timed_) {
      time_ns_ += state_.now_ns() - from;
    }
    if (more) {
      rows_ += chunk.size;
      ++chunks_;
    }
    return more;
  }

 private:
  std::unique_ptr<RowStream> source_;
  const PhysicalNode& node_;
  ExecutionState& state_;
  const bool timed_;
  uint64_t rows_ = 0;
  uint64_t chunks_ = 0;
  int64_t time_ns_ = 0;
};

}  // namespace

std::unique_ptr<RowStream> Operator::open() {
  if (!state_.context.analyze) {
    return make_stream();
  }
  return std::make_unique<CountingStream>(make_stream(), node_, state_);
}

std::vector<LogicalType> output_types(const PhysicalNode& node) {
  std::vector<LogicalType> types;
  types.reserve(node.outputs.size());
  for (const PlanOutput& output : node.outputs) {
    types.push_back(output.type);
  }
  return types;
}

}  // namespace tidemark
