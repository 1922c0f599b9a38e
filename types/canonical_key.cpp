#include "types/canonical_key.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "types/array.h"
#include "types/bpchar.h"
#include "types/interval.h"
#include "types/json.h"
#include "types/key_encoding.h"
#include "types/numeric.h"
#include "types/record.h"

namespace tidemark {
namespace {

using namespace key_encoding;

constexpr char kValueMark = 1;
constexpr char kNullMark = 2;
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

void append_interval_key(std::string& key, const Interval& interval) {
  const Int128 length = interval_length(interval);
  append_signed(key, static_cast<int64_t>(length >> 64));
  append_big_endian(key, static_cast<uint64_t>(length));
}

constexpr char kListEnd = 0;  // below the marks of another element

/// The elements, each as a column, then what breaks a tie: dimensions, lengths, lower bounds.
void append_array(std::string& key, const ArrayView& array) {
  for (size_t i = 0; i < array.size(); ++i) {
    append_key(key, array.value(i));
  }
  key.push_back(kListEnd);
  key.push_back(static_cast<char>(array.dimensions().size()));
  for (const ArrayDimension& dimension : array.dimensions()) {
    append_signed(key, dimension.length);
  }
  for (const ArrayDimension& dimension : array.dimensions()) {
    append_signed(key, dimension.lower_bound);
  }
}

/// Fields as columns, each with its type in front, so that the key can be skipped; rows that are compared have the same
/// types.
void append_record(std::string& key, std::string_view packed) {
  constexpr char kField = 1;
  for (const Value& field : unpack_record(packed)) {
    key.push_back(kField);
    key.push_back(static_cast<char>(field.type().id));
    key.push_back(static_cast<char>(field.type().element));
    append_key(key, field);
  }
  key.push_back(kListEnd);
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
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      append_array(key, ArrayView(packed, array_element_type(type)));
      return;
    case TypeId::kRecord:
      append_record(key, packed);
      return;
    case TypeId::kJsonb:
      append_jsonb_key(key, packed);
      return;
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

bool take_list_end(std::string_view& key) {
  if (key.empty()) {
    throw_malformed();
  }
  if (key.front() != kListEnd) {
    return false;
  }
  key.remove_prefix(1);
  return true;
}

void skip_array(std::string_view& key, LogicalType element_type) {
  while (!take_list_end(key)) {
    skip_in_key(key, element_type);
  }
  const auto dimensions = static_cast<uint8_t>(take_bytes(key, 1)[0]);
  take_bytes(key, dimensions * 2 * sizeof(int32_t));
}

void skip_record(std::string_view& key) {
  while (!take_list_end(key)) {
    const std::string_view header = take_bytes(key, 3);
    LogicalType type(static_cast<TypeId>(header[1]));
    type.element = static_cast<TypeId>(header[2]);
    skip_in_key(key, type);
  }
}

/// Reads the mark: true if a value follows.
bool take_mark(std::string_view& key) {
  const char mark = take_bytes(key, 1)[0];
  if (mark != kValueMark && mark != kNullMark) {
    throw_malformed();
  }
  return mark == kValueMark;
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

uint64_t hash_value(std::signed_integral auto value) { return hash_integer(static_cast<uint64_t>(value)); }
uint64_t hash_value(std::unsigned_integral auto value) { return hash_integer(value); }
uint64_t hash_value(float value) { return hash_integer(normal_bits<uint32_t>(value)); }
uint64_t hash_value(double value) { return hash_integer(normal_bits<uint64_t>(value)); }
uint64_t hash_value(const Interval& value) {
  const Int128 length = interval_length(value);
  return hash_combine(hash_integer(static_cast<uint64_t>(length)), static_cast<uint64_t>(length >> 64));
}
uint64_t hash_value(const Uuid& value) {
  return hash64({reinterpret_cast<const char*>(value.bytes), sizeof(value.bytes)});
}
uint64_t hash_packed(LogicalType type, std::string_view packed) {
  switch (type.id) {
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
      append_packed(key, type, packed);
      return hash64(key);
    }
    default:
      return hash64(packed);
  }
}

/// Calls `body` with a function (index → hash) for the type of a flat or constant vector; NULLs are not looked at.
template <class Body>
void with_hasher(const Vector& flat, const Body& body) {
  const auto of = [&]<class T>(const T* data) { body([data](size_t index) { return hash_value(data[index]); }); };
  switch (flat.type().physical()) {
    case PhysicalType::kBool:
      return of(flat.data<uint8_t>());
    case PhysicalType::kInt16:
      return of(flat.data<int16_t>());
    case PhysicalType::kInt32:
      return of(flat.data<int32_t>());
    case PhysicalType::kInt64:
      return of(flat.data<int64_t>());
    case PhysicalType::kUInt64:
      return of(flat.data<uint64_t>());
    case PhysicalType::kFloat32:
      return of(flat.data<float>());
    case PhysicalType::kFloat64:
      return of(flat.data<double>());
    case PhysicalType::kInterval:
      return of(flat.data<Interval>());
    case PhysicalType::kUuid:
      return of(flat.data<Uuid>());
    case PhysicalType::kBytes:
      body([data = flat.data<std::string_view>(), type = flat.type()](size_t index) {
        return hash_packed(type, data[index]);
      });
      return;
  }
}

constexpr uint64_t kNullHash = 0x6e756c6c;

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
    case TypeId::kInt2Vector:
    case TypeId::kOidVector:
      skip_array(key, array_element_type(type));
      return;
    case TypeId::kRecord:
      skip_record(key);
      return;
    case TypeId::kJsonb:
      skip_jsonb_key(key);
      return;
    default:
      skip_escaped(key);
  }
}

void hash_rows(const Vector& column, std::span<uint64_t> hashes, bool combine) {
  TIDEMARK_ASSERT(hashes.size() == column.size());
  const Vector& flat = entries_of(column);
  const Validity& validity = flat.validity();
  const bool all_valid = validity.all_valid();
  const auto put = [&](size_t row, uint64_t hash) { hashes[row] = combine ? hash_combine(hashes[row], hash) : hash; };
  with_hasher(flat, [&](const auto& hash) {
    if (column.is_flat() && all_valid) {
      if (combine) {
        for (size_t row = 0; row < hashes.size(); ++row) {
          hashes[row] = hash_combine(hashes[row], hash(row));
        }
      } else {
        for (size_t row = 0; row < hashes.size(); ++row) {
          hashes[row] = hash(row);
        }
      }
      return;
    }
    const auto checked = [&](size_t index) { return validity.is_valid(index) ? hash(index) : kNullHash; };
    if (column.is_flat() || entry_count(column) > column.size()) {
      for_each_row(column, [&](size_t row, size_t index) { put(row, checked(index)); });
      return;
    }
    std::vector<uint64_t> hashed(entry_count(column));
    for (size_t index = 0; index < hashed.size(); ++index) {
      hashed[index] = checked(index);
    }
    for_each_row(column, [&](size_t row, size_t index) { put(row, hashed[index]); });
  });
}

}  // namespace tidemark
