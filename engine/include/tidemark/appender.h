#pragma once

#include <cstdint>
#include <string_view>

#include "types/data_chunk.h"

namespace tidemark {

/// Adds rows to one table in bulk. Each `flush` is one durable commit; rows appended since the last one are lost if the
/// appender goes away without it. Follows the table's rules as INSERT does; `on_duplicate` of the table decides about
/// equal keys.
class Appender {
 public:
  virtual ~Appender() = default;
  /// One row, value by value, in the table's column order.
  virtual Appender& add(int64_t value) = 0;
  virtual Appender& add(double value) = 0;
  virtual Appender& add(std::string_view value) = 0;
  virtual Appender& add(bool value) = 0;
  /// In the column's own unit and epoch (types/logical_type.h); for ordinary timestamps microseconds since 2000-01-01
  /// UTC.
  virtual Appender& add_timestamp(int64_t value) = 0;
  virtual Appender& add_null() = 0;
  /// Throws 42601 if the row has not one value a column.
  virtual void end_row() = 0;
  /// Whole columns, in the table's column order and types.
  virtual void append(const DataChunk& rows) = 0;
  /// Commits what was appended. Throws what the table's rules say; nothing of this batch stays then.
  virtual void flush() = 0;
  [[nodiscard]] virtual uint64_t row_count() const = 0;
};

}  // namespace tidemark
