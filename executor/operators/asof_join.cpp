#include "executor/operators/asof_join.h"

#include <algorithm>

#include "base/error.h"
#include "executor/join_emitter.h"
#include "executor/pipeline.h"

namespace tidemark {
namespace {

std::vector<LogicalType> types_of(const std::vector<ExpressionPtr>& expressions) {
  std::vector<LogicalType> types;
  for (const ExpressionPtr& expression : expressions) {
    types.push_back(expression->type);
  }
  return types;
}

RowOrder order_of(const PhysicalAsofJoin& plan, ExecutionState& state) {
  const LogicalType type = plan.right_order->type;
  if (!type.same_base(plan.left_order->type)) {
    throw Error(sqlstate::kFeatureNotSupported,
                "ASOF JOIN cannot compare " + plan.left_order->type.to_string() + " with " + type.to_string());
  }
  const uint32_t column = 0;
  return RowOrder(std::span(&column, 1), std::span(&type, 1), state);
}

}  // namespace

class AsofJoinOperator::Stream final : public RowStream {
 public:
  Stream(AsofJoinOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner), evaluator_(owner.query()), source_(std::move(source)) {}

  bool next(DataChunk& chunk) override {
    DataChunk left;
    while (source_->next(left)) {
      owner_.query().check_cancelled();
      std::vector<uint32_t> matches = search(left);
      SelectionVector rows;
      std::vector<uint32_t> right_rows;
      for (uint32_t row = 0; row < left.size; ++row) {
        if (matches[row] != kNone || owner_.plan_.left_outer) {
          rows.push_back(row);
          right_rows.push_back(matches[row]);
        }
      }
      if (!rows.empty()) {
        left.select(rows);
        chunk = std::move(left);
        owner_.rows_.gather_into(chunk, right_rows, 0, owner_.rows_.column_count());
        return true;
      }
    }
    chunk.reset();
    return false;
  }

 private:
  static constexpr uint32_t kNone = GrowingColumn::kNullRow;
  using Comparison = PhysicalAsofJoin::Comparison;

  /// The right row for each left row, or kNone.
  std::vector<uint32_t> search(const DataChunk& left) {
    std::vector<Vector> keys;
    for (const PreparedExpression& key : owner_.left_keys_) {
      keys.push_back(evaluator_.evaluate(*key, left));
    }
    ids_.resize(left.size);
    owner_.keys_.find(keys, left.size, ids_, scratch_);
    const Vector order_values = evaluator_.evaluate(*owner_.left_order_, left);
    DataChunk order_chunk;
    order_chunk.size = left.size;
    order_chunk.columns.push_back(order_values);
    owner_.order_.add_keys(order_chunk, evaluator_);
    prefixes_.resize(left.size);
    owner_.order_.first_prefixes(order_chunk, prefixes_);
    RowCollection orders(owner_.order_.row_types());
    if (owner_.tolerance_ || !owner_.order_.prefix_decides()) {
      orders.append(order_chunk);
    }

    const bool looks_back =
        owner_.plan_.comparison == Comparison::kGreaterEqual || owner_.plan_.comparison == Comparison::kGreater;
    std::vector<uint8_t> has_null(left.size);
    const auto note_nulls = [&](const Vector& values) {
      for (size_t row = 0; row < left.size && !values.all_valid(); ++row) {
        has_null[row] = static_cast<uint8_t>(has_null[row] | (values.is_null(row) ? 1 : 0));
      }
    };
    std::ranges::for_each(keys, note_nulls);
    note_nulls(order_values);
    std::vector<uint32_t> place(left.size, kNone);  // in sorted_
    for (uint32_t row = 0; row < left.size; ++row) {
      if (ids_[row] != KeyTable::kAbsent && has_null[row] == 0) {
        place[row] = nearest(orders, row, looks_back);
      }
    }
    std::vector<uint32_t> matches(left.size, kNone);
    std::vector<uint32_t> open;
    for (uint32_t row = 0; row < left.size; ++row) {
      if (place[row] != kNone) {
        open.push_back(row);
      }
    }
    while (!open.empty()) {
      std::vector<uint32_t> candidates;
      for (const uint32_t row : open) {
        candidates.push_back(owner_.sorted_[place[row]]);
      }
      const std::vector<uint8_t> passes = test(left, open, candidates);
      std::vector<uint32_t> still_open;
      for (size_t i = 0; i < open.size(); ++i) {
        const uint32_t row = open[i];
        if (!within_tolerance(orders, row, candidates[i])) {
          continue;
        }
        if (passes[i] != 0) {
          matches[row] = candidates[i];
        } else if (step(place[row], ids_[row], looks_back)) {
          still_open.push_back(row);
        }
      }
      open = std::move(still_open);
    }
    return matches;
  }

  uint32_t nearest(const RowCollection& orders, uint32_t row, bool looks_back) const {
    const uint32_t begin = owner_.key_begin_[ids_[row]];
    const uint32_t end = owner_.key_begin_[ids_[row] + 1];
    // For >= and <: the first right row past the left value; for > and <=: the first not below it.
    const bool past =
        owner_.plan_.comparison == Comparison::kGreaterEqual || owner_.plan_.comparison == Comparison::kLess;
    const uint64_t prefix = prefixes_[row];
    uint32_t edge = begin;
    if (owner_.order_.prefix_decides()) {
      const auto first = owner_.sorted_prefixes_.begin() + begin;
      const auto last = owner_.sorted_prefixes_.begin() + end;
      edge += static_cast<uint32_t>(
          (past ? std::upper_bound(first, last, prefix) : std::lower_bound(first, last, prefix)) - first);
    } else {
      const auto first = owner_.sorted_.begin() + begin;
      edge += static_cast<uint32_t>(std::partition_point(first, owner_.sorted_.begin() + end,
                                                         [&](uint32_t right_row) {
                                                           const int order = owner_.order_.compare(
                                                               owner_.order_rows_, right_row, orders, row);
                                                           return past ? order <= 0 : order < 0;
                                                         }) -
                                    first);
    }
    if (looks_back) {
      return edge == begin ? kNone : edge - 1;
    }
    return edge == end ? kNone : edge;
  }

  bool step(uint32_t& place, uint32_t id, bool looks_back) const {
    if (looks_back) {
      return place-- > owner_.key_begin_[id];
    }
    return ++place < owner_.key_begin_[id + 1];
  }

  std::vector<uint8_t> test(const DataChunk& left, const std::vector<uint32_t>& rows,
                            const std::vector<uint32_t>& candidates) {
    std::vector<uint8_t> passes(rows.size(), owner_.residual_ ? 0 : 1);
    if (owner_.residual_) {
      DataChunk pairs = left;
      pairs.select(rows);
      owner_.rows_.gather_into(pairs, candidates, 0, owner_.rows_.column_count());
      for (const uint32_t passing : evaluator_.select(*owner_.residual_, pairs)) {
        passes[passing] = 1;
      }
    }
    return passes;
  }

  bool within_tolerance(const RowCollection& orders, size_t row, size_t right_row) const {
    if (!owner_.tolerance_) {
      return true;
    }
    const Value left = orders.column(0).view(row, 1).value(0);
    const Value right = owner_.order_rows_.column(0).view(right_row, 1).value(0);
    if (owner_.tolerance_->is_float()) {
      return std::max(left.as_double(), right.as_double()) <=
             owner_.tolerance_->plus(std::min(left.as_double(), right.as_double()));
    }
    return std::max(left.as_int64(), right.as_int64()) <=
           owner_.tolerance_->plus(std::min(left.as_int64(), right.as_int64()));
  }

  AsofJoinOperator& owner_;
  Evaluator evaluator_;
  std::unique_ptr<RowStream> source_;
  KeyTable::Scratch scratch_;
  std::vector<uint32_t> ids_;
  std::vector<uint64_t> prefixes_;  ///< of the left rows' order values
};

AsofJoinOperator::AsofJoinOperator(const PhysicalAsofJoin& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      left_(make_operator(*plan.children[0], state)),
      right_(make_operator(*plan.children[1], state)),
      left_keys_(prepare_all(plan.left_keys, state)),
      right_keys_(prepare_all(plan.right_keys, state)),
      left_order_(plan.left_order.get(), state),
      right_order_(plan.right_order.get(), state),
      residual_(plan.residual.get(), state),
      order_(order_of(plan, state)),
      rows_(output_types(*plan.children[1])),
      order_rows_(order_.row_types()),
      keys_(types_of(plan.right_keys)),
      reservation_(state.query().memory) {
  if (plan.tolerance != nullptr) {
    const Value tolerance = evaluate_once(*plan.tolerance, state);
    if (!tolerance.is_null()) {
      tolerance_.emplace(plan.right_order->type, tolerance, state.query());
    }
  }
}

void AsofJoinOperator::start() {
  right_->start();
  Evaluator evaluator(query());
  KeyTable::Scratch scratch;
  std::vector<uint32_t> row_ids;
  std::vector<uint32_t> ids;
  const auto keep = [&](DataChunk& chunk) {
    std::vector<Vector> keys;
    for (const PreparedExpression& key : right_keys_) {
      keys.push_back(evaluator.evaluate(*key, chunk));
    }
    DataChunk order_chunk;
    order_chunk.size = chunk.size;
    order_chunk.columns.push_back(evaluator.evaluate(*right_order_, chunk));
    order_.add_keys(order_chunk, evaluator);
    ids.resize(chunk.size);
    SelectionVector new_rows;
    keys_.find_or_add(keys, chunk.size, ids, new_rows, scratch);
    row_ids.insert(row_ids.end(), ids.begin(), ids.end());
    rows_.append(chunk);
    order_rows_.append(order_chunk);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes() + order_rows_.memory_bytes() + keys_.memory_bytes() +
                                             row_ids.size() * 2 * sizeof(uint32_t)));
  };
  run_pipeline(state(), *right_, keep, node());

  // A counting sort by key of what is sorted by order.
  key_begin_.assign(keys_.size() + 1, 0);
  const std::vector<uint32_t> by_order = order_.sorted(order_rows_);
  const GrowingColumn& order_column = order_rows_.column(0);
  size_t usable = 0;
  for (const uint32_t row : by_order) {
    if (!order_column.is_null(row)) {
      ++key_begin_[row_ids[row] + 1];
      ++usable;
    }
  }
  for (size_t key = 0; key < keys_.size(); ++key) {
    key_begin_[key + 1] += key_begin_[key];
  }
  sorted_.resize(usable);
  std::vector<uint32_t> next(key_begin_.begin(), key_begin_.end());
  for (const uint32_t row : by_order) {
    if (!order_column.is_null(row)) {
      sorted_[next[row_ids[row]]++] = row;
    }
  }
  if (order_.prefix_decides()) {
    sorted_prefixes_ = order_.first_prefixes(order_rows_, sorted_);
  }
  left_->start();
}

std::unique_ptr<RowStream> AsofJoinOperator::make_stream() { return std::make_unique<Stream>(*this, left_->open()); }

}  // namespace tidemark
