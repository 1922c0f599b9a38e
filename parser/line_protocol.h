#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/column_batch.h"

namespace tidemark {

/// What one body of line protocol held. String fields of `batches` point into the text that was parsed, which must
/// outlive them.
struct LineProtocolResult {
  std::vector<ColumnBatch> batches;  ///< one a measurement, in order of first appearance; never empty ones
  std::vector<std::string> errors;   ///< `unable to parse '…': reason`, a bad line each, in InfluxDB 1.x's words
  /// Points whose field had another type earlier in the same body: the first type wins, the later point is dropped.
  std::vector<std::string> conflicts;
  size_t rows = 0;
};

/// Nanoseconds in one unit of the `precision` parameter: n, ns, u, us, µ, ms, s, m, h, or empty for nanoseconds.
/// Nothing if unknown (D24).
std::optional<int64_t> line_protocol_precision(std::string_view name);

/// Parses a body straight into columns. Good lines are kept, bad ones reported.
///
/// `measurement[,tag=value…] field=value[,field=value…] [timestamp]`; the syntax is InfluxDB's "line protocol
/// reference" with the behaviour of 1.x where that says more. `now_ns` is the time of points that bear none; `unit_ns`
/// from line_protocol_precision.
///
/// The text before the first blank names a series. It is looked up as it stands, so that tags are parsed once a series
/// and body, and a field whose key is the one that followed last time is found without hashing.
LineProtocolResult parse_line_protocol(std::string_view text, int64_t unit_ns, int64_t now_ns);

}  // namespace tidemark
