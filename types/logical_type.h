#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

/// What a value means. The numbers are written to disk (catalog, WAL, segments): never reuse or change one.
enum class TypeId : uint8_t {
  kUnknown = 0,  ///< An untyped literal or NULL before the binder has decided; physically text.
  kVoid = 1,
  kBoolean = 2,
  kInt16 = 3,
  kInt32 = 4,
  kInt64 = 5,
  kUInt64 = 6,  ///< Line protocol's `1u`; PostgreSQL's clients see numeric.
  kFloat32 = 7,
  kFloat64 = 8,
  kNumeric = 9,
  kText = 10,
  kVarchar = 11,
  kBpchar = 12,  ///< char(n), blank padded.
  kName = 13,
  kChar = 14,  ///< PostgreSQL's internal "char", one byte.
  kBytea = 15,
  kDate = 16,           ///< int32 days since 2000-01-01, PostgreSQL's epoch; INT32_MIN / MAX are -infinity / infinity.
  kTime = 17,           ///< int64 microseconds since midnight.
  kTimestamp = 18,      ///< int64 microseconds since 2000-01-01 00:00; INT64_MIN / MAX are -infinity / infinity.
  kTimestampTz = 19,    ///< As kTimestamp, in UTC.
  kTimestampTzNs = 20,  ///< timestamptz(9): int64 nanoseconds since 1970-01-01 UTC (D2).
  kInterval = 21,
  kUuid = 22,
  kJson = 23,
  kJsonb = 24,
  kOid = 25,
  kRegclass = 26,
  kRegtype = 27,
  kRegproc = 28,
  kRegnamespace = 29,
  kArray = 30,   ///< `element` says of what.
  kRecord = 31,  ///< An anonymous row value.
  kTimeTz = 32,
  kBit = 33,
  kVarbit = 34,
  kTsvector = 35,
  kTsquery = 36,
  kXid = 37,
  kTid = 38,
  kInt2Vector = 39,
  kOidVector = 40,
  kRegrole = 41,
  kPgNodeTree = 42,
  // 43 is kJsonPathType, in types/json_path.h.
  kEnum = 44,  ///< A value of the enum type `user_type`, physically the label's order (catalog/enum_order.h).
  // Pseudo-types: only in signatures of the function registry.
  kAny = 100,
  kAnyElement = 101,
  kAnyArray = 102,
  kAnyNonArray = 103,
  kAnyCompatible = 104,
  kAnyCompatibleArray = 105,
};

/// How values of a type lie in memory.
enum class PhysicalType : uint8_t {
  kBool,  ///< uint8_t, 0 or 1
  kInt16,
  kInt32,
  kInt64,
  kUInt64,
  kFloat32,
  kFloat64,
  kInterval,  ///< struct Interval
  kUuid,      ///< struct Uuid
  kBytes,     ///< std::string_view: text, bytea, json, and the packed forms of numeric, arrays and records
};

/// Calendar span as PostgreSQL keeps it: three parts that are not folded into each other.
struct Interval {
  int64_t microseconds = 0;
  int32_t days = 0;
  int32_t months = 0;
  /// Same parts, not same length: `1 mon` and `30 days` differ here though SQL's `=` takes them for equal.
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct Uuid {
  uint8_t bytes[16] = {};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// Whether values of this id are of types that users define: enums, named rows.
constexpr bool is_user_defined(TypeId id) { return id == TypeId::kEnum || id == TypeId::kRecord; }

/// A SQL type: id, element type for arrays, and PostgreSQL's type modifier (-1 for none; numeric(p,s), varchar(n),
/// timestamp(p)…, encoded as in PostgreSQL's atttypmod). Small; pass by value.
struct LogicalType {
  TypeId id = TypeId::kUnknown;
  TypeId element = TypeId::kUnknown;
  int32_t modifier = -1;
  /// Of an enum, a named row, or an array of such: the catalog's object, which is the type's OID; its array type has
  /// the next number. 0 in a signature: any of them. Such types have no modifier.
  uint32_t user_type = 0;

  constexpr LogicalType() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a type without modifier is its id.
  constexpr LogicalType(TypeId type_id, int32_t type_modifier = -1) : id(type_id), modifier(type_modifier) {}
  static constexpr LogicalType array_of(TypeId element_id, int32_t element_modifier = -1) {
    LogicalType type(TypeId::kArray, element_modifier);
    type.element = element_id;
    return type;
  }
  static constexpr LogicalType array_of(LogicalType element_type) {
    LogicalType type = array_of(element_type.id, element_type.modifier);
    type.user_type = element_type.user_type;
    return type;
  }
  static constexpr LogicalType user_defined(TypeId type_id, uint32_t object) {
    LogicalType type(type_id);
    type.user_type = object;
    return type;
  }
  static LogicalType numeric(int precision, int scale);
  static LogicalType varchar(int length);

  [[nodiscard]] constexpr bool is_array() const { return id == TypeId::kArray; }
  [[nodiscard]] constexpr LogicalType element_type() const {
    LogicalType type(element, modifier);
    type.user_type = user_type;
    return type;
  }
  /// Same id, element and user-defined type; modifiers may differ.
  [[nodiscard]] constexpr bool same_base(const LogicalType& other) const {
    return id == other.id && element == other.element && user_type == other.user_type;
  }
  /// What files hold in the place of the modifier: of a user-defined type, which one it is.
  [[nodiscard]] constexpr int32_t stored_modifier() const {
    return user_type == 0 ? modifier : static_cast<int32_t>(user_type);
  }
  constexpr void set_stored_modifier(int32_t stored) {
    if (is_user_defined(is_array() ? element : id)) {
      user_type = stored < 0 ? 0 : static_cast<uint32_t>(stored);
    } else {
      modifier = stored;
    }
  }
  [[nodiscard]] PhysicalType physical() const;

  /// PostgreSQL's OID (timestamptz(9) reports 1184, uint8 reports 1700).
  [[nodiscard]] uint32_t oid() const;
  /// As format_type(oid, typmod): `timestamp with time zone`, `numeric(10,2)`, `integer[]`. User-defined types have the
  /// names that the session on this thread sees (types/type_naming.h).
  /// timestamptz(9) is `timestamp(9) with time zone`.
  [[nodiscard]] std::string to_string() const;
  /// PostgreSQL's internal name: `int4`, `_text`, `timestamptz`.
  [[nodiscard]] std::string internal_name() const;

  friend constexpr bool operator==(const LogicalType&, const LogicalType&) = default;
};

/// The physical width in bytes; for kBytes the width of the view.
size_t physical_width(PhysicalType type);

/// Finds a type by any of PostgreSQL's names (`int4`, `integer`, `double precision`, `_text`); lower case. False if
/// unknown.
bool find_type(std::string_view name, LogicalType& type);
/// Finds a type by OID, user-defined ones as the session on this thread sees them; false if unknown.
bool find_type(uint32_t oid, LogicalType& type);

constexpr bool is_string_type(TypeId id) {
  return id == TypeId::kText || id == TypeId::kVarchar || id == TypeId::kBpchar || id == TypeId::kName ||
         id == TypeId::kUnknown;
}
constexpr bool is_integer_type(TypeId id) {
  return id == TypeId::kInt16 || id == TypeId::kInt32 || id == TypeId::kInt64;
}
constexpr bool is_numeric_type(TypeId id) {
  return is_integer_type(id) || id == TypeId::kUInt64 || id == TypeId::kFloat32 || id == TypeId::kFloat64 ||
         id == TypeId::kNumeric;
}
/// The types that may be a table's time column.
constexpr bool is_timestamp_type(TypeId id) {
  return id == TypeId::kTimestamp || id == TypeId::kTimestampTz || id == TypeId::kTimestampTzNs;
}

}  // namespace tidemark
