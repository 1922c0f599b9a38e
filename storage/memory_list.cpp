#include "storage/memory_list.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "storage/series_key.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

size_t count_key_columns(std::string_view series, const TableLayout& layout) {
  size_t count = 0;
  while (!series.empty()) {
    if (count == layout.series.size()) {
      throw Error(sqlstate::kDataCorrupted, "row key has more columns than its table");
    }
    skip_in_key(series, layout.series[count++].type);
  }
  return count;
}

/// Adds the rows of a chunk, a batch for each stretch of one operation.
void add_chunk(WriteSet& writes, ObjectId table, std::span<const ColumnId> columns, const VersionChunk& chunk) {
  const Vector operations = chunk.operations.flatten();
  const auto* operation = operations.data<uint8_t>();
  size_t run = 0;
  for (size_t first = 0; first < chunk.size;) {
    size_t end = first + 1;
    while (end < chunk.size && operation[end] == operation[first]) {
      ++end;
    }
    RowBatch& batch = writes.changes.emplace_back().batch;
    batch.table = table;
    batch.operation = static_cast<RowOperation>(operation[first]);
    batch.order.assign(chunk.order.data<int64_t>() + first, chunk.order.data<int64_t>() + end);
    for (size_t row = first; row < end; ++row) {
      while (chunk.runs[run].end <= row) {
        ++run;
      }
      if (batch.series.empty() || batch.series.back() != chunk.runs[run].series) {
        batch.series.emplace_back(chunk.runs[run].series);
      }
      batch.row_series.push_back(static_cast<uint32_t>(batch.series.size() - 1));
    }
    for (size_t i = 0; i < columns.size() && batch.operation != RowOperation::kDelete; ++i) {
      RowBatch::Column& column = batch.columns.emplace_back();
      column.id = columns[i];
      column.values = chunk.columns[i].slice(first, end - first);
      if (batch.operation == RowOperation::kMerge) {
        column.set = chunk.set[i].slice(first, end - first);
      }
    }
    first = end;
  }
}

}  // namespace

bool keys_are_short(const RowBatch& batch, const TableLayout& layout) {
  return !batch.series.empty() && count_key_columns(batch.series.front(), layout) < layout.series.size();
}

void widen_keys(RowBatch& batch, const TableLayout& layout) {
  for (std::string& series : batch.series) {
    widen_series(series, layout.series.size() - count_key_columns(series, layout));
  }
}

MemTable::SliceList MemoryList::append(const RowBatch& batch, SequenceNumber sequence, uint64_t wal_number,
                                       MemoryReservation memory) {
  // A copy of this list may have gone on with the same memtable (a savepoint that was rolled back).
  const auto is_open = [&batch](const Entry& entry) {
    return !entry.frozen && entry.memtable->view().versions == entry.run->versions() && entry.memtable->accepts(batch);
  };
  if (entries_.empty() || !is_open(entries_.back())) {
    freeze();
    Entry& entry = entries_.emplace_back();
    entry.memtable = std::make_shared<MemTable>();
    entry.rank = next_rank_++;
    entry.series_columns = layout_->series.size();
    entry.wal_number = wal_number;
  }
  Entry& entry = entries_.back();
  MemTable::SliceList filled = entry.memtable->append(batch);
  entry.run = std::make_shared<const MemTableRun>(entry.memtable->view(), layout_, entry.series_columns);
  entry.last_sequence = sequence;
  if (entry.marks.empty() || entry.marks.back().sequence != sequence) {
    entry.marks.push_back({sequence, 0});
  }
  entry.marks.back().versions = entry.memtable->view().versions;
  entry.memtable->take_memory(std::move(memory));
  return filled;
}

void MemoryList::append(const RangeTombstone& tombstone, SequenceNumber sequence, uint64_t wal_number) {
  freeze();
  tombstones_.push_back({{tombstone, next_rank_++}, sequence, wal_number});
}

void MemoryList::freeze() {
  if (!entries_.empty()) {
    entries_.back().frozen = true;
  }
}

void MemoryList::set_layout(std::shared_ptr<const TableLayout> layout) {
  if (layout->series.size() != layout_->series.size()) {
    freeze();
  }
  layout_ = std::move(layout);
  for (Entry& entry : entries_) {
    entry.run = entry.run->with_layout(layout_);
  }
}

void MemoryList::drop_through(uint64_t rank) {
  std::erase_if(entries_, [rank](const Entry& entry) { return entry.rank <= rank; });
  std::erase_if(tombstones_, [rank](const Tombstone& tombstone) { return tombstone.tombstone.rank <= rank; });
}

uint64_t MemoryList::memory_bytes() const {
  uint64_t bytes = 0;
  for (const Entry& entry : entries_) {
    bytes += entry.memtable->memory_bytes();
  }
  return bytes;
}

uint64_t MemoryList::versions() const {
  uint64_t versions = 0;
  for (const Entry& entry : entries_) {
    versions += entry.run->versions();
  }
  return versions;
}

void MemoryList::describe(TableSources& sources) const {
  for (const Entry& entry : entries_) {
    sources.memory.push_back({entry.run, entry.rank});
  }
  for (const Tombstone& tombstone : tombstones_) {
    sources.tombstones.push_back(tombstone.tombstone);
  }
}

void MemoryList::move_tombstones(uint64_t wal_number) {
  for (Tombstone& tombstone : tombstones_) {
    tombstone.wal_number = wal_number;
  }
}

WriteSet as_write_set(ObjectId table, const MemoryList& memory) {
  WriteSet writes;
  std::vector<ColumnId> columns;
  for (const TableLayout::Column& column : memory.layout()->columns) {
    columns.push_back(column.id);
  }
  auto tombstone = memory.tombstones().begin();
  const auto add_tombstones_below = [&](uint64_t rank) {
    for (; tombstone != memory.tombstones().end() && tombstone->tombstone.rank < rank; ++tombstone) {
      WriteSet::Change& change = writes.changes.emplace_back();
      change.is_tombstone = true;
      change.tombstone = tombstone->tombstone.range;
    }
  };
  for (const MemoryList::Entry& entry : memory.entries()) {
    add_tombstones_below(entry.rank);
    RunRequest request;
    request.columns = columns;
    const std::unique_ptr<RunSource> source = entry.run->open(request);
    VersionChunk chunk;
    while (source->next(chunk)) {
      add_chunk(writes, table, columns, chunk);
    }
  }
  add_tombstones_below(UINT64_MAX);
  return writes;
}

}  // namespace tidemark
