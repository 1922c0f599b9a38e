#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/pgwire/message_writer.h"
#include "tidemark/result.h"
#include "types/type_io.h"

namespace tidemark::pgwire {

enum class Format : int16_t { kText = 0, kBinary = 1 };

/// RowDescription for `columns`; `formats` has one entry a column.
void write_row_description(MessageWriter& writer, const std::vector<ResultColumn>& columns,
                           const std::vector<Format>& formats);

/// DataRow messages from chunks: each column is formatted as a whole, what repeats in it once; then rows are put
/// together.
class RowEncoder {
 public:
  RowEncoder(std::vector<Format> formats, const TypeIoOptions& options)
      : formats_(std::move(formats)), options_(options) {}
  void write(MessageWriter& writer, const DataChunk& chunk);

 private:
  /// The texts (or binary forms) of a column's distinct places: one a row, or one an entry of a dictionary or run.
  struct Column {
    std::string bytes;  ///< and some room behind, so that short texts can be copied as whole words
    std::vector<size_t> ends;
    std::vector<size_t> first;    ///< one a row: where its text begins in `bytes`
    std::vector<int32_t> length;  ///< one a row; -1: NULL
  };
  void format(const Vector& values, Format format, Column& column);
  void place_rows(const Vector& values, Column& column);

  std::vector<Format> formats_;
  const TypeIoOptions& options_;
  std::vector<Column> columns_;
  std::vector<size_t> row_bytes_;  ///< one a row: of its message, without the type byte
};

}  // namespace tidemark::pgwire
