#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "executor/growing_column.h"
#include "types/data_chunk.h"

namespace tidemark {

/// Rows kept for later, in columns: what breakers gather, and what they read again in any order. At most 2^32 - 2 rows.
class RowCollection {
 public:
  explicit RowCollection(std::span<const LogicalType> types);

  void append(const DataChunk& chunk);
  void append(const DataChunk& chunk, std::span<const uint32_t> rows);
  /// Columns given one by one; all of `size` rows.
  void append(std::span<const Vector> columns, size_t size);
  void append(std::span<const Vector> columns, std::span<const uint32_t> rows);
  void append_null_row();

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] size_t column_count() const { return columns_.size(); }
  [[nodiscard]] const GrowingColumn& column(size_t index) const { return columns_[index]; }
  /// Rows [first, first + count).
  [[nodiscard]] DataChunk chunk(size_t first, size_t count) const;
  /// Adds to `chunk` the rows named, for columns [first_column, end_column); kNullRow gives NULLs.
  void gather_into(DataChunk& chunk, std::span<const uint32_t> rows, size_t first_column, size_t end_column) const;
  [[nodiscard]] DataChunk gather(std::span<const uint32_t> rows) const;

  [[nodiscard]] size_t memory_bytes() const;
  void clear();

 private:
  void check_room(size_t more) const;
  std::vector<GrowingColumn> columns_;
  size_t size_ = 0;
};

}  // namespace tidemark
