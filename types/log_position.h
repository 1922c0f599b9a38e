#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "types/logical_type.h"

namespace tidemark {

/// pg_lsn, a position in PostgreSQL's log, and xid8, the number of a transaction. Stored as ordered_unsigned.h says.
inline constexpr TypeId kLogPosition = static_cast<TypeId>(46);
inline constexpr TypeId kXid8 = static_cast<TypeId>(49);

/// `16/B374D848`. Throws 22P02.
int64_t parse_log_position(std::string_view text);
void append_log_position(std::string& target, int64_t position);

/// Decimal, octal or hexadecimal as in C; what follows the digits is passed over, as PostgreSQL 15 does.
int64_t parse_xid8(std::string_view text);
void append_xid8(std::string& target, int64_t number);

}  // namespace tidemark
