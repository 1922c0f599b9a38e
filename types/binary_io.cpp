// PostgreSQL's binary forms: append_binary and read_binary of types/type_io.h. All numbers are big-endian there.

#include <bit>
#include <cmath>
#include <concepts>
#include <cstring>

#include "base/check.h"
#include "base/error.h"
#include "base/utf8.h"
#include "types/array.h"
#include "types/calendar.h"
#include "types/datetime.h"
#include "types/enum_value.h"
#include "types/inet.h"
#include "types/interval.h"
#include "types/json.h"
#include "types/json_path.h"
#include "types/log_position.h"
#include "types/mac_address.h"
#include "types/modifier.h"
#include "types/numeric.h"
#include "types/ordered_unsigned.h"
#include "types/record.h"
#include "types/type_io.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

// The sign word of a numeric.
constexpr uint16_t kNumericNegative = 0x4000;
constexpr uint16_t kNumericNan = 0xc000;
constexpr uint16_t kNumericInfinity = 0xd000;
constexpr uint16_t kNumericMinusInfinity = 0xf000;
constexpr size_t kNumericDigits = 4;  // decimal digits in one digit of base 10,000

template <std::integral T>
void put(std::string& target, T value) {
  using Unsigned = std::make_unsigned_t<T>;
  char bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(static_cast<Unsigned>(value) >> (8 * (sizeof(T) - 1 - i)));
  }
  target.append(bytes, sizeof(T));
}

[[noreturn]] void throw_short() { throw Error(sqlstate::kProtocolViolation, "insufficient data left in message"); }
[[noreturn]] void throw_invalid(const std::string& what) { throw Error(sqlstate::kInvalidBinaryRepresentation, what); }

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <std::integral T>
  T get() {
    using Unsigned = std::make_unsigned_t<T>;
    Unsigned value = 0;
    for (const char byte : get_bytes(sizeof(T))) {
      value = static_cast<Unsigned>((uint64_t{value} << 8) | static_cast<uint8_t>(byte));
    }
    return static_cast<T>(value);
  }
  std::string_view get_bytes(size_t count) {
    if (bytes_.size() < count) {
      throw_short();
    }
    const std::string_view part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  std::string_view get_rest() { return get_bytes(bytes_.size()); }
  void expect_end() const {
    if (!bytes_.empty()) {
      throw_invalid("incorrect binary data format");
    }
  }

 private:
  std::string_view bytes_;
};

/// int16 count of digits, int16 weight, uint16 sign, int16 scale, digits of base 10,000 without zeros at the ends.
void put_numeric(std::string& target, const Numeric& value) {
  if (!value.is_finite()) {
    put<int16_t>(target, 0);
    put<int16_t>(target, 0);
    put(target, value.is_nan() ? kNumericNan : value.sign() > 0 ? kNumericInfinity : kNumericMinusInfinity);
    put<int16_t>(target, value.is_nan() ? 0 : 0x20);  // What PostgreSQL sends there, though it means nothing.
    return;
  }
  std::string digits = value.sign() == 0 ? std::string() : value.coefficient_digits();
  const auto scale = static_cast<size_t>(value.scale());
  if (digits.size() < scale) {
    digits.insert(0, scale - digits.size(), '0');
  }
  const size_t whole = digits.size() - scale;
  digits.insert(0, (kNumericDigits - whole % kNumericDigits) % kNumericDigits, '0');
  digits.append((kNumericDigits - scale % kNumericDigits) % kNumericDigits, '0');
  int weight = static_cast<int>((whole + kNumericDigits - 1) / kNumericDigits) - 1;
  size_t first = 0;
  size_t last = digits.size();
  const auto is_zero = [&](size_t at) { return digits.compare(at, kNumericDigits, "0000") == 0; };
  for (; first < last && is_zero(first); first += kNumericDigits) {
    --weight;
  }
  while (last > first && is_zero(last - kNumericDigits)) {
    last -= kNumericDigits;
  }
  put(target, static_cast<int16_t>((last - first) / kNumericDigits));
  put(target, static_cast<int16_t>(first == last ? 0 : weight));
  put(target, value.sign() < 0 ? kNumericNegative : uint16_t{0});
  put(target, static_cast<int16_t>(scale));
  for (size_t at = first; at < last; at += kNumericDigits) {
    put(target, static_cast<int16_t>((digits[at] - '0') * 1000 + (digits[at + 1] - '0') * 100 +
                                     (digits[at + 2] - '0') * 10 + (digits[at + 3] - '0')));
  }
}

Numeric read_numeric(Reader& reader) {
  const auto count = reader.get<uint16_t>();
  const auto weight = reader.get<int16_t>();
  const auto sign = reader.get<uint16_t>();
  const auto scale = reader.get<uint16_t>();
  if (sign == kNumericNan) {
    return Numeric::nan();
  }
  if (sign == kNumericInfinity || sign == kNumericMinusInfinity) {
    return Numeric::infinity(sign == kNumericMinusInfinity);
  }
  if (sign != 0 && sign != kNumericNegative) {
    throw_invalid("invalid sign in external \"numeric\" value");
  }
  if (scale > Numeric::kScaleMax) {
    throw_invalid("invalid scale in external \"numeric\" value");
  }
  std::string digits = sign == kNumericNegative ? "-0" : "0";
  const auto put_digit = [&](int digit) {
    for (int unit = 1000; unit > 0; unit /= 10) {
      digits += static_cast<char>('0' + digit / unit % 10);
    }
  };
  std::string fraction;
  int place = weight;  // power of 10,000 of the next digit
  bool behind_point = false;
  const auto pass_point = [&] {
    if (place < 0 && !behind_point) {
      behind_point = true;
      digits += '.';
      for (int zero = -1; zero > place; --zero) {
        put_digit(0);
      }
    }
  };
  for (uint16_t i = 0; i < count; ++i, --place) {
    pass_point();
    const auto digit = reader.get<int16_t>();
    if (digit < 0 || digit > 9999) {
      throw_invalid("invalid digit in external \"numeric\" value");
    }
    put_digit(digit);
  }
  for (; count > 0 && place >= 0; --place) {
    put_digit(0);
  }
  // Digits beyond the scale are hidden by PostgreSQL as well; a shorter fraction is filled up.
  const Numeric value = Numeric::parse(digits);
  return value.scale() > scale ? value.trunc(scale) : value.round(scale);
}

Uuid read_uuid(Reader& reader) {
  Uuid uuid;
  std::memcpy(uuid.bytes, reader.get_bytes(sizeof(uuid.bytes)).data(), sizeof(uuid.bytes));
  return uuid;
}

/// int32 count of bits, then the bits, the first in the highest bit.
void put_bits(std::string& target, std::string_view bits) {
  put(target, static_cast<int32_t>(bits.size()));
  const size_t start = target.size();
  target.append((bits.size() + 7) / 8, '\0');
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] == '1') {
      char& byte = target[start + i / 8];
      byte = static_cast<char>(static_cast<uint8_t>(byte) | (0x80U >> (i % 8)));
    }
  }
}

std::string read_bits(Reader& reader) {
  const auto count = reader.get<int32_t>();
  if (count < 0) {
    throw_invalid("invalid length in external bit string");
  }
  const std::string_view bytes = reader.get_bytes((static_cast<size_t>(count) + 7) / 8);
  std::string bits(static_cast<size_t>(count), '0');
  for (size_t i = 0; i < bits.size(); ++i) {
    if ((static_cast<uint8_t>(bytes[i / 8]) & (0x80U >> (i % 8))) != 0) {
      bits[i] = '1';
    }
  }
  return bits;
}

void put_integral(std::string& target, TypeId id, int64_t number) {
  if (id == kLogPosition || id == kMacAddress8 || id == kXid8) {
    put(target, to_unsigned(number));
    return;
  }
  if (id == kMacAddress) {
    put(target, static_cast<uint32_t>(number >> 16));
    put(target, static_cast<uint16_t>(number));
    return;
  }
  switch (id) {
    case TypeId::kBoolean:
      target += number != 0 ? '\1' : '\0';
      return;
    case TypeId::kInt16:
      put(target, static_cast<int16_t>(number));
      return;
    case TypeId::kInt32:
    case TypeId::kDate:
      put(target, static_cast<int32_t>(number));
      return;
    case TypeId::kTimeTz: {
      const TimeTz time = unpack_timetz(number);
      put(target, time.microseconds);
      put(target, time.seconds_west);
      return;
    }
    case TypeId::kTimestampTzNs:
      put(target, nanoseconds_to_microseconds(number));
      return;
    case TypeId::kOid:
    case TypeId::kXid:
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
    case TypeId::kRegrole:
      put(target, static_cast<uint32_t>(number));
      return;
    case TypeId::kTid:
      put(target, static_cast<uint32_t>(number >> 16));
      put(target, static_cast<uint16_t>(number));
      return;
    default:
      put(target, number);
      return;
  }
}

int64_t checked_timestamp(int64_t timestamp) {
  if (!is_infinite_timestamp(timestamp) && !is_valid_timestamp(timestamp)) {
    throw_timestamp_out_of_range();
  }
  return timestamp;
}

int64_t checked_time(int64_t time) {
  if (time < 0 || time > kMicrosecondsPerDay) {
    throw Error(sqlstate::kDatetimeFieldOverflow, "time out of range");
  }
  return time;
}

int64_t read_integral(LogicalType type, Reader& reader) {
  if (type.id == kLogPosition || type.id == kMacAddress8 || type.id == kXid8) {
    return from_unsigned(reader.get<uint64_t>());
  }
  if (type.id == kMacAddress) {
    const auto high = reader.get<uint32_t>();
    return int64_t{high} << 16 | reader.get<uint16_t>();
  }
  switch (type.id) {
    case TypeId::kBoolean:
      return reader.get<int8_t>() != 0 ? 1 : 0;
    case TypeId::kInt16:
      return reader.get<int16_t>();
    case TypeId::kInt32:
      return reader.get<int32_t>();
    case TypeId::kDate: {
      const auto date = reader.get<int32_t>();
      if (!is_infinite_date(date) && !is_valid_date(date)) {
        throw_date_out_of_range();
      }
      return date;
    }
    case TypeId::kTime:
      return checked_time(reader.get<int64_t>());
    case TypeId::kTimeTz: {
      const int64_t time = checked_time(reader.get<int64_t>());
      const auto seconds_west = reader.get<int32_t>();
      constexpr int32_t kOffsetMax = 16 * 3600;  // PostgreSQL's limit
      if (seconds_west <= -kOffsetMax || seconds_west >= kOffsetMax) {
        throw Error(sqlstate::kInvalidTimeZoneDisplacement, "time zone displacement out of range");
      }
      return pack_timetz({time, seconds_west});
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return checked_timestamp(reader.get<int64_t>());
    case TypeId::kTimestampTzNs:
      return microseconds_to_nanoseconds(checked_timestamp(reader.get<int64_t>()));
    case TypeId::kOid:
    case TypeId::kXid:
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
    case TypeId::kRegrole:
      return reader.get<uint32_t>();
    case TypeId::kTid: {
      const auto block = reader.get<uint32_t>();
      return int64_t{block} * 65536 + reader.get<uint16_t>();
    }
    default:
      return reader.get<int64_t>();
  }
}

void put_packed(std::string& target, LogicalType type, std::string_view packed) {
  if (type.id == kInet || type.id == kCidr) {
    // Family (2, 3), bits, whether it is a cidr, count of bytes, bytes.
    const InetAddress address = unpack_inet(packed);
    const auto count = static_cast<size_t>(address.width() / 8);
    target += {static_cast<char>(address.is_v6 ? 3 : 2), static_cast<char>(address.bits),
               static_cast<char>(type.id == kCidr ? 1 : 0), static_cast<char>(count)};
    target += packed.substr(packed.size() - count);
    return;
  }
  if (type.id == kJsonPathType) target += '\1';  // its version
  switch (type.id) {
    case TypeId::kNumeric:
      put_numeric(target, Numeric::unpack(packed));
      return;
    case TypeId::kJsonb:
      target += '\1';  // its version
      target += packed;
      return;
    case TypeId::kBit:
    case TypeId::kVarbit:
      put_bits(target, packed);
      return;
    case TypeId::kArray:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      append_array_binary(target, type, packed);
      return;
    case TypeId::kRecord:
      append_record_binary(target, packed);
      return;
    case TypeId::kEnum:
      target += enum_label(type, packed, TypeNaming::current());
      return;
    case TypeId::kTsvector:
    case TypeId::kTsquery:
      throw Error(sqlstate::kFeatureNotSupported, "no binary output function available for type " + type.to_string());
    default:
      target += packed;
      return;
  }
}

std::string read_inet(LogicalType type, Reader& reader) {
  InetAddress address;
  const auto family = reader.get<int8_t>();
  address.is_v6 = family == 3;
  address.bits = static_cast<uint8_t>(reader.get<int8_t>());
  reader.get<int8_t>();  // whether it is a cidr, which the type says
  const auto count = reader.get<int8_t>();
  const std::string_view bytes = reader.get_rest();
  const bool fits = (family == 2 || family == 3) && address.bits <= address.width() && count == address.width() / 8 &&
                    bytes.size() == static_cast<size_t>(count);
  if (!fits) {
    throw_invalid("invalid bytes in external \"" + type.to_string() + "\" value");
  }
  for (const char byte : bytes) {
    address.number = address.number << 8 | static_cast<uint8_t>(byte);
  }
  if (type.id == kCidr && (address.number & ~address.mask()) != 0) {
    throw_invalid("invalid external \"cidr\" value");
  }
  return pack_inet(address);
}

std::string read_packed(LogicalType type, Reader& reader) {
  if (type.id == kInet || type.id == kCidr) return read_inet(type, reader);
  if (type.id == kJsonPathType) {
    if (const auto version = reader.get<int8_t>(); version != 1) {
      throw_invalid("unsupported jsonpath version number: " + std::to_string(version));
    }
    return json_path_text(parse_json_path(reader.get_rest()));
  }
  switch (type.id) {
    case TypeId::kNumeric:
      return read_numeric(reader).with_modifier(type.modifier).packed();
    case TypeId::kArray:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      return read_array_binary(type, reader.get_rest());
    case TypeId::kEnum:
      return enum_order(type, reader.get_rest(), TypeNaming::current());
    case TypeId::kJson: {
      const std::string_view text = reader.get_rest();
      require_json(text);
      return std::string(text);
    }
    case TypeId::kJsonb:
      if (const auto version = reader.get<int8_t>(); version != 1) {
        throw_invalid("unsupported jsonb version number " + std::to_string(version));
      }
      return normalize_jsonb(reader.get_rest());
    case TypeId::kBytea:
      return std::string(reader.get_rest());
    case TypeId::kChar: {
      const std::string_view byte = reader.get_bytes(1);
      return byte[0] == '\0' ? std::string() : std::string(byte);
    }
    case TypeId::kBit:
    case TypeId::kVarbit:
      return with_length(read_bits(reader), type, ModifierRule::kAssign);
    case TypeId::kText:
    case TypeId::kVarchar:
    case TypeId::kBpchar:
    case TypeId::kName:
    case TypeId::kUnknown: {
      const std::string_view text = reader.get_rest();
      require_utf8(text);
      return with_length(text, type, ModifierRule::kAssign);
    }
    default:
      throw Error(sqlstate::kFeatureNotSupported, "no binary input function available for type " + type.to_string());
  }
}

void put_interval(std::string& target, const Interval& interval) {
  put(target, interval.microseconds);
  put(target, interval.days);
  put(target, interval.months);
}

/// `flat` is flat or constant and not NULL at `index`.
void put_entry(std::string& target, const Vector& flat, size_t index) {
  const LogicalType type = flat.type();
  switch (type.physical()) {
    case PhysicalType::kBool:
      put_integral(target, type.id, flat.data<uint8_t>()[index]);
      return;
    case PhysicalType::kInt16:
      put(target, flat.data<int16_t>()[index]);
      return;
    case PhysicalType::kInt32:
      put(target, flat.data<int32_t>()[index]);
      return;
    case PhysicalType::kInt64:
      put_integral(target, type.id, flat.data<int64_t>()[index]);
      return;
    case PhysicalType::kUInt64:
      put_numeric(target, Numeric::from_uint64(flat.data<uint64_t>()[index]));
      return;
    case PhysicalType::kFloat32:
      put(target, std::bit_cast<uint32_t>(flat.data<float>()[index]));
      return;
    case PhysicalType::kFloat64:
      put(target, std::bit_cast<uint64_t>(flat.data<double>()[index]));
      return;
    case PhysicalType::kInterval:
      put_interval(target, flat.data<Interval>()[index]);
      return;
    case PhysicalType::kUuid: {
      const Uuid& uuid = flat.data<Uuid>()[index];
      target.append(std::begin(uuid.bytes), std::end(uuid.bytes));
      return;
    }
    case PhysicalType::kBytes:
      put_packed(target, type, flat.data<std::string_view>()[index]);
      return;
  }
}

Value read_value(LogicalType type, Reader& reader) {
  switch (type.physical()) {
    case PhysicalType::kUInt64: {
      uint64_t number = 0;
      if (!read_numeric(reader).to_uint64(number)) {
        throw Error(sqlstate::kNumericValueOutOfRange, "uint8 out of range");
      }
      return Value::uint64(number).with_type(type);
    }
    case PhysicalType::kFloat32:
      return Value::float32(std::bit_cast<float>(reader.get<uint32_t>()));
    case PhysicalType::kFloat64:
      return Value::float64(std::bit_cast<double>(reader.get<uint64_t>()));
    case PhysicalType::kInterval: {
      Interval interval;
      interval.microseconds = reader.get<int64_t>();
      interval.days = reader.get<int32_t>();
      interval.months = reader.get<int32_t>();
      return Value::interval(with_interval_modifier(interval, type.modifier)).with_type(type);
    }
    case PhysicalType::kUuid:
      return Value::uuid(read_uuid(reader));
    case PhysicalType::kBytes:
      return Value::bytes(type, read_packed(type, reader));
    default: {
      const Value value = Value::integer(type, read_integral(type, reader));
      return type.modifier < 0 ? value : with_modifier(value, type, ModifierRule::kAssign);
    }
  }
}

}  // namespace

void append_binary(std::string& target, const Vector& column, size_t row) {
  const Vector& flat = column.is_flat() || column.is_constant() ? column : column.entries();
  put_entry(target, flat, column.physical_index(row));
}

void append_binary(std::string& target, const Value& value) {
  TIDEMARK_ASSERT(!value.is_null());
  put_entry(target, Vector::constant(value, 1), 0);
}

Value read_binary(LogicalType type, std::string_view bytes) {
  Reader reader(bytes);
  const Value value = read_value(type, reader);
  reader.expect_end();
  return value;
}

}  // namespace tidemark
