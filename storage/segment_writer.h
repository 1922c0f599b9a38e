#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "storage/encodings/page_goal.h"
#include "storage/run_source.h"
#include "storage/segment.h"
#include "storage/table_layout.h"

namespace tidemark {

class FileSystem;
class SegmentReader;

struct SegmentWriterOptions {
  size_t row_group_rows = kRowGroupRowsMax;  ///< smaller only in tests; a multiple of kVectorSize, at most the maximum
  PageGoal goal = PageGoal::kFast;
};

/// Writes one segment file: a pure function of the rows, the options and the file id (D34). Used by one thread.
///
/// The caller names a temporary path, and after `finish` renames the file and syncs the folder (invariant 6). A writer
/// that is destroyed unfinished leaves an incomplete file for the caller to remove.
class SegmentWriter {
 public:
  /// Throws IoError. `files` must outlive it.
  SegmentWriter(FileSystem& files, const std::string& path, FileId file, const TableLayout& layout,
                const SegmentWriterOptions& options = {});
  ~SegmentWriter();

  /// Rows in strictly ascending key order within a window; `chunk.columns` and `chunk.set` are those of
  /// layout.columns, one for one.
  void append(const VersionChunk& chunk);
  /// Whether a row group of another file can be taken over as it is: the file has the very columns of the layout.
  [[nodiscard]] bool can_copy(const SegmentReader& segment) const;
  /// Takes over a row group, blocks and all, as one of its own; its keys follow the last ones in order.
  /// Precondition: can_copy(segment).
  void copy_row_group(const SegmentReader& segment, uint32_t row_group);
  /// The next rows belong to another window: closes the row group and the extent.
  void end_window();
  /// Writes the footer and syncs the file. A file without rows is legal and has no extents.
  SegmentSummary finish();

  [[nodiscard]] uint64_t bytes_written() const;
  /// Bytes of rows that wait for their row group to fill, for memory accounting.
  [[nodiscard]] size_t buffered_bytes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark
