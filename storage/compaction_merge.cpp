#include "storage/compaction_merge.h"

#include <algorithm>

#include "base/check.h"

namespace tidemark {

uint64_t compact_runs(std::span<const TableSources::Run> runs, const TableLayout& layout,
                      const CompactionOptions& options, SegmentWriter& writer) {
  std::vector<ColumnId> columns;
  for (const TableLayout::Column& column : layout.columns) {
    columns.push_back(column.id);
  }
  const RunRequest everything{.range = {}, .columns = columns, .series_filter = {}};
  std::vector<MergeInput> inputs;
  for (const TableSources::Run& run : runs) {
    inputs.push_back({run.segment->open(run.extent, layout, everything), run.rank});
  }
  const std::unique_ptr<RunSource> merged = merge_runs(std::move(inputs), columns.size(), options.merge);
  uint64_t rows = 0;
  VersionChunk chunk;
  while (merged->next(chunk)) {
    writer.append(chunk);
    rows += chunk.size;
    if (options.yield) {
      options.yield();
    }
  }
  return rows;
}

}  // namespace tidemark
