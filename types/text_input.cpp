// Text → values: parse_value and parse_into of types/type_io.h.

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/ascii.h"
#include "base/binary_text.h"
#include "base/check.h"
#include "base/error.h"
#include "base/utf8.h"
#include "types/array.h"
#include "types/calendar.h"
#include "types/char_byte.h"
#include "types/datetime.h"
#include "types/datetime_input.h"
#include "types/enum_value.h"
#include "types/inet.h"
#include "types/interval.h"
#include "types/json.h"
#include "types/json_path.h"
#include "types/log_position.h"
#include "types/mac_address.h"
#include "types/modifier.h"
#include "types/money.h"
#include "types/numeric.h"
#include "types/record.h"
#include "types/type_info.h"
#include "types/type_io.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

[[noreturn]] void throw_invalid(std::string_view type, std::string_view text) {
  throw Error(sqlstate::kInvalidTextRepresentation,
              "invalid input syntax for type " + std::string(type) + ": \"" + std::string(text) + "\"");
}

[[noreturn]] void throw_number_out_of_range(std::string_view type, std::string_view text) {
  throw Error(sqlstate::kNumericValueOutOfRange,
              "value \"" + std::string(text) + "\" is out of range for type " + std::string(type));
}

bool parse_boolean(std::string_view text) {
  const std::string word = to_ascii_lower(trim_ascii_spaces(text));
  const auto begins = [&word](std::string_view whole, size_t bytes_min) {
    return word.size() >= bytes_min && whole.starts_with(word);
  };
  if (word == "1" || begins("true", 1) || begins("yes", 1) || word == "on") {
    return true;
  }
  if (word == "0" || begins("false", 1) || begins("no", 1) || begins("off", 2)) {
    return false;
  }
  throw_invalid("boolean", text);
}

/// Digits with a sign and blanks around.
template <class T>
T parse_integer(std::string_view text, std::string_view type) {
  T number = 0;
  const char* first = text.data();
  const char* last = first + text.size();
  std::from_chars_result result = std::from_chars(first, last, number);
  if (result.ec == std::errc() && result.ptr == last) [[likely]] {
    return number;
  }
  std::string_view digits = trim_ascii_spaces(text);
  if (digits.starts_with('+') && digits.size() > 1 && is_ascii_digit(digits[1])) {
    digits.remove_prefix(1);
  }
  last = digits.data() + digits.size();
  result = std::from_chars(digits.data(), last, number);
  if (result.ec == std::errc::invalid_argument || result.ptr != last) {
    throw_invalid(type, text);
  }
  if (result.ec == std::errc::result_out_of_range) {
    throw_number_out_of_range(type, text);
  }
  return number;
}

uint64_t parse_uint64(std::string_view text) {
  std::string_view digits = trim_ascii_spaces(text);
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  const bool negative = digits.starts_with('-');
  if (negative) {
    digits.remove_prefix(1);
  }
  uint64_t number = 0;
  const char* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (error == std::errc::invalid_argument || end != last) {
    throw_invalid("uint8", text);
  }
  if (error == std::errc::result_out_of_range || (negative && number != 0)) {
    throw_number_out_of_range("uint8", text);
  }
  return number;
}

/// An oid or another number of 32 bits; as PostgreSQL, -1 is 4294967295.
int64_t parse_oid(std::string_view text, std::string_view type) {
  const std::string_view digits = trim_ascii_spaces(text);
  int64_t number = 0;
  const char* last = digits.data() + digits.size();
  const char* first = digits.data() + (digits.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(first, last, number);
  if (error == std::errc::invalid_argument || end != last) {
    throw_invalid(type, text);
  }
  if (error == std::errc::result_out_of_range || number > std::numeric_limits<uint32_t>::max() ||
      number < std::numeric_limits<int32_t>::min()) {
    throw_number_out_of_range(type, text);
  }
  return static_cast<uint32_t>(number);
}

int64_t parse_object(TypeId id, std::string_view text, const TypeIoOptions& options) {
  const std::string_view word = trim_ascii_spaces(text);
  if (word == "-") {
    return 0;
  }
  if (!word.empty() && is_ascii_digit(word[0])) {
    return parse_oid(text, type_info(id).sql_name);
  }
  if (options.names != nullptr) {
    return options.names->oid_of(id, word);
  }
  LogicalType type;
  if (id == TypeId::kRegtype && find_type(word, type)) {
    return type.oid();
  }
  throw Error(sqlstate::kUndefinedObject, "object \"" + std::string(word) + "\" does not exist");
}

/// (block,offset) as block × 2^16 + offset.
int64_t parse_tid(std::string_view text) {
  const std::string_view word = trim_ascii_spaces(text);
  const size_t comma = word.find(',');
  uint32_t block = 0;
  uint16_t offset = 0;
  if (!word.starts_with('(') || !word.ends_with(')') || comma == std::string_view::npos) {
    throw_invalid("tid", text);
  }
  const char* first_end = word.data() + comma;
  const char* second_end = word.data() + word.size() - 1;
  const auto first = std::from_chars(word.data() + 1, first_end, block);
  const auto second = std::from_chars(first_end + 1, second_end, offset);
  if (first.ec != std::errc() || first.ptr != first_end || second.ec != std::errc() || second.ptr != second_end) {
    throw_invalid("tid", text);
  }
  return int64_t{block} * 65536 + offset;
}

template <class T>
T parse_float(std::string_view text, std::string_view type) {
  T number = 0;
  const char* last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc() && end == last && std::isfinite(number)) [[likely]] {
    return number;
  }
  // The words, blanks, a plus sign, hexadecimal floats: whatever strtod takes PostgreSQL takes.
  const std::string word(trim_ascii_spaces(text));
  if (word.empty()) {
    throw_invalid(type, text);
  }
  char* stop = nullptr;
  errno = 0;
  if constexpr (sizeof(T) == sizeof(float)) {
    number = std::strtof(word.c_str(), &stop);
  } else {
    number = std::strtod(word.c_str(), &stop);
  }
  if (stop != word.c_str() + word.size()) {
    throw_invalid(type, text);
  }
  if (errno == ERANGE && (number == 0 || std::isinf(number))) {
    throw Error(sqlstate::kNumericValueOutOfRange,
                "\"" + std::string(trim_ascii_spaces(text)) + "\" is out of range for type " + std::string(type));
  }
  return number;
}

/// 32 hex digits, a hyphen allowed after each group of four, braces around.
Uuid parse_uuid(std::string_view text) {
  std::string_view rest = text;
  const bool braces = rest.starts_with('{');
  if (braces) {
    rest.remove_prefix(1);
  }
  Uuid uuid;
  for (size_t byte = 0; byte < sizeof(uuid.bytes); ++byte) {
    const int high = rest.size() >= 2 ? hex_digit(rest[0]) : -1;
    const int low = rest.size() >= 2 ? hex_digit(rest[1]) : -1;
    if (high < 0 || low < 0) {
      throw_invalid("uuid", text);
    }
    uuid.bytes[byte] = static_cast<uint8_t>(high * 16 + low);
    rest.remove_prefix(2);
    if (byte % 2 == 1 && byte + 1 < sizeof(uuid.bytes) && rest.starts_with('-')) {
      rest.remove_prefix(1);
    }
  }
  if (rest != (braces ? "}" : "")) {
    throw_invalid("uuid", text);
  }
  return uuid;
}

std::string parse_hex_bytea(std::string_view digits) {
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (size_t at = 0; at < digits.size(); at += 2) {
    while (at < digits.size() && is_ascii_space(digits[at])) {
      ++at;
    }
    if (at == digits.size()) {
      break;
    }
    for (size_t i = at; i < at + 2 && i < digits.size(); ++i) {
      if (hex_digit(digits[i]) < 0) {
        const size_t character =
            1 + (static_cast<uint8_t>(digits[i]) >= 0xc0 ? utf8_prefix_bytes(digits.substr(i), 1) - 1 : 0);
        throw Error(sqlstate::kInvalidParameterValue,
                    "invalid hexadecimal digit: \"" + std::string(digits.substr(i, character)) + "\"");
      }
    }
    if (at + 1 >= digits.size()) {
      throw Error(sqlstate::kInvalidParameterValue, "invalid hexadecimal data: odd number of digits");
    }
    bytes.push_back(static_cast<char>(hex_digit(digits[at]) * 16 + hex_digit(digits[at + 1])));
  }
  return bytes;
}

std::string parse_bytea(std::string_view text) {
  if (text.starts_with("\\x")) {
    return parse_hex_bytea(text.substr(2));
  }
  std::string bytes;
  bytes.reserve(text.size());
  const auto is_octal = [](char c, char max) { return c >= '0' && c <= max; };
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      bytes.push_back(text[at]);
    } else if (at + 1 < text.size() && text[at + 1] == '\\') {
      bytes.push_back('\\');
      ++at;
    } else if (at + 3 < text.size() && is_octal(text[at + 1], '3') && is_octal(text[at + 2], '7') &&
               is_octal(text[at + 3], '7')) {
      bytes.push_back(static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0')));
      at += 3;
    } else {
      throw Error(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type bytea");
    }
  }
  return bytes;
}

/// Bits as the characters 0 and 1; also b…, and x… in hexadecimal.
std::string parse_bits(std::string_view text) {
  std::string bits;
  if (text.starts_with('x') || text.starts_with('X')) {
    for (const char c : text.substr(1)) {
      const int digit = hex_digit(c);
      if (digit < 0) {
        throw Error(sqlstate::kInvalidTextRepresentation,
                    "\"" + std::string(1, c) + "\" is not a valid hexadecimal digit");
      }
      for (int bit = 3; bit >= 0; --bit) {
        bits.push_back((digit >> bit & 1) != 0 ? '1' : '0');
      }
    }
    return bits;
  }
  const size_t prefix = text.starts_with('b') || text.starts_with('B') ? 1 : 0;
  for (const char c : text.substr(prefix)) {
    if (c != '0' && c != '1') {
      throw Error(sqlstate::kInvalidTextRepresentation, "\"" + std::string(1, c) + "\" is not a valid binary digit");
    }
    bits.push_back(c);
  }
  return bits;
}

int64_t rounded_time(int64_t time, int32_t modifier) { return modifier < 0 ? time : round_time(time, modifier); }
int64_t rounded_timestamp(int64_t timestamp, int32_t modifier) {
  return modifier < 0 ? timestamp : round_timestamp(timestamp, modifier);
}

/// Types that lie in memory as an integer.
int64_t parse_integral(LogicalType type, std::string_view text, const TypeIoOptions& options) {
  if (type.id == kMoney) return parse_money(text);
  if (type.id == kLogPosition) return parse_log_position(text);
  if (type.id == kMacAddress) return parse_mac_address(text);
  if (type.id == kMacAddress8) return parse_mac_address8(text);
  if (type.id == kXid8) return parse_xid8(text);
  switch (type.id) {
    case TypeId::kBoolean:
      return parse_boolean(text) ? 1 : 0;
    case TypeId::kInt16:
      return parse_integer<int16_t>(text, "smallint");
    case TypeId::kInt32:
      return parse_integer<int32_t>(text, "integer");
    case TypeId::kInt64:
      return parse_integer<int64_t>(text, "bigint");
    case TypeId::kDate:
      return parse_date(text, options.dates);
    case TypeId::kTime:
      return rounded_time(parse_time(text, options.dates), type.modifier);
    case TypeId::kTimeTz: {
      TimeTz time = unpack_timetz(parse_timetz(text, options.dates));
      time.microseconds = rounded_time(time.microseconds, type.modifier);
      return pack_timetz(time);
    }
    case TypeId::kTimestamp:
      return rounded_timestamp(parse_timestamp(text, options.dates), type.modifier);
    case TypeId::kTimestampTz:
      return rounded_timestamp(parse_timestamptz(text, options.dates), type.modifier);
    case TypeId::kTimestampTzNs:
      return parse_timestamptz_ns(text, options.dates);
    case TypeId::kOid:
    case TypeId::kXid:
      return parse_oid(text, type_info(type.id).sql_name);
    case TypeId::kTid:
      return parse_tid(text);
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
    case TypeId::kRegrole:
      return parse_object(type.id, text, options);
    default:
      TIDEMARK_CHECK(false);
  }
}

/// Types that lie in memory as bytes, except plain texts, which the callers copy themselves.
std::string parse_packed(LogicalType type, std::string_view text, const TypeIoOptions& options) {
  if (type.id == kInet || type.id == kCidr) return pack_inet(parse_inet(text, type.id == kCidr));
  if (type.id == kJsonPathType) return json_path_text(parse_json_path(text));
  switch (type.id) {
    case TypeId::kArray:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      return parse_array(type, text, options);
    case TypeId::kJson:
      require_json(text);
      return std::string(text);
    case TypeId::kJsonb:
      return normalize_jsonb(text);
    case TypeId::kName:
      require_utf8(text);
      return std::string(name_of_text(text));
    case TypeId::kVarchar:
    case TypeId::kBpchar:
      require_utf8(text);
      return with_length(text, type, ModifierRule::kAssign);
    case TypeId::kNumeric:
      return Numeric::parse(text).with_modifier(type.modifier).packed();
    case TypeId::kBytea:
      return parse_bytea(text);
    case TypeId::kChar:
      return parse_char_byte(text);
    case TypeId::kBit:
    case TypeId::kVarbit:
      return with_length(parse_bits(text), type, ModifierRule::kAssign);
    case TypeId::kVoid:
      return {};
    case TypeId::kEnum:
      return enum_order(type, text, TypeNaming::of(options));
    case TypeId::kRecord:
      return parse_record(type, text, options);
    default:
      throw Error(sqlstate::kFeatureNotSupported, "cannot accept a value of type " + type.to_string());
  }
}

/// Texts that are stored as they come.
bool is_plain_text(LogicalType type) {
  return type.id == TypeId::kText || type.id == TypeId::kUnknown || type.id == TypeId::kPgNodeTree ||
         (type.id == TypeId::kVarchar && type.modifier < 0) || (type.id == TypeId::kBpchar && type.modifier < 0);
}

}  // namespace

Value parse_value(LogicalType type, std::string_view text, const TypeIoOptions& options) {
  switch (type.physical()) {
    case PhysicalType::kUInt64:
      return Value::uint64(parse_uint64(text)).with_type(type);
    case PhysicalType::kFloat32:
      return Value::float32(parse_float<float>(text, "real"));
    case PhysicalType::kFloat64:
      return Value::float64(parse_float<double>(text, "double precision"));
    case PhysicalType::kInterval:
      return Value::interval(parse_interval(text, type.modifier, options.dates.interval_style)).with_type(type);
    case PhysicalType::kUuid:
      return Value::uuid(parse_uuid(text));
    case PhysicalType::kBytes:
      if (is_plain_text(type)) {
        require_utf8(text);
        return Value::bytes(type, std::string(text));
      }
      return Value::bytes(type, parse_packed(type, text, options));
    default:
      return Value::integer(type, parse_integral(type, text, options));
  }
}

void parse_into(Vector& column, size_t row, std::string_view text, const TypeIoOptions& options) {
  const LogicalType type = column.type();
  switch (type.physical()) {
    case PhysicalType::kBool:
      column.mutable_data<uint8_t>()[row] = static_cast<uint8_t>(parse_integral(type, text, options));
      return;
    case PhysicalType::kInt16:
      column.mutable_data<int16_t>()[row] = static_cast<int16_t>(parse_integral(type, text, options));
      return;
    case PhysicalType::kInt32:
      column.mutable_data<int32_t>()[row] = static_cast<int32_t>(parse_integral(type, text, options));
      return;
    case PhysicalType::kInt64:
      column.mutable_data<int64_t>()[row] = parse_integral(type, text, options);
      return;
    case PhysicalType::kUInt64:
      column.mutable_data<uint64_t>()[row] = parse_uint64(text);
      return;
    case PhysicalType::kFloat32:
      column.mutable_data<float>()[row] = parse_float<float>(text, "real");
      return;
    case PhysicalType::kFloat64:
      column.mutable_data<double>()[row] = parse_float<double>(text, "double precision");
      return;
    case PhysicalType::kInterval:
      column.mutable_data<Interval>()[row] = parse_interval(text, type.modifier, options.dates.interval_style);
      return;
    case PhysicalType::kUuid:
      column.mutable_data<Uuid>()[row] = parse_uuid(text);
      return;
    case PhysicalType::kBytes:
      if (is_plain_text(type)) {
        require_utf8(text);
        column.mutable_data<std::string_view>()[row] = column.heap().add(text);
      } else {
        column.mutable_data<std::string_view>()[row] = column.heap().add(parse_packed(type, text, options));
      }
      return;
  }
}

}  // namespace tidemark
