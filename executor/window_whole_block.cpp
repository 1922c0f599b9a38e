// Window calls over many partitions at once: what makes a window of many small partitions cheap.

#include <cstring>
#include <new>

#include "base/check.h"
#include "executor/window_call.h"

namespace tidemark {
namespace {

/// Calls `each(row, first row of its partition, partition)`.
template <class Each>
void for_each_partition_row(const WindowEdges& edges, const Each& each) {
  for (size_t index = 0; index + 1 < edges.partition_begin.size(); ++index) {
    const size_t first = edges.partition_begin[index];
    const size_t last = edges.partition_begin[index + 1];
    for (size_t row = first; row < last; ++row) {
      each(row, first, index);
    }
  }
}

Vector row_numbers(const WindowEdges& edges) {
  Vector result = Vector::flat(TypeId::kInt64, edges.row_count());
  auto* values = result.mutable_data<int64_t>();
  for_each_partition_row(edges, [values](size_t row, size_t first, size_t /*partition*/) {
    values[row] = static_cast<int64_t>(row - first + 1);
  });
  return result;
}

Vector ranks(const WindowEdges& edges, bool dense) {
  Vector result = Vector::flat(TypeId::kInt64, edges.row_count());
  auto* values = result.mutable_data<int64_t>();
  for (size_t index = 0; index + 1 < edges.partition_begin.size(); ++index) {
    const size_t first_group = edges.partition_group[index];
    for (size_t group = first_group; group < edges.partition_group[index + 1]; ++group) {
      const size_t rank = dense ? group - first_group : edges.group_begin[group] - edges.partition_begin[index];
      for (size_t row = edges.group_begin[group]; row < edges.group_begin[group + 1]; ++row) {
        values[row] = static_cast<int64_t>(rank + 1);
      }
    }
  }
  return result;
}

/// lag and lead by a constant, without a default.
std::optional<Vector> lag_or_lead(const WindowExpression& call, const WindowEdges& edges,
                                  const WindowArguments& arguments, bool forward) {
  if (arguments.values.size() > 2) {
    return std::nullopt;
  }
  int64_t offset = 1;
  if (arguments.values.size() > 1) {
    const Expression& expression = *call.children[1];
    if (expression.kind != ExpressionKind::kConstant || expression.as<ConstantExpression>().value.is_null()) {
      return std::nullopt;
    }
    offset = expression.as<ConstantExpression>().value.as_int64();
  }
  const auto rows = static_cast<int64_t>(edges.row_count());
  if (offset > rows || offset < -rows) {
    return Vector::null_constant(call.type, edges.row_count());
  }
  std::vector<uint32_t> places(edges.row_count());
  for_each_partition_row(edges, [&](size_t row, size_t first, size_t partition) {
    const int64_t place = static_cast<int64_t>(row) + (forward ? offset : -offset);
    const bool inside =
        place >= static_cast<int64_t>(first) && place < static_cast<int64_t>(edges.partition_begin[partition + 1]);
    places[row] = inside ? static_cast<uint32_t>(place) : GrowingColumn::kNullRow;
  });
  GrowingColumn column(arguments.values[0].type());
  column.append(arguments.values[0]);
  return column.gather(places);
}

/// Copies of an aggregate's state, turned into results a chunk at a time. For states that own nothing.
class StateResults {
 public:
  StateResults(const AggregateFunction& function, AggregateCall& call, size_t count)
      : function_(function),
        call_(call),
        stride_((function.state_bytes + 15) / 16 * 16),
        copies_(static_cast<std::byte*>(::operator new(stride_ * kVectorSize, kAlignment))),
        results_(call.result_type) {
    places_.reserve(count);
  }

  /// The state is the result of the next `rows` rows.
  void put(const std::byte* state, size_t rows) {
    if (waiting_ == kVectorSize) {
      flush();
    }
    std::memcpy(copies_.get() + waiting_ * stride_, state, function_.state_bytes);
    ++waiting_;
    places_.insert(places_.end(), rows, static_cast<uint32_t>(results_.size() + waiting_ - 1));
    one_a_row_ = one_a_row_ && rows == 1;
  }

  Vector take() {
    flush();
    return one_a_row_ ? results_.view(0, results_.size()) : results_.gather(places_);
  }

 private:
  static constexpr std::align_val_t kAlignment{16};
  struct Free {
    void operator()(std::byte* memory) const noexcept { ::operator delete(memory, kAlignment); }
  };

  void flush() {
    if (waiting_ == 0) {
      return;
    }
    std::vector<std::byte*> states(waiting_);
    for (size_t index = 0; index < waiting_; ++index) {
      states[index] = copies_.get() + index * stride_;
    }
    Vector values;
    function_.finalize(call_, states, values);
    results_.append(values);
    waiting_ = 0;
  }

  const AggregateFunction& function_;
  AggregateCall& call_;
  size_t stride_;
  std::unique_ptr<std::byte, Free> copies_;
  size_t waiting_ = 0;
  GrowingColumn results_;
  std::vector<uint32_t> places_;  ///< row of results_, one a row
  bool one_a_row_ = true;
};

/// Aggregates whose frames begin with the partition, and end with it, with the row, or with the row's peers.
std::optional<Vector> growing_aggregate(const WindowExpression& call, const WindowEdges& edges,
                                        const WindowArguments& arguments, QueryContext& context) {
  const AggregateFunction& function = *call.aggregate;
  const WindowFrame& frame = call.frame;
  const bool plain = frame.start == FrameBoundKind::kUnboundedPreceding && frame.exclusion == FrameExclusion::kNone &&
                     (frame.end == FrameBoundKind::kCurrentRow || frame.end == FrameBoundKind::kUnboundedFollowing);
  if (!plain || arguments.filter || function.destroy != nullptr) {
    return std::nullopt;
  }
  AggregateCall aggregate{context, arguments.values, call.type};
  StateResults results(function, aggregate, edges.row_count());
  alignas(16) std::byte small[512];
  if (function.state_bytes > sizeof(small)) {
    return std::nullopt;
  }
  for (size_t index = 0; index + 1 < edges.partition_begin.size(); ++index) {
    if (index % kVectorSize == 0) {
      context.check_cancelled();
    }
    const size_t first = edges.partition_begin[index];
    const size_t last = edges.partition_begin[index + 1];
    function.initialize(small);
    if (frame.end == FrameBoundKind::kUnboundedFollowing) {
      function.update_range(aggregate, small, first, last);
      results.put(small, last - first);
    } else if (frame.unit == FrameUnit::kRows) {
      for (size_t row = first; row < last; ++row) {
        function.update_range(aggregate, small, row, row + 1);
        results.put(small, 1);
      }
    } else {
      for (size_t group = edges.partition_group[index]; group < edges.partition_group[index + 1]; ++group) {
        const size_t group_end = edges.group_begin[group + 1];
        function.update_range(aggregate, small, edges.group_begin[group], group_end);
        results.put(small, group_end - edges.group_begin[group]);
      }
    }
  }
  return results.take();
}

}  // namespace

void WindowEdges::fill(size_t index, WindowPartition& partition) const {
  const uint32_t first = partition_begin[index];
  partition.size = partition_begin[index + 1] - first;
  partition.peer_group.clear();
  partition.group_begin.clear();
  for (size_t group = partition_group[index]; group < partition_group[index + 1]; ++group) {
    partition.group_begin.push_back(group_begin[group] - first);
    partition.peer_group.insert(partition.peer_group.end(), group_begin[group + 1] - group_begin[group],
                                static_cast<uint32_t>(group - partition_group[index]));
  }
  partition.group_begin.push_back(static_cast<uint32_t>(partition.size));
}

std::optional<Vector> compute_whole_block(const WindowExpression& call, const WindowEdges& edges,
                                          const WindowArguments& arguments, QueryContext& context) {
  if (call.function == nullptr) {
    return growing_aggregate(call, edges, arguments, context);
  }
  switch (call.function->kind) {
    case WindowKind::kRowNumber:
      return row_numbers(edges);
    case WindowKind::kRank:
      return ranks(edges, false);
    case WindowKind::kDenseRank:
      return ranks(edges, true);
    case WindowKind::kLag:
      return lag_or_lead(call, edges, arguments, false);
    case WindowKind::kLead:
      return lag_or_lead(call, edges, arguments, true);
    default:
      return std::nullopt;
  }
}

}  // namespace tidemark
