#include "executor/aggregate_sink.h"

#include <algorithm>

#include "base/check.h"
#include "executor/group_runs.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

// Partitions wait in memory for this many rows before they are written.
constexpr size_t kWaitingRows = kVectorSize;

}  // namespace

void find_partitions(std::span<const Vector> keys, size_t size, size_t depth, std::span<uint32_t> partitions) {
  std::vector<uint64_t> hashes(size);
  for (size_t column = 0; column < keys.size(); ++column) {
    hash_rows(keys[column], hashes, column > 0);
  }
  for (size_t row = 0; row < size; ++row) {
    // Each depth takes other bits; the low ones.
    partitions[row] = static_cast<uint32_t>((hashes[row] >> (4 * depth)) % kAggregatePartitions);
  }
}

AggregateSink::AggregateSink(const AggregateShape& shape, ExecutionState& state, size_t only_set, size_t depth,
                             int64_t memory_bytes)
    : shape_(shape),
      state_(state),
      evaluator_(state.query()),
      only_set_(only_set),
      depth_(depth),
      memory_bytes_(memory_bytes),
      reservation_(state.query().memory) {
  for (const std::vector<LogicalType>& types : shape.set_types) {
    sets_.emplace_back().table = std::make_unique<AggregateTable>(shape.list, types, state);
  }
  if (shape.summaries != nullptr && depth == 0) {
    summary_groups_ = std::make_unique<SummaryGroups>(*shape.summaries, shape.plan, *sets_[0].table);
  }
}

void AggregateSink::consume(DataChunk& chunk) {
  const std::vector<AggregateList::Input> inputs = shape_.list.evaluate(chunk, evaluator_);
  if (!full_ && shape_.by_runs && consume_runs(chunk, inputs)) {
    account();
    return;
  }
  std::vector<Vector> groups;
  for (const PreparedExpression& group : shape_.groups) {
    groups.push_back(evaluator_.evaluate(*group, chunk));
  }
  for (size_t index = 0; index < sets_.size(); ++index) {
    if (only_set_ != SIZE_MAX && only_set_ != index) {
      continue;
    }
    std::vector<Vector> keys;
    for (const uint32_t group : shape_.sets[index]) {
      keys.push_back(groups[group]);
    }
    consume_rows(sets_[index], chunk, keys, inputs);
  }
  account();
}

bool AggregateSink::consume_runs(const DataChunk& chunk, std::span<const AggregateList::Input> inputs) {
  const PhysicalAggregate& plan = shape_.plan;
  if (std::ranges::any_of(inputs, [](const AggregateList::Input& input) { return input.chosen.has_value(); })) {
    return false;
  }
  std::vector<Vector> keys;
  for (size_t group = 0; group < shape_.groups.size(); ++group) {
    if (!plan.bucket || group != plan.bucket->group) {
      keys.push_back(evaluator_.evaluate(*shape_.groups[group], chunk));
    }
  }
  const Vector* time = plan.bucket ? &chunk.columns[plan.bucket->time_input] : nullptr;
  const std::optional<GroupRuns> runs = find_group_runs(keys, chunk.size, plan.bucket, time);
  // Short stretches are dearer than rows.
  if (!runs || runs->starts.size() * kRowsPerRunMin > chunk.size + kRowsPerRunMin) {
    return false;
  }
  for (Vector& key : keys) {
    key = key.select(runs->starts);
  }
  if (plan.bucket) {
    Vector buckets = Vector::flat(plan.groups[plan.bucket->group]->type, runs->buckets.size());
    std::ranges::copy(runs->buckets, buckets.mutable_data<int64_t>());
    keys.insert(keys.begin() + plan.bucket->group, std::move(buckets));
  }
  AggregateTable& table = *sets_[0].table;
  const size_t count = runs->starts.size();
  ids_.resize(count);
  table.find_or_add(keys, count, ids_);
  for (size_t run = 0; run < count; ++run) {
    const size_t last = run + 1 < count ? runs->starts[run + 1] : chunk.size;
    table.update_range(inputs, ids_[run], runs->starts[run], last);
  }
  return true;
}

void AggregateSink::consume_rows(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                                 std::span<const AggregateList::Input> inputs) {
  ids_.resize(chunk.size);
  if (!full_) {
    set.table->find_or_add(keys, chunk.size, ids_);
    const bool ranges = keys.empty() && std::ranges::none_of(inputs, [](const AggregateList::Input& input) {
                          return input.chosen.has_value();
                        });
    if (ranges) {
      set.table->update_range(inputs, 0, 0, chunk.size);
    } else {
      set.table->update_rows(inputs, ids_);
    }
    return;
  }
  if (shape_.list.has_deferred()) {
    // Gathered rows would go on growing in memory, so all rows go to disk.
    std::ranges::fill(ids_, KeyTable::kAbsent);
  } else {
    set.table->find(keys, chunk.size, ids_);
    set.table->update_rows(inputs, ids_);
  }
  SelectionVector strangers;
  for (uint32_t row = 0; row < chunk.size; ++row) {
    if (ids_[row] == KeyTable::kAbsent) {
      strangers.push_back(row);
    }
  }
  set_aside(set, chunk, keys, strangers);
}

void AggregateSink::set_aside(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                              std::span<const uint32_t> rows) {
  if (set.partitions.empty()) {
    set.partitions.resize(kAggregatePartitions);
    for (Partition& partition : set.partitions) {
      partition.file = std::make_unique<SpillFile>(state_, shape_.input_types, shape_.plan);
      partition.waiting = std::make_unique<RowCollection>(shape_.input_types);
    }
  }
  std::vector<uint32_t> partition_of(chunk.size);
  find_partitions(keys, chunk.size, depth_, partition_of);
  std::vector<SelectionVector> parts(kAggregatePartitions);
  for (const uint32_t row : rows) {
    parts[partition_of[row]].push_back(row);
  }
  for (size_t index = 0; index < parts.size(); ++index) {
    Partition& partition = set.partitions[index];
    partition.waiting->append(chunk, parts[index]);
    if (partition.waiting->size() >= kWaitingRows) {
      partition.file->write(partition.waiting->chunk(0, partition.waiting->size()));
      partition.waiting->clear();
    }
  }
}

void AggregateSink::account() {
  if (full_) {
    return;
  }
  int64_t bytes = 0;
  for (const GroupingSet& set : sets_) {
    bytes += static_cast<int64_t>(set.table->memory_bytes());
  }
  const bool fits = bytes <= memory_bytes_ && reservation_.try_resize(bytes);
  if (fits) {
    return;
  }
  // A depth past all bits of the hash would only cut equal keys again and again.
  constexpr size_t kDepthMax = 12;
  const bool groups = std::ranges::any_of(shape_.sets, [](const auto& set) { return !set.empty(); });
  if (can_spill(state_) && groups && depth_ < kDepthMax) {
    full_ = true;
    if (summary_groups_ != nullptr) {
      summary_groups_->close();
    }
    return;
  }
  // Nothing to be done on disk: the query's own limit decides.
  reservation_.resize(bytes);
}

void AggregateSink::cut_groups(size_t set) {
  std::vector<std::vector<uint32_t>>& parts = sets_[set].groups_of;
  parts.resize(kAggregatePartitions);
  const RowCollection& keys = sets_[set].table->keys();
  std::vector<uint32_t> partition_of(kVectorSize);
  for (size_t first = 0; first < sets_[set].table->size(); first += kVectorSize) {
    const size_t size = std::min(kVectorSize, sets_[set].table->size() - first);
    find_partitions(keys.chunk(first, size).columns, size, depth_, partition_of);
    for (size_t row = 0; row < size; ++row) {
      parts[partition_of[row]].push_back(static_cast<uint32_t>(first + row));
    }
  }
}

void AggregateSink::finish() {
  if (summary_groups_ != nullptr) {
    summary_groups_->flush();
    account();
  }
  for (GroupingSet& set : sets_) {
    for (Partition& partition : set.partitions) {
      if (partition.waiting->size() > 0) {
        partition.file->write(partition.waiting->chunk(0, partition.waiting->size()));
      }
      partition.waiting.reset();
      partition.file->rewind();
    }
  }
}

}  // namespace tidemark
