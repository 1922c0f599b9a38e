// What the planner may know: sums over extents and memtables, never a read.

#include <algorithm>

#include "storage/store_impl.h"

namespace tidemark {

uint64_t StoreImpl::row_count(ObjectId id) const {
  const std::shared_ptr<const StoreState> state = published();
  const auto* version = state->tables.find(id);
  if (version == nullptr) {
    return 0;
  }
  uint64_t rows = 0;
  for (const TableSources::Partition& partition : (*version)->sources->partitions) {
    for (const TableSources::Run& run : partition.runs) {
      rows += run.extent.rows;
    }
  }
  for (const TableSources::Memory& memory : (*version)->sources->memory) {
    rows += dynamic_cast<const MemTableRun&>(*memory.run).versions();
  }
  return rows;
}

uint64_t StoreImpl::series_count(ObjectId id) const {
  const std::lock_guard lock(state_mutex_);
  const auto found = tables_.find(id);
  if (found == tables_.end()) {
    return 0;
  }
  uint64_t most = 0;
  for (const MemoryList::Entry& entry : found->second.memory.entries()) {
    most = std::max<uint64_t>(most, entry.memtable->series_count());
  }
  return most;
}

std::optional<uint64_t> StoreImpl::distinct_count(ObjectId /*table*/, ColumnId /*column*/) const {
  return std::nullopt;
}

std::optional<TableStatistics::Bounds> StoreImpl::bounds(ObjectId id, ColumnId column) const {
  const std::shared_ptr<const StoreState> state = published();
  const auto* version = state->tables.find(id);
  if (version == nullptr) {
    return std::nullopt;
  }
  const TableSources& sources = *(*version)->sources;
  // Known without reading: the order column of flushed rows.
  if (column != sources.layout->order_column || !sources.memory.empty()) {
    return std::nullopt;
  }
  KeyBounds all;
  for (const TableSources::Partition& partition : sources.partitions) {
    for (const TableSources::Run& run : partition.runs) {
      all.extend(run.extent.bounds);
    }
  }
  if (all.order_min > all.order_max) {
    return std::nullopt;
  }
  return Bounds{Value::integer(sources.layout->order_type, all.order_min),
                Value::integer(sources.layout->order_type, all.order_max)};
}

uint64_t StoreImpl::table_bytes(ObjectId id) const {
  const std::shared_ptr<const StoreState> state = published();
  const auto* version = state->tables.find(id);
  uint64_t bytes = 0;
  if (version != nullptr) {
    for (const TableSources::Partition& partition : (*version)->sources->partitions) {
      for (const TableSources::Run& run : partition.runs) {
        bytes += run.extent.bytes;
      }
    }
  }
  return bytes;
}

}  // namespace tidemark
