// Compaction merges the runs of one window; retention drops whole windows.

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <thread>

#include "base/error.h"
#include "storage/compaction_merge.h"
#include "storage/segment_writer.h"
#include "storage/snapshot.h"
#include "storage/store_impl.h"
#include "storage/window_planner.h"

namespace tidemark {
namespace {

/// Background compaction merges so many neighbours of like size at least: each row is then written log4 times.
constexpr size_t kRunsMergedMin = 4;
/// Neighbours are of like size if none is larger than so many times all younger ones together.
constexpr uint64_t kLikeSizeFactor = 4;
/// A window that nobody has written for this long is merged into one run.
constexpr int64_t kQuietWindowUs = 15 * 60 * int64_t{1'000'000};

bool intersects(const TableSources::Tombstone& tombstone, const TableSources::Run& run) {
  return run.rank < tombstone.rank && run.extent.bounds.intersects(KeyRange::of_prefix(
                                          tombstone.range.series_prefix, tombstone.range.from, tombstone.range.to));
}

Window window_of_partition(const TableSources::Partition& partition) {
  return {partition.time_min, partition.time_max, partition.holds_null_times};
}

/// Holds a merge to so many bytes a second, and ends it when it is asked to stop.
class Pace {
 public:
  /// `bytes_per_s`: 0 for no limit.
  Pace(const Clock& clock, uint64_t bytes_per_s, std::stop_token stop)
      : clock_(clock), bytes_per_s_(bytes_per_s), stop_(std::move(stop)) {}

  /// `bytes`: written since the start.
  void keep(uint64_t bytes) const {
    for (;;) {
      if (stop_.stop_requested()) {
        throw Error(sqlstate::kAdminShutdown, "compaction was stopped");
      }
      const double seconds = static_cast<double>(clock_.steady_ns() - start_ns_) / 1e9;
      if (bytes_per_s_ == 0 || seconds * static_cast<double>(bytes_per_s_) >= static_cast<double>(bytes)) {
        return;
      }
      std::this_thread::sleep_for(kNap);
    }
  }

 private:
  static constexpr auto kNap = std::chrono::milliseconds(5);
  const Clock& clock_;
  const uint64_t bytes_per_s_;
  const std::stop_token stop_;
  const int64_t start_ns_ = clock_.steady_ns();
};

}  // namespace

/// Neighbouring runs of one partition that are to become one.
struct StoreImpl::CompactionPick {
  size_t partition = 0;
  size_t first = 0;
  size_t last = 0;  ///< exclusive
  PageGoal goal = PageGoal::kFast;
};

// Under state_mutex_.
std::optional<StoreImpl::CompactionPick> StoreImpl::pick_compaction(const TableState& table, bool all,
                                                                    size_t from_partition) const {
  const int64_t now = clock_.wall_us();
  const int64_t oldest_kept = table.memory.layout()->kind == TableKind::kSeries
                                  ? oldest_time_kept(*catalog_->table(table.memory.layout()->table), *catalog_, now)
                                  : INT64_MIN;
  for (size_t i = from_partition; i < table.partitions.size(); ++i) {
    const TableSources::Partition& partition = table.partitions[i];
    const std::vector<TableSources::Run>& runs = partition.runs;
    if (runs.empty()) {
      continue;
    }
    const bool has_dead_rows =
        std::ranges::any_of(runs,
                            [&](const TableSources::Run& run) {
                              return !run.extent.only_puts || run.extent.bounds.order_min < oldest_kept;
                            }) ||
        std::ranges::any_of(table.tombstones, [&](const TableSources::Tombstone& tombstone) {
          return std::ranges::any_of(runs, [&](const TableSources::Run& run) { return intersects(tombstone, run); });
        });
    const bool has_time = !partition.holds_null_times && partition.time_max != INT64_MAX;
    const bool is_quiet =
        has_time && partition.time_max < time_from_unix_us(table.memory.layout()->order_type, now - kQuietWindowUs) &&
        table.memory.entries().empty();
    const bool is_cold =
        is_quiet && options_.cold_after_us > 0 &&
        partition.time_max < time_from_unix_us(table.memory.layout()->order_type, now - options_.cold_after_us);
    // Written for another goal, or, for COMPACT, not as it would write the rows itself.
    const bool is_written_otherwise = std::ranges::any_of(runs, [&](const TableSources::Run& run) {
      return (is_cold && !run.extent.is_cold) || (all && (run.extent.has_copies || run.extent.shares_file));
    });
    if ((all || is_quiet) && (runs.size() > 1 || has_dead_rows || is_written_otherwise)) {
      return CompactionPick{i, 0, runs.size(), is_cold ? PageGoal::kSmall : PageGoal::kFast};
    }
    // The longest stretch of neighbours of like size, youngest last.
    uint64_t younger = 0;
    size_t first = runs.size();
    while (first > 0 && (first == runs.size() || runs[first - 1].extent.bytes <= younger * kLikeSizeFactor)) {
      younger += runs[--first].extent.bytes;
    }
    if (runs.size() - first >= kRunsMergedMin) {
      return CompactionPick{i, first, runs.size(), PageGoal::kFast};
    }
  }
  return std::nullopt;
}

/// What a compaction works from, taken at one moment: nothing of it changes while it runs.
struct StoreImpl::CompactionPlan {
  ObjectId table = kNoObject;
  size_t partition = 0;  ///< where the window was then
  Window window;
  std::vector<TableSources::Run> runs;
  std::vector<TableSources::Tombstone> tombstones;
  std::shared_ptr<const TableLayout> layout;
  uint64_t rank = 0;  ///< of the result
  bool oldest = false;
  int64_t order_from = INT64_MIN;
  PageGoal goal = PageGoal::kFast;
};

std::optional<StoreImpl::CompactionPlan> StoreImpl::plan_compaction(ObjectId id, bool all,
                                                                    size_t from_partition) const {
  const std::lock_guard lock(state_mutex_);
  const auto found = tables_.find(id);
  if (found == tables_.end()) {
    return std::nullopt;
  }
  const TableState& table = found->second;
  const std::optional<CompactionPick> pick = pick_compaction(table, all, from_partition);
  if (!pick) {
    return std::nullopt;
  }
  const TableSources::Partition& partition = table.partitions[pick->partition];
  CompactionPlan plan;
  plan.table = id;
  plan.partition = pick->partition;
  plan.window = window_of_partition(partition);
  plan.layout = table.memory.layout();
  plan.runs.assign(partition.runs.begin() + static_cast<ptrdiff_t>(pick->first),
                   partition.runs.begin() + static_cast<ptrdiff_t>(pick->last));
  plan.tombstones = table.tombstones;
  plan.oldest = pick->first == 0;
  plan.goal = pick->goal;
  plan.rank = plan.runs.back().rank;
  // The result stands above the tombstones that were applied to it, as long as nothing else lies between.
  uint64_t next_rank = UINT64_MAX;
  if (pick->last < partition.runs.size()) {
    next_rank = partition.runs[pick->last].rank;
  } else if (!table.memory.entries().empty()) {
    next_rank = table.memory.entries().front().rank;
  }
  for (const TableSources::Tombstone& tombstone : plan.tombstones) {
    if (tombstone.rank < next_rank) {
      plan.rank = std::max(plan.rank, tombstone.rank);
    }
  }
  if (plan.layout->kind == TableKind::kSeries) {
    plan.order_from = oldest_time_kept(*catalog_->table(id), *catalog_, clock_.wall_us());
  }
  return plan;
}

// Merges once, in the first partition from `from_partition` on that wants it; false if none does.
bool StoreImpl::compact_once(ObjectId id, bool all, size_t& from_partition, const std::stop_token& stop) {
  const std::optional<CompactionPlan> plan = plan_compaction(id, all, from_partition);
  if (!plan) {
    return false;
  }
  from_partition = plan->partition + (all ? 1 : 0);
  const FileId file = segments_->allocate();
  const std::string temporary = segments_->temporary_path(file);
  SegmentSummary summary;
  guard_io([&] {
    try {
      SegmentWriter writer(files_, temporary, file, *plan->layout,
                           {.row_group_rows = kRowGroupRowsMax, .goal = plan->goal});
      const Pace pace(clock_, all ? 0 : options_.compaction_bytes_per_s_max, stop);
      CompactionOptions options;
      options.merge = {.oldest = plan->oldest, .tombstones = plan->tombstones, .order_from = plan->order_from};
      options.copy_row_groups = !all && plan->goal == PageGoal::kFast;
      options.yield = [&] { pace.keep(writer.bytes_written()); };
      if (compact_runs(plan->runs, *plan->layout, options, writer) > 0) {
        writer.end_window();
      }
      summary = writer.finish();
    } catch (...) {
      remove_quietly(temporary);
      throw;
    }
    if (summary.extents.empty()) {
      files_.remove(temporary);
    } else {
      segments_->publish(file);
    }
  });
  maintain([&] { install_compaction(*plan, file, summary, from_partition); });
  return true;
}

// Puts the result in the place of the runs that it was made from. They may have been dropped or truncated meanwhile, or
// have moved, as flushes add runs above and windows beside them.
void StoreImpl::install_compaction(const CompactionPlan& plan, FileId file, const SegmentSummary& summary,
                                   size_t& from_partition) {
  const std::lock_guard lock(state_mutex_);
  const auto found = tables_.find(plan.table);
  std::vector<TableSources::Partition> partitions;
  if (found != tables_.end()) {
    partitions = found->second.partitions.vector();
  }
  const auto place = std::ranges::find(partitions, plan.window, window_of_partition);
  std::span<const TableSources::Run> replaced;
  size_t first = 0;
  if (place != partitions.end()) {
    const auto run = std::ranges::find(place->runs, plan.runs.front().rank, &TableSources::Run::rank);
    first = static_cast<size_t>(run - place->runs.begin());
    replaced = std::span(place->runs).subspan(first, std::min(plan.runs.size(), place->runs.size() - first));
  }
  if (!std::ranges::equal(plan.runs, replaced, {}, &TableSources::Run::rank, &TableSources::Run::rank)) {
    if (!summary.extents.empty()) {
      segments_->retire(file);
    }
    return;
  }
  TableState& table = found->second;
  const auto at = place->runs.begin() + static_cast<ptrdiff_t>(first);
  const auto rest = place->runs.erase(at, at + static_cast<ptrdiff_t>(plan.runs.size()));
  if (!summary.extents.empty()) {
    TableSources::Run run{segments_->reader(file), summary.extents.front(), plan.rank};
    widen_bounds(run.extent.bounds, table.memory.layout()->series.size() - plan.layout->series.size());
    place->runs.insert(rest, std::move(run));
  }
  if (place->runs.empty()) {
    from_partition = std::min(from_partition, static_cast<size_t>(place - partitions.begin()));
    partitions.erase(place);
  }
  table.partitions = std::move(partitions);
  drop_idle_tombstones(table);
  manifest_is_stale_ = true;
  publish(published_->sequence, {&plan.table, 1});
  compactions_ += 1;
}

// Windows that lie wholly before what retention keeps. Under maintenance_mutex_.
bool StoreImpl::drop_expired(ObjectId id) {
  const std::lock_guard lock(state_mutex_);
  const auto found = tables_.find(id);
  if (found == tables_.end()) {
    return false;
  }
  TableState& table = found->second;
  const int64_t oldest = oldest_time_kept(*catalog_->table(id), *catalog_, clock_.wall_us());
  std::vector<TableSources::Partition> partitions = table.partitions.vector();
  const auto dropped = std::erase_if(partitions, [&](const TableSources::Partition& partition) {
    return !partition.holds_null_times && partition.time_max < oldest;
  });
  if (dropped == 0) {
    return false;
  }
  table.partitions = std::move(partitions);
  drop_idle_tombstones(table);
  manifest_is_stale_ = true;
  publish(published_->sequence, {&id, 1});
  return true;
}

void StoreImpl::compact(ObjectId table) {
  flush(table);
  const std::lock_guard lock(compaction_mutex_);
  for (const ObjectId id : table == kNoObject ? table_ids() : std::vector{table}) {
    maintain([&] { drop_expired(id); });
    size_t partition = 0;
    while (compact_once(id, /*all=*/true, partition, {})) {
    }
  }
  maintain([&] {
    if (manifest_is_stale_) {
      save();
    }
  });
}

std::vector<ObjectId> StoreImpl::table_ids() const {
  const std::lock_guard lock(state_mutex_);
  std::vector<ObjectId> ids;
  for (const auto& [id, table] : tables_) {
    ids.push_back(id);
  }
  return ids;
}

// Not beside a compaction, which counts the windows of a table. On a full disk that one fails and ends.
void StoreImpl::background_retention() {
  if (has_failed()) {
    return;
  }
  const std::lock_guard lock(compaction_mutex_);
  maintain([&] {
    for (const ObjectId id : table_ids()) {
      drop_expired(id);
    }
    if (manifest_is_stale_) {
      save();
    }
  });
}

void StoreImpl::background_compaction(const std::stop_token& stop) {
  if (has_failed()) {
    return;
  }
  const std::lock_guard lock(compaction_mutex_);
  const std::vector<ObjectId> tables = table_ids();
  for (const ObjectId id : tables) {
    size_t partition = 0;
    while (!stop.stop_requested() && compact_once(id, /*all=*/false, partition, stop)) {
      maintain([&] {
        if (manifest_is_stale_) {
          save();
        }
      });
    }
  }
}

}  // namespace tidemark
