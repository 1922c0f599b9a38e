#include "types/data_chunk.h"

namespace tidemark {

void DataChunk::select(std::span<const uint32_t> rows) {
  if (rows.size() == size) {  // Ascending and as many as there are: all of them.
    return;
  }
  for (Vector& column : columns) {
    column = column.select(rows);
  }
  size = rows.size();
}

DataChunk DataChunk::slice(size_t first, size_t count) const {
  DataChunk part;
  part.columns.reserve(columns.size());
  for (const Vector& column : columns) {
    part.columns.push_back(column.slice(first, count));
  }
  part.size = count;
  return part;
}

}  // namespace tidemark
