// Values → text: append_text and append_text_column of types/type_io.h.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <unordered_map>

#include "base/check.h"
#include "types/array.h"
#include "types/char_byte.h"
#include "types/datetime.h"
#include "types/enum_value.h"
#include "types/inet.h"
#include "types/int128.h"
#include "types/interval.h"
#include "types/log_position.h"
#include "types/mac_address.h"
#include "types/money.h"
#include "types/numeric.h"
#include "types/record.h"
#include "types/type_io.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void append_integer(std::string& target, auto number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  target.append(digits.data(), end);
}

/// Whether `scientific`, of the shortest digits that are read as `number`, names the very middle between it and a
/// neighbour: readers that round such a tie otherwise would take it for the neighbour, so PostgreSQL prints one digit
/// more. Of so few digits only whole numbers are such middles.
template <class T>
bool is_halfway_to_neighbour(std::string_view scientific, T number) {
  constexpr int kBits = std::numeric_limits<T>::digits;
  constexpr int kExponentMax = 27;  // 5^28 has no multiple of so few bits
  int power = 0;
  const auto mantissa = static_cast<uint64_t>(std::ldexp(std::frexp(std::abs(number), &power), kBits));
  power -= kBits;
  // The digits as a whole number times 10^exponent.
  UInt128 product = 0;
  int exponent = 0;
  const size_t mark = scientific.find('e');
  bool behind_point = false;
  for (const char digit : scientific.substr(0, mark)) {
    if (digit >= '0' && digit <= '9') {
      product = product * 10 + static_cast<unsigned>(digit - '0');
      exponent -= behind_point ? 1 : 0;
    }
    behind_point = behind_point || digit == '.';
  }
  int written = 0;
  std::from_chars(scientific.data() + mark + (scientific[mark + 1] == '+' ? 2 : 1),
                  scientific.data() + scientific.size(), written);
  exponent += written;
  if (product == 0 || exponent < 0 || exponent > kExponentMax) {
    return false;
  }
  // Both sides as an odd number times a power of two.
  int twos = exponent;
  for (int i = 0; i < exponent; ++i) {
    product *= 5;
  }
  for (; product % 2 == 0; product /= 2) {
    ++twos;
  }
  const auto is = [&](uint64_t odd, int power_of_two) { return product == odd && twos == power_of_two; };
  const bool closer_below = mantissa == uint64_t{1} << (kBits - 1);
  return is(2 * mantissa + 1, power - 1) ||
         (closer_below ? is(4 * mantissa - 1, power - 2) : is(2 * mantissa - 1, power - 1));
}

/// PostgreSQL prints the shortest digits as %g would with `digits_max` of them: an exponent below -4 or from
/// digits_max on.
template <class T>
void append_float(std::string& target, T number, int extra_float_digits, int digits_max) {
  if (!std::isfinite(number)) {
    target += std::isnan(number) ? "NaN" : number < 0 ? "-Infinity" : "Infinity";
    return;
  }
  std::array<char, 48> buffer;
  if (extra_float_digits <= 0) {
    const int digits = std::max(1, digits_max + extra_float_digits);
    const int size = std::snprintf(buffer.data(), buffer.size(), "%.*g", digits, static_cast<double>(number));
    target.append(buffer.data(), static_cast<size_t>(size));
    return;
  }
  // Scientific form first: it tells the exponent.
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific).ptr;
  while (is_halfway_to_neighbour(std::string_view(buffer.data(), end), number)) {
    const auto point_and_exponent = std::find(buffer.data(), end, 'e');
    const int behind = std::max(0, static_cast<int>(point_and_exponent - buffer.data()) - (number < 0 ? 3 : 2));
    end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific, behind + 1)
              .ptr;
  }
  const std::string_view scientific(buffer.data(), static_cast<size_t>(end - buffer.data()));
  const size_t mark = scientific.find('e');
  int exponent = 0;
  std::from_chars(scientific.data() + mark + (scientific[mark + 1] == '+' ? 2 : 1), end, exponent);
  if (exponent < -4 || exponent >= digits_max) {
    target += scientific;  // to_chars writes two digits of exponent at least, as PostgreSQL does.
    return;
  }
  // d.ddddd moves into place: the digits without their point, zeros around them, and the point where it belongs.
  std::array<char, 48> text;
  char* to = text.data();
  std::string_view digits = scientific.substr(0, mark);
  if (digits.front() == '-') {
    *to++ = '-';
    digits.remove_prefix(1);
  }
  const std::string_view behind = digits.size() > 1 ? digits.substr(2) : std::string_view();
  const auto put = [&to](std::string_view some) { to = std::copy(some.begin(), some.end(), to); };
  if (exponent < 0) {
    put("0.");
    to = std::fill_n(to, -exponent - 1, '0');
    *to++ = digits[0];
    put(behind);
  } else {
    const auto whole = static_cast<size_t>(exponent);  // digits before the point, the first one apart
    *to++ = digits[0];
    put(behind.substr(0, whole));
    if (behind.size() <= whole) {
      to = std::fill_n(to, whole - behind.size(), '0');
    } else {
      *to++ = '.';
      put(behind.substr(whole));
    }
  }
  target.append(text.data(), to);
}

/// Numbers with four digits behind the point at most and fifteen in all, as most measurements are. Of a double they are
/// the shortest digits if they read back as it: no other decimal of fifteen digits does. False if it is no such number.
bool append_short_decimal(std::string& target, double number) {
  constexpr double kScale = 1e4;
  constexpr double kLargest = 1e15;
  constexpr double kSmallest = 1e-4;  // below, an exponent is printed
  const double magnitude = std::abs(number);
  const double scaled = std::rint(magnitude * kScale);
  // Comparisons with NaN are false.
  if (!(scaled < kLargest) || scaled / kScale != magnitude || (magnitude < kSmallest && magnitude != 0)) {
    return false;
  }
  std::array<char, 24> text;
  char* end = text.data() + text.size();
  char* at = end;
  auto digits = static_cast<uint64_t>(scaled);
  int behind = 4;
  while (behind > 0 && digits % 10 == 0) {
    digits /= 10;
    --behind;
  }
  for (; behind > 0; --behind) {
    *--at = static_cast<char>('0' + digits % 10);
    digits /= 10;
    if (behind == 1) {
      *--at = '.';
    }
  }
  do {
    *--at = static_cast<char>('0' + digits % 10);
    digits /= 10;
  } while (digits != 0);
  if (std::signbit(number)) {
    *--at = '-';
  }
  target.append(at, end);
  return true;
}

void append_uuid(std::string& target, const Uuid& uuid) {
  std::array<char, 36> text;
  size_t at = 0;
  for (size_t byte = 0; byte < sizeof(uuid.bytes); ++byte) {
    if (byte == 4 || byte == 6 || byte == 8 || byte == 10) {
      text[at++] = '-';
    }
    text[at++] = kHexDigits[uuid.bytes[byte] >> 4];
    text[at++] = kHexDigits[uuid.bytes[byte] & 15];
  }
  target.append(text.data(), text.size());
}

void append_bytea(std::string& target, std::string_view bytes, ByteaOutput output) {
  if (output == ByteaOutput::kHex) {
    target += "\\x";
    for (const char c : bytes) {
      const auto byte = static_cast<uint8_t>(c);
      target += kHexDigits[byte >> 4];
      target += kHexDigits[byte & 15];
    }
    return;
  }
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\\') {
      target += "\\\\";
    } else if (byte < 0x20 || byte > 0x7e) {
      target += '\\';
      target += static_cast<char>('0' + (byte >> 6));
      target += static_cast<char>('0' + ((byte >> 3) & 7));
      target += static_cast<char>('0' + (byte & 7));
    } else {
      target += c;
    }
  }
}

void append_object(std::string& target, TypeId id, uint32_t oid, const TypeIoOptions& options) {
  if (oid == 0) {
    target += '-';
    return;
  }
  if (options.names != nullptr) {
    if (const std::string name = options.names->name_of(id, oid); !name.empty()) {
      target += name;
      return;
    }
  }
  LogicalType type;
  if (id == TypeId::kRegtype && find_type(oid, type)) {
    target += type.to_string();
    return;
  }
  append_integer(target, oid);
}

void append_integral(std::string& target, TypeId id, int64_t number, const TypeIoOptions& options) {
  if (id == kMoney) return append_money(target, number);
  if (id == kLogPosition) return append_log_position(target, number);
  if (id == kMacAddress) return append_mac_address(target, number);
  if (id == kMacAddress8) return append_mac_address8(target, number);
  if (id == kXid8) return append_xid8(target, number);
  switch (id) {
    case TypeId::kBoolean:
      target += number != 0 ? 't' : 'f';
      return;
    case TypeId::kDate:
      append_date(target, static_cast<int32_t>(number), options.dates);
      return;
    case TypeId::kTime:
      append_time(target, number);
      return;
    case TypeId::kTimeTz:
      append_timetz(target, number);
      return;
    case TypeId::kTimestamp:
      append_timestamp(target, number, options.dates);
      return;
    case TypeId::kTimestampTz:
      append_timestamptz(target, number, options.dates);
      return;
    case TypeId::kTimestampTzNs:
      append_timestamptz_ns(target, number, options.dates);
      return;
    case TypeId::kTid:
      target += '(';
      append_integer(target, number >> 16);
      target += ',';
      append_integer(target, number & 0xffff);
      target += ')';
      return;
    case TypeId::kRegclass:
    case TypeId::kRegtype:
    case TypeId::kRegproc:
    case TypeId::kRegnamespace:
    case TypeId::kRegrole:
      append_object(target, id, static_cast<uint32_t>(number), options);
      return;
    default:
      append_integer(target, number);
      return;
  }
}

void append_packed(std::string& target, LogicalType type, std::string_view packed, const TypeIoOptions& options) {
  if (type.id == kInet || type.id == kCidr) return append_inet(target, unpack_inet(packed), type.id == kCidr);
  switch (type.id) {
    case TypeId::kNumeric:
      Numeric::append_text_of_packed(target, packed);
      return;
    case TypeId::kBytea:
      append_bytea(target, packed, options.bytea_output);
      return;
    case TypeId::kArray:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      append_array_text(target, type, packed, options);
      return;
    case TypeId::kRecord:
      append_record_text(target, packed, options);
      return;
    case TypeId::kChar:
      append_char_byte(target, packed);
      return;
    case TypeId::kEnum:
      target += enum_label(type, packed, TypeNaming::of(options));
      return;
    default:
      target += packed;
      return;
  }
}

/// `flat` is flat or constant and not NULL at `index`.
void append_entry(std::string& target, const Vector& flat, size_t index, const TypeIoOptions& options) {
  const LogicalType type = flat.type();
  switch (type.physical()) {
    case PhysicalType::kBool:
      append_integral(target, type.id, flat.data<uint8_t>()[index], options);
      return;
    case PhysicalType::kInt16:
      append_integer(target, flat.data<int16_t>()[index]);
      return;
    case PhysicalType::kInt32:
      append_integral(target, type.id, flat.data<int32_t>()[index], options);
      return;
    case PhysicalType::kInt64:
      append_integral(target, type.id, flat.data<int64_t>()[index], options);
      return;
    case PhysicalType::kUInt64:
      append_integer(target, flat.data<uint64_t>()[index]);
      return;
    case PhysicalType::kFloat32:
      append_float32(target, flat.data<float>()[index], options.extra_float_digits);
      return;
    case PhysicalType::kFloat64:
      append_float64(target, flat.data<double>()[index], options.extra_float_digits);
      return;
    case PhysicalType::kInterval:
      append_interval(target, flat.data<Interval>()[index], options.dates.interval_style);
      return;
    case PhysicalType::kUuid:
      append_uuid(target, flat.data<Uuid>()[index]);
      return;
    case PhysicalType::kBytes:
      append_packed(target, type, flat.data<std::string_view>()[index], options);
      return;
  }
}

/// The decimal digits of all values of a flat column, in one buffer that is sized beforehand.
template <class T>
void append_integers(std::string& target, std::span<size_t> ends, const Vector& column) {
  constexpr size_t kBytesMax = 20;
  const T* values = column.data<T>();
  const Validity& validity = column.validity();
  size_t at = target.size();
  target.resize(at + ends.size() * kBytesMax);
  char* const start = target.data();
  for (size_t row = 0; row < ends.size(); ++row) {
    if (validity.is_valid(row)) {
      const T value = values[row];
      if (value >= 0 && value < 10) {
        start[at++] = static_cast<char>('0' + value);
      } else {
        at = static_cast<size_t>(std::to_chars(start + at, start + at + kBytesMax, value).ptr - start);
      }
    }
    ends[row] = at;
  }
  target.resize(at);
}

/// The labels of a flat column of an enum, each looked up once.
void append_labels(std::string& target, std::span<size_t> ends, const Vector& column, const TypeIoOptions& options) {
  const auto* orders = column.data<std::string_view>();
  const Validity& validity = column.validity();
  const ObjectNames* names = TypeNaming::of(options);
  std::unordered_map<std::string_view, std::string> labels;
  for (size_t row = 0; row < ends.size(); ++row) {
    if (validity.is_valid(row)) {
      const auto [known, is_new] = labels.try_emplace(orders[row]);
      if (is_new) {
        known->second = enum_label(column.type(), orders[row], names);
      }
      target += known->second;
    }
    ends[row] = target.size();
  }
}

/// True if the flat column is of plain integers, and was appended.
bool append_if_integers(std::string& target, std::span<size_t> ends, const Vector& column) {
  switch (column.type().id) {
    case TypeId::kInt16:
      append_integers<int16_t>(target, ends, column);
      return true;
    case TypeId::kInt32:
      append_integers<int32_t>(target, ends, column);
      return true;
    case TypeId::kInt64:
      append_integers<int64_t>(target, ends, column);
      return true;
    default:
      return false;
  }
}

}  // namespace

void append_float64(std::string& target, double number, int extra_float_digits) {
  if (extra_float_digits > 0 && append_short_decimal(target, number)) {
    return;
  }
  append_float(target, number, extra_float_digits, 15);
}
void append_float32(std::string& target, float number, int extra_float_digits) {
  append_float(target, number, extra_float_digits, 6);
}

void append_text(std::string& target, const Vector& column, size_t row, const TypeIoOptions& options) {
  const Vector& flat = column.is_flat() || column.is_constant() ? column : column.entries();
  append_entry(target, flat, column.physical_index(row), options);
}

void append_text(std::string& target, const Value& value, const TypeIoOptions& options) {
  TIDEMARK_ASSERT(!value.is_null());
  switch (value.type().physical()) {
    case PhysicalType::kUInt64:
      append_integer(target, value.as_uint64());
      return;
    case PhysicalType::kFloat32:
      append_float32(target, static_cast<float>(value.as_double()), options.extra_float_digits);
      return;
    case PhysicalType::kFloat64:
      append_float64(target, value.as_double(), options.extra_float_digits);
      return;
    case PhysicalType::kInterval:
      append_interval(target, value.as_interval(), options.dates.interval_style);
      return;
    case PhysicalType::kUuid:
      append_uuid(target, value.as_uuid());
      return;
    case PhysicalType::kBytes:
      append_packed(target, value.type(), value.as_bytes(), options);
      return;
    default:
      append_integral(target, value.type().id, value.as_int64(), options);
      return;
  }
}

std::string to_text(const Value& value, const TypeIoOptions& options) {
  std::string text;
  append_text(text, value, options);
  return text;
}

void append_text_column(std::string& target, std::span<size_t> ends, const Vector& column,
                        const TypeIoOptions& options) {
  TIDEMARK_ASSERT(ends.size() == column.size());
  const size_t size = column.size();
  if (column.is_flat()) {
    if (append_if_integers(target, ends, column)) {
      return;
    }
    if (column.type().id == TypeId::kEnum) {
      append_labels(target, ends, column, options);
      return;
    }
    const Validity& validity = column.validity();
    for (size_t row = 0; row < size; ++row) {
      if (validity.is_valid(row)) {
        append_entry(target, column, row, options);
      }
      ends[row] = target.size();
    }
    return;
  }
  const Vector& flat = column.is_constant() ? column : column.entries();
  if (column.form() == VectorForm::kDictionary && (flat.size() > size || is_string_type(flat.type().id))) {
    for (size_t row = 0; row < size; ++row) {
      const size_t index = column.codes()[row];
      if (flat.validity().is_valid(index)) {
        append_entry(target, flat, index, options);
      }
      ends[row] = target.size();
    }
    return;
  }
  std::vector<std::string> texts(column.is_constant() ? 1 : flat.size());
  std::vector<bool> known(texts.size());
  for (size_t row = 0, run = 0; row < size; ++row) {
    size_t index = 0;
    if (column.form() == VectorForm::kDictionary) {
      index = column.codes()[row];
    } else if (column.form() == VectorForm::kRun) {
      while (row >= column.run_ends()[run]) {
        ++run;
      }
      index = run;
    }
    if (!known[index]) {
      known[index] = true;
      if (flat.validity().is_valid(index)) {
        append_entry(texts[index], flat, index, options);
      }
    }
    target += texts[index];
    ends[row] = target.size();
  }
}

}  // namespace tidemark
