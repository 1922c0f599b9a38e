#include "cli/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark {
namespace {

/// Columns on the terminal: code points, which is right for all but combining and wide characters.
size_t width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, size_t columns) {
  return text + std::string(columns - std::min(columns, width(text)), ' ');
}

}  // namespace

void print_table(const TextTable& table) {
  std::vector<size_t> widths;
  for (const std::string& header : table.headers) {
    widths.push_back(width(header));
  }
  for (const auto& row : table.rows) {
    for (size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], width(row[column]));
    }
  }
  const auto print_row = [&widths](const std::vector<std::string>& cells) {
    for (size_t column = 0; column < cells.size(); ++column) {
      fmt::print("{} {}", column == 0 ? "" : "|", padded(cells[column], widths[column]) + " ");
    }
    fmt::print("\n");
  };
  print_row(table.headers);
  for (size_t column = 0; column < widths.size(); ++column) {
    fmt::print("{}{}", column == 0 ? "" : "+", std::string(widths[column] + 2, '-'));
  }
  fmt::print("\n");
  for (const auto& row : table.rows) {
    print_row(row);
  }
  const size_t count = table.rows.size() + table.rows_left_out;
  if (table.rows_left_out > 0) {
    fmt::print(" … {} more\n", table.rows_left_out);
  }
  fmt::print("({} row{})\n", count, count == 1 ? "" : "s");
}

void print_table(Result& result, const TypeIoOptions& options, size_t rows_max) {
  TextTable table;
  for (const ResultColumn& column : result.columns()) {
    table.headers.push_back(column.name);
  }
  DataChunk chunk;
  while (result.next(chunk)) {
    for (size_t row = 0; row < chunk.size; ++row) {
      if (table.rows.size() >= rows_max) {
        ++table.rows_left_out;
        continue;
      }
      auto& cells = table.rows.emplace_back(chunk.columns.size());
      for (size_t column = 0; column < chunk.columns.size(); ++column) {
        if (!chunk.columns[column].is_null(row)) {
          append_text(cells[column], chunk.columns[column], row, options);
        }
      }
    }
  }
  print_table(table);
}

}  // namespace tidemark
