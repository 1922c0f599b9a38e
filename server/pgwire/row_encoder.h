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

/// DataRow messages from chunks: each column is formatted as a whole, then rows are put together.
class RowEncoder {
 public:
  RowEncoder(std::vector<Format> formats, const TypeIoOptions& options)
      : formats_(std::move(formats)), options_(options) {}
  void write(MessageWriter& writer, const DataChunk& chunk);

 private:
  struct Column {
    std::string bytes;
    std::vector<size_t> ends;
    std::vector<uint8_t> null;
  };
  std::vector<Format> formats_;
  const TypeIoOptions& options_;
  std::vector<Column> columns_;
};

}  // namespace tidemark::pgwire
