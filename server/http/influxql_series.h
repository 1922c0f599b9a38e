#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/influxql.h"
#include "types/value.h"

namespace tidemark::http {

/// One row of a series on its way out.
struct SeriesRow {
  int64_t time_ns = 0;
  std::vector<Value> values;
};

/// Receives the rows of series, whole and in order.
class SeriesWriter {
 public:
  virtual ~SeriesWriter() = default;
  virtual void begin_series(const std::vector<std::string>& tags) = 0;
  virtual void row(const SeriesRow& row) = 0;
  virtual void end_series() = 0;
};

/// Cuts the rows of a result into series, fills in windows that are missing, applies LIMIT, OFFSET, SLIMIT and SOFFSET.
/// Throws 54000 when a series had more windows than kWindowsMax.
void write_series(const InfluxQlShape& shape, Result& rows, SeriesWriter& writer);

/// Windows of one series that fill() may make; InfluxDB's max-select-buckets.
inline constexpr int64_t kWindowsMax = 10'000'000;

}  // namespace tidemark::http
