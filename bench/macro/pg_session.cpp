#include "bench/macro/pg_session.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace tidemark::bench {
namespace {

/// Microseconds since 1970 of `2024-01-01 00:00:00.5+00`, the ISO form of a session in UTC.
double parse_time(const std::string& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  double second = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%lf", &year, &month, &day, &hour, &minute, &second) < 3) {
    return 0;
  }
  // Days from civil, after Howard Hinnant's public-domain algorithm.
  const int64_t shifted_year = year - (month <= 2 ? 1 : 0);
  const int64_t era = shifted_year / 400;
  const int64_t year_of_era = shifted_year - era * 400;
  const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int64_t days = era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
  const int64_t seconds = (days * 24 + hour) * 3600 + minute * 60;
  return static_cast<double>(seconds) * 1e6 + static_cast<double>(static_cast<int64_t>(second * 1e6 + 0.5));
}

AnswerCell pg_cell(const std::string& text, uint32_t type) {
  constexpr uint32_t kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kFloat4 = 700, kFloat8 = 701, kTimestamp = 1114,
                     kTimestampTz = 1184, kNumeric = 1700;
  switch (type) {
    case kBool:
      return text == "t" ? 1.0 : 0.0;
    case kInt2:
    case kInt4:
    case kInt8:
    case kFloat4:
    case kFloat8:
    case kNumeric:
      return std::strtod(text.c_str(), nullptr);
    case kTimestamp:
    case kTimestampTz:
      return parse_time(text);
    default:
      return text;
  }
}

}  // namespace

Answer PgSession::answer(const std::string& query) {
  const PgClient::Answer raw = client_.run(query);
  Answer answer;
  for (size_t row = 0; row < raw.rows.size(); ++row) {
    auto& cells = answer.rows.emplace_back();
    for (size_t column = 0; column < raw.columns.size(); ++column) {
      cells.push_back(raw.is_null(row, column) ? AnswerCell{} : pg_cell(raw.rows[row][column], raw.types[column]));
    }
  }
  return answer;
}

std::function<void()> PgSession::prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) {
  switch (form) {
    case LoadForm::kUsual:
    case LoadForm::kCopy: {
      auto lines = std::make_shared<std::string>();
      append_copy_text(*lines, spec, batch);
      return [this, lines, table = spec.name] { client_.copy_in("COPY " + table + " FROM STDIN", *lines); };
    }
    case LoadForm::kInsert:
      return run_all(insert_statements(spec, batch, "INSERT"));
    case LoadForm::kPrepared:
      return insert_each(spec, batch);
    case LoadForm::kUpsert:
      return dialect_ == Dialect::kTidemark
                 ? run_all(insert_statements(spec, batch, "UPSERT"))
                 : run_all(insert_statements(spec, batch, "INSERT", on_conflict_update_sql(spec)));
    case LoadForm::kLineProtocol:
      return {};
  }
  return {};
}

std::function<void()> PgSession::run_all(std::vector<std::string> statements) {
  return [this, statements = std::move(statements)] {
    for (const std::string& statement : statements) {
      client_.run(statement, 0);
    }
  };
}

std::function<void()> PgSession::insert_each(const TableSpec& spec, const TableBatch& batch) {
  std::string sql = "INSERT INTO " + spec.name + " VALUES (";
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    sql += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
  }
  sql += ")";
  auto rows = std::make_shared<std::vector<std::vector<std::string>>>();
  for (size_t row = 0; row < batch.size; ++row) {
    rows->push_back(row_texts(spec, batch, row));
  }
  return [this, rows, sql, name = "insert_" + spec.name] {
    if (prepared_.insert(name).second) {
      client_.prepare(name, sql);
    }
    client_.run("BEGIN", 0);
    for (const auto& row : *rows) {
      client_.run_prepared(name, row);
    }
    client_.run("COMMIT", 0);
  };
}

}  // namespace tidemark::bench
