#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::bench {

enum class ColumnKind : uint8_t {
  kTime,     ///< microseconds since 1970
  kTag,      ///< text that names a series in line protocol; plain text to others
  kText,     ///< any text
  kInteger,  ///< 64 bits
  kFloat,    ///< 64 bits
};

struct ColumnSpec {
  std::string name;
  ColumnKind kind;
};

/// A table as each engine is to have it, in its own words.
struct TableSpec {
  std::string name;
  std::vector<ColumnSpec> columns;
  std::vector<std::string> key = {};                   ///< primary key; empty: rows may repeat
  std::vector<std::vector<std::string>> indexes = {};  ///< for engines whose plans use them
  bool line_protocol = false;  ///< engines that speak line protocol are loaded, and make the table, by it
};

/// Rows of a table in columns, to be encoded for whoever loads them.
struct TableBatch {
  /// By kind: `integers` (kTime, kInteger), `floats`, or `bytes` up to `ends` (kTag, kText).
  struct Column {
    std::vector<int64_t> integers;
    std::vector<double> floats;
    std::string bytes;
    std::vector<uint32_t> ends;

    void add_text(std::string_view text) {
      bytes += text;
      ends.push_back(static_cast<uint32_t>(bytes.size()));
    }
    [[nodiscard]] std::string_view text(size_t row) const {
      const uint32_t begin = row == 0 ? 0 : ends[row - 1];
      return std::string_view(bytes).substr(begin, ends[row] - begin);
    }
  };
  std::vector<Column> columns;  ///< those of the spec
  size_t size = 0;

  explicit TableBatch(const TableSpec& spec) : columns(spec.columns.size()) {}
};

/// One line a row. Text must need no escapes in tags.
void append_line_protocol(std::string& out, const TableSpec& spec, const TableBatch& batch);
/// PostgreSQL's text format of COPY. Text must hold no tab, backslash, quote or line end, here and below.
void append_copy_text(std::string& out, const TableSpec& spec, const TableBatch& batch);
/// One row's values in the same text forms.
std::vector<std::string> row_texts(const TableSpec& spec, const TableBatch& batch, size_t row);
/// `VERB INTO t (…) VALUES (…), (…), …`, a hundred rows a statement, with `end` behind each.
std::vector<std::string> insert_statements(const TableSpec& spec, const TableBatch& batch, std::string_view verb,
                                           std::string_view end = "");
/// `ON CONFLICT (key) DO UPDATE SET …` of all columns that are not of the key.
std::string on_conflict_update_sql(const TableSpec& spec);
/// `2024-01-01 00:00:00.000000+00`
void append_time(std::string& out, int64_t epoch_us);

/// `CREATE TABLE` with the type names that the engine has for time, text, whole and real numbers, in this order.
struct TypeNames {
  std::string_view time, text, integer, real;
};
std::string create_table_sql(const TableSpec& spec, const TypeNames& types, std::string_view options = "");

}  // namespace tidemark::bench
