// How a scan is planned:
//
// 1. Every source is cut into *items*: row groups and memory parts, each a rectangle of series and order. Items outside
//    the range of the predicates are dropped, as are whole partitions and segments before them.
// 2. A sweep finds items of different sources whose rectangles intersect. Connected ones form a group that must be
//    merged; an item alone, that holds no deletes and that no tombstone touches, is read as it is.
// 3. Items alone become morsels as they are; groups are cut into morsels by series (or by order where there is but one
//    series), so that several threads can merge one group.

#include "storage/scan_plan.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "storage/segment_file.h"
#include "storage/series_index.h"

namespace tidemark {

namespace {

constexpr uint64_t kMorselRows = kRowGroupRowsMax;

struct Item {
  Morsel::Stretch place;
  KeyBounds bounds;
  uint64_t rows = 0;
  /// No deletes, and no tombstone touches it. A merge below which nothing lies is a row whose unset columns are NULL,
  /// as they are stored.
  bool plain = false;
  int64_t time_min = INT64_MIN;
  int64_t time_max = INT64_MAX;
  bool null_times = false;
  size_t group = 0;
};

bool is_everything(const KeyRange& range) {
  return range.series_from.empty() && !range.series_to && range.order_from == INT64_MIN && range.order_to == INT64_MAX;
}

/// Union-find over items.
size_t root_of(std::vector<size_t>& parents, size_t item) {
  while (parents[item] != item) {
    parents[item] = parents[parents[item]];
    item = parents[item];
  }
  return item;
}

class Planner {
 public:
  Planner(const TableSources& sources, const ScanFilter& filter, bool has_predicates, ScanOrder order)
      : sources_(sources),
        layout_(*sources.layout),
        filter_(filter),
        has_predicates_(has_predicates),
        order_(order),
        time_is_order_(layout_.time_column != kNoColumn && layout_.time_column == layout_.order_column) {
    for (const TableSources::Tombstone& tombstone : sources.tombstones) {
      const RangeTombstone& range = tombstone.range;
      tombstones_.push_back({KeyRange::of_prefix(range.series_prefix, range.from, range.to), tombstone.rank});
    }
  }

  ScanPlan plan() {
    collect_items();
    for (const Item& item : items_) {
      plan_.row_count_max += item.rows;
      note_order_bounds(item.bounds);
    }
    find_groups();
    note_exact_count();
    switch (order_) {
      case ScanOrder::kAny:
        emit(filter_.range(), all_items(), true);
        break;
      case ScanOrder::kKey:
        emit_in_key_order();
        break;
      case ScanOrder::kNewestFirst:
        emit_newest_first();
        break;
      case ScanOrder::kNewestOfSeries:
        emit_newest_of_series();
        break;
    }
    return std::move(plan_);
  }

 private:
  void collect_items() {
    for (const TableSources::Partition& partition : sources_.partitions) {
      ++plan_.counters.partitions_total;
      plan_.counters.segments_total += partition.runs.size();
      if (filter_.is_empty() || partition_is_out(partition)) {
        ++plan_.counters.partitions_pruned;
        plan_.counters.segments_pruned += partition.runs.size();
        continue;
      }
      for (const TableSources::Run& run : partition.runs) {
        collect_row_groups(run, partition);
      }
    }
    if (filter_.is_empty()) {
      return;
    }
    for (const TableSources::Memory& memory : sources_.memory) {
      collect_parts(memory);
    }
  }

  [[nodiscard]] bool partition_is_out(const TableSources::Partition& partition) const {
    if (partition.holds_null_times) {
      return false;
    }
    if (time_is_order_) {
      return partition.time_max < filter_.range().order_from || partition.time_min > filter_.range().order_to;
    }
    return time_is_out(partition.time_min, partition.time_max, false) || partition.time_max < sources_.time_from;
  }

  /// Append tables: whether the predicates on the time column rule out all of [from, to].
  [[nodiscard]] bool time_is_out(int64_t from, int64_t to, bool nulls) const {
    if (layout_.time_column == kNoColumn || nulls || from > to) {
      return false;
    }
    ZoneMap zone;
    zone.rows = 1;
    zone.has_bounds = true;
    zone.integer_min = from;
    zone.integer_max = to;
    return std::ranges::any_of(filter_.column_predicates(), [&](const ScanPredicate* predicate) {
      return predicate->column == layout_.time_column && judge(zone, TypeId::kInt64, *predicate) == ZoneVerdict::kNone;
    });
  }

  void collect_row_groups(const TableSources::Run& run, const TableSources::Partition& partition) {
    plan_.counters.row_groups_total += run.extent.row_group_count;
    if (!run.extent.bounds.intersects(filter_.range())) {
      ++plan_.counters.segments_pruned;
      plan_.counters.row_groups_pruned += run.extent.row_group_count;
      return;
    }
    const SegmentReader::File& file = run.segment->open_file();
    const auto& groups = file.footer().row_groups;
    if (run.extent.row_group_first > groups.size() ||
        run.extent.row_group_count > groups.size() - run.extent.row_group_first) {
      file.fail(0, "the manifest names row groups that are not there");
    }
    const std::vector<uint8_t> holds = holders_of_named_keys(file, run.extent);
    for (uint32_t i = 0; i < run.extent.row_group_count; ++i) {
      const uint32_t number = run.extent.row_group_first + i;
      const RowGroupInfo& info = groups[number];
      // Deletes of append tables bear no time; whatever they act on must still meet them.
      const bool prunable_by_time = !time_is_order_ && !info.has_deletes && !info.has_merges;
      if (holds[i] == 0 || !info.bounds.intersects(filter_.range()) ||
          (prunable_by_time && (time_is_out(info.time_min, info.time_max, info.has_null_times) ||
                                (!info.has_null_times && info.time_max < sources_.time_from)))) {
        ++plan_.counters.row_groups_pruned;
        continue;
      }
      Item item;
      item.place = {.run = &run, .memory = nullptr, .first = number, .count = 1, .source = source_count_};
      item.bounds = info.bounds;
      item.rows = info.rows;
      item.plain = !info.has_deletes && !is_touched(info.bounds, run.rank);
      item.time_min = partition.time_min;
      item.time_max = partition.time_max;
      item.null_times = partition.holds_null_times;
      items_.push_back(std::move(item));
    }
    ++source_count_;
  }

  /// A flag for each row group of the extent: whether it may hold a series that has the key values that are asked for.
  [[nodiscard]] std::vector<uint8_t> holders_of_named_keys(const SegmentReader::File& file,
                                                           const SegmentExtent& extent) const {
    std::vector<uint8_t> holds(extent.row_group_count, 1);
    if (extent.row_group_count > 1) {
      for (const ScanFilter::NamedKeys& named : filter_.named_keys()) {
        SeriesIndex::of(file, extent.row_group_first, extent.row_group_count, layout_, named.column)
            ->keep_holders(named.keys, holds);
      }
    }
    return holds;
  }

  void collect_parts(const TableSources::Memory& memory) {
    const std::span<const MemoryRun::Part> parts = memory.run->parts();
    for (uint32_t number = 0; number < parts.size(); ++number) {
      if (!parts[number].bounds.intersects(filter_.range())) {
        continue;
      }
      Item item;
      item.place = {.run = nullptr, .memory = &memory, .first = number, .count = 1, .source = source_count_};
      item.bounds = parts[number].bounds;
      item.rows = parts[number].rows;
      item.plain = parts[number].no_deletes && !is_touched(parts[number].bounds, memory.rank);
      items_.push_back(std::move(item));
    }
    ++source_count_;
  }

  [[nodiscard]] bool is_touched(const KeyBounds& bounds, uint64_t rank) const {
    return std::ranges::any_of(tombstones_, [&](const PlacedRange& tombstone) {
      return tombstone.rank > rank && bounds.intersects(tombstone.range);
    });
  }

  /// Sets Item::group: items of one number are connected by intersecting rectangles.
  void find_groups() {
    std::vector<size_t> parents(items_.size());
    std::iota(parents.begin(), parents.end(), size_t{0});
    if (source_count_ > 1) {
      // Along the axis on which rows of one table spread most.
      const bool by_series = layout_.kind == TableKind::kKeyed;
      std::vector<size_t> sorted(parents);
      std::ranges::sort(sorted, [&](size_t left, size_t right) {
        return by_series ? items_[left].bounds.series_min < items_[right].bounds.series_min
                         : items_[left].bounds.order_min < items_[right].bounds.order_min;
      });
      std::vector<size_t> active;
      for (const size_t current : sorted) {
        const KeyBounds& bounds = items_[current].bounds;
        std::erase_if(active, [&](size_t other) {
          return by_series ? items_[other].bounds.series_max < bounds.series_min
                           : items_[other].bounds.order_max < bounds.order_min;
        });
        for (const size_t other : active) {
          if (items_[other].place.source != items_[current].place.source && items_[other].bounds.intersects(bounds)) {
            parents[root_of(parents, other)] = root_of(parents, current);
          }
        }
        active.push_back(current);
      }
    }
    for (size_t i = 0; i < items_.size(); ++i) {
      items_[i].group = root_of(parents, i);
    }
    group_sizes_.assign(items_.size(), 0);
    for (const Item& item : items_) {
      ++group_sizes_[item.group];
    }
  }

  [[nodiscard]] bool is_free(const Item& item) const { return item.plain && group_sizes_[item.group] == 1; }

  void note_order_bounds(const KeyBounds& bounds) {
    const int64_t min = std::max(bounds.order_min, filter_.range().order_from);
    const int64_t max = std::min(bounds.order_max, filter_.range().order_to);
    if (min > max) {
      return;
    }
    plan_.order_bounds = plan_.order_bounds ? TableScan::OrderBounds{.min = std::min(plan_.order_bounds->min, min),
                                                                     .max = std::max(plan_.order_bounds->max, max)}
                                            : TableScan::OrderBounds{.min = min, .max = max};
  }

  void note_exact_count() {
    const bool cut = sources_.time_from != INT64_MIN && !time_is_order_;
    if (has_predicates_ || cut) {
      return;
    }
    uint64_t rows = 0;
    for (const Item& item : items_) {
      if (!is_free(item) || item.bounds.order_min < filter_.range().order_from) {
        return;
      }
      rows += item.place.run != nullptr ? item.rows : 0;
    }
    for (const TableSources::Memory& memory : sources_.memory) {
      // Parts only bound their rows; the run as a whole may know.
      const std::optional<uint64_t> arrival_rows = memory.run->arrival_rows();
      if (!memory.run->parts().empty() && (!arrival_rows || !is_everything(filter_.range()))) {
        return;
      }
      rows += memory.run->parts().empty() ? 0 : *arrival_rows;
    }
    plan_.exact_row_count = rows;
  }

  /// Morsels for what of `items` lies in `range`.
  void emit(const KeyRange& range, std::span<const Item* const> items, bool arrival_allowed) {
    std::vector<const Item*> grouped;
    std::vector<const Item*> parts;
    for (const Item* item : items) {
      if (!item->bounds.intersects(range)) {
        continue;
      }
      if (!is_free(*item)) {
        grouped.push_back(item);
      } else if (item->place.run != nullptr) {
        add_row_group(*item, range);
      } else {
        parts.push_back(item);
      }
    }
    emit_parts(parts, range, arrival_allowed);
    std::ranges::stable_sort(grouped, {}, &Item::group);
    for (size_t first = 0; first < grouped.size();) {
      size_t last = first;
      while (last < grouped.size() && grouped[last]->group == grouped[first]->group) {
        ++last;
      }
      emit_merge(
          {grouped.begin() + static_cast<std::ptrdiff_t>(first), grouped.begin() + static_cast<std::ptrdiff_t>(last)},
          range);
      first = last;
    }
  }

  [[nodiscard]] std::vector<const Item*> all_items() const {
    std::vector<const Item*> all;
    for (const Item& item : items_) {
      all.push_back(&item);
    }
    return all;
  }

  void add_row_group(const Item& item, const KeyRange& range) {
    Morsel morsel;
    morsel.kind = Morsel::Kind::kRowGroup;
    morsel.stretches.push_back(item.place);
    morsel.range = range;
    morsel.rows = item.rows;
    plan_.morsels.push_back(std::move(morsel));
  }

  /// Free memory parts: in arrival order if the whole run is free and nothing asks for single series.
  void emit_parts(const std::vector<const Item*>& parts, const KeyRange& range, bool arrival_allowed) {
    for (size_t first = 0; first < parts.size();) {
      const TableSources::Memory* memory = parts[first]->place.memory;
      size_t last = first;
      while (last < parts.size() && parts[last]->place.memory == memory) {
        ++last;
      }
      const std::optional<uint64_t> arrival_rows = memory->run->arrival_rows();
      const bool whole = last - first == memory->run->parts().size();
      const bool all_series = range.series_from.empty() && !range.series_to && !filter_.tests_series();
      if (arrival_allowed && arrival_rows && whole && all_series) {
        emit_arrival(*memory, *arrival_rows, range);
      } else {
        for (; first < last; ++first) {
          Morsel morsel;
          morsel.kind = Morsel::Kind::kMerge;
          morsel.stretches.push_back(parts[first]->place);
          morsel.free = true;
          morsel.range = range;
          morsel.rows = parts[first]->rows;
          plan_.morsels.push_back(std::move(morsel));
        }
      }
      first = last;
    }
  }

  void emit_arrival(const TableSources::Memory& memory, uint64_t rows, const KeyRange& range) {
    for (uint64_t first = 0; first < rows; first += kMorselRows) {
      Morsel morsel;
      morsel.kind = Morsel::Kind::kArrival;
      morsel.stretches.push_back({.run = nullptr, .memory = &memory, .first = 0, .count = 0, .source = 0});
      morsel.arrival_first = first;
      morsel.arrival_last = std::min(rows, first + kMorselRows);
      morsel.range = range;
      morsel.rows = morsel.arrival_last - first;
      plan_.morsels.push_back(std::move(morsel));
    }
  }

  /// A group, cut into morsels of about kMorselRows.
  void emit_merge(std::vector<const Item*> group, const KeyRange& range) {
    if (group.size() > 1) {
      plan_.counters.sources_merged += group.size();
    }
    uint64_t rows = 0;
    for (const Item* item : group) {
      rows += item->rows;
    }
    const bool one_series = std::ranges::all_of(
        group, [&](const Item* item) { return item->bounds.series_min == group[0]->bounds.series_min; });
    if (rows <= kMorselRows) {
      add_merge(group, range, rows);
    } else if (one_series && order_ != ScanOrder::kKey) {
      cut_by_order(std::move(group), range);
    } else if (one_series && layout_.kind == TableKind::kAppend) {
      cut_by_order(std::move(group), range);
    } else {
      cut_by_series(std::move(group), range);
    }
  }

  void cut_by_series(std::vector<const Item*> group, const KeyRange& range) {
    std::ranges::sort(group, {}, [](const Item* item) { return std::string_view(item->bounds.series_min); });
    KeyRange part = range;
    uint64_t rows = 0;
    for (size_t i = 0; i < group.size(); ++i) {
      rows += group[i]->rows;
      const bool last = i + 1 == group.size();
      if (!last && (rows < kMorselRows || group[i + 1]->bounds.series_min == group[i]->bounds.series_min ||
                    group[i + 1]->bounds.series_min <= part.series_from)) {
        continue;
      }
      part.series_to = last ? range.series_to : std::optional(group[i + 1]->bounds.series_min);
      add_merge(group, part, rows);
      if (!last) {
        part.series_from = *part.series_to;
      }
      rows = 0;
    }
  }

  void cut_by_order(std::vector<const Item*> group, const KeyRange& range) {
    std::ranges::sort(group, {}, [](const Item* item) { return item->bounds.order_min; });
    KeyRange part = range;
    uint64_t rows = 0;
    for (size_t i = 0; i < group.size(); ++i) {
      rows += group[i]->rows;
      const bool last = i + 1 == group.size();
      if (!last && (rows < kMorselRows || group[i + 1]->bounds.order_min == group[i]->bounds.order_min ||
                    group[i + 1]->bounds.order_min <= part.order_from)) {
        continue;
      }
      part.order_to = last ? range.order_to : group[i + 1]->bounds.order_min - 1;
      add_merge(group, part, rows);
      if (!last) {
        part.order_from = part.order_to + 1;
      }
      rows = 0;
    }
  }

  void add_merge(const std::vector<const Item*>& group, const KeyRange& range, uint64_t rows) {
    Morsel morsel;
    morsel.kind = Morsel::Kind::kMerge;
    morsel.range = range;
    morsel.rows = rows;
    std::vector<const Item*> items;
    std::ranges::copy_if(group, std::back_inserter(items),
                         [&](const Item* item) { return item->bounds.intersects(range); });
    std::ranges::sort(items, [](const Item* left, const Item* right) {
      return std::pair(left->place.source, left->place.first) < std::pair(right->place.source, right->place.first);
    });
    size_t source = SIZE_MAX;
    for (const Item* item : items) {
      const bool continues = source == item->place.source && !morsel.stretches.empty() &&
                             morsel.stretches.back().first + morsel.stretches.back().count == item->place.first;
      if (continues) {
        ++morsel.stretches.back().count;
      } else {
        morsel.stretches.push_back(item->place);
      }
      source = item->place.source;
    }
    if (!morsel.stretches.empty()) {
      plan_.morsels.push_back(std::move(morsel));
    }
  }

  void emit_in_key_order() {
    const bool one_source =
        std::ranges::all_of(items_, [&](const Item& item) { return item.place.source == items_[0].place.source; });
    const bool all_free = std::ranges::all_of(items_, [&](const Item& item) { return is_free(item); });
    if (one_source && all_free) {
      emit(filter_.range(), all_items(), false);  // items of a source ascend
      return;
    }
    if (!items_.empty()) {
      emit_merge(all_items(), filter_.range());
    }
  }

  struct Window {
    int64_t from = INT64_MIN;
    int64_t to = INT64_MAX;
    bool nulls = false;
  };

  /// The partitions' ranges and the gaps between them, newest first.
  [[nodiscard]] std::vector<Window> windows_newest_first() const {
    std::vector<Window> bounded;
    for (const TableSources::Partition& partition : sources_.partitions) {
      if (!partition.holds_null_times && (bounded.empty() || partition.time_min > bounded.back().to)) {
        bounded.push_back({partition.time_min, partition.time_max, false});
      }
    }
    std::vector<Window> windows;
    int64_t next = INT64_MIN;
    bool open = true;
    for (const Window& window : bounded) {
      if (window.from > next) {
        windows.push_back({next, window.from - 1, false});
      }
      windows.push_back(window);
      open = window.to != INT64_MAX;
      next = open ? window.to + 1 : INT64_MAX;
    }
    if (open) {
      windows.push_back({next, INT64_MAX, false});
    }
    std::ranges::reverse(windows);
    return windows;
  }

  void emit_newest_first() {
    if (layout_.time_column == kNoColumn) {
      emit(filter_.range(), all_items(), true);
      return;
    }
    if (time_is_order_) {
      emit_windows(windows_newest_first());
      return;
    }
    // Append tables: time is a column. Row groups know their window; the rest is read once a window.
    emit(filter_.range(), all_items(), true);
    const std::vector<Morsel> all = std::exchange(plan_.morsels, {});
    std::vector<Window> windows = windows_newest_first();
    windows.push_back({INT64_MIN, INT64_MAX, true});
    for (const Window& window : windows) {
      for (const Morsel& morsel : all) {
        if (morsel.kind == Morsel::Kind::kRowGroup && !lies_in(morsel, window)) {
          continue;
        }
        plan_.morsels.push_back(morsel);
        plan_.morsels.back().window = {window.from, window.to, window.nulls};
      }
    }
  }

  /// Row groups that nothing else touches, an extent at a time; memory runs and groups as a whole. The newest first.
  void emit_newest_of_series() {
    TIDEMARK_CHECK(time_is_order_);
    std::vector<const Item*> items = all_items();
    // Free items by source, then the others by group; within either as they lie.
    const auto place = [this](const Item* item) {
      return std::pair(is_free(*item) ? 0 : 1, is_free(*item) ? item->place.source : item->group);
    };
    std::ranges::stable_sort(items, {}, place);
    for (size_t first = 0; first < items.size();) {
      size_t last = first + 1;
      while (last < items.size() && place(items[last]) == place(items[first])) {
        ++last;
      }
      emit_whole(
          {items.begin() + static_cast<std::ptrdiff_t>(first), items.begin() + static_cast<std::ptrdiff_t>(last)});
      first = last;
    }
    std::ranges::stable_sort(plan_.morsels, std::ranges::greater{}, &Morsel::newest);
  }

  void emit_whole(const std::vector<const Item*>& items) {
    KeyBounds bounds = items[0]->bounds;
    uint64_t rows = 0;
    for (const Item* item : items) {
      bounds.extend(item->bounds);
      rows += item->rows;
    }
    const size_t before = plan_.morsels.size();
    if (is_free(*items[0]) && items[0]->place.run != nullptr) {
      add_row_group(*items.back(), filter_.range());
      Morsel& morsel = plan_.morsels.back();
      // The later row group has the newer rows of a series that two share.
      morsel.stretches.clear();
      for (size_t item = items.size(); item-- > 0;) {
        morsel.stretches.push_back(items[item]->place);
      }
      morsel.rows = rows;
    } else {
      // What is read slice by slice begins and ends where there are rows.
      KeyRange range = filter_.range();
      range.order_from = std::max(range.order_from, bounds.order_min);
      range.order_to = std::min(range.order_to, bounds.order_max);
      if (!is_free(*items[0])) {
        plan_.counters.sources_merged += items.size();
      }
      add_merge(items, range, rows);
    }
    for (size_t morsel = before; morsel < plan_.morsels.size(); ++morsel) {
      plan_.morsels[morsel].newest = bounds.order_max;
      plan_.morsels[morsel].free = is_free(*items[0]);
    }
  }

  /// Series tables: windows are ranges of order. Each item is handed to the windows that it reaches into.
  void emit_windows(const std::vector<Window>& windows) {
    std::vector<std::vector<const Item*>> of_window(windows.size());
    for (const Item& item : items_) {
      // Newest first: the first window that begins at or before the item's newest row.
      auto window = std::ranges::lower_bound(windows, item.bounds.order_max, std::greater(), &Window::from);
      for (; window != windows.end() && window->to >= item.bounds.order_min; ++window) {
        of_window[static_cast<size_t>(window - windows.begin())].push_back(&item);
      }
    }
    for (size_t i = 0; i < windows.size(); ++i) {
      KeyRange range = filter_.range();
      range.order_from = std::max(range.order_from, windows[i].from);
      range.order_to = std::min(range.order_to, windows[i].to);
      if (range.order_from <= range.order_to) {
        emit(range, of_window[i], true);
      }
    }
  }

  /// Whether the morsel's row group has rows of the window.
  [[nodiscard]] static bool lies_in(const Morsel& morsel, const Window& window) {
    const RowGroupInfo& info =
        morsel.stretches[0].run->segment->open_file().footer().row_groups[morsel.stretches[0].first];
    if (window.nulls) {
      return info.has_null_times;
    }
    return info.time_min <= window.to && info.time_max >= window.from;
  }

  const TableSources& sources_;
  const TableLayout& layout_;
  const ScanFilter& filter_;
  bool has_predicates_;
  ScanOrder order_;
  bool time_is_order_;
  struct PlacedRange {
    KeyRange range;
    uint64_t rank = 0;
  };
  std::vector<PlacedRange> tombstones_;
  ScanPlan plan_;
  std::vector<Item> items_;
  size_t source_count_ = 0;
  std::vector<size_t> group_sizes_;
};

}  // namespace

ScanPlan plan_scan(const TableSources& sources, const ScanFilter& filter, bool has_predicates, ScanOrder order) {
  return Planner(sources, filter, has_predicates, order).plan();
}

}  // namespace tidemark
