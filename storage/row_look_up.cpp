#include <algorithm>
#include <optional>

#include "base/check.h"
#include "storage/compaction_merge.h"
#include "storage/scan_context.h"
#include "storage/table_scan.h"
#include "storage/version_merge.h"
#include "types/boxed_row.h"
#include "types/value.h"

namespace tidemark {

void look_up_rows(const TableSources& sources, std::span<const RowKey> keys, std::span<const ColumnId> columns,
                  std::vector<uint8_t>& found, DataChunk& rows) {
  const TableLayout& layout = *sources.layout;
  std::vector<uint32_t> by_key(keys.size());
  for (uint32_t i = 0; i < by_key.size(); ++i) {
    by_key[i] = i;
  }
  std::ranges::sort(by_key, {}, [&](uint32_t i) { return keys[i]; });
  std::vector<RowKey> sorted;
  for (const uint32_t i : by_key) {
    if (sorted.empty() || sorted.back() != keys[i]) {
      sorted.push_back(keys[i]);
    }
  }
  std::vector<ColumnId> stored;
  std::vector<OutputColumn> output;
  for (const ColumnId id : columns) {
    output.push_back(find_output_column(layout, id, stored));
  }
  const bool time_is_order = layout.time_column != kNoColumn && layout.time_column == layout.order_column;
  const bool cut_by_column = sources.time_from != INT64_MIN && layout.time_column != kNoColumn && !time_is_order;
  size_t cut_index = 0;
  if (cut_by_column) {
    cut_index = find_output_column(layout, layout.time_column, stored).stored_index;
  }
  std::vector<MergeInput> inputs;
  for (const TableSources::Partition& partition : sources.partitions) {
    for (const TableSources::Run& run : partition.runs) {
      const KeyBounds& bounds = run.extent.bounds;
      const bool may_hold = std::ranges::any_of(sorted, [&](const RowKey& key) {
        return key.series >= bounds.series_min && key.series <= bounds.series_max && key.order >= bounds.order_min &&
               key.order <= bounds.order_max;
      });
      if (may_hold) {
        inputs.push_back({run.segment->look_up(run.extent, layout, sorted, stored), run.rank});
      }
    }
  }
  for (const TableSources::Memory& memory : sources.memory) {
    inputs.push_back({memory.run->look_up(sorted, stored), memory.rank});
  }
  MergeOptions options;
  options.oldest = true;
  options.tombstones = sources.tombstones;
  options.order_from = time_is_order ? sources.time_from : INT64_MIN;
  const std::unique_ptr<RunSource> merged = merge_runs(std::move(inputs), options);

  // Row i of the answer is row places[i] of the found ones; what is missing is NULL.
  std::vector<std::vector<Vector>> pieces(columns.size());
  std::vector<uint32_t> place_of_sorted(sorted.size(), UINT32_MAX);
  uint32_t place = 0;
  size_t next_key = 0;
  VersionChunk chunk;
  while (merged->next(chunk)) {
    const auto* orders = chunk.order.data<int64_t>();
    uint32_t row = 0;
    for (const VersionChunk::SeriesRun& run : chunk.runs) {
      for (; row < run.end; ++row) {
        while (next_key < sorted.size() && sorted[next_key] < RowKey{run.series, orders[row]}) {
          ++next_key;
        }
        TIDEMARK_CHECK(next_key < sorted.size());
        bool expired = false;
        if (cut_by_column) {
          const RowView<int64_t> times(chunk.columns[cut_index]);
          expired = !times.is_null(row) && times[row] < sources.time_from;
        }
        if (!expired) {
          place_of_sorted[next_key] = place + row;
        }
      }
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      const OutputColumn& column = output[i];
      if (column.source == OutputColumn::Source::kStored) {
        pieces[i].push_back(chunk.columns[column.stored_index].flatten());
      } else if (column.source == OutputColumn::Source::kOrder) {
        pieces[i].push_back(chunk.order.reinterpret(column.type));
      } else {
        Vector values = Vector::flat(column.type, chunk.size);
        size_t done = 0;
        for (const VersionChunk::SeriesRun& run : chunk.runs) {
          const Value value = key_value(layout, run.series, column.key_index);
          for (; done < run.end; ++done) {
            set_row(values, done, value);
          }
        }
        pieces[i].push_back(std::move(values));
      }
    }
    place += static_cast<uint32_t>(chunk.size);
  }
  found.assign(keys.size(), 0);
  std::vector<uint32_t> places(keys.size(), place);  // `place`: the NULL row at the end
  size_t sorted_index = 0;
  for (const uint32_t i : by_key) {
    while (sorted[sorted_index] < keys[i]) {
      ++sorted_index;
    }
    if (place_of_sorted[sorted_index] != UINT32_MAX) {
      found[i] = 1;
      places[i] = place_of_sorted[sorted_index];
    }
  }
  rows.reset();
  rows.size = keys.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    pieces[i].push_back(Vector::null_constant(output[i].type, 1).flatten());
    rows.columns.push_back(concatenate(output[i].type, pieces[i]).select(places));
  }
}

}  // namespace tidemark
