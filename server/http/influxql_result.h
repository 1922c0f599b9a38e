#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tidemark/influxql.h"

namespace tidemark::http {

/// How /query prints: the parameters `epoch`, `pretty`, `chunk_size`.
struct InfluxQlFormat {
  int64_t epoch_unit_ns = 0;  ///< 0: RFC 3339 texts
  bool pretty = false;
};

/// The unit that an `epoch` parameter names: 0 for none; nanoseconds for a word that is none, as InfluxDB does.
int64_t epoch_unit(std::string_view word);

/// Writes what InfluxQL statements give in the form of InfluxDB 1.x: `{"results":[{"statement_id":0,"series":[…]}]}`.
/// Rows become series where their tags change; windows that are missing are filled in.
class InfluxQlJson final : public InfluxQlSink {
 public:
  explicit InfluxQlJson(const InfluxQlFormat& format) : format_(format) {}

  void begin_statement(std::string_view text) override;
  void series(const InfluxQlShape& shape, Result& rows) override;
  void message(std::string_view level, std::string_view text) override;
  void error(const Error& error) override;
  void end_statement() override;

  /// The whole body, with its newline.
  [[nodiscard]] std::string take();

 private:
  InfluxQlFormat format_;
  std::string out_;
  std::string messages_;
  std::string series_;
  std::string error_;
  size_t statement_ = 0;
};

/// The same JSON, indented by four spaces. `json` must be valid and without blanks outside of strings.
std::string pretty_json(std::string_view json);

/// A number as Go's encoding/json prints it: shortest, an exponent only from 1e21 up and below 1e-6 (D9). NaN and
/// infinity are null.
void append_go_number(std::string& out, double value);
/// RFC 3339 in UTC, trailing zeros of the fraction cut.
void append_rfc3339(std::string& out, int64_t nanoseconds);

}  // namespace tidemark::http
