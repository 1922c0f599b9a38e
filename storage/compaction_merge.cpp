#include "storage/compaction_merge.h"

#include <algorithm>

#include "base/check.h"
#include "storage/segment_file.h"

namespace tidemark {

namespace {

/// A smaller row group is better written anew with its neighbours.
constexpr uint32_t kCopyRowsMin = kRowGroupRowsMax / 2;

struct Group {
  const TableSources::Run* run = nullptr;
  uint32_t number = 0;
  std::string first_series, last_series;
  int64_t first_order = 0, last_order = 0;  ///< bounds, not of the very first and last row
  bool copied = false;

  [[nodiscard]] RowKey first() const { return {first_series, first_order}; }
  [[nodiscard]] RowKey last() const { return {last_series, last_order}; }
};

class Compaction {
 public:
  Compaction(const TableLayout& layout, const CompactionOptions& options, SegmentWriter& writer)
      : layout_(layout), options_(options), writer_(writer) {
    for (const TableLayout::Column& column : layout.columns) {
      columns_.push_back(column.id);
    }
  }

  uint64_t run(std::span<const TableSources::Run> runs) {
    std::vector<Group> groups = options_.copy_row_groups ? groups_of(runs) : std::vector<Group>();
    if (std::ranges::none_of(groups, &Group::copied)) {
      std::vector<MergeInput> inputs;
      for (const TableSources::Run& run : runs) {
        inputs.push_back(open(run, run.extent.row_group_first, run.extent.row_group_count));
      }
      merge(std::move(inputs));
      return rows_;
    }
    for (size_t first = 0; first < groups.size();) {
      if (groups[first].copied) {
        copy(groups[first++]);
        continue;
      }
      size_t last = first;
      while (last < groups.size() && !groups[last].copied) {
        ++last;
      }
      merge_groups(std::span(groups).subspan(first, last - first));
      first = last;
    }
    return rows_;
  }

 private:
  /// All row groups by first key, with those marked that can be copied: between the keys of one of these lies no key of
  /// another row group, so that what comes before and after it can be merged apart.
  std::vector<Group> groups_of(std::span<const TableSources::Run> runs) {
    std::vector<Group> groups;
    for (const TableSources::Run& run : runs) {
      const SegmentFooter& footer = run.segment->open_file().footer();
      // Keys of another width do not compare with the others' as stored.
      if (!writer_.can_copy(*run.segment)) {
        return {};
      }
      for (uint32_t i = 0; i < run.extent.row_group_count; ++i) {
        const uint32_t number = run.extent.row_group_first + i;
        const RowGroupInfo& info = footer.row_groups.at(number);
        Group group;
        group.run = &run;
        group.number = number;
        group.first_series = info.bounds.series_min;
        group.last_series = info.bounds.series_max.substr(0, info.bounds.series_max.size() - 1);
        group.first_order = info.bounds.order_min;
        group.last_order = info.bounds.order_max;
        group.copied = info.rows >= kCopyRowsMin && !needs_rewriting(info, run.rank);
        groups.push_back(std::move(group));
      }
    }
    std::ranges::stable_sort(groups, {}, &Group::first);
    std::optional<RowKey> before;
    for (size_t i = 0; i < groups.size(); ++i) {
      const bool after_all = !before || *before < groups[i].first();
      const bool before_all = i + 1 == groups.size() || groups[i].last() < groups[i + 1].first();
      groups[i].copied &= after_all && before_all;
      before = before ? std::max(*before, groups[i].last()) : groups[i].last();
    }
    return groups;
  }

  [[nodiscard]] bool needs_rewriting(const RowGroupInfo& info, uint64_t rank) const {
    const MergeOptions& merge = options_.merge;
    const bool touched = std::ranges::any_of(merge.tombstones, [&](const TableSources::Tombstone& tombstone) {
      return tombstone.rank > rank && info.bounds.intersects(KeyRange::of_prefix(
                                          tombstone.range.series_prefix, tombstone.range.from, tombstone.range.to));
    });
    return touched || info.bounds.order_min < merge.order_from ||
           (merge.oldest && (info.has_deletes || info.has_merges));
  }

  [[nodiscard]] MergeInput open(const TableSources::Run& run, uint32_t first, uint32_t count) const {
    SegmentExtent extent = run.extent;
    extent.row_group_first = first;
    extent.row_group_count = count;
    return {run.segment->open(extent, layout_, {.range = {}, .columns = columns_, .series_filter = {}}), run.rank};
  }

  void copy(const Group& group) {
    writer_.copy_row_group(*group.run->segment, group.number);
    rows_ += group.run->segment->open_file().footer().row_groups[group.number].rows;
    pause();
  }

  /// Neighbours in key order, none copied between them: those of one run are neighbours in their file as well.
  void merge_groups(std::span<const Group> groups) {
    struct Stretch {
      const TableSources::Run* run = nullptr;
      uint32_t first = 0;
      uint32_t count = 0;
    };
    std::vector<Stretch> stretches;
    for (const Group& group : groups) {
      const auto known = std::ranges::find(stretches, group.run, &Stretch::run);
      if (known == stretches.end()) {
        stretches.push_back({group.run, group.number, 1});
      } else {
        TIDEMARK_FATAL_CHECK(known->first + known->count == group.number);
        ++known->count;
      }
    }
    std::vector<MergeInput> inputs;
    for (const Stretch& stretch : stretches) {
      inputs.push_back(open(*stretch.run, stretch.first, stretch.count));
    }
    merge(std::move(inputs));
  }

  void merge(std::vector<MergeInput> inputs) {
    const std::unique_ptr<RunSource> merged = merge_runs(std::move(inputs), options_.merge);
    VersionChunk chunk;
    while (merged->next(chunk)) {
      writer_.append(chunk);
      rows_ += chunk.size;
      pause();
    }
  }

  void pause() const {
    if (options_.yield) {
      options_.yield();
    }
  }

  const TableLayout& layout_;
  const CompactionOptions& options_;
  SegmentWriter& writer_;
  std::vector<ColumnId> columns_;
  uint64_t rows_ = 0;
};

}  // namespace

uint64_t compact_runs(std::span<const TableSources::Run> runs, const TableLayout& layout,
                      const CompactionOptions& options, SegmentWriter& writer) {
  return Compaction(layout, options, writer).run(runs);
}

}  // namespace tidemark
