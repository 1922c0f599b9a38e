#include "types/modifier.h"

#include "base/check.h"
#include "base/error.h"
#include "base/utf8.h"
#include "types/datetime.h"
#include "types/interval.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

std::string text_with_length(std::string_view text, LogicalType type, ModifierRule rule) {
  const auto characters_max = static_cast<size_t>(type.modifier - kVarlenaHeader);
  const size_t kept = utf8_prefix_bytes(text, characters_max);
  if (kept < text.size() && rule == ModifierRule::kAssign &&
      text.find_first_not_of(' ', kept) != std::string_view::npos) {
    throw Error(sqlstate::kStringDataRightTruncation, "value too long for type " + type.to_string());
  }
  std::string result(text.substr(0, kept));
  if (type.id == TypeId::kBpchar) {
    const size_t characters = count_utf8_characters(result);
    result.append(characters < characters_max ? characters_max - characters : 0, ' ');
  }
  return result;
}

std::string bits_with_length(std::string_view bits, LogicalType type, ModifierRule rule) {
  const auto length = static_cast<size_t>(type.modifier);
  std::string result(bits);
  if (type.id == TypeId::kBit) {
    if (bits.size() != length && rule == ModifierRule::kAssign) {
      throw Error("22026",
                  "bit string length " + std::to_string(bits.size()) + " does not match type " + type.to_string());
    }
    result.resize(length, '0');
  } else if (bits.size() > length) {
    if (rule == ModifierRule::kAssign) {
      throw Error(sqlstate::kStringDataRightTruncation, "bit string too long for type " + type.to_string());
    }
    result.resize(length);
  }
  return result;
}

}  // namespace

std::string with_length(std::string_view text, LogicalType type, ModifierRule rule) {
  if (type.id == TypeId::kBit || type.id == TypeId::kVarbit) {
    return type.modifier < 0 ? std::string(text) : bits_with_length(text, type, rule);
  }
  return type.modifier < kVarlenaHeader ? std::string(text) : text_with_length(text, type, rule);
}

std::string_view name_of_text(std::string_view text) {
  constexpr size_t kNameBytesMax = 63;
  return text.size() <= kNameBytesMax ? text : text.substr(0, valid_utf8_prefix(text.substr(0, kNameBytesMax)));
}

Value with_modifier(const Value& value, LogicalType type, ModifierRule rule) {
  TIDEMARK_ASSERT(value.type().same_base(type) || value.is_null());
  if (value.is_null() || type.modifier < 0) {
    return value.with_type(type);
  }
  switch (type.id) {
    case TypeId::kVarchar:
    case TypeId::kBpchar:
    case TypeId::kBit:
    case TypeId::kVarbit:
      return Value::bytes(type, with_length(value.as_bytes(), type, rule));
    case TypeId::kNumeric:
      return Value::bytes(type, Numeric::unpack(value.as_bytes()).with_modifier(type.modifier).packed());
    case TypeId::kTime:
      return Value::integer(type, round_time(value.as_int64(), type.modifier));
    case TypeId::kTimeTz: {
      TimeTz time = unpack_timetz(value.as_int64());
      time.microseconds = round_time(time.microseconds, type.modifier);
      return Value::integer(type, pack_timetz(time));
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return Value::integer(type, round_timestamp(value.as_int64(), type.modifier));
    case TypeId::kInterval:
      return Value::interval(with_interval_modifier(value.as_interval(), type.modifier)).with_type(type);
    default:
      return value.with_type(type);
  }
}

}  // namespace tidemark
