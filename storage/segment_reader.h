#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/key_range.h"
#include "storage/page_cache.h"
#include "storage/row_batch.h"
#include "storage/run_source.h"
#include "storage/segment.h"
#include "storage/table_layout.h"

namespace tidemark {

class FileSystem;
struct CheckFinding;

/// One immutable segment file. Constructing it touches no disk; the file is opened and its footer read at first use
/// (opening a folder of ten thousand segments reads none). Safe for many threads. Everything else it reads goes through
/// the page cache.
///
/// Errors: XX001 naming file and offset if a checksum or a bound is wrong, IoError if the disk says so.
class SegmentReader {
 public:
  /// `files` and `cache` outlive it. `path` is used for opening and in messages.
  SegmentReader(FileSystem& files, std::string path, FileId file, PageCache& cache);
  ~SegmentReader();
  SegmentReader(const SegmentReader&) = delete;
  SegmentReader& operator=(const SegmentReader&) = delete;

  [[nodiscard]] FileId file() const;
  [[nodiscard]] const std::string& path() const;

  /// Versions of an extent within `request.range`, in key order: for compaction and merges. `layout` is the table's
  /// current one and outlives the source, as does this.
  [[nodiscard]] std::unique_ptr<RunSource> open(const SegmentExtent& extent, const TableLayout& layout,
                                                const RunRequest& request) const;
  /// The versions of the given keys (ascending) that are there; Bloom filters and sparse index first.
  [[nodiscard]] std::unique_ptr<RunSource> look_up(const SegmentExtent& extent, const TableLayout& layout,
                                                   std::span<const RowKey> keys,
                                                   std::span<const ColumnId> columns) const;

  /// The insides, for the scan of this room (storage/segment_file.h).
  class File;
  [[nodiscard]] const File& open_file() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a whole file and verifies all there is to verify: checksums, order of keys, zone maps against data, counts.
void check_segment(FileSystem& files, const std::string& path, FileId file, std::vector<CheckFinding>& findings);

}  // namespace tidemark
