#include "storage/memtable_flush.h"

#include <algorithm>

#include "base/check.h"
#include "storage/compaction_merge.h"
#include "storage/version_merge.h"

namespace tidemark {
namespace {

constexpr uint32_t kNoWindow = UINT32_MAX;

class Flush {
 public:
  Flush(const FlushInput& input, SegmentWriter& writer) : input_(input), layout_(*input.layout), writer_(writer) {
    for (const TableLayout::Column& column : layout_.columns) {
      columns_.push_back(column.id);
    }
  }

  FlushOutput run() {
    const bool by_order = layout_.kind == TableKind::kSeries;
    const bool by_column = layout_.kind == TableKind::kAppend && layout_.time_column != kNoColumn;
    if (by_order) {
      write_by_order();
    } else if (by_column) {
      write_by_column();
    } else {
      write_window(Window{}, KeyRange{}, nullptr);
    }
    const SegmentSummary summary = writer_.finish();
    TIDEMARK_FATAL_CHECK(summary.extents.size() == written_.size());
    FlushOutput output;
    for (size_t i = 0; i < written_.size(); ++i) {
      output.extents.push_back({written_[i], summary.extents[i]});
      output.rows += summary.extents[i].rows;
    }
    return output;
  }

 private:
  using Filter = std::function<bool(int64_t order, size_t position)>;

  std::unique_ptr<RunSource> merged(const KeyRange& range, std::span<const ColumnId> columns, bool oldest) const {
    std::vector<MergeInput> inputs;
    for (const TableSources::Memory& memory : input_.memory) {
      RunRequest request;
      request.range = range;
      request.columns = columns;
      inputs.push_back({memory.run->open(request), memory.rank});
    }
    MergeOptions options;
    options.oldest = oldest;
    options.tombstones = input_.tombstones;
    if (layout_.kind == TableKind::kSeries) {
      options.order_from = input_.time_from;
    }
    return merge_runs(std::move(inputs), options);
  }

  /// Whether a window has no older rows: then deletes have nothing left to delete.
  [[nodiscard]] bool is_new(const Window& window) const {
    return std::ranges::none_of(input_.partitions, [&](const TableSources::Partition& partition) {
      return Window{partition.time_min, partition.time_max, partition.holds_null_times} == window &&
             !partition.runs.empty();
    });
  }

  // Writes the rows of one window: those of `range`, of these those that pass `filter`, if given, by their position.
  void write_window(const Window& window, const KeyRange& range, const Filter& filter) {
    const std::unique_ptr<RunSource> source = merged(range, columns_, filter == nullptr && is_new(window));
    uint64_t rows = 0;
    size_t position = 0;
    VersionChunk chunk;
    std::vector<uint32_t> kept;
    while (source->next(chunk)) {
      if (filter == nullptr) {
        rows += chunk.size;
        writer_.append(chunk);
        continue;
      }
      kept.clear();
      const auto* order = chunk.order.data<int64_t>();
      for (uint32_t row = 0; row < chunk.size; ++row) {
        if (filter(order[row], position++)) {
          kept.push_back(row);
        }
      }
      if (!kept.empty()) {
        rows += kept.size();
        writer_.append(select_rows(chunk, kept));
      }
    }
    if (rows > 0) {
      writer_.end_window();
      written_.push_back(window);
    }
  }

  WindowPlanner planner(uint64_t rows, int64_t time_min, int64_t time_max) const {
    return {input_.partitions, window_interval(input_.entry, input_.schema, rows, time_min, time_max)};
  }

  // Series tables: a window is a range of orders.
  void write_by_order() {
    int64_t min = INT64_MAX;
    int64_t max = INT64_MIN;
    uint64_t rows = 0;
    each_chunk({}, [&](const VersionChunk& chunk) {
      rows += chunk.size;
      for (const int64_t order : chunk.order.values<int64_t>()) {
        if (order != INT64_MIN && order != INT64_MAX) {
          min = std::min(min, order);
          max = std::max(max, order);
        }
      }
    });
    WindowPlanner windows = planner(rows, std::min(min, max), max);
    std::vector<uint8_t> used;
    each_chunk({}, [&](const VersionChunk& chunk) {
      for (const int64_t order : chunk.order.values<int64_t>()) {
        const size_t window = windows.window_of(order);
        used.resize(std::max(used.size(), windows.size()));
        used[window] = 1;
      }
    });
    used.resize(windows.size());
    for (const size_t index : windows.ascending()) {
      if (used[index] == 0) {
        continue;
      }
      const Window& window = windows.window(index);
      KeyRange range;
      if (window.holds_null_times) {
        write_window(window, range, [](int64_t order, size_t) { return order == INT64_MIN || order == INT64_MAX; });
      } else {
        range.order_from = window.time_min;
        range.order_to = window.time_max;
        write_window(window, range, nullptr);
      }
    }
  }

  // Append tables: the time is a column. Deletes and updates bear none: they belong where their row is.
  void write_by_column() {
    const ColumnId time_column = layout_.time_column;
    std::vector<int64_t> times;    // of each merged row, NULL as INT64_MIN
    std::vector<size_t> unknown;   // rows without a time of their own
    std::vector<int64_t> row_ids;  // of those
    int64_t min = INT64_MAX;
    int64_t max = INT64_MIN;
    each_chunk({&time_column, 1}, [&](const VersionChunk& chunk) {
      const Vector time = chunk.columns[0].flatten();
      const Vector operations = chunk.operations.flatten();
      for (size_t row = 0; row < chunk.size; ++row) {
        const auto operation = static_cast<RowOperation>(operations.data<uint8_t>()[row]);
        const bool is_set = operation == RowOperation::kPut ||
                            (operation == RowOperation::kMerge && !time.is_null(row) && chunk.set[0].is_valid(row));
        if (!is_set) {
          unknown.push_back(times.size());
          row_ids.push_back(chunk.order.data<int64_t>()[row]);
        }
        times.push_back(time.is_null(row) ? INT64_MIN : time.data<int64_t>()[row]);
        if (is_set && times.back() != INT64_MIN && times.back() != INT64_MAX) {
          min = std::min(min, times.back());
          max = std::max(max, times.back());
        }
      }
    });
    std::vector<uint8_t> is_nowhere(times.size(), 0);
    if (!unknown.empty()) {
      std::vector<RowKey> keys;
      for (const int64_t id : row_ids) {
        keys.push_back({"", id});
      }
      TableSources older;
      older.layout = input_.layout;
      older.partitions = input_.partitions;
      older.tombstones = input_.older_tombstones;
      std::vector<uint8_t> found;
      DataChunk rows;
      look_up_rows(older, keys, {&time_column, 1}, found, rows);
      for (size_t i = 0; i < unknown.size(); ++i) {
        if (found[i] == 0) {
          is_nowhere[unknown[i]] = 1;
        } else {
          const Value value = rows.columns[0].value(i);
          times[unknown[i]] = value.is_null() ? INT64_MIN : value.as_int64();
        }
      }
    }
    WindowPlanner windows = planner(times.size(), std::min(min, max), max);
    std::vector<uint32_t> window_of(times.size());
    for (size_t row = 0; row < times.size(); ++row) {
      if (is_nowhere[row] != 0 || (times[row] < input_.time_from && times[row] != INT64_MIN)) {
        window_of[row] = kNoWindow;
      } else {
        window_of[row] = static_cast<uint32_t>(windows.window_of(times[row]));
      }
    }
    for (const size_t index : windows.ascending()) {
      if (std::ranges::find(window_of, index) != window_of.end()) {
        write_window(windows.window(index), KeyRange{},
                     [&](int64_t, size_t position) { return window_of[position] == index; });
      }
    }
  }

  void each_chunk(std::span<const ColumnId> columns, const std::function<void(const VersionChunk&)>& visit) const {
    const std::unique_ptr<RunSource> source = merged(KeyRange{}, columns, false);
    VersionChunk chunk;
    while (source->next(chunk)) {
      visit(chunk);
    }
  }

  const FlushInput& input_;
  const TableLayout& layout_;
  SegmentWriter& writer_;
  std::vector<ColumnId> columns_;
  std::vector<Window> written_;
};

}  // namespace

FlushOutput write_memtables(const FlushInput& input, SegmentWriter& writer) { return Flush(input, writer).run(); }

}  // namespace tidemark
