#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::http {

/// A request, whole: line, headers (names in lower case), body as it was meant (unpacked).
struct Request {
  std::string method;
  std::string path;  ///< decoded, without the query string
  std::vector<std::pair<std::string, std::string>>
      parameters;  ///< of the query string and a form body, decoded, in order
  std::map<std::string, std::string> headers;
  std::string body;

  /// The first parameter of that name; empty if there is none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  [[nodiscard]] bool has_parameter(std::string_view name) const;
  [[nodiscard]] std::string_view header(const std::string& lower_case_name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// `a=b&c=%20d+e` → pairs. Malformed percent signs stay as they are.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);
std::string decode_percent(std::string_view text, bool plus_is_blank);

/// Appends `text` as a JSON string, quotes included; bytes below 0x20 and, as InfluxDB does, `<` `>` `&` are escaped.
void append_json_string(std::string& out, std::string_view text);

/// `{"error":"…"}` with the same text in X-Influxdb-Error.
Response error_response(int status, std::string_view text);

}  // namespace tidemark::http
