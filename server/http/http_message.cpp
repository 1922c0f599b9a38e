#include "server/http/http_message.h"

#include <algorithm>

#include "base/binary_text.h"

namespace tidemark::http {
std::string_view Request::parameter(std::string_view name) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [name](const auto& pair) { return pair.first == name; });
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

bool Request::has_parameter(std::string_view name) const {
  return std::any_of(parameters.begin(), parameters.end(), [name](const auto& pair) { return pair.first == name; });
}

std::string_view Request::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string decode_percent(std::string_view text, bool plus_is_blank) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      result += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      result += text[i] == '+' && plus_is_blank ? ' ' : text[i];
    }
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) {
      continue;
    }
    const size_t equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(decode_percent(pair.substr(0, equals), true),
                       decode_percent(pair.substr(std::min(equals + 1, pair.size())), true));
  }
  return pairs;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char letter : text) {
    switch (letter) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(letter) < 0x20 || letter == '<' || letter == '>' || letter == '&') {
          out += "\\u00";
          out += kDigits[(letter >> 4) & 15];
          out += kDigits[letter & 15];
        } else {
          out += letter;
        }
    }
  }
  out += '"';
}

Response error_response(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.body = "{\"error\":";
  append_json_string(response.body, text);
  response.body += "}\n";
  std::string header(text);
  std::replace(header.begin(), header.end(), '\n', ' ');
  std::replace(header.begin(), header.end(), '\r', ' ');
  response.headers.emplace_back("X-Influxdb-Error", std::move(header));
  return response;
}

}  // namespace tidemark::http
