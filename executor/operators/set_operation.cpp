#include "executor/operators/set_operation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/key_table.h"
#include "executor/pipeline.h"
#include "executor/row_partitions.h"

namespace tidemark {

/// The set operation over all rows, or over those of one partition.
class SetOperationOperator::Level {
 public:
  Level(SetOperationOperator& owner, size_t depth)
      : owner_(owner),
        depth_(depth),
        right_(output_types(owner.plan_)),
        seen_(output_types(owner.plan_)),
        reservation_(owner.query().memory) {}

  void add_right(const DataChunk& chunk) {
    ids_.resize(chunk.size);
    if (right_aside_ == nullptr) {
      SelectionVector new_rows;
      right_.find_or_add(chunk.columns, chunk.size, ids_, new_rows, right_scratch_);
      counts_.resize(right_.size(), 0);
      for (const uint32_t id : ids_) {
        ++counts_[id];
      }
      if (!account()) {
        right_aside_ = set_aside();
      }
      return;
    }
    right_.find(chunk.columns, chunk.size, ids_, right_scratch_);
    SelectionVector strangers;
    for (uint32_t row = 0; row < chunk.size; ++row) {
      if (ids_[row] == KeyTable::kAbsent) {
        strangers.push_back(row);
      } else {
        ++counts_[ids_[row]];
      }
    }
    right_aside_->add(chunk, chunk.columns, strangers);
  }

  /// The left rows that are in the result. Those that cannot be decided here are set aside.
  SelectionVector passing(const DataChunk& chunk) {
    ids_.resize(chunk.size);
    right_.find(chunk.columns, chunk.size, ids_, right_scratch_);
    SelectionVector passing;
    SelectionVector unknown;
    for (uint32_t row = 0; row < chunk.size; ++row) {
      if (ids_[row] == KeyTable::kAbsent) {
        unknown.push_back(row);
      } else if (passes(counts_[ids_[row]])) {
        passing.push_back(row);
      }
    }
    if (right_aside_ != nullptr) {
      set_left_aside(chunk, unknown);
      return passing;
    }
    if (is_intersection()) {
      return passing;
    }
    if (!owner_.plan_.all) {
      unknown = first_ones(chunk, unknown);
    }
    SelectionVector both(passing.size() + unknown.size());
    std::ranges::merge(passing, unknown, both.begin());
    return both;
  }

  /// What was set aside, to be worked off once all left rows have come; null if there are none.
  [[nodiscard]] RowPartitions* left_aside() const { return left_aside_.get(); }

  /// The operation over the rows of one partition, but for the left ones.
  std::shared_ptr<Level> part(size_t partition) {
    auto part = std::make_shared<Level>(owner_, depth_ + 1);
    if (right_aside_ != nullptr) {
      const std::unique_ptr<RowStream> rows = right_aside_->take(partition);
      DataChunk chunk;
      while (rows->next(chunk)) {
        owner_.query().check_cancelled();
        part->add_right(chunk);
      }
    }
    return part;
  }

  void forget_tables() {
    right_ = KeyTable(output_types(owner_.plan_));
    seen_ = KeyTable(output_types(owner_.plan_));
    right_scratch_ = {};
    seen_scratch_ = {};
    counts_ = {};
    reservation_.release();
  }

 private:
  /// In place of a count: a left row like this has passed, or may not.
  static constexpr uint64_t kDone = 0;

  [[nodiscard]] bool is_intersection() const { return owner_.plan_.type == SetOperationType::kIntersect; }

  /// Of a left row with `count` right rows like it. ALL: each right row pairs with one left row.
  bool passes(uint64_t& count) {
    if (owner_.plan_.all) {
      const bool paired = count > 0;
      count -= paired ? 1 : 0;
      return paired == is_intersection();
    }
    return is_intersection() && std::exchange(count, kDone) != kDone;
  }

  /// EXCEPT without ALL: of the rows named those that come for the first time. Rows that cannot be remembered are set
  /// aside.
  SelectionVector first_ones(const DataChunk& chunk, const SelectionVector& rows) {
    DataChunk part = chunk;
    part.select(rows);
    SelectionVector result;
    seen_ids_.resize(part.size);
    if (left_aside_ == nullptr) {
      seen_.find_or_add(part.columns, part.size, seen_ids_, result, seen_scratch_);
      if (!account()) {
        left_aside_ = set_aside();
      }
      for (uint32_t& row : result) {
        row = rows[row];
      }
      return result;
    }
    seen_.find(part.columns, part.size, seen_ids_, seen_scratch_);
    SelectionVector strangers;
    for (uint32_t row = 0; row < part.size; ++row) {
      if (seen_ids_[row] == KeyTable::kAbsent) {
        strangers.push_back(row);
      }
    }
    left_aside_->add(part, part.columns, strangers);
    return result;
  }

  void set_left_aside(const DataChunk& chunk, const SelectionVector& rows) {
    if (left_aside_ == nullptr) {
      left_aside_ = set_aside();
    }
    left_aside_->add(chunk, chunk.columns, rows);
  }

  std::unique_ptr<RowPartitions> set_aside() {
    auto rows = std::make_unique<RowPartitions>(owner_.state(), output_types(owner_.plan_), owner_.node(), depth_);
    rows->move_to_disk();
    return rows;
  }

  /// False if the tables are past their memory, and the disk may help.
  bool account() {
    const auto bytes =
        static_cast<int64_t>(right_.memory_bytes() + seen_.memory_bytes() + counts_.size() * sizeof(uint64_t));
    const bool can_cut = can_spill(owner_.state()) && depth_ < RowPartitions::kDepthMax;
    if (!can_cut) {
      reservation_.resize(bytes);
      return true;
    }
    return bytes <= static_cast<int64_t>(owner_.query().work_mem_bytes) && reservation_.try_resize(bytes);
  }

  SetOperationOperator& owner_;
  size_t depth_;
  KeyTable right_;
  std::vector<uint64_t> counts_;  ///< how often each right row came, and is not paired yet
  KeyTable seen_;                 ///< EXCEPT: left rows that have passed
  KeyTable::Scratch right_scratch_, seen_scratch_;
  std::vector<uint32_t> ids_, seen_ids_;
  std::unique_ptr<RowPartitions> right_aside_, left_aside_;
  MemoryReservation reservation_;
};

class SetOperationOperator::Stream final : public RowStream {
 public:
  Stream(SetOperationOperator& owner, std::shared_ptr<Level> level, std::unique_ptr<RowStream> source)
      : owner_(owner), level_(std::move(level)), source_(std::move(source)) {}

  bool next(DataChunk& chunk) override {
    do {
      while (source_->next(chunk)) {
        owner_.query().check_cancelled();
        chunk.select(level_->passing(chunk));
        if (chunk.size > 0) {
          return true;
        }
      }
    } while (begin_part());
    chunk.reset();
    return false;
  }

 private:
  struct Pending {
    std::shared_ptr<Level> level;
    size_t partition;
  };

  /// Goes on to the next partition that was set aside; false if there is none.
  bool begin_part() {
    if (level_ != nullptr && level_->left_aside() != nullptr) {
      level_->forget_tables();
      for (size_t partition = 0; partition < RowPartitions::kCount; ++partition) {
        pending_.push_back({level_, partition});
      }
    }
    level_.reset();
    if (pending_.empty()) {
      return false;
    }
    const Pending next = std::move(pending_.back());
    pending_.pop_back();
    level_ = next.level->part(next.partition);
    source_ = next.level->left_aside()->take(next.partition);
    return true;
  }

  SetOperationOperator& owner_;
  std::shared_ptr<Level> level_;
  std::unique_ptr<RowStream> source_;
  std::vector<Pending> pending_;
};

SetOperationOperator::SetOperationOperator(const PhysicalSetOperation& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      left_(make_operator(*plan.children[0], state)),
      right_(make_operator(*plan.children[1], state)) {}

void SetOperationOperator::start() {
  first_level_ = std::make_shared<Level>(*this, 0);
  right_->start();
  run_pipeline(state(), *right_, [this](DataChunk& chunk) { first_level_->add_right(chunk); }, node());
  left_->start();
}

std::unique_ptr<RowStream> SetOperationOperator::make_stream() {
  return std::make_unique<Stream>(*this, std::move(first_level_), left_->open());
}

}  // namespace tidemark
