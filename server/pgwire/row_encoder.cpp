#include "server/pgwire/row_encoder.h"

namespace tidemark::pgwire {
namespace {

/// pg_type.typlen: what RowDescription says of a type's size.
int type_length(LogicalType type) {
  switch (type.id) {
    case TypeId::kBoolean:
    case TypeId::kChar:
      return 1;
    case TypeId::kInt16:
      return 2;
    case TypeId::kInt32:
    case TypeId::kFloat32:
    case TypeId::kDate:
    case TypeId::kOid:
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
    case TypeId::kRegrole:
    case TypeId::kXid:
      return 4;
    case TypeId::kTid:
      return 6;
    case TypeId::kInt64:
    case TypeId::kFloat64:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
      return 8;
    case TypeId::kTimeTz:
      return 12;
    case TypeId::kInterval:
    case TypeId::kUuid:
      return 16;
    case TypeId::kName:
      return 64;
    default:
      return -1;
  }
}

void append_int32(std::string& out, size_t value) {
  const char bytes[4] = {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                         static_cast<char>(value)};
  out.append(bytes, 4);
}

}  // namespace

void write_row_description(MessageWriter& writer, const std::vector<ResultColumn>& columns,
                           const std::vector<Format>& formats) {
  writer.begin('T');
  writer.add_int16(static_cast<int>(columns.size()));
  for (size_t i = 0; i < columns.size(); ++i) {
    const ResultColumn& column = columns[i];
    writer.add_text(column.name);
    writer.add_int32(column.table);
    writer.add_int16(column.table_column);
    writer.add_int32(column.type.oid());
    writer.add_int16(type_length(column.type));
    // timestamptz(9) is our own; clients would make nothing of its modifier.
    writer.add_int32(column.type.id == TypeId::kTimestampTzNs ? -1 : column.type.modifier);
    writer.add_int16(static_cast<int>(formats[i]));
  }
  writer.end();
}

void RowEncoder::write(MessageWriter& writer, const DataChunk& chunk) {
  columns_.resize(chunk.columns.size());
  for (size_t c = 0; c < chunk.columns.size(); ++c) {
    const Vector& values = chunk.columns[c];
    Column& column = columns_[c];
    column.bytes.clear();
    column.ends.resize(chunk.size);
    column.null.assign(chunk.size, 0);
    if (!values.all_valid()) {
      for (size_t row = 0; row < chunk.size; ++row) {
        column.null[row] = values.is_null(row) ? 1 : 0;
      }
    }
    if (formats_[c] == Format::kText) {
      append_text_column(column.bytes, column.ends, values, options_);
      continue;
    }
    for (size_t row = 0; row < chunk.size; ++row) {
      if (column.null[row] == 0) {
        append_binary(column.bytes, values, row);
      }
      column.ends[row] = column.bytes.size();
    }
  }

  std::string& out = writer.buffer();
  for (size_t row = 0; row < chunk.size; ++row) {
    size_t length = 4 + 2 + 4 * columns_.size();
    for (const Column& column : columns_) {
      length += column.ends[row] - (row == 0 ? 0 : column.ends[row - 1]);
    }
    out.push_back('D');
    append_int32(out, length);
    out.push_back(static_cast<char>(columns_.size() >> 8));
    out.push_back(static_cast<char>(columns_.size()));
    for (const Column& column : columns_) {
      const size_t first = row == 0 ? 0 : column.ends[row - 1];
      if (column.null[row] != 0) {
        out.append("\xff\xff\xff\xff", 4);
        continue;
      }
      append_int32(out, column.ends[row] - first);
      out.append(column.bytes, first, column.ends[row] - first);
    }
  }
  writer.flush_if_full();
}

}  // namespace tidemark::pgwire
