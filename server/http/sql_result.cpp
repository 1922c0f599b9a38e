#include "server/http/sql_result.h"

#include <cmath>

#include "server/http/http_message.h"

namespace tidemark::http {
namespace {

/// Whether the text of a value is a JSON number or literal as it stands.
bool is_bare(LogicalType type, const Vector& values, size_t row) {
  switch (type.id) {
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kUInt64:
    case TypeId::kOid:
      return true;
    case TypeId::kFloat32:
    case TypeId::kFloat64:
      return std::isfinite(values.value(row).as_double());
    default:
      return false;
  }
}

void append_json_value(std::string& out, const Vector& values, size_t row, const TypeIoOptions& options) {
  if (values.is_null(row)) {
    out += "null";
    return;
  }
  const LogicalType type = values.type();
  if (type.id == TypeId::kBoolean) {
    out += values.value(row).as_bool() ? "true" : "false";
    return;
  }
  std::string text;
  append_text(text, values, row, options);
  if (is_bare(type, values, row) || type.id == TypeId::kJson || type.id == TypeId::kJsonb) {
    out += text;
  } else if (type.id == TypeId::kNumeric && text != "NaN" && text.find("Infinity") == std::string::npos) {
    out += text;
  } else {
    append_json_string(out, text);
  }
}

void append_csv_field(std::string& out, std::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char letter : text) {
    out.append(letter == '"' ? 2 : 1, letter);
  }
  out += '"';
}

}  // namespace

std::string sql_result_json(Result& result, const TypeIoOptions& options) {
  std::string out = "{\"columns\":[";
  for (size_t i = 0; i < result.columns().size(); ++i) {
    out += i == 0 ? "{\"name\":" : ",{\"name\":";
    append_json_string(out, result.columns()[i].name);
    out += ",\"type\":";
    append_json_string(out, result.columns()[i].type.to_string());
    out += '}';
  }
  out += "],\"rows\":[";
  DataChunk chunk;
  bool first = true;
  while (result.next(chunk)) {
    for (size_t row = 0; row < chunk.size; ++row) {
      out += first ? "[" : ",[";
      first = false;
      for (size_t column = 0; column < chunk.columns.size(); ++column) {
        if (column != 0) {
          out += ',';
        }
        append_json_value(out, chunk.columns[column], row, options);
      }
      out += ']';
    }
  }
  out += "],\"command\":";
  append_json_string(out, result.command_tag());
  return out + "}\n";
}

std::string sql_result_csv(Result& result, const TypeIoOptions& options) {
  std::string out;
  for (size_t i = 0; i < result.columns().size(); ++i) {
    out += i == 0 ? "" : ",";
    append_csv_field(out, result.columns()[i].name);
  }
  out += "\r\n";
  DataChunk chunk;
  std::string text;
  while (result.next(chunk)) {
    for (size_t row = 0; row < chunk.size; ++row) {
      for (size_t column = 0; column < chunk.columns.size(); ++column) {
        out += column == 0 ? "" : ",";
        if (!chunk.columns[column].is_null(row)) {
          text.clear();
          append_text(text, chunk.columns[column], row, options);
          append_csv_field(out, text);
        }
      }
      out += "\r\n";
    }
  }
  return out;
}

std::string sql_error_json(const Error& error) {
  std::string out = "{\"error\":{\"code\":";
  append_json_string(out, error.sqlstate());
  const auto field = [&out](std::string_view name, std::string_view text) {
    if (!text.empty()) {
      out += ",\"" + std::string(name) + "\":";
      append_json_string(out, text);
    }
  };
  field("message", error.message());
  field("detail", error.detail());
  field("hint", error.hint());
  if (error.position() > 0) {
    out += ",\"position\":" + std::to_string(error.position());
  }
  return out + "}}\n";
}

}  // namespace tidemark::http
