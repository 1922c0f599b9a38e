#include "types/logical_type.h"

#include <array>
#include <string>

#include "base/check.h"
#include "types/inet.h"
#include "types/interval_fields.h"
#include "types/json_path.h"
#include "types/log_position.h"
#include "types/mac_address.h"
#include "types/modifier.h"
#include "types/money.h"
#include "types/type_info.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

using enum TypeId;
using P = PhysicalType;

// From `SELECT … FROM pg_type` of PostgreSQL 15, in the order of TypeId.
constexpr TypeInfo kTypes[] = {
    {kUnknown, 705, 0, "unknown", "unknown", P::kBytes, -2, 'X', false, 'c', 'p'},
    {kVoid, 2278, 0, "void", "void", P::kBytes, 4, 'P', false, 'i', 'p'},
    {kBoolean, 16, 1000, "bool", "boolean", P::kBool, 1, 'B', true, 'c', 'b'},
    {kInt16, 21, 1005, "int2", "smallint", P::kInt16, 2, 'N', false, 's', 'b'},
    {kInt32, 23, 1007, "int4", "integer", P::kInt32, 4, 'N', false, 'i', 'b'},
    {kInt64, 20, 1016, "int8", "bigint", P::kInt64, 8, 'N', false, 'd', 'b'},
    {kUInt64, 1700, 1231, "uint8", "uint8", P::kUInt64, 8, 'N', false, 'd', 'b'},
    {kFloat32, 700, 1021, "float4", "real", P::kFloat32, 4, 'N', false, 'i', 'b'},
    {kFloat64, 701, 1022, "float8", "double precision", P::kFloat64, 8, 'N', true, 'd', 'b'},
    {kNumeric, 1700, 1231, "numeric", "numeric", P::kBytes, -1, 'N', false, 'i', 'b'},
    {kText, 25, 1009, "text", "text", P::kBytes, -1, 'S', true, 'i', 'b'},
    {kVarchar, 1043, 1015, "varchar", "character varying", P::kBytes, -1, 'S', false, 'i', 'b'},
    {kBpchar, 1042, 1014, "bpchar", "character", P::kBytes, -1, 'S', false, 'i', 'b'},
    {kName, 19, 1003, "name", "name", P::kBytes, 64, 'S', false, 'c', 'b'},
    {kChar, 18, 1002, "char", "\"char\"", P::kBytes, 1, 'Z', false, 'c', 'b'},
    {kBytea, 17, 1001, "bytea", "bytea", P::kBytes, -1, 'U', false, 'i', 'b'},
    {kDate, 1082, 1182, "date", "date", P::kInt32, 4, 'D', false, 'i', 'b'},
    {kTime, 1083, 1183, "time", "time without time zone", P::kInt64, 8, 'D', false, 'd', 'b'},
    {kTimestamp, 1114, 1115, "timestamp", "timestamp without time zone", P::kInt64, 8, 'D', false, 'd', 'b'},
    {kTimestampTz, 1184, 1185, "timestamptz", "timestamp with time zone", P::kInt64, 8, 'D', true, 'd', 'b'},
    {kTimestampTzNs, 1184, 1185, "timestamptz", "timestamp(9) with time zone", P::kInt64, 8, 'D', true, 'd', 'b'},
    {kInterval, 1186, 1187, "interval", "interval", P::kInterval, 16, 'T', true, 'd', 'b'},
    {kUuid, 2950, 2951, "uuid", "uuid", P::kUuid, 16, 'U', false, 'c', 'b'},
    {kJson, 114, 199, "json", "json", P::kBytes, -1, 'U', false, 'i', 'b'},
    {kJsonb, 3802, 3807, "jsonb", "jsonb", P::kBytes, -1, 'U', false, 'i', 'b'},
    {kOid, 26, 1028, "oid", "oid", P::kInt64, 4, 'N', true, 'i', 'b'},
    {kRegclass, 2205, 2210, "regclass", "regclass", P::kInt64, 4, 'N', false, 'i', 'b'},
    {kRegtype, 2206, 2211, "regtype", "regtype", P::kInt64, 4, 'N', false, 'i', 'b'},
    {kRegproc, 24, 1008, "regproc", "regproc", P::kInt64, 4, 'N', false, 'i', 'b'},
    {kRegnamespace, 4089, 4090, "regnamespace", "regnamespace", P::kInt64, 4, 'N', false, 'i', 'b'},
    {kRecord, 2249, 2287, "record", "record", P::kBytes, -1, 'P', false, 'd', 'p'},
    {kTimeTz, 1266, 1270, "timetz", "time with time zone", P::kInt64, 12, 'D', false, 'd', 'b'},
    {kBit, 1560, 1561, "bit", "bit", P::kBytes, -1, 'V', false, 'i', 'b'},
    {kVarbit, 1562, 1563, "varbit", "bit varying", P::kBytes, -1, 'V', true, 'i', 'b'},
    {kTsvector, 3614, 3643, "tsvector", "tsvector", P::kBytes, -1, 'U', false, 'i', 'b'},
    {kTsquery, 3615, 3645, "tsquery", "tsquery", P::kBytes, -1, 'U', false, 'i', 'b'},
    {kXid, 28, 1011, "xid", "xid", P::kInt64, 4, 'U', false, 'i', 'b'},
    {kTid, 27, 1010, "tid", "tid", P::kInt64, 6, 'U', false, 's', 'b'},
    {kInt2Vector, 22, 1006, "int2vector", "int2vector", P::kBytes, -1, 'A', false, 'i', 'b'},
    {kOidVector, 30, 1013, "oidvector", "oidvector", P::kBytes, -1, 'A', false, 'i', 'b'},
    {kRegrole, 4096, 4097, "regrole", "regrole", P::kInt64, 4, 'N', false, 'i', 'b'},
    {kPgNodeTree, 194, 0, "pg_node_tree", "pg_node_tree", P::kBytes, -1, 'Z', false, 'i', 'b'},
    {kJsonPathType, 4072, 4073, "jsonpath", "jsonpath", P::kBytes, -1, 'U', false, 'i', 'b'},
    {kMoney, 790, 791, "money", "money", P::kInt64, 8, 'N', false, 'd', 'b'},
    {kLogPosition, 3220, 3221, "pg_lsn", "pg_lsn", P::kInt64, 8, 'U', false, 'd', 'b'},
    {kMacAddress, 829, 1040, "macaddr", "macaddr", P::kInt64, 6, 'U', false, 'i', 'b'},
    {kMacAddress8, 774, 775, "macaddr8", "macaddr8", P::kInt64, 8, 'U', false, 'i', 'b'},
    {kXid8, 5069, 271, "xid8", "xid8", P::kInt64, 8, 'U', false, 'd', 'b'},
    {kInet, 869, 1041, "inet", "inet", P::kBytes, -1, 'I', true, 'i', 'b'},
    {kCidr, 650, 651, "cidr", "cidr", P::kBytes, -1, 'I', false, 'i', 'b'},
    {kEnum, 3500, 0, "anyenum", "anyenum", P::kBytes, 4, 'E', false, 'i', 'p'},
    {kAny, 2276, 0, "any", "\"any\"", P::kBytes, 4, 'P', false, 'i', 'p'},
    {kAnyElement, 2283, 0, "anyelement", "anyelement", P::kBytes, 4, 'P', false, 'i', 'p'},
    {kAnyArray, 2277, 0, "anyarray", "anyarray", P::kBytes, -1, 'P', false, 'd', 'p'},
    {kAnyNonArray, 2776, 0, "anynonarray", "anynonarray", P::kBytes, 4, 'P', false, 'i', 'p'},
    {kAnyCompatible, 5077, 0, "anycompatible", "anycompatible", P::kBytes, 4, 'P', false, 'i', 'p'},
    {kAnyCompatibleArray, 5078, 0, "anycompatiblearray", "anycompatiblearray", P::kBytes, -1, 'P', false, 'd', 'p'},
};

// Spellings beside the internal and the SQL name, as PostgreSQL's grammar takes them.
struct Alias {
  std::string_view name;
  TypeId id;
};
constexpr Alias kAliases[] = {
    {"int", kInt32},
    {"decimal", kNumeric},
    {"dec", kNumeric},
    {"float", kFloat64},
    {"char", kBpchar},
    {"nchar", kBpchar},
    {"string", kText},
    {"time", kTime},
    {"timestamp", kTimestamp},
    {"bit varying", kVarbit},
    {"\"char\"", kChar},
    {"timestamptz_ns", kTimestampTzNs},
    {"national character", kBpchar},
    {"national character varying", kVarchar},
    {"char varying", kVarchar},
};

constexpr auto kRowOfType = [] {
  std::array<uint8_t, 256> rows{};
  rows.fill(255);
  for (size_t row = 0; row < std::size(kTypes); ++row) {
    rows[static_cast<size_t>(kTypes[row].id)] = static_cast<uint8_t>(row);
  }
  return rows;
}();

std::string numeric_modifier(int32_t modifier) {
  const int32_t packed = modifier - kVarlenaHeader;
  const int precision = (packed >> 16) & 0xffff;
  const int scale = ((packed & 0x7ff) ^ 1024) - 1024;  // 11 bits, signed
  return "(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
}

std::string interval_modifier(int32_t modifier) {
  using namespace interval_fields;
  constexpr struct {
    int fields;
    std::string_view words;
  } kRanges[] = {
      {kYear, " year"},
      {kMonth, " month"},
      {kDay, " day"},
      {kHour, " hour"},
      {kMinute, " minute"},
      {kSecond, " second"},
      {kYear | kMonth, " year to month"},
      {kDay | kHour, " day to hour"},
      {kDay | kHour | kMinute, " day to minute"},
      {kDay | kHour | kMinute | kSecond, " day to second"},
      {kHour | kMinute, " hour to minute"},
      {kHour | kMinute | kSecond, " hour to second"},
      {kMinute | kSecond, " minute to second"},
  };
  const int fields = (modifier >> 16) & kAll;
  const int precision = modifier & kFullPrecision;
  std::string text;
  for (const auto& range : kRanges) {
    if (range.fields == fields) {
      text = range.words;
    }
  }
  if (precision != kFullPrecision) {
    text += "(" + std::to_string(precision) + ")";
  }
  return text;
}

std::string scalar_name(TypeId id, int32_t modifier) {
  const TypeInfo& info = type_info(id);
  const std::string name(info.sql_name);
  const auto with_precision = [&](size_t word_length) {
    return name.substr(0, word_length) + "(" + std::to_string(modifier) + ")" + name.substr(word_length);
  };
  if (modifier < 0) {
    return name;
  }
  switch (id) {
    case kNumeric:
      return modifier >= kVarlenaHeader ? name + numeric_modifier(modifier) : name;
    case kVarchar:
    case kBpchar:
      return modifier > kVarlenaHeader ? name + "(" + std::to_string(modifier - kVarlenaHeader) + ")" : name;
    case kBit:
    case kVarbit:
      return name + "(" + std::to_string(modifier) + ")";
    case kTime:
    case kTimeTz:
      return with_precision(4);
    case kTimestamp:
    case kTimestampTz:
      return with_precision(9);
    case kInterval:
      return name + interval_modifier(modifier);
    default:
      return name;
  }
}

std::string user_type_name(const LogicalType& type, bool bare) {
  const ObjectNames* names = TypeNaming::current();
  std::string name = names == nullptr ? ""
                     : bare           ? names->bare_type_name(type.user_type)
                                      : names->type_name(type.user_type);
  return name.empty() ? std::string(type_info(type.is_array() ? type.element : type.id).sql_name) : name;
}

}  // namespace

std::span<const TypeInfo> all_types() { return kTypes; }

const TypeInfo& type_info(TypeId id) {
  const uint8_t row = kRowOfType[static_cast<size_t>(id)];
  TIDEMARK_CHECK(row != 255);
  return kTypes[row];
}

LogicalType LogicalType::numeric(int precision, int scale) {
  return {kNumeric, ((precision << 16) | (scale & 0x7ff)) + kVarlenaHeader};
}

LogicalType LogicalType::varchar(int length) { return {kVarchar, length + kVarlenaHeader}; }

PhysicalType LogicalType::physical() const { return is_array() ? PhysicalType::kBytes : type_info(id).physical; }

uint32_t LogicalType::oid() const {
  if (user_type != 0) {
    return is_array() ? user_type + 1 : user_type;
  }
  return is_array() ? type_info(element).array_oid : type_info(id).oid;
}

std::string LogicalType::to_string() const {
  if (user_type != 0) {
    return user_type_name(*this, false) + (is_array() ? "[]" : "");
  }
  return is_array() ? scalar_name(element, modifier) + "[]" : scalar_name(id, modifier);
}

std::string LogicalType::internal_name() const {
  const std::string name =
      user_type != 0 ? user_type_name(*this, true) : std::string(type_info(is_array() ? element : id).internal_name);
  return is_array() ? "_" + name : name;
}

size_t physical_width(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kUInt64:
    case PhysicalType::kFloat64:
      return 8;
    case PhysicalType::kInterval:
      return sizeof(Interval);
    case PhysicalType::kUuid:
      return sizeof(Uuid);
    case PhysicalType::kBytes:
      return sizeof(std::string_view);
  }
  TIDEMARK_CHECK(false);
}

bool find_type(std::string_view name, LogicalType& type) {
  if (name.ends_with("[]")) {
    LogicalType element;
    name.remove_suffix(2);
    while (name.ends_with("[]")) {  // PostgreSQL does not tell int[][] from int[].
      name.remove_suffix(2);
    }
    if (!find_type(name, element) || element.is_array() || type_info(element.id).array_oid == 0) {
      return false;
    }
    type = LogicalType::array_of(element.id);
    return true;
  }
  for (const Alias& alias : kAliases) {
    if (alias.name == name) {
      type = alias.id;
      return true;
    }
  }
  for (const TypeInfo& info : kTypes) {
    if (info.internal_name == name || info.sql_name == name) {
      type = info.id;
      return true;
    }
  }
  if (name.starts_with('_')) {
    for (const TypeInfo& info : kTypes) {
      if (info.array_oid != 0 && info.internal_name == name.substr(1)) {
        type = LogicalType::array_of(info.id);
        return true;
      }
    }
  }
  return false;
}

bool find_type(uint32_t oid, LogicalType& type) {
  if (oid == 0) {
    return false;
  }
  for (const TypeInfo& info : kTypes) {
    if (info.id == kUInt64 || info.id == kTimestampTzNs) {  // They borrow another type's OID.
      continue;
    }
    if (info.oid == oid) {
      type = info.id;
      return true;
    }
    if (info.array_oid == oid) {
      type = LogicalType::array_of(info.id);
      return true;
    }
  }
  if (const ObjectNames* names = TypeNaming::current()) {
    if (const std::optional<LogicalType> found = names->user_type(oid)) {
      type = *found;
      return true;
    }
  }
  return false;
}

}  // namespace tidemark
