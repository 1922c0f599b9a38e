#include "engine/cursor.h"

namespace tidemark {

void close_transaction_cursors(Cursors& cursors, bool all) noexcept {
  for (auto entry = cursors.begin(); entry != cursors.end();) {
    entry = all || !entry->second->hold || entry->second->source != nullptr ? cursors.erase(entry) : std::next(entry);
  }
}

void materialize_held_cursors(Cursors& cursors) {
  for (auto& [name, cursor] : cursors) {
    if (cursor->hold) {
      read_ahead(*cursor, SIZE_MAX);
    }
  }
}

void read_ahead(Cursor& cursor, size_t count) {
  while (cursor.source != nullptr && cursor.row_count < count) {
    DataChunk chunk;
    if (!cursor.source->next(chunk)) {
      cursor.source.reset();
      return;
    }
    cursor.row_count += chunk.size;
    cursor.rows.push_back(std::move(chunk));
  }
}

std::vector<DataChunk> cursor_rows(const Cursor& cursor, size_t first, size_t count) {
  std::vector<DataChunk> result;
  size_t chunk_first = 0;
  for (const DataChunk& chunk : cursor.rows) {
    const size_t from = std::max(first, chunk_first);
    const size_t to = std::min(first + count, chunk_first + chunk.size);
    if (from < to) {
      result.push_back(chunk.slice(from - chunk_first, to - from));
    }
    chunk_first += chunk.size;
  }
  return result;
}

}  // namespace tidemark
