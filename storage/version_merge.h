#pragma once

#include <memory>
#include <span>
#include <vector>

#include "storage/compaction_merge.h"
#include "storage/run_source.h"

namespace tidemark {

/// Joins vectors of one type, row after row, as one flat vector (or the one piece itself).
[[nodiscard]] Vector concatenate(LogicalType type, std::span<const Vector> pieces);

/// Keeps only `rows` (ascending) of a chunk.
[[nodiscard]] VersionChunk select_rows(const VersionChunk& chunk, std::span<const uint32_t> rows);

/// Passes on what no tombstone of a rank above `rank` covers, and nothing before `order_from`. Returns `source` itself
/// if that is all of it.
[[nodiscard]] std::unique_ptr<RunSource> without_deleted(std::unique_ptr<RunSource> source, uint64_t rank,
                                                         std::span<const TableSources::Tombstone> tombstones,
                                                         int64_t order_from);

}  // namespace tidemark
