#include "types/canonical_key.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "types/interval.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

constexpr char kValueMark = 1;
constexpr char kNullMark = 2;
constexpr char kEscape = '\xff';  // after a 0x00 of the text
constexpr char kEnd = '\x01';     // after the 0x00 that ends it: below the escape, so that a prefix sorts first

template <std::unsigned_integral T>
void append_big_endian(std::string& key, T value) {
  char bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(value >> (8 * (sizeof(T) - 1 - i)));
  }
  key.append(bytes, sizeof(T));
}

template <std::signed_integral T>
void append_signed(std::string& key, T value) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr auto kSignBit = static_cast<Unsigned>(Unsigned{1} << (8 * sizeof(T) - 1));
  append_big_endian(key, static_cast<Unsigned>(static_cast<Unsigned>(value) ^ kSignBit));
}

template <class Bits, std::floating_point T>
Bits normal_bits(T value) {
  if (std::isnan(value)) {
    value = std::numeric_limits<T>::quiet_NaN();
  } else if (value == 0) {
    value = 0;  // -0.0 equals 0.0
  }
  return std::bit_cast<Bits>(value);
}

template <class Bits, std::floating_point T>
void append_float(std::string& key, T value) {
  constexpr Bits kSignBit = Bits{1} << (8 * sizeof(Bits) - 1);
  const Bits bits = normal_bits<Bits>(value);
  append_big_endian(key, (bits & kSignBit) != 0 ? ~bits : bits | kSignBit);
}

void append_escaped(std::string& key, std::string_view text) {
  size_t from = 0;
  for (size_t zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0', from)) {
    key.append(text, from, zero - from + 1);
    key.push_back(kEscape);
    from = zero + 1;
  }
  key.append(text, from);
  key.push_back('\0');
  key.push_back(kEnd);
}

std::string_view without_trailing_blanks(std::string_view text) {
  const size_t last = text.find_last_not_of(' ');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

void append_interval_key(std::string& key, const Interval& interval) {
  const Int128 length = interval_length(interval);
  append_signed(key, static_cast<int64_t>(length >> 64));
  append_big_endian(key, static_cast<uint64_t>(length));
}

[[noreturn]] void unsupported(LogicalType type) {
  throw Error(sqlstate::kFeatureNotSupported, "type " + type.to_string() + " has no ordering for keys yet");
}

/// First the class (kept in order by its byte), then for finite numbers but zero the decimal exponent and the digits of
/// base 100, each plus one, ended by a zero byte; all inverted below zero.
void append_numeric(std::string& key, const Numeric& value) {
  constexpr char kMinusInfinity = 1, kNegative = 2, kZero = 3, kPositive = 4, kInfinity = 5, kNan = 6;
  if (!value.is_finite() || value.sign() == 0) {
    key.push_back(value.is_nan() ? kNan : value.is_finite() ? kZero : value.sign() < 0 ? kMinusInfinity : kInfinity);
    return;
  }
  std::string digits = value.coefficient_digits();
  // The number is 0.d1d2d3… × 100^exponent; an odd decimal exponent is evened by a zero in front.
  int exponent = static_cast<int>(digits.size()) - value.scale();
  if (exponent % 2 != 0) {
    digits.insert(0, 1, '0');
    ++exponent;
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  digits.append(digits.size() % 2, '0');
  key.push_back(value.sign() < 0 ? kNegative : kPositive);
  const size_t start = key.size();
  append_signed(key, exponent);
  for (size_t at = 0; at < digits.size(); at += 2) {
    key.push_back(static_cast<char>((digits[at] - '0') * 10 + (digits[at + 1] - '0') + 1));
  }
  key.push_back('\0');
  if (value.sign() < 0) {
    for (size_t at = start; at < key.size(); ++at) {
      key[at] = static_cast<char>(~key[at]);
    }
  }
}

void append_packed(std::string& key, LogicalType type, std::string_view packed) {
  switch (type.id) {
    case TypeId::kBpchar:
      append_escaped(key, without_trailing_blanks(packed));
      return;
    case TypeId::kNumeric:
      append_numeric(key, Numeric::unpack(packed));
      return;
    case TypeId::kArray:
    case TypeId::kRecord:
    case TypeId::kJsonb:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      unsupported(type);
    default:
      append_escaped(key, packed);
      return;
  }
}

void append_entry(std::string& key, const Vector& flat, size_t index) {
  if (!flat.validity().is_valid(index)) {
    key.push_back(kNullMark);
    return;
  }
  key.push_back(kValueMark);
  switch (flat.type().physical()) {
    case PhysicalType::kBool:
      key.push_back(static_cast<char>(flat.data<uint8_t>()[index]));
      return;
    case PhysicalType::kInt16:
      append_signed(key, flat.data<int16_t>()[index]);
      return;
    case PhysicalType::kInt32:
      append_signed(key, flat.data<int32_t>()[index]);
      return;
    case PhysicalType::kInt64:
      append_signed(key, flat.data<int64_t>()[index]);
      return;
    case PhysicalType::kUInt64:
      append_big_endian(key, flat.data<uint64_t>()[index]);
      return;
    case PhysicalType::kFloat32:
      append_float<uint32_t>(key, flat.data<float>()[index]);
      return;
    case PhysicalType::kFloat64:
      append_float<uint64_t>(key, flat.data<double>()[index]);
      return;
    case PhysicalType::kInterval:
      append_interval_key(key, flat.data<Interval>()[index]);
      return;
    case PhysicalType::kUuid: {
      const Uuid& uuid = flat.data<Uuid>()[index];
      key.append(std::begin(uuid.bytes), std::end(uuid.bytes));
      return;
    }
    case PhysicalType::kBytes:
      append_packed(key, flat.type(), flat.data<std::string_view>()[index]);
      return;
  }
}

[[noreturn]] void malformed() { throw Error(sqlstate::kDataCorrupted, "canonical key is malformed"); }

std::string_view take_bytes(std::string_view& key, size_t count) {
  if (key.size() < count) {
    malformed();
  }
  const std::string_view bytes = key.substr(0, count);
  key.remove_prefix(count);
  return bytes;
}

template <std::unsigned_integral T>
T take_big_endian(std::string_view& key) {
  T value = 0;
  for (const char byte : take_bytes(key, sizeof(T))) {
    value = static_cast<T>((value << 8) | static_cast<uint8_t>(byte));
  }
  return value;
}

template <std::signed_integral T>
int64_t take_signed(std::string_view& key) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr auto kSignBit = static_cast<Unsigned>(Unsigned{1} << (8 * sizeof(T) - 1));
  return static_cast<T>(static_cast<Unsigned>(take_big_endian<Unsigned>(key) ^ kSignBit));
}

std::string take_escaped(std::string_view& key) {
  std::string text;
  for (;;) {
    const size_t zero = key.find('\0');
    if (zero == std::string_view::npos || zero + 1 >= key.size()) {
      malformed();
    }
    text.append(key, 0, zero);
    const char mark = key[zero + 1];
    key.remove_prefix(zero + 2);
    if (mark == kEnd) {
      return text;
    }
    if (mark != kEscape) {
      malformed();
    }
    text.push_back('\0');
  }
}

/// Reads the mark: true if a value follows.
bool take_mark(std::string_view& key) {
  const char mark = take_bytes(key, 1)[0];
  if (mark != kValueMark && mark != kNullMark) {
    malformed();
  }
  return mark == kValueMark;
}

void skip_numeric(std::string_view& key) {
  constexpr char kNegative = 2, kPositive = 4;
  const char number_class = take_bytes(key, 1)[0];
  if (number_class != kNegative && number_class != kPositive) {
    return;
  }
  take_bytes(key, sizeof(int32_t));
  const size_t end = key.find(number_class == kNegative ? '\xff' : '\0');
  if (end == std::string_view::npos) {
    malformed();
  }
  key.remove_prefix(end + 1);
}

size_t fixed_key_bytes(PhysicalType type) {
  return type == PhysicalType::kInterval ? sizeof(Int128) : physical_width(type);
}

/// Without its trailing zeros a number has one form, number × 10^exponent.
uint64_t hash_decimal(int64_t number, int exponent) {
  return number == 0 ? hash_integer(0)
                     : hash_combine(hash_integer(static_cast<uint64_t>(number)), static_cast<uint64_t>(exponent));
}

uint64_t hash_numeric(const Numeric& value) {
  constexpr Int128 kNumberMax = std::numeric_limits<int64_t>::max();
  if (value.is_finite() && value.is_small() && value.small_coefficient() <= kNumberMax &&
      value.small_coefficient() >= -kNumberMax) {
    auto number = static_cast<int64_t>(value.small_coefficient());
    int exponent = -value.scale();
    while (number != 0 && number % 10 == 0) {
      number /= 10;
      ++exponent;
    }
    return hash_decimal(number, exponent);
  }
  // A large coefficient may still be a short number with zeros behind, and must then hash like it.
  if (value.is_finite()) {
    std::string digits = value.coefficient_digits();
    const size_t kept = digits.find_last_not_of('0') + 1;
    int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + kept, number);
    if (error == std::errc()) {
      return hash_decimal(value.sign() < 0 ? -number : number, static_cast<int>(digits.size() - kept) - value.scale());
    }
  }
  std::string key;
  append_numeric(key, value);
  return hash64(key);
}

uint64_t hash_entry(const Vector& flat, size_t index) {
  constexpr uint64_t kNullHash = 0x6e756c6c;
  if (!flat.validity().is_valid(index)) {
    return kNullHash;
  }
  switch (flat.type().physical()) {
    case PhysicalType::kBool:
      return hash_integer(flat.data<uint8_t>()[index]);
    case PhysicalType::kInt16:
      return hash_integer(static_cast<uint64_t>(flat.data<int16_t>()[index]));
    case PhysicalType::kInt32:
      return hash_integer(static_cast<uint64_t>(flat.data<int32_t>()[index]));
    case PhysicalType::kInt64:
      return hash_integer(static_cast<uint64_t>(flat.data<int64_t>()[index]));
    case PhysicalType::kUInt64:
      return hash_integer(flat.data<uint64_t>()[index]);
    case PhysicalType::kFloat32:
      return hash_integer(normal_bits<uint32_t>(flat.data<float>()[index]));
    case PhysicalType::kFloat64:
      return hash_integer(normal_bits<uint64_t>(flat.data<double>()[index]));
    case PhysicalType::kInterval: {
      const Int128 length = interval_length(flat.data<Interval>()[index]);
      return hash_combine(hash_integer(static_cast<uint64_t>(length)), static_cast<uint64_t>(length >> 64));
    }
    case PhysicalType::kUuid: {
      const Uuid& uuid = flat.data<Uuid>()[index];
      return hash64({reinterpret_cast<const char*>(uuid.bytes), sizeof(uuid.bytes)});
    }
    case PhysicalType::kBytes:
      break;
  }
  const std::string_view packed = flat.data<std::string_view>()[index];
  switch (flat.type().id) {
    case TypeId::kBpchar:
      return hash64(without_trailing_blanks(packed));
    case TypeId::kNumeric:
      return hash_numeric(Numeric::unpack(packed));
    case TypeId::kArray:
    case TypeId::kRecord:
    case TypeId::kJsonb:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector: {
      std::string key;
      append_packed(key, flat.type(), packed);
      return hash64(key);
    }
    default:
      return hash64(packed);
  }
}

/// Calls `each(row, index)` with the place of each row in the flat data.
template <class Each>
void for_each_row(const Vector& column, const Each& each) {
  switch (column.form()) {
    case VectorForm::kFlat:
      for (size_t row = 0; row < column.size(); ++row) {
        each(row, row);
      }
      return;
    case VectorForm::kConstant:
      for (size_t row = 0; row < column.size(); ++row) {
        each(row, size_t{0});
      }
      return;
    case VectorForm::kDictionary:
      for (size_t row = 0; row < column.size(); ++row) {
        each(row, size_t{column.codes()[row]});
      }
      return;
    case VectorForm::kRun:
      for (size_t row = 0, run = 0; row < column.size(); ++row) {
        while (row >= column.run_ends()[run]) {
          ++run;
        }
        each(row, run);
      }
      return;
  }
}

/// The flat or constant vector in which `for_each_row`'s indices lie, and how many entries it has.
const Vector& entries_of(const Vector& column) {
  return column.is_flat() || column.is_constant() ? column : column.entries();
}
size_t entry_count(const Vector& column) {
  return column.is_constant() ? (column.size() == 0 ? 0 : 1) : entries_of(column).size();
}

}  // namespace

void append_key(std::string& key, const Value& value) {
  if (value.is_null()) {
    key.push_back(kNullMark);
    return;
  }
  if (value.type().physical() == PhysicalType::kBytes) {
    key.push_back(kValueMark);
    append_packed(key, value.type(), value.as_bytes());
    return;
  }
  append_entry(key, Vector::constant(value, 1), 0);
}

void append_keys(std::span<std::string> keys, const Vector& column) {
  TIDEMARK_ASSERT(keys.size() == column.size());
  const Vector& flat = entries_of(column);
  if (column.is_flat() || entry_count(column) > column.size()) {
    for_each_row(column, [&](size_t row, size_t index) { append_entry(keys[row], flat, index); });
    return;
  }
  std::vector<std::string> encoded(entry_count(column));
  for (size_t index = 0; index < encoded.size(); ++index) {
    append_entry(encoded[index], flat, index);
  }
  for_each_row(column, [&](size_t row, size_t index) { keys[row] += encoded[index]; });
}

bool key_keeps_original(LogicalType type) {
  switch (type.physical()) {
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64:
    case PhysicalType::kInterval:
      return false;
    case PhysicalType::kBytes:
      return is_string_type(type.id)
                 ? type.id != TypeId::kBpchar
                 : type.id == TypeId::kBytea || type.id == TypeId::kChar || type.id == TypeId::kBit ||
                       type.id == TypeId::kVarbit || type.id == TypeId::kJson;
    default:
      return true;
  }
}

Value take_from_key(std::string_view& key, LogicalType type) {
  TIDEMARK_CHECK(key_keeps_original(type));
  if (!take_mark(key)) {
    return Value::null(type);
  }
  switch (type.physical()) {
    case PhysicalType::kBool:
      return Value::integer(type, take_bytes(key, 1)[0] != 0 ? 1 : 0);
    case PhysicalType::kInt16:
      return Value::integer(type, take_signed<int16_t>(key));
    case PhysicalType::kInt32:
      return Value::integer(type, take_signed<int32_t>(key));
    case PhysicalType::kInt64:
      return Value::integer(type, take_signed<int64_t>(key));
    case PhysicalType::kUInt64:
      return Value::uint64(take_big_endian<uint64_t>(key)).with_type(type);
    case PhysicalType::kUuid: {
      Uuid uuid;
      take_bytes(key, sizeof(uuid.bytes)).copy(reinterpret_cast<char*>(uuid.bytes), sizeof(uuid.bytes));
      return Value::uuid(uuid).with_type(type);
    }
    default:
      return Value::bytes(type, take_escaped(key));
  }
}

void skip_in_key(std::string_view& key, LogicalType type) {
  if (!take_mark(key)) {
    return;
  }
  if (type.physical() != PhysicalType::kBytes) {
    take_bytes(key, fixed_key_bytes(type.physical()));
    return;
  }
  switch (type.id) {
    case TypeId::kNumeric:
      skip_numeric(key);
      return;
    case TypeId::kArray:
    case TypeId::kRecord:
    case TypeId::kJsonb:
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      unsupported(type);
    default:
      take_escaped(key);
  }
}

void hash_rows(const Vector& column, std::span<uint64_t> hashes, bool combine) {
  TIDEMARK_ASSERT(hashes.size() == column.size());
  const Vector& flat = entries_of(column);
  const auto put = [&](size_t row, uint64_t hash) { hashes[row] = combine ? hash_combine(hashes[row], hash) : hash; };
  if (column.is_flat() || entry_count(column) > column.size()) {
    for_each_row(column, [&](size_t row, size_t index) { put(row, hash_entry(flat, index)); });
    return;
  }
  std::vector<uint64_t> hashed(entry_count(column));
  for (size_t index = 0; index < hashed.size(); ++index) {
    hashed[index] = hash_entry(flat, index);
  }
  for_each_row(column, [&](size_t row, size_t index) { put(row, hashed[index]); });
}

}  // namespace tidemark
