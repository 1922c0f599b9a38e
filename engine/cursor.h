#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

/// A cursor of DECLARE. Rows are read from `source` as FETCH needs them and kept, so that it can move backward; WITH
/// HOLD ones are read to their end at COMMIT and outlive it.
struct Cursor {
  std::unique_ptr<Result> source;  ///< null once read to its end
  std::vector<ResultColumn> columns;
  std::vector<DataChunk> rows;  ///< read so far
  size_t row_count = 0;         ///< rows read so far
  int64_t position = 0;         ///< 0: before the first row; n: on row n
  bool hold = false;
  bool scroll = true;
  bool binary = false;
  bool failed = false;     ///< its query gave an error: 55000 from then on
  uint64_t number = 0;     ///< in the order in which the session made them
  std::string statement;   ///< text of the DECLARE
  int64_t made_at_us = 0;  ///< timestamptz
};

using Cursors = std::map<std::string, std::shared_ptr<Cursor>>;

/// At the end of a transaction: those without HOLD are closed (`all`: every one).
void close_transaction_cursors(Cursors& cursors, bool all) noexcept;
/// Before COMMIT: reads WITH HOLD cursors to their end.
void materialize_held_cursors(Cursors& cursors);

/// Reads ahead until `count` rows are known or the source ends.
void read_ahead(Cursor& cursor, size_t count);
/// Rows [first, first + count) as chunks. Precondition: they were read.
std::vector<DataChunk> cursor_rows(const Cursor& cursor, size_t first, size_t count);

}  // namespace tidemark
