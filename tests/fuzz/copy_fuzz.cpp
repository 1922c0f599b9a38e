// COPY's three formats: a stream gives the same rows in whatever pieces it comes, and rows that are written read back.
// The first byte picks the format, the second the size of the pieces.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/copy_format.h"
#include "tests/fuzz/refusal.h"

namespace tidemark {
namespace {

using fuzz::fail;
using Rows = std::vector<std::vector<std::optional<std::string>>>;

CopyFormat format_of(uint8_t choice) {
  constexpr char kDelimiters[] = {'\t', ',', '|', ' '};
  constexpr const char* kNulls[] = {"\\N", "", "NULL", "x"};
  CopyFormat format;
  format.binary = (choice & 128) != 0;
  format.csv = !format.binary && (choice & 1) != 0;
  format.delimiter = kDelimiters[choice >> 1 & 3];
  format.null_text = kNulls[choice >> 3 & 3];
  format.escape = (choice & 32) != 0 ? '\\' : '"';
  format.quote = (choice & 64) != 0 ? '\'' : '"';
  return format;
}

constexpr size_t kBinaryColumns = 2;

std::unique_ptr<CopyParser> parser_of(const CopyFormat& format) {
  if (format.binary) {
    return make_copy_binary_parser(kBinaryColumns);
  }
  return format.csv ? make_copy_csv_parser(format) : make_copy_text_parser(format);
}

/// Nothing if the stream is refused.
std::optional<Rows> read(const CopyFormat& format, std::string_view stream, size_t piece_bytes) {
  Rows rows;
  const CopyRowSink sink = [&](std::span<CopyField> fields, uint64_t, std::string_view) {
    auto& row = rows.emplace_back();
    for (const CopyField& field : fields) {
      row.push_back(field.is_null ? std::nullopt : std::optional(std::string(field.text)));
    }
  };
  bool refused = true;
  fuzz::allow_refusal([&] {
    const auto parser = parser_of(format);
    for (size_t first = 0; first < stream.size(); first += piece_bytes) {
      parser->feed(stream.substr(first, piece_bytes), sink);
    }
    parser->finish(sink);
    refused = false;
  });
  return refused ? std::nullopt : std::optional(std::move(rows));
}

/// In text, a value that reads as the word for NULL does not come back, in PostgreSQL neither.
bool has_null_word(const CopyFormat& format, const Rows& rows) {
  return !format.csv && !format.binary && std::ranges::any_of(rows, [&](const auto& row) {
    return std::ranges::any_of(row, [&](const auto& value) { return value && *value == format.null_text; });
  });
}

std::string write_binary(const Rows& rows) {
  std::string out;
  append_copy_binary_header(out);
  for (const auto& row : rows) {
    append_copy_binary_count(out, row.size());
    for (const auto& value : row) {
      if (value) {
        append_copy_binary_value(out, *value);
      } else {
        append_copy_binary_null(out);
      }
    }
  }
  append_copy_binary_end(out);
  return out;
}

std::string write(const CopyFormat& format, const Rows& rows) {
  if (format.binary) {
    return write_binary(rows);
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) {
        out += format.delimiter;
      }
      if (!row[i]) {
        out += format.null_text;
      } else if (format.csv) {
        append_copy_csv(out, *row[i], format, false, row.size() == 1);
      } else {
        append_copy_text(out, *row[i], format);
      }
    }
    out += '\n';
  }
  return out;
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  if (size < 2) {
    return 0;
  }
  const CopyFormat format = format_of(data[0]);
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto whole = read(format, stream, stream.size() + 1);
  if (read(format, stream, data[1] % 16u + 1) != whole) {
    fuzz::fail("the rows depend on how the stream is cut");
  }
  if (whole && !has_null_word(format, *whole) && read(format, write(format, *whole), size_t{1} << 20) != whole) {
    fuzz::fail("rows that were written do not read back");
  }
  return 0;
}
