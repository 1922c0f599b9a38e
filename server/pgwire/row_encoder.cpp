#include "server/pgwire/row_encoder.h"

#include <algorithm>
#include <cstring>

#include "types/log_position.h"
#include "types/mac_address.h"
#include "types/money.h"

namespace tidemark::pgwire {
namespace {

/// pg_type.typlen: what RowDescription says of a type's size.
int type_length(LogicalType type) {
  if (type.id == kMacAddress) return 6;
  if (type.id == kMoney || type.id == kLogPosition || type.id == kMacAddress8 || type.id == kXid8) return 8;
  if (type.id == kMacAddress) return 6;
  if (type.id == kMoney || type.id == kLogPosition || type.id == kMacAddress8 || type.id == kXid8) return 8;
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
    case TypeId::kEnum:
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

/// Texts up to this length are copied as that many bytes, whatever lies behind them: one move instead of a call.
constexpr size_t kShortBytes = 16;

char* put_int32(char* to, uint32_t value) {
  const uint32_t swapped = __builtin_bswap32(value);
  std::memcpy(to, &swapped, sizeof swapped);
  return to + sizeof swapped;
}

/// `text` and `to` have kShortBytes to spare behind the text.
char* put_bytes(char* to, const char* text, size_t length) {
  if (length <= kShortBytes) {
    std::memcpy(to, text, kShortBytes);
  } else {
    std::memcpy(to, text, length);
  }
  return to + length;
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

/// Texts of `values`, which are flat or constant, one after the other.
void RowEncoder::format(const Vector& values, Format format, Column& column) {
  column.bytes.clear();
  column.ends.resize(values.size());
  if (format == Format::kText) {
    append_text_column(column.bytes, column.ends, values, options_);
  } else {
    for (size_t row = 0; row < values.size(); ++row) {
      if (!values.is_null(row)) {
        append_binary(column.bytes, values, row);
      }
      column.ends[row] = column.bytes.size();
    }
  }
  column.bytes.append(kShortBytes, '\0');
}

/// Which text each row has.
void RowEncoder::place_rows(const Vector& values, Column& column) {
  const size_t size = values.size();
  column.first.resize(size);
  column.length.resize(size);
  const Vector& flat = values.is_flat() || values.is_constant() ? values : values.entries();
  const bool all_valid = flat.validity().all_valid();
  const auto place = [&](size_t row, size_t entry) {
    const size_t first = entry == 0 ? 0 : column.ends[entry - 1];
    column.first[row] = first;
    column.length[row] =
        all_valid || flat.validity().is_valid(entry) ? static_cast<int32_t>(column.ends[entry] - first) : -1;
  };
  switch (values.form()) {
    case VectorForm::kFlat:
      for (size_t row = 0; row < size; ++row) {
        place(row, row);
      }
      break;
    case VectorForm::kConstant:
      for (size_t row = 0; row < size; ++row) {
        place(row, 0);
      }
      break;
    case VectorForm::kDictionary:
      for (size_t row = 0; row < size; ++row) {
        place(row, values.codes()[row]);
      }
      break;
    case VectorForm::kRun:
      for (size_t row = 0, run = 0; row < size; ++row) {
        while (row >= values.run_ends()[run]) {
          ++run;
        }
        place(row, run);
      }
      break;
  }
}

void RowEncoder::write(MessageWriter& writer, const DataChunk& chunk) {
  columns_.resize(chunk.columns.size());
  row_bytes_.assign(chunk.size, 4 + 2 + 4 * columns_.size());
  for (size_t c = 0; c < chunk.columns.size(); ++c) {
    const Vector& values = chunk.columns[c];
    // A dictionary with entries that no row has may be far larger than the chunk.
    const bool by_entry = values.form() == VectorForm::kRun ||
                          (values.form() == VectorForm::kDictionary && values.entries().size() <= values.size());
    if (by_entry) {
      format(values.entries(), formats_[c], columns_[c]);
      place_rows(values, columns_[c]);
    } else {
      const Vector plain = values.flatten_unless_constant();
      format(plain.is_constant() ? plain.slice(0, 1) : plain, formats_[c], columns_[c]);
      place_rows(plain, columns_[c]);
    }
    for (size_t row = 0; row < chunk.size; ++row) {
      row_bytes_[row] += static_cast<size_t>(std::max(columns_[c].length[row], 0));
    }
  }

  size_t total = 0;
  for (const size_t bytes : row_bytes_) {
    total += 1 + bytes;
  }
  std::string& out = writer.buffer();
  const size_t before = out.size();
  out.resize(before + total + kShortBytes);
  char* to = out.data() + before;
  const auto count = static_cast<uint16_t>(columns_.size());
  for (size_t row = 0; row < chunk.size; ++row) {
    *to++ = 'D';
    to = put_int32(to, static_cast<uint32_t>(row_bytes_[row]));
    *to++ = static_cast<char>(count >> 8);
    *to++ = static_cast<char>(count);
    for (const Column& column : columns_) {
      const int32_t length = column.length[row];
      to = put_int32(to, static_cast<uint32_t>(length));
      if (length > 0) {
        to = put_bytes(to, column.bytes.data() + column.first[row], static_cast<size_t>(length));
      }
    }
  }
  out.resize(before + total);
  writer.flush_if_full();
}

}  // namespace tidemark::pgwire
