#pragma once

#include <cstdint>

namespace tidemark {

/// Names any catalog object, and is its PostgreSQL oid. Never reused within a data folder (D29). Built-in objects lie
/// below kFirstUserObjectId.
using ObjectId = uint32_t;
inline constexpr ObjectId kNoObject = 0;
inline constexpr ObjectId kFirstUserObjectId = 16384;

/// Names a column within its table; never reused there, so that segments written before a DROP COLUMN stay readable.
using ColumnId = uint32_t;
/// The hidden row id of an append table: int64, ascending in arrival order.
inline constexpr ColumnId kRowIdColumn = 0xFFFFFFF0;
inline constexpr ColumnId kNoColumn = 0xFFFFFFFF;

}  // namespace tidemark
