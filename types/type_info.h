#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "types/logical_type.h"

namespace tidemark {

/// What PostgreSQL's pg_type says of a type that we know: one row a TypeId, arrays aside.
struct TypeInfo {
  TypeId id = TypeId::kUnknown;
  uint32_t oid = 0;        ///< PostgreSQL's own number
  uint32_t array_oid = 0;  ///< of the array over it; 0 if there is none
  std::string_view internal_name;
  std::string_view sql_name;  ///< as format_type(oid, NULL) prints it
  PhysicalType physical = PhysicalType::kBytes;
  int16_t length = 0;  ///< typlen: bytes, -1 variable, -2 C string
  char category = 'U';
  bool preferred = false;  ///< of its category
  char alignment = 'i';
  char kind = 'b';  ///< typtype: b base, p pseudo
};

/// All types, in order of TypeId. timestamptz(9) and uint8 are rows of their own that bear the OIDs of timestamptz and
/// numeric: a list by OID (pg_type) must leave them out.
std::span<const TypeInfo> all_types();

/// Never fails for a TypeId of the enumeration, except kArray, which has no row: XX000.
const TypeInfo& type_info(TypeId id);

}  // namespace tidemark
