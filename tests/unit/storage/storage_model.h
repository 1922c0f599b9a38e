#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/random.h"
#include "storage/table_scan.h"
#include "types/value.h"

namespace tidemark::testing_model {

/// A key as the naive model sorts it.
using Key = std::pair<std::string, int64_t>;

/// One version of one row, boxed.
struct Version {
  RowOperation operation = RowOperation::kPut;
  std::vector<Value> values;  ///< one a stored column
  std::vector<bool> set;
};

/// The versions of one source, sorted, a key once.
using Versions = std::map<Key, Version>;

/// A series table (host text, slot int4, time) with fields of several types.
TableEntry series_table();
inline constexpr ColumnId kHost = 1, kSlot = 2, kTime = 3, kCount = 4, kRatio = 5, kNote = 6, kFlag = 7;

/// Key bytes; an empty host is NULL.
std::string series_of(const std::string& host, int32_t slot);

/// Versions as chunks of the given layout, at most `chunk_rows` rows each.
std::unique_ptr<RunSource> source_of(const TableLayout& layout, const Versions& versions, const RunRequest& request,
                                     size_t chunk_rows);

/// A memory run over boxed versions.
std::shared_ptr<const MemoryRun> memory_run_of(std::shared_ptr<const TableLayout> layout, Versions versions,
                                               size_t part_rows, bool with_arrival);

/// Writes versions to a segment whose windows are [i × window, (i + 1) × window) of the order.
SegmentSummary write_segment(FileSystem& files, const std::string& path, FileId file, const TableLayout& layout,
                             const Versions& versions, int64_t window, size_t row_group_rows);

int64_t window_of(int64_t order, int64_t window);

/// Applies one source on top of the rows so far (D25).
void apply_versions(std::map<Key, std::vector<Value>>& rows, const Versions& versions);

/// Random versions: about `rows` of them.
Versions random_versions(Random& random, const TableLayout& layout, size_t rows, int64_t order_max, bool only_puts);

}  // namespace tidemark::testing_model
