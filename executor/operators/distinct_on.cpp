#include "executor/operators/distinct_on.h"

#include <algorithm>

#include "executor/collection_stream.h"
#include "executor/key_table.h"
#include "executor/pipeline.h"
#include "executor/row_partitions.h"

namespace tidemark {
namespace {

/// ORDER BY usually begins with the keys, in directions of its own: it alone then says how the result is ordered.
bool order_begins_with_keys(const PhysicalDistinctOn& plan) {
  if (plan.order.size() < plan.keys.size()) {
    return false;
  }
  return std::ranges::all_of(plan.keys, [&](const ExpressionPtr& key) {
    return std::any_of(plan.order.begin(), plan.order.begin() + static_cast<std::ptrdiff_t>(plan.keys.size()),
                       [&](const SortKey& sort_key) { return same_expression(*key, *sort_key.expression); });
  });
}

}  // namespace

/// Keeps the best row of each group. Past its memory it sets aside on disk the best rows so far, cut by their groups,
/// and begins anew.
class DistinctOnOperator::Keeper final : public Sink {
 public:
  Keeper(const DistinctOnOperator& owner, size_t depth, int64_t memory_bytes)
      : owner_(owner),
        depth_(depth),
        memory_bytes_(memory_bytes),
        evaluator_(owner.query()),
        groups_(key_types(owner)),
        rows_(owner.types_),
        order_rows_(owner.order_->row_types()),
        reservation_(owner.query().memory) {}

  void consume(DataChunk& chunk) override {
    std::vector<Vector> keys;
    for (const PreparedExpression& key : owner_.keys_) {
      keys.push_back(evaluator_.evaluate(*key, chunk));
    }
    DataChunk order_chunk;
    order_chunk.size = chunk.size;
    for (const PreparedExpression& value : owner_.order_values_) {
      order_chunk.columns.push_back(evaluator_.evaluate(*value, chunk));
    }
    owner_.order_->add_keys(order_chunk, evaluator_);
    RowCollection order_values(owner_.order_->row_types());
    order_values.append(order_chunk);
    ids_.resize(chunk.size);
    SelectionVector new_rows;
    groups_.find_or_add(keys, chunk.size, ids_, new_rows, scratch_);
    best_.resize(groups_.size(), kNone);
    // Of this chunk only the best row of a group is worth keeping.
    candidate_.resize(groups_.size(), kNone);
    SelectionVector touched;
    for (uint32_t row = 0; row < chunk.size; ++row) {
      uint32_t& candidate = candidate_[ids_[row]];
      if (candidate == kNone) {
        touched.push_back(ids_[row]);
        candidate = row;
      } else if (owner_.order_->compare(order_values, row, order_values, candidate) < 0) {
        candidate = row;
      }
    }
    SelectionVector winners;
    for (const uint32_t group : touched) {
      const uint32_t row = std::exchange(candidate_[group], kNone);
      if (best_[group] == kNone || owner_.order_->compare(order_values, row, order_rows_, best_[group]) < 0) {
        best_[group] = static_cast<uint32_t>(rows_.size() + winners.size());
        winners.push_back(row);
      }
    }
    rows_.append(chunk, winners);
    order_rows_.append(order_chunk, winners);
    constexpr size_t kRowsWorthDropping = 16'384;
    if (rows_.size() > kRowsWorthDropping && rows_.size() > 4 * groups_.size()) {
      drop_beaten();
    }
    const auto bytes = static_cast<int64_t>(rows_.memory_bytes() + order_rows_.memory_bytes() + groups_.memory_bytes());
    if (!can_spill(owner_.state()) || depth_ >= RowPartitions::kDepthMax) {
      reservation_.resize(bytes);
    } else if (bytes > memory_bytes_ || !reservation_.try_resize(bytes)) {
      set_aside();
    }
  }

  void finish() override {
    drop_beaten();
    if (aside_ != nullptr) {
      set_aside();
    }
  }
  /// The best rows, if none were set aside.
  [[nodiscard]] const RowCollection& rows() const { return rows_; }
  /// What was set aside, perhaps several rows a group; or null.
  [[nodiscard]] RowPartitions* aside() { return aside_.get(); }
  void set_all_aside() {
    if (aside_ == nullptr) {
      set_aside();
    }
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static std::vector<LogicalType> key_types(const DistinctOnOperator& owner) {
    std::vector<LogicalType> types;
    for (const PreparedExpression& key : owner.keys_) {
      types.push_back(key->type);
    }
    return types;
  }

  void drop_beaten() {
    if (rows_.size() == best_.size()) {
      return;  // each is the best of its group
    }
    RowCollection rows(owner_.types_);
    RowCollection order_rows(owner_.order_->row_types());
    for (size_t first = 0; first < best_.size(); first += kVectorSize) {
      const auto part = std::span(best_).subspan(first, std::min(kVectorSize, best_.size() - first));
      rows.append(rows_.gather(part));
      order_rows.append(order_rows_.gather(part));
    }
    for (uint32_t group = 0; group < best_.size(); ++group) {
      best_[group] = group;
    }
    rows_ = std::move(rows);
    order_rows_ = std::move(order_rows);
  }

  void set_aside() {
    drop_beaten();
    if (aside_ == nullptr) {
      aside_ = std::make_unique<RowPartitions>(owner_.state(), owner_.types_, owner_.node(), depth_);
      aside_->move_to_disk();
    }
    for (size_t first = 0; first < rows_.size(); first += kVectorSize) {
      const DataChunk chunk = rows_.chunk(first, std::min(kVectorSize, rows_.size() - first));
      std::vector<Vector> keys;
      for (const PreparedExpression& key : owner_.keys_) {
        keys.push_back(evaluator_.evaluate(*key, chunk));
      }
      aside_->add(chunk, keys);
    }
    rows_.clear();
    order_rows_.clear();
    groups_ = KeyTable(key_types(owner_));
    scratch_ = {};
    best_.clear();
    candidate_.clear();
    static_cast<void>(reservation_.try_resize(0));
  }

  const DistinctOnOperator& owner_;
  const size_t depth_;
  const int64_t memory_bytes_;
  Evaluator evaluator_;
  KeyTable groups_;
  KeyTable::Scratch scratch_;
  RowCollection rows_;               ///< best rows, and rows that were so before
  RowCollection order_rows_;         ///< their order values
  std::vector<uint32_t> best_;       ///< row of rows_, one a group
  std::vector<uint32_t> candidate_;  ///< scratch
  std::vector<uint32_t> ids_;        ///< scratch
  std::unique_ptr<RowPartitions> aside_;
  MemoryReservation reservation_;
};

DistinctOnOperator::DistinctOnOperator(const PhysicalDistinctOn& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      child_(make_operator(*plan.children[0], state)),
      types_(output_types(*plan.children[0])),
      keys_(prepare_all(plan.keys, state)) {
  std::vector<SortKey> by_position;
  for (const SortKey& key : plan.order) {
    order_values_.emplace_back(key.expression.get(), state);
    const auto column = static_cast<uint32_t>(order_types_.size());
    order_types_.push_back(key.expression->type);
    by_position.push_back(
        {std::make_unique<InputExpression>(column, key.expression->type), key.descending, key.nulls_first});
  }
  order_ = std::make_unique<RowOrder>(by_position, order_types_, state);
  output_ = order_begins_with_keys(plan) ? std::make_unique<RowOrder>(plan.order, types_, state)
                                         : std::make_unique<RowOrder>(plan.keys, plan.order, types_, state);
}

void DistinctOnOperator::start() {
  child_->start();
  // Without an order the first row that comes counts.
  const size_t width = plan_.order.empty() ? 1 : pipeline_width(state(), *child_);
  const auto memory = static_cast<int64_t>(query().work_mem_bytes);
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < width; ++index) {
    sinks.push_back(std::make_unique<Keeper>(*this, 0, memory / static_cast<int64_t>(width)));
  }
  run_pipeline(state(), *child_, sinks, node());
  RowSorter sorter(*output_, {}, state(), node(), memory);
  join(sinks, sorter);
  sorter.finish();
  runs_ = sorter.take_runs();
}

void DistinctOnOperator::join(std::span<const std::unique_ptr<Sink>> sinks, RowSorter& sorter) {
  const auto keeper = [&](size_t index) -> Keeper& { return static_cast<Keeper&>(*sinks[index]); };
  bool set_aside = false;
  for (size_t index = 0; index < sinks.size(); ++index) {
    set_aside = set_aside || keeper(index).aside() != nullptr;
  }
  if (!set_aside) {
    Keeper& first = keeper(0);
    for (size_t index = 1; index < sinks.size(); ++index) {
      feed(first, CollectionStream(keeper(index).rows()));
    }
    if (sinks.size() > 1) {
      first.finish();
    }
    set_aside = first.aside() != nullptr;
    if (!set_aside) {
      feed(sorter, CollectionStream(first.rows()));
      return;
    }
    join_partitions(sinks.first(1), sorter);
    return;
  }
  for (size_t index = 0; index < sinks.size(); ++index) {
    keeper(index).set_all_aside();
  }
  join_partitions(sinks, sorter);
}

void DistinctOnOperator::join_partitions(std::span<const std::unique_ptr<Sink>> sinks, RowSorter& sorter) {
  for (size_t partition = 0; partition < RowPartitions::kCount; ++partition) {
    const size_t depth = static_cast<Keeper&>(*sinks[0]).aside()->depth() + 1;
    std::unique_ptr<Sink> keeper = std::make_unique<Keeper>(*this, depth, static_cast<int64_t>(query().work_mem_bytes));
    for (const std::unique_ptr<Sink>& sink : sinks) {
      feed(*keeper, std::move(*static_cast<Keeper&>(*sink).aside()->take(partition)));
    }
    keeper->finish();
    join({&keeper, 1}, sorter);
  }
}

void DistinctOnOperator::feed(Sink& sink, RowStream&& rows) const {
  DataChunk chunk;
  while (rows.next(chunk)) {
    query().check_cancelled();
    sink.consume(chunk);
  }
}

std::unique_ptr<RowStream> DistinctOnOperator::make_stream() {
  return std::make_unique<SortedMerge>(*output_, std::move(runs_), SortLimit{});
}

}  // namespace tidemark
