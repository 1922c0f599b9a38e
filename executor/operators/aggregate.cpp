#include "executor/operators/aggregate.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "executor/bucket_slices.h"
#include "executor/operators/limit.h"
#include "executor/operators/scan.h"

namespace tidemark {
namespace {

// Fewer groups than this are joined on one thread: a join of so many takes about a millisecond.
constexpr size_t kGroupsToJoinInParallel = 16'384;

std::vector<std::vector<uint32_t>> grouping_sets(const PhysicalAggregate& plan) {
  if (!plan.grouping_sets.empty()) {
    return plan.grouping_sets;
  }
  std::vector<uint32_t> all(plan.groups.size());
  std::iota(all.begin(), all.end(), 0U);
  return {all};
}

std::vector<std::vector<LogicalType>> types_of_sets(const PhysicalAggregate& plan,
                                                    const std::vector<std::vector<uint32_t>>& sets) {
  std::vector<std::vector<LogicalType>> types;
  for (const std::vector<uint32_t>& set : sets) {
    std::vector<LogicalType>& set_types = types.emplace_back();
    for (const uint32_t group : set) {
      set_types.push_back(plan.groups[group]->type);
    }
  }
  return types;
}

/// Range kernels need the bucket's own column as it is, and one grouping set.
bool can_go_by_runs(const PhysicalAggregate& plan) {
  if (!plan.run_aware || plan.groups.empty() || plan.grouping_sets.size() > 1) {
    return false;
  }
  if (!plan.bucket) {
    return true;
  }
  const LogicalType time = plan.children[0]->outputs[plan.bucket->time_input].type;
  const bool same_unit = plan.groups[plan.bucket->group]->type.same_base(time);
  return plan.bucket->width > 0 && (same_unit || plan.bucket->units > 1) && time.physical() == PhysicalType::kInt64;
}

}  // namespace

class AggregateOperator::Stream final : public RowStream {
 public:
  explicit Stream(AggregateOperator& owner) : owner_(owner) {}
  bool next(DataChunk& chunk) override {
    for (;;) {
      if (!part_) {
        part_ = owner_.take_part();
        position_ = 0;
        if (!part_) {
          return false;
        }
      }
      AggregateTable& table = part_->joined->table(part_->set);
      if (position_ == table.size()) {
        part_.reset();
        continue;
      }
      const size_t count = std::min(kVectorSize, table.size() - position_);
      chunk = owner_.output(part_->set, table.results(position_, count));
      position_ += count;
      return true;
    }
  }

 private:
  AggregateOperator& owner_;
  std::optional<Part> part_;
  size_t position_ = 0;
};

AggregateOperator::AggregateOperator(const PhysicalAggregate& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      child_(make_operator(*plan.children[0], state)),
      list_(plan.aggregates, state),
      groups_(prepare_all(plan.groups, state)),
      sets_(grouping_sets(plan)),
      set_types_(types_of_sets(plan, sets_)),
      input_types_(output_types(*plan.children[0])),
      shape_{plan_, list_, groups_, sets_, set_types_, input_types_, can_go_by_runs(plan)} {}

void AggregateOperator::start() {
  summaries_ = shape_summaries(shape_, state());
  if (summaries_ != nullptr) {
    shape_.summaries = summaries_.get();
    static_cast<ScanOperator&>(*child_).want_summaries(summaries_->wish);
  }
  child_->start();
  if (!answer_by_count() && !run_first_groups()) {
    run();
  }
  for (size_t set = 0; set < sets_.size(); ++set) {
    add_parts(set);
  }
  std::ranges::reverse(parts_);
  sinks_.clear();
}

/// Groups what the child gives, into sinks of its own.
void AggregateOperator::run() {
  const size_t width = list_.needs_order() ? 1 : pipeline_width(state(), *child_);
  const auto memory = static_cast<int64_t>(query().work_mem_bytes / width);
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < width; ++index) {
    sinks.push_back(std::make_unique<AggregateSink>(shape_, state(), SIZE_MAX, 0, memory));
  }
  if (summaries_ != nullptr) {
    std::vector<SummaryReceiver*> receivers;
    for (const std::unique_ptr<Sink>& sink : sinks) {
      receivers.push_back(static_cast<AggregateSink&>(*sink).summary_receiver());
    }
    static_cast<ScanOperator&>(*child_).give_summaries_to(std::move(receivers));
  }
  run_pipeline(state(), *child_, sinks, node());
  for (std::unique_ptr<Sink>& sink : sinks) {
    sinks_.emplace_back(static_cast<AggregateSink*>(sink.release()));
  }
}

/// Slice after slice of time, until there are as many groups as are wanted: those of later slices sort after them.
bool AggregateOperator::run_first_groups() {
  auto* scan = dynamic_cast<ScanOperator*>(child_.get());
  if (!plan_.first_groups || scan == nullptr) {
    return false;
  }
  const PhysicalAggregate::FirstGroups& first = *plan_.first_groups;
  const RowWindow window(first.limit.get(), first.offset.get(), state());
  const std::optional<TableScan::OrderBounds> time = scan->order_bounds();
  if (!window.limit || !time) {
    return false;
  }
  const bool has_infinity = input_types_[first.bucket.time_input].id != TypeId::kTimestampTzNs;
  const uint64_t wanted = window.end();
  BucketSlices slices(first.bucket, has_infinity, first.descending, {time->min, time->max}, wanted);
  uint64_t found = 0;
  while (found < wanted || sinks_.empty()) {
    const std::optional<BucketSlices::Slice> slice = slices.next();
    if (!slice) {
      break;
    }
    scan->restart_within(slice->from, slice->to);
    const size_t before = sinks_.size();
    run();
    // Threads may have met the same groups, and may have put some on disk: there are at least as many as one holds.
    size_t groups = 0;
    for (size_t index = before; index < sinks_.size(); ++index) {
      groups = std::max(groups, sinks_[index]->table(0).size());
    }
    found += groups;
  }
  return true;
}

/// count(*) over a whole table: storage knows.
bool AggregateOperator::answer_by_count() {
  const auto* scan = dynamic_cast<const ScanOperator*>(child_.get());
  if (scan == nullptr || !groups_.empty() || sets_.size() != 1) {
    return false;
  }
  const bool rows_only = std::ranges::all_of(list_.items(), [](const AggregateList::Item& item) {
    return item.function->summary == PageSummary::kCountRows && !item.filter && !item.deferred;
  });
  const std::optional<uint64_t> rows = rows_only ? scan->exact_row_count() : std::nullopt;
  if (!rows) {
    return false;
  }
  sinks_.push_back(std::make_shared<AggregateSink>(shape_, state(), SIZE_MAX, 0, INT64_MAX));
  uint32_t group = 0;
  sinks_[0]->table(0).find_or_add({}, 1, {&group, 1});
  const std::vector<AggregateList::Input> inputs(list_.items().size());
  sinks_[0]->table(0).update_range(inputs, group, 0, *rows);
  return true;
}

std::vector<AggregateOperator::Part> AggregateOperator::parts_of(
    size_t set, const std::vector<std::shared_ptr<AggregateSink>>& sources) const {
  std::vector<Part> parts;
  for (size_t partition = RowPartitions::kCount; partition-- > 0;) {
    parts.push_back({set, partition, sources, nullptr});
  }
  return parts;
}

void AggregateOperator::add_parts(size_t set) {
  size_t groups = 0;
  bool set_aside = false;
  bool on_disk = false;
  for (const auto& sink : sinks_) {
    groups += sink->table(set).size();
    set_aside = set_aside || sink->aside(set) != nullptr;
    on_disk = on_disk || sink->on_disk(set);
  }
  if (!set_aside && (sinks_.size() == 1 || groups < kGroupsToJoinInParallel)) {
    join_whole(set);
    return;
  }
  for (const auto& sink : sinks_) {
    sink->cut_groups(set);
  }
  std::vector<Part> parts = parts_of(set, sinks_);
  if (!on_disk) {
    std::vector<std::vector<Part>> more(parts.size());
    run_shared(state(), parts.size(), [&](size_t index) { more[index] = join(parts[index]); });
    for (size_t index = 0; index < parts.size(); ++index) {
      if (more[index].empty()) {
        parts_.push_back(std::move(parts[index]));
      } else {
        std::ranges::move(more[index], std::back_inserter(parts_));
      }
    }
    return;
  }
  std::ranges::move(parts, std::back_inserter(parts_));
}

void AggregateOperator::join_whole(size_t set) {
  AggregateTable& table = sinks_[0]->table(set);
  for (size_t index = 1; index < sinks_.size(); ++index) {
    table.combine(sinks_[index]->table(set), nullptr);
  }
  if (sets_[set].empty() && table.size() == 0) {
    // Aggregates of no rows are one row, unless there are groups.
    uint32_t group = 0;
    table.find_or_add({}, 1, {&group, 1});
  }
  table.finish();
  parts_.push_back({set, 0, {}, sinks_[0]});
}

std::vector<AggregateOperator::Part> AggregateOperator::join(Part& part) {
  const size_t depth = part.sources[0]->depth() + 1;
  const auto memory = static_cast<int64_t>(query().work_mem_bytes);
  auto sink = std::make_shared<AggregateSink>(shape_, state(), part.set, depth, memory);
  for (const auto& source : part.sources) {
    query().check_cancelled();
    sink->table(part.set).combine(source->table(part.set), &source->groups_of(part.set, part.partition));
  }
  sink->account();
  DataChunk chunk;
  for (const auto& source : part.sources) {
    if (source->aside(part.set) == nullptr) {
      continue;
    }
    const std::unique_ptr<RowStream> rows = source->aside(part.set)->take(part.partition);
    while (rows->next(chunk)) {
      query().check_cancelled();
      sink->consume(chunk);
    }
  }
  part.sources.clear();
  if (sink->aside(part.set) == nullptr) {
    sink->table(part.set).finish();
    part.joined = std::move(sink);
    return {};
  }
  sink->cut_groups(part.set);
  return parts_of(part.set, {sink});
}

std::optional<AggregateOperator::Part> AggregateOperator::take_part() {
  for (;;) {
    Part part;
    {
      const std::lock_guard lock(parts_mutex_);
      if (parts_.empty()) {
        return std::nullopt;
      }
      part = std::move(parts_.back());
      parts_.pop_back();
    }
    if (part.joined != nullptr) {
      return part;
    }
    std::vector<Part> more = join(part);
    if (part.joined != nullptr) {
      return part;
    }
    const std::lock_guard lock(parts_mutex_);
    std::ranges::move(more, std::back_inserter(parts_));
  }
}

DataChunk AggregateOperator::output(size_t set, DataChunk results) const {
  const std::vector<uint32_t>& members = sets_[set];
  const bool complete = members.size() == groups_.size() && std::ranges::is_sorted(members);
  if (complete && plan_.grouping_calls.empty()) {
    return results;
  }
  DataChunk chunk;
  chunk.size = results.size;
  for (size_t group = 0; group < groups_.size(); ++group) {
    const auto place = std::ranges::find(members, group);
    chunk.columns.push_back(place == members.end() ? Vector::null_constant(plan_.groups[group]->type, results.size)
                                                   : results.columns[static_cast<size_t>(place - members.begin())]);
  }
  for (size_t index = 0; index < list_.items().size(); ++index) {
    chunk.columns.push_back(std::move(results.columns[members.size() + index]));
  }
  for (const std::vector<uint32_t>& call : plan_.grouping_calls) {
    int32_t bits = 0;
    for (const uint32_t group : call) {
      bits = bits * 2 + (std::ranges::find(members, group) == members.end() ? 1 : 0);
    }
    chunk.columns.push_back(Vector::constant(Value::int32(bits), results.size));
  }
  return chunk;
}

std::unique_ptr<RowStream> AggregateOperator::make_stream() { return std::make_unique<Stream>(*this); }

}  // namespace tidemark
