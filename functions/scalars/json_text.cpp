#include "functions/scalars/json_text.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "functions/scalars/utf8.h"
#include "types/array.h"
#include "types/json.h"
#include "types/record.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Bytes of the string that `text` begins with, its quotes included.
size_t string_bytes(std::string_view text) {
  size_t i = 1;
  while (text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  return i + 1;
}

/// Bytes of the value that `text` begins with.
size_t value_bytes(std::string_view text) {
  if (text[0] == '"') return string_bytes(text);
  if (text[0] != '{' && text[0] != '[') {
    size_t i = 0;
    while (i < text.size() && text[i] != ',' && text[i] != ']' && text[i] != '}' && !is_blank(text[i])) ++i;
    return i;
  }
  size_t depth = 0;
  for (size_t i = 0;; ++i) {
    if (text[i] == '"') {
      i += string_bytes(text.substr(i)) - 1;
    } else if (text[i] == '{' || text[i] == '[') {
      ++depth;
    } else if ((text[i] == '}' || text[i] == ']') && --depth == 0) {
      return i + 1;
    }
  }
}

uint32_t hex4(std::string_view digits) {
  uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return value;
}

[[noreturn]] void throw_bad_escape(const char* detail) {
  throw Error(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type json").with_detail(detail);
}

/// The character of the four digits of a Unicode escape, and of a second escape if it takes two. `length`: of what was
/// read. As json's input checks the digits only, what they stand for is checked here: text holds neither halves of
/// characters nor the character 0.
uint32_t escaped_character(std::string_view rest, size_t& length) {
  constexpr uint32_t kHigh = 0xD800, kLow = 0xDC00, kEnd = 0xE000;
  constexpr const char* kLowMustFollow = "Unicode low surrogate must follow a high surrogate.";
  constexpr size_t kDigits = 4, kEscape = 6;
  length = kDigits;
  const uint32_t code = hex4(rest);
  if (code == 0) {
    throw Error("22P05", "unsupported Unicode escape sequence").with_detail("\\u0000 cannot be converted to text.");
  }
  if (code < kHigh || code >= kEnd) return code;
  if (code >= kLow || !rest.substr(kDigits).starts_with("\\u")) throw_bad_escape(kLowMustFollow);
  const uint32_t low = hex4(rest.substr(kEscape));
  if (low >= kHigh && low < kLow) throw_bad_escape("Unicode high surrogate must not follow a high surrogate.");
  if (low < kLow || low >= kEnd) throw_bad_escape(kLowMustFollow);
  length += kEscape;
  return 0x10000 + ((code - kHigh) << 10) + (low - kLow);
}

std::string unescaped(std::string_view quoted) {
  std::string out;
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] != '\\') {
      out += quoted[i];
      continue;
    }
    const char c = quoted[++i];
    switch (c) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u': {
        size_t length = 0;
        append_character(out, escaped_character(quoted.substr(i + 1), length));
        i += length;
        break;
      }
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

JsonKind json_kind(std::string_view json) {
  switch (trimmed(json)[0]) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
    case 'f':
      return JsonKind::kBoolean;
    case 'n':
      return JsonKind::kNull;
    default:
      return JsonKind::kNumber;
  }
}

std::vector<JsonMember> json_members(std::string_view object) {
  std::vector<JsonMember> members;
  std::string_view rest = trimmed(object);
  rest = trimmed(rest.substr(1, rest.size() - 2));
  while (!rest.empty()) {
    const size_t key = string_bytes(rest);
    JsonMember member;
    member.key = unescaped(rest.substr(0, key));
    rest = trimmed(rest.substr(key));
    rest = trimmed(rest.substr(1));  // the colon
    const size_t value = value_bytes(rest);
    member.value = rest.substr(0, value);
    members.push_back(std::move(member));
    rest = trimmed(rest.substr(value));
    if (!rest.empty()) rest = trimmed(rest.substr(1));  // the comma
  }
  return members;
}

std::vector<std::string_view> json_elements(std::string_view array) {
  std::vector<std::string_view> elements;
  std::string_view rest = trimmed(array);
  rest = trimmed(rest.substr(1, rest.size() - 2));
  while (!rest.empty()) {
    const size_t value = value_bytes(rest);
    elements.push_back(rest.substr(0, value));
    rest = trimmed(rest.substr(value));
    if (!rest.empty()) rest = trimmed(rest.substr(1));
  }
  return elements;
}

std::optional<std::string_view> json_member(std::string_view json, std::string_view key) {
  if (json_kind(json) != JsonKind::kObject) return std::nullopt;
  std::optional<std::string_view> found;
  for (const JsonMember& member : json_members(json)) {
    if (member.key == key) found = member.value;
  }
  return found;
}

std::optional<std::string_view> json_element(std::string_view json, int64_t index) {
  if (json_kind(json) != JsonKind::kArray) return std::nullopt;
  const std::vector<std::string_view> elements = json_elements(json);
  const auto count = static_cast<int64_t>(elements.size());
  if (index < 0) index += count;
  if (index < 0 || index >= count) return std::nullopt;
  return elements[static_cast<size_t>(index)];
}

std::optional<std::string_view> json_at_path(std::string_view json, const std::vector<std::string>& path) {
  std::optional<std::string_view> at = trimmed(json);
  for (const std::string& step : path) {
    if (json_kind(*at) == JsonKind::kObject) {
      at = json_member(*at, step);
    } else {
      int64_t index = 0;
      const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
      if (error != std::errc() || end != step.data() + step.size()) return std::nullopt;
      at = json_element(*at, index);
    }
    if (!at) return std::nullopt;
  }
  return at;
}

std::optional<std::string> json_as_text(std::string_view json) {
  const std::string_view value = trimmed(json);
  switch (json_kind(value)) {
    case JsonKind::kNull:
      return std::nullopt;
    case JsonKind::kString:
      return unescaped(value);
    default:
      return std::string(value);
  }
}

namespace {

void append_array_as_json(std::string& out, const ArrayView& array, const Vector& elements, size_t dimension,
                          size_t& next, const TypeIoOptions& options) {
  out += '[';
  const int32_t length = array.dimensions().empty() ? 0 : array.dimensions()[dimension].length;
  for (int32_t i = 0; i < length; ++i) {
    if (i > 0) out += ',';
    if (dimension + 1 < array.dimensions().size()) {
      append_array_as_json(out, array, elements, dimension + 1, next, options);
    } else {
      append_as_json(out, elements, next++, options);
    }
  }
  out += ']';
}

void append_record_as_json(std::string& out, std::string_view packed, const TypeIoOptions& options) {
  out += '{';
  size_t number = 0;
  const std::vector<std::string> names = record_field_names(packed);
  for (const Value& field : unpack_record(packed)) {
    if (number++ > 0) out += ',';
    append_json_string(out, names.empty() ? "f" + std::to_string(number) : names[number - 1]);
    out += ':';
    append_as_json(out, Vector::constant(field, 1), 0, options);
  }
  out += '}';
}

/// 2024-01-02T03:04:05 whatever DateStyle says.
void append_iso_time(std::string& out, const Vector& values, size_t row, TypeIoOptions options) {
  options.dates.date_style = DateStyle::kIso;
  std::string text;
  append_text(text, values, row, options);
  const std::string era = text.ends_with(" BC") ? " BC" : "";
  text.resize(text.size() - era.size());
  const size_t blank = text.find(' ');
  if (values.type().id != TypeId::kDate && blank != std::string::npos) text[blank] = 'T';
  // A zone of whole hours is written with its minutes.
  if (values.type().id != TypeId::kDate && text.size() > 3 &&
      (text[text.size() - 3] == '+' || text[text.size() - 3] == '-') && values.type().id != TypeId::kTimestamp) {
    text += ":00";
  }
  append_json_string(out, text + era);
}

}  // namespace

void append_as_json(std::string& out, const Vector& values, size_t row, const TypeIoOptions& options) {
  if (values.is_null(row)) {
    out += "null";
    return;
  }
  std::string text;
  switch (values.type().id) {
    case TypeId::kBoolean:
      out += values.value(row).as_bool() ? "true" : "false";
      return;
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kUInt64:
    case TypeId::kFloat32:
    case TypeId::kFloat64:
    case TypeId::kNumeric:
      append_text(text, values, row, options);
      // NaN and the infinities are no JSON numbers.
      if (text.find_first_of("NnIi") != std::string::npos && text.find('e') == std::string::npos) {
        append_json_string(out, text);
      } else if (text == "NaN" || text.ends_with("Infinity")) {
        append_json_string(out, text);
      } else {
        out += text;
      }
      return;
    case TypeId::kJson:
    case TypeId::kJsonb:
      append_text(out, values, row, options);
      return;
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
      append_iso_time(out, values, row, options);
      return;
    case TypeId::kRecord:
      append_record_as_json(out, values.value(row).as_bytes(), options);
      return;
    case TypeId::kArray: {
      const std::string packed = values.value(row).as_bytes();
      const ArrayView array(packed, array_element_type(values.type()));
      size_t next = 0;
      append_array_as_json(out, array, array.elements(), 0, next, options);
      return;
    }
    default:
      append_text(text, values, row, options);
      append_json_string(out, text);
  }
}

}  // namespace tidemark
