#include "bench/macro/table_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tidemark::bench {
namespace {

template <class T>
void append_number(std::string& out, T value) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// One value as COPY's text format has it, and SQL between quotes.
void append_cell(std::string& out, ColumnKind kind, const TableBatch::Column& column, size_t row) {
  switch (kind) {
    case ColumnKind::kTime:
      append_time(out, column.integers[row]);
      break;
    case ColumnKind::kInteger:
      append_number(out, column.integers[row]);
      break;
    case ColumnKind::kFloat:
      append_number(out, column.floats[row]);
      break;
    case ColumnKind::kTag:
    case ColumnKind::kText:
      out += column.text(row);
      break;
  }
}

}  // namespace

void append_line_protocol(std::string& out, const TableSpec& spec, const TableBatch& batch) {
  for (size_t row = 0; row < batch.size; ++row) {
    out += spec.name;
    for (size_t i = 0; i < spec.columns.size(); ++i) {
      if (spec.columns[i].kind == ColumnKind::kTag) {
        out += ',';
        out += spec.columns[i].name;
        out += '=';
        out += batch.columns[i].text(row);
      }
    }
    char separator = ' ';
    int64_t time_us = 0;
    for (size_t i = 0; i < spec.columns.size(); ++i) {
      const TableBatch::Column& column = batch.columns[i];
      const ColumnKind kind = spec.columns[i].kind;
      if (kind == ColumnKind::kTime) {
        time_us = column.integers[row];
      } else if (kind != ColumnKind::kTag) {
        out += separator;
        out += spec.columns[i].name;
        out += '=';
        separator = ',';
        if (kind == ColumnKind::kInteger) {
          append_number(out, column.integers[row]);
          out += 'i';
        } else if (kind == ColumnKind::kFloat) {
          append_number(out, column.floats[row]);
        } else {
          out += '"';
          out += column.text(row);
          out += '"';
        }
      }
    }
    out += ' ';
    append_number(out, time_us);
    out += "000\n";
  }
}

void append_time(std::string& out, int64_t epoch_us) {
  // Civil from days, after Howard Hinnant's public-domain algorithm; years here lie far from its edges.
  const int64_t seconds = epoch_us / 1'000'000;
  const int64_t days = seconds / 86400 + 719468;
  const int64_t era = days / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  char text[32];
  char* end = text;
  const auto digits = [&end](int64_t value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      end[i] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    end += count;
  };
  digits(year, 4);
  *end++ = '-';
  digits(month, 2);
  *end++ = '-';
  digits(day, 2);
  *end++ = ' ';
  digits(seconds % 86400 / 3600, 2);
  *end++ = ':';
  digits(seconds % 3600 / 60, 2);
  *end++ = ':';
  digits(seconds % 60, 2);
  *end++ = '.';
  digits(epoch_us % 1'000'000, 6);
  out.append(text, end);
  out += "+00";
}

void append_copy_text(std::string& out, const TableSpec& spec, const TableBatch& batch) {
  for (size_t row = 0; row < batch.size; ++row) {
    for (size_t i = 0; i < spec.columns.size(); ++i) {
      if (i > 0) {
        out += '\t';
      }
      append_cell(out, spec.columns[i].kind, batch.columns[i], row);
    }
    out += '\n';
  }
}

std::vector<std::string> row_texts(const TableSpec& spec, const TableBatch& batch, size_t row) {
  std::vector<std::string> texts(spec.columns.size());
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    append_cell(texts[i], spec.columns[i].kind, batch.columns[i], row);
  }
  return texts;
}

std::vector<std::string> insert_statements(const TableSpec& spec, const TableBatch& batch, std::string_view verb,
                                           std::string_view end) {
  constexpr size_t kRows = 100;
  std::string head = fmt::format("{} INTO {} (", verb, spec.name);
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    head += (i == 0 ? "" : ", ") + spec.columns[i].name;
  }
  head += ") VALUES ";
  std::vector<std::string> statements;
  for (size_t row = 0; row < batch.size; ++row) {
    if (row % kRows == 0) {
      statements.push_back(head);
    }
    std::string& statement = statements.back();
    statement += row % kRows == 0 ? "(" : ", (";
    for (size_t i = 0; i < spec.columns.size(); ++i) {
      const ColumnKind kind = spec.columns[i].kind;
      const bool quoted = kind == ColumnKind::kTime || kind == ColumnKind::kTag || kind == ColumnKind::kText;
      statement += i == 0 ? "" : ", ";
      statement += quoted ? "'" : "";
      append_cell(statement, kind, batch.columns[i], row);
      statement += quoted ? "'" : "";
    }
    statement += ')';
  }
  for (std::string& statement : statements) {
    statement += end;
  }
  return statements;
}

std::string on_conflict_update_sql(const TableSpec& spec) {
  std::string sql = fmt::format(" ON CONFLICT ({}) DO UPDATE SET ", fmt::join(spec.key, ", "));
  bool first = true;
  for (const ColumnSpec& column : spec.columns) {
    if (std::find(spec.key.begin(), spec.key.end(), column.name) == spec.key.end()) {
      sql += fmt::format("{0}{1} = excluded.{1}", first ? "" : ", ", column.name);
      first = false;
    }
  }
  return sql;
}

std::string create_table_sql(const TableSpec& spec, const TypeNames& types, std::string_view options) {
  std::string sql = "CREATE TABLE " + spec.name + " (";
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    const ColumnKind kind = spec.columns[i].kind;
    const std::string_view type = kind == ColumnKind::kTime      ? types.time
                                  : kind == ColumnKind::kInteger ? types.integer
                                  : kind == ColumnKind::kFloat   ? types.real
                                                                 : types.text;
    sql += fmt::format("{}{} {}", i == 0 ? "" : ", ", spec.columns[i].name, type);
  }
  if (!spec.key.empty()) {
    sql += fmt::format(", PRIMARY KEY ({})", fmt::join(spec.key, ", "));
  }
  sql += ")";
  if (!options.empty()) {
    sql += " " + std::string(options);
  }
  return sql;
}

}  // namespace tidemark::bench
