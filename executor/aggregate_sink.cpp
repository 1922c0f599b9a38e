#include "executor/aggregate_sink.h"

#include <algorithm>

#include "base/check.h"
#include "executor/group_runs.h"

namespace tidemark {
namespace {

// A table of more groups than this (their keys and states, some megabytes) is no longer in a core's cache …
constexpr size_t kGroupsInCache = size_t{1} << 17;
// … and is worth going on with only if it brings together so many rows a group.
constexpr uint64_t kRowsPerGroup = 4;
// After so many rows it is looked at whether a closed table still catches any.
constexpr uint64_t kRowsToJudge = 65'536;

}  // namespace

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
  if (shape_.by_runs && !sets_[0].closed && consume_runs(chunk, inputs)) {
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
  if (set.closed) {
    consume_closed(set, chunk, keys, inputs);
    return;
  }
  ids_.resize(chunk.size);
  set.table->find_or_add(keys, chunk.size, ids_);
  const bool ranges = keys.empty() && std::ranges::none_of(inputs, [](const AggregateList::Input& input) {
                        return input.chosen.has_value();
                      });
  if (ranges) {
    set.table->update_range(inputs, 0, 0, chunk.size);
  } else {
    set.table->update_rows(inputs, ids_);
  }
  set.rows += chunk.size;
  if (depth_ == 0 && set.table->size() > kGroupsInCache && set.rows < kRowsPerGroup * set.table->size()) {
    close(static_cast<size_t>(&set - sets_.data()));
    set.rows = 0;
  }
}

void AggregateSink::consume_closed(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                                   std::span<const AggregateList::Input> inputs) {
  // Groups that keep their rows would go on growing in memory.
  if (!set.looks_up || shape_.list.keeps_rows()) {
    set_aside(set, chunk, keys, std::nullopt);
    return;
  }
  ids_.resize(chunk.size);
  set.table->find(keys, chunk.size, ids_);
  SelectionVector strangers;
  for (uint32_t row = 0; row < chunk.size; ++row) {
    if (ids_[row] == KeyTable::kAbsent) {
      strangers.push_back(row);
    }
  }
  if (strangers.size() < chunk.size) {
    set.table->update_rows(inputs, ids_);
  }
  set_aside(set, chunk, keys, strangers);
  set.rows += chunk.size;
  set.strangers += strangers.size();
  if (set.rows >= kRowsToJudge) {
    set.looks_up = set.strangers < set.rows / 2;
    set.rows = 0;
    set.strangers = 0;
  }
}

void AggregateSink::set_aside(GroupingSet& set, const DataChunk& chunk, std::span<const Vector> keys,
                              std::optional<std::span<const uint32_t>> rows) {
  if (set.aside == nullptr) {
    set.aside = std::make_unique<RowPartitions>(state_, shape_.input_types, shape_.plan, depth_);
    if (full_) {
      set.aside->move_to_disk();
    }
  }
  set.aside->add(chunk, keys, rows);
}

bool AggregateSink::can_close(size_t set) const {
  return !shape_.sets[set].empty() && depth_ < RowPartitions::kDepthMax && (only_set_ == SIZE_MAX || only_set_ == set);
}

void AggregateSink::account() {
  if (full_) {
    return;
  }
  int64_t bytes = 0;
  for (const GroupingSet& set : sets_) {
    bytes += static_cast<int64_t>(set.table->memory_bytes() + (set.aside != nullptr ? set.aside->memory_bytes() : 0));
  }
  const bool fits = bytes <= memory_bytes_ && reservation_.try_resize(bytes);
  if (fits) {
    return;
  }
  for (size_t index = 0; can_spill(state_) && index < sets_.size(); ++index) {
    if (can_close(index)) {
      full_ = true;
      close(index);
      if (sets_[index].aside != nullptr) {
        sets_[index].aside->move_to_disk();
      }
    }
  }
  if (!full_) {
    // Nothing to be done on disk: the query's own limit decides.
    reservation_.resize(bytes);
  }
}

void AggregateSink::cut_groups(size_t set) {
  std::vector<std::vector<uint32_t>>& parts = sets_[set].groups_of;
  parts.resize(RowPartitions::kCount);
  const RowCollection& keys = sets_[set].table->keys();
  std::vector<uint32_t> partition_of(kVectorSize);
  for (size_t first = 0; first < sets_[set].table->size(); first += kVectorSize) {
    const size_t size = std::min(kVectorSize, sets_[set].table->size() - first);
    RowPartitions::find(keys.chunk(first, size).columns, size, depth_, partition_of);
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
}

void AggregateSink::close(size_t set) {
  sets_[set].closed = true;
  if (summary_groups_ != nullptr) {
    summary_groups_->close();
  }
}

}  // namespace tidemark
