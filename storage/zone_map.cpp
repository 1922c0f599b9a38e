#include "storage/zone_map.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/scan.h"
#include "types/value.h"

namespace tidemark {

namespace {

constexpr uint8_t kHasBounds = 1;
constexpr uint8_t kHasNan = 2;
constexpr uint8_t kHasSum = 4;
constexpr uint8_t kHasEnds = 8;
constexpr uint8_t kTextMaxIsCut = 16;

constexpr uint64_t kSignBit = uint64_t{1} << 63;

template <class T>
int64_t as_ordered(T value) {
  if constexpr (std::is_same_v<T, uint64_t>) {
    return static_cast<int64_t>(value ^ kSignBit);
  } else {
    return static_cast<int64_t>(value);
  }
}

template <class T>
Int128 as_number(T value) {
  return static_cast<Int128>(value);
}

bool is_summed(LogicalType type) {
  return type.id == TypeId::kInt16 || type.id == TypeId::kInt32 || type.id == TypeId::kInt64 ||
         type.id == TypeId::kUInt64;
}

void set_ends(const Vector& values, ZoneMap& zone, int64_t (*bits)(const Vector&, size_t)) {
  size_t first = 0;
  size_t last = values.size() - 1;
  while (!values.validity().is_valid(first)) {
    ++first;
  }
  while (!values.validity().is_valid(last)) {
    --last;
  }
  zone.has_ends = true;
  zone.first_row = static_cast<uint32_t>(first);
  zone.last_row = static_cast<uint32_t>(last);
  zone.first_bits = bits(values, first);
  zone.last_bits = bits(values, last);
}

template <class T>
void summarize_integers(const Vector& values, bool one_series, ZoneMap& zone) {
  const T* data = values.data<T>();
  int64_t low = INT64_MAX;
  int64_t high = INT64_MIN;
  Int128 sum = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values.validity().is_valid(i)) {
      low = std::min(low, as_ordered(data[i]));
      high = std::max(high, as_ordered(data[i]));
      sum += as_number(data[i]);
    }
  }
  zone.integer_min = low;
  zone.integer_max = high;
  zone.has_sum = is_summed(values.type());
  zone.integer_sum = zone.has_sum ? sum : 0;
  if (one_series) {
    set_ends(values, zone, [](const Vector& v, size_t row) { return as_ordered(v.data<T>()[row]); });
  }
}

template <class T>
void summarize_reals(const Vector& values, bool one_series, ZoneMap& zone) {
  const T* data = values.data<T>();
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  // Fixed lanes, as the aggregate kernels add past their exact-order threshold.
  constexpr size_t kSumLanes = 8;
  std::array<double, kSumLanes> sums{};
  size_t counted = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values.validity().is_valid(i)) {
      continue;
    }
    const auto value = static_cast<double>(data[i]);
    if (std::isnan(value)) {
      zone.has_nan = true;
    } else {
      low = std::min(low, value);
      high = std::max(high, value);
    }
    sums[counted % kSumLanes] += value;
    ++counted;
  }
  zone.real_min = low;
  zone.real_max = high;
  zone.has_sum = counted >= ZoneMap::kRealSumValuesMin;
  if (zone.has_sum) {
    for (const double sum : sums) {
      zone.real_sum += sum;
    }
  }
  if (one_series) {
    set_ends(values, zone,
             [](const Vector& v, size_t row) { return std::bit_cast<int64_t>(static_cast<double>(v.data<T>()[row])); });
  }
}

void set_text_bounds(std::string_view low, std::string_view high, ZoneMap& zone) {
  zone.text_min = low.substr(0, ZoneMap::kTextBytesMax);
  zone.text_max = high.substr(0, ZoneMap::kTextBytesMax);
  zone.text_max_is_cut = high.size() > ZoneMap::kTextBytesMax;
}

void summarize_texts(const Vector& values, ZoneMap& zone) {
  const std::string_view* low = nullptr;
  const std::string_view* high = nullptr;
  const auto* data = values.data<std::string_view>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values.validity().is_valid(i)) {
      low = low == nullptr || data[i] < *low ? &data[i] : low;
      high = high == nullptr || data[i] > *high ? &data[i] : high;
    }
  }
  set_text_bounds(*low, *high, zone);
}

}  // namespace

ZoneKind zone_kind(LogicalType type) {
  switch (type.physical()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kUInt64:
      return ZoneKind::kInteger;
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64:
      return ZoneKind::kReal;
    case PhysicalType::kBytes:
      // char(n) ignores trailing blanks; packed numerics, arrays and the like do not sort by their bytes.
      return type.id == TypeId::kText || type.id == TypeId::kVarchar || type.id == TypeId::kName ||
                     type.id == TypeId::kBytea || type.id == TypeId::kEnum
                 ? ZoneKind::kText
                 : ZoneKind::kNone;
    case PhysicalType::kInterval:
    case PhysicalType::kUuid:
      break;
  }
  return ZoneKind::kNone;
}

int64_t ordered_integer(const Value& value) {
  return value.type().physical() == PhysicalType::kUInt64 ? as_ordered(value.as_uint64()) : value.as_int64();
}

ZoneMap summarize(const Vector& values, bool one_series) {
  ZoneMap zone;
  zone.rows = static_cast<uint32_t>(values.size());
  zone.nulls = static_cast<uint32_t>(values.size() - values.validity().count_valid(values.size()));
  const ZoneKind kind = zone_kind(values.type());
  zone.has_bounds = kind != ZoneKind::kNone && zone.nulls < zone.rows;
  if (!zone.has_bounds) {
    return zone;
  }
  switch (values.type().physical()) {
    case PhysicalType::kBool:
      summarize_integers<uint8_t>(values, one_series, zone);
      break;
    case PhysicalType::kInt16:
      summarize_integers<int16_t>(values, one_series, zone);
      break;
    case PhysicalType::kInt32:
      summarize_integers<int32_t>(values, one_series, zone);
      break;
    case PhysicalType::kInt64:
      summarize_integers<int64_t>(values, one_series, zone);
      break;
    case PhysicalType::kUInt64:
      summarize_integers<uint64_t>(values, one_series, zone);
      break;
    case PhysicalType::kFloat32:
      summarize_reals<float>(values, one_series, zone);
      break;
    case PhysicalType::kFloat64:
      summarize_reals<double>(values, one_series, zone);
      break;
    default:
      summarize_texts(values, zone);
      break;
  }
  return zone;
}

ZoneMap summarize_codes(std::span<const int64_t> codes, std::span<const std::string_view> entries) {
  ZoneMap zone;
  zone.rows = static_cast<uint32_t>(codes.size());
  int64_t low = INT64_MAX;
  int64_t high = INT64_MIN;
  for (const int64_t code : codes) {
    if (static_cast<size_t>(code) >= entries.size()) {  // the NULL entry
      ++zone.nulls;
    } else {
      low = std::min(low, code);
      high = std::max(high, code);
    }
  }
  zone.has_bounds = low <= high;
  if (zone.has_bounds) {
    set_text_bounds(entries[static_cast<size_t>(low)], entries[static_cast<size_t>(high)], zone);
  }
  return zone;
}

void ZoneMap::merge(const ZoneMap& other, ZoneKind kind) {
  rows += other.rows;
  nulls += other.nulls;
  has_sum = false;
  has_ends = false;
  if (!other.has_bounds) {
    return;
  }
  if (!has_bounds) {
    const uint32_t all_rows = rows;
    const uint32_t all_nulls = nulls;
    *this = other;
    rows = all_rows;
    nulls = all_nulls;
    has_sum = false;
    has_ends = false;
    return;
  }
  has_nan |= other.has_nan;
  if (kind == ZoneKind::kInteger) {
    integer_min = std::min(integer_min, other.integer_min);
    integer_max = std::max(integer_max, other.integer_max);
  } else if (kind == ZoneKind::kReal) {
    real_min = std::min(real_min, other.real_min);
    real_max = std::max(real_max, other.real_max);
  } else {
    text_min = std::min(text_min, other.text_min);
    if (other.text_max > text_max) {
      text_max = other.text_max;
      text_max_is_cut = other.text_max_is_cut;
    } else if (other.text_max == text_max) {
      text_max_is_cut |= other.text_max_is_cut;
    }
  }
}

namespace {

void put_wide(ByteWriter& out, UInt128 value) {
  while (value >= 0x80) {
    out.put(static_cast<uint8_t>(static_cast<uint8_t>(value) | 0x80));
    value >>= 7;
  }
  out.put(static_cast<uint8_t>(value));
}

UInt128 get_wide(ByteCursor& cursor) {
  UInt128 value = 0;
  for (unsigned shift = 0; shift < 128; shift += 7) {
    const auto byte = cursor.get<uint8_t>();
    value |= static_cast<UInt128>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      break;
    }
  }
  return value;
}

uint64_t difference(int64_t high, int64_t low) { return static_cast<uint64_t>(high) - static_cast<uint64_t>(low); }
int64_t sum_of(int64_t base, uint64_t offset) { return static_cast<int64_t>(static_cast<uint64_t>(base) + offset); }

}  // namespace

void write_zone_map(const ZoneMap& zone, ZoneKind kind, ByteWriter& out) {
  unsigned flags = 0;
  flags |= zone.has_bounds ? kHasBounds : 0;
  flags |= zone.has_nan ? kHasNan : 0;
  flags |= zone.has_sum ? kHasSum : 0;
  flags |= zone.has_ends ? kHasEnds : 0;
  flags |= zone.text_max_is_cut ? kTextMaxIsCut : 0;
  out.put(static_cast<uint8_t>(flags));
  out.put_varint(zone.nulls);
  if (!zone.has_bounds) {
    return;
  }
  if (kind == ZoneKind::kInteger) {
    out.put_zigzag(zone.integer_min);
    out.put_varint(difference(zone.integer_max, zone.integer_min));
    if (zone.has_sum) {
      // Zigzag, in 128 bits.
      const auto bits = static_cast<UInt128>(zone.integer_sum);
      put_wide(out, (bits << 1) ^ (zone.integer_sum < 0 ? ~static_cast<UInt128>(0) : 0));
    }
    if (zone.has_ends) {
      out.put_varint(difference(zone.first_bits, zone.integer_min));
      out.put_varint(difference(zone.last_bits, zone.integer_min));
    }
  } else if (kind == ZoneKind::kReal) {
    out.put(zone.real_min);
    out.put(zone.real_max);
    if (zone.has_sum) {
      out.put(zone.real_sum);
    }
    if (zone.has_ends) {
      out.put(zone.first_bits);
      out.put(zone.last_bits);
    }
  } else {
    out.put_string(zone.text_min);
    out.put_string(zone.text_max);
  }
  if (zone.has_ends) {
    out.put_varint(zone.first_row);
    out.put_varint(zone.rows - 1 - zone.last_row);
  }
}

ZoneMap read_zone_map(ByteCursor& cursor, ZoneKind kind, uint32_t rows) {
  ZoneMap zone;
  const auto flags = cursor.get<uint8_t>();
  zone.rows = rows;
  zone.nulls = static_cast<uint32_t>(cursor.get_varint());
  zone.has_bounds = (flags & kHasBounds) != 0;
  zone.has_nan = (flags & kHasNan) != 0;
  zone.has_sum = (flags & kHasSum) != 0;
  zone.has_ends = (flags & kHasEnds) != 0;
  zone.text_max_is_cut = (flags & kTextMaxIsCut) != 0;
  if (!zone.has_bounds) {
    return zone;
  }
  if (kind == ZoneKind::kInteger) {
    zone.integer_min = cursor.get_zigzag();
    zone.integer_max = sum_of(zone.integer_min, cursor.get_varint());
    if (zone.has_sum) {
      const UInt128 bits = get_wide(cursor);
      zone.integer_sum = static_cast<Int128>((bits >> 1) ^ (~(bits & 1) + 1));
    }
    if (zone.has_ends) {
      zone.first_bits = sum_of(zone.integer_min, cursor.get_varint());
      zone.last_bits = sum_of(zone.integer_min, cursor.get_varint());
    }
  } else if (kind == ZoneKind::kReal) {
    zone.real_min = cursor.get<double>();
    zone.real_max = cursor.get<double>();
    zone.real_sum = zone.has_sum ? cursor.get<double>() : 0;
    if (zone.has_ends) {
      zone.first_bits = cursor.get<int64_t>();
      zone.last_bits = cursor.get<int64_t>();
    }
  } else {
    zone.text_min = cursor.take_string();
    zone.text_max = cursor.take_string();
  }
  if (zone.has_ends) {
    zone.first_row = static_cast<uint32_t>(cursor.get_varint());
    zone.last_row = rows - 1 - static_cast<uint32_t>(cursor.get_varint());
  }
  return zone;
}

namespace {

/// Where a page's values lie against one constant.
struct Position {
  bool some_below = false, some_equal = false, some_above = false;  ///< possible
};

Position position_of(const ZoneMap& zone, ZoneKind kind, const Value& constant) {
  Position position;
  if (kind == ZoneKind::kInteger) {
    const int64_t value = ordered_integer(constant);
    position = {zone.integer_min < value, zone.integer_min <= value && value <= zone.integer_max,
                zone.integer_max > value};
  } else if (kind == ZoneKind::kReal) {
    const double value = constant.as_double();
    if (std::isnan(value)) {  // NaN sorts above all
      return {zone.real_min <= zone.real_max, zone.has_nan, false};
    }
    position = {zone.real_min < value, zone.real_min <= value && value <= zone.real_max,
                zone.real_max > value || zone.has_nan};
  } else {
    const std::string& value = constant.as_bytes();
    const std::string_view cut = std::string_view(value).substr(0, ZoneMap::kTextBytesMax);
    // A cut lower bound is still a lower bound; a cut upper bound stands for all that begins with it.
    const bool max_reaches = zone.text_max >= value || (zone.text_max_is_cut && zone.text_max >= cut);
    position = {zone.text_min < value, zone.text_min <= value && max_reaches,
                zone.text_max > value || (zone.text_max_is_cut && zone.text_max >= cut)};
  }
  return position;
}

bool may_pass(const Position& position, ScanPredicate::Comparison comparison) {
  switch (comparison) {
    case ScanPredicate::Comparison::kEqual:
      return position.some_equal;
    case ScanPredicate::Comparison::kNotEqual:
      return position.some_below || position.some_above;
    case ScanPredicate::Comparison::kLess:
      return position.some_below;
    case ScanPredicate::Comparison::kLessEqual:
      return position.some_below || position.some_equal;
    case ScanPredicate::Comparison::kGreater:
      return position.some_above;
    case ScanPredicate::Comparison::kGreaterEqual:
      return position.some_above || position.some_equal;
    default:
      return true;
  }
}

using Comparison = ScanPredicate::Comparison;

Comparison opposite(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return Comparison::kNotEqual;
    case Comparison::kNotEqual:
      return Comparison::kEqual;
    case Comparison::kLess:
      return Comparison::kGreaterEqual;
    case Comparison::kLessEqual:
      return Comparison::kGreater;
    case Comparison::kGreater:
      return Comparison::kLessEqual;
    default:
      return Comparison::kLess;
  }
}

}  // namespace

ZoneVerdict judge(const ZoneMap& zone, LogicalType type, const ScanPredicate& predicate) {
  const bool all_null = zone.nulls == zone.rows;
  if (predicate.or_null && zone.nulls > 0) {
    if (all_null) {
      return ZoneVerdict::kAll;
    }
    ZoneMap values = zone;
    values.rows -= values.nulls;
    values.nulls = 0;
    return judge(values, type, predicate) == ZoneVerdict::kAll ? ZoneVerdict::kAll : ZoneVerdict::kSome;
  }
  if (predicate.comparison == Comparison::kIsNull) {
    return all_null ? ZoneVerdict::kAll : zone.nulls == 0 ? ZoneVerdict::kNone : ZoneVerdict::kSome;
  }
  if (all_null) {
    // Only IS NULL lets NULL pass.
    return ZoneVerdict::kNone;
  }
  if (predicate.comparison == Comparison::kIsNotNull) {
    return zone.nulls == 0 ? ZoneVerdict::kAll : ZoneVerdict::kSome;
  }
  const ZoneKind kind = zone_kind(type);
  if (!zone.has_bounds || kind == ZoneKind::kNone || predicate.comparison == Comparison::kCallback) {
    return ZoneVerdict::kSome;
  }
  if (predicate.comparison == Comparison::kIn) {
    const bool some = std::ranges::any_of(
        predicate.constants, [&](const Value& constant) { return position_of(zone, kind, constant).some_equal; });
    return some ? ZoneVerdict::kSome : ZoneVerdict::kNone;
  }
  TIDEMARK_ASSERT(predicate.constants.size() == 1);
  const Position position = position_of(zone, kind, predicate.constants[0]);
  if (!may_pass(position, predicate.comparison)) {
    return ZoneVerdict::kNone;
  }
  return zone.nulls == 0 && !may_pass(position, opposite(predicate.comparison)) ? ZoneVerdict::kAll
                                                                                : ZoneVerdict::kSome;
}

}  // namespace tidemark
