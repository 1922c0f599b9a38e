#include "executor/row_collection.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemark {

RowCollection::RowCollection(std::span<const LogicalType> types) {
  columns_.reserve(types.size());
  for (const LogicalType type : types) {
    columns_.emplace_back(type);
  }
}

void RowCollection::check_room(size_t more) const {
  if (size_ + more >= GrowingColumn::kNullRow) {
    throw Error(sqlstate::kProgramLimitExceeded, "an operator cannot hold more than 4294967294 rows");
  }
}

void RowCollection::append(const DataChunk& chunk) { append(chunk.columns, chunk.size); }

void RowCollection::append(const DataChunk& chunk, std::span<const uint32_t> rows) { append(chunk.columns, rows); }

void RowCollection::append(std::span<const Vector> columns, size_t size) {
  TIDEMARK_ASSERT(columns.size() == columns_.size());
  check_room(size);
  for (size_t index = 0; index < columns.size(); ++index) {
    columns_[index].append(columns[index]);
  }
  size_ += size;
}

void RowCollection::append(std::span<const Vector> columns, std::span<const uint32_t> rows) {
  TIDEMARK_ASSERT(columns.size() == columns_.size());
  check_room(rows.size());
  for (size_t index = 0; index < columns.size(); ++index) {
    columns_[index].append(columns[index], rows);
  }
  size_ += rows.size();
}

void RowCollection::append_null_row() {
  check_room(1);
  for (GrowingColumn& column : columns_) {
    column.append_nulls(1);
  }
  ++size_;
}

DataChunk RowCollection::chunk(size_t first, size_t count) const {
  DataChunk result;
  result.size = count;
  result.columns.reserve(columns_.size());
  for (const GrowingColumn& column : columns_) {
    result.columns.push_back(column.view(first, count));
  }
  return result;
}

void RowCollection::gather_into(DataChunk& chunk, std::span<const uint32_t> rows, size_t first_column,
                                size_t end_column) const {
  chunk.size = rows.size();
  for (size_t index = first_column; index < end_column; ++index) {
    chunk.columns.push_back(columns_[index].gather(rows));
  }
}

DataChunk RowCollection::gather(std::span<const uint32_t> rows) const {
  DataChunk result;
  gather_into(result, rows, 0, columns_.size());
  return result;
}

size_t RowCollection::memory_bytes() const {
  size_t bytes = 0;
  for (const GrowingColumn& column : columns_) {
    bytes += column.memory_bytes();
  }
  return bytes;
}

void RowCollection::clear() {
  for (GrowingColumn& column : columns_) {
    column.clear();
  }
  size_ = 0;
}

}  // namespace tidemark
