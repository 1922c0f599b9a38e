// Aggregates over frames.

#include <algorithm>
#include <new>

#include "executor/window_call.h"

namespace tidemark {
namespace {

/// States of one aggregate, side by side.
class StateArray {
 public:
  StateArray(const AggregateFunction& function, size_t count)
      : function_(function), stride_((function.state_bytes + 15) / 16 * 16), count_(count) {
    memory_.reset(static_cast<std::byte*>(::operator new(std::max<size_t>(stride_ * count, 1), kAlignment)));
    for (size_t index = 0; index < count; ++index) {
      function.initialize((*this)[index]);
    }
  }
  StateArray(const StateArray&) = delete;
  StateArray& operator=(const StateArray&) = delete;
  ~StateArray() {
    for (size_t index = 0; index < count_ && function_.destroy != nullptr; ++index) {
      function_.destroy((*this)[index]);
    }
  }
  std::byte* operator[](size_t index) { return memory_.get() + index * stride_; }
  void reset(size_t index) {
    if (function_.destroy != nullptr) {
      function_.destroy((*this)[index]);
    }
    function_.initialize((*this)[index]);
  }

 private:
  static constexpr std::align_val_t kAlignment{16};
  struct Free {
    void operator()(std::byte* memory) const noexcept { ::operator delete(memory, kAlignment); }
  };
  const AggregateFunction& function_;
  size_t stride_;
  size_t count_;
  std::unique_ptr<std::byte, Free> memory_;
};

/// Computes one aggregate over spans of a partition's rows.
class FrameAggregator {
 public:
  FrameAggregator(const WindowExpression& call, const WindowInput& input, QueryContext& context)
      : function_(*call.aggregate),
        input_(input),
        call_{context, arguments_, call.type},
        state_(function_, 1),
        result_(call.type),
        places_(input.partition.size) {
    choose_rows();
    call_.arguments = arguments_;
  }

  /// Every frame begins where the partition does: what was added stays.
  void add_growing(const RowSpan& frame) {
    if (frame.last > fed_) {
      feed(fed_, frame.last);
      fed_ = frame.last;
      last_ = kNoPlace;
    } else if (frame.last < fed_) {  // Cannot be for frames that grow; an offset may cut one to nothing.
      restart({frame});
      fed_ = frame.last;
      last_ = kNoPlace;
    }
    put();
  }

  void add(const std::vector<RowSpan>& parts) {
    if (last_ == kNoPlace || parts != last_parts_) {
      restart(parts);
      last_parts_ = parts;
      last_ = kNoPlace;
    }
    put();
  }

  Vector take() { return result_.gather(places_); }

 private:
  static constexpr uint32_t kNoPlace = UINT32_MAX;
  // Frames longer than a few blocks are put together from the states of whole blocks.
  static constexpr size_t kBlockRows = 512;

  /// FILTER: only the rows that pass are fed; position_[row] counts those before it.
  void choose_rows() {
    if (input_.filter == nullptr) {
      arguments_ = input_.arguments;
      return;
    }
    const Vector filter = input_.filter->flatten();
    SelectionVector rows;
    position_.resize(input_.partition.size + 1);
    for (uint32_t row = 0; row < input_.partition.size; ++row) {
      position_[row] = static_cast<uint32_t>(rows.size());
      if (filter.validity().is_valid(row) && filter.data<uint8_t>()[row] != 0) {
        rows.push_back(row);
      }
    }
    position_.back() = static_cast<uint32_t>(rows.size());
    for (const Vector& argument : input_.arguments) {
      arguments_.push_back(argument.select(rows));
    }
  }

  void feed(size_t first, size_t last) {
    if (!position_.empty()) {
      first = position_[first];
      last = position_[last];
    }
    if (first < last) {
      feed_rows(first, last);
    }
  }

  void feed_rows(size_t first, size_t last) {
    const size_t first_block = (first + kBlockRows - 1) / kBlockRows;
    const size_t last_block = last / kBlockRows;
    // States that own nothing can be added more than once.
    const bool by_blocks = function_.destroy == nullptr && !function_.order_sensitive && last_block > first_block + 2;
    if (!by_blocks) {
      function_.update_range(call_, state_[0], first, last);
      return;
    }
    make_blocks();
    function_.update_range(call_, state_[0], first, first_block * kBlockRows);
    for (size_t block = first_block; block < last_block; ++block) {
      function_.combine(call_, state_[0], (*blocks_)[block]);
    }
    function_.update_range(call_, state_[0], last_block * kBlockRows, last);
  }

  void make_blocks() {
    if (blocks_ != nullptr) {
      return;
    }
    const size_t rows = position_.empty() ? input_.partition.size : position_.back();
    blocks_ = std::make_unique<StateArray>(function_, rows / kBlockRows);
    for (size_t block = 0; block < rows / kBlockRows; ++block) {
      function_.update_range(call_, (*blocks_)[block], block * kBlockRows, (block + 1) * kBlockRows);
    }
  }

  void restart(const std::vector<RowSpan>& parts) {
    state_.reset(0);
    for (const RowSpan& part : parts) {
      feed(part.first, part.last);
    }
  }

  /// The state's result for the next row; the same as the last one's if nothing was fed since.
  void put() {
    if (last_ == kNoPlace) {
      std::byte* state = state_[0];
      Vector value;
      function_.finalize(call_, {&state, 1}, value);
      last_ = static_cast<uint32_t>(result_.size());
      result_.append(value);
    }
    places_[next_row_++] = last_;
  }

  const AggregateFunction& function_;
  const WindowInput& input_;
  std::vector<Vector> arguments_;
  std::vector<uint32_t> position_;
  AggregateCall call_;
  StateArray state_;
  std::unique_ptr<StateArray> blocks_;
  GrowingColumn result_;          ///< distinct results
  std::vector<uint32_t> places_;  ///< row of result_, one a row of the partition
  size_t next_row_ = 0;
  uint32_t last_ = kNoPlace;
  size_t fed_ = 0;
  std::vector<RowSpan> last_parts_;
};

}  // namespace

Vector compute_window_aggregate(const WindowExpression& call, const WindowInput& input, const FrameFinder& frames,
                                QueryContext& context) {
  FrameAggregator aggregator(call, input, context);
  for (size_t row = 0; row < input.partition.size; ++row) {
    if (row % kVectorSize == 0) {
      context.check_cancelled();
    }
    if (frames.starts_at_partition()) {
      aggregator.add_growing(frames.frame(row));
    } else {
      aggregator.add(frames.parts(row));
    }
  }
  return aggregator.take();
}

}  // namespace tidemark
