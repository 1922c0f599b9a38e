#include "server/http/influxql_result.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "server/http/http_message.h"
#include "server/http/influxql_series.h"
#include "types/calendar.h"
#include "types/type_io.h"

namespace tidemark::http {
namespace {

/// InfluxDB merges the chunks of one series and leaves this mark of them where there was more than one.
constexpr size_t kPartialRows = 10'000;

void append_value(std::string& out, const Value& value) {
  if (value.is_null()) {
    out += "null";
    return;
  }
  switch (value.type().physical()) {
    case PhysicalType::kBool:
      out += value.as_bool() ? "true" : "false";
      return;
    case PhysicalType::kUInt64:
      out += std::to_string(value.as_uint64());
      return;
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64:
      append_go_number(out, value.as_double());
      return;
    case PhysicalType::kBytes:
      append_json_string(out, value.as_bytes());
      return;
    case PhysicalType::kInterval:
    case PhysicalType::kUuid:
      append_json_string(out, to_text(value));
      return;
    default:
      out += std::to_string(value.as_int64());
  }
}

/// Prints the series of one result.
class JsonSeries final : public SeriesWriter {
 public:
  JsonSeries(const InfluxQlShape& shape, const InfluxQlFormat& format, std::string& out)
      : shape_(shape), format_(format), out_(out) {}

  void begin_series(const std::vector<std::string>& tags) override {
    head(tags);
    out_ += ",\"values\":[";
    rows_ = 0;
  }

  void row(const SeriesRow& row) override {
    out_ += rows_++ == 0 ? "[" : ",[";
    if (shape_.has_time) {
      append_time(row.time_ns);
      if (!row.values.empty()) out_ += ',';
    }
    for (size_t i = 0; i < row.values.size(); ++i) {
      if (i != 0) out_ += ',';
      append_value(out_, row.values[i]);
    }
    out_ += ']';
  }

  void end_series() override {
    out_ += rows_ > kPartialRows ? "],\"partial\":true}" : "]}";
    any_ = true;
  }

  /// A list that is empty is shown by its columns.
  void end_result() {
    if (any_ || shape_.has_time) return;
    head({});
    out_ += '}';
  }

 private:
  void head(const std::vector<std::string>& tags) {
    if (!out_.empty()) out_ += ',';
    const auto member = [this, first = true](std::string_view key) mutable {
      out_ += first ? "{\"" : ",\"";
      first = false;
      out_ += key;
      out_ += "\":";
    };
    auto next = member;
    if (!shape_.name.empty()) {
      next("name");
      append_json_string(out_, shape_.name);
    }
    if (!tags.empty()) {
      next("tags");
      for (size_t i = 0; i < tags.size(); ++i) {
        out_ += i == 0 ? '{' : ',';
        append_json_string(out_, shape_.tag_keys[i]);
        out_ += ':';
        append_json_string(out_, tags[i]);
      }
      out_ += '}';
    }
    next("columns");
    for (size_t i = 0; i < shape_.columns.size(); ++i) {
      out_ += i == 0 ? '[' : ',';
      append_json_string(out_, shape_.columns[i]);
    }
    out_ += ']';
  }

  void append_time(int64_t nanoseconds) {
    if (format_.epoch_unit_ns == 0) {
      out_ += '"';
      append_rfc3339(out_, nanoseconds);
      out_ += '"';
    } else {
      out_ += std::to_string(nanoseconds / format_.epoch_unit_ns);
    }
  }

  const InfluxQlShape& shape_;
  const InfluxQlFormat& format_;
  std::string& out_;
  size_t rows_ = 0;
  bool any_ = false;
};

}  // namespace

int64_t epoch_unit(std::string_view word) {
  if (word.empty()) return 0;
  if (word == "u" || word == "\xC2\xB5") return 1'000;
  if (word == "ms") return 1'000'000;
  if (word == "s") return 1'000'000'000;
  if (word == "m") return 60'000'000'000;
  if (word == "h") return 3'600'000'000'000;
  return 1;
}

void append_go_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const double size = std::abs(value);
  char digits[400];
  if (size != 0 && (size < 1e-6 || size >= 1e21)) {
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value, std::chars_format::scientific).ptr;
    std::string text(digits, end);
    // 1e-07 there is 1e-7 here.
    const size_t exponent = text.find('e') + 2;
    if (text[exponent] == '0' && text.size() == exponent + 2) text.erase(exponent, 1);
    out += text;
    return;
  }
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value, std::chars_format::fixed).ptr;
  out.append(digits, end);
}

void append_rfc3339(std::string& out, int64_t nanoseconds) {
  constexpr int64_t kSecond = 1'000'000'000;
  constexpr int64_t kDaySeconds = 86'400;
  constexpr int64_t kDaysTo2000 = 10'957;  // civil_from_days counts from there
  const int64_t seconds = nanoseconds / kSecond - (nanoseconds % kSecond < 0 ? 1 : 0);
  const int64_t fraction = nanoseconds - seconds * kSecond;
  const int64_t days = seconds / kDaySeconds - (seconds % kDaySeconds < 0 ? 1 : 0);
  const int64_t of_day = seconds - days * kDaySeconds;
  const CivilDate date = civil_from_days(days - kDaysTo2000);
  out += fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year, date.month, date.day, of_day / 3600,
                     of_day / 60 % 60, of_day % 60);
  if (fraction != 0) {
    std::string digits = fmt::format(".{:09}", fraction);
    digits.erase(digits.find_last_not_of('0') + 1);
    out += digits;
  }
  out += 'Z';
}

void InfluxQlJson::begin_statement(std::string_view /*text*/) {
  messages_.clear();
  series_.clear();
  error_.clear();
}

void InfluxQlJson::series(const InfluxQlShape& shape, Result& rows) {
  JsonSeries writer(shape, format_, series_);
  write_series(shape, rows, writer);
  writer.end_result();
}

void InfluxQlJson::message(std::string_view level, std::string_view text) {
  messages_ += messages_.empty() ? "{\"level\":" : ",{\"level\":";
  append_json_string(messages_, level);
  messages_ += ",\"text\":";
  append_json_string(messages_, text);
  messages_ += '}';
}

void InfluxQlJson::error(const Error& error) {
  // What was printed before the error would look like a whole answer.
  series_.clear();
  error_ = error.message();
  if (error_.empty()) error_ = "error";
}

void InfluxQlJson::end_statement() {
  out_ += out_.empty() ? "{\"results\":[{\"statement_id\":" : ",{\"statement_id\":";
  out_ += std::to_string(statement_++);
  if (!messages_.empty()) out_ += ",\"messages\":[" + messages_ + "]";
  if (!series_.empty()) {
    out_ += ",\"series\":[";
    out_ += series_;
    out_ += ']';
  }
  if (!error_.empty()) {
    out_ += ",\"error\":";
    append_json_string(out_, error_);
  }
  out_ += '}';
}

std::string InfluxQlJson::take() {
  std::string body = out_.empty() ? "{}" : std::move(out_) + "]}";
  if (format_.pretty) body = pretty_json(body);
  body += '\n';
  return body;
}

std::string pretty_json(std::string_view json) {
  std::string out;
  size_t depth = 0;
  bool in_text = false;
  const auto line = [&] {
    out += '\n';
    out.append(4 * depth, ' ');
  };
  for (size_t i = 0; i < json.size(); ++i) {
    const char letter = json[i];
    if (in_text) {
      out += letter;
      if (letter == '\\' && i + 1 < json.size()) {
        out += json[++i];
      } else if (letter == '"') {
        in_text = false;
      }
      continue;
    }
    switch (letter) {
      case '"':
        in_text = true;
        out += letter;
        break;
      case '{':
      case '[':
        out += letter;
        if (i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']')) break;
        ++depth;
        line();
        break;
      case '}':
      case ']':
        if (i > 0 && json[i - 1] != '{' && json[i - 1] != '[') {
          --depth;
          line();
        }
        out += letter;
        break;
      case ',':
        out += letter;
        line();
        break;
      case ':':
        out += ": ";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

}  // namespace tidemark::http
