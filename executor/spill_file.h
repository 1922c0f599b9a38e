#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "executor/execution_state.h"
#include "types/data_chunk.h"

namespace tidemark {

/// Whether a breaker may write to disk when it is past its memory.
bool can_spill(const ExecutionState& state);

/// Rows on disk for the length of a query: written once, then read from start to end. The file goes with it, and is
/// never synced.
class SpillFile {
 public:
  /// Precondition: can_spill. Throws IoError.
  SpillFile(ExecutionState& state, std::vector<LogicalType> types, const PhysicalNode& node);
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile();

  void write(const DataChunk& chunk);
  /// Ends writing and goes (back) to the start.
  void rewind();
  /// The next chunk as it was written, in flat vectors; false at the end.
  bool read(DataChunk& chunk);

  [[nodiscard]] uint64_t row_count() const { return rows_; }

 private:
  void flush();

  FileSystem& files_;
  std::string path_;
  std::vector<LogicalType> types_;
  ExecutionState& state_;
  const PhysicalNode& node_;
  std::unique_ptr<AppendFile> writer_;
  std::unique_ptr<RandomAccessFile> reader_;
  std::string buffer_;
  uint64_t offset_ = 0;
  uint64_t bytes_ = 0;
  uint64_t rows_ = 0;
};

}  // namespace tidemark
