#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tidemark/result.h"

namespace tidemark {

struct InfluxQlOptions {
  bool has_database = true;      ///< false: the client named none, and statements that need one say so
  std::string missing_database;  ///< the one that the client named, where there is none of that name
  bool read_only = false;  ///< the request was one for reading: statements that change something are warned about
  std::string policy;  ///< the `rp` parameter: where measurements without a policy are; empty: the default one
};

enum class InfluxQlFill : uint8_t { kNull, kNone, kPrevious, kLinear, kNumber };

/// How the rows of one result become InfluxDB's series. The rows' columns are: the tags that they are grouped by, then
/// the time unless `fixed_time_ns` says it, then the values. Rows of one series follow each other, in order of time.
struct InfluxQlShape {
  std::string name;                      ///< of the series; empty: it has none
  std::vector<std::string> tag_keys;     ///< a NULL tag is the empty text
  std::vector<std::string> columns;      ///< as they are called, `time` included where there is one
  bool has_time = true;                  ///< SHOW has no time column
  std::optional<int64_t> fixed_time_ns;  ///< the time of all rows, nanoseconds since 1970
  bool descending = false;

  int64_t window_ns = 0;  ///< GROUP BY time: rows are windows, and absent ones are filled in; 0: they are not
  std::optional<int64_t> first_window_ns;  ///< start of the first one; nothing: that of the series' first row
  int64_t last_window_ns = 0;              ///< start of the last one
  InfluxQlFill fill = InfluxQlFill::kNone;
  double fill_number = 0;
  std::vector<bool> is_count;  ///< of each value column: an absent one is 0 where others are null

  int64_t limit = 0;  ///< rows of a series; 0: all
  int64_t offset = 0;
  int64_t series_limit = 0;
  int64_t series_offset = 0;
};

/// Receives what InfluxQL statements give, in order.
class InfluxQlSink {
 public:
  virtual ~InfluxQlSink() = default;
  virtual void begin_statement(std::string_view text) = 0;
  /// Reads `rows` to their end. A statement may give any number of these.
  virtual void series(const InfluxQlShape& shape, Result& rows) = 0;
  /// A warning in the reply's `messages`.
  virtual void message(std::string_view level, std::string_view text) = 0;
  virtual void error(const Error& error) = 0;
  virtual void end_statement() = 0;
};

}  // namespace tidemark
