#include "executor/operators/hash_join.h"

#include <algorithm>

#include "base/check.h"
#include "executor/collection_stream.h"
#include "executor/join_probe.h"
#include "executor/key_sieve.h"
#include "executor/operators/scan.h"
#include "executor/pipeline.h"
#include "planner/plan_walk.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

// So many keys or fewer go into the probe scan as they are, more as a sieve.
constexpr size_t kKeysToPush = 256;

std::vector<Vector> evaluate_all(const std::vector<PreparedExpression>& expressions, const DataChunk& chunk,
                                 Evaluator& evaluator) {
  std::vector<Vector> values;
  for (const PreparedExpression& expression : expressions) {
    values.push_back(evaluator.evaluate(*expression, chunk));
  }
  return values;
}

/// Looks up the few that a Bloom filter let pass: one false hit, and a whole page of other columns is decoded for it.
void drop_false_hits(const JoinTable& table, const Vector& values, std::span<uint8_t> pass) {
  SelectionVector hits;
  for (uint32_t row = 0; row < pass.size(); ++row) {
    if (pass[row] != 0) {
      hits.push_back(row);
    }
  }
  // Where many are true, some will be, and the page is decoded anyway.
  constexpr size_t kPartToLookUp = 16;
  if (hits.empty() || hits.size() > pass.size() / kPartToLookUp) {
    return;
  }
  const Vector candidates[1] = {values.select(hits)};
  std::vector<uint32_t> first(hits.size());
  KeyTable::Scratch scratch;
  table.find(candidates, hits.size(), first, scratch);
  for (size_t i = 0; i < hits.size(); ++i) {
    pass[hits[i]] = static_cast<uint8_t>(first[i] != JoinTable::kNone);
  }
}

}  // namespace

/// Gathers the right side's rows and keys on one thread; past its memory, on disk.
class HashJoinOperator::BuildSink final : public Sink {
 public:
  BuildSink(const JoinShape& shape, size_t depth, int64_t memory_bytes)
      : shape_(shape),
        depth_(depth),
        memory_bytes_(memory_bytes),
        evaluator_(shape.state.query()),
        rows_(shape.build_types),
        reservation_(shape.state.query().memory) {}

  void consume(DataChunk& chunk) override {
    std::vector<Vector> keys = evaluate_all(shape_.right_keys, chunk, evaluator_);
    std::ranges::move(keys, std::back_inserter(chunk.columns));
    consume_keyed(chunk);
  }

  /// Rows with their keys behind them.
  void consume_keyed(const DataChunk& chunk) {
    if (partitions_ != nullptr) {
      set_aside(chunk);
      return;
    }
    rows_.append(chunk);
    // The table over the rows takes about three words a row.
    const auto bytes = static_cast<int64_t>(rows_.memory_bytes() + rows_.size() * 3 * sizeof(uint64_t));
    if (!can_spill(shape_.state) || !shape_.can_be_cut() || depth_ >= RowPartitions::kDepthMax) {
      reservation_.resize(bytes);
    } else if (bytes > memory_bytes_ || !reservation_.try_resize(bytes)) {
      move_to_disk();
    }
  }

  [[nodiscard]] bool on_disk() const { return partitions_ != nullptr; }
  [[nodiscard]] JoinTable::RightSide side() const { return side_; }
  RowCollection take_rows() {
    // The table reserves them from now on.
    reservation_.release();
    return std::move(rows_);
  }
  std::shared_ptr<RowPartitions> take_partitions() {
    if (partitions_ == nullptr) {
      move_to_disk();
    }
    return std::move(partitions_);
  }

 private:
  void move_to_disk() {
    partitions_ = std::make_shared<RowPartitions>(shape_.state, shape_.build_types, shape_.plan, depth_);
    partitions_->move_to_disk();
    for (size_t first = 0; first < rows_.size(); first += kVectorSize) {
      set_aside(rows_.chunk(first, std::min(kVectorSize, rows_.size() - first)));
    }
    rows_.clear();
    reservation_.release();
  }

  void set_aside(const DataChunk& chunk) {
    const std::span<const Vector> keys = std::span(chunk.columns).subspan(shape_.right_width);
    side_.has_rows = true;
    side_.has_nulls = side_.has_nulls || !shape_.unmatchable(keys, chunk.size).empty();
    partitions_->add(chunk, keys);
  }

  const JoinShape& shape_;
  const size_t depth_;
  const int64_t memory_bytes_;
  Evaluator evaluator_;
  RowCollection rows_;
  std::shared_ptr<RowPartitions> partitions_;
  JoinTable::RightSide side_;  ///< of the rows on disk
  MemoryReservation reservation_;
};

/// Cuts the left side's rows on disk, on one thread.
class HashJoinOperator::CutSink final : public Sink {
 public:
  CutSink(const JoinShape& shape, size_t depth)
      : shape_(shape),
        evaluator_(shape.state.query()),
        partitions_(std::make_shared<RowPartitions>(shape.state, shape.left_types, shape.plan, depth)) {
    partitions_->move_to_disk();
  }
  void consume(DataChunk& chunk) override {
    partitions_->add(chunk, evaluate_all(shape_.left_keys, chunk, evaluator_));
  }
  std::shared_ptr<RowPartitions> take() { return std::move(partitions_); }

 private:
  const JoinShape& shape_;
  Evaluator evaluator_;
  std::shared_ptr<RowPartitions> partitions_;
};

/// The joins of partitions, one after the other.
class HashJoinOperator::PartitionsStream final : public RowStream {
 public:
  explicit PartitionsStream(HashJoinOperator& owner) : owner_(owner) {}
  bool next(DataChunk& chunk) override {
    for (;;) {
      if (part_ != nullptr && part_->next(chunk)) {
        return true;
      }
      part_ = owner_.next_part();
      if (part_ == nullptr) {
        chunk.reset();
        return false;
      }
    }
  }

 private:
  HashJoinOperator& owner_;
  std::unique_ptr<RowStream> part_;
};

HashJoinOperator::HashJoinOperator(const PhysicalHashJoin& plan, ExecutionState& state)
    : Operator(plan, state),
      shape_(plan, state),
      left_(make_operator(*plan.children[0], state)),
      right_(make_operator(*plan.children[1], state)) {}

void HashJoinOperator::start() {
  right_->start();
  const size_t width = pipeline_width(state(), *right_);
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < width; ++index) {
    sinks.push_back(std::make_unique<BuildSink>(shape_, 0, static_cast<int64_t>(query().work_mem_bytes / width)));
  }
  run_pipeline(state(), *right_, sinks, node());
  const auto on_disk = [](const std::unique_ptr<Sink>& sink) { return static_cast<BuildSink&>(*sink).on_disk(); };
  if (std::ranges::any_of(sinks, on_disk)) {
    right_partitions_ = std::make_shared<Partitions>();
    for (const std::unique_ptr<Sink>& sink : sinks) {
      auto& build = static_cast<BuildSink&>(*sink);
      right_partitions_->push_back(build.take_partitions());
      right_side_.has_rows = right_side_.has_rows || build.side().has_rows;
      right_side_.has_nulls = right_side_.has_nulls || build.side().has_nulls;
    }
    left_->start();
    cut_left();
    return;
  }
  std::vector<RowCollection> rows;
  for (const std::unique_ptr<Sink>& sink : sinks) {
    rows.push_back(static_cast<BuildSink&>(*sink).take_rows());
  }
  table_ = std::make_shared<JoinTable>(shape_);
  table_->build(std::move(rows));
  no_rows_ = table_->rows().size() == 0 && shape_.needs_match();
  if (no_rows_) {
    return;
  }
  if (shape_.needs_match()) {
    push_into_left_scan();
  }
  left_->start();
}

void HashJoinOperator::cut_left() {
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < pipeline_width(state(), *left_); ++index) {
    sinks.push_back(std::make_unique<CutSink>(shape_, 0));
  }
  run_pipeline(state(), *left_, sinks, node());
  const auto left = std::make_shared<Partitions>();
  for (const std::unique_ptr<Sink>& sink : sinks) {
    left->push_back(static_cast<CutSink&>(*sink).take());
  }
  add_parts(left, right_partitions_);
}

void HashJoinOperator::add_parts(const std::shared_ptr<Partitions>& left, const std::shared_ptr<Partitions>& right) {
  const std::lock_guard lock(parts_mutex_);
  for (size_t partition = 0; partition < RowPartitions::kCount; ++partition) {
    parts_.push_back({partition, left, right});
  }
}

std::unique_ptr<RowStream> HashJoinOperator::next_part() {
  for (;;) {
    Part part;
    {
      const std::lock_guard lock(parts_mutex_);
      if (parts_.empty()) {
        return nullptr;
      }
      part = std::move(parts_.back());
      parts_.pop_back();
    }
    if (std::unique_ptr<RowStream> joined = join(part)) {
      return joined;
    }
  }
}

/// Null where the right rows do not fit into memory again: then both sides have been cut further.
std::unique_ptr<RowStream> HashJoinOperator::join(const Part& part) {
  const size_t depth = (*part.right)[0]->depth() + 1;
  BuildSink build(shape_, depth, static_cast<int64_t>(query().work_mem_bytes));
  DataChunk chunk;
  for (const auto& partitions : *part.right) {
    const std::unique_ptr<RowStream> rows = partitions->take(part.partition);
    while (rows->next(chunk)) {
      query().check_cancelled();
      build.consume_keyed(chunk);
    }
  }
  std::vector<std::unique_ptr<RowStream>> sources;
  for (const auto& partitions : *part.left) {
    sources.push_back(partitions->take(part.partition));
  }
  auto left = std::make_unique<ConcatenatedStream>(std::move(sources));
  if (build.on_disk()) {
    CutSink cut(shape_, depth);
    while (left->next(chunk)) {
      query().check_cancelled();
      cut.consume(chunk);
    }
    add_parts(std::make_shared<Partitions>(Partitions{cut.take()}),
              std::make_shared<Partitions>(Partitions{build.take_partitions()}));
    return nullptr;
  }
  auto table = std::make_shared<JoinTable>(shape_);
  std::vector<RowCollection> rows;
  rows.push_back(build.take_rows());
  table->build(std::move(rows));
  table->set_right_side(right_side_);
  return std::make_unique<JoinProbe>(shape_, std::move(table), std::move(left),
                                     std::make_shared<std::atomic<size_t>>(1));
}

/// Sideways information passing: the scan prunes by it at every level.
void HashJoinOperator::push_into_left_scan() {
  const std::vector<uint32_t> rows = table_->key_rows();
  for (size_t index = 0; index < shape_.left_keys.size() && !rows.empty(); ++index) {
    const Expression& key = *shape_.left_keys[index];
    if (key.kind != ExpressionKind::kInput || shape_.plan.null_safe[index] != 0 ||
        key.type.physical() != shape_.key_types[index].physical()) {
      continue;
    }
    const ScanColumn stored = left_->scan_column(key.as<InputExpression>().index);
    if (!stored) {
      continue;
    }
    const Vector keys = table_->rows().column(shape_.right_width + index).gather(rows);
    if (rows.size() <= kKeysToPush && key_keeps_original(key.type)) {
      push_keys(keys, key.type, stored);
    } else {
      push_sieve(keys, key.type, stored);
    }
  }
}

void HashJoinOperator::push_keys(const Vector& keys, LogicalType type, const ScanColumn& stored) {
  ScanPredicate predicate;
  predicate.column = stored.column;
  predicate.comparison = ScanPredicate::Comparison::kIn;
  predicate.description = "join keys";
  for (size_t row = 0; row < keys.size(); ++row) {
    Value value = keys.value(row).with_type(type);
    if (std::ranges::find(predicate.constants, value) == predicate.constants.end()) {
      predicate.constants.push_back(std::move(value));
    }
  }
  stored.scan->add_predicate(std::move(predicate));
}

void HashJoinOperator::push_sieve(const Vector& keys, LogicalType type, const ScanColumn& stored) {
  const auto sieve = std::make_shared<KeySieve>(keys);
  sieve_memory_.push_back(std::make_unique<MemoryReservation>(query().memory));
  sieve_memory_.back()->resize(static_cast<int64_t>(sieve->memory_bytes()));
  if (sieve->bounds()) {
    const auto& [least, greatest] = *sieve->bounds();
    for (const auto& [comparison, bound] : {std::pair(ScanPredicate::Comparison::kGreaterEqual, least),
                                            std::pair(ScanPredicate::Comparison::kLessEqual, greatest)}) {
      ScanPredicate predicate;
      predicate.column = stored.column;
      predicate.comparison = comparison;
      predicate.constants.push_back(bound.with_type(type));
      predicate.description = "join keys";
      stored.scan->add_predicate(std::move(predicate));
    }
  }
  ScanPredicate predicate;
  predicate.column = stored.column;
  predicate.comparison = ScanPredicate::Comparison::kCallback;
  predicate.description = "join keys";
  const bool one_key = shape_.left_keys.size() == 1;
  predicate.callback = [sieve, one_key, table = table_](const Vector& entries, std::span<uint8_t> pass) {
    sieve->test(entries, pass);
    if (one_key && !sieve->is_exact()) {
      drop_false_hits(*table, entries, pass);
    }
  };
  stored.scan->add_predicate(std::move(predicate));
}

/// Rows of the left side that are not wanted are not missed where each comes out by itself, or not at all.
ScanColumn HashJoinOperator::scan_column(uint32_t output) {
  const auto calls_volatile = [](const PreparedExpression& key) { return is_volatile(*key); };
  if (output >= shape_.left_types.size() || shape_.keeps_right() ||
      std::ranges::any_of(shape_.left_keys, calls_volatile) || (shape_.residual && is_volatile(*shape_.residual))) {
    return {};
  }
  return left_->scan_column(output);
}

size_t HashJoinOperator::stream_count() const {
  if (no_rows_) {
    return 1;
  }
  return table_ == nullptr ? RowPartitions::kCount : left_->stream_count();
}

std::unique_ptr<RowStream> HashJoinOperator::make_stream() {
  // A RIGHT join without right rows, or an inner one: nothing comes.
  if (no_rows_) {
    return std::make_unique<EmptyStream>();
  }
  if (table_ == nullptr) {
    return std::make_unique<PartitionsStream>(*this);
  }
  if (running_ == nullptr) {
    running_ = std::make_shared<std::atomic<size_t>>(0);
  }
  ++*running_;
  return std::make_unique<JoinProbe>(shape_, table_, left_->open(), running_);
}

}  // namespace tidemark
