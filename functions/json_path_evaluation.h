#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

struct JsonPath;
class TimeZone;

/// What a path says of a jsonb value.
enum class JsonPathOutcome : uint8_t {
  kFound,
  kNothing,
  kUnknown,  ///< it failed, and errors were not to be thrown
};

/// One evaluation: `vars` is the object that names the path's variables, `silent` keeps structural and arithmetic
/// errors to itself.
struct JsonPathCall {
  const JsonPath& path;
  std::string_view json;  ///< in jsonb's normal form
  std::string_view vars = "{}";
  bool silent = false;
  /// The session's, for the …_tz functions: datetimes with a zone may be compared with those without. Null: they may
  /// not.
  const TimeZone* zone = nullptr;
};

/// Errors, where not silent, are PostgreSQL's: 2203A `JSON object does not contain key "…"` and its kin.
JsonPathOutcome json_path_exists(const JsonPathCall& call);
/// All results in jsonb's normal form, into `results`.
JsonPathOutcome json_path_query(const JsonPathCall& call, std::vector<std::string>& results);

}  // namespace tidemark
