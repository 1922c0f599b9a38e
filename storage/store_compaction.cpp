// Compaction merges the runs of one window; retention drops whole windows.

#include <algorithm>

#include "base/error.h"
#include "storage/compaction_merge.h"
#include "storage/segment_writer.h"
#include "storage/snapshot.h"
#include "storage/store_impl.h"

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

}  // namespace

/// Neighbouring runs of one partition that are to become one.
struct StoreImpl::CompactionPick {
  size_t partition = 0;
  size_t first = 0;
  size_t last = 0;  ///< exclusive
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
    if ((all || is_quiet) && (runs.size() > 1 || has_dead_rows)) {
      return CompactionPick{i, 0, runs.size()};
    }
    // The longest stretch of neighbours of like size, youngest last.
    uint64_t younger = 0;
    size_t first = runs.size();
    while (first > 0 && (first == runs.size() || runs[first - 1].extent.bytes <= younger * kLikeSizeFactor)) {
      younger += runs[--first].extent.bytes;
    }
    if (runs.size() - first >= kRunsMergedMin) {
      return CompactionPick{i, first, runs.size()};
    }
  }
  return std::nullopt;
}

// Merges once, in the first partition from `from_partition` on that wants it; false if none does.
bool StoreImpl::compact_once(ObjectId id, bool all, size_t& from_partition, const std::function<void()>& yield) {
  std::vector<TableSources::Run> runs;
  std::vector<TableSources::Tombstone> tombstones;
  std::shared_ptr<const TableLayout> layout;
  CompactionPick pick;
  CompactionOptions options;
  uint64_t rank = 0;
  {
    const std::lock_guard lock(state_mutex_);
    const auto found = tables_.find(id);
    if (found == tables_.end()) {
      return false;
    }
    const TableState& table = found->second;
    const std::optional<CompactionPick> picked = pick_compaction(table, all, from_partition);
    if (!picked) {
      return false;
    }
    pick = *picked;
    from_partition = pick.partition + (all ? 1 : 0);
    layout = table.memory.layout();
    const TableSources::Partition& partition = table.partitions[pick.partition];
    runs.assign(partition.runs.begin() + static_cast<ptrdiff_t>(pick.first),
                partition.runs.begin() + static_cast<ptrdiff_t>(pick.last));
    tombstones = table.tombstones;
    rank = runs.back().rank;
    // The result stands above the tombstones that were applied to it, as long as nothing else lies between.
    uint64_t next_rank = UINT64_MAX;
    if (pick.last < partition.runs.size()) {
      next_rank = partition.runs[pick.last].rank;
    } else if (!table.memory.entries().empty()) {
      next_rank = table.memory.entries().front().rank;
    }
    for (const TableSources::Tombstone& tombstone : tombstones) {
      if (tombstone.rank < next_rank) {
        rank = std::max(rank, tombstone.rank);
      }
    }
    const TableEntry* entry = catalog_->table(id);
    if (layout->kind == TableKind::kSeries) {
      options.merge.order_from = oldest_time_kept(*entry, *catalog_, clock_.wall_us());
    }
  }
  options.merge.oldest = pick.first == 0;
  options.merge.tombstones = tombstones;
  options.copy_row_groups = !all;
  options.yield = yield;

  const FileId file = segments_->allocate();
  const std::string temporary = segments_->temporary_path(file);
  SegmentSummary summary;
  try {
    SegmentWriter writer(files_, temporary, file, *layout);
    if (compact_runs(runs, *layout, options, writer) > 0) {
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

  const std::lock_guard lock(state_mutex_);
  const auto found = tables_.find(id);
  const bool is_current =
      found != tables_.end() && found->second.partitions.size() > pick.partition &&
      found->second.partitions[pick.partition].runs.size() >= pick.last &&
      std::ranges::equal(
          runs, std::span(found->second.partitions[pick.partition].runs).subspan(pick.first, pick.last - pick.first),
          {}, &TableSources::Run::rank, &TableSources::Run::rank);
  if (!is_current) {
    // Dropped or truncated meanwhile.
    if (!summary.extents.empty()) {
      segments_->retire(file);
    }
    return found != tables_.end();
  }
  TableState& table = found->second;
  std::vector<TableSources::Partition> partitions = table.partitions.vector();
  auto& target = partitions[pick.partition].runs;
  target.erase(target.begin() + static_cast<ptrdiff_t>(pick.first), target.begin() + static_cast<ptrdiff_t>(pick.last));
  if (!summary.extents.empty()) {
    widen_bounds(summary.extents.front().bounds, table.memory.layout()->series.size() - layout->series.size());
    target.insert(target.begin() + static_cast<ptrdiff_t>(pick.first),
                  {segments_->reader(file), summary.extents.front(), rank});
  }
  if (target.empty()) {
    partitions.erase(partitions.begin() + static_cast<ptrdiff_t>(pick.partition));
    from_partition = std::min(from_partition, pick.partition);
  }
  table.partitions = std::move(partitions);
  drop_idle_tombstones(table);
  manifest_is_stale_ = true;
  publish(published_->sequence, {&id, 1});
  compactions_ += 1;
  return true;
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
  maintain([&] {
    std::vector<ObjectId> tables;
    {
      const std::lock_guard lock(state_mutex_);
      for (const auto& [id, state] : tables_) {
        if (table == kNoObject || id == table) {
          tables.push_back(id);
        }
      }
    }
    for (const ObjectId id : tables) {
      drop_expired(id);
      size_t partition = 0;
      while (compact_once(id, /*all=*/true, partition, [] {})) {
      }
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
  std::vector<ObjectId> tables;
  {
    const std::lock_guard lock(state_mutex_);
    for (const auto& [id, state] : tables_) {
      tables.push_back(id);
    }
  }
  for (const ObjectId id : tables) {
    size_t partition = 0;
    bool more = true;
    while (more && !stop.stop_requested()) {
      // One merge at a time, so that a flush that waits comes in between.
      maintain([&] {
        drop_expired(id);
        more = compact_once(id, /*all=*/false, partition, [&stop] {
          if (stop.stop_requested()) {
            throw Error(sqlstate::kAdminShutdown, "compaction was stopped");
          }
        });
        if (manifest_is_stale_) {
          save();
        }
      });
    }
  }
}

}  // namespace tidemark
